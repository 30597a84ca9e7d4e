"""A clamd that stands in for the real one: behind a unix socket, it knows EICAR's test string and nothing else."""

import socket
import struct
import threading
from contextlib import contextmanager

# Not malware: the string that every scanner reports so that it can be tried. Put together here, or one would report this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def clamd(path, *, says=None):
    """Answer at the socket `path` until the block ends; yields the list of what was scanned. says: an answer to everything."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen()
    scanned = []

    def serve():
        while True:
            try:
                link, _ = server.accept()
            except OSError:
                return
            with link:
                link.sendall((says if says is not None else _answer(link, scanned)) + b"\0")

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield scanned
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        path.unlink()


def _exactly(link, number):
    found = b""
    while len(found) < number:
        found += link.recv(number - len(found))
    return found


def _answer(link, scanned):
    command = b""
    while not command.endswith(b"\0"):
        command += link.recv(1)
    if command == b"zPING\0":
        return b"PONG"
    assert command == b"zINSTREAM\0"
    data = b""
    while length := struct.unpack(">I", _exactly(link, 4))[0]:
        data += _exactly(link, length)
    scanned.append(data)
    return b"stream: Eicar-Signature FOUND" if EICAR in data else b"stream: OK"

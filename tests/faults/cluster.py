"""A PostgreSQL of one test alone: made, filled with a copy of the test's database, stopped and started at one port."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
BIN = _BINARIES[-1] if _BINARIES else Path(shutil.which("initdb") or "/nowhere").parent


def why_not():
    """Return why no cluster of one's own can be made here, or ""."""
    if not all((BIN / name).exists() for name in ("initdb", "pg_ctl", "pg_dump", "psql")):
        return "no initdb, pg_ctl, pg_dump and psql"
    if os.geteuid() == 0 and not _server_account():
        return "PostgreSQL does not run as root, and there is no account postgres"
    return ""


def _server_account():
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return ""


class Cluster:
    def __init__(self):
        # Not below pytest's folders: they are closed to the account of the server.
        self.folder = Path(tempfile.mkdtemp(prefix="tongbu_cluster_"))
        self.account = _server_account() if os.geteuid() == 0 else None
        if self.account:
            shutil.chown(self.folder, self.account)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        # As the shared server orders words, or an index of the copy would not fit.
        self._run(
            "initdb", "-D", "data", "-U", "tongbu", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"
        )
        self.start()

    def _run(self, name, *arguments):
        subprocess.run(
            [str(BIN / name), *arguments],
            cwd=self.folder,
            user=self.account,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self, how):
        """how: fast (connections are cut, transactions undone) or immediate (as by a loss of power: recovery at the start)."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", how, "stop")

    def copy(self, database_url):
        """Fill a database of this cluster with what lies in that of `database_url`; returns its address."""
        here = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "tongbu"]
        dumped = subprocess.run(
            [BIN / "pg_dump", "--no-owner", "--no-privileges", database_url], check=True, capture_output=True
        ).stdout
        restored = subprocess.run(
            [BIN / "psql", *here, "-q", "-v", "ON_ERROR_STOP=1", "-1", "-d", "postgres"],
            input=dumped,
            capture_output=True,
        )
        assert restored.returncode == 0, restored.stderr.decode()
        return f"postgres://tongbu@127.0.0.1:{self.port}/postgres"

    @contextmanager
    def asked(self):
        """Let this process ask the copy instead of the test's database."""
        row, kept = connection.settings_dict, dict(connection.settings_dict)
        connection.close()
        row.update(NAME="postgres", USER="tongbu", PASSWORD="", HOST="127.0.0.1", PORT=str(self.port))
        try:
            yield
        finally:
            connection.close()
            row.update(kept)

    def remove(self):
        try:
            self.stop("immediate")
        except subprocess.CalledProcessError:
            pass
        shutil.rmtree(self.folder)

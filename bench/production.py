"""An installation as deploy/ describes it, on one machine: environment and processes by exactly the lines of its units."""

import configparser
import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
HOME = "/opt/tongbu"
SERVICES = ("web", "worker", "beat")
KEYS = ("SECRET_KEY", "AUDIT_KEY", "FIELD_KEYS")


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((DEPLOY / name).read_text())
    return parser


def environment_of(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def line_of(name: str, port: int) -> list[str]:
    """Return the command of a unit with its paths, and the port, put where this machine has them."""
    line = unit(f"tongbu-{name}.service")["Service"]["ExecStart"]
    line = line.replace(f"{HOME}/.venv/bin", str(Path(sys.executable).parent)).replace(":8000", f":{port}")
    assert HOME not in line
    return shlex.split(line)


def environment(folder: Path, keys: Mapping[str, str], database: str, redis: str) -> dict[str, str]:
    """Return the environment of deploy/env.example with keys in files below `folder`, as it says."""
    env = environment_of((DEPLOY / "env.example").read_text())
    var = folder / "var"
    var.mkdir(mode=0o700)
    for name in KEYS:
        path = folder / Path(env[f"{name}_FILE"]).name
        path.write_text(keys[name])
        path.chmod(0o600)
        env[f"{name}_FILE"] = str(path)
    env |= {"DATABASE_URL": database, "VAR_DIR": str(var), "AUDIT_ANCHOR_FILE": str(var / "audit_anchors")}
    if redis:
        env["REDIS_URL"] = redis
    else:
        del env["REDIS_URL"]
    return env | {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def headers_of(env: Mapping[str, str], address: str = "10.1.2.3") -> dict[str, str]:
    """Return the headers by which the proxy hands on a request that came over TLS from `address`."""
    return {"Host": env["ALLOWED_HOSTS"], "X-Forwarded-Proto": "https", "X-Forwarded-For": address}


def get(port: int, path: str, env: Mapping[str, str]) -> tuple[int, str]:
    """Ask as the proxy does; returns (status, text), status 0 where nobody answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers_of(env))
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()
    except OSError as error:
        return 0, str(error)


class Production:
    """Web, worker and beat as processes of this machine; what they say goes to `said`."""

    def __init__(self, env: Mapping[str, str], said: IO[bytes]) -> None:
        self.env, self.said = dict(env), said
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def manage(self, *arguments: str, **extra: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.env | extra, check=True, stdout=self.said, stderr=self.said)

    def start(self) -> None:
        self.manage("collectstatic", "--noinput", "-v0")
        for name in SERVICES:
            self.processes[name] = subprocess.Popen(
                line_of(name, self.port),
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=self.said,
                stderr=self.said,
                start_new_session=True,
            )

    def wait(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while get(self.port, "/healthz", self.env)[0] != 200:
            if time.monotonic() > deadline:
                raise RuntimeError("the web server did not answer")
            time.sleep(0.1)

    def ended(self) -> list[str]:
        """Return the names of those that do not run any more."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def stop(self) -> dict[str, int]:
        """Stop them as systemd does: the signal goes to the main process, which ends its own. Returns the exit codes."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        codes = {}
        for name, process in self.processes.items():
            try:
                codes[name] = process.wait(30)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                codes[name] = process.wait()
        return codes

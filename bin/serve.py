"""Run web, worker and beat of an embedded installation as one process group; started by bin/start."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PORT = os.environ.get("PORT", "8000")
PYTHON = sys.executable


def prepare():
    """Migrate, seed the demo agency on the first run; return the demo accounts."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if not settings.DEMO:
        return []
    from branches import demo
    from branches.models import Organisation

    if not Organisation.objects.exists():
        print("First run: making the demo agency …", flush=True)
        call_command("seed_demo", verbosity=0)
    return demo.accounts()


def commands():
    web = [
        PYTHON,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        f"127.0.0.1:{PORT}",
        "--worker-class",
        "gthread",
        "--workers",
        "1",
        "--threads",
        "8",
        "--log-level",
        "warning",
        "--no-control-socket",
    ]
    celery = [PYTHON, "-m", "celery", "-A", "config", "--quiet"]
    worker = [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "1", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""]
    return {"web": web, "worker": worker, "beat": beat}


def run(name, command):
    # A session of its own: stopping it stops the pool processes below it too.
    return subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL)


def stop(processes):
    # To the leaders only: each ends its own pool, and the worker lets the running task finish.
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + 8
    for process in processes.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_serving(process):
    for _ in range(200):
        if process.poll() is not None:
            return False
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=1).read()
            return True
        except OSError:
            time.sleep(0.1)
    return False


def main():
    accounts = prepare()
    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.append(True))
    wanted = commands()
    processes = {name: run(name, command) for name, command in wanted.items()}
    if not wait_until_serving(processes["web"]):
        stop(processes)
        sys.exit(f"The web server did not start; is port {PORT} in use?")
    print(f"\nTongbu serves at http://127.0.0.1:{PORT}/   (Ctrl-C stops it)", flush=True)
    if accounts:
        print(f"\nDemo accounts (invented agency), password of all: {accounts[0]['password']}")
        for account in accounts:
            print(f"  {account['username']:<10} {account['label']}")
    sys.stdout.flush()
    pause = dict.fromkeys(wanted, 1.0)
    restart_at = {}
    while not stopping:
        time.sleep(0.3)
        for name, process in processes.items():
            if process.poll() is None:
                continue
            # A poisoned message can end a worker; the supervisor brings it back, more slowly each time.
            if name not in restart_at:
                restart_at[name] = time.monotonic() + pause[name]
                pause[name] = min(30.0, pause[name] * 2)
            elif time.monotonic() >= restart_at[name]:
                del restart_at[name]
                processes[name] = run(name, wanted[name])
    stop(processes)


if __name__ == "__main__":
    main()

"""Run web, worker and beat of an embedded installation as one process group; started by bin/start."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PORT = os.environ.get("PORT", "") or "8000"
PYTHON = sys.executable


def prepare():
    """Migrate, seed the demo agency on the first run; return the demo accounts."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    # WhiteNoise warns about a folder that is not there; the demo serves its files from the code.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    from branches.access import demo

    if not settings.DEMO:
        if sentence := demo.unfit_for_service():
            sys.exit(refuse(sentence))
        return []
    from branches.places.models.organisations import Organisation

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
    env = os.environ
    if name == "worker":
        # As root in a container Celery warns at length; no pickles are accepted here (control C61).
        env = {**env, "PYTHONWARNINGS": "ignore:You're running the worker"}
    # A session of its own: stopping it stops the pool processes below it too.
    return subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, env=env)


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
    # A proxy of the environment must not be asked for this very machine.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(200):
        if process.poll() is not None:
            return False
        try:
            direct.open(f"http://127.0.0.1:{PORT}/healthz", timeout=1).read()
            return True
        except OSError:
            time.sleep(0.1)
    return False


def check_port():
    """Stop with exit 2 and one sentence on a port that is no port, or that somebody else holds."""
    if not PORT.isdecimal() or not 0 < int(PORT) < 65536:
        sys.exit(refuse("PORT must be a number from 1 to 65535."))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(PORT)))
        except OSError as error:
            sys.exit(refuse(f"port {PORT} cannot be used ({error.strerror})."))


def refuse(sentence):
    print(f"Tongbu cannot start: {sentence}", file=sys.stderr)
    return 2


def main():
    check_port()
    try:
        accounts = prepare()
    except KeyboardInterrupt:
        sys.exit("Stopped before it served; nothing half-made is left.")
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
    supervise(processes, wanted, stopping)
    stop(processes)


def supervise(processes, wanted, stopping):
    """Bring back what ended, more slowly each time; three deaths of the worker in two minutes: a poisoned queue."""
    deaths = {name: [] for name in wanted}
    restart_at = {}
    while not stopping:
        time.sleep(0.3)
        now = time.monotonic()
        for name, process in processes.items():
            if process.poll() is None:
                continue
            if name not in restart_at:
                deaths[name] = [*[at for at in deaths[name] if now - at < 120], now]
                restart_at[name] = now + min(30.0, 2.0 ** (len(deaths[name]) - 1))
            elif now >= restart_at[name]:
                del restart_at[name]
                if name == "worker" and len(deaths[name]) >= 3:
                    empty_queue()
                    deaths[name].clear()
                processes[name] = run(name, wanted[name])


def empty_queue():
    """Throw all messages away and send those of the waiting jobs again: a message is only a pointer to a row."""
    from branches.jobs import services as jobs
    from config.celery import app

    print("The worker ended three times; its queue is emptied and filled again from the jobs.", flush=True)
    try:
        app.control.purge()
        jobs.requeue(everything=True)
    except Exception as error:  # a broker or database that is away: the worker is started again all the same
        print(f"The queue could not be emptied ({type(error).__name__}).", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

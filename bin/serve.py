"""Run web, worker and beat of an embedded installation as one process group; started by bin/start."""

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PORT = os.environ.get("PORT", "") or "8000"
HOST = os.environ.get("HOST", "") or "127.0.0.1"
# An address in brackets is one of IPv6; every address of this machine is answered at its own, too.
LOCAL = "127.0.0.1" if HOST in ("0.0.0.0", "localhost") else "[::1]" if HOST in ("::", "[::]") else HOST  # nosec B104
PYTHON = sys.executable


def prepare():
    """Migrate; on the first run seed the demo agency, or make the first account of an installation of one's own.

    Returns (demo accounts, (username, one-time code) of the first account or None).
    """
    from config import env, installation

    var, demo = Path(os.environ.get("VAR_DIR", "") or ROOT / "var").resolve(), env.flag("DEMO")
    if demo or not env.flag("DEBUG"):
        installation.check(var, demo, debug=False)
        installation.take(var, demo)
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from common import garbage

    if not (settings.RELAXED or settings.SECURE or HOST in ("127.0.0.1", "localhost", "::1", "[::1]")):
        sys.exit(refuse("HOST other than 127.0.0.1 needs a proxy with TLS: set SITE_URL=https://… and ALLOWED_HOSTS."))
    installation.make_private(settings.VAR_DIR, settings.MEDIA_ROOT)
    # WhiteNoise warns about a folder that is not there; the demo serves its files from the code.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # A first run makes and drops models by the ten thousand.
    with garbage.search_of_what_is_new():
        call_command("migrate", verbosity=0)
    from branches.access.demo import unfit_for_service
    from branches.access.services.key_check import check_or_stop

    check_or_stop()
    if not settings.DEMO and (sentence := unfit_for_service()):
        sys.exit(refuse(sentence))
    if not settings.WHITENOISE_USE_FINDERS:
        call_command("collectstatic", interactive=False, verbosity=0)
    return prepare_demo() if settings.DEMO else ([], first_account())


def prepare_demo():
    from django.core.management import call_command

    from branches.access import demo
    from branches.places.models.organisations import Organisation
    from common import garbage

    if not Organisation.objects.exists():
        print("First run: making the demo agency …", flush=True)
        with garbage.search_of_what_is_new():
            call_command("seed_demo", verbosity=0)
    return demo.accounts(), None


def first_account():
    """Make the system administrator of an empty installation; every other account follows from the server or the pages."""
    from django.db import transaction

    from branches.access.models import User
    from branches.access.services.accounts import account_create
    from branches.access.services.appointments import appointment_make
    from common.operator import OPERATOR

    with transaction.atomic():
        if User.objects.exists():
            return None
        user, code = account_create(by=OPERATOR, username="admin", name="系统管理员")
        appointment_make(by=OPERATOR, user=user, role="system_administrator")
    return user.username, code


FIRST_STEPS = """
First account 首个账号（系统管理员）: {username}
One-time code 一次性口令: {code}   (valid for 24 hours, shown only now; 24小时内有效，仅显示这一次)
Sign in and set a password 登录并设置密码: {url}

Next, in a second terminal 下一步，另开一个终端运行: {manage} begin
It asks for the names of Party group, committee, its secretary and the auditor, and prints the codes of these two.
依次填写党组、机关党委的全称，机关党委书记和安全审计员的姓名，给出两人的一次性口令。
The administrator sees no content; everything else is done by the secretary on the pages, from the ledger of organisations on.
系统管理员看不到业务内容；导入党组织等其余工作，由机关党委书记登录后在页面上完成。
"""


def manage():
    """Return how commands of this installation are called from its folder."""
    var = os.environ.get("VAR_DIR", "")
    python = Path(PYTHON)
    python = python.relative_to(ROOT) if python.is_relative_to(ROOT) else python
    return f"{f'VAR_DIR={var} ' if var else ''}{python} manage.py"


def commands():
    web = [
        PYTHON,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        f"{HOST}:{PORT}",
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
    # Two processes for all queues: of long jobs (imports) one runs at a time, so the other is free for what beat sends.
    worker = [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""]
    return {"web": web, "worker": worker, "beat": beat}


def run(name, command):
    env = os.environ
    if name.startswith("worker"):
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
    # Asked directly: no proxy of the environment, no redirect to https. Whatever it answers, it serves.
    for _ in range(200):
        if process.poll() is not None:
            return False
        try:
            asked = http.client.HTTPConnection(LOCAL.strip("[]"), int(PORT), timeout=1)
            asked.request("GET", "/healthz")
            asked.getresponse().read()
            return True
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    return False


def check_port():
    """Stop with exit 2 and one sentence on a port that is no port, or that somebody else holds."""
    if not PORT.isdecimal() or not 0 < int(PORT) < 65536:
        sys.exit(refuse("PORT must be a number from 1 to 65535."))
    with socket.socket(socket.AF_INET6 if ":" in HOST else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST.strip("[]"), int(PORT)))
        except socket.gaierror:
            sys.exit(refuse("HOST must be an address of this machine."))
        except OSError as error:
            sys.exit(refuse(f"port {PORT} cannot be used ({error.strerror})."))


def refuse(sentence):
    print(f"Tongbu cannot start: {sentence}", file=sys.stderr)
    return 2


def main():
    check_port()
    try:
        accounts, first = prepare()
    except KeyboardInterrupt:
        sys.exit("Stopped before it served; nothing half-made is left.")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        sys.exit(refuse(f"no room left on the disk of {error.filename or 'VAR_DIR'}. 磁盘空间不足。"))
    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.append(True))
    wanted = commands()
    processes = {name: run(name, command) for name, command in wanted.items()}
    if not wait_until_serving(processes["web"]):
        stop(processes)
        sys.exit(f"The web server did not start; is port {PORT} in use?")
    print(f"\nTongbu serves at http://{LOCAL}:{PORT}/   (Ctrl-C stops it)", flush=True)
    if first:
        print(
            FIRST_STEPS.format(url=f"http://{LOCAL}:{PORT}/login/", username=first[0], code=first[1], manage=manage())
        )
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
                if name.startswith("worker") and len(deaths[name]) >= 3:
                    empty_queue()
                    deaths[name].clear()
                processes[name] = run(name, wanted[name])


def empty_queue():
    """Throw all messages away and send those of the waiting jobs again: a message is only a pointer to a row."""
    from branches.agencies import starting
    from branches.jobs import services as jobs
    from config.celery import app

    print("The worker ended three times; its queue is emptied and filled again from the jobs.", flush=True)
    try:
        app.control.purge()
        starting.each(jobs.requeue, everything=True)
    except Exception as error:  # a broker or database that is away: the worker is started again all the same
        print(f"The queue could not be emptied ({type(error).__name__}).", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

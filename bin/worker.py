"""Run the worker of an installation in service and bring it back whatever ends it: bin/worker.py [options of celery worker].

A message that nobody of us sent can end a worker each time it starts (fault F20). After three deaths in two minutes the
queue is emptied and filled again from the rows of the jobs; no supervisor of the system does that.
"""

import signal
import sys

from serve import PYTHON, run, stop, supervise


def main():
    import django

    django.setup()
    from branches.access.services.key_check import check_or_stop

    # Keys that do not fit end this once, and not the worker again and again.
    check_or_stop()
    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.append(True))
    command = [PYTHON, "-m", "celery", "-A", "config", "worker", "--without-gossip", "--without-mingle", *sys.argv[1:]]
    wanted = {"worker": command}
    processes = {"worker": run("worker", command)}
    supervise(processes, wanted, stopping)
    stop(processes)


if __name__ == "__main__":
    main()

"""Run the workers of an installation in service, one for each queue, and bring each back whatever ends it.

bin/worker.py [--queues short,fills] [options of celery worker]

Without --queues it serves all of common/queues.py; on several machines any of them may stand anywhere, more than once.
A message that nobody of us sent can end a worker each time it starts (fault F20). After three deaths in two minutes the
queue is emptied and filled again from the rows of the jobs; no supervisor of the system does that.
"""

import argparse
import signal

from serve import PYTHON, run, stop, supervise


def main():
    import django

    django.setup()
    from common.queues import QUEUES

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queues", default=",".join(QUEUES), help="names of queues, with commas between them")
    asked, options = parser.parse_known_args()
    queues = asked.queues.split(",")
    if unknown := [name for name in queues if name not in QUEUES]:
        parser.error(f"no such queue: {', '.join(unknown)} (there are {', '.join(QUEUES)})")
    from branches.agencies.starting import check_or_stop

    # Keys that do not fit end this once, and not the worker again and again.
    check_or_stop()
    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.append(True))
    wanted = {f"worker {name}": serving(name, QUEUES[name].processes, options) for name in queues}
    processes = {name: run(name, command) for name, command in wanted.items()}
    supervise(processes, wanted, stopping)
    stop(processes)


def serving(queue, processes, options):
    """Return the command of the worker of one queue."""
    command = [PYTHON, "-m", "celery", "-A", "config", "worker", "--without-gossip", "--without-mingle"]
    return [*command, "-n", f"{queue}@%h", "-Q", queue, "--concurrency", str(processes), *options]


if __name__ == "__main__":
    main()

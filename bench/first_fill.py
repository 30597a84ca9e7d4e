"""The first fill of a day in a process of its own, as a worker that has done nothing else; started by bench/measures.py.

Argument: the day. What it writes is rolled back. Prints the Figure as JSON.
"""

import json
import os
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
import time_machine

django.setup()

from assessments.facts import fill as rollups
from bench.measures import measured, undone


def main() -> None:
    day = date.fromisoformat(sys.argv[1])
    with undone(), time_machine.travel(f"{day}T10:00:00+08:00"):
        figure = measured(lambda: rollups.fill(as_of=day), counted=True)
    print(json.dumps(asdict(figure)))


if __name__ == "__main__":
    main()

"""The first fill of a day in a process of its own, as a worker that has done nothing else; started by bench/measures.py.

Arguments: the day, then keys of families. Without keys all facts are filled, and what it writes is rolled back. With keys these families
are, beside a process that fills the others; that stays. Prints the Figure as JSON.
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
from assessments.facts.families import FAMILIES
from bench.figures import measured, undone
from branches.settings import dated
from common import garbage


def main() -> None:
    day, keys = date.fromisoformat(sys.argv[1]), set(sys.argv[2:])
    with time_machine.travel(f"{day}T10:00:00+08:00"):
        if keys:
            figure = measured(lambda: _filled(day, keys))
        else:
            with undone():
                figure = measured(lambda: rollups.fill(as_of=day), counted=True)
    print(json.dumps(asdict(figure)))


def _filled(day: date, keys: set[str]) -> None:
    """Fill these families as `rollups.fill` does, without its lock: the process beside fills none of them."""
    run = rollups._Run(day, None, False, [])
    with dated.read_once(), garbage.search_of_what_is_new():
        for family in FAMILIES:
            if family.key in keys:
                run.fill_family(family)


if __name__ == "__main__":
    main()

"""Measure sizes of agency beside each other, in one run; started by bin/bench. Exit 1 where a goal is missed."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DEMO", "1")

import django
import time_machine

django.setup()

from django.db import connection
from django.test.utils import setup_test_environment

from bench import heavy, measures
from bench.data import SIZES, build
from bench.figures import Figure, measured, yardstick
from bench.goals import WHOLE, YARDSTICK, Found, missed

PARTS = {
    "changes": measures.changes,
    "many": measures.many_changes,
    "fills": measures.fills,
    "families": measures.families,
    "trials": measures.trials,
    "pages": measures.pages,
    "imports": heavy.imports,
    "reports": heavy.reports,
}
# Parts that ask no facts: what a fill of everything costs need not be known before them.
WITHOUT_FACTS = {"trials", "imports", "reports"}
# No goal rests on these, and of thousands of branches they take longer than everything else: measured there when asked for by name.
LONG = {"families", "trials", "many"}
LARGE = ("L",)


def figures_of(size: str, parts: list[str], told) -> Iterator[tuple[str, Figure]]:
    """Fill the scratch database and yield the figures of each part, as they come; told: prints a line."""
    told(f"\n{size}: {SIZES[size]}")
    yield "data made", measured(lambda: build(SIZES[size]))
    if not set(parts) <= WITHOUT_FACTS:
        # What a fill of everything costs is known before a change is mended.
        yield "first facts", measures.first_facts()
    for part in parts:
        yield f"{YARDSTICK} {part}", yardstick()
        yield from PARTS[part]()


def line(name: str, figure: Figure) -> str:
    counted = "" if figure.statements is None else f"{figure.statements:>5} statements"
    counted += "" if figure.rows is None else f"{figure.rows:>8} rows"
    size = "" if figure.bytes is None else f"{figure.bytes / 1000:>8.0f} kB"
    size += "" if figure.speed is None else f"{figure.speed:>8.0f} rows a second"
    size += "" if figure.each is None else f", {figure.each:.0f} bytes of memory for each further one"
    return f"  {name:<42}{figure.cpu:>9.3f} s cpu{figure.wall:>9.3f} s{figure.memory / 1e6:>7.0f} MB{counted}{size}"


def run(sizes: list[str], parts: list[str], told) -> Found:
    """Measure these sizes and return what was found. parts: those asked for by name, none for all that a size is measured with."""
    found: Found = {}
    for size in sizes:
        chosen = parts or [part for part in PARTS if size not in LARGE or part not in LONG]
        real = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            found[size] = {}
            clock = time.perf_counter()
            for name, figure in figures_of(size, chosen, told):
                found[size][name] = figure
                told(line(name, figure))
            took, memory = time.perf_counter() - clock, most_memory(found[size])
            if not parts:
                found[size][WHOLE] = Figure(sum(one.cpu for one in found[size].values()), took, memory=memory)
            told(f"  {WHOLE:<42}{'':>15}{took:>9.0f} s{memory / 1e6:>7.0f} MB")
        finally:
            connection.creation.destroy_test_db(real, verbosity=0)
    return found


def most_memory(figures: dict[str, Figure]) -> int:
    """Return the most memory that any of the figures took, in bytes."""
    return max((figure.memory for figure in figures.values()), default=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", choices=[*SIZES, []], help="S, M, L; S and M when none is named")
    parser.add_argument("--size", action="append", choices=list(SIZES), default=[])
    parser.add_argument("--only", action="append", choices=list(PARTS), default=[], help="some parts alone")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    words = parser.parse_args()
    if connection.vendor != "postgresql":
        sys.exit("bin/bench measures on PostgreSQL: set DATABASE_URL.")
    setup_test_environment()
    sizes = [size for size in SIZES if size in {*words.sizes, *words.size}] or ["S", "M"]
    quiet = words.json
    told = (lambda text: None) if quiet else (lambda text: print(text, flush=True))
    # The day of the data is today, so that nothing is taken for a look back.
    with time_machine.travel(f"{measures.AS_OF}T10:00:00+08:00"):
        found = run(sizes, words.only, told)
    behind = missed(found)
    if words.json:
        shown = {size: {name: asdict(one) for name, one in figures.items()} for size, figures in found.items()}
        memory = {size: most_memory(figures) for size, figures in found.items()}
        print(json.dumps({"figures": shown, "memory": memory, "missed": behind}, ensure_ascii=False, indent=1))
    else:
        print("\n" + ("\n".join(f"missed: {words}" for words in behind) or "every goal is reached"))
    sys.exit(1 if behind else 0)


if __name__ == "__main__":
    main()

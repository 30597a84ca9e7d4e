"""Draw one document of a frozen report in a process of its own, as a worker that has done nothing else; started by bench/heavy.py.

Arguments: the file with the JSON of the report, the kind of document. Prints the Figure as JSON.
"""

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from assessments.reports import documents
from bench.figures import Figure, peak


def main() -> None:
    path, kind = sys.argv[1:]
    before, clock = time.process_time(), time.perf_counter()
    drawn = documents.render(json.loads(Path(path).read_text()), kind)
    figure = Figure(time.process_time() - before, time.perf_counter() - clock, bytes=len(drawn), memory=peak())
    print(json.dumps(asdict(figure)))


if __name__ == "__main__":
    main()

"""Print the lines of a lock from a report of `pip install --dry-run --report FILE`; used by bin/lock."""

import json
import sys
from pathlib import Path


def lines(report):
    """Yield `name==version --hash=sha256:…` of each package, by name; no address of an index or mirror."""
    for entry in sorted(report["install"], key=lambda entry: entry["metadata"]["name"].lower()):
        algorithm, digest = entry["download_info"]["archive_info"]["hash"].split("=", 1)
        yield f"{entry['metadata']['name']}=={entry['metadata']['version']} --hash={algorithm}:{digest}"


if __name__ == "__main__":
    print("# Made by bin/lock for CPython 3.11 on Linux x86_64; the files are those of the package index.")
    print("\n".join(lines(json.loads(Path(sys.argv[1]).read_text()))))

"""Where the project and the files of tests lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
VENDOR = ROOT / "tests" / "vendor"

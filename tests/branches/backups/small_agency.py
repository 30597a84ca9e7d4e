"""The standing world in a database of its own; a program: small_agency.py, its folder in VAR_DIR."""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from branches.access.services.key_check import keep_canaries  # noqa: E402
from tests.world import build  # noqa: E402

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    keep_canaries()
    build()

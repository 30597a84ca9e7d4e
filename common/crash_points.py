"""Points at which a test may kill the process on an exact line; outside tests they do nothing."""

import os
import time
from pathlib import Path

from django.conf import settings


def point(name: str) -> None:
    """Wait here for ever when FAULT_POINT names this place (demo and debug only); a marker file says it was reached."""
    if os.environ.get("FAULT_POINT") == name and (settings.DEMO or settings.DEBUG):
        (Path(settings.VAR_DIR) / f"fault-{name}").touch()
        while True:
            time.sleep(0.1)

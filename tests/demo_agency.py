"""The demo agency made once for a run of the suite; whoever needs it takes a copy of the folder."""

import fcntl
import os
import shutil
from pathlib import Path

from tests.browser.installation import Installation


def copy_of_the_demo(tmp_path_factory, target):
    """Copy VAR_DIR of a seeded demo agency to `target`; the first of the processes that ask makes it, the others wait."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    if "SHARED" in os.environ:
        shared = Path(os.environ["SHARED"])
        shared.mkdir(exist_ok=True)
    made = shared / "demo-agency"
    with (shared / "demo-agency.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            half = shared / "demo-agency-half-made"
            half.mkdir()
            Installation(half).manage("migrate", "-v0")
            Installation(half).manage("seed_demo", "-v0")
            half.rename(made)
    shutil.copytree(made, target)

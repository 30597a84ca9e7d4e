"""The demo agency made once for a run of the suite; whoever needs it takes a copy of the folder."""

import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from tests.browser.installation import Installation


@contextmanager
def made_once(tmp_path_factory):
    """Yield where the demo agency is kept for the whole run; whoever finds nothing there makes it, the others wait."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    if "SHARED" in os.environ:
        shared = Path(os.environ["SHARED"])
        shared.mkdir(exist_ok=True)
    with (shared / "demo-agency.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shared / "demo-agency"


def seeded(folder):
    """Make the demo agency in `folder` by the commands alone."""
    folder.mkdir()
    Installation(folder).manage("migrate", "-v0")
    Installation(folder).manage("seed_demo", "-v0")


def keep(folder, kept):
    """Keep `folder` as the demo agency, whole or not at all."""
    half = kept.with_name(f"{kept.name}-half-made")
    shutil.copytree(folder, half)
    half.rename(kept)


def copy_of_the_demo(tmp_path_factory, target):
    """Copy VAR_DIR of a demo agency to `target`."""
    with made_once(tmp_path_factory) as kept:
        if not kept.exists():
            seeded(target)
            keep(target, kept)
            return
    shutil.copytree(kept, target)

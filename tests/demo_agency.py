"""Installations made once for a run of the suite, the demo agency first; whoever needs one takes a copy of the folder."""

import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from tests.browser.installation import Installation


@contextmanager
def made_once(tmp_path_factory, name="demo-agency"):
    """Yield where an installation is kept for the whole run; whoever finds nothing there makes it, the others wait."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    if "SHARED" in os.environ:
        shared = Path(os.environ["SHARED"])
        shared.mkdir(exist_ok=True)
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shared / name


def seeded(folder):
    """Make the demo agency in `folder` by the commands alone."""
    folder.mkdir()
    Installation(folder).manage("migrate", "-v0")
    Installation(folder).manage("seed_demo", "-v0")


def keep(folder, kept):
    """Keep `folder` for the others, whole or not at all."""
    half = kept.with_name(f"{kept.name}-half-made")
    shutil.copytree(folder, half)
    half.rename(kept)


def copy_of_the_demo(tmp_path_factory, target):
    """Copy VAR_DIR of a demo agency to `target`."""
    copy_of(tmp_path_factory, "demo-agency", seeded, target)


def copy_of_the_empty(tmp_path_factory, target):
    """Copy VAR_DIR of an installation to `target` whose tables are there and empty: all migrations take fifteen seconds."""

    def migrated(folder):
        folder.mkdir()
        Installation(folder).manage("migrate", "-v0")

    copy_of(tmp_path_factory, "empty", migrated, target)


def copy_of(tmp_path_factory, name, make, target):
    """Copy to `target` what is kept by that name; the first makes it by `make`, which is given the folder."""
    with made_once(tmp_path_factory, name) as kept:
        if not kept.exists():
            make(target)
            keep(target, kept)
            return
    shutil.copytree(kept, target)

"""Run the suite on each database that is there, and say plainly what ran; started by bin/test."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.groups import paths_on_both  # noqa: E402

# The shell without windows of its own needs a fifth less of the processor.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), "")


def environment(**extra):
    # What one process has compiled the others need not: the tests alone take each of them seconds.
    unwanted = {"DATABASE_URL", "REDIS_URL", "DEBUG", "DEMO", "PYTHONDONTWRITEBYTECODE"}
    env = {key: value for key, value in os.environ.items() if key not in unwanted}
    return {**env, "DEMO": "1", "CHROMIUM": CHROMIUM, "PYTHONWARNINGS": "ignore::ResourceWarning", **extra}


def pytest(arguments, env):
    return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=env)


def main():
    arguments = sys.argv[1:]
    alone = any(part.startswith("-n") or part in {"--pdb", "-x"} for part in arguments)
    # tests/groups.py says which tests share a process and which begin: the order is meant, not the size of a group.
    parallel = [] if alone else ["-n", "2", "--no-loadscope-reorder"]
    whole = bool(os.environ.get("FULL")) or _names_tests(arguments)
    ran, failed = [], []
    with tempfile.TemporaryDirectory(prefix="tongbu-test-") as var:
        for name, options, extra in runs(var, whole):
            print(f"\n=== {name} ===", flush=True)
            # What is made once for all tests (the demo agency) is made once for both databases too.
            code = pytest(
                [*parallel, *options, *arguments],
                environment(SHARED=f"{var}/shared", BRIEF="" if whole else "1", **extra),
            )
            # 5: the given arguments select nothing on this database, such as a browser test.
            if code not in (0, 5):
                failed.append(name)
            ran.append((name, extra.get("LEG")))
    print("\nRan on: " + ", ".join(name for name, _ in ran))
    for name, there, how in (
        ("PostgreSQL", os.environ.get("DATABASE_URL"), "set DATABASE_URL"),
        ("Redis", os.environ.get("REDIS_URL"), "set REDIS_URL"),
        ("Chromium", CHROMIUM, "install chromium"),
        (
            "LibreOffice",
            shutil.which("soffice") and shutil.which("pdftotext"),
            "install libreoffice-writer and poppler-utils",
        ),
    ):
        print(f"{name}: {'exercised' if there else f'not exercised ({how})'}")
    for name, leg in ran:
        if leg:
            print(
                f"On {name} only the tests that it may answer otherwise (tests/groups.py); FULL=1 runs every test there."
            )
    if not whole:
        print(
            "Left out for their price: the tests marked `whole`, three quarters of the random examples; FULL=1 runs all."
        )
    if failed:
        sys.exit(f"FAILED on {', '.join(failed)}")


def _names_tests(arguments):
    return any(Path(part.partition("::")[0]).exists() for part in arguments if not part.startswith("-"))


def runs(var, whole):
    """Yield (name, options of pytest, environment). whole: every test on every database."""
    # The tables as the models say, made at once; on PostgreSQL they come from the migrations.
    yield "SQLite", [] if whole else ["--nomigrations"], {"VAR_DIR": f"{var}/sqlite"}
    if os.environ.get("DATABASE_URL"):
        extra = {"VAR_DIR": f"{var}/postgres", "DATABASE_URL": os.environ["DATABASE_URL"]}
        options = []
        if not whole:
            extra["LEG"] = "where it can differ"
            # What is not read need not be collected.
            options = list(paths_on_both(ROOT))
        # Nobody misses a test's rows after a power cut: no commit waits for the disk.
        extra["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} -c synchronous_commit=off".strip()
        if os.environ.get("REDIS_URL"):
            extra["REDIS_URL"] = os.environ["REDIS_URL"]
        yield "PostgreSQL" + (" with Redis" if "REDIS_URL" in extra else ""), options, extra


if __name__ == "__main__":
    main()

"""What an embedded installation is, and what it keeps to itself: the folder VAR_DIR of bin/start."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from config.env import WrongSetting

# A file of VAR_DIR that says whose the folder is: "demo", or "own" for an installation of one's own.
_MARK = "installation"
# What is written there, beside what Django names by its settings.
_FILES = ("*.sqlite3*", "secret_key", "audit_key", "field_keys", "audit_anchors", "celerybeat-schedule*", _MARK)
_FOLDERS = ("broker", "media")


def kind_of(folder: Path) -> str:
    """Return "demo", "own", or "" for a folder that no embedded installation has taken yet."""
    try:
        kind = (folder / _MARK).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return kind if kind in ("demo", "own") else ""


def check(folder: Path, demo: bool, debug: bool) -> str:
    """Return the kind of the folder; one that was taken for something else stops the start: a demo never turns to earnest."""
    kind = kind_of(folder)
    if kind == "own" and demo:
        raise WrongSetting(
            f"DEMO=1, but {folder} is an installation of your own; start it with DEMO=0 bin/start, or name another VAR_DIR "
            "for the demo. 该目录是正式安装，不能作演示；请用 DEMO=0 bin/start 启动，或另设 VAR_DIR。"
        )
    if kind == "demo" and not (demo or debug):
        raise WrongSetting(
            f"DEMO=0, but {folder} holds the demo agency; name another VAR_DIR for your own installation. "
            "该目录是演示数据，不能转为正式使用；请另设 VAR_DIR。"
        )
    return kind


def take(folder: Path, demo: bool) -> None:
    """Say in the folder whose it is, on the first start. A folder that was copied or restored without its mark is told by
    its database: the demo agency's has a row that says so, and one with accounts and without that row is somebody's own.
    """
    if kind_of(folder):
        return
    mark(folder, _kind_in(folder / "tongbu.sqlite3") or ("demo" if demo else "own"))


def mark(folder: Path, kind: str) -> None:
    """Write "demo" or "own" into the folder, for its account alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / _MARK
    file.write_text(f"{kind}\n", encoding="utf-8")
    file.chmod(0o600)


def _kind_in(file: Path) -> str:
    """Return "demo" or "own" for a database with accounts, "" where there is none yet."""
    if not file.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            if database.execute("SELECT 1 FROM branches_setting WHERE key = 'demo_agency'").fetchone():
                return "demo"
            return "own" if database.execute("SELECT 1 FROM branches_user").fetchone() else ""
    except sqlite3.Error:
        return ""


def make_private(folder: Path, media: Path) -> None:
    """Take from group and others what an earlier version, or a copy made by hand, let them do with our files.

    A folder that is shared with others on purpose (sticky, such as /tmp) keeps its own mode.
    """
    own = [path for pattern in _FILES for path in folder.glob(pattern)]
    for top in (*(folder / name for name in _FOLDERS), media):
        own += [top, *top.rglob("*")] if top.is_dir() else []
    mode = folder.stat().st_mode
    if not mode & stat.S_ISVTX:
        own.append(folder)
    for path in own:
        try:
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode) and mode & 0o077:
                path.chmod(stat.S_IMODE(mode) & 0o700)
        except OSError:
            # A message that the worker took meanwhile, or a file that is another's: what can be mended is.
            continue

"""Change agencies.toml section by section: what the operator wrote elsewhere in it stays, and a wrong file never takes its place."""

import json
import os
import re
from pathlib import Path
from typing import Any

from common import agencies_file
from common.agencies_file import AgenciesError, Agency, Found


def append(file: Path, key: str, section: dict[str, Any]) -> Agency:
    """Add the section of a new agency and return it as it is read. Raises AgenciesError: then the file is as it was."""
    lines = [f"\n[agencies.{key}]", *(f"{name} = {_toml(value)}" for name, value in section.items())]
    text = file.read_text(encoding="utf-8").rstrip("\n") + "\n" + "\n".join(lines) + "\n"
    return _replace(file, text, sound=key).agencies[key]


def set_state(file: Path, key: str, state: str) -> Agency:
    """Write the state of an agency into its section."""
    before, section, after = _parts(file, key)
    line = f"state = {_toml(state)}\n"
    section, found = re.subn(r"(?m)^[ \t]*state[ \t]*=.*\n?", line, section, count=1)
    if not found:
        section = section.rstrip("\n") + f"\n{line}"
    return _replace(file, before + section + after).agencies[key]


def remove(file: Path, key: str) -> None:
    """Take the section of an agency out; nothing where it has none."""
    try:
        before, _, after = _parts(file, key)
    except AgenciesError:
        return
    _replace(file, before.rstrip("\n") + "\n" + ("\n" + after if after else ""))


def refuse_unwritable(file: Path) -> None:
    """Raise AgenciesError where this account cannot write beside the file: before anything else was made or dropped."""
    if not os.access(file.parent, os.W_OK):
        raise AgenciesError(f"{file.parent} 不能写入：请以 root（并带同样的环境变量）执行这条命令。")


def _parts(file: Path, key: str) -> tuple[str, str, str]:
    text = file.read_text(encoding="utf-8")
    found = re.search(rf"(?m)^[ \t]*\[agencies\.{re.escape(key)}\][^\n]*\n(?:(?![ \t]*\[)[^\n]*\n?)*", text)
    if found is None:
        raise AgenciesError(f"{file} 中没有 [agencies.{key}] 一节。")
    return text[: found.start()], found[0], text[found.end() :]


def _toml(value: Any) -> str:
    # A JSON text or list of texts is a TOML one.
    return json.dumps(value, ensure_ascii=False)


def _replace(file: Path, text: str, *, sound: str = "") -> Found:
    """Put a text that can be read in the file's place. sound: the key of an agency whose keys must be there as well."""
    refuse_unwritable(file)
    new = file.with_name(f".{file.name}.new")
    status = file.stat()
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        found = agencies_file.read(new)
        if sound and found.agencies[sound].fault:
            raise AgenciesError(found.agencies[sound].fault)
        os.chmod(new, status.st_mode & 0o777)
        if os.geteuid() == 0:
            os.chown(new, status.st_uid, status.st_gid)
        os.replace(new, file)
    finally:
        new.unlink(missing_ok=True)
    return found

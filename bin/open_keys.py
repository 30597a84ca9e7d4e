"""Take the keys out of a backup, on a host that has none yet: bin/open_keys.py BACKUP FOLDER [--passphrase-file FILE].

Writes secret_key, audit_key, field_keys and what else there was into FOLDER, mode 0600. They are what SECRET_KEY_FILE,
AUDIT_KEY_FILE, FIELD_KEYS_FILE … name; in a VAR_DIR of bin/start they are found by themselves: with --own the folder is
marked as an installation of one's own, so that `VAR_DIR=FOLDER manage.py restore BACKUP` and `DEMO=0 bin/start` go on
from there. Overwrites nothing.
"""

import argparse
import getpass
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from common.passphrase import WrongPassphrase, unseal  # noqa: E402
from config import installation  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("backup", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passphrase-file", type=Path)
    parser.add_argument("--own", action="store_true", help="FOLDER is the VAR_DIR of an installation of one's own")
    given = parser.parse_args()
    try:
        text = (given.backup / "keys.sealed").read_text(encoding="utf-8")
        if given.passphrase_file:
            secret = (given.passphrase_file.read_text(encoding="utf-8").splitlines() or [""])[0]
        else:
            secret = getpass.getpass("Passphrase 口令: ")
        keys = json.loads(unseal(text, secret))
    except WrongPassphrase as error:
        sys.exit(str(error))
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"{getattr(error, 'filename', None) or given.backup} cannot be read 无法读取。")
    given.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = [name for name in map(str.lower, keys) if (given.folder / name).exists()]
    if there:
        sys.exit(f"{given.folder / there[0]} exists already; nothing was written 已存在，未写入。")
    for name, value in keys.items():
        path = given.folder / name.lower()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(value)
        print(path)
    if given.own:
        installation.take(given.folder, demo=False)


if __name__ == "__main__":
    main()

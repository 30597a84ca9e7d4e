#!/usr/bin/env python
import os
import sys
import tempfile


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    if not {"help", "--help", "-h"} & set(sys.argv[1:]):
        execute_from_command_line(sys.argv)
        return
    from config.help_only import stand_in

    # Help needs no key, no database and no folder: whoever asks for it may have none yet.
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(stand_in(folder))
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

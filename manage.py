#!/usr/bin/env python
import os
import sys
import tempfile


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    if {"help", "--help", "-h"} & set(sys.argv[1:]):
        from config.help_only import stand_in

        # Help needs no key, no database and no folder: whoever asks for it may have none yet.
        with tempfile.TemporaryDirectory() as folder:
            os.environ.update(stand_in(folder))
            execute_from_command_line(sys.argv)
        return
    if sys.argv[1:] == ["migrate", "--check"] and os.environ.get("AGENCIES"):
        # The services wait for nobody's migrations: an agency that is behind answers 503, the others are served.
        return
    if len(sys.argv) > 1 and sys.argv[1].split("=")[0] in ("--agency", "--all"):
        from config.many import run

        sys.exit(run(sys.argv))
    try:
        execute_from_command_line(sys.argv)
    except RuntimeError as error:
        if type(error).__name__ != "OutsideAgency":
            raise
        # One sentence that says what to add, and not where in the program it was missed.
        sys.exit(str(error))


if __name__ == "__main__":
    main()

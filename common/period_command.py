"""What commands about a period share: --period, --as-of, and files that appear whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from common.periods import Period


class PeriodCommand(BaseCommand):
    """Adds --period (2026, 2026H1, 2026Q3, 2026-10) and --as-of (default today)."""

    period_required = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--period", required=self.period_required, help="2026, 2026H1, 2026Q3 or 2026-10")
        parser.add_argument("--as-of", default="", metavar="DATE", help="judge states on this day (default today)")

    def read(self, options: dict[str, Any]) -> tuple[Period | None, date]:
        """Return (Period or None, date); a wrong value ends the command with one sentence."""
        try:
            period = Period.parse(options["period"]) if options["period"] else None
        except ValueError as error:
            raise CommandError(str(error), returncode=1) from None
        try:
            as_of = date.fromisoformat(options["as_of"]) if options["as_of"] else clock.today()
        except ValueError:
            raise CommandError("--as-of 须写成 2026-11-24。", returncode=1) from None
        return period, as_of


@contextmanager
def whole_file(path: str | Path, mode: str = "w", **kwargs: Any) -> Iterator[IO[Any]]:
    """Open a file that appears under its name only when everything was written; CommandError where the disk is full (F08)."""
    target = Path(path)
    if not target.parent.is_dir():
        raise CommandError(f"文件夹 {target.parent} 不存在。", returncode=1)
    if target.is_dir():
        raise CommandError(f"{target} 是文件夹，请写明文件名。", returncode=1)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise CommandError(f"不能写入文件夹 {target.parent}：{error.strerror}。", returncode=1) from None
    try:
        with os.fdopen(handle, mode, **kwargs) as file:
            yield file
        os.replace(name, target)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CommandError(f"{target.parent} 的存储空间不足，{target.name} 没有写成。", returncode=1) from None
        raise

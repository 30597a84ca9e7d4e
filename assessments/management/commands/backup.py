import getpass
import stat
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from branches.backups.errors import BackupError
from branches.backups.make import backup_make
from common.operator import OPERATOR
from members.imports import kept


class Command(BaseCommand):
    help = (
        "Write database, attachments and keys (under a passphrase) into a new folder, as of one moment, while people work; "
        "exit 1 with a sentence and nothing left behind."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument(
            "--passphrase-file", type=Path, metavar="FILE", help="first line: the passphrase of the keys; mode 0600"
        )
        parser.add_argument("--without-keys", action="store_true", help="leave the keys out; they are kept elsewhere")

    def handle(self, *args, folder, passphrase_file, without_keys, **options):
        secret = None if without_keys else _passphrase(passphrase_file)
        try:
            # Uploaded ledgers are deleted after a day; a backup would keep them for longer.
            made = backup_make(by=OPERATOR, target=folder.absolute(), secret=secret, leave_out=frozenset({kept.FOLDER}))
        except BackupError as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(
            f"备份完成：{folder}，{len(made.tables)} 张表 {made.rows} 行，{made.files} 个附件，链头 {made.head}"
        )
        if made.missing:
            self.stderr.write(f"有 {len(made.missing)} 个附件缺失或被改动，如 {made.missing[0]}")
        if without_keys:
            self.stderr.write("备份中没有密钥：没有它们，备份不能恢复。请另行保存。")


def _passphrase(file):
    if file is None:
        if not sys.stdin.isatty():
            raise CommandError("没有终端可以输入口令：请用 --passphrase-file 或 --without-keys。", returncode=1)
        first = getpass.getpass("密钥的口令（至少12个字符）：")
        if getpass.getpass("再输入一次：") != first:
            raise CommandError("两次输入的口令不同。", returncode=1)
        return first
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise CommandError(f"{file} 其他人可以读取；请把权限设为 0600。", returncode=1)
        return (file.read_text(encoding="utf-8").splitlines() or [""])[0]
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"{file} 无法读取。", returncode=1) from None

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from branches.agencies.closing import agency_drop
from common import agencies
from common.agencies_file import AgenciesError


class Command(BaseCommand):
    help = (
        "Drop database and role of a closed agency, with a backup of it at hand, and take it out of agencies.toml; its keys and "
        "attachments stay. Exit 1 with a sentence and nothing dropped."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("key", metavar="KEY")
        parser.add_argument(
            "--backup", required=True, type=Path, metavar="DIR", help="its last backup, read and compared"
        )

    def handle(self, *args, key, backup, **options):
        agency = {row.key: row for row in agencies.every()}.get(key)
        if agency is None:
            raise CommandError(f"agencies.toml 中没有机关 {key}。", returncode=1)
        try:
            agency_drop(file=Path(settings.AGENCIES_FILE), agency=agency, backup=backup.absolute())
        except AgenciesError as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(f"机关 {agency} 的数据库和角色已删除。")
        self.stdout.write(f"密钥 {agency.keys} 与附件 {agency.values['MEDIA_ROOT']} 仍在，请按保管要求处置。")

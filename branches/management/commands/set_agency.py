from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from branches.agencies import file_edits
from common.agencies_file import STATES, AgenciesError


class Command(BaseCommand):
    help = "Set the state of an agency in agencies.toml: active, read-only (only reading), closed (no page, no work)."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("key", metavar="KEY")
        parser.add_argument("state", choices=STATES)

    def handle(self, *args, key, state, **options):
        if settings.AGENCIES is None:
            raise CommandError("没有设置 AGENCIES：本安装只有一个机关。", returncode=1)
        try:
            agency = file_edits.set_state(Path(settings.AGENCIES_FILE), key, state)
        except AgenciesError as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(f"机关 {agency} 的状态已改为 {state}；重启 web、worker 和 beat 后生效。")

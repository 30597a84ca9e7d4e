from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from branches.agencies import file_edits
from branches.agencies.adding import agency_add, template_make
from common.agencies_file import AgenciesError


class Command(BaseCommand):
    help = (
        "Add an agency to an installation of many: keys, database role, a database cloned from the template, its section in "
        "agencies.toml and its first account; exit 1 with a sentence and nothing left behind."
    )
    # There is no agency yet to look at.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("key", metavar="KEY", help="short name: lower-case letters, digits, underscores")
        parser.add_argument("--name", required=True, help="机关名称")
        parser.add_argument("--host", required=True, action="append", help="host name, once or more")
        parser.add_argument("--keys", type=Path, metavar="DIR", help="default: beside agencies.toml, agencies/KEY")
        parser.add_argument("--state", type=Path, metavar="DIR", help="default: VAR_DIR/agencies/KEY")

    def handle(self, *args, key, name, host, keys, state, **options):
        if settings.AGENCIES is None:
            raise CommandError("没有设置 AGENCIES：本安装只有一个机关。", returncode=1)
        file = Path(settings.AGENCIES_FILE)
        try:
            file_edits.refuse_unwritable(file)
            version = template_make()
            added = agency_add(
                file=file,
                key=key,
                name=name,
                hosts=host,
                folder=(keys or file.parent / "agencies" / key).absolute(),
                state=(state or settings.VAR_DIR / "agencies" / key).absolute(),
            )
        except AgenciesError as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(f"机关 {key}（{name}）已建立：{version}")
        self.stdout.write(f"账号 {added.username} 一次性口令：{added.code}")
        self.stdout.write(f"请重启 web、worker 和 beat，再执行 manage.py --agency {key} begin。")

from django.core.management.base import BaseCommand, CommandError

from branches.agencies import fitness
from branches.agencies.adding import versions
from common import agencies
from common.database import why_away


class Command(BaseCommand):
    help = "Look at every agency of the installation: reachable, of this version, keys that fit, the same content types; exit 1."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--keys", action="store_true", help="print the keys of those that are not closed, and nothing else"
        )

    def handle(self, *args, keys, **options):
        if not agencies.many():
            raise CommandError("没有设置 AGENCIES：本安装只有一个机关。", returncode=1)
        if keys:
            self.stdout.write("\n".join(row.key for row in agencies.every(agencies.ACTIVE, agencies.READ_ONLY)))
            return
        problems = fitness.all_problems()
        for agency in agencies.every():
            self.stdout.write(f"{agency}：{agency.state}，{_version(agency)}")
        for line in problems:
            self.stderr.write(line)
        if problems:
            raise CommandError(f"{len(problems)} 个机关不能服务。", returncode=1)


def _version(agency):
    try:
        with agencies.entered(agency):
            return versions()
    except agencies.AgenciesError as error:
        return str(error)
    except Exception as error:  # a database that is away
        return f"数据库不可用（{why_away(error)}）"
    finally:
        agencies.close_all()

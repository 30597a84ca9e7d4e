from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from branches.access.services.accounts import account_create
from branches.access.services.appointments import appointment_make
from branches.places.selectors.names import named
from branches.reach.rights import ROLES, SYSTEM_ROLES
from common.database import one_transaction
from common.operator import OPERATOR
from common.text import quoted


class Command(BaseCommand):
    help = "Create an account and print its one-time code (24 hours, replaced at the first login)."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="姓名")
        parser.add_argument("--role", choices=sorted(ROLES))
        parser.add_argument(
            "--at", metavar="ORGANISATION", help="full name, short name or path (A/B/C) of the organisation"
        )

    @one_transaction
    def handle(self, *args, username, name, role, at, **options):
        try:
            user, code = account_create(by=OPERATOR, username=username, name=name)
            if role:
                appointment_make(by=OPERATOR, user=user, role=role, organisation=self._place(role, at))
        except ValidationError as error:
            raise CommandError("；".join(error.messages), returncode=1) from None
        self.stdout.write(f"账号 {username}（{name}）一次性口令：{code}")

    def _place(self, role, at):
        if role in SYSTEM_ROLES:
            return None
        if not at:
            raise CommandError("这一角色须用 --at 指明党组织。", returncode=1)
        found = named(at)
        if not found:
            raise CommandError(f"没有找到党组织{quoted(at)}。", returncode=1)
        if len(found) > 1:
            several = "；".join(path for path, _ in found)
            raise CommandError(f"{quoted(at)}可指多个党组织，请用全称或路径：{several}", returncode=1)
        return found[0][1]

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from branches.access.models import ResetKind, User
from branches.access.services.resets import reset_by_operator
from common.text import quoted


class Command(BaseCommand):
    help = "Give an account a new one-time code (24 hours), or end its second factor: where nobody else may confirm a reset."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--factor", action="store_true", help="end the second factor; the password stays")

    def handle(self, *args, username, factor, **options):
        owner = User.objects.filter(username__iexact=username).first()
        if owner is None:
            raise CommandError(f"没有账号{quoted(username)}。", returncode=1)
        try:
            code = reset_by_operator(owner=owner, kind=ResetKind.FACTOR if factor else ResetKind.PASSWORD)
        except ValidationError as error:
            raise CommandError("；".join(error.messages), returncode=1) from None
        if factor:
            self.stdout.write(f"账号 {owner.username}（{owner.name}）的两步验证已停用，密码不变。")
            return
        self.stdout.write(f"账号 {owner.username}（{owner.name}）一次性口令：{code}")

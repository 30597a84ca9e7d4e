from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from branches.access.models import User
from branches.access.services.resets import reset_by_operator


class Command(BaseCommand):
    help = "Give an account a new one-time code (24 hours): where nobody else may confirm a reset."

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *args, username, **options):
        owner = User.objects.filter(username__iexact=username).first()
        if owner is None:
            raise CommandError(f"没有账号“{username}”。", returncode=1)
        try:
            code = reset_by_operator(owner=owner)
        except ValidationError as error:
            raise CommandError("；".join(error.messages), returncode=1) from None
        self.stdout.write(f"账号 {owner.username}（{owner.name}）一次性口令：{code}")

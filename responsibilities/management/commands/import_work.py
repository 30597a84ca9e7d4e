from django.core.management.base import CommandError

from branches.access.models import User
from branches.imports.command import OneLedgerCommand, columns_of
from common.operator import OPERATOR
from common.text import quoted
from responsibilities.work.imports import KEY, import_work, plan_work
from responsibilities.work.ledger import WORK_LEDGER
from responsibilities.work.rights import arranges_anywhere


class Command(OneLedgerCommand):
    help = "Import a year plan of business work (XLSX or CSV), all or nothing; wrong rows as `row N: field: message`."
    ledgers = (WORK_LEDGER,)

    def acting(self, username):
        """Return the account named by --as, which must arrange work, or the operator of the server."""
        if not username:
            return OPERATOR
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"没有可用的账号{quoted(username)}。", returncode=1)
        if not arranges_anywhere(user):
            raise CommandError(f"账号{quoted(username)}没有部署业务的权限。", returncode=1)
        return user

    def handle(self, *args, file, dry_run, username, column, sheet, verbosity, **options):
        by = self.acting(username)
        work = plan_work if dry_run else import_work
        plans = self.guarded(
            lambda: work(by, {KEY: (file, file.name)}, columns={KEY: columns_of(column)}, sheets={KEY: sheet})
        )
        self.report(plans, dry_run=dry_run, verbosity=verbosity)

"""What the import commands share: their options, their lines, their exit code."""

from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404

from branches.access.models import User
from branches.imports.run import summary
from branches.reach import access
from branches.reach.rights import IMPORT
from common.errors import TooMany
from common.operator import OPERATOR
from common.tabular.ledger import Ledger
from common.text import quoted

SHOWN_NOTICES = 20


def fields_help(ledger):
    """Return the list of fields of a Ledger for --help."""
    lines = [f"  {column.name:<14}{column.label}{'（必有）' if column.required else ''}" for column in ledger.fields]
    return "\n".join([f"fields of {ledger.key}:", *lines])


def columns_of(pairs):
    """Return {heading: field} from `HEADING=FIELD` texts; raises CommandError."""
    columns = {}
    for pair in pairs or ():
        heading, equals, name = pair.rpartition("=")
        if not equals or not heading.strip() or not name.strip():
            raise CommandError(f"--column {pair}：应写作 标题=字段。", returncode=1)
        columns[heading.strip()] = name.strip()
    return columns


class ImportCommand(BaseCommand):
    """Base of the commands: options, the acting account, the report."""

    ledgers: tuple[Ledger, ...] = ()
    with_file = False

    def create_parser(self, prog_name, subcommand, **kwargs):
        from argparse import RawDescriptionHelpFormatter

        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = "\n\n".join(fields_help(ledger) for ledger in self.ledgers)
        return parser

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="plan and report, write nothing")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="act with this account's reach")

    def acting(self, username):
        """Return the account named by --as, or the operator of the server (decisions 7)."""
        if not username:
            return OPERATOR
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"没有可用的账号{quoted(username)}。", returncode=1)
        if not access.holds_anywhere(user, IMPORT):
            raise CommandError(f"账号{quoted(username)}没有导入台账的权限。", returncode=1)
        return user

    def report(self, plans, *, dry_run, verbosity):
        """Print notices, then the errors (exit 1) or the summary."""
        notices = [notice for plan in plans for notice in plan.notices]
        shown = notices if verbosity > 1 else notices[:SHOWN_NOTICES]
        for notice in shown:
            self.stdout.write(notice.line())
        if len(shown) < len(notices):
            self.stdout.write(f"提示另有 {len(notices) - len(shown)} 条，用 -v 2 全部列出。")
        errors = [error for plan in plans for error in plan.errors]
        order = [plan.ledger.key for plan in plans]
        for error in sorted(errors, key=lambda error: (order.index(error.ledger), error.row)):
            self.stderr.write(error.line(with_file=self.with_file))
        if errors:
            raise CommandError(f"共 {len(errors)} 处有误，未写入任何内容。", returncode=1)
        self.stdout.write(("试运行，未写入。" if dry_run else "") + summary(plans))

    def guarded(self, work):
        """Do the work; turn what the services refuse into a line and exit 1."""
        try:
            return work()
        except ValidationError as error:
            raise CommandError("；".join(error.messages), returncode=1) from None
        except TooMany as error:
            raise CommandError(error.message, returncode=1) from None
        except (PermissionDenied, Http404):
            raise CommandError("权限已变动，未写入任何内容。", returncode=1) from None


class OneLedgerCommand(ImportCommand):
    """A command for one file: `make(plan)` fills the plan and `write(plans, by)` writes it."""

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        super().add_arguments(parser)
        parser.add_argument("--column", action="append", metavar="HEADING=FIELD", help="name a heading by hand")
        parser.add_argument("--sheet", metavar="TITLE", help="read this sheet of the workbook")

from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments.reports.services import printed_anchors
from branches.backups import manifest as manifests
from branches.backups.errors import BackupError
from branches.backups.restore import restore
from common.operator import OPERATOR


def _local(moment):
    """Return the moment of a manifest on the agency's clock, as people read it."""
    return f"{timezone.localtime(datetime.fromisoformat(moment)):%Y-%m-%d %H:%M}"


class Command(BaseCommand):
    help = (
        "Put a backup in the place of the database: filled and verified beside it, adopted when counts, tree, trail, keys and "
        "attachments hold; exit 1 with a sentence and nothing changed."
    )
    # The database may be empty, or of another version.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path)
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--check", action="store_true", help="read the backup and compare all hashes; write nothing")
        what.add_argument(
            "--drill", action="store_true", help="restore beside the database, verify, throw it away again"
        )
        what.add_argument(
            "--replace", metavar="AGENCY", help="replace what the database holds; its agency's name confirms it"
        )
        parser.add_argument(
            "--set-anchors-aside",
            action="store_true",
            help="AUDIT_ANCHOR_FILE holds heads of later than the backup, or of another trail: rename it, begin it anew",
        )

    def handle(self, *args, folder, check, drill, replace, set_anchors_aside, **options):
        folder = folder.absolute()
        try:
            if check:
                manifest = manifests.read(folder)
                manifests.check(folder, manifest)
                self.stdout.write(
                    f"备份完好：{manifest.agency}，{_local(manifest.made)}，{manifest.rows} 行，{manifest.files} 个附件，链头 {manifest.head}"
                )
                return
            done = restore(
                by=OPERATOR,
                folder=folder,
                anchors=printed_anchors,
                replace=replace,
                set_anchors_aside=set_anchors_aside,
                drill=drill,
            )
        except BackupError as error:
            raise CommandError(str(error), returncode=1) from None
        word = "恢复演练通过" if drill else "恢复完成"
        self.stdout.write(f"{word}：{done.rows} 行，{done.files} 个附件，审计链完整，备份时的链头 {done.head}")
        if done.before:
            self.stdout.write(f"原来的数据另存为{done.before}；确认不再需要后请删除。")
        for line in done.said:
            self.stdout.write(line)

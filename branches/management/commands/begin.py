from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from branches.access.services.beginning import agency_begin, check_empty
from branches.reach.rights import ROLES
from common.text import clean_text

_GROUP, _COMMITTEE = "党组", "机关委员会"


class Command(BaseCommand):
    help = (
        "Begin an empty installation: asks for the names of Party group, committee, its secretary and the auditor, makes "
        "the top of the tree and prints the one-time codes of both accounts."
    )

    def add_arguments(self, parser):
        parser.add_argument("--party-group", metavar="NAME", help="党组全称")
        parser.add_argument("--committee", metavar="NAME", help="机关党委全称")
        parser.add_argument("--secretary", metavar="NAME", help="机关党委书记姓名")
        parser.add_argument("--username", default="dangwei", help="机关党委书记的用户名 (default dangwei)")
        parser.add_argument("--auditor", metavar="NAME", help="安全审计员姓名; empty: later")
        parser.add_argument("--auditor-username", default="audit", help="安全审计员的用户名 (default audit)")

    def handle(self, *args, party_group, committee, secretary, username, auditor, auditor_username, **options):
        try:
            check_empty()
            group = self._asked(party_group, "党组全称", "--party-group")
            likely = f"{group.removesuffix(_GROUP)}{_COMMITTEE}" if group.endswith(_GROUP) else ""
            place = self._asked(committee, "机关党委全称", "--committee", likely)
            head = self._asked(secretary, "机关党委书记姓名", "--secretary")
            # Given what is needed, nobody sits before the screen.
            watch = auditor if auditor is not None or secretary is not None else self._line("安全审计员姓名（可空）：")
            made = agency_begin(
                party_group=group,
                committee=place,
                secretary=(head, username),
                auditor=(clean_text(watch), auditor_username) if clean_text(watch or "") else None,
            )
        except ValidationError as error:
            raise CommandError("；".join(error.messages), returncode=1) from None
        self.stdout.write(f"已建立组织树的顶端：{group} › {place}")
        for role, name, account, code in made:
            self.stdout.write(f"{ROLES[role].label} {name}，用户名 {account}，一次性口令：{code}")
        self.stdout.write(
            "口令 24 小时内有效，只显示这一次，请当面交给本人。机关党委书记登录后，首页列出接着做的步骤。"
        )

    def _asked(self, given, label, option, likely=""):
        """Return the value of an option, or what is typed; an empty line takes what is likely, and asks again without it."""
        if given is not None:
            if not clean_text(given):
                raise CommandError(f"{label}（{option}）没有填写。", returncode=1)
            return clean_text(given)
        while True:
            text = clean_text(self._line(f"{label}{f'（直接回车：{likely}）' if likely else ''}：", option)) or likely
            if text:
                return text

    def _line(self, prompt, option=""):
        try:
            return input(prompt)
        except EOFError:
            if not option:
                return ""
            raise CommandError(f"{prompt.rstrip('：')}没有填写，可用 {option} 给出。", returncode=1) from None

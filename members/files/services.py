"""A member asks for his own file or attendance to be corrected; whoever keeps the roster is told."""

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.access.models import User
from branches.notices.services import notice_send
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.text import clean_text, quoted
from members.activities.models import Activity, Attendance
from members.roster.models.members import Member

MOST_ANSWER = 20  # nobody has more secretaries; what lies above them is not read


def keepers_of(member: Member) -> list[User]:
    """Return who corrects a member's file: of those who may, the ones at the nearest organisation, without himself."""
    able = access.who_can(MEMBERS, member.home, limit=MOST_ANSWER)
    others = [row for row in able if row.user_id != member.account_id] or able
    nearest = others[0].organisation_id if others else None
    return list({row.user_id: row.user for row in others if row.organisation_id == nearest}.values())


@one_transaction
def correction_ask(*, by: User, member: Member, text: str, activity: Activity | None = None) -> int:
    """Tell the keepers of a member's file what he says is wrong there, or in his attendance of a record; return how many.

    Raises ValidationError: somebody else's file, no text, a record without him, nobody to be told.
    """
    member = Member.objects.select_related("home").get(pk=member.pk)
    if member.account_id != by.pk:
        raise ValidationError("只能对本人的档案提出更正。")
    text = clean_text(text)
    if not text:
        raise ValidationError({"text": "请写明哪里不对，应当是什么。"})
    if activity is not None and not Attendance.objects.filter(activity=activity, member=member).exists():
        raise ValidationError("这次活动没有您的考勤。")
    keepers = keepers_of(member)
    if not keepers:
        raise ValidationError("您所在党支部还没有可以办理的人，请联系上级党组织。")
    about, url = "本人档案", reverse("member_detail", args=[member.pk])
    if activity is not None:
        about = f"{clock.in_words(activity.day)}{quoted(activity.title or '未填主题')}的考勤"
        url = reverse("activity_detail", args=[activity.pk])
    for user in keepers:
        notice_send(by=by, to=user, kind="correction", text=f"{member.name}请求更正{about}：{text}", url=url)
    audit.record(
        by=by, verb="member.correction", obj=member, organisation=member.home, after={"about": about, "text": text}
    )
    return len(keepers)

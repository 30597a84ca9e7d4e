"""Who somebody is: his way into the Party in five stages, what is kept of him, his seats beside his work."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from branches.reach import access
from branches.reach.rights import IDENTITY
from common import clock
from members.development.selectors.cases import cases_of
from members.roster.forms import UnmaskForm
from members.roster.masking import masked_identity, masked_phone
from members.roster.models.members import Member
from members.roster.models.posts import Post
from members.roster.models.standing import MemberStage, StageSpell
from members.roster.sections import Given, Reader

# Of the seats that are over so many are shown at once.
PAST_SHOWN = 3
DONE, NOW, TODO = "done", "now", "todo"


@dataclass(frozen=True)
class Step:
    """One of the five stages. since: None where nobody knows; look: done, now, todo."""

    name: str
    since: date | None
    look: str
    note: str = ""


def posts_of(member: Member) -> QuerySet[Post]:
    """Return a member's Party posts: those that go on, then the latest ended."""
    rows = member.posts.select_related("organisation__parent")
    return rows.order_by(F("ends").desc(nulls_first=True), "-starts", "pk")


def path_of(member: Member, today: date, opened: date | None) -> list[Step]:
    """Return the five stages of a person with the days that are known. opened: when his last case was; one statement."""
    known: dict[str, date | None] = {}
    rows = StageSpell.objects.filter(member=member).order_by(F("starts").asc(nulls_last=True), "pk")
    for stage, starts in rows.values_list("stage", "starts"):
        known.setdefault(stage, starts)
    known[MemberStage.PROBATIONARY] = member.joined_on
    known[MemberStage.FULL] = member.full_on
    known[MemberStage.APPLICANT] = opened or known.get(MemberStage.APPLICANT)
    stages = list(MemberStage)
    at = stages.index(MemberStage(member.stage))
    return [
        Step(
            "递交申请书" if stage == MemberStage.APPLICANT else stage.label,
            known.get(stage),
            NOW if number == at else DONE if number < at else TODO,
            _standing_words(member, today) if number == at and stage == MemberStage.FULL else "",
        )
        for number, stage in enumerate(stages)
    ]


def _standing_words(member: Member, today: date) -> str:
    """Return how long somebody has been a full member (党龄 counts from then)."""
    full = member.full_on
    if full is None:
        return ""
    years = today.year - full.year - ((today.month, today.day) < (full.month, full.day))
    return f"党龄 {years} 年" if years > 0 else "党龄不满 1 年"


def read(reader: Reader) -> dict[str, Any] | None:
    member, today = reader.member, clock.today()
    posts = list(posts_of(member))
    over = [post for post in posts if post.ends is not None and post.ends < today]
    held = [post for post in posts if post not in over]
    unmasks = not reader.own and access.has_right(reader.user, IDENTITY, member.home)
    return {
        "path": path_of(member, today, next((one.opened_on for one in cases_of(reader)), None)),
        "identity": masked_identity(member),
        "phone": masked_phone(member),
        "held": held,
        "over": over[:PAST_SHOWN],
        "older": over[PAST_SHOWN:],
        "unmasks": unmasks and bool(member.identity or member.phone),
        "unmask_form": UnmaskForm(),
        "acts": reader.manages and not reader.own,
    }


def give(member: Member) -> list[Given]:
    said = [
        ("姓名", member.name),
        ("性别", member.sex),
        ("民族", member.ethnicity),
        ("出生日期", member.birth_date or ""),
        ("学历", member.education),
        ("工作岗位", member.work_post),
        ("人员类别", member.get_stage_display()),
        ("加入党组织日期", member.joined_on or ""),
        ("转为正式党员日期", member.full_on or ""),
        ("党籍", member.status),
        ("不作硬性要求起", member.exempt_from or ""),
        ("不作硬性要求的原因", member.exempt_reason),
        ("公民身份号码（遮盖）", masked_identity(member)),
        ("手机号码（遮盖）", masked_phone(member)),
        ("备注", member.remark),
    ]
    posts = [(row.label, row.organisation.name, row.starts or "", row.ends or "现任") for row in posts_of(member)]
    found = [Given("基本信息", ("项目", "内容"), [(name, value) for name, value in said if value])]
    return [*found, Given("党内职务", ("职务", "党组织", "起", "止"), posts)] if posts else found

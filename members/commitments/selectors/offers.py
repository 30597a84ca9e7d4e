"""Sentences that somebody may pledge with one click: from last year, his post, the work and the targets of his branch."""

from django.db.models import Q

from common import clock
from members.commitments import above
from members.commitments.models import TEXT_MOST, Kept, Pledge
from members.commitments.rules import Wanted, bounds
from members.commitments.suggested import Suggested
from members.roster.models.members import Member
from members.roster.models.posts import Post, PostKind

MOST = 12
_OF_POST: dict[str, tuple[str, ...]] = {
    PostKind.SECRETARY: (
        "全年讲党课不少于 1 次",
        "全年与每名党员谈心谈话不少于 1 次",
        "每月召开 1 次支委会研究支部工作",
    ),
    PostKind.DEPUTY: ("协助书记落实支部年度计划，每季度检查 1 次", "全年与联系的党员谈心谈话不少于 1 次"),
    PostKind.ORGANISATION: ("按月核对党员名册和党费收缴情况", "每季度联系 1 次入党积极分子"),
    PostKind.PUBLICITY: ("每季度组织 1 次集中学习", "每月收集并反映党员的学习需求"),
    PostKind.DISCIPLINE: ("每季度开展 1 次纪律教育", "全年与每名党员作 1 次廉政提醒"),
    PostKind.YOUTH: ("每季度组织青年党员交流 1 次",),
    PostKind.WELFARE: ("走访看望本支部的困难党员和老党员",),
    PostKind.GROUP_LEADER: ("每月召开 1 次党小组会", "全年与小组每名党员谈心 1 次"),
}
_OF_ANYBODY = (
    "按时参加组织生活，有事提前请假",
    "全年参加集中学习培训不少于 32 学时",
    "每季度参加 1 次志愿服务",
    "立足岗位帮带 1 名同事",
)


def offers(member: Member, year: int) -> list[Suggested]:
    """Return what may be pledged, the most pressing first: four statements and those of the rooms above."""
    found = [*_unfulfilled(member, year), *_of_posts(member)]
    for said in above.OFFERS:
        found += [one for one in said(member, year) if len(one.text) <= TEXT_MOST]
    found += [Suggested(f"g{number}", text, "常用") for number, text in enumerate(_OF_ANYBODY)]
    once: dict[str, Suggested] = {}
    for one in found:
        once.setdefault(one.text, one)
    return list(once.values())[:MOST]


def _unfulfilled(member: Member, year: int) -> list[Suggested]:
    rows = Pledge.objects.standing().filter(commitment__member=member, commitment__year=year - 1)
    # What the appraisal says counts, else the member.
    open_ = Q(confirmed__in=[Kept.NOT, Kept.PARTLY]) | Q(confirmed="", own__in=["", Kept.NOT, Kept.PARTLY])
    return [Suggested(f"l{row.pk}", row.text, "去年未完全兑现", row.about) for row in rows.filter(open_)]


def _of_posts(member: Member) -> list[Suggested]:
    held = Post.objects.in_force(clock.today()).filter(member=member).order_by("pk").values_list("kind", flat=True)
    labels = dict(PostKind.choices)
    return [
        Suggested(f"p-{kind}-{number}", text, f"职务：{labels[kind]}")
        for kind in dict.fromkeys(held)
        for number, text in enumerate(_OF_POST.get(kind, ()))
    ]


def ticked_first(found: list[Suggested], year: int) -> set[str]:
    """Return the keys that are ticked on a page where nothing was pledged yet: as many as are needed at least."""
    return {one.key for one in found[: bounds(year)[0]]}


def chosen(found: list[Suggested], keys: list[str], typed: list[str]) -> list[Wanted]:
    """Return what is pledged: the ticked sentences in their order, then the typed ones."""
    return [Wanted(one.text, one.about) for one in found if one.key in keys] + [Wanted(text) for text in typed]

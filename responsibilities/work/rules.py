"""Rules about business work that need no database: order of dates, which kinds of record suit a stage, doubts, ways."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher

from branches.places.models.organisations import Kind
from common import clock
from common.text import EARLIEST
from members.activities.models import UNSUBMITTED, Activity, ActivityHost, BuildingField, Way
from members.activities.models import ActivityKindCode as Code
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, WorkItem
from responsibilities.work.stages import SyncPoint

# {stage: the dates of it and of its milestones}
StageDates = Mapping[SyncStageKind, Sequence[date | None]]

# So many days from the business date a record hardly belongs to the stage.
FAR = 60
# A business date so many days before the item begins is a slip of the pen: what precedes it is studied the year before.
LONG_BEFORE = 366
# Within so many days a record is offered before the others; only the order depends on it.
NEAR = 7

# Which kinds of record show a stage in published practice (rulebook README, section 6).
STAGE_KINDS = {
    SyncStageKind.STUDY: (
        Code.COMMITTEE_MEETING,
        Code.ASSEMBLY,
        Code.STUDY_GROUP,
        Code.PARTY_SPECIAL,
        Code.PARTY_GROUP_MEETING,
    ),
    SyncStageKind.ARRANGEMENT: (Code.COMMITTEE_MEETING, Code.ASSEMBLY),
    SyncStageKind.IMPLEMENTATION: (Code.THEME_DAY, Code.LECTURE, Code.VISIT_BRANCH),
    SyncStageKind.ASSESSMENT: (Code.ASSEMBLY, Code.ORG_LIFE, Code.DEBRIEF, Code.COMMITTEE_MEETING),
}
# How a record of a stage usually serves the work; a suggestion, the agency's own setting.
STAGE_WAY = {
    SyncStageKind.STUDY: Way.AROUND,
    SyncStageKind.ARRANGEMENT: Way.CONNECT,
    SyncStageKind.IMPLEMENTATION: Way.MERGE,
    SyncStageKind.ASSESSMENT: Way.PERMEATE,
}
STAGE_BUILDING = {
    SyncStageKind.STUDY: BuildingField.THOUGHT,
    SyncStageKind.ARRANGEMENT: BuildingField.ORGANISATION,
    SyncStageKind.IMPLEMENTATION: BuildingField.CONDUCT,
    SyncStageKind.ASSESSMENT: BuildingField.INSTITUTION,
}
# Words that stand in most titles and tell nothing about one piece of work.
_COMMON = (
    "工作",
    "活动",
    "开展",
    "推进",
    "会议",
    "研究",
    "部署",
    "年度",
    "落实",
    "重点",
    "专题",
    "学习",
    "项目",
    "党支部",
)


def day_problem(day: date | None, *, actual: bool = False) -> str:
    """Return why a business date cannot stand, or "". An actual date lies in the past; none lies before 1921-07-01."""
    if day is None:
        return ""
    if day < EARLIEST:
        return f"日期应在 {clock.in_words(EARLIEST)}之后。"
    if actual and day > clock.today():
        return "实际日期不能晚于今天。"
    return ""


def order_problems(dates: StageDates, word: str) -> dict[SyncStageKind, str]:
    """Return {SyncStageKind: sentence} of the stages that lie before an earlier one; empty when all are in order.

    dates: {SyncStageKind: [dates]} of one sort, planned or actual (None is left out). word: 计划 or 实际. The last date of a stage
    may not lie after the first of a later one.
    """
    problems: dict[SyncStageKind, str] = {}
    latest: tuple[SyncStageKind, date] | None = None
    for stage in SyncStageKind:
        days = [day for day in dates.get(stage, ()) if day is not None]
        if not days:
            continue
        if latest is not None and min(days) < latest[1]:
            problems[stage] = (
                f"{word}日期应按研究、安排、实施、考核的先后：{STAGE_SHORT[stage]}（{clock.in_words(min(days))}）"
                f"早于{STAGE_SHORT[latest[0]]}（{clock.in_words(latest[1])}）。"
            )
        if latest is None or max(days) >= latest[1]:
            latest = (stage, max(days))
    return problems


def start_problem(day: date | None, starts: date | None) -> str:
    """Return why a business date of a stage cannot stand beside the day on which the item begins, or "". None is not judged."""
    if day is None or starts is None or (starts - day).days <= LONG_BEFORE:
        return ""
    return f"比业务的开始日期（{clock.in_words(starts)}）早一年以上，请核对年份。"


def item_problems(starts: date | None, ends: date | None, planned: StageDates) -> dict[str, str]:
    """Return {field: sentence} of everything that is wrong with the dates of an item; a date that is None is not judged.

    planned: {SyncStageKind: [dates]}, as they would stand.
    """
    problems = {"starts": day_problem(starts), "ends": day_problem(ends)}
    if starts and ends and ends < starts:
        problems["ends"] = problems["ends"] or "完成日期不能早于开始日期。"
    order = order_problems(planned, "计划")
    for stage in SyncStageKind:
        days = planned.get(stage, ())
        wrong = next(filter(None, [*map(day_problem, days), *(start_problem(day, starts) for day in days)]), "")
        problems[f"planned_{stage.value}"] = wrong or order.get(stage, "")
    return {name: sentence for name, sentence in problems.items() if sentence}


def _hosts(activity: Activity) -> Iterable[ActivityHost]:
    """The other hosts of a record; one that is not saved yet has none that the database knows."""
    return activity.hosts.all() if activity.pk else ()


def fit(point: SyncPoint, activity: Activity, item: WorkItem) -> list[str]:
    """Return the doubts about a record as evidence of a point, as Chinese sentences; none of them refuses it.

    point: SyncPoint with its carriers. activity: with organisation, kinds and hosts at hand. item: the WorkItem.
    """
    doubts = []
    days = (activity.day - point.day).days if point.day else 0
    if days < -FAR:
        doubts.append(f"记录比业务日期早 {-days} 天。")
    if days > FAR:
        doubts.append(f"记录比业务日期晚 {days} 天。")
    if (activity.day - item.ends).days > FAR:
        doubts.append(f"记录在业务完成（{clock.in_words(item.ends)}）之后 {(activity.day - item.ends).days} 天。")
    if not _of_carrier(point, activity, item):
        doubts.append(f"{activity.organisation.label}不是承办支部，也不是共同举办方。")
    codes = set(activity.codes)
    if codes == {Code.TALK}:
        doubts.append("谈心谈话只记时间和对象，看不出与业务的关系。")
    elif codes and codes <= {Code.DUES, Code.ELECTION, Code.MEMBER_REVIEW}:
        doubts.append(f"{activity.kinds_label}一般不作为业务环节的佐证。")
    if activity.pk and activity.state not in UNSUBMITTED and not any(row.valid for row in activity.judgements.all()):
        doubts.append("会议不足法定人数，不计入同步。")
    return doubts


def _of_carrier(point: SyncPoint, activity: Activity, item: WorkItem) -> bool:
    """Whether the record is of a carrier or of what is below one, of a host that carries, or of who arranged the item."""
    place, arranged = activity.organisation, item.organisation
    places = {place.pk} | {host.organisation_id for host in _hosts(activity)}
    if place.kind == Kind.SMALL_GROUP:
        places.add(place.parent_id)
    # A general branch carries through its branches, and these through their small groups.
    carriers = set(point.carriers)
    below = {place.parent_id, place.parent.parent_id if place.kind == Kind.SMALL_GROUP else None}
    if places & (carriers or {arranged.pk}) or below & carriers:
        return True
    # A Party group or committee above studies the work of its branches.
    return place.contains(arranged)


def common_word(name: str, title: str) -> str:
    """Return the longest run of at least two characters that stands in both and tells something, or ""."""
    one, two = (unicodedata.normalize("NFKC", text or "") for text in (name, title))
    for word in _COMMON:
        one = one.replace(word, " ")
    best = ""
    for block in SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks():
        word = one[block.a : block.a + block.size].strip()
        if len(word) >= 2 and len(word) > len(best) and any("\u3400" <= char <= "\u9fff" for char in word):
            best = word
    return best


def nearness(point: SyncPoint, activity: Activity, item: WorkItem) -> tuple[int, list[str]]:
    """Return (score, reasons) of a record as evidence of a point; the higher the better.

    By days from the business date, kinds that suit the stage, words of the item's name in the title, being joint.
    """
    reasons, score = [], 0
    if point.day:
        days = (activity.day - point.day).days
        reasons.append("当天" if days == 0 else f"提前 {-days} 天" if days < 0 else f"相差 {days} 天")
        score += 60 - abs(days) + (15 if abs(days) <= NEAR else 0)
    if activity.codes:
        reasons.append(activity.kinds_label)
    if set(activity.codes) & set(STAGE_KINDS[point.kind]):
        score += 18
    elif point.kind == SyncStageKind.IMPLEMENTATION and _hosts(activity):
        score += 12
        reasons.append("共同活动")
    elif activity.codes and set(activity.codes) <= {Code.TALK, Code.DUES}:
        # Nobody can tell from these what they did for the work: below every other record.
        score -= 120
    word = common_word(item.name, activity.title)
    if word:
        score += 20 + 3 * min(len(word), 6)
        reasons.append(f"标题提到“{word}”")
    if activity.organisation_id not in point.carriers:
        score -= 12
    return score, reasons

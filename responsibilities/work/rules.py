"""Rules about business work: order of dates, which kinds of record suit a stage, refusals, doubts, ways."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from branches.places.models.organisations import Kind
from common import clock
from common.text import EARLIEST
from members.activities.models import Activity, ActivityHost, ActivityState
from members.activities.models import ActivityKindCode as Code
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, WorkItem
from responsibilities.work.qualifying import HostKind, Standing, fault_of, shows
from responsibilities.work.stages import SyncPoint

# {stage: the dates of it and of its milestones}
StageDates = Mapping[SyncStageKind, Sequence[date | None]]

# So many days from the business date a record hardly belongs to the stage.
FAR = 60
# A business date so many days before the item begins is a slip of the pen: what precedes it is studied the year before.
LONG_BEFORE = 366

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


def refusal(point: SyncPoint, activity: Activity, hosts: Iterable[HostKind], *, recording: bool = False) -> str:
    """Return why a record may not show a point, as a sentence, or "" (judgement 3.5).

    hosts: as it was judged for each host and kind. recording: the record is still being written: it need not be submitted, and
    its quorum is not known yet.
    """
    unsubmitted = activity.state in (ActivityState.DRAFT, ActivityState.PLANNED, ActivityState.RETURNED)
    if recording and unsubmitted:
        place = activity.organisation
        own = {place.pk, place.parent_id if place.kind == Kind.SMALL_GROUP else None}
        own |= {row.organisation_id for row in _hosts(activity)}
        if not own & point.allowed:
            return f"{place.label}不承办这项业务，也不是承办支部的上级，不能作为佐证。"
        if activity.codes and not shows(activity.codes):
            return f"{activity.kinds_label}看不出与业务的关系，不能作为佐证。"
        return ""
    standing, why = fault_of(activity.state, hosts, point.allowed)
    if standing == Standing.COUNTS:
        return ""
    return {
        Standing.UNSUBMITTED: "记录尚未提交，提交后才能选用。",
        Standing.RETURNED: "记录已退回，修改后重新提交才能选用。",
        Standing.CANCELLED: "已取消的活动不能作为佐证。",
        Standing.UNFIT: f"{activity.kinds_label}看不出与业务的关系，不能作为佐证。",
        Standing.FOREIGN: _foreign(point, activity),
        Standing.SHORT: f"会议{why}，不能作为佐证。",
    }[standing]


def _foreign(point: SyncPoint, activity: Activity) -> str:
    invited = [row for row in _hosts(activity) if row.organisation_id in point.allowed and row.confirmed_at is None]
    if invited:
        return "共同举办，承办支部尚未确认，不能作为佐证。"
    return f"{activity.organisation.label}不承办这项业务，也不是承办支部的上级，不能作为佐证。"


def fit(point: SyncPoint, activity: Activity, item: WorkItem) -> list[str]:
    """Return the doubts about the date of a record as evidence of a point, as sentences; none of them refuses it."""
    doubts = []
    days = (activity.day - point.day).days if point.day else 0
    if -days > point.early_days:
        doubts.append(f"记录比业务日期早 {-days} 天，过早（本机关设定 {point.early_days} 天），不计入。")
    elif days > FAR:
        doubts.append(f"记录比业务日期晚 {days} 天。")
    if (activity.day - item.ends).days > FAR:
        doubts.append(f"记录在业务完成（{clock.in_words(item.ends)}）之后 {(activity.day - item.ends).days} 天。")
    return doubts

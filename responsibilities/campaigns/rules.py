"""Pure decisions on campaigns: their stage by the days, what is wrong with one, which record closes which milestone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice

from common.text import quoted
from members.activities.likeness import folded, wanted
from members.activities.models import ActivityKindCode
from responsibilities.campaigns.matching import cheapest
from responsibilities.campaigns.models import (
    Campaign,
    CampaignKind,
    CampaignMilestone,
    CampaignState,
    OutcomeKind,
    Verdict,
)

# Days before its due date from which a milestone is said to be near; who leaves then still owes it.
NEAR = 14
# No campaign is longer; facts of a milestone are looked for so far from their records (assessments/facts/families.py).
LONGEST = timedelta(days=3 * 366)
HONOUR_TITLE_MOST = 60
NO_HONOUR = "请选择已登记的表彰；还没有登记的，由管理名册的同志登记表彰后再选。"
ONLY_OF_AWARD = "只有获得荣誉的成效才选表彰。"


class Stage(StrEnum):
    """Where a campaign stands on a day; the keys of its chips."""

    DRAFT = "draft"
    PLANNED = "planned"
    RUNNING = "running"
    REVIEW = "campaign_review"
    SUMMED = "campaign_summed"
    UNSUMMED = "campaign_unsummed"
    CANCELLED = "campaign_cancelled"
    APPLIED = "applied"
    RETURNED = "returned"
    DUE = "campaign_due"
    SUBMITTED = "campaign_submitted"
    BRAND = "brand"
    FAILED = "campaign_failed"


_DECIDED = {
    CampaignState.DRAFT: Stage.DRAFT,
    CampaignState.CANCELLED: Stage.CANCELLED,
    CampaignState.APPLIED: Stage.APPLIED,
    CampaignState.RETURNED: Stage.RETURNED,
    CampaignState.SUBMITTED: Stage.SUBMITTED,
    CampaignState.ACCEPTED: Stage.BRAND,
    CampaignState.FAILED: Stage.FAILED,
}
RUNS = (Stage.PLANNED, Stage.RUNNING, Stage.DUE)
OPEN = (*RUNS, Stage.REVIEW, Stage.APPLIED, Stage.RETURNED, Stage.SUBMITTED, Stage.DRAFT)


def stage_of(campaign: Campaign, today: date, unwritten: int) -> Stage:
    """Return the Stage on `today`. unwritten: how many of those that take part have not summed up."""
    decided = _DECIDED.get(CampaignState(campaign.state))
    if decided is not None:
        return decided
    if today < campaign.starts:
        return Stage.PLANNED
    if today <= campaign.last_day:
        return Stage.RUNNING
    if campaign.is_brand:
        return Stage.DUE
    if not unwritten:
        return Stage.SUMMED
    return Stage.REVIEW if today <= campaign.closes_on else Stage.UNSUMMED


def sums_up(ends: date | None, archived: date | None, today: date) -> bool:
    """Whether one that takes part is asked to sum up. ends: when it left; archived: when it was archived, None for neither."""
    return ends is None and (archived is None or archived > today)


@dataclass(frozen=True)
class Planned:
    """A row of the form: name, due date, kinds of record that close it (none: a record whose title says its name)."""

    name: str
    due: date
    kinds: tuple[str, ...] = ()
    # The milestone that the row already is, so that it may be given another name; None: the one of its name, or a new one.
    milestone: int | None = None


def planned_again(rows: Iterable[Planned], known: Collection[CampaignMilestone]) -> dict[int, Planned]:
    """Return {milestone: the row that says it again}: by its id where the row gives one of `known`, else by its name."""
    ids = {row.pk for row in known}
    again = {row.milestone: row for row in rows if row.milestone in ids and row.milestone is not None}
    names = {row.name: row for row in rows if row.milestone not in ids}
    for one in known:
        if one.pk not in again and one.name in names:
            again[one.pk] = names[one.name]
    return again


def published_problems(rows: Sequence[Planned], known: Collection[CampaignMilestone], today: date) -> list[str]:
    """Return a sentence for each milestone of a published campaign that the form drops, gives another date or adds too late.

    Nobody owes what was asked for after its date.
    """
    again = planned_again(rows, known)
    kept = {id(row) for row in again.values()}
    said = [f"节点{quoted(row.name)}的时限已过，不能补设。" for row in rows if id(row) not in kept and row.due < today]
    for one in known:
        row = again.get(one.pk)
        if row is None:
            said.append(f"节点{quoted(one.name)}已发布，不能删去；改期请用“改期”并写明原因。")
        elif row.due != one.due:
            said.append(f"节点{quoted(one.name)}已发布，改期请用“改期”并写明原因。")
    return said


def problems(starts: date | None, ends: date | None, occasion: str) -> dict[str, list[str]]:
    """Return {field: sentences} of what is wrong with a campaign as it is written. starts, ends: None where none was read."""
    found: dict[str, list[str]] = {}
    if starts is not None and ends is not None:
        if ends <= starts:
            found["ends"] = ["结束日期应晚于开始日期。"]
        elif ends - starts > LONGEST:
            found["ends"] = ["一个载体最长三年，请分阶段设立。"]
    if not occasion.strip():
        found["occasion"] = ["载体须写明借助的大事、重点、主题或创建活动。"]
    return found


def milestone_problems(
    starts: date | None, ends: date | None, milestones: Iterable[Planned], known: Collection[tuple[str, date]] = ()
) -> list[str]:
    """Return what is wrong with the milestones between two days (None: not known). known: those that stand already."""
    said: list[str] = []
    names: set[str] = set()
    for row in milestones:
        if ends is not None and row.due > ends:
            said.append(f"节点{quoted(row.name)}在载体结束之后。")
        if starts is not None and row.due < starts and (row.name, row.due) not in known:
            said.append(f"节点{quoted(row.name)}在载体开始之前。")
        if row.name in names:
            said.append(f"节点{quoted(row.name)}重复了。")
        names.add(row.name)
    return said


NO_MILESTONE = "请至少写一个节点。"


def application_problems(problem: str, difference: str) -> dict[str, list[str]]:
    """Return {field: sentences}: an application says what it solves and how it differs."""
    asked = (("problem", "解决什么问题", problem), ("difference", "特色做法", difference))
    return {name: [f"请填写{label}。"] for name, label, said in asked if not said.strip()}


def kind_problems(kind: str, contest: str) -> dict[str, list[str]]:
    """Return {field: sentences}: a contest says which one."""
    if kind == CampaignKind.CONTEST and not contest:
        return {"contest": ["请选择争创的内容。"]}
    return {}


@dataclass(frozen=True)
class Held:
    """A record as it counts for one that takes part. kinds: those with which it is valid there."""

    activity: int
    day: date
    title: str
    kinds: frozenset[str]


@dataclass(frozen=True)
class Asked:
    """A milestone as it is owed by one that takes part."""

    milestone: int
    name: str
    due: date
    kinds: tuple[str, ...] = ()


def fits(asked: Asked, held: Held) -> bool:
    """Whether a record closes a milestone: by its kind; where none is named, because its title holds its whole name."""
    if asked.kinds:
        return not held.kinds.isdisjoint(asked.kinds)
    return bool(wanted(asked.name).words) and folded(asked.name) in folded(held.title)


def closed_by(asked: Sequence[Asked], held: Iterable[Held], taken: Collection[int] = ()) -> dict[int, Held]:
    """Return {milestone: the record that closes it}, each record closing one, so that as many as can be are closed.

    Of the ways to do so the one in which fewest are late; then milestones that are known by their name come before those of a
    kind, the earlier due first, and each gets the earliest record that it can. What was earned is not lost because another
    milestone took the record. taken: milestones that were said to be done by hand, which need no record.
    """
    rows = sorted(held, key=lambda row: (row.day, row.activity))
    left = [one for one in asked if one.milestone not in taken]
    left.sort(key=lambda one: (bool(one.kinds), one.due, one.milestone))
    # Of more than there are milestones an earlier one is always free.
    fitting = [list(islice((row for row in rows if fits(one, row)), len(left))) for one in left]
    chosen = _in_turn(left, fitting)
    if chosen is None:
        chosen = _together(left, fitting)
    return {one.milestone: row for one, row in zip(left, chosen, strict=True) if row is not None}


def _in_turn(asked: Sequence[Asked], fitting: Sequence[Sequence[Held]]) -> list[Held | None] | None:
    """Return the earliest free record of each milestone; None where another way may close more, or fewer of them late."""
    used: set[int] = set()
    chosen: list[Held | None] = []
    for one, rows in zip(asked, fitting, strict=True):
        row = next((row for row in rows if row.activity not in used), None)
        if rows and (row is None or row is not rows[0] and row.day > one.due):
            return None
        if row is not None:
            used.add(row.activity)
        chosen.append(row)
    return chosen


def _together(asked: Sequence[Asked], fitting: Sequence[Sequence[Held]]) -> list[Held | None]:
    """Return the record of each milestone in the best way of all, with one whole number that says how good a way is.

    Its digits, from the left: how many stay open, how many are late, then for each milestone which of the records it gets.
    """
    pool = sorted({row for rows in fitting for row in rows}, key=lambda row: (row.day, row.activity))
    number, base = len(asked), len(pool) + 1
    late, still_open = base**number, base**number * (number + 1)
    never = 4 * number * still_open
    costs = []
    for place, (one, rows) in enumerate(zip(asked, fitting, strict=True)):
        digit, own = base ** (number - 1 - place), set(rows)
        record = [at * digit + late * (row.day > one.due) if row in own else never for at, row in enumerate(pool)]
        costs.append(record + [still_open + len(pool) * digit] * number)
    return [pool[column] if column < len(pool) else None for column in cheapest(costs)]


def kind_words(kinds: Iterable[str]) -> str:
    """Return 「主题党日或党课」 of kinds of record."""
    names = dict(ActivityKindCode.choices)
    return "或".join(str(names.get(kind, kind)) for kind in kinds)


def why_not_said(name: str, kinds: Sequence[str]) -> str:
    """Return why a milestone is not said by hand: it names kinds of record, so that a record alone closes it; "" where it may be."""
    if not kinds:
        return ""
    return f"节点{quoted(name)}由{kind_words(kinds)}记录完成，不能手工登记；记录选上本载体并审核通过后自动完成。"


def milestone_state(due: date, done_on: date | None, today: date, entered: date | None = None) -> str:
    """Return met, met_late, overdue, due_soon or not_due: keys of chips.

    entered: the day on which it was said by hand to be done; who says so after the due date was late, whatever day he types.
    """
    if done_on is not None:
        return "met" if max(done_on, entered or done_on) <= due else "met_late"
    if due < today:
        return "overdue"
    return "due_soon" if (due - today).days <= NEAR else "not_due"


def named_days(rows: Iterable[tuple[str, date]]) -> str:
    """Return 「“观摩”（12月1日）、“汇报”（12月20日）」 of the names and due dates of milestones."""
    return "、".join(f"{quoted(name)}（{due:%-m月%-d日}）" for name, due in rows)


def unfinished(passed: Sequence[tuple[str, date]], coming: Sequence[tuple[str, date]], verdict: str) -> str:
    """Return why a project is not accepted with a verdict, naming the milestones; "" where nothing stands against it.

    passed, coming: its open milestones whose date has passed, and those still to come. Nothing passes that is open; with what
    is still to come it is not passed in the main either, for nobody could do that any more.
    """
    if verdict == Verdict.PASSED and passed:
        return f"节点{named_days([*passed, *coming])}没有完成，请先办结，或评定为基本通过、不通过。"
    if verdict in (Verdict.PASSED, Verdict.MOSTLY) and coming:
        return f"节点{named_days(coming)}还没有完成，提前验收的请先办结，或到期以后再验收。"
    return ""


def crowded(number: int) -> str:
    """Return the sentence for who takes part in `number` running campaigns when another comes."""
    return f"已参加 {number} 项载体，建议并入或错开。"


def outcome_problems(kind: str, text: str, *, honour: bool, new: bool, level: str, granted_by: str) -> dict[str, str]:
    """Return {field: sentence} of what an outcome lacks: an award rests on an honour, everything else on its words.

    honour: one is chosen; new: it is entered with the outcome, and says by whom and of which level it was granted.
    """
    if kind != OutcomeKind.AWARD:
        said = {"honour": ONLY_OF_AWARD} if honour else {}
        return said if text else said | {"text": "请填写“成效”。"}
    if not honour:
        return {"honour": NO_HONOUR}
    missing = {"text": (text, "请填写“成效”，写荣誉名称。"), "level": (level, "请选择“荣誉级别”。")}
    missing["granted_by"] = (granted_by, "请填写“授予单位”。")
    found = {name: words for name, (value, words) in missing.items() if not value} if new else {}
    if new and len(text) > HONOUR_TITLE_MOST:
        found["text"] = f"荣誉名称不超过 {HONOUR_TITLE_MOST} 字，现有 {len(text)} 字。"
    return found

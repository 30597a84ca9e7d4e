"""主要问题 and 下一步: each problem with its number, cause and who answers; each step with leader, branch and deadline.

A step asks only for what can still be done; no record is ever asked to be made up (judgement 8).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessments.reports import wording
from assessments.reports.gaps import Gap, gaps
from assessments.reports.material import Material
from assessments.reports.moves import total_of
from assessments.reports.paper import paragraph, table
from assessments.reports.work import Stand
from assessments.results.models import Result, Score
from assessments.results.rates import Figures, figures_of_score
from assessments.scoring.methods import ELSEWHERE, LATE, MISSING, PARTIAL
from assessments.scoring.numbers import rounded
from common import clock
from common.text import quoted
from responsibilities.duties.models import Level
from responsibilities.duties.slot import RETURNED
from responsibilities.supervision.models import Subject
from responsibilities.supervision.selectors.about import proposed_due
from responsibilities.work.models import STAGE_SHORT

MOST_LEVELS, MOST_GAPS, MOST_INDICATORS, MOST_LOW, MOST_STEPS = 4, 3, 2, 2, 7
# Below so many per cent a branch gets a step of its own.
LOW = Decimal(80)
_OF_COMMITTEE = (Level.COMMITTEE, Level.DISCIPLINE, Level.GENERAL_BRANCH)


@dataclass(frozen=True)
class Problem:
    text: str
    cause: str
    who: str
    url: str = ""


@dataclass(frozen=True)
class Step:
    """subject, about: the thing as supervision knows it. places: ids of the organisations that are asked.

    url: of the one thing that it is about; where no page lists exactly what it counts, nothing is linked.
    """

    text: str
    leader: str
    who: str
    due: date
    places: list[int]
    subject: str = Subject.RESULT
    about: str = ""
    url: str = ""
    expected: str = "请报告办理情况，并附佐证。"
    keys: tuple[str, ...] = field(default=())


def problems(material: Material) -> list[Problem]:
    """Return the problems, the upper levels first: duties of a level, work, then what branches lose most for."""
    wrong = gaps(material)
    levels, others = _levels(material)
    found = [_of_level(stand) for stand in levels]
    if others:
        found.append(_of_others(others))
    found += [_of_gap(gap) for gap in wrong[:MOST_GAPS]]
    if rest := wrong[MOST_GAPS:]:
        found.append(_of_rest(rest))
    # The duties of branches stand for one of their indicators: the text has its five pages.
    named = any(stand.level == Level.BRANCH for stand in [*levels, *others])
    return found + _of_indicators(material, _told(levels))[: MOST_INDICATORS - named]


def _told(stands: list[Stand]) -> set[str]:
    """The measures that count what the branches' duties rest on which are behind and named: a fault is told once (judgement 6.3)."""
    slots = [slot for stand in stands if stand.level == Level.BRANCH for _, slots in stand.behind for slot in slots]
    return {measure for slot in slots for measure in slot.rests_on}


def _levels(material: Material) -> tuple[list[Stand], list[Stand]]:
    """The levels with anything overdue, from the top, the branches as any other: (with a row of their own, in one row together).

    Upper levels come first whatever their share, and none is left out: nothing below is told while something above is not.
    """
    behind = [stand for stand in material.seen.stands if stand.level != Level.MEMBER and stand.behind]
    own = MOST_LEVELS if len(behind) <= MOST_LEVELS else MOST_LEVELS - 1
    return behind[:own], behind[own:]


def _of_others(stands: list[Stand]) -> Problem:
    late = "、".join(f"{stand.label}{stand.head.duties}项中{stand.head.overdue}项" for stand in stands)
    return Problem(
        f"其余各级逾期{sum(stand.head.overdue for stand in stands)}项：{late}",
        _behind_words(stands),
        _some(_holders(stands)),
    )


def _holders(stands: list[Stand]) -> list[str]:
    return list(dict.fromkeys(name for stand in stands for name in stand.holders or [stand.label]))


def _of_rest(rest: list[Gap]) -> Problem:
    missing, lagging = sum(gap.missing for gap in rest), sum(gap.lagging for gap in rest)
    leaders = list(dict.fromkeys(gap.leader for gap in rest if gap.leader))
    text = f"其余{len(rest)}项业务到期环节{sum(gap.due for gap in rest)}处，缺失{missing}处、滞后{lagging}处"
    return Problem(text, "逐个环节见附件", _some(leaders))


def _duty_names(stand: Stand) -> str:
    texts = Counter(duty.text for duty, _ in stand.behind)
    named = "".join(quoted(text) for text, _ in texts.most_common(2))
    return named + ("等" if len(texts) > 2 else "")


def _behind_words(stands: list[Stand]) -> str:
    states = Counter(slot.state for stand in stands for _, slots in stand.behind for slot in slots)
    returned = states[RETURNED]
    words = [f"{sum(states.values()) - returned}项次过期未报告或未见记录"] if sum(states.values()) > returned else []
    words += [f"{returned}项次退回后未补正"] if returned else []
    return "，".join(words)


def _of_level(stand: Stand) -> Problem:
    return Problem(
        f"{stand.label}到期责任{stand.head.duties}项，逾期{stand.head.overdue}项：{_duty_names(stand)}",
        _behind_words([stand]),
        _some(stand.holders),
    )


def _some(names: list[str]) -> str:
    return "、".join(names[:3]) + (f"等{len(names)}人" if len(names) > 3 else "")


def _of_gap(gap: Gap) -> Problem:
    who = "、".join(filter(None, [gap.leader, gap.who]))
    return Problem(f"{quoted(gap.name)}到期环节{gap.due}处，{gap.state}（{gap.stages}）", gap.cause, who, gap.url)


@dataclass
class _Lost:
    name: str
    lost: Fraction = Fraction(0)
    most: Fraction = Fraction(0)
    places: list[int] = field(default_factory=list)
    number: int = 0
    kinds: Counter = field(default_factory=Counter)
    # Told by work or by level already.
    elsewhere: bool = False


def _of_indicators(material: Material, told: set[str]) -> list[Problem]:
    """The indicators that cost most, apart from those of work and duties; each with the branches it is due at and those that lost.

    told: measures of what stands among the duties already.
    """
    twice = {row.key for _, row in material.scheme.indicators() if told & {*row.measures}}
    found: dict[str, _Lost] = {}
    for row in material.order:
        for score in row.scores.all():
            if (figures := figures_of_score(row, score)) is not None:
                _count(found.setdefault(score.indicator, _Lost(score.name)), row, score, figures)
    kept = [row for key, row in found.items() if row.lost > 0 and not row.elsewhere and key not in twice]
    worst = sorted(kept, key=lambda row: -row.lost)
    return [
        Problem(
            f"{row.name}：应计{row.number}个党支部，{len(row.places)}个失分，共失{rounded(row.lost)}/{rounded(row.most)}分",
            _kinds(row.kinds),
            material.people.secretaries_of(row.places) or "党支部书记",
        )
        for row in worst[:MOST_INDICATORS]
    ]


def _count(into: _Lost, row: Result, score: Score, figures: Figures) -> None:
    into.number += 1
    into.most += figures.maximum
    lost = figures.maximum - figures.points
    if lost <= 0:
        return
    into.lost += lost
    into.places.append(row.organisation_id)
    for reason in score.reasons:
        if reason["kind"] != ELSEWHERE:
            into.kinds[reason["kind"]] += 1
            into.elsewhere = into.elsewhere or (reason["target"] or [""])[0] in ("stage", "duty")


def _kinds(kinds: Counter) -> str:
    missing, late = kinds[MISSING] + kinds[PARTIAL], kinds[LATE]
    other = sum(kinds.values()) - missing - late
    words = [(missing, "未见或不足"), (late, "补录补办或逾期"), (other, "其他扣分")]
    return "，".join(f"{word}{number}次" for number, word in words if number)


def problem_blocks(found: list[Problem]) -> list[dict[str, Any]]:
    """Return the chapter 五、主要问题."""
    if not found:
        return [paragraph("problems", "期内没有逾期责任、不同步环节和失分的指标。")]
    rows = [[number, (row.text, row.url), row.cause, row.who] for number, row in enumerate(found, 1)]
    return [
        table("problems", "主要问题", ["序", "问题", "原因", "责任人"], rows, [9, 69, 38, 40], left=(1, 2, 3)),
    ]


def steps(material: Material) -> list[Step]:
    """Return what can still be done, the upper levels first, at most MOST_STEPS."""
    due = proposed_due(material.day)
    levels, others = _levels(material)
    found = [_level_step(material, stand, due) for stand in levels]
    if others:
        found.append(_others_step(material, others, due))
    found += [_gap_step(material, gap, due) for gap in gaps(material)[:MOST_GAPS]]
    found += _task_steps(material, due)
    return (found + _low_steps(material))[:MOST_STEPS]


def _others_step(material: Material, stands: list[Stand], due: date) -> Step:
    asked = {stand.level: [duty.list.organisation_id for duty, _ in stand.behind] for stand in stands}
    late = "、".join(f"{stand.label}{stand.head.overdue}项" for stand in stands)
    return Step(
        f"办结其余各级逾期的责任{sum(stand.head.overdue for stand in stands)}项：{late}",
        "、".join(dict.fromkeys(_who_leads(material, level, places) for level, places in asked.items())),
        _some(_holders(stands)),
        due,
        list(dict.fromkeys(place for places in asked.values() for place in places)),
        Subject.RESULT,
        f"result/{material.assessment.pk}/levels",
    )


def _level_step(material: Material, stand: Stand, due: date) -> Step:
    duty, slots = stand.behind[0]
    single = stand.head.overdue == 1
    places = list(dict.fromkeys(duty.list.organisation_id for duty, _ in stand.behind))
    return Step(
        f"办结{stand.label}逾期的责任{stand.head.overdue}项：{_duty_names(stand)}",
        _who_leads(material, stand.level, places),
        _some(stand.holders) or stand.label,
        due,
        places,
        Subject.DUTY if single else Subject.RESULT,
        f"duty/{duty.pk}/{slots[0].key}" if single else f"result/{material.assessment.pk}/{stand.level}",
    )


def _who_leads(material: Material, level: Level, places: list[int]) -> str:
    if level == Level.BRANCH:
        return _leaders(material, places)
    return material.people.signer if level in _OF_COMMITTEE else material.people.top


def _gap_step(material: Material, gap: Gap, due: date) -> Step:
    """What is past cannot be made up: the stages to come are to be synchronous, and who leads hears why these were not."""
    ahead = gap.ahead
    if ahead is not None and ahead.planned is not None:
        stage = STAGE_SHORT[ahead.kind] + (f"（{ahead.name}）" if ahead.name else "")
        text = f"{quoted(gap.name)}{stage}环节（{clock.in_words(ahead.planned)}）党建同步开展，并说明前期不同步的原因"
        # No deadline lies before what is asked for.
        due = max(ahead.planned, material.day)
    else:
        text = f"研究{quoted(gap.name)}党建工作怎样跟进，说明不同步的原因"
    return Step(
        text,
        gap.leader or material.people.leader_of(gap.places),
        gap.who,
        due,
        gap.places,
        Subject.STAGE,
        f"stage/{gap.worst.stage}",
        gap.url,
        "请报告这一环节党的工作怎样跟进，并说明前期不同步的原因。",
    )


def _leaders(material: Material, places: list[int]) -> str:
    leaders = material.people.leader_of(places)
    return "各分管领导" if leaders.count("、") > 2 else leaders


def _task_steps(material: Material, due: date) -> list[Step]:
    """Tasks of resolutions that are still open: one step for all branches that have any."""
    open_ones = {
        row.organisation_id: [reason for reason in _reasons(row) if _of_task(reason)] for row in material.order
    }
    places = [row for row in material.order if open_ones[row.organisation_id]]
    if not places:
        return []
    number, ids = sum(len(open_ones[row.organisation_id]) for row in places), [row.organisation_id for row in places]
    return [
        Step(
            f"办结逾期未办的决议任务{number}项",
            _leaders(material, ids),
            wording.places([row.organisation_name for row in places], limit=4 if len(places) <= 4 else 2),
            due,
            ids,
            Subject.RESULT,
            f"result/{material.assessment.pk}/tasks",
        )
    ]


def _reasons(row: Result) -> Iterable[dict[str, Any]]:
    return (reason for score in row.scores.all() for reason in score.reasons)


def _of_task(reason: dict[str, Any]) -> bool:
    return reason["kind"] == MISSING and (reason["target"] or [""])[0] == "activity" and Decimal(reason["regain"]) > 0


def _low_steps(material: Material) -> list[Step]:
    """The branches below the low mark settle the days of what they missed, for the period to come."""
    due = proposed_due(material.day + timedelta(days=14))
    found = []
    for row in sorted(material.order, key=lambda row: (total_of(row), row.pk)):
        names = [
            score.name
            for score in row.scores.all()
            if any(
                reason["kind"] == MISSING and (reason["target"] or [""])[0] == "requirement" for reason in score.reasons
            )
        ]
        if total_of(row) < LOW and names:
            found.append(
                Step(
                    f"排定下一期{'、'.join(names[:3])}的日期，按期开展，分管领导听取一次汇报",
                    material.people.leader_of([row.organisation_id]),
                    row.organisation_name,
                    due,
                    [row.organisation_id],
                    Subject.RESULT,
                    f"result/{material.assessment.pk}/low/{row.organisation_id}",
                )
            )
    return found[:MOST_LOW]


def actions_of(found: list[Step]) -> list[dict[str, Any]]:
    """Return the steps as plain data (shape.NextStep)."""
    return [
        {
            "text": row.text,
            "who": row.who,
            "due": row.due.isoformat(),
            "leader": row.leader,
            "places": row.places,
            "subject": str(row.subject),
            "about": row.about,
            "url": row.url,
            "expected": row.expected,
        }
        for row in found
    ]


def step_blocks(found: list[Step], kind: str) -> list[dict[str, Any]]:
    """Return the chapter 六、下一步, with the closing words of the kind of document."""
    if not found:
        return [paragraph("closing", f"期内没有需要督办的事项。特此{kind}。")]
    rows = [
        [number, (row.text, row.url), row.leader, row.who, clock.in_words(row.due)]
        for number, row in enumerate(found, 1)
    ]
    heads = ["序", "事项", "分管领导", "承办", "时限"]
    return [
        table("steps", "下一步事项", heads, rows, [9, 75, 20, 32, 20], left=(1, 3)),
        paragraph("closing", f"以上 {len(found)} 项审定后按项督办。特此{kind}。"),
    ]

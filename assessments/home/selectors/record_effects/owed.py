"""What a record counts for of what is owed, who was there, and which indicators that reaches."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from assessments.home.selectors.record_effects.effect import Effect
from assessments.schemes.services import parsed, scheme_for
from branches.places.models.organisations import Kind, Organisation
from branches.rulebook import rule, short_citation
from common import clock
from common.periods import QUARTER, YEAR, Period
from common.text import quoted
from members.activities.models import ATTENDING, Length, Topic
from members.activities.quorum import Quorum, body_of
from members.activities.selectors.counting import below
from members.activities.study import study_rules, tenths, too_long
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rule import RECORDS, RequirementRule
from responsibilities.requirements.rules import LIVE_RULES
from responsibilities.requirements.selectors import (
    Requirement,
    cell_state,
    one_requirement,
    period_counted,
    requirement_name,
)


@dataclass(frozen=True)
class Recorded:
    """What counts of a record at one host, saved or not.

    made_up: the kinds with which it makes up for the earlier period. quorums: {kind: Quorum}. unknown: people whose
    attendance is not entered yet; nobody: nothing is entered of anybody. late: the kinds reported after the days of grace.
    instead: the record that an unsaved one changes, counted so far; instead_late: the kinds with which that one is late.
    """

    codes: Collection[str]
    day: date
    makes_up_for: date | None
    made_up: Collection[str]
    quorums: Mapping[str, Quorum]
    late: Collection[str]
    pk: int | None = None
    unknown: int = 0
    nobody: bool = False
    instead: int | None = None
    instead_late: Collection[str] = ()
    topics: Collection[str] = ()

    def kind_for(self, row: RequirementRule) -> str:
        """Return the kind with which the record may meet a rule: a valid one where there is one."""
        fitting = [kind for kind in self.codes if kind in row.kinds]
        return next((kind for kind in fitting if self.quorums.get(kind, Quorum()).valid), fitting[0])

    def by_others(self, owed: Requirement, kind: str) -> tuple[int, int]:
        """Return (how many meet a requirement, how many of them in time) without this record, saved or not."""
        saved, instead = self.pk in owed.records, self.instead in owed.records
        mine_late = kind in (self.late if saved else self.instead_late)
        mine = int(saved or instead)
        return owed.done - mine, owed.on_time - (0 if mine_late else mine)


def requirement_effects(organisation: Organisation, record: Recorded) -> list[Effect]:
    """Return a line for each requirement that a record may meet at an organisation, or the one that says there is none."""
    rules = [row for row in _rules_at(organisation) if set(row.kinds) & set(record.codes)]
    return [_requirement_effect(organisation, row, record) for row in rules] or [
        Effect("义务", "不对应应办义务", "照常登记，计入活动次数和出勤", "—", "none")
    ]


def _rules_at(organisation: Organisation) -> list[RequirementRule]:
    """The rules that records of a place can meet: those of branches everywhere, as before, those of its own level."""
    return [row for row in LIVE_RULES if row.counted or (row.proof == RECORDS and organisation.kind in row.places)]


def _requirement_effect(organisation: Organisation, row: RequirementRule, record: Recorded) -> Effect:
    kind = record.kind_for(row)
    made_up_for = record.makes_up_for if kind in record.made_up else None
    period = (
        Period.containing(row.period, made_up_for)
        if made_up_for
        else period_counted(organisation, row, record.day, record.pk)
    )
    owed = one_requirement(organisation, row.rule, period)
    name = f"{period.short() if period.kind != YEAR else f'{period.year}年'}{row.short}"
    if owed is None or owed.state == State.NOT_APPLICABLE:
        return Effect("义务", name, owed.reason if owed else "这里不要求", "不适用", "none")
    url = reverse("requirement_detail", args=[organisation.pk, row.rule, period])
    if row.topic and row.topic not in record.topics:
        return Effect("义务", name, f"没有标明议题{quoted(Topic(row.topic).label)}，不计入", "不计入", "none", url)
    quorum = record.quorums.get(kind, Quorum())
    if record.nobody and quorum.body is None and met_by_people(organisation, kind):
        return Effect("义务", name, "还没有登记考勤，有人到会即计入", "待登记", "soon", url, owed)
    if not quorum.valid:
        return _short_effect(name, owed, record, kind, url)
    if record.pk is not None and record.pk not in owed.records:
        return Effect("义务", name, "提交后计入", "未计入", "soon", url)
    return _counted(row, owed, record, kind, url)


def _short_effect(name: str, owed: Requirement, record: Recorded, kind: str, url: str) -> Effect:
    """The line of a meeting below its quorum, draft or not: what it lacks, and whether others have met the requirement."""
    quorum = record.quorums[kind]
    met = record.by_others(owed, kind)[0] >= owed.expected > 0
    others = "；本期已由其他记录完成" if met else ""
    if record.unknown and met:
        return Effect("义务", name, f"还有 {record.unknown} 人未登记考勤{others}", "尚未计入", "none", url)
    if record.unknown:
        note = f"还有 {record.unknown} 人未登记考勤，到会够 {quorum.needed} 人即计入"
        return Effect("义务", name, note, "待登记", "soon", url)
    note = f"{below(quorum.present, quorum.needed)}，不能计入{others}"
    return Effect("义务", name, note, "不计入", "none" if met else "late", url)


def _counted(row: RequirementRule, owed: Requirement, record: Recorded, kind: str, url: str) -> Effect:
    """The line of a requirement that the record counts for: in time, entered late (补录) or held late (补办)."""
    basis = f"{short_citation(rule(row.rule))} · {row.frequency()}"
    title = requirement_name(owed)
    made_up = record.day not in owed.period and (record.makes_up_for is not None or record.day > owed.due)
    late = kind in record.late
    if (made_up or late) and not row.counts_members and record.by_others(owed, kind)[1] >= owed.expected:
        # What others did in time stays in time; the mark would speak of the requirement, which is not late.
        note = f"本期已由其他记录按期完成，这条{'补办' if made_up else '补录'}的记录不改变结果 · {basis}"
        return Effect("义务", title, note, "不另计", "none", url, owed)
    if made_up:
        note = f"计入{owed.period.short()}，按补办计 · {basis}"
        return Effect("义务", title, note, "补办", "soon", url, owed, late=True, counts=True)
    if late:
        note = f"超过补报期限报送，按补录计 · {basis}"
        return Effect("义务", title, note, "补录", "soon", url, owed, late=True, counts=True)
    if row.counts_members:
        return Effect("义务", title, basis, f"{owed.done}/{owed.expected}人", "ok", url, owed, counts=True)
    # An unsaved record is one more than what is counted so far, unless it corrects one of these.
    done = owed.done if record.pk is not None or record.instead in owed.records else owed.done + 1
    if record.pk is not None and cell_state(owed) == "submitted":
        return Effect("义务", title, basis, "待审核", "soon", url, owed, counts=True)
    mark = "完成" if done >= owed.expected else f"{done}/{owed.expected}"
    return Effect("义务", title, basis, mark, "ok", url, owed, counts=True)


def met_by_people(place: Organisation, kind: str) -> bool:
    """Whether a kind of record needs somebody who came to meet anything at a place."""
    return body_of(kind, place.kind == Kind.SMALL_GROUP) is not None


def attendance_line(states: Collection[str], length: Length, *, sent: bool = True) -> Effect:
    """Who was there and how long. sent: whether the record is submitted, or judged as if it were."""
    there = sum(state in ATTENDING for state in states)
    counts, tone = sent and there > 0, "ok" if there else "none"
    if length.minutes is None and length.days == 1:
        return Effect("出勤", f"出席 {there} 人", "填写起止时间后可知时长", "", tone, counts=counts)
    rules = study_rules()
    title = f"出席 {there} 人，时长 {tenths(rules.minutes(length) or 0)} 小时"
    if long := too_long(length, rules):
        return Effect("出勤", title, long, "", "soon", counts=counts)
    return Effect("出勤", title, "集中学习类活动按实际时长计，不统计在线时长", "", tone, counts=counts)


def score_line(lines: list[Effect]) -> Effect:
    """Which indicators of the scheme the counted requirements belong to, and what a late one counts there.

    No points are promised: what an indicator yields depends on what else applies to the branch in the period.
    """
    # A requirement belongs to the quarter of its due date (decisions 22), and is scored by the version in force for it.
    due = next((line.owed.due for line in lines if line.owed and line.counts), clock.today())
    scheme = parsed(scheme_for(Period.containing(QUARTER, due)))
    found, late = [], False
    for line in lines:
        for _, indicator in scheme.indicators():
            if line.rule and f"requirement.{line.rule}" in indicator.measures and indicator not in found:
                found.append(indicator)
                late = late or (line.late and indicator.late_factor < 1)
    if not found:
        return Effect("考核", "不影响得分", "没有对应的考核指标，或这次不计入", "—", "none")
    names = "、".join(indicator.name for indicator in found)
    if late:
        share = f"{float(found[0].late_factor) * 100:g}%"
        return Effect("考核", names, f"补录和补办按 {share} 计分", f"计 {share}", "soon", counts=True)
    return Effect("考核", names, "到期未办才扣分，按期办理不扣分", "不扣分", "ok", counts=True)

"""One record, many uses: what a record counts for, said by the functions that count it."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.urls import reverse

from assessments.schemes.services import parsed, scheme_for
from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation
from branches.rulebook import rule, short_citation
from branches.settings import dated as dated_settings
from common import clock
from common.periods import QUARTER, YEAR, Period
from common.text import quoted
from members.activities.forms.record import ActivityForm
from members.activities.lateness import late_kinds
from members.activities.models import (
    ATTENDING,
    COUNTING_STATES,
    Activity,
    ActivityJudgement,
    ActivityState,
    AttendanceState,
    BuildingField,
    Length,
    Topic,
    Way,
)
from members.activities.quorum import Quorum, body_of, quorum_kept
from members.activities.selectors.counting import below
from members.activities.services.records import RecordData
from members.activities.study import study_rules, tenths, too_long
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.selectors.of_record import branch_duties, duties_of_record
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
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, SyncState, WorkItem
from responsibilities.work.qualifying import HostKind, Standing, fault_of
from responsibilities.work.selectors.natures import nature_of_typed
from responsibilities.work.selectors.stage_links import linked_points
from responsibilities.work.stages import SyncPoint, judge


@dataclass
class Effect:
    """One line of the panel: what (义务, 学时, 考核), the words, and how it looks ("ok", "soon", "late", "none")."""

    kind: str
    title: str
    note: str
    mark: str
    tone: str
    url: str = ""
    # The Requirement whose kind of record this is, as one that counts; None where nothing is counted.
    owed: Requirement | None = None
    # It counts as made up or reported late.
    late: bool = False
    # [(name, address)] folded behind the line.
    names: tuple = ()
    # Whether the record counts for something by this line; the other lines say why it does not.
    counts: bool = False

    @property
    def rule(self) -> str:
        """Rule of the requirement that it counts for, or ""."""
        return self.owed.rule if self.owed and self.counts else ""


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


def _requirement_effects(organisation: Organisation, record: Recorded) -> list[Effect]:
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
    if record.nobody and quorum.body is None and _met_by_people(organisation, kind):
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


def _attendance_line(states: Collection[str], length: Length, *, sent: bool = True) -> Effect:
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


def _score_line(lines: list[Effect]) -> Effect:
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


@dataclass(frozen=True)
class _Shown:
    """A record as evidence of stages, as if it were submitted already: its day, and how each host and kind is judged.

    saved: whether it counts already. unknown: people whose attendance is not entered yet.
    """

    day: date
    hosts: list[HostKind]
    saved: bool = False
    unknown: int = 0

    def fault(self, point: SyncPoint) -> tuple[str, str, str] | None:
        """Return (note, word, tone) where it cannot show the point, by the one function that judges links; else None."""
        standing, why = fault_of(ActivityState.SUBMITTED, self.hosts, point.allowed)
        if standing == Standing.COUNTS:
            return None
        if standing == Standing.SHORT and self.unknown:
            return f"还有 {self.unknown} 人未登记考勤，到会够法定人数才计入", "待登记", "soon"
        return why, "未计入", "late"


def _host_kinds(rows: Iterable[ActivityJudgement]) -> list[HostKind]:
    return [
        HostKind(row.organisation_id, _branch_of(row.organisation), row.kind, row.valid, row.present, row.needed)
        for row in rows
    ]


def _branch_of(place: Organisation) -> int | None:
    return place.parent_id if place.kind == Kind.SMALL_GROUP else None


def _sync_lines(links: list[tuple[WorkItem, SyncPoint]], shown: _Shown, user: User | None = None) -> list[Effect]:
    """One line for each stage the record is linked to: how far its date lies from the business date, or why it shows none.

    links: as linked_points gives them. user: a line leads only to work that he may read (to all when None).
    """
    if not links:
        return [Effect("四同步", "未关联重点业务", "这次活动服务于某项业务时，在“关联业务”中选一次即可", "—", "none")]
    lines = []
    items = {item.pk for item, _ in links}
    read = items
    if user is not None:
        read = set(WorkItem.objects.visible_to(user).filter(pk__in=items).order_by().values_list("pk", flat=True))
    for item, point in links:
        title = f"{item.name}：{STAGE_SHORT[SyncStageKind(point.kind)]}环节" + (
            f"（{point.name}）" if point.name else ""
        )
        note, mark, tone, counts = _sync_words(point, shown)
        url = f"{reverse('work_detail', args=[item.pk])}#stage-{point.kind}" if item.pk in read else ""
        lines.append(Effect("四同步", title, note, mark, tone, url, counts=counts))
    return lines


def _sync_words(point: SyncPoint, shown: _Shown) -> tuple[str, str, str, bool]:
    """Return (note, word, tone, whether it counts) of one linked stage."""
    day, saved = shown.day, shown.saved
    if point.left_out:
        return point.reason, "不计", "none", False
    if point.state == SyncState.WAIVED:
        return "这个环节已免予同步", "免予", "none", False
    if point.state == SyncState.ENDED:
        return "这项业务已终止", "不计", "none", False
    if fault := shown.fault(point):
        return *fault, False
    if point.day is not None and (point.day - day).days > point.early_days:
        return f"早于业务日期 {(point.day - day).days} 天，过早，不计入", "过早", "none", False
    if point.happened is None:
        return "业务环节还没有登记实际日期，登记后即可判定", "已关联", "ok", False
    if saved and point.state == SyncState.TO_CONFIRM:
        return "已关联，待上级确认后计入", "待确认", "soon", False
    if saved and point.state in (SyncState.SYNCHRONISED, SyncState.LAGGING) and point.party is not None:
        lag, state = point.lag, SyncState(point.state)
    else:
        tolerance = dated_settings.whole("sync_tolerance_days", point.happened)
        earlier = [proof.day for proof in point.proofs if proof.counts]
        state, _, lag = judge(point.happened, [*earlier, day], tolerance, max(clock.today(), day))
    words = f"业务 {point.happened:%-m月%-d日}，" + (
        f"提前 {-lag} 天" if lag is not None and lag < 0 else f"相差 {lag} 天"
    )
    return words, SyncState(state).label, "ok" if state == SyncState.SYNCHRONISED else "soon", True


def _duty_lines(
    organisation: Organisation,
    codes: Collection[str],
    day: date,
    lines: list[Effect],
    counts: bool,
    links: list[tuple[WorkItem, SyncPoint]],
    *,
    sure: bool,
) -> list[Effect]:
    """One line for each duty of the branch that the record will serve; they close by themselves.

    lines: those of its requirements. counts: False below the quorum, where it proves nothing. links: the stages that
    it is linked to. sure: False while nobody's attendance is entered.
    """
    rows = [line.owed for line in lines if line.owed]
    carriers = {place for _, point in links for place in point.carriers}
    found = branch_duties(organisation, rows, codes, day, carriers) if counts else []
    if not found:
        return [Effect("责任清单", "不对应责任事项", "能由记录证明的事项自动办结", "—", "none")]
    if not sure:
        note = "登记考勤、有人到会即计入"
        urls = [reverse("duty_detail", args=[duty.pk]) for duty in found]
        return [Effect("责任清单", duty.text, note, "待登记", "soon", url) for duty, url in zip(found, urls)]
    return [_duty_line(duty, "由这条记录自动计入，不用另行填报", "自动计入") for duty in found]


def _duty_line(duty: Duty, note: str, mark: str) -> Effect:
    return Effect("责任清单", duty.text, note, mark, "ok", reverse("duty_detail", args=[duty.pk]), counts=True)


def _duties_proved(activity: Activity, user: User | None) -> list[Effect]:
    """The duties a saved record proves: the branches' first, then those above; members' folded, one line for each text."""
    found = list(dict.fromkeys(duty for duty, _ in duties_of_record(activity, user=user)))
    if not found:
        return [Effect("责任清单", "不对应责任事项", "", "—", "none")]
    others = [duty for duty in found if duty.list.level != Level.MEMBER]
    others.sort(key=lambda duty: duty.list.level != Level.BRANCH)
    folded: dict[str, list[Duty]] = {}
    for duty in found:
        if duty.list.level == Level.MEMBER:
            folded.setdefault(duty.text, []).append(duty)
    lines = [_duty_line(duty, f"{duty.list.holder_name}责任清单", "已计入") for duty in others]
    return lines + [_members_line(text, rows) for text, rows in folded.items()]


def _members_line(text: str, rows: list[Duty]) -> Effect:
    if len(rows) == 1:
        return _duty_line(rows[0], f"{rows[0].list.holder_name}责任清单", "已计入")
    names = tuple((duty.list.holder_name, reverse("duty_detail", args=[duty.pk])) for duty in rows)
    return Effect("责任清单", f"{len(rows)} 名党员：{text}", "", "已计入", "ok", names=names, counts=True)


_LINK = re.compile(r"([sm])([0-9]{1,18})")


def nature_words(form: ActivityForm) -> str:
    """Return 「融合 · 思想建设」 as the system would judge the record of a bound form, "" before a place and a kind are chosen."""
    data = form.record_data()
    if cast(Organisation | None, form.organisation) is None or not data.kinds:
        return ""
    record = form.unsaved()
    keys = [match.groups() for match in _LINK.finditer(form.data.get("links", ""))] if form.is_bound else []
    # The copy has no id; its links are the saved record's.
    record.pk = form.instance.pk if form.instance else None
    nature = nature_of_typed(
        record,
        kinds=data.kinds,
        hosts=1 + len(data.hosts),
        assigned=any(owner and due for _, owner, due in data.resolutions),
        stages=[int(pk) for kind, pk in keys if kind == "s"],
        milestones=[int(pk) for kind, pk in keys if kind == "m"],
    )
    way, field = (Way(nature.way).label if nature.way else "", BuildingField(nature.field).label)
    return " · ".join(part for part in (way, field) if part)


def effects_of_form(form: ActivityForm) -> list[Effect] | None:
    """Return the lines of an unsaved record, from its bound ActivityForm; None before a place and a kind are chosen.

    What is wrong or missing in the form is left out; nothing is written.
    """
    data = form.record_data()
    # The form keeps the chosen place under the name of its field.
    place = cast(Organisation | None, form.organisation)
    if place is None or not data.kinds:
        return None
    quorums = form.quorums(data)
    states = [state for state, _ in data.attendance.values()]
    if form.is_bound and not form.cleaned_data.get("day"):
        # Without a date nobody knows the period; today's would promise what the record may not meet.
        pending = Effect("义务", "填写日期后可知计入哪个期间", "按活动日期计入所在的月、季、年", "待填日期", "none")
        return [pending, _attendance_line(states, form.unsaved().length)]
    record = _typed(form, place, data, quorums)
    lines = _requirement_effects(place, record)
    # Where nobody's attendance is entered, only what asks for nobody's counts already.
    sure = not record.nobody or any(not _met_by_people(place, kind) for kind in quorums)
    links = linked_points(form.instance.pk) if form.instance else []
    own = [
        HostKind(place.pk, _branch_of(place), kind, quorum.valid, quorum.present, quorum.needed)
        for kind, quorum in quorums.items()
    ]
    shown = _Shown(data.day, [*own, *_other_hosts(form.instance)] if links else own, unknown=record.unknown)
    return [
        *lines,
        _attendance_line(states, form.unsaved().length),
        *_sync_lines(links, shown),
        *_duty_lines(
            place, data.kinds, data.makes_up_for or data.day, lines, _counts_at_all(quorums), links, sure=sure
        ),
        _score_line(lines),
    ]


def _typed(form: ActivityForm, place: Organisation, data: RecordData, quorums: Mapping[str, Quorum]) -> Recorded:
    """Return what counts of the record that a form describes."""
    states = [state for state, _ in data.attendance.values()]
    unknown = sum(state == AttendanceState.NOT_RECORDED for state in states)
    kept = form.instance.judgements.filter(organisation=place.pk, late=True) if form.instance else ()
    return Recorded(
        data.kinds,
        data.day,
        data.makes_up_for,
        data.kinds if data.made_up is None else data.made_up,
        quorums,
        late_kinds(form.unsaved(), clock.now()) if data.day <= clock.today() else set(),
        unknown=unknown,
        nobody=unknown == len(states) and not form.is_talk,
        instead=form.instance.pk if form.instance else None,
        instead_late=[row.kind for row in kept],
        topics=data.topics,
    )


def _other_hosts(activity: Activity | None) -> list[HostKind]:
    """How a saved record was judged for those who share it: the form says nothing of their people."""
    if activity is None:
        return []
    rows = activity.judgements.exclude(organisation=activity.organisation_id).select_related("organisation")
    return _host_kinds(rows)


def _recorded(activity: Activity, rows: list[ActivityJudgement], unknown: int = 0, *, nobody: bool = False) -> Recorded:
    """Return what counts of a saved record at the host that the judgements `rows` are about; the rest as of Recorded."""
    quorums = {row.kind: quorum_kept(row) for row in rows}
    made_up = [row.kind for row in rows if row.makes_up_for]
    kinds = [row.kind for row in rows]
    return Recorded(
        kinds,
        activity.day,
        activity.makes_up_for,
        made_up,
        quorums,
        [row.kind for row in rows if row.late],
        activity.pk,
        unknown,
        nobody,
        topics=activity.topics,
    )


def _counts_at_all(quorums: Mapping[str, Quorum]) -> bool:
    return any(quorum.valid for quorum in quorums.values())


def _met_by_people(place: Organisation, kind: str) -> bool:
    return body_of(kind, place.kind == Kind.SMALL_GROUP) is not None


def effects_of_record(activity: Activity, user: User | None = None) -> list[Effect]:
    """Return the lines of a saved record: what it counted for, in its organisation and each confirmed host.

    user: name only the duties that he may read (all when None).
    """
    attendance = list(activity.attendance.values_list("state", "organisation"))
    states = [state for state, _ in attendance]
    unknown, nobody = 0, False
    if activity.written_expected is None and activity.origin != "import":
        own_place = activity.organisation_id
        unknown = sum(state == AttendanceState.NOT_RECORDED and place == own_place for state, place in attendance)
        # What is submitted has its people, or needs none (above the branch, where no roster is kept).
        nobody = unknown == len(states) and activity.state not in COUNTING_STATES
    judgements: dict[int, list[ActivityJudgement]] = {}
    for row in activity.judgements.select_related("organisation__parent"):
        judgements.setdefault(row.organisation_id, []).append(row)
    lines: list[Effect] = []
    for place, rows in judgements.items():
        own = place == activity.organisation_id
        for line in _requirement_effects(
            rows[0].organisation, _recorded(activity, rows, unknown if own else 0, nobody=nobody and own)
        ):
            line.title = line.title if own else f"{rows[0].organisation}：{line.title}"
            lines.append(line)
    counts = any(row.valid for rows in judgements.values() for row in rows)
    sent = activity.state in COUNTING_STATES
    lines.append(_attendance_line(states, activity.length, sent=sent))
    hosts = _host_kinds(row for rows in judgements.values() for row in rows)
    shown = _Shown(activity.day, hosts, saved=sent and counts)
    lines += _sync_lines(linked_points(activity.pk), shown, user)
    lines += _duties_proved(activity, user)
    lines.append(_score_line(lines))
    return lines

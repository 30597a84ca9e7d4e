"""One record, many uses: what a record counts for, said by the functions that count it."""

from dataclasses import dataclass

from assessments.services.schemes import parsed, scheme_current
from branches.periods import YEAR, Period
from members.models import ATTENDING, AttendanceState
from members.quorum import Counts, quorum_of
from responsibilities.models import RequirementState as State
from responsibilities.requirement_rules import REQUIREMENT_RULES
from responsibilities.rulebook import rule, short_citation
from responsibilities.selectors.requirements import one_requirement, requirement_name


@dataclass
class Use:
    """One line of the panel: what (义务, 学时, 考核), the words, and whether it counts ("ok", "soon", "none")."""

    kind: str
    title: str
    note: str
    mark: str
    tone: str
    url: str = ""


def _rules_of(codes):
    return [row for row in REQUIREMENT_RULES if set(row.kinds) & set(codes)]


def _requirement_lines(organisation, codes, day, makes_up_for, quorum, saved=None, unknown=0):
    lines = []
    for row in _rules_of(codes):
        period = Period.containing(row.period, makes_up_for or day)
        found = one_requirement(organisation, row.rule, period)
        name = f"{period.short() if period.kind != YEAR else f'{period.year}年'}{row.short}"
        basis = f"{short_citation(rule(row.rule))} · {row.frequency()}"
        if found is None or found.state == State.NOT_APPLICABLE:
            reason = found.reason if found else "这里不要求"
            lines.append(Use("义务", name, reason, "不适用", "none"))
            continue
        url = f"/requirements/{organisation.pk}/{row.rule}/{period}/"
        if quorum is not None and not quorum.valid and unknown:
            lines.append(
                Use(
                    "义务", name, f"还有 {unknown} 人未登记考勤，到会够 {quorum.needed} 人即计入", "待登记", "soon", url
                )
            )
            continue
        if quorum is not None and not quorum.valid:
            lines.append(
                Use(
                    "义务", name, f"到会 {quorum.present} 人，还差 {quorum.missing} 人，不能计入", "不计入", "late", url
                )
            )
            continue
        counted = saved is not None and saved in found.records
        done = found.done if saved is not None else found.done + (1 if row.rule != "life-talks" else 0)
        made_up = day not in period
        mark = "补办" if made_up else ("完成" if done >= found.expected else f"{done}/{found.expected}")
        if row.rule == "life-talks":
            mark = f"{found.done}/{found.expected}人"
        note = basis
        if saved is not None and not counted:
            lines.append(Use("义务", name, "提交后计入" if not made_up else "提交后按补办计入", "未计入", "soon", url))
            continue
        lines.append(Use("义务", requirement_name(found), note, mark, "soon" if made_up else "ok", url))
    return lines or [Use("义务", "不对应应办义务", "照常登记，计入活动次数和出勤", "—", "none")]


def _attendance_line(states, hours):
    there = sum(state in ATTENDING for state in states)
    if hours is None:
        return Use("出勤", f"出席 {there} 人", "填写起止时间后可知时长", "", "none" if not there else "ok")
    return Use("出勤", f"出席 {there} 人，时长 {hours:g} 小时", "集中学习类活动按实际时长计，不统计在线时长", "", "ok")


def _score_line(lines):
    scheme = parsed(scheme_current())
    rules = {key: row for _, row in scheme.indicators() for key in row.rules}
    wanted = [row for row in REQUIREMENT_RULES if any(line.tone == "ok" and row.short in line.title for line in lines)]
    named = [rules[row.rule] for row in wanted if row.rule in rules]
    if not named:
        return Use("考核", "不影响得分", "没有对应的考核指标，或这次不计入", "—", "none")
    words = "、".join(f"{row.name} {float(row.points):g} 分" for row in named)
    return Use("考核", words, "到期未办才扣分，按期办理不扣分", "不扣分", "ok")


def uses_of_form(form):
    """Return the lines of an unsaved record, from its bound ActivityForm; None before a place and a kind are chosen.

    What is wrong or missing in the form is left out; nothing is written.
    """
    data = form.record_data()
    if form.organisation is None or not data.kinds:
        return None
    quorum = form.quorum(data)
    states = [state for state, _ in data.attendance.values()]
    unknown = sum(state == AttendanceState.NOT_RECORDED for state in states)
    lines = _requirement_lines(form.organisation, data.kinds, data.day, data.makes_up_for, quorum, unknown=unknown)
    return [*lines, _attendance_line(states, form.unsaved().hours), _score_line(lines)]


def uses_of_record(activity):
    """Return the lines of a saved record: what it counted for, in its organisation and each confirmed host."""
    states = list(activity.attendance.values_list("state", flat=True))
    quorum = None
    if activity.voters_expected is not None and not activity.valid:
        quorum = quorum_of(
            activity.codes,
            Counts(
                activity.voters_expected, activity.voters_present, activity.voters_expected, activity.voters_present
            ),
        )
    lines = _requirement_lines(
        activity.organisation, activity.codes, activity.day, activity.makes_up_for, quorum, activity.pk
    )
    for host in activity.hosts.all():
        if host.confirmed_at:
            for line in _requirement_lines(
                host.organisation, activity.codes, activity.day, activity.makes_up_for, quorum, activity.pk
            ):
                line.title = f"{host.organisation}：{line.title}"
                lines.append(line)
    lines.append(_attendance_line(states, activity.hours))
    lines.append(_score_line(lines))
    return lines

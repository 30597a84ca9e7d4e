"""What a record lacks before it can be submitted: one set of functions for the form, the live panel and the review."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from common import clock
from common.periods import Period
from members.activities.models import ActivityKindCode as Code
from members.activities.models import AttendanceState, Length
from members.activities.models.codes import picks
from members.activities.quorum import Body, Quorum, by_body, decides
from members.activities.study import study_rules, too_long

TALK_ONLY, VISIT_ONLY = {Code.TALK}, {Code.VISIT}
TALK_ALONE = "谈心谈话单独登记，不与其他活动合在一条记录里，请去掉其中一类。"
NOBODY_TRAINED = "没有登记参加培训的人员，不计入任何人的学时；从培训班或发展党员“集中培训”一步登记的，人员会自动填好"
# A talk with more partners than this at once is a meeting, or several talks in one record.
MOST_PARTNERS = 5
_SHOWN = 3


@dataclass(frozen=True)
class Check:
    """One line of 提交前检查. level: ok, warn (may be submitted) or err (blocks); field: the field that mends it."""

    level: str
    text: str
    field: str = ""


def blocks_of(data: Any, anyone_expected: bool = True) -> list[tuple[str, str]]:
    """Return [(field, sentence)] of what blocks submission.

    data: RecordData, saved or not. anyone_expected: False where the organisation has no roster (above the branch).
    """
    blocks = []
    talk = set(data.kinds) == TALK_ONLY
    if Code.TALK in data.kinds and not talk:
        blocks.append(("kinds", TALK_ALONE))
    if not data.title:
        blocks.append(("title", "请填写主题。"))
    picked = picks(data.kinds)
    if not data.content.strip() and set(data.kinds) not in (TALK_ONLY, VISIT_ONLY):
        blocks.append(("content", "请填写议程与决议。"))
    if data.day > clock.today():
        blocks.append(("day", "活动日期还没有到，可以先存为计划，开展后再提交。"))
    elif data.last_day is not None and data.last_day > clock.today():
        blocks.append(("last_day", "培训还没有结束，结束后再提交。"))
    missing = sum(state == AttendanceState.NOT_RECORDED for state, _ in data.attendance.values())
    if talk and not data.attendance:
        blocks.append(("attendance", "请选择谈话对象。"))
    elif talk and data.chair is not None and data.chair.pk in data.attendance:
        blocks.append(("attendance", "谈话人不能同时是谈话对象。"))
    elif anyone_expected and not data.attendance and not picked:
        blocks.append(("attendance", "请登记考勤。"))
    elif missing:
        blocks.append(("attendance", f"还有 {missing} 人未登记考勤。"))
    return blocks


def checks_of(
    data: Any,
    quorums: Mapping[str, Quorum],
    names: Mapping[int, str],
    files: int = 0,
    anyone_expected: bool = True,
    requested: Period | None = None,
) -> list[Check]:
    """Return the Checks of a record: what blocks, then what is worth a second look.

    quorums: {kind: Quorum}. names: {member id: name}. files: number of attachments.
    requested: the Period for which the form was opened, where it was opened for one.
    """
    blocks = [Check("err", text, field) for field, text in blocks_of(data, anyone_expected)]
    found = blocks or [Check("ok", "必填项已填完")]
    if not blocks:
        found += _quorum_checks(quorums)
    if requested and data.day not in requested and (data.makes_up_for or data.day) not in requested:
        found.append(Check("warn", f"日期不在{requested.label()}内，这条记录不计入{requested.label()}", "day"))
    length = Length(data.day, data.starts_at, data.ends_at, data.last_day, data.hours_stated)
    if (length.minutes is not None or length.days > 1) and (long := too_long(length, study_rules())):
        found.append(Check("warn", long, "hours_stated" if data.hours_stated else "ends_at"))
    silent = [
        names.get(pk, "") for pk, (state, reason) in data.attendance.items() if state in _NEEDS_REASON and not reason
    ]
    if silent:
        who = "、".join(silent[:_SHOWN]) + (f"等 {len(silent)} 人" if len(silent) > _SHOWN else "")
        found.append(Check("warn", f"{who}未写请假或缺席原因", "attendance"))
    if set(data.kinds) == VISIT_ONLY and not data.attendance:
        found.append(Check("warn", "没有选择走访对象，不计入对任何人的走访", "attendance"))
    elif Code.TRAINING in data.kinds and not data.attendance and not anyone_expected:
        found.append(Check("warn", NOBODY_TRAINED, "attendance"))
    elif not anyone_expected and not picks(data.kinds):
        found.append(Check("warn", "本组织没有名册，未登记考勤", "attendance"))
    for number, (_, owner, due) in enumerate(data.resolutions, start=1):
        if owner is None or due is None:
            found.append(Check("warn", f"第 {number} 项决议没有写明责任人或时限", "resolutions"))
            break
    if files:
        found.append(Check("ok", f"已传附件 {files} 个"))
    return found


def _quorum_checks(quorums: Mapping[str, Quorum]) -> Iterator[Check]:
    lines = iter(uncounted_lines(quorums))
    for quorum, codes in by_body(quorums):
        if not quorum.valid:
            yield Check("warn", f"{quorum_words({codes[0]: quorum})[0]}：{next(lines)}", "attendance")
        elif quorum.decides:
            yield Check("ok", f"{_kinds(codes)}到会人数符合规定")


def _kinds(codes: Iterable[str]) -> str:
    return "、".join(Code(code).label for code in codes)


def uncounted_lines(quorums: Mapping[str, Quorum]) -> list[str]:
    """Return a sentence for each body of a record below its quorum: what that means for its kinds."""
    deciding = any(quorum.decides for quorum in quorums.values())
    invalid = "，会议决议无效" if deciding and not decides(quorums) else ""
    return [f"{_kinds(codes)}不计入任何应办事项{invalid}" for quorum, codes in by_body(quorums) if not quorum.valid]


@dataclass(frozen=True)
class Said:
    """What form, panel, record and review say of who came. quorum: the line, "" where no rule asks; tone: its look;
    lines: what that means for the kinds below their quorum, "" while somebody's attendance is not entered."""

    quorum: str
    tone: str
    lines: list[str]


def said_of(quorums: Mapping[str, Quorum], unknown: int = 0) -> Said:
    """Return what is said of the quorums of a record, draft or submitted: the one place for all pages.

    unknown: how many persons have no state yet.
    """
    words, tone = quorum_words(quorums, unknown)
    return Said(words, tone, [] if unknown else uncounted_lines(quorums))


def unknown_in(data: Any) -> int:
    """Return how many persons of RecordData have no state yet."""
    return sum(state == AttendanceState.NOT_RECORDED for state, _ in data.attendance.values())


_NEEDS_REASON = (AttendanceState.LEAVE, AttendanceState.ABSENT)
_VOTERS = {
    Body.ELECTION: "会有选举权",
    Body.ASSEMBLY: "会有表决权",
    Body.COMMITTEE: "委员",
    Body.PARTY_GROUP: "党组成员",
    Body.DEMOCRATIC_LIFE: "党组成员",
}
_THEN = {Body.ELECTION: ("可以选举", "不能选举"), Body.ASSEMBLY: ("可以表决", "不能表决")}
_ORDINARY = ("可以开会", "会议无效")


def quorum_words(quorums: Mapping[str, Quorum], unknown: int = 0) -> tuple[str, str]:
    """Return (sentence, tone) of the quorum line, one part for each body; ("", "ok") where no rule asks.

    unknown: how many persons have no state yet; then the line says what is needed and judges nothing.
    """
    said = [_words(quorum, unknown) for quorum, _ in by_body(quorums)]
    said = [(text, tone) for text, tone in said if text]
    tones = [tone for _, tone in said]
    tone = next((tone for tone in ("late", "soon") if tone in tones), "ok")
    return "；".join(text for text, _ in said), tone


def _words(quorum: Quorum, unknown: int) -> tuple[str, str]:
    if quorum.body is None or quorum.body == Body.ANYONE:
        return ("无人到会", "late") if not quorum.valid and not unknown else ("", "ok")
    what, (can, cannot) = _VOTERS[quorum.body], _THEN.get(quorum.body, _ORDINARY)
    if not quorum.expected:
        return f"当天没有{what.removeprefix('会')}的人员，无法计算到会人数", "soon"
    head = f"应到{what} {quorum.expected} 人，"
    if unknown and not quorum.valid:
        return f"{head}至少需 {quorum.needed} 人到会，还有 {unknown} 人未登记", "soon"
    head += f"实到{what} {quorum.present} 人，"
    if not quorum.valid:
        return f"{head}至少需 {quorum.needed} 人，还差 {quorum.missing} 人，{cannot}", "late"
    return head + can + (f"（{quorum.votes_needed} 票通过）" if quorum.votes_needed and can == "可以表决" else ""), "ok"

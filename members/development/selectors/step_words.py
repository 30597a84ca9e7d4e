"""What is said of each step of a case: its chip, its day or limit, its article, and the lines below its name."""

from datetime import date

from branches.rulebook import rule, short_citation
from members.development.checks import carried, cites_on
from members.development.file import Notice
from members.development.models.cases import CaseStep, StepResult
from members.development.models.papers import VoteAbout
from members.development.selectors.board import UNIT, chip_in
from members.development.selectors.cases import Case, recorded_voters, vote_of
from members.development.standing import (
    DONE,
    DONE_LATE,
    ENDED,
    LATER,
    NOT_DUE,
    PAPER,
    STOPPED,
    UNCOUNTED,
    StepView,
)
from members.development.steps import LISTING, REVIEWS, VOTE_ON_FULL, WARN, Step

NO_REVIEW = "没有考察记录"
ON_PAPER = "以纸质材料为准"
NO_LIMIT = "规则未定期限"
CANCEL_EARLY = "预备期满以前只能讨论取消预备党员资格。"


def chip(case: Case, view: StepView, today: date) -> tuple[str, str]:
    """Return (state, word) of the chip of a step, "" for both where it has none."""
    if view.state == DONE:
        return "step_done", ""
    if view.state == DONE_LATE:
        late = next((fault.words for fault in view.faults if fault.level == WARN), "")
        return "step_late", "迟办" if "迟" in late else "有欠缺"
    if view.state == PAPER:
        return "on_paper", ""
    if view.state in (LATER, ENDED):
        return "", ""
    state, word = chip_in(case, view, today)
    return state, word.removesuffix(UNIT)


def mark(view: StepView) -> str:
    """Class of the point before a step: done, done with a warning, now, stopped or to come."""
    if view.state in (DONE, PAPER):
        return "ok"
    if view.state == DONE_LATE:
        return "okl"
    if view.state in (STOPPED, UNCOUNTED):
        return "stop"
    return "todo" if view.state in (LATER, NOT_DUE, ENDED) else "now"


def when(case: Case, view: StepView) -> str:
    """Return the day of a step, or until or from when it is to be done, in words."""
    if view.step.key == "6" and view.due is not None:
        return f"下次 {view.due:%Y-%m-%d} 前"
    if view.state == PAPER and view.entry is None:
        return ON_PAPER
    if view.entry is not None:
        # Of several reviews the last; all of them stand below the name of the step.
        return days_of(view)[-1] if days_of(view) else NO_REVIEW
    if view.due is not None:
        return f"{view.due:%Y-%m-%d} 前"
    if view.from_day is not None:
        return f"{view.from_day:%Y-%m-%d} 起"
    if view.state == ENDED:
        return "未办"
    return _limit_words(view.step)


def days_of(view: StepView) -> list[str]:
    """Return when a step took place, [] where nobody knows: reviews on their own days, none on that of the listing."""
    if view.step.key == REVIEWS:
        return [f"{day:%Y-%m-%d}" for _, day in view.reviews if day is not None]
    return [f"{view.entry.day:%Y-%m-%d}"] if view.entry is not None else []


def _limit_words(spec: Step) -> str:
    """How a limit reads before the step that it counts from: 「第 13 步后 1 个月内」."""
    for check in spec.checks:
        if check.check == "within":
            return f"第 {check.of} 步后 {check.months} 个月内"
        if check.check == "after":
            return f"第 {check.of} 步满 {check.months} 个月后"
    return NO_LIMIT


def under(view: StepView) -> str:
    """Return the article of a step; what was decided before the text of 2026 keeps its own and shows none."""
    if not view.step.rules:
        return ""
    day = view.entry.day if view.entry is not None and view.stood else None
    if not cites_on(day):
        return "按当时的细则"
    return short_citation(rule(view.step.rules[0]))


def lines_of(case: Case, view: StepView, entry: CaseStep | None) -> list[str]:
    """Return what stands below the name of a step."""
    lines = [view.step.hint] if view.step.hint and not view.stood and view.state != ENDED else []
    people = {"5": "contact", "9": "introducer"}
    if view.step.key in people:
        names = [one.member.name for one in case.row.roles.all() if one.role == people[view.step.key] and not one.ends]
        lines += [f"正式党员 {len(names)} 名：{'、'.join(names)}"] if names else []
        lines += _gone_lines(case, people[view.step.key])
    if view.step.key == "6" and case.file.reviews:
        days = "、".join(f"{day:%Y-%m-%d}" for day in sorted(case.file.reviews))
        lines.append(f"已考察 {len(case.file.reviews)} 次：{days}")
    if view.step.key == LISTING:
        lines += _notice_lines(case)
    lines += history(case, view)
    if entry is not None:
        lines += [text for text in (vote_line(entry), voters_differ(entry), entry.document, entry.text) if text]
        if entry.explanation:
            lines.append(f"情况说明：{entry.explanation}{'（已采纳）' if entry.accepted_by_id else '（待上级采纳）'}")
        if entry.except_reason:
            lines.append(f"特殊情况：{entry.except_reason}")
    if view.state in (STOPPED, UNCOUNTED) or (view.note and not view.stood):
        lines.append(view.note)
    if view.from_day is not None and view.state == STOPPED:
        lines.append(f"{view.from_day:%Y-%m-%d} 起可以办理。")
    if view.from_day is not None and view.step.key == VOTE_ON_FULL:
        lines.append(CANCEL_EARLY)
    lines += [fault.words for fault in view.faults if view.state != STOPPED]
    return lines


def _gone_lines(case: Case, role: str) -> list[str]:
    """Return that whoever accompanies the case belongs to its branch no longer, or that the case has moved away from him (第十二条)."""
    if case.row.closed_on is not None or case.standing.joined_on is not None:
        return []
    home = case.row.member.home_id
    serving = [one for one in case.row.roles.all() if one.role == role and not one.ends]
    gone = [one.member.name for one in serving if one.member.home_id != home or one.member.left_on is not None]
    return [f"{'、'.join(gone)}的组织关系不在{case.row.member.home.label}，须另行指定。"] if gone else []


def _notice_lines(case: Case) -> list[str]:
    """Return the notice that hangs, and those that it replaced with why."""
    gone = [one for one in case.row.notices.all() if one.removed_at is not None]
    lines = [_notice_line(case.file.notice)] if case.file.notice is not None else []
    return lines + [f"{one.posted_on:%Y-%m-%d} 张贴的公示已更换：{one.remove_reason}" for one in gone]


def _notice_line(notice: Notice) -> str:
    places = "、".join(notice.places)
    span = f"公示 {notice.first:%-m月%-d日}至{notice.last:%-m月%-d日}" if notice.first and notice.last else "公示期待定"
    said = "" if notice.objections is None else f"，收到意见 {notice.objections} 条"
    return f"{notice.posted:%Y-%m-%d} 张贴于{places}，{span}{said}"


def vote_line(entry: CaseStep) -> str:
    """Return the counts of a vote in one line, "" where the step rests on none."""
    vote = vote_of(entry)
    if vote is None:
        return ""
    written = f"（含书面 {vote.written}）" if vote.written else ""
    months = f" {vote.months} 个月" if vote.months else ""
    return (
        f"{VoteAbout(vote.about).label}{months}：应到 {vote.expected} 人，实到 {vote.present} 人，"
        f"赞成 {vote.yes + vote.written} 票{written}，不赞成 {vote.no} 票，弃权 {vote.abstain} 票"
    )


def before_it(case: Case, view: StepView) -> list[CaseStep]:
    """Return what was voted or decided in a step before what counts of it now: a vote that was not passed, a refusal above."""
    counts = view.entry.pk if view.entry is not None else None
    rows = [one for one in case.row.entries.all() if one.key == view.step.key and one.pk != counts]
    return [one for one in rows if one.result != StepResult.PASSED or vote_of(one) is not None]


def history(case: Case, view: StepView) -> list[str]:
    """Return one line for each of `before_it`."""
    return [_past_line(one) for one in before_it(case, view)]


def _past_line(entry: CaseStep) -> str:
    vote = vote_of(entry)
    if vote is None:
        said = [entry.get_result_display(), entry.document]
    else:
        said = [vote_line(entry), "通过" if carried(vote) else "未通过"]
    return f"{entry.day:%Y-%m-%d} {'，'.join(text for text in said if text)}"


def voters_differ(entry: CaseStep) -> str:
    """Return what was typed of those with a vote where the record of the meeting says otherwise now, "" where it does not."""
    vote, recorded = getattr(entry, "vote", None), recorded_voters(entry)
    if vote is None or recorded in (None, (vote.expected, vote.present)):
        return ""
    return f"登记时填写应到 {vote.expected} 人、实到 {vote.present} 人，与会议记录不一致，以会议记录为准。"

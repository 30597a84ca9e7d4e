"""A case on paper: the sheet of its whole way (全程纪实表), and the text of its notice."""

from datetime import date

from branches.rulebook import rule, short_citation
from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from members.development.checks import NOTICE_DAYS, cites_on
from members.development.selectors.cases import Case, vote_of
from members.development.selectors.page import done_words, papers
from members.development.selectors.step_words import ON_PAPER, days_of, history, vote_line
from members.development.standing import PAPER, SKIPPED, StepView
from members.development.steps import COLUMNS, STOP, Check
from members.roster.models.members import MemberStage

_HEADS, _WIDTHS = ["步骤", "日期", "依据", "办理情况"], [40, 24, 40, 52]


def way_of(case: Case) -> Sheet:
    """Return the whole way of a case: each step with its day, article and what was noted of it."""
    row = case.row
    entries = {one.pk: one for one in row.entries.all()}
    parts = [SheetPart("基本情况", facts=_facts(case))]
    for key, (name, _) in COLUMNS.items():
        views = [one for one in case.standing.steps if one.step.column == key and one.state != SKIPPED]
        cells = [
            [view.step.label, "、".join(days_of(view)), _source(view), _said(case, view, entries)] for view in views
        ]
        parts.append(SheetPart(name, table=SheetTable(_HEADS, cells, _WIDTHS, (0, 2, 3))))
    held = [
        f"{one['name']}：{one['paper'].held_on:%Y-%m-%d}，{one['paper'].kept_at}"
        for one in papers(case)
        if one["paper"]
    ]
    parts.append(SheetPart("材料", texts=held, empty="还没有登记材料。"))
    title = f"发展党员全程纪实表（{row.member.name}）"
    return Sheet(title, row.member.home.name, clock.today(), told=done_words(case), parts=parts)


def _facts(case: Case) -> list[tuple[str, str]]:
    row, member = case.row, case.row.member
    facts = [
        ("姓名", member.name),
        ("性别", member.sex),
        ("出生日期", _said_day(member.birth_date)),
        ("党支部", member.home.label),
        ("类别", member.get_stage_display()),
    ]
    facts += [(one.get_role_display(), one.member.name) for one in row.roles.all() if one.ends is None]
    if row.taken_over_on:
        facts.append(("接续办理", f"{row.taken_over_on:%Y-%m-%d} 起，此前以纸质材料为准"))
    return facts


def _said_day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""


def _source(view: StepView) -> str:
    if not view.step.rules:
        return ""
    day = view.entry.day if view.entry is not None and view.stood else None
    return short_citation(rule(view.step.rules[0])) if cites_on(day) else "按当时的细则"


def _said(case: Case, view: StepView, entries: dict) -> str:
    entry = entries.get(view.entry.pk) if view.entry is not None else None
    said = history(case, view)
    said += [ON_PAPER] if view.state == PAPER and entry is None else []
    said += [view.note] if view.note and not view.stood else []
    if entry is not None:
        said += [text for text in (vote_line(entry), entry.document, entry.text, entry.explanation) if text]
    said += [fault.words for fault in view.faults if view.stood]
    return "；".join(text.rstrip("。") for text in said)


def notice_of(case: Case) -> Sheet | None:
    """Return the text of the notice that hangs or hung (第十三条), None before it was posted."""
    notice, member = case.file.notice, case.row.member
    if notice is None:
        return None
    span = (
        f"公示期为 {clock.in_full(notice.first)}至 {clock.in_full(notice.last)}，共 {NOTICE_DAYS} 个工作日。"
        if notice.first and notice.last
        else f"公示期为 {NOTICE_DAYS} 个工作日，自张贴次日起算。"
    )
    born = f"，{member.birth_date:%Y年%m月}出生" if member.birth_date else ""
    since = case.standing.stage_since.get(MemberStage.ACTIVIST)
    became = f"，{clock.in_full(since)}确定为入党积极分子" if since else ""
    sex = f"，{member.sex}" if member.sex else ""
    texts = [
        f"经支部委员会讨论并报上级党委同意，拟将{member.name}同志列为发展对象，现予公示。",
        f"{member.name}{sex}{born}{became}，现属{member.home.label}。",
        span + "对公示对象有意见的，可在公示期内向党支部或上级党委反映。反映情况应当实事求是。",
    ]
    part = SheetPart("公示内容", texts=texts, facts=[("公示地点", "、".join(notice.places))])
    return Sheet("关于拟列为发展对象的公示", member.home.name, notice.posted, parts=[part])


def resolution_of(case: Case, key: str) -> Sheet | None:
    """Return the resolution of the assembly that voted (steps 15 and 23), with the five fields of the text, None before it voted.

    Source: 发展党员工作细则 article 22 (dev-resolution-fields): how the person did, who was expected and there, the outcome of the vote,
    the day, and the secretary's name to be signed. All but the first are reckoned.
    """
    entry = next((one for one in reversed(list(case.row.entries.all())) if one.key == key), None)
    vote = vote_of(entry) if entry is not None else None
    if entry is None or vote is None:
        return None
    member = case.row.member
    about = {"admit": f"接收{member.name}同志为预备党员", "full": f"{member.name}同志按期转为正式党员"}
    about |= {
        "extend": f"延长{member.name}同志预备期 {vote.months} 个月",
        "cancel": f"取消{member.name}同志预备党员资格",
    }
    passed = not any(one.check in ("quorate", "voted") for one in _stopping(case, key))
    facts = [
        ("主要表现", entry.text or "（未写明）"),
        ("应到有表决权的党员", f"{vote.expected} 人"),
        ("实到有表决权的党员", f"{vote.present} 人"),
        ("表决结果", vote_line(entry)),
        ("通过日期", clock.in_full(entry.day) if passed else "未通过"),
    ]
    words = "经无记名投票表决，" + ("同意" if passed else "未通过") + about[vote.about] + "。"
    part = SheetPart("决议", facts=facts, texts=[words])
    title = f"{member.home.label}支部大会决议（{member.name}）"
    return Sheet(title, member.home.name, entry.day, parts=[part], signers=["党支部书记签名"])


def _stopping(case: Case, key: str) -> list[Check]:
    """The checks of a step that stop it, as its faults name them by rule."""
    view = case.standing.of(key)
    rules = {fault.rule for fault in view.faults if fault.level == STOP}
    return [one for one in view.step.checks if one.rule in rules]

"""What the text asks of a step, one function for each kind of demand named in steps.toml.

Each answers with a sentence in Chinese, "" where the demand is met. None of them knows a database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from common import clock
from common.periods import add_months
from common.workdays import UnknownYear, working_days_after
from members.development.file import CANCEL, CONTACT, EXTEND, INTRODUCER, PASSED, CaseFile, Entry, Vote
from members.development.steps import TEXT_OF_2026, Check, step

# 未满…不得办理: what lies so far ahead in words.
DOCUMENTS = {
    "application": "入党申请书",
    "activist": "入党积极分子培养考察登记表",
    "review": "政治审查材料",
    "volunteer": "入党志愿书",
    "probation": "预备党员教育考察登记表",
    "full": "转正申请书",
}
BY_COMMITTEE = "党支部当时设有支委会，应由支委会讨论决定，党员大会记录不能代替。"
# Below this length of a sentence on whom was heard nothing is said.
NOTICE_DAYS = 5
TRAINING_DAYS, TRAINING_HOURS = 3, 24
EXTENSION = (6, 12)


@dataclass(frozen=True)
class Asked:
    """What a check looks at: the file, the step as entered, and since when each earlier step has stood ({key: day or None})."""

    file: CaseFile
    entry: Entry
    stood: dict[str, date | None]
    probation_ends: date | None = None


def aged(asked: Asked, check: Check) -> str:
    born = asked.file.born
    if born is None or add_months(born, 12 * 18) <= asked.entry.day:
        return ""
    return f"在 {asked.entry.day:%Y-%m-%d} 未满 18 周岁。"


def within(asked: Asked, check: Check) -> str:
    """Done later than so many months after an earlier step."""
    since = asked.stood.get(check.of)
    if since is None:
        return ""
    due = add_months(since, check.months)
    late = (asked.entry.day - due).days
    return f"应在 {due:%Y-%m-%d} 前办理，迟 {late} 天。" if late > 0 else ""


def after(asked: Asked, check: Check) -> str:
    """Done before so many months have passed since an earlier step."""
    since = asked.stood.get(check.of)
    if since is None:
        return ""
    left = (add_months(since, check.months) - asked.entry.day).days
    return f"距{_since(check.of)}还差 {left} 天满{_length(check.months)}。" if left > 0 else ""


def _since(key: str) -> str:
    return {"3": "确定为积极分子", "15": "支部大会通过"}.get(key, step(key).name)


def _length(months: int) -> str:
    return {6: "半年", 12: "一年"}.get(months, f" {months} 个月")


def told(asked: Asked, check: Check) -> str:
    return "" if asked.entry.text else f"没有写明{step(asked.entry.key).text}。"


def by_committee(asked: Asked, check: Check) -> str:
    """What is for the branch committee is done by the assembly only where there is none."""
    return BY_COMMITTEE if asked.entry.by_assembly else ""


def heard(asked: Asked, check: Check) -> str:
    """The four who are heard before somebody is proposed (第十三条)."""
    missing = [word for word in ("党小组", "联系人", "党员", "群众") if word not in asked.entry.text]
    return f"没有写明听取{'、'.join(missing)}意见。" if missing else ""


def contacts(asked: Asked, check: Check) -> str:
    day = asked.entry.day
    people = [one for one in asked.file.people if one.kind == CONTACT and one.serves_on(day)]
    if not people:
        return "还没有指定培养联系人。"
    if len(people) > 2:
        return f"培养联系人为 1 至 2 名，现有 {len(people)} 名。"
    not_full = [one.name for one in people if not one.full_on(day)]
    return f"培养联系人须为正式党员：{'、'.join(not_full)}。" if not_full else ""


def introducers(asked: Asked, check: Check) -> str:
    day = asked.entry.day
    people = [one for one in asked.file.people if one.kind == INTRODUCER and one.serves_on(day)]
    if len(people) != 2:
        return f"入党介绍人须为 2 名，现有 {len(people)} 名。"
    not_full = [one.name for one in people if not one.full_on(day)]
    return f"介绍人须为正式党员：{'、'.join(not_full)}。" if not_full else ""


def _under(asked: Asked, name: str) -> list[str]:
    day = asked.entry.day
    serving = [one for one in asked.file.people if one.kind == INTRODUCER and one.serves_on(day)]
    return [
        one.name
        for one in serving
        if any(first <= day and (last is None or day <= last) for first, last in getattr(one, name))
    ]


def barred(asked: Asked, check: Check) -> str:
    found = _under(asked, "barred")
    return f"{'、'.join(found)}在留党察看期间，不能作介绍人。" if found else ""


def sanctioned(asked: Asked, check: Check) -> str:
    found = _under(asked, "sanctioned")
    return f"{'、'.join(found)}在处分影响期内，不宜作介绍人。" if found else ""


def reviewed(asked: Asked, check: Check) -> str:
    """Not asked of the entry: the reviews of an activist are judged by themselves (rules.review_dues)."""
    return ""


def passed(asked: Asked, check: Check) -> str:
    words = {"failed": "结论为不通过。", "put_off": "暂缓办理。"}
    return words.get(asked.entry.result, "")


def noticed(asked: Asked, check: Check) -> str:
    """Listed only once the notice is over; those who work elsewhere are posted at both places (第十三条)."""
    notice = asked.file.notice
    if notice is None:
        return "还没有公示。"
    if notice.last is None:
        return f"公示期时限待定：{notice.posted.year}年节假日安排尚未收录。"
    if (consent := asked.stood.get("8")) is not None and notice.posted < consent:
        return f"公示（{notice.posted:%Y-%m-%d}）早于上级党委同意（{consent:%Y-%m-%d}）。"
    if asked.entry.day <= notice.last:
        return f"公示期至 {notice.last:%Y-%m-%d}，次日起可列为发展对象。"
    if asked.file.floating and len(notice.places) < 2:
        return "流动人员须在流出地、流入地同时公示。"
    if notice.objections and not asked.entry.text:
        return f"公示收到意见 {notice.objections} 条，须写明处理情况。"
    return ""


def trained(asked: Asked, check: Check) -> str:
    entry = asked.entry
    if entry.days >= TRAINING_DAYS or (entry.hours or 0) >= TRAINING_HOURS:
        return ""
    if entry.hours is None:
        return f"培训记录没有时长，须不少于 {TRAINING_DAYS} 天或 {TRAINING_HOURS} 学时。"
    return f"集中培训 {entry.hours:g}/{TRAINING_HOURS} 学时，须不少于 {TRAINING_DAYS} 天或 {TRAINING_HOURS} 学时。"


def leaving(asked: Asked, check: Check) -> str:
    day = asked.file.leaving
    if day is None or not asked.entry.day <= day <= add_months(asked.entry.day, check.months):
        return ""
    return f"将于 {day:%Y-%m-%d} 离开本单位，三个月内离开的一般不办理接收手续。"


def quorate(asked: Asked, check: Check) -> str:
    vote = asked.entry.vote
    if vote is None:
        return "没有登记表决。"
    needed = vote.expected // 2 + 1
    if vote.present >= needed:
        return ""
    return f"应到 {vote.expected} 人，实到 {vote.present} 人，须超过半数（{needed} 人）。"


def voted(asked: Asked, check: Check) -> str:
    vote = asked.entry.vote
    if vote is None:
        return ""
    if wrong := count_wrong(vote):
        return wrong
    needed, yes = vote.expected // 2 + 1, vote.yes + vote.written
    return "" if yes >= needed else f"赞成 {yes} 票，须超过应到半数（{needed} 票）。"


def carried(vote: Vote) -> bool:
    """Whether enough were there and enough said yes."""
    needed = vote.expected // 2 + 1
    return not count_wrong(vote) and vote.present >= needed and vote.yes + vote.written >= needed


def count_wrong(vote: Vote) -> str:
    """Return what is wrong with the counts of a vote, "" where they can be."""
    if vote.yes + vote.no + vote.abstain > vote.present or vote.present + vote.written > vote.expected:
        return "票数合计多于到会和书面意见人数。"
    return ""


def expired(asked: Asked, check: Check) -> str:
    """Whether to admit as a full member is decided once the probation is over; to cancel it may be decided before."""
    vote, ends = asked.entry.vote, asked.probation_ends
    if ends is None or asked.entry.day >= ends or (vote is not None and vote.about == CANCEL):
        return ""
    return f"预备期至 {ends:%Y-%m-%d}，还差 {(ends - asked.entry.day).days} 天。"


def extended(asked: Asked, check: Check) -> str:
    vote = asked.entry.vote
    if vote is None or vote.about != EXTEND:
        return ""
    least, most = EXTENSION
    if not least <= vote.months <= most:
        return f"延长预备期不少于 {least} 个月、不超过 {most} 个月。"
    before = [one for one in votes_on_full(asked.file) if _order(one) < _order(asked.entry)]
    # What was refused above was no extension.
    again = [one for one in before if one.vote is not None and one.vote.about == EXTEND and not _refused(asked, one)]
    return "预备期只能延长一次。" if again else ""


def put_off(asked: Asked, check: Check) -> str:
    """Of who came from elsewhere while on probation the vote may be put off, for so many months after its end at most (第三十五条)."""
    vote, until = asked.entry.vote, put_off_until(asked.file, asked.stood, asked.probation_ends, check)
    if until is None or asked.entry.day <= until or (vote is not None and vote.about == CANCEL):
        return ""
    return f"转入的预备党员推迟讨论不超过 {check.months} 个月，应在 {until:%Y-%m-%d} 前讨论，迟 {(asked.entry.day - until).days} 天。"


def put_off_until(
    file: CaseFile, stood: Mapping[str, date | None], probation_ends: date | None, check: Check
) -> date | None:
    """Return the last day on which the vote on who came from elsewhere on probation is held in time, None for anybody else."""
    began = stood.get("15")
    if began is None or probation_ends is None or file.moved_on is None or file.moved_on <= began:
        return None
    return add_months(probation_ends, check.months)


def _refused(asked: Asked, vote: Entry) -> bool:
    return any(one.result != PASSED for one in decisions_on(asked.file, vote)[:1])


def _order(entry: Entry) -> tuple[date, int]:
    return entry.day, entry.pk


def votes_on_full(file: CaseFile) -> list[Entry]:
    """Return what an assembly decided at the end of a probation, in order."""
    return sorted((one for one in file.entries if one.key == "23"), key=_order)


def decisions_on(file: CaseFile, vote: Entry) -> list[Entry]:
    """Return what was decided above on a vote at the end of a probation, in order: before the assembly voted anew."""
    later = next((one.day for one in votes_on_full(file) if _order(one) > _order(vote)), date.max)
    found = [one for one in file.entries if one.key == "24" and vote.day <= one.day < later]
    return sorted(found, key=_order)


def approver(asked: Asked, check: Check) -> str:
    return asked.file.approver


def preceded(asked: Asked, check: Check) -> str:
    """What agencies hear first: the Party group, and a general branch that stands between."""
    if check.of == "15a" and not asked.file.general_branch:
        return ""
    if check.of not in asked.stood:
        return f"没有{step(check.of).name}的记录。"
    day = asked.stood[check.of]
    return f"{step(check.of).name}（{day:%Y-%m-%d}）晚于审批。" if day is not None and day > asked.entry.day else ""


def archived(asked: Asked, check: Check) -> str:
    missing = [name for key, name in DOCUMENTS.items() if key not in asked.file.documents]
    return f"缺 {len(missing)} 件：{'、'.join(missing)}。" if missing else ""


CHECKS: dict[str, Callable[[Asked, Check], str]] = {
    one.__name__: one
    for one in (
        aged,
        within,
        after,
        told,
        by_committee,
        heard,
        contacts,
        introducers,
        barred,
        sanctioned,
        reviewed,
        passed,
        noticed,
        trained,
        leaving,
        quorate,
        voted,
        expired,
        extended,
        put_off,
        approver,
        preceded,
        archived,
    )  # fmt: skip
}


def asks(check: Check, day: date) -> bool:
    """Return whether a demand is asked of what was decided on `day`: some came with the text of 2026."""
    return check.since is None or day >= check.since


def notice_days(posted_on: date) -> tuple[date | None, date | None]:
    """Return (first, last) of the working days of a notice, that of posting not counted; None while their year is not published."""
    try:
        return working_days_after(posted_on, NOTICE_DAYS)
    except UnknownYear:
        return None, None


def listing_from(notice_last: date) -> date:
    """Return the first day on which somebody may be listed after a notice that ends on `notice_last`."""
    return notice_last + timedelta(days=1)


def cites_on(day: date | None) -> bool:
    """Return whether a step of that day is shown with its article: what was decided before keeps its own text."""
    return (day or clock.today()) >= TEXT_OF_2026

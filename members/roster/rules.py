"""Decisions about people that need no database: what a change of standing has to say, and the words of refusals."""

from datetime import date, timedelta

from common import clock
from common.periods import add_months
from members.roster.models.standing import OUT_NEXT_DAY, End, MemberStage, Standing

DAY = timedelta(days=1)
# 教育管理条例 article 30 (`edu-correct-1y`).
CORRECT_MONTHS = 12
# These end on a day that the decision itself names.
WITH_LAST_DAY = (Standing.CORRECTING, Standing.SANCTIONED, Standing.UNDER_WATCH)
# These are decided: by a document, or in a meeting that is recorded.
DECIDED = (Standing.SUSPENDED, Standing.CORRECTING, Standing.SANCTIONED, Standing.UNDER_WATCH)
# What a page offers to note.
OFFERED = (
    Standing.SUSPENDED,
    Standing.LOST,
    Standing.CORRECTING,
    Standing.SANCTIONED,
    Standing.UNDER_WATCH,
)
ENDS_OFFERED = tuple(end for end in End if end not in (End.TRANSFERRED, End.UNSAID))


def standing_problems(
    state: str, starts: date, ends: date | None, ground: str, document: str, decided: bool
) -> dict[str, str]:
    """Return {field: what is wrong} of a change of standing, nothing where it can be noted.

    Rules: edu-lost-6m and edu-abroad (suspension with its grounds and decision), edu-correct-1y (twelve months at most).
    """
    wrong: dict[str, str] = {}
    if starts > clock.today():
        wrong["starts"] = "起始日期不能晚于今天。"
    if state == Standing.SUSPENDED and not (ground and (document or decided)):
        wrong["ground" if not ground else "document"] = "停止党籍须写明依据和决定。"
    elif state in DECIDED and not (document or decided):
        wrong["document"] = f"{Standing(state).label}须写明决定文号，或选择作出决定的会议。"
    if state in WITH_LAST_DAY and ends is None:
        wrong["ends"] = f"{Standing(state).label}须写明最后一天。"
    elif ends is not None and ends < starts:
        wrong["ends"] = "止日不能早于起日。"
    elif state == Standing.CORRECTING and ends is not None and ends >= add_months(starts, CORRECT_MONTHS):
        wrong["ends"] = (
            f"限期改正不超过 {CORRECT_MONTHS} 个月，最迟到 {clock.in_words(add_months(starts, CORRECT_MONTHS) - DAY)}。"
        )
    return wrong


def end_problems(ground: str, day: date, document: str, decided: bool, *, probationary: bool) -> dict[str, str]:
    """Return {field: what is wrong} of the end of a membership, nothing where it can be noted."""
    wrong: dict[str, str] = {}
    if day > clock.today():
        wrong["on"] = "日期不能晚于今天。"
    if ground not in ENDS_OFFERED:
        wrong["ground"] = "请选择一种情形。"
    elif ground not in OUT_NEXT_DAY and not (document or decided):
        wrong["document"] = f"{End(ground).label}须写明决定文号，或选择作出决定的会议。"
    elif ground == End.PROBATION_CANCELLED and not probationary:
        wrong["ground"] = "只有预备党员可以取消预备党员资格。"
    return wrong


def last_day(ground: str, on: date) -> date:
    """Return the last day of a membership that ended by what happened on `on`: that day of a death, else the eve."""
    return on if ground in OUT_NEXT_DAY else on - DAY


def full_day_problem(stage: str, full_on: date | None) -> str:
    """Return why a form refuses the day of full membership of somebody at a stage, "" where it does not.

    Ledgers take what an old roster says and tell about it.
    """
    if full_on is None or stage == MemberStage.FULL:
        return ""
    return f"{MemberStage(stage).label}没有转为正式党员的日期，请核对人员类别。"

"""Decisions about transfers that need no database: what is wrong with one, and the words of refusals."""

from datetime import date

from common import clock
from members.transfers.models import Transfer, TransferKind, TransferState

LETTER_MOST, OUTSIDE_MOST, REASON_MOST = 40, 100, 200
NO_REASON = "不得无故拒绝接收，请写明原因。"
SAME_BRANCH = "已在这个党支部。"
NOT_THERE = "该同志的组织关系已经变动，这件接转不能再办理，请撤回。"


def open_words(name: str) -> str:
    return f"{name}已有一件未办结的接转。"


def not_party_words(name: str) -> str:
    """Return why nothing of somebody is transferred who is no Party member yet (发展党员工作细则 article 12: his papers go along)."""
    return f"{name}还不是党员，没有组织关系可转；换党支部培养的，由管理两边名册的上级在“调整编组”中办理，发展进程随同转过去。"


def done_words(transfer: Transfer) -> str:
    """Return why nothing more is done with a transfer that is over."""
    return f"这件接转{transfer.get_state_display()}，不能再办理。"


def received_problem(transfer: Transfer, on: date) -> str:
    """Return why a transfer cannot be received on a day, "" where it can."""
    if on > clock.today():
        return "接收日期不能晚于今天。"
    if transfer.issued_on is not None and on < transfer.issued_on:
        return "接收日期不能早于开出日期。"
    return ""


def known_words(on: date, meetings: int) -> str:
    """Return what is asked of whoever receives with a day since which meetings were recorded."""
    return f"{clock.in_words(on)}以来已有 {meetings} 次会议记录，请核对后勾选确认。"


def letter_problems(letter: str, issued_on: date, asked_on: date) -> dict[str, str]:
    """Return {field: what is wrong} of a letter."""
    wrong: dict[str, str] = {}
    if not letter:
        wrong["letter"] = "请填写介绍信编号。"
    if issued_on > clock.today():
        wrong["issued_on"] = "开出日期不能晚于今天。"
    elif issued_on < asked_on:
        wrong["issued_on"] = "开出日期不能早于提出日期。"
    return wrong


def may_receive(transfer: Transfer) -> bool:
    """Whether it stands so that it can be received: asked of a branch inside, or sent out with a letter."""
    inside = transfer.kind == TransferKind.INSIDE and transfer.state == TransferState.ASKED
    return inside or (transfer.kind == TransferKind.OUT and transfer.state == TransferState.ISSUED)

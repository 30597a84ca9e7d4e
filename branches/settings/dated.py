"""Values the agency sets itself, dated like rules; the known keys with their defaults and meaning."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from branches.reach.rights import ACCOUNTS, SET_RULES
from branches.settings.models import Setting
from common import clock


@dataclass(frozen=True)
class Known:
    """A key of the settings. purpose: what it is for, in one sentence of the page; right: whoever holds it sets the key."""

    default: str
    label: str
    low: Decimal
    high: Decimal
    purpose: str
    right: str = SET_RULES


def _known(default: str, label: str, low: int, high: int, purpose: str, right: str = SET_RULES) -> Known:
    return Known(default, label, Decimal(low), Decimal(high), purpose, right)


# (first day, value) of a key, newest first; the default closes it with None as its day.
Timeline = list[tuple[date | None, Decimal]]

# Settings of the business belong to the business (access rule 11). The limit of backdating guards against whoever
# appoints, so that it is not his own to move.
KNOWN = {
    "grace_days": _known(
        "7",
        "补报宽限天数（记录日期或期末之后）",
        0,
        60,
        "活动之后这么多天之内提交不算迟报；考核期在期末之后同样天数关闭。",
    ),
    "resubmit_days": _known(
        "7",
        "退回后重新提交的天数",
        0,
        60,
        "按期提交的记录被退回后，在退回之后这么多天之内重新提交，不算迟报；审核用去的时间不计。",
    ),
    "host_confirm_days": _known(
        "15",
        "共同活动确认天数",
        0,
        90,
        "共同举办的组织在主办组织提交之后这么多天之内确认，不算迟报。",
    ),
    "due_soon_days": _known("7", "临期提示天数", 0, 60, "截止日期前这么多天起，应办事项显示为临期。"),
    "sync_tolerance_days": _known(
        "7", "四同步容许相差天数", 0, 60, "业务日期之后这么多天之内有党建记录，算同步；再晚是滞后，没有是缺失。"
    ),
    "sync_early_days_study": _known(
        "180",
        "同步研究过早的天数",
        0,
        366,
        "早于业务日期超过这么多天的记录，不算这项业务的研究；审核人写明原因的可以计入。",
    ),
    "sync_early_days_arrangement": _known(
        "60",
        "同步安排过早的天数",
        0,
        366,
        "早于业务日期超过这么多天的记录，不算这项业务的安排；审核人写明原因的可以计入。",
    ),
    "sync_early_days_implementation": _known(
        "30",
        "同步实施过早的天数",
        0,
        366,
        "早于业务日期超过这么多天的记录，不算这项业务的实施；审核人写明原因的可以计入。",
    ),
    "sync_early_days_assessment": _known(
        "30",
        "同步考核过早的天数",
        0,
        366,
        "早于业务日期超过这么多天的记录，不算这项业务的考核；审核人写明原因的可以计入。",
    ),
    "lecture_per_quarter": _known("1", "党课每季度次数", 0, 12, "每个党支部每季度应办的党课次数，0 为不要求。"),
    "org_life_due_month": _known("12", "组织生活会截止月份", 1, 12, "组织生活会应在当年这个月的最后一天之前召开。"),
    "founding_share": _known(
        "0.5",
        "成立当期剩余天数不少于几成才计入应办",
        0,
        1,
        "组织成立或本机关启用的当期，剩下的天数不足这一比例就不计应办。",
    ),
    "late_factor": _known("0.5", "补办、迟报计分系数", 0, 1, "补办、迟报的事项按这一系数计分，1 为不扣，0 为不得分。"),
    "appointment_backdate_days": _known(
        "30", "任职起最多可早于登记当天的天数", 0, 3650, "防止事后任命：任职起不能早于登记当天这么多天。", ACCOUNTS
    ),
}


def number(key: str, day: date | None = None) -> Decimal:
    """Return the setting `key` in force on `day` (default today) as a Decimal. Raises KeyError for an unknown key."""
    known = KNOWN[key]
    row = Setting.objects.filter(key=key, valid_from__lte=day or clock.today()).order_by("-valid_from").first()
    return Decimal(row.value if row else known.default)


def whole(key: str, day: date | None = None) -> int:
    """Return the setting as an int."""
    return int(number(key, day))


def timeline(key: str) -> Timeline:
    """Return [(valid_from, Decimal)] of a key, newest first; the default closes the list with None as its date."""
    rows = Setting.objects.filter(key=key).order_by("-valid_from").values_list("valid_from", "value")
    return [(day, Decimal(value)) for day, value in rows] + [(None, Decimal(KNOWN[key].default))]


def timelines(keys: Iterable[str]) -> dict[str, Timeline]:
    """Return {key: timeline} of several keys in one statement."""
    return gathered(
        keys, Setting.objects.filter(key__in=keys).order_by("-valid_from").values_list("key", "valid_from", "value")
    )


def gathered(keys: Iterable[str], rows: Iterable[tuple[str, date, str]]) -> dict[str, Timeline]:
    """Return {key: timeline} of rows (key, valid_from, value), newest first, each closed by the default of its key."""
    lines: dict[str, Timeline] = {key: [] for key in keys}
    for key, day, value in rows:
        lines[key].append((day, Decimal(value)))
    return {key: [*line, (None, Decimal(KNOWN[key].default))] for key, line in lines.items()}


def at(line: Timeline, day: date) -> Decimal:
    """Return the value of a `timeline` on `day`."""
    return next(value for start, value in line if start is None or start <= day)

"""What a duty must be, with one sentence for each thing that is wrong (models keep the rest by constraints)."""

from django.core.exceptions import ValidationError

from common.periods import KINDS, MONTHS_IN
from common.text import quoted
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyList
from responsibilities.duties.slot import due_day

MOST_TIMES = 366


def due_list(text: str, year: int, period: str) -> str:
    """Return "MM-DD,MM-DD" cleaned: none, or one for each period of the year, each a day of that year, in order.

    Raises ValidationError on "due".
    """
    parts = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]
    if not parts:
        return ""
    days = []
    for part in parts:
        try:
            days.append(due_day(year, part))
        except ValueError:
            raise ValidationError({"due": f"{quoted(part)}不是 {year} 年的日期，请写成月-日，如 06-30。"}) from None
    number = 12 // MONTHS_IN[period] if period in KINDS else 1
    if len(days) != number:
        raise ValidationError({"due": f"这个频次一年有 {number} 期，时限应写 {number} 个，用逗号隔开，或留空。"})
    if sorted(days) != days:
        raise ValidationError({"due": "时限应从早到晚写。"})
    return ",".join(parts)


def check_times(times: int | None) -> None:
    """Raise ValidationError on "times" unless it is between 1 and MOST_TIMES."""
    if times is None or not 1 <= times <= MOST_TIMES:
        raise ValidationError({"times": f"次数应在 1 至 {MOST_TIMES} 之间。"})


def check_parent(duty_list: DutyList, parent: Duty | None, duty: Duty | None = None) -> None:
    """Raise ValidationError on "serves" unless the parent is of the same year and of a level further up."""
    if parent is None:
        return
    if duty is not None and parent.pk == duty.pk:
        raise ValidationError({"serves": "责任事项不能服务于自己。"})
    if parent.list.year != duty_list.year:
        raise ValidationError(
            {"serves": f"上级责任是 {parent.list.year} 年的，这份清单是 {duty_list.year} 年的，应同年。"}
        )
    own, upper = LEVEL_ORDER.index(duty_list.level), LEVEL_ORDER.index(parent.list.level)
    if upper == own:
        raise ValidationError(
            {"serves": f"所选责任与本清单同为“{duty_list.get_level_display()}”一级，应选上级的责任。"}
        )
    if upper > own:
        raise ValidationError(
            {"serves": f"所选责任是“{parent.list.get_level_display()}”的，在本清单的下级，应选上级的责任。"}
        )

"""What a duty must be, with one sentence for each thing that is wrong (models keep the rest by constraints)."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from common.operator import Actor
from common.periods import KINDS, MONTHS_IN, YEAR, Period
from common.text import quoted
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyList, Level
from responsibilities.duties.slot import due_day
from responsibilities.policies.models import Policy
from responsibilities.policies.selectors.procedures import procedures_at

MOST_TIMES = 366
# Whose lists procedures prove: those of organisations, which run them; what a person does is shown by records.
RUNNING = (Level.PARTY_GROUP, Level.COMMITTEE, Level.GENERAL_BRANCH, Level.BRANCH)


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


def policies_for(user: Actor, duty_list: DutyList) -> QuerySet[Policy]:
    """Return the policies whose procedure the organisation of a list runs in its year; of persons' lists none."""
    if duty_list.level not in RUNNING:
        return Policy.objects.none()
    year = Period(YEAR, duty_list.year)
    return procedures_at(user, duty_list.organisation, year.first, year.last)


def check_policy(by: Actor, duty: Duty, before: int | None) -> None:
    """Raise ValidationError unless runs of the duty's policy can prove it. before: id of the policy it rested on till now."""
    if duty.policy is None:
        return
    if duty.key:
        raise ValidationError({"policy": "按模板生成的责任，认定方式不能更改；请另加一项。"})
    if duty.policy.pk != before and not policies_for(by, duty.list).filter(pk=duty.policy.pk).exists():
        where = duty.list.organisation.label
        raise ValidationError({"policy": f"{where}在 {duty.list.year} 年不走{quoted(duty.policy.title)}的程序。"})
    if duty.period not in KINDS:
        raise ValidationError({"period": "按制度程序认定的责任，频次应为每月、每季度、每半年或每年。"})
    if duty.unit != "次":
        raise ValidationError({"unit": "按制度程序认定的责任，按次计算。"})

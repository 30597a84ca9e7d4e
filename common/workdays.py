"""Working days by the yearly notices of the State Council on holidays.

A year whose notice has not been published is reported, never guessed.
"""

import datetime

import chinese_calendar


class UnknownYear(LookupError):
    """The holidays of this year are not known yet; the message is a Chinese sentence."""


def is_workday(day: datetime.date) -> bool:
    """Whether offices work on that day, made-up weekends included. Raises UnknownYear."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError as error:
        raise UnknownYear(f"{day.year} 年的节假日安排尚未收录，工作日需人工核对。") from error


def working_days_after(start: datetime.date, count: int) -> tuple[datetime.date, datetime.date]:
    """The first and the last of `count` working days after `start`, which is itself not counted.

    For public notices: five working days posted on Monday 23 November end on Monday 30 November.
    Raises UnknownYear, or ValueError for a count below one.
    """
    if count < 1:
        raise ValueError("工作日数应不少于 1。")
    working: list[datetime.date] = []
    day = start
    while len(working) < count:
        day += datetime.timedelta(days=1)
        if is_workday(day):
            working.append(day)
    return working[0], working[-1]


def spring_festival(year: int) -> datetime.date:
    """Return the first day of the holiday of the Spring Festival of a year. Raises UnknownYear."""
    festival = chinese_calendar.Holiday.spring_festival.value
    days = [day for day, name in chinese_calendar.constants.holidays.items() if day.year == year and name == festival]
    if not days:
        raise UnknownYear(f"时限待定：{year}年节假日安排尚未收录。")
    return min(days)

"""Decisions about pledges that need no database: how many and what they may say, until when who owes them, how they count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError

from branches.settings import dated
from members.activities.likeness import bare
from members.commitments.models import HOW_MOST, PLEDGE_DUE, PLEDGE_LEAST, PLEDGE_MOST, TEXT_MOST, Kept

# Who joins later pledges within so many days; who joins in the last quarter pledges for the next year.
DAYS_AFTER_JOINING, LAST_QUARTER = 30, 10
# A year is judged by a review of members that is held until then, as organisation life of a year is (judgement 2.6).
APPRAISED_UNTIL = (3, 31)
OWN = "本人的承诺由他人审核。"
ENTERED = "本人登记的事项由他人审定。"
PUBLISHED = "本年度承诺已公开，修改请写明原因。"


def grade_field(pledge: int) -> str:
    """Return by what name the appraisal sends the grade of a pledge (its id); an error of it stands under the same."""
    return f"p{pledge}"


@dataclass(frozen=True)
class Wanted:
    """One pledge that is to be made. about: address of what it speaks of."""

    text: str
    about: str = ""


def bounds(year: int) -> tuple[int, int]:
    """Return (fewest, most) pledges of a year, by the agency's settings."""
    lines, day = dated.timelines((PLEDGE_LEAST, PLEDGE_MOST)), date(year, 1, 1)
    return int(dated.at(lines[PLEDGE_LEAST], day)), int(dated.at(lines[PLEDGE_MOST], day))


def due_of(year: int) -> date:
    """Return the day until which a year's commitments are published."""
    return dated.day_in(dated.at(dated.timeline(PLEDGE_DUE), date(year, 1, 1)), year)


def last_appraisal(year: int) -> date:
    return date(year + 1, *APPRAISED_UNTIL)


def personal_due(since: date, year: int, due: date) -> date | None:
    """Return until when somebody's commitment is published, None where he owes none of that year.

    since: the first day on which he was a Party member of the agency. due: the day that holds for all.
    """
    if since <= due:
        return due
    if since.year != year or since.month >= LAST_QUARTER:
        return None
    return since + timedelta(days=DAYS_AFTER_JOINING)


def number_problem(number: int, least: int, most: int) -> str:
    """Return why so many pledges are too few or too many, "" where they are neither."""
    return "" if least <= number <= most else f"承诺为 {least} 至 {most} 项，现有 {number} 项。"


def text_problems(texts: Sequence[str]) -> list[str]:
    """Return what is wrong with the texts of pledges, a sentence each."""
    found, had = [], set()
    for number, text in enumerate(texts, start=1):
        if len(text) > TEXT_MOST:
            found.append(f"第 {number} 项不超过 {TEXT_MOST} 字，现有 {len(text)} 字。")
        if bare(text) in had:
            found.append(f"第 {number} 项与前面的一项相同。")
        had.add(bare(text))
    return found


def as_last_year(texts: Iterable[str], before: Sequence[tuple[int, str]]) -> list[str]:
    """Return a sentence for each pledge that repeats one of the year before. before: (its number, its text)."""
    known = {bare(text): number for number, text in before}
    same = (known[bare(text)] for text in texts if bare(text) in known)
    return [f"与去年第 {number} 项相同，请写明今年的变化。" for number in same]


def check_own(own: str, how: str) -> None:
    """Raise ValidationError by field where a pledge that was not kept whole says nothing of why."""
    if own not in Kept.values:
        raise ValidationError({"own": "请选择兑现、部分兑现或未兑现。"})
    if own != Kept.FULFILLED and not how:
        raise ValidationError({"how": "部分兑现和未兑现的，请写一句情况。"})
    if len(how) > HOW_MOST:
        raise ValidationError({"how": f"情况不超过 {HOW_MOST} 字，现有 {len(how)} 字。"})


def kept(grades: Iterable[str]) -> str:
    """Return how a commitment was kept by the grades of its pledges: "" while one is open."""
    grades = list(grades)
    if not grades or "" in grades:
        return ""
    if all(grade == Kept.FULFILLED for grade in grades):
        return Kept.FULFILLED
    return Kept.NOT if all(grade == Kept.NOT for grade in grades) else Kept.PARTLY


@dataclass
class Tally:
    """Pledges of a branch and year. done: kept, partly included; partly: of these; owed: counted at all; open: due and not judged."""

    done: int = 0
    partly: int = 0
    owed: int = 0
    open: int = 0

    def count(self, grade: str, due: date, as_of: date) -> None:
        """Count one published pledge: once something is said of it, or its day has passed."""
        if not grade and as_of <= due:
            return
        self.owed += 1
        self.done += grade in (Kept.FULFILLED, Kept.PARTLY)
        self.partly += grade == Kept.PARTLY
        self.open += not grade

"""The steps of developing a member as data (steps.toml), and the columns of the board they stand in."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from members.roster.models.members import MemberStage

STOP, WARN = "stop", "warn"
# The text of 2026 is in force since; what was decided before keeps the text of its day (dev-version).
TEXT_OF_2026 = date(2026, 5, 11)
BRANCH, COMMITTEE, GENERAL_BRANCH = "branch", "committee", "general_branch"

COLUMNS = {
    "apply": ("申请入党", "第 1–2 步"),
    "activist": ("入党积极分子", "第 3–6 步"),
    "object": ("发展对象", "第 7–11 步"),
    "admit": ("接收预备党员", "第 12–18 步"),
    "probation": ("教育考察和转正", "第 19–25 步"),
}
# The last step of paper of a case that is taken over, by what its person is then.
PAPER_UNTIL = {
    MemberStage.APPLICANT: "1",
    MemberStage.ACTIVIST: "4",
    MemberStage.CANDIDATE: "8a",
    MemberStage.PROBATIONARY: "18",
}
# Of a case that is taken over these days are asked, since later limits count from them.
ASKED_AT_TAKING_OVER = ("3", "15", "17")
# Decided in the system itself: refused while a stop stands; what happened outside is recorded with its stop.
DECIDED = ("8", "13", "17", "24")
# An activist is reviewed every half year, the superior consents, the person is listed, the committee approves the admission, the assembly votes on 转正.
REVIEWS, CONSENT, LISTING, APPROVAL, VOTE_ON_FULL, FULL_APPROVAL = "6", "8", "8a", "17", "23", "24"


@dataclass(frozen=True)
class Check:
    """One demand on a step. level: STOP (takes no effect) or WARN (takes effect, marked).

    of, months: the step and the months that it counts from; since: from when the text asks it, None where it always has.
    """

    check: str
    rule: str
    level: str
    of: str = ""
    months: int = 0
    since: date | None = None


@dataclass(frozen=True)
class Step:
    """One step as the text has it; the fields are those of steps.toml. order: its place, from 0.

    records: the kinds that show it; names: they name the person; paper: where none was kept the day may be typed. only_full: what of
    `needs` is asked only where somebody is to become a full member.
    """

    key: str
    order: int
    name: str
    column: str
    who: str
    records: tuple[str, ...] = ()
    names: bool = False
    paper: bool = False
    typed: tuple[str, ...] = ()
    text: str = "说明"
    document: str = "文号"
    needs: tuple[str, ...] = ()
    only_full: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    hint: str = ""
    checks: tuple[Check, ...] = ()

    @property
    def numbered(self) -> bool:
        """Whether it is one of the 25; the lettered ones stand between them."""
        return self.key.isdigit()

    @property
    def of_the_committee(self) -> bool:
        """Whether the branch committee does it, and the assembly only where the branch has none (第八、十三条)."""
        return self.who == BRANCH and {"committee_meeting", "assembly"} <= set(self.records)

    @property
    def label(self) -> str:
        return f"{self.key} {self.name}"


@lru_cache(maxsize=1)
def steps() -> Mapping[str, Step]:
    """Return {key: Step} in the order of the procedure."""
    with (Path(__file__).parent / "steps.toml").open("rb") as file:
        rows = tomllib.load(file)
    return {key: _step(key, order, row) for order, (key, row) in enumerate(rows.items())}


def _step(key: str, order: int, row: dict[str, Any]) -> Step:
    many: dict[str, Any] = {
        name: tuple(row.pop(name, ())) for name in ("records", "typed", "needs", "only_full", "rules")
    }
    many["checks"] = tuple(Check(**check) for check in row.pop("checks", ()))
    return Step(key=key, order=order, **many, **row)


def step(key: str) -> Step:
    """Return a step by its key; KeyError where there is none."""
    return steps()[key]


def until(key: str) -> Sequence[str]:
    """Return the keys up to and with `key`."""
    last = step(key).order
    return [one.key for one in steps().values() if one.order <= last]

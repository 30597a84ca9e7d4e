"""What a subject says of the change of a year: what it proposes for the new one, what goes on untouched, what ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import models

from branches.places.models.organisations import Organisation
from common.operator import Actor


class YearState(models.TextChoices):
    """How a line stands: to be confirmed, confirmed, going on by itself, ended or ending by itself."""

    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已确认"
    GOES_ON = "goes_on", "照常延续"
    ENDS = "ends", "到期结束"


# The key of the chip of each (states.py).
LOOKS = {
    YearState.PROPOSED: "due_soon",
    YearState.CONFIRMED: "complete",
    YearState.GOES_ON: "active",
    YearState.ENDS: "draft",
}


@dataclass(frozen=True)
class YearLine:
    """One line at one organisation. text: what is proposed, or what goes on, with its number; url: its page, or ""."""

    organisation: Organisation
    name: str
    state: YearState
    text: str
    url: str = ""
    details: tuple[str, ...] = ()

    @property
    def look(self) -> str:
        return LOOKS[self.state]


@dataclass(frozen=True)
class YearSubject:
    """One subject on the page of a year.

    key: in addresses. lines(user, places, year): what it says of these organisations. confirm(by, organisation, year):
    does what a proposed line says, and returns whether anything changed: a second time nothing does. None: nothing of it is
    ever confirmed.
    """

    key: str
    lines: Callable[[Actor, Sequence[Organisation], int], list[YearLine]]
    confirm: Callable[[Actor, Organisation, int], bool] | None = None

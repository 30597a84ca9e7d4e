"""What waits for the reader of the dashboard himself, over all periods, as one sentence with links (judgement 9)."""

from dataclasses import dataclass

from django.urls import reverse

from assessments.home.selectors import waits
from branches.access.models import User
from branches.reach.models import Appointment


@dataclass(frozen=True)
class Mine:
    """A part of the sentence, and where it leads."""

    words: str
    url: str


def mine_of(user: User, scope: Appointment | None) -> list[Mine]:
    """Return the parts of his sentence: duties past their date, what his organisation owes, supervision, objections."""
    parts = [
        Mine(waits.duty_words(user), reverse("own_duties")),
        Mine(owed := waits.owed_words(scope), waits.owed_address(scope) if owed else ""),
        Mine(waits.supervision_words(user), reverse("supervision_list")),
        Mine(heard := waits.hearing_words(user), waits.hearing_address() if heard else ""),
    ]
    return [part for part in parts if part.words]

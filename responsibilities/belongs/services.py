"""Write what a record belongs to as its form says it: ties that are ticked are made, those unticked taken back."""

from collections.abc import Collection, Iterable

from common.database import one_transaction
from common.operator import Actor
from members.activities.belonging import Belonging
from members.activities.models import UNSUBMITTED, Activity, ActivityState
from responsibilities.belongs import subjects

# Why a tie was taken back that nobody else has seen yet.
IN_THE_FORM = "登记时取消"
# States in which the record is its writers' own: a tie goes without a word.
_IN_HAND = (*UNSUBMITTED, ActivityState.RETURNED)


def subject_of(key: str) -> tuple[Belonging, int] | None:
    """Return (subject, id) of a key such as "c12", None where it is none."""
    if not (1 < len(key) <= 19 and key[1:].isascii() and key[1:].isdigit()):
        return None
    return next(((one, int(key[1:])) for one in subjects.SUBJECTS if one.letter == key[0]), None)


def keys_of(values: Iterable[str]) -> list[str]:
    """Return the keys in texts such as "c12,r5"; what is no key of a subject is left out, at most thirty are read."""
    parts = [part.strip() for value in values for part in value.split(",")]
    return [key for key in dict.fromkeys(parts) if subject_of(key)][:30]


@one_transaction
def belongs_set(
    *, by: Actor, activity: Activity, chosen: Collection[str], shown: Collection[str], system: Collection[str] = ()
) -> int:
    """Tie the record to what is chosen; return how many ties were made.

    shown: keys of chips that stood on the page: what of them is not chosen is taken back while the record is still in its
    writers' hands. system: keys that the system had chosen beforehand. ValidationError where a subject refuses.
    """
    made = 0
    for key in chosen:
        found = subject_of(key)
        if found is not None:
            subject, pk = found
            subject.tie(by, activity, pk, key in system)
            made += 1
    for key in shown:
        found = subject_of(key)
        if found is not None and key not in chosen and activity.state in _IN_HAND:
            subject, pk = found
            subject.untie(by, activity, pk, IN_THE_FORM)
    return made

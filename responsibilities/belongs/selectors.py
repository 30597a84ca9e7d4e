"""What 「还属于」 offers for a record, and what stands already."""

from collections.abc import Collection
from dataclasses import replace

from branches.reach import access
from branches.reach.rights import REVIEW
from common.operator import Actor
from members.activities.belonging import OF_SLOT, Belonging, Chip, Draft, Offered, choose
from members.activities.models import Activity
from members.activities.services.ties import branch_of
from members.activities.ties import RecordTie, confirmable
from responsibilities.belongs import subjects

# Ties that are looked through for one who reviews.
MOST = 60


def offered(
    draft: Draft, chosen: Collection[str] = (), refused: Collection[str] = (), *, every: bool = False
) -> list[Offered]:
    """Return the Offered of each subject that has anything, at most six chips in all.

    chosen, refused: keys that the form ticks and unticks by now; they win over what the system would choose. every: all
    candidates, for the page that lists them.
    """
    found, left = [], OF_SLOT
    for subject in subjects.SUBJECTS:
        tied = subject.tied(draft.user, draft.activity) if draft.activity is not None else []
        candidates = subject.suggest(draft)
        chips = sorted(candidates, key=lambda chip: -chip.likeness) if every else choose(candidates)
        # What was ticked by hand stays, whatever the words say since.
        held = [chip for chip in candidates if chip.key in chosen and chip.key not in {one.key for one in chips}]
        chips = [_as_said(chip, chosen, refused, every) for chip in [*held, *chips]]
        chips = chips if every else chips[: max(left, 0)]
        left -= len(chips)
        more = len(candidates) - len(chips)
        # What is left out is a link away, once there is a record whose page lists it.
        if tied or chips or (more and draft.activity is not None):
            found.append(Offered(subject, tied, chips, more))
    return found


def _as_said(chip: Chip, chosen: Collection[str], refused: Collection[str], every: bool) -> Chip:
    return replace(chip, chosen=chip.key in chosen or (chip.system and not every and chip.key not in refused))


def ties_to_confirm(user: Actor, activity: Activity | None = None) -> list[tuple[Belonging, RecordTie]]:
    """Return [(subject, tie)] of the later ties, of one record or of all, that wait for `user`: he reviews the branch and did
    not make them. The oldest records first.
    """
    found = []
    for subject in subjects.SUBJECTS:
        if subject.table is None:
            continue
        rows = confirmable(subject.table.rows.waiting().visible_to(user, REVIEW), user)
        if activity is not None:
            rows = rows.filter(activity=activity)
        rows = rows.select_related("activity__organisation__parent", *subject.table.read).order_by(
            "activity__day", "pk"
        )
        # Of a small group's record the branch itself confirms nothing.
        found += [(subject, tie) for tie in rows[:MOST] if access.has_right(user, REVIEW, branch_of(tie.activity))]
    return found


def key_of(subject: Belonging, tie: RecordTie) -> str:
    """Return the key of what a tie ties its record to, as chips have it."""
    assert subject.table is not None
    return f"{subject.letter}{getattr(tie, f'{subject.table.field}_id')}"

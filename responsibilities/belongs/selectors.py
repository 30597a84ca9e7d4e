"""What 「还属于」 offers for a record, and what stands already."""

from collections.abc import Collection
from dataclasses import replace

from members.activities.belonging import OF_SLOT, Chip, Draft, Offered, choose
from responsibilities.belongs import subjects


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

"""Business dates once noted (decisions 73): the date decides whether a stage is missing, so who is judged by it does not move it.

Whoever carries the work notes a date where none is noted, and corrects on the same day what he noted himself. Otherwise a
noted date is changed or cleared by who arranges the work, with a reason that the trail keeps; those who carry it are told.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from common import clock
from common.operator import OPERATOR, Actor, account_of
from common.text import quoted
from responsibilities.requirements.services import responsible_for
from responsibilities.work.models import Milestone, SyncStage, WorkItem
from responsibilities.work.rights import correctors

NO_REASON = "更正已登记的业务日期，请写明原因。"


class Changed(NamedTuple):
    """A noted date that is no longer to stand. field: where the form says so. name: of the milestone, or ""."""

    field: str
    name: str
    old: date
    new: date | None

    @property
    def words(self) -> str:
        new = clock.in_words(self.new) if self.new else "空"
        return f"{self.name}{clock.in_words(self.old)} 改为 {new}"


def _own(by: Actor, row: SyncStage | Milestone) -> bool:
    """Whether `by` noted the date himself, today."""
    return by is not OPERATOR and row.noted_by_id == by.pk and row.noted_on == clock.today()


def locked(by: Actor, row: SyncStage | Milestone, corrects: bool) -> bool:
    """Whether the date that the row bears stands for `by`. corrects: whether he may change what others noted (rights.py)."""
    return bool(row.happened_on) and not corrects and by is not OPERATOR and not _own(by, row)


def why_locked(item: WorkItem, day: date) -> str:
    """Return the sentence beside a noted date that stands: who changes it."""
    return f"业务日期已登记为 {clock.in_words(day)}，更正请报{correctors(item)}。"


def changed(
    by: Actor, stage: SyncStage, happened: date | None, rows: Sequence[tuple[int | None, str, date | None, date | None]]
) -> list[Changed]:
    """Return the noted dates that would change, but for what `by` noted himself today.

    rows: (id or None, name, planned, happened) of the milestones as they would stand. A stage that is divided into
    milestones is no longer judged by its own date, so dividing it gives that date up.
    """
    found = []
    stored = {row.pk: row for row in stage.milestones.all()}
    if stage.happened_on and not _own(by, stage):
        if happened != stage.happened_on:
            found.append(Changed("happened_on", "", stage.happened_on, happened))
        elif rows and not stored:
            found.append(Changed("milestones", "", stage.happened_on, None))
    left = {pk: (number, day) for number, (pk, _, _, day) in enumerate(rows) if pk is not None}
    for pk, row in stored.items():
        number, day = left.get(pk, (None, None))
        if row.happened_on and day != row.happened_on and not _own(by, row):
            field = "milestones" if number is None else f"{number}-happened_on"
            found.append(Changed(field, row.name, row.happened_on, day))
    return found


def require(by: Actor, item: WorkItem, changes: Iterable[Changed], corrects: bool, reason: str) -> None:
    """Raise ValidationError beside each date that `by` may not change, or on `reason` where he may and gives none."""
    changes = list(changes)
    if not changes or by is OPERATOR:
        return
    if not corrects:
        raise ValidationError({row.field: why_locked(item, row.old) for row in changes})
    if not reason.strip():
        raise ValidationError({"reason": NO_REASON})


def note(by: Actor, row: SyncStage | Milestone, happened: date | None) -> None:
    """Write the actual date into a row, without saving it, and who noted it where it is another than before."""
    if happened == row.happened_on:
        return
    row.happened_on = happened
    row.noted_by = account_of(by) if happened else None
    row.noted_on = clock.today() if happened else None


def tell(by: Actor, stage: SyncStage, carriers: Iterable[int], changes: Iterable[Changed], reason: str) -> None:
    """Send one line about corrected dates to those who answer for each carrying organisation."""
    words = "，".join(row.words for row in changes)
    if not words:
        return
    places = Organisation.objects.filter(pk__in=list(carriers)).select_related("parent")
    people = {user.pk: user for place in places for user in responsible_for(place) if user != by}
    text = f"{quoted(stage.item.name)}{stage.get_stage_display()}的业务日期更正：{words}"
    for user in people.values():
        notice_send(
            by=by,
            to=user,
            kind="work",
            text=f"{text}。原因：{reason}" if reason else text,
            url=reverse("work_detail", args=[stage.item_id]),
            about=f"stage/{stage.pk}",
        )

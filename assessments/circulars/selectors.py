"""Which circulars there are, and which quarter is the next to be told of."""

from dataclasses import dataclass
from typing import Any

from assessments.circulars.content import Content
from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach.rights import RECORD, VIEW
from branches.settings.start import agency_start
from common import clock
from common.operator import Actor
from common.periods import QUARTER, Period
from responsibilities.assigning import assigning
from responsibilities.circulars.models import Circular, CircularQuerySet, CircularState


def quarter_to_tell(organisation: Organisation) -> Period:
    """Return the quarter that one click is about: the one that is over while nothing was issued of it, else the running one."""
    this = Period.containing(QUARTER, clock.today())
    before = this.previous()
    issued = Circular.objects.filter(organisation=organisation, period=str(before), state=CircularState.ISSUED)
    return this if before.last < agency_start() or issued.exists() else before


def readable(user: Actor) -> CircularQuerySet:
    """Return the circulars that `user` may read, the newest quarter first, ready for a list."""
    rows = Circular.objects.visible_to(user).select_related("organisation", "issued_by", "corrects")
    return rows.order_by("-period", "organisation", "-version")


def own_lacks(user: User, content: Content) -> list[dict[str, Any]]:
    """Return [{"row", "lines"}] of the named organisations that `user` reads: what each lacks and where it is put right.

    A line is (Lack, address, word): whoever records there is led to the step that mends it, other readers to the thing.
    """
    keys = [row["key"] for row in content["places"]]
    seen, mending = (
        set(Organisation.objects.visible_to(user, right).filter(pk__in=keys).values_list("pk", flat=True))
        for right in (VIEW, RECORD)
    )
    return [
        {
            "row": row,
            "lines": [
                (lack, lack["mend"], "去补") if row["key"] in mending and lack["mend"] else (lack, lack["url"], "查看")
                for lack in [*row["stages"], *row["requirements"]]
            ],
        }
        for row in content["places"]
        if row["key"] in seen
    ]


@dataclass(frozen=True)
class Standing:
    """What may be done with a circular. newer: a version that took its place, or None."""

    writes: bool
    draft: bool
    newer: Circular | None

    @property
    def corrects(self) -> bool:
        """Whether a correction may be begun: of the last version issued, with no draft there."""
        return self.writes and not self.draft and self.newer is None


def standing(user: User, circular: Circular) -> Standing:
    """Return the Standing of a circular for `user`: drafts of a newer version are known to those who write them only."""
    writes = Circular.objects.filter(assigning(user), pk=circular.pk).exists()
    later = Circular.objects.filter(
        organisation=circular.organisation_id, period=circular.period, version__gt=circular.version
    )
    if not writes:
        later = later.filter(state=CircularState.ISSUED)
    return Standing(writes, circular.state == CircularState.DRAFT, later.order_by("-version").first())

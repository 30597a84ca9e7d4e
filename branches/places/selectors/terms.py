"""Terms of office that have run out or soon will."""

from datetime import timedelta

from branches.places.models.organisations import Organisation
from branches.places.models.terms import Term
from common import clock
from common.operator import Actor

WARN_DAYS = 183


def term_warnings(user: Actor) -> dict[str, list[Term]]:
    """Return {"expired": [Term], "ending": [Term]} of the open terms within reach; ending: within half a year.

    Sources: 基层组织选举工作条例 第三条 (on time), 支部工作条例 (reminder six months before).
    """
    today = clock.today()
    rows = list(
        Term.objects.visible_to(user)
        .filter(
            closed_on__isnull=True,
            expires__lte=today + timedelta(days=WARN_DAYS),
            organisation__archived_on__isnull=True,
        )
        .select_related("organisation")
        .order_by("expires", "pk")
    )
    return {
        "expired": [row for row in rows if row.expires < today],
        "ending": [row for row in rows if row.expires >= today],
    }


def open_term(organisation: Organisation) -> Term | None:
    """Return the term that runs at an organisation, None where none is registered."""
    return Term.objects.filter(organisation=organisation, closed_on__isnull=True).first()

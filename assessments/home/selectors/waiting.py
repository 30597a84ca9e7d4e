"""What waits at an organisation beyond its requirements, from many tables in one statement; mostly there is little or nothing."""

from typing import Any

from assessments.hearing.selectors import to_hear_rows
from branches.access.models import User
from branches.notices.models import Notice
from branches.places.models.organisations import Organisation, within
from common import clock
from common.together import Rows, read_together
from members.activities.models import Activity, ActivityRevision, ActivityState
from members.activities.selectors.resolutions import resolutions_open
from responsibilities.collects.selectors.collects import collects_for
from responsibilities.duties.models import DutyList, ListState
from responsibilities.supervision.selectors.notices import supervisions_for

OPEN_DRAFTS = (ActivityState.DRAFT, ActivityState.PLANNED)
# So many records in the writers' hands are shown.
IN_HAND = 12
# Of the notices the latest; the rest stands behind 全部.
NOTICES = 3


def waiting_at(user: User, organisation: Organisation) -> dict[str, Rows]:
    """Return {what waits: its rows}, each in the order in which it is shown.

    results, records, corrections, unnoted: (id,) of Results sent to the branch, of Activities and ActivityRevisions in the
    writers' hands, of DutyLists that nobody has taken note of. supervisions: (id, title, due, state, agency's start as
    text). collects: (title, due, collection's id, target's id). resolutions: (text, owner's name, due, record's id).
    notices: (text, address, sender's name, his account's, when it was sent) of the latest to the user.
    """
    supervised: Any = supervisions_for(user, organisation)
    told = Notice.objects.filter(recipient=user.pk).values_list(
        "text", "url", "sender__name", "sender__username", "sent"
    )
    return read_together(
        {
            "results": to_hear_rows(user, organisation).values_list("pk"),
            "records": _records(organisation).values_list("pk"),
            "corrections": _corrections(organisation).values_list("pk"),
            "unnoted": own_lists(organisation).filter(noted_at__isnull=True).values_list("pk"),
            "supervisions": supervised.values_list("pk", "title", "due", "state", "start_said"),
            "collects": collects_for(user, organisation).values_list("collect__title", "collect__due", "collect", "pk"),
            "resolutions": resolutions_open(organisation).values_list("text", "owner__name", "due", "activity"),
            "notices": told[:NOTICES],
        }
    )


def own_lists(organisation: Organisation) -> Any:
    """Return the DutyLists of this year that were issued to the organisation itself."""
    rows = DutyList.objects.filter(organisation=organisation, year=clock.today().year, state=ListState.ISSUED)
    return rows.filter(holder__isnull=True, member__isnull=True)


def _records(organisation: Organisation) -> Any:
    """Returned records and drafts of the organisation and its groups, and joint records that wait for its word."""
    own = Activity.objects.filter(within(organisation), state__in=[*OPEN_DRAFTS, ActivityState.RETURNED])
    asked = Activity.objects.filter(
        hosts__organisation=organisation,
        hosts__confirmed_at__isnull=True,
        state__in=[ActivityState.SUBMITTED, ActivityState.ACCEPTED],
    )
    ids = own.order_by().values("pk").union(asked.order_by().values("pk"))
    return Activity.objects.filter(pk__in=ids).order_by("-changed")[:IN_HAND]


def _corrections(organisation: Organisation) -> Any:
    """Corrections of accepted records that were begun or returned: they wait for their writer."""
    rows = ActivityRevision.objects.in_hand().filter(within(organisation, "activity__organisation__"))
    return rows.order_by("pk")


def records_in_hand(ids: Rows) -> list[Activity]:
    """Return the Activities of these rows of ids as a page shows them, the last changed first."""
    rows = Activity.objects.filter(pk__in=[pk for (pk,) in ids]).select_related("organisation", "reviewer")
    return list(rows.prefetch_related("kinds").order_by("-changed")) if ids else []


def corrections_in_hand(ids: Rows) -> list[ActivityRevision]:
    """Return the ActivityRevisions of these rows of ids as a page shows them."""
    rows = ActivityRevision.objects.filter(pk__in=[pk for (pk,) in ids]).select_related("activity", "reviewer")
    return list(rows.prefetch_related("activity__kinds").order_by("pk")) if ids else []

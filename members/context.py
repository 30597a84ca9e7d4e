"""What the shell shows of this room: the number of records that wait for the user's review."""

from django.utils.functional import SimpleLazyObject

from branches.rights import REVIEW, ROLES
from members.selectors.reviews import waiting_count


def counts(request):
    """Context processor: `review_waiting`, asked only where the menu shows it."""
    scope = getattr(request, "scope", None)
    if scope is None or REVIEW not in ROLES[scope.role].rights:
        return {}
    return {"review_waiting": SimpleLazyObject(lambda: waiting_count(request.user))}

"""What the shell shows of this room: the number of duty reports that wait for the user's judgement."""

from django.utils.functional import SimpleLazyObject

from branches.rights import REVIEW, ROLES
from responsibilities.duty_rights import reports_to_judge


def counts(request):
    """Context processor: `reports_waiting`, asked only where the menu or the queue of reviews shows it."""
    scope = getattr(request, "scope", None)
    if scope is None or REVIEW not in ROLES[scope.role].rights:
        return {}
    return {"reports_waiting": SimpleLazyObject(lambda: reports_to_judge(request.user).count())}

"""What a value of a setting of the four synchronisations would change: the slot of its confirmation, and the same as a page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse

from common.requests import Request
from responsibilities.requirements.views.consequences import answer
from responsibilities.work.consequences import consequences


@login_required
def stage_consequence(request: Request, key: str, value: str, day: str) -> HttpResponse:
    return answer(request, key, value, day, "stage_consequence", consequences)

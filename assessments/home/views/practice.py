"""The card of a practice as a file."""

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from assessments.home import practice_document as document
from assessments.reports.documents import FORMATS
from branches import audit
from branches.audit import exports
from branches.places.models.organisations import Organisation
from common.requests import Request
from responsibilities.practices.loaders import practice_for
from responsibilities.practices.selectors.page import page_of


@login_required
@require_POST
def practice_document(request: Request, pk: int) -> HttpResponse:
    practice = practice_for(request, pk)
    root = Organisation.objects.root()
    data = document.render(page_of(request.user, practice), root.name if root else "")
    with transaction.atomic():
        if (refused := exports.refusal(request)) is not None:
            return refused
        audit.record(by=request.user, verb="practice.export", obj=practice, organisation=practice.organisation_id)
    return exports.attachment(data, f"典型经验-{practice.title}.docx", FORMATS["docx"])

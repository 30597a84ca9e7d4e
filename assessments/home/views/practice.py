"""The card of a practice as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from assessments.home import practice_document as document
from assessments.results.services import root_of_results
from branches.audit import exports
from common.requests import Request
from responsibilities.practices.loaders import practice_for
from responsibilities.practices.selectors.page import page_of


@login_required
@require_POST
def practice_document(request: Request, pk: int) -> HttpResponse:
    practice = practice_for(request, pk)
    data = document.render(page_of(request.user, practice), root_of_results().name)
    return exports.send_document(
        request,
        data,
        f"典型经验-{practice.title}.docx",
        verb="practice.export",
        obj=practice,
        organisation=practice.organisation_id,
    )

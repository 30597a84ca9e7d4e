"""Documents of lower subjects as files."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from assessments.letters import targets
from assessments.targets.loaders import plan_for
from assessments.targets.selectors.pages import tree_of
from assessments.targets.selectors.standings import asked_now
from assessments.targets.views.pages import letter_of
from branches.audit import exports
from common.requests import Request


@login_required
@require_POST
def target_letter(request: Request, pk: int) -> HttpResponse:
    """目标责任书 of one organisation; leaves an entry as every export does."""
    plan = plan_for(request.user, pk)
    _, place = letter_of(request, plan)
    data = targets.render(tree_of(plan, place, asked_now()))
    name = f"{plan.year}年党建目标责任书（{place.label}）.docx"
    return exports.send_document(request, data, name, verb="target_letter.export", obj=plan, organisation=place)

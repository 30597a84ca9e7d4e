"""「一次录入，多处使用」: what a record counts for, before and after it is saved; fragments for the record's slots."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from members.forms.activities import ActivityForm

from assessments.selectors.uses import uses_of_form, uses_of_record
from branches import access
from branches.models import Organisation
from branches.rights import RECORD, VIEW
from members.models import Activity


@login_required
def record_uses(request):
    """The live panel: the unsaved record of the posted form, counted by the functions that count it later.

    It writes nothing; POST because the form's text is too long for an address.
    """
    data = request.POST if request.method == "POST" else request.GET
    places = Organisation.objects.visible_to(request.user, RECORD)
    raw = data.get("organisation", "")
    organisation = places.filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 18 else None
    if organisation is None:
        return render(request, "assessments/uses/panel.html", {"uses": None})
    form = ActivityForm(data, user=request.user, organisation=organisation)
    form.is_valid()
    return render(request, "assessments/uses/panel.html", uses_of_form(form, organisation))


@login_required
def record_counts(request, pk):
    """What a saved record counted for."""
    activity = access.get_for(
        Activity.objects.select_related("organisation__parent").prefetch_related("kinds", "hosts"),
        request.user,
        VIEW,
        pk=pk,
    )
    template = "assessments/uses/counts.html" if request.htmx else "assessments/uses/page.html"
    return render(request, template, {"activity": activity, "lines": uses_of_record(activity)})

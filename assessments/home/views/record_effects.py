"""「一次录入，多处使用」: what a record counts for, before and after it is saved; fragments for the record's slots."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from assessments.home.selectors.record_effects.panel import effects_of_form, effects_of_record, nature_words
from branches.reach import access
from branches.reach.rights import RECORD
from members.activities.forms.record import form_for
from members.activities.loaders import record_with_hosts


@login_required
def record_uses(request):
    """The live panel: the unsaved record of the posted form, counted by the functions that count it later.

    It writes nothing; POST because the form's text is too long for an address.
    """
    access.require_anywhere(request.user, RECORD)
    data = request.POST if request.method == "POST" else request.GET
    form = form_for(request.user, data)
    context = {"uses": effects_of_form(form), "nature": nature_words(form), **form.panel()}
    template = (
        "assessments/home/record_effects/panel.html"
        if request.htmx
        else "assessments/home/record_effects/panel_page.html"
    )
    return render(request, template, context)


@login_required
def record_counts(request, pk):
    """What a saved record counted for."""
    activity = record_with_hosts(request, pk)
    template = (
        "assessments/home/record_effects/counts.html" if request.htmx else "assessments/home/record_effects/page.html"
    )
    lines = effects_of_record(activity, request.user)
    counted = sum(line.counts for line in lines)
    return render(request, template, {"activity": activity, "lines": lines, "counted": counted})

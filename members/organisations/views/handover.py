"""End an appointment: name the successor, who sees what is still open at that place (access rule 8)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.access.forms.appointments import AppointmentEndForm, searched
from branches.access.loaders import appointment_for
from branches.access.services.appointments import appointment_end
from branches.reach.doors import needs, recent_login
from branches.reach.rights import APPOINT
from common.forms.fields import take_errors
from members.organisations.handover import open_items, who_may_take_over


@needs(APPOINT)
@recent_login
def appointment_end_view(request, pk):
    appointment = appointment_for(request, pk)
    search, _, found = searched(request.user, request.GET, [appointment.user_id])
    form = AppointmentEndForm(request.POST or None, candidates=who_may_take_over(appointment, found))
    if request.method == "POST" and form.is_valid():
        try:
            appointment_end(by=request.user, appointment=appointment, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"{appointment.user.name}的任职已结束")
            return redirect("appointment_list")
    left = open_items(appointment.organisation, appointment.user)
    role = appointment.title
    context = {
        "title": f"结束{appointment.user.name}的{role}任职？",
        "text": "权限在最后一天过后自动失效，本人收到通知；已有的记录不受影响。",
        "form": form,
        "search": search,
        "verb": "结束任职",
        "cancel": reverse("appointment_list"),
        "items": [(one, one.url) for one in left],
        "place": appointment.organisation,
    }
    return render(request, "members/organisations/handover.html", context)

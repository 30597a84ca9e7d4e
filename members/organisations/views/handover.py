"""End an appointment: name the successor, who sees what is still open at that place (access rule 8)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.access.forms.appointments import AccountSearch, AppointmentEndForm, find_accounts
from branches.access.models import User
from branches.access.services.appointments import appointment_end
from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.intervals import above, within
from branches.reach.models import Appointment
from branches.reach.rights import APPOINT
from common import clock
from common.forms.fields import take_errors
from members.organisations.handover import open_items


def _candidates(appointment, found):
    """Return the accounts that may take over: those appointed here, above or below, and those searched for."""
    place = appointment.organisation
    rows = Appointment.objects.in_force(clock.today()).filter(within(place) | above(place))
    wanted = Q(pk__in=rows.values("user")) | Q(pk__in=[user.pk for user in found])
    return User.objects.filter(wanted, is_active=True).exclude(pk=appointment.user_id).order_by("name", "pk")


@needs(APPOINT)
@recent_login
def appointment_end_view(request, pk):
    appointment = access.get_for(
        Appointment.objects.select_related("user", "organisation__parent", "principal__user"),
        request.user,
        APPOINT,
        pk=pk,
    )
    search = AccountSearch(request.GET)
    found = find_accounts(request.user, search.cleaned_data["q"], [appointment.user_id]) if search.is_valid() else []
    form = AppointmentEndForm(request.POST or None, candidates=_candidates(appointment, found))
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

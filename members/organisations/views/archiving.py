"""Archive an organisation."""

from django.contrib import messages
from django.shortcuts import redirect, render

from branches.places.forms import OrganisationArchiveForm
from branches.places.views.organisations import home, load, written
from branches.reach.doors import needs, recent_login
from branches.reach.rights import ORGANISE
from common import clock
from members.organisations import archiving


@needs(ORGANISE)
@recent_login
def organisation_archive(request, pk):
    organisation = load(request, pk)
    form = OrganisationArchiveForm(request.POST or None, initial={"version": organisation.version})
    if request.method == "POST":
        made = written(
            form, lambda data: archiving.organisation_archive(by=request.user, organisation=organisation, **data)
        )
        if made:
            messages.success(request, f"{organisation.label}已撤销，历史记录保留")
            return redirect("organisation_detail", pk)
    barred = archiving.why_not(organisation, clock.today())
    context = {
        "title": f"撤销{organisation.label}？",
        "text": barred or "次日起不再产生应办事项，也不能再登记记录；已有的记录、名册和结果都保留。撤销不能恢复。",
        "form": form,
        "verb": "撤销",
        "cancel": home(organisation),
    }
    return render(request, "generic/confirm.html", context)

"""The agency's dated settings on screen: what is in force, what begins later, a new value."""

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.reach.doors import needs
from branches.reach.rights import ACCOUNTS
from branches.settings import dated as dated_settings
from branches.settings.forms import SettingForm
from branches.settings.models import Setting
from branches.settings.services import setting_set
from common import clock
from common.forms.fields import take_errors


@needs(ACCOUNTS)
def setting_list(request):
    rows, histories = [], {}
    for row in Setting.objects.order_by("-valid_from"):
        histories.setdefault(row.key, []).append(row)
    for key, known in dated_settings.KNOWN.items():
        history = histories.get(key, [])
        now = next((row for row in history if row.valid_from <= clock.today()), None)
        rows.append(
            {
                "key": key,
                "known": known,
                "value": f"{Decimal(now.value if now else known.default).normalize():f}",
                "since": now.valid_from if now else None,
                "later": [row for row in history if row.valid_from > clock.today()],
            }
        )
    context = {"title": f"{len(rows)} 项设定", "sub": "改动从所选日期起生效，以往的结果不变", "rows": rows}
    return render(request, "branches/settings/list.html", context)


@needs(ACCOUNTS)
def setting_edit(request, key):
    if key not in dated_settings.KNOWN:
        raise Http404
    known = dated_settings.KNOWN[key]
    form = SettingForm(request.POST or None, initial={"value": f"{dated_settings.number(key).normalize():f}"})
    if request.method == "POST" and form.is_valid():
        try:
            setting_set(by=request.user, key=key, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "设定已保存，有关计量将重新计算")
            return redirect("setting_list")
    form.fields["value"].help_text = f"{known.low} 至 {known.high}，默认 {known.default}"
    context = {
        "title": known.label,
        "form": form,
        "cancel": reverse("setting_list"),
        "history": Setting.objects.filter(key=key).order_by("-valid_from"),
        "known": known,
    }
    return render(request, "branches/settings/edit.html", context)

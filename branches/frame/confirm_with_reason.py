"""The page that names a consequence and asks for one sentence before something is done."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from common.forms.confirm_with_reason import ReasonForm


def confirm_with_reason(
    request: HttpRequest, act: Callable[[str], None], *, label: str, title: str, text: str, verb: str, back: str
) -> HttpResponse:
    """Show the page, or do `act(sentence)` with what was sent and go to the address `back`.

    label: of the sentence. title: what will be done. text: the consequence. verb: of the button.
    """
    form = ReasonForm(request.POST or None, label=label)
    if request.method == "POST" and form.is_valid():
        act(form.cleaned_data["text"])
        return redirect(back)
    context = {"title": title, "text": text, "verb": verb, "cancel": back, "form": form}
    return render(request, "generic/confirm.html", context, status=422 if request.method == "POST" else 200)

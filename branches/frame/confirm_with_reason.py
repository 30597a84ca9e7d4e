"""The page that names a consequence and asks for one sentence before something is done."""

from django.shortcuts import redirect, render

from common.forms.confirm_with_reason import SentenceForm


def asked(request, act, *, label, title, text, verb, back):
    """Show the page, or do `act(sentence)` with what was sent and go to the address `back`.

    label: of the sentence. title: what will be done. text: the consequence. verb: of the button.
    """
    form = SentenceForm(request.POST or None, label=label)
    if request.method == "POST" and form.is_valid():
        act(form.cleaned_data["text"])
        return redirect(back)
    context = {"title": title, "text": text, "verb": verb, "cancel": back, "form": form}
    return render(request, "generic/confirm.html", context, status=422 if request.method == "POST" else 200)

"""One way to do something: a page that asks first, with or without forms, and then does it; one click that does it at once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from common.errors import Stale
from common.forms.fields import take_errors
from common.requests import Request
from common.stale_form import draw_again

# What was done in words, "" where the page that follows says it; with it the address to go to where that is known only then.
Done = str | tuple[str, str]


def posted(request: Request) -> Any:
    """Return what was sent, None for a page that is only opened."""
    return request.POST if request.method == "POST" else None


def acted(
    request: Request,
    form: forms.Form | None,
    act: Callable[[dict[str, Any]], Done],
    *,
    cancel: str,
    back: str = "",
    template: str = "generic/confirm.html",
    also: Iterable[forms.Form | forms.BaseFormSet] = (),
    now: Callable[[], Mapping[str, Any]] | None = None,
    **context: Any,
) -> HttpResponse:
    """Ask, and do it once it is confirmed. act(clean values): does it, returns its Done; ValidationError stands in the form.

    cancel: address of whoever leaves it; back: address after it, the same unless said. also: what is sent with the form and
    has to be right as well; act reads it itself. now(): with what the form would be opened now, for whoever finds that somebody
    else saved meanwhile: the form comes again, with what was typed. context: title, text or sub, verb.
    """
    errors: list[str] = []
    refused_as = 422
    # Each is looked at, so that everything that is wrong stands in its place at once.
    wrong = [one for one in (form, *also) if one is not None and not one.is_valid()]
    if request.method == "POST" and not wrong:
        try:
            said = act({} if form is None else form.cleaned_data)
        except ValidationError as error:
            if form is None:
                errors = error.messages
            else:
                take_errors(form, error)
        except Stale as stale:
            if form is None or now is None:
                raise
            draw_again(form, stale, now())
            refused_as = 409
        else:
            return _told(request, said, back or cancel)
    if errors:
        context["text"] = " ".join(errors)
    context |= {"form": form, "cancel": cancel}
    refused = bool(errors) or (form is not None and form.is_bound)
    return render(request, template, context, status=refused_as if refused else 200)


def at_once(request: Request, act: Callable[[], Done], back: str) -> HttpResponse:
    """Do what one click asks, without a page that asks. act(): as of `acted`; what it refuses is said on the page at `back`."""
    try:
        said = act()
    except ValidationError as error:
        for sentence in error.messages:
            messages.warning(request, sentence)
        return redirect(back)
    return _told(request, said, back)


def _told(request: Request, said: Done, back: str) -> HttpResponse:
    """Say what was done and lead on."""
    words, address = (said, "") if isinstance(said, str) else said
    if words:
        messages.success(request, words)
    return redirect(address or back)

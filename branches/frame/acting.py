"""One way to do something that is asked about first: a page that asks, with or without a form, and then does it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from common.forms.fields import take_errors
from common.requests import Request

# What was done in words; with it the address to go to where that is known only once it is done.
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
    **context: Any,
) -> HttpResponse:
    """Ask, and do it once it is confirmed. act(clean values): does it, returns its Done; ValidationError stands in the form.

    cancel: address of whoever leaves it; back: address after it, the same unless said. context: title, text or sub, verb.
    """
    errors: list[str] = []
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            said = act({} if form is None else form.cleaned_data)
        except ValidationError as error:
            if form is None:
                errors = error.messages
            else:
                take_errors(form, error)
        else:
            words, address = (said, "") if isinstance(said, str) else said
            messages.success(request, words)
            return redirect(address or back or cancel)
    if errors:
        context["text"] = " ".join(errors)
    context |= {"form": form, "cancel": cancel}
    refused = bool(errors) or (form is not None and form.is_bound)
    return render(request, template, context, status=422 if refused else 200)

"""关联业务: which stages of business work a record belongs to; fragments for the slots of the record's pages."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.access.models import User
from branches.reach import access
from branches.reach.rights import RECORD
from common.requests import Request
from members.activities.models import Activity
from members.activities.typed import as_typed, places_of, saved_record, typed_record
from responsibilities.work.loaders import point_for
from responsibilities.work.rights import linkers
from responsibilities.work.selectors.candidates import Offer, all_points, links_of, offer_of, offers
from responsibilities.work.services.evidence import evidence_link

_KEY = re.compile(r"([sm])([0-9]{1,18})")
MOST = 10


def keys_of(values: Iterable[str]) -> list[tuple[str, int]]:
    """Return [(s or m, id)] of the keys in texts such as "s12,m5"; what is no key is left out."""
    matches = [_KEY.fullmatch(part.strip()) for value in values for part in value.split(",")]
    return list(dict.fromkeys((match[1], int(match[2])) for match in matches if match))[:MOST]


@login_required
@require_http_methods(["GET", "POST"])
def record_links(request: Request) -> HttpResponse:
    """The slot of the record form: nearest stages to choose from. Once a draft exists a choice is linked at once.

    Nothing is written: posted is what the form says now, for minutes are too long for an address.
    """
    access.require_anywhere(request.user, RECORD)
    said = request.POST if request.method == "POST" else request.GET
    record = said.get("record", "")
    if record:
        # What was chosen and says nothing of the work asks for its sentence until it is linked.
        keys = keys_of([*said.getlist("links"), *said.getlist("asked")])
        typed = dict(zip(said.getlist("asked"), said.getlist("sentence")))
        saved = as_typed(saved_record(request.user, record), said)
        return _links(request, saved, "responsibilities/work/record_slot.html", asked=keys, typed=typed)
    places = places_of(request.user)
    activity = typed_record(said, places)
    chosen = {f"{kind}{pk}" for kind, pk in keys_of(said.getlist("links"))}
    others = linkers(request.user, activity.organisation) if activity is not None else ""
    offered = offers(request.user, activity) if activity is not None and not others else []
    context = {
        "activity": None,
        "linked": [],
        "offers": offered,
        "chosen": chosen,
        "place": activity is not None,
        "others": others,
    }
    template = "record_slot.html" if request.htmx else "record_slot_page.html"
    return render(request, f"responsibilities/work/{template}", context)


def _asked(user: User, activity: Activity, keys: Iterable[tuple[str, int]], linked: list[Offer]) -> list[Offer]:
    """Return the Offers of the keys that are not linked yet: each asks for its sentence."""
    standing = {offer.key for offer in linked}
    found = []
    for kind, pk in keys:
        if f"{kind}{pk}" not in standing:
            stage, milestone = point_for(user, kind, pk)
            found.append(offer_of(activity, stage, milestone))
    return found


def _links(
    request: Request,
    activity: Activity,
    template: str,
    *,
    asked: Iterable[tuple[str, int]] = (),
    typed: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Answer with the links of a record. typed: {key: sentence} that was written for what is asked and not linked yet."""
    linked = links_of(request.user, activity)
    may = access.has_right(request.user, RECORD, activity.organisation)
    others = linkers(request.user, activity.organisation) if may else ""
    may = may and not others
    asking = _asked(request.user, activity, asked, linked) if may else []
    for offer in asking:
        offer.typed = (typed or {}).get(offer.key, request.POST.get("sentence", "") if typed is None else "")
    keys = {offer.key for offer in asking}
    near = offers(request.user, activity) if may else []
    context = {
        "activity": activity,
        "linked": linked,
        "asking": asking,
        "offers": [offer for offer in near if offer.key not in keys],
        "viewer": request.user,
        "chosen": set(),
        "place": True,
        "may": may,
        "others": others,
        "url": reverse("record_stage_links", args=[activity.pk]),
        **more,
    }
    return render(request, template, context)


@login_required
@require_http_methods(["GET", "POST"])
def record_stage_links(request: Request, pk: int) -> HttpResponse:
    """The links of a saved record: those there are, those near it, and any other stage by name."""
    activity = saved_record(request.user, pk)
    if request.method == "POST":
        return _add(request, activity)
    if request.htmx:
        return _links(request, activity, "responsibilities/work/record_panel.html")
    return _page(request, activity)


def _page(request: Request, activity: Activity, *, status: int = 200, **more: Any) -> HttpResponse:
    every = all_points(request.user, activity)
    answer = _links(request, activity, "responsibilities/work/record_page.html", title="关联业务", every=every, **more)
    answer.status_code = status
    return answer


def _add(request: Request, activity: Activity) -> HttpResponse:
    if not access.has_right(request.user, RECORD, activity.organisation):
        raise access.Forbidden(RECORD, activity.organisation)
    if linkers(request.user, activity.organisation):
        raise access.Forbidden(RECORD, activity.organisation.parent)
    keys = keys_of(request.POST.getlist("point"))
    problems = [] if keys else ["请先选择业务环节。"]
    sentence = request.POST.get("sentence", "") if len(keys) == 1 else ""
    asked = []
    for kind, pk in keys:
        stage, milestone = point_for(request.user, kind, pk)
        try:
            evidence_link(
                by=request.user, stage=stage, milestone=milestone, activity=activity, sentence=sentence, recording=True
            )
        except ValidationError as error:
            problems += error.messages
            if hasattr(error, "error_dict"):
                asked.append((kind, pk))
    fault = "；".join(dict.fromkeys(problems))
    if request.htmx:
        return _links(request, activity, "responsibilities/work/record_slot.html", asked=asked, fault=fault)
    if asked:
        return _page(request, activity, asked=asked, fault=fault, status=422)
    if fault:
        messages.error(request, fault)
    else:
        messages.success(request, f"已关联 {len(keys)} 个业务环节")
    return redirect("record_stage_links", pk=activity.pk)

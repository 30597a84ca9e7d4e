"""关联业务: which stages of business work a record belongs to; fragments for the slots of the record's pages."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import RECORD, VIEW
from common import clock
from common.requests import Request
from common.text import clean_text
from members.activities.models import Activity, ActivityKindCode
from responsibilities.work.loaders import point_for
from responsibilities.work.selectors.candidates import Offer, all_points, links_of, offer_of, offers
from responsibilities.work.services.evidence import evidence_link

_KEY = re.compile(r"([sm])([0-9]{1,18})")
MOST = 10


def keys_of(values: Iterable[str]) -> list[tuple[str, int]]:
    """Return [(s or m, id)] of the keys in texts such as "s12,m5"; what is no key is left out."""
    matches = [_KEY.fullmatch(part.strip()) for value in values for part in value.split(",")]
    return list(dict.fromkeys((match[1], int(match[2])) for match in matches if match))[:MOST]


def _saved(user: User, pk: int | str) -> Activity:
    rows = Activity.objects.select_related("organisation__parent").prefetch_related("kinds", "hosts")
    return access.get_for(rows, user, VIEW, pk=pk)


def _typed(request: Request, places: QuerySet[Organisation]) -> Activity | None:
    """Return an unsaved Activity for what the form says so far, or None while it names no place of the user's."""
    place = request.GET.get("organisation", "")
    organisation = places.filter(pk=place).first() if re.fullmatch(r"[0-9]{1,18}", place) else None
    if organisation is None:
        return None
    try:
        day = clock.today().fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = clock.today()
    title = clean_text(request.GET.get("title", ""))[:200]
    activity = Activity(organisation=organisation, day=day, title=title)
    activity.unsaved_kinds = [code for code in request.GET.getlist("kinds") if code in ActivityKindCode.values]
    return activity


@login_required
@require_GET
def record_links(request: Request) -> HttpResponse:
    """The slot of the record form: nearest stages to choose from. Once a draft exists a choice is linked at once."""
    access.require_anywhere(request.user, RECORD)
    record = request.GET.get("record", "")
    if record:
        # What was chosen and says nothing of the work asks for its sentence until it is linked.
        keys = keys_of(request.GET.getlist("links"))
        return _links(request, _saved(request.user, record), "responsibilities/work/record_slot.html", asked=keys)
    places = access.organisations_for(request.user, RECORD).select_related("parent")
    activity = _typed(request, places)
    chosen = {f"{kind}{pk}" for kind, pk in keys_of(request.GET.getlist("links"))}
    offered = offers(request.user, activity) if activity is not None else []
    context = {"activity": None, "linked": [], "offers": offered, "chosen": chosen, "place": activity is not None}
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
    **more: Any,
) -> HttpResponse:
    linked = links_of(request.user, activity)
    may = access.has_right(request.user, RECORD, activity.organisation)
    asking = _asked(request.user, activity, asked, linked) if may else []
    keys = {offer.key for offer in asking}
    near = offers(request.user, activity) if may else []
    context = {
        "activity": activity,
        "linked": linked,
        "asking": asking,
        "offers": [offer for offer in near if offer.key not in keys],
        "sentence": request.POST.get("sentence", ""),
        "viewer": request.user,
        "chosen": set(),
        "place": True,
        "may": may,
        "url": reverse("record_stage_links", args=[activity.pk]),
        **more,
    }
    return render(request, template, context)


@login_required
@require_http_methods(["GET", "POST"])
def record_stage_links(request: Request, pk: int) -> HttpResponse:
    """The links of a saved record: those there are, those near it, and any other stage by name."""
    activity = _saved(request.user, pk)
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

"""Propose a practice, change it, prove it, write it into a policy, retire it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.acting import acted, posted
from branches.places.models.organisations import Kind
from branches.reach.rights import VIEW
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from common.text import quoted, whole_number
from members.activities.loaders import record_for
from members.activities.selectors.meetings import meetings_lately
from members.cadres.from_topic import made_of, topic_asked
from responsibilities.assigning import places_assigned
from responsibilities.campaigns.loaders import campaign_for
from responsibilities.policies.loaders import version_for
from responsibilities.policies.models import ISSUING
from responsibilities.practices.forms import FormaliseForm, PracticeForm, ProveForm, ReasonForm
from responsibilities.practices.loaders import practice_to_assign, practice_to_edit
from responsibilities.practices.models import Stage
from responsibilities.practices.rights import proposes_anywhere
from responsibilities.practices.selectors.offering import campaign_offers, initial_of, place_of, places_proposing
from responsibilities.practices.services import practices as services
from responsibilities.practices.services.practices import Sources

ONE = ["GET", "POST"]
# Among these the meeting that decided is chosen.
_MEETINGS = ("committee_meeting", "committee_plenary", "party_group_meeting", "party_special")


def _sources(request: Request) -> Sources:
    """Return what the address, or the form, names as the source; Http404 for what the reader may not read or is not offered."""
    data = request.POST if request.method == "POST" else request.GET
    keys = {name: whole_number(data.get(name, "")) for name in ("activity", "campaign", "policy") if data.get(name)}
    if any(key is None for key in keys.values()):
        raise Http404
    found = Sources()
    if (key := keys.get("activity")) is not None:
        found.activity = record_for(request, key, VIEW)
    if (key := keys.get("campaign")) is not None:
        found.campaign = campaign_for(request, key)
        if campaign_offers(request.user, found.campaign) is None:
            raise Http404
    if (key := keys.get("policy")) is not None:
        found.policy_version = version_for(request, key)
        if found.policy_version.issued_at is None:
            raise Http404
    return found


@login_required
@require_http_methods(ONE)
def practice_new(request: Request) -> HttpResponse:
    if not proposes_anywhere(request.user):
        raise Http404
    sources, data, topic = _sources(request), posted(request), topic_asked(request)
    # Before it has a finding nothing grows from it.
    sources.topic = topic if topic is not None and topic.found_on is not None else None
    places = places_proposing(request.user, sources)
    if not places and sources.known():
        raise Http404
    initial = {"organisation": places.first(), **({"title": topic.title} if topic else {}), **initial_of(sources)}
    form = PracticeForm(data, places=places, initial=initial)
    if data is not None and form.is_valid():
        try:
            with transaction.atomic():
                practice = services.practice_propose(
                    by=request.user, organisation=form.cleaned_data["organisation"], data=form.data_of(sources)
                )
                made_of(topic, request.user, "practice", practice, f"典型经验：{practice.title}")
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "已推荐为候选，待上级认定")
            return redirect("practice_detail", pk=practice.pk)
    context = {
        "title": "推荐一项做法：写清问题和步骤，前后数据由系统比较",
        "page": "推荐一项做法",
        "form": form,
        "verb": "推荐",
        "sources": [str(row) for row in sources.known().values()],
        "nowhere": not places,
        "cancel": reverse("practice_list"),
    }
    return render(request, "responsibilities/practices/edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(ONE)
def practice_edit(request: Request, pk: int) -> HttpResponse:
    practice, data = practice_to_edit(request, pk), posted(request)
    if practice.stage != Stage.CANDIDATE:
        raise Conflict("典型经验已经认定，内容不能再改。", record=practice)
    form = PracticeForm(data, places=place_of(practice), initial=PracticeForm.initial_of(practice))
    if data is not None and form.is_valid():
        try:
            services.practice_update(
                by=request.user, practice=practice, data=form.data_of(), version=form.cleaned_data["version"]
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "已保存")
            return redirect("practice_detail", pk=pk)
    context = {
        "title": f"修改{quoted(practice.title)}",
        "page": "修改典型经验",
        "form": form,
        "verb": "保存",
        "cancel": reverse("practice_detail", args=[pk]),
    }
    return render(request, "responsibilities/practices/edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(ONE)
def practice_prove(request: Request, pk: int) -> HttpResponse:
    practice = practice_to_assign(request, pk)
    if practice.stage != Stage.CANDIDATE:
        raise Conflict("这项典型经验已经认定或停用。", record=practice)

    def act(values: dict[str, Any]) -> str:
        services.practice_prove(by=request.user, practice=practice, **values)
        return f"已认定{quoted(practice.title)}"

    return acted(
        request,
        ProveForm(posted(request), meetings=meetings_lately(request.user, _MEETINGS, ISSUING)),
        act,
        cancel=reverse("practice_detail", args=[pk]),
        template="generic/form.html",
        title=f"认定{quoted(practice.title)}",
        sub="认定后全机关都能看到，其他组织可以采用；内容不能再改。",
        verb="认定",
    )


@login_required
@require_http_methods(ONE)
def practice_formalise(request: Request, pk: int) -> HttpResponse:
    """Write a practice into the draft of a policy, and go on there."""
    practice, data = practice_to_assign(request, pk), posted(request)
    places = places_assigned(request.user).filter(kind__in=ISSUING, archived_on__isnull=True)
    first = places.exclude(kind=Kind.PARTY_GROUP).first() or places.first()
    title = practice.title if practice.title.endswith("制度") else f"{practice.title}制度"
    form = FormaliseForm(data, places=places, initial={"title": title, "organisation": first})
    if practice.stage != Stage.PROVEN or services.written_of(practice) is not None:
        raise Conflict("经认定、还没有写成制度的典型经验才能定型。", record=practice)
    if data is not None and form.is_valid():
        try:
            version = services.practice_formalise(by=request.user, practice=practice, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "制度草案已起，请写明谁在几个工作日内形成什么、怎样考核；写全并施行后即为已定型")
            return redirect("policy_edit", pk=version.pk)
    context = {
        "title": f"{quoted(practice.title)}定型为制度",
        "sub": "各步带进制度草案，再写明由谁办理、几个工作日、形成什么、怎样考核；写全并施行后即为已定型。",
        "form": form,
        "verb": "起草制度",
        "cancel": reverse("practice_detail", args=[pk]),
    }
    return render(request, "generic/form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(ONE)
def practice_retire(request: Request, pk: int) -> HttpResponse:
    practice = practice_to_assign(request, pk)
    if practice.retired_on is not None:
        raise Conflict("这项典型经验已经停用。", record=practice)

    def act(values: dict[str, Any]) -> str:
        services.practice_retire(by=request.user, practice=practice, **values)
        return f"{quoted(practice.title)}已停用"

    return acted(
        request,
        ReasonForm(posted(request), label="停用原因"),
        act,
        cancel=reverse("practice_detail", args=[pk]),
        title=f"停用{quoted(practice.title)}？",
        text="停用后不再接受新的采用；已有的采用和结果保留，仍可查阅。",
        verb="停用",
    )

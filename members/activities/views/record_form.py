"""The record form: the page, autosave, and the fragments that follow what is typed."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.rights import RECORD, VIEW
from common import clock
from common.errors import Conflict
from common.periods import MONTH, QUARTER, Period
from common.text import clean_text
from members.activities.forms.fields import FOUND, OFFERED
from members.activities.forms.kinds import pills, short_label
from members.activities.forms.record import ActivityForm, form_for, places_for
from members.activities.loaders import record_for
from members.activities.models import ActivityKindCode, Topic
from members.activities.selectors.records import as_it_stands, last_content, readable
from members.activities.services import states
from members.activities.services.corrections import correction_save, correction_submit
from members.activities.services.records import EDITABLE, activity_create, activity_update
from members.activities.services.states import activity_record
from members.activities.versions import opened
from members.activities.views.records import counts_url, sent_words

Code = ActivityKindCode


@login_required
@require_http_methods(["GET", "POST"])
def activity_new(request):
    places = places_for(request.user)
    if not places:
        if access.holds_anywhere(request.user, VIEW):
            raise access.Forbidden(RECORD)
        if request.method == "POST":
            return _lost(request, request.POST)
        raise Http404
    if request.method == "POST":
        return _save(request, _place(request, places, []), places)
    notes = []
    organisation = _place(request, places, notes)
    initial, again = _prefilled(request, notes)
    organisation = _group_for(organisation, initial.get("kinds", []), places)
    if "title" not in initial and len(initial.get("kinds", [])) == 1:
        period = initial.get("period") or Period.containing(MONTH, clock.today())
        initial["title"] = f"{period.short()}{Code(initial['kinds'][0]).label}"
    form = ActivityForm(user=request.user, organisation=organisation, initial=initial)
    _let_title_follow(form, initial.get("title"), initial.get("kinds", []), initial.get("day") or clock.today())
    return _page(request, form, places, notes=notes)


@login_required
@require_http_methods(["GET", "POST"])
def activity_edit(request, pk):
    if request.method == "POST":
        return _save(request, None, [], pk=pk)
    activity = opened(record_for(request, pk))
    if activity.state not in EDITABLE and activity.correction is None:
        # Whoever goes back in the browser after he submitted comes here: nothing is wrong, and nothing was typed.
        return _closed(request, activity)
    notes, initial = [], {}
    if request.GET.get("period"):
        _take_period(request.GET["period"], initial, notes)
        # The draft has a date of its own.
        initial.pop("day", None)
    form = ActivityForm(user=request.user, instance=activity, initial=initial)
    _let_title_follow(form, activity.title, activity.codes, activity.day)
    return _page(request, form, [], notes=notes)


def _let_title_follow(form, title, kinds, day):
    """Mark a title that nobody has touched since it was filled in: on the page it follows the day that is typed."""
    if not title or len(kinds) != 1:
        return
    label = Code(kinds[0]).label
    asked = form.requested
    for period in filter(None, (asked, *(Period.containing(kind, day) for kind in (MONTH, QUARTER)))):
        if period.kind in (MONTH, QUARTER) and title == f"{period.short()}{label}":
            form.fields["title"].widget.attrs |= {"data-follows": period.kind, "data-tail": label}
            return


def _edit_url(form, activity):
    """Return the address of a draft; the period it was opened for goes along, for nothing of the draft says it."""
    url = reverse("activity_edit", args=[activity.pk])
    return f"{url}?period={form.requested}" if form.requested else url


@login_required
@require_POST
def activity_autosave(request):
    access.require_anywhere(request.user, RECORD)
    form = form_for(request.user, request.POST)
    if not form.is_valid():
        return JsonResponse({"message": _first_message(form)}, status=400)
    try:
        activity = _write(request.user, form)
    except ValidationError as error:
        return JsonResponse({"message": error.messages[0]}, status=400)
    except Conflict as conflict:
        return JsonResponse({"message": conflict.message}, status=409)
    return JsonResponse(
        {
            "id": activity.pk,
            "version": activity.version,
            "fields": {"record": activity.pk, "version": activity.version},
            "edit": _edit_url(form, activity),
            "upload": reverse("attachment_upload", args=[activity.pk]),
        }
    )


@login_required
@require_POST
def activity_tiles(request):
    """The tiles for the organisation, kinds and day of the posted form; states already chosen stay."""
    form = _known(request)
    return render(request, "members/activities/_attendance.html", {"form": form, "panel": form.panel()})


@login_required
@require_POST
def activity_hosts(request):
    """The branches that are ticked and those that the typed name or initials find. Nothing is written."""
    return render(request, "members/activities/_hosts.html", {"form": _known(request), "searched": True})


@login_required
@require_POST
def activity_checks(request):
    """提交前检查, the quorum line and the button, for what is typed so far. Nothing is written."""
    form = _known(request)
    files = form.instance.attachments.count() if form.instance else 0
    return render(request, "members/activities/_checks.html", {"form": form, "panel": form.panel(files), "live": True})


def _known(request):
    access.require_anywhere(request.user, RECORD)
    form = form_for(request.user, request.POST)
    if form.organisation is None:
        raise Http404
    return form


def _first_message(form):
    for messages_of in [*form.errors.values(), *(e for row in form.resolutions.errors for e in row.values())]:
        return messages_of[0]
    return "还有内容需要更正。"


def _place(request, places, notes):
    wanted = request.GET.get("organisation", "")
    if wanted:
        for place in places:
            if str(place.pk) == wanted:
                return place
        notes.append("地址中的党组织不在您的记录范围内，已忽略。")
    scope = request.scope.organisation_id if request.scope else None
    return next((place for place in places if place.pk == scope), places[0])


def _group_for(organisation, kinds, places):
    """A group meeting is kept by a small group; of a branch the first one is taken, the others stand beside it."""
    if kinds == [Code.GROUP_MEETING] and organisation.kind == Kind.BRANCH:
        return next((place for place in places if place.parent_id == organisation.pk), organisation)
    return organisation


def _prefilled(request, notes):
    """Return (initial values, earlier record or None) from kind, title, period and again of the address."""
    initial = {"day": clock.today(), "recorder_name": request.user.name[:64]}
    kinds = request.GET.getlist("kind")
    if kinds:
        initial["kinds"] = list(dict.fromkeys(kind for kind in kinds if kind in Code.values))
        if len(initial["kinds"]) < len(set(kinds)):
            notes.append("地址中的活动类型无效，已忽略。")
    if topics := [topic for topic in request.GET.getlist("topic") if topic in Topic.values]:
        initial["topics"] = topics
    if title := clean_text(request.GET.get("title", ""))[: ActivityForm.base_fields["title"].max_length]:
        initial["title"] = title
    again = _again(request, notes)
    if again is not None:
        names = ("title", "place", "chair_name", "lecturer_name", "starts_at", "ends_at")
        initial |= {name: getattr(again, name) for name in names}
        initial |= {"kinds": again.codes, "chair": again.chair_id or ""}
    persons = [pk for pk in request.GET.getlist("person")[:20] if re.fullmatch(r"[0-9]{1,17}", pk)]
    if persons:
        initial["persons"] = [int(pk) for pk in persons]
    if re.fullmatch(r"[sm0-9,]{1,200}", request.GET.get("links", "")):
        initial["links"] = request.GET["links"]
    if request.GET.get("period"):
        _take_period(request.GET["period"], initial, notes)
    return initial, again


def _again(request, notes):
    pk = request.GET.get("again", "")
    if not pk:
        return None
    if re.fullmatch(r"[0-9]{1,18}", pk):
        found = readable(request.user).filter(pk=pk).first()
        if found is not None:
            return found
    notes.append("没有找到要沿用的记录，已忽略。")
    return None


def _take_period(text, initial, notes):
    try:
        period = Period.parse(text)
    except ValueError:
        notes.append("地址中的期间无效，已忽略。")
        return
    initial["period"] = period
    if period.last < clock.today():
        # When it was held nobody but the secretary knows: a date made up by the system would be a false one.
        initial["day"] = None
        notes.append(f"{period.label()}已过：当时开了的，填当时的日期；现在补开的，填补开的日期。")
    elif period.first > clock.today():
        notes.append(f"{period.label()}还没有开始。")


def _write(user, form):
    data, version = form.record_data(), form.cleaned_data.get("version")
    if form.correction is not None:
        return correction_save(by=user, activity=form.instance, data=data, version=version)
    if form.instance is not None:
        return activity_update(by=user, activity=form.instance, data=data, version=version)
    return activity_create(
        by=user, organisation=form.organisation, data=data, form_key=form.cleaned_data.get("form_key")
    )


def _send(user, form):
    data, version = form.record_data(), form.cleaned_data.get("version")
    if form.correction is not None:
        return correction_submit(by=user, activity=form.instance, data=data, version=version)
    return activity_record(
        by=user,
        organisation=form.organisation,
        data=data,
        activity=form.instance,
        form_key=form.cleaned_data.get("form_key"),
        version=version,
    )


def _save(request, organisation, places, pk=None):
    data = request.POST.copy()
    if pk is not None:
        data["record"] = str(pk)
    try:
        form = form_for(request.user, data, organisation=organisation)
    except Http404:
        # The appointment may have ended while the form was open (fault F12): what was typed can still be copied.
        return _lost(request, data)
    if data.get("do") == "hosts":
        # The search without script: the page as it was typed, with what was found.
        return _page(request, form, places)
    if not form.is_valid():
        if data.get("do") == "submit":
            form.refuse_submission()
        return _page(request, form, places, status=422)
    try:
        activity = _send(request.user, form) if data.get("do") == "submit" else _write(request.user, form)
    except ValidationError as error:
        form.refuse(error)
        return _page(request, form, places, status=422)
    except Conflict as conflict:
        return _stale(request, form, conflict)
    if data.get("do") == "submit":
        messages.success(request, sent_words(activity))
        return redirect(counts_url(activity))
    messages.success(request, "草稿已保存")
    if data.get("do") == "stay":
        return redirect(_edit_url(form, activity))
    return redirect("activity_detail", pk=activity.pk)


def typed_lines(form_data):
    """Return [(label, text)] of what was typed, for a page from which it can be copied."""
    labels = {"title": "主题", "day": "日期", "place": "地点", "content": "议程与决议"}
    lines = [(label, form_data.get(name, "")) for name, label in labels.items()]
    rows = [(name, value) for name, value in form_data.items() if re.fullmatch(r"res-\d{1,2}-text", name)]
    lines += [(f"决议 {number}", value) for number, (_, value) in enumerate(rows, start=1)]
    return [(label, text) for label, text in lines if text]


def _lost(request, data):
    return render(request, "members/activities/lost.html", {"typed": typed_lines(data)}, status=404)


def _stale(request, form, conflict):
    """Answer 409 with what was typed and what stands now, side by side."""
    record = as_it_stands((conflict.context.get("record") or form.instance).pk)
    if record is not None and record.state not in EDITABLE and record.correction is None:
        return _closed(request, record, typed_lines(form.data))
    context = {
        "title": "没有保存：这条记录已有变化",
        "message": conflict.message,
        "typed": typed_lines(form.data),
        "record": record,
        "may_edit": record is not None,
    }
    return render(request, "members/activities/conflict.html", context, status=409)


def _closed(request, record, typed=()):
    """Answer 409 with a record that cannot be changed as it stands, and what to do instead.

    typed: [(label, text)] of what was sent and not saved.
    """
    title, message = states.closed_words(record)
    shown = as_it_stands(record.pk)
    context = {"title": title, "message": message, "typed": typed, "record": shown, "may_edit": False}
    return render(request, "members/activities/conflict.html", context, status=409)


def _sought(text, places):
    """Return the places to choose from: of many only those whose name or initials hold the typed text."""
    text = text.strip()[:50].lower()
    if len(places) <= OFFERED:
        return places
    named = [one for one in places if text in f"{one.name} {one.label}".lower() or text in one.initials]
    return named[:FOUND] if text else []


def _page(request, form, places, *, notes=(), status=200):
    front, more = pills(form.organisation, form.codes) if form.organisation else ([], [])
    instance = form.instance
    groups = []
    if form.organisation and not instance and form.organisation.kind == Kind.BRANCH:
        groups = [place for place in places if place.parent_id == form.organisation.pk]
    context = {
        "form": form,
        # By its own name: a template finds the field before the attribute.
        "organisation": form.organisation,
        "front": front,
        "more": more,
        "more_open": any(row["checked"] for row in more),
        "places": places if not instance else [],
        "found_places": _sought(request.GET.get("place_q", ""), places),
        "group": groups[0] if groups else None,
        "panel": form.panel(instance.attachments.count() if instance else 0) if form.organisation else None,
        "notes": notes,
        "attachments": list(instance.attachments.all()) if instance else [],
        "last": last_content(form.organisation, form.codes) if form.organisation and form.codes else "",
        "kind_words": "、".join(short_label(code) for code in form.codes),
    }
    return render(request, "members/activities/form.html", context, status=status)

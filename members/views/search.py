"""Search across places, people and records, each within the searcher's reach."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from branches.models import Organisation
from branches.rights import MEMBERS, VIEW
from members.forms.members import SearchForm
from members.models import Activity, Member

MOST = 20


def _url(name, pk):
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""


def _found(user, text):
    lower = text.lower()
    places = Organisation.objects.visible_to(user, VIEW).select_related("parent")
    places = places.filter(Q(name__icontains=text) | Q(short_name__icontains=text) | Q(initials__contains=lower))
    people = Member.objects.visible_to(user, MEMBERS).select_related("home")
    people = people.filter(Q(name__icontains=text) | Q(initials__startswith=lower))
    records = Activity.objects.visible_to(user, VIEW).select_related("organisation__parent").prefetch_related("kinds")
    records = records.filter(title__icontains=text)
    return [
        {
            "title": "党组织",
            "rows": [
                {"label": row.label, "note": row.name, "url": _url("organisation_detail", row.pk)}
                for row in places.order_by("tree_id", "lft")[:MOST]
            ],
        },
        {
            "title": "党员",
            "rows": [
                {"label": row.name, "note": row.home.label, "url": _url("member_detail", row.pk)}
                for row in people.order_by("initials", "pk")[:MOST]
            ],
        },
        {
            "title": "活动记录",
            "rows": [
                {
                    "label": row.title,
                    "note": f"{row.organisation.label}　{row.day:%Y-%m-%d}　{row.kinds_label}",
                    "url": _url("activity_detail", row.pk),
                }
                for row in records.order_by("-day", "-pk")[:MOST]
            ],
        },
    ]


@login_required
def search(request):
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    groups = [group for group in _found(request.user, text) if group["rows"]] if text else []
    count = sum(len(group["rows"]) for group in groups)
    context = {
        "title": f"找到 {count} 项" if text else "搜索",
        "form": form,
        "text": text,
        "groups": groups,
        "most": MOST,
    }
    return render(request, "members/search.html", context)

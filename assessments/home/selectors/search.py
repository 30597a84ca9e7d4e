"""What a search finds across places, people, records, business work, mechanisms and supervision, within the searcher's reach."""

from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from assessments.home.selectors.mechanisms_named import Found, mechanisms_named
from branches.places.models.organisations import Organisation
from branches.reach.rights import MEMBERS, VIEW
from common.operator import Actor
from common.pairs import holds, said_in
from members.activities.models import Activity
from members.care.loaders import honours_named
from members.roster.models.members import Member
from members.transfers.selectors.listing import transfers_found
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import WorkItem

MOST = 20
# Of the newest records so many are read as they stand: what is in many titles is in enough of these.
NEWEST = 2000


def search(user: Actor, text: str) -> list[dict]:
    """Return [{title, rows: [Found]}] of what `user` may read; at most MOST rows a group, empty groups left out.

    text: part of a name or title; for places, people, business work, policies and practices also pinyin initials.
    """
    groups = {
        "党组织": _places(user, text),
        "党员": _people(user, text),
        "组织关系接转和外出": _transfers(user, text),
        "活动记录": _records(user, text),
        "重点业务": _work(user, text),
        "表彰": _honours(user, text),
        **mechanisms_named(user, text, MOST),
        "督查督办": _supervisions(user, text),
    }
    return [{"title": title, "rows": rows} for title, rows in groups.items() if rows]


def _initials(text: str, lookup: str) -> Q:
    """Return the condition «the initials hold the text», never true of one that no initials can hold."""
    return Q(**{f"initials__{lookup}": text.lower()}) if text.isascii() else Q(pk__in=())


def _row(label: str, note: str, name: str, pk: int) -> Found:
    return Found(label, note, reverse(name, args=[pk]))


def _places(user: Actor, text: str) -> list[Found]:
    rows = Organisation.objects.visible_to(user, VIEW).select_related("parent")
    rows = rows.filter(said_in("name", text) | said_in("short_name", text) | _initials(text, "contains"))
    return [_row(row.label, row.name, "organisation_detail", row.pk) for row in rows.in_tree_order()[:MOST]]


def _people(user: Actor, text: str) -> list[Found]:
    rows = Member.objects.visible_to(user, MEMBERS).select_related("home")
    rows = rows.filter(holds("name", text) | _initials(text, "startswith"))
    return [_row(row.name, row.home.label, "member_detail", row.pk) for row in rows.order_by("initials", "pk")[:MOST]]


def _transfers(user: Actor, text: str) -> list[Found]:
    """Transfers, and who is registered as living elsewhere, by the name or the initials of the person."""
    named = Member.objects.filter(holds("name", text) | _initials(text, "startswith")).order_by()
    transfers, aways = transfers_found(user, named, MOST)
    found = [
        _row(
            row.member.name, f"{row.from_words} 到 {row.to_words}　{row.get_state_display()}", "transfer_detail", row.pk
        )
        for row in transfers
    ]
    found += [
        _row(
            row.member.name,
            f"{row.get_kind_display()}，{row.place}　{row.starts:%Y-%m-%d}起",
            "member_detail",
            row.member_id,
        )
        for row in aways
    ]
    return found[:MOST]


def _records(user: Actor, text: str) -> list[Found]:
    seen = Activity.objects.visible_to(user, VIEW).order_by("-day", "-pk")
    shown = seen.select_related("organisation__parent").prefetch_related("kinds")
    rows = shown.filter(holds("title", text), pk__in=seen.values("pk")[:NEWEST])[:MOST]
    if len(rows) < MOST:
        rows = shown.filter(holds("title", text))[:MOST]
    return [
        _row(row.title, f"{row.organisation.label}　{row.day:%Y-%m-%d}　{row.kinds_label}", "activity_detail", row.pk)
        for row in rows
    ]


def _work(user: Actor, text: str) -> list[Found]:
    rows = WorkItem.objects.visible_to(user, VIEW).named(text).select_related("lead").order_by("-starts", "pk")
    return [
        _row(
            row.name,
            f"{row.get_kind_display()}　{row.lead.name if row.lead_id else '未填牵头处室'}",
            "work_detail",
            row.pk,
        )
        for row in rows[:MOST]
    ]


def _honours(user: Actor, text: str) -> list[Found]:
    """Honours by their title or their holder; the address is that of their year with this word."""
    return [
        Found(
            row.title,
            f"{row.holder}　{row.get_level_display()}　{row.granted_on:%Y-%m-%d}",
            f"{reverse('honour_list')}?{urlencode({'year': row.granted_on.year, 'q': text})}",
        )
        for row in honours_named(user, text)[:MOST]
    ]


def _supervisions(user: Actor, text: str) -> list[Found]:
    rows = Supervision.objects.readable(user).filter(said_in("title", text)).order_by("-pk")[:MOST]
    return [
        _row(row.title, f"{row.organisation}　{row.get_state_display()}", "supervision_detail", row.pk) for row in rows
    ]

"""The cadre's record (政绩) of a year: duties, stages, supervision, training; read from what is there, nothing is filled in."""

from datetime import date

from django.db.models import Q
from django.urls import reverse

from branches.access.models import User
from branches.places.models.organisations import Organisation, tree_order
from branches.reach.models import Appointment, AppointmentQuerySet
from branches.reach.rights import ASSESS, ASSISTANT, PUBLISH, SYSTEM_ROLES
from branches.settings.start import with_start
from common import clock
from common.operator import Actor
from common.periods import YEAR, Period
from members.activities.models import Activity
from members.activities.study import tenths
from members.cadres.models import StudyTopic
from members.cadres.selectors.posts import post_years
from members.cadres.selectors.topics import topics_of
from members.education.hours import studied
from members.roster.models.posts import COMMITTEE_SEATS, Post, seat_label
from responsibilities.duties.headline import Headline, headline
from responsibilities.duties.models import Duty
from responsibilities.duties.progress import duty_slots, progress
from responsibilities.duties.selectors.own import own_lists
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import WEIGHING, Closure, SyncState, WorkCarrier, WorkItem
from responsibilities.work.stages import closure, sync_points

# Who keeps the system, or acts for another, has no record of his own.
_NO_CADRES = (*SYSTEM_ROLES, ASSISTANT)

# Whoever answers for a branch answers for the work it carries.
ANSWERING = ("branch_secretary", "general_branch_secretary")
RIGHTS = (ASSESS, PUBLISH)


def seats_readable(user: Actor) -> AppointmentQuerySet:
    """Return the appointments whose holders' records `user` may read: his own, and those where he assesses or publishes."""
    rows = Appointment.objects.exclude(role__in=_NO_CADRES)
    readable = Q(user=user.pk or 0)
    for right in RIGHTS:
        readable |= Q(pk__in=Appointment.objects.order_by().visible_to(user, right).values("pk"))
    return rows.filter(readable)


def cadres(user: Actor, year: int) -> AppointmentQuerySet:
    """Return the appointments of `year` that `user` may read, a person's highest first: the list of cadres."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = seats_readable(user).in_force_during(first, last)
    return rows.select_related("user", "organisation__parent").order_by(
        *tree_order("organisation__"), "user__name", "pk"
    )


def cadre_record(person: User, year: int) -> dict:
    """Return the record of an account in a year as plain data.

    {"as_of": the day it was read on, "posts": [{role, place, starts, ends}], "head": the Headline of his duties, "lists": [{name,
    own, rows: [{text, done, expected, late, overdue}]}], "seats": [{place, title, work, months, owed, classes, state}], "topics":
    [{title, part, level, uses, url}], "work": [{name, part, own, synchronised, lagging, missing, closed,
    url}], "supervisions": [{title, due, state, late, url}], "training": [{day, title, kind, hours, url}], "hours",
    "unknown_hours"}. own: whether it is his in person, or of an organisation that he leads and that acts together; his own lists
    come first. Numbers that nobody knows are None, never zero.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    held = Appointment.objects.filter(user=person).in_force_during(first, last).exclude(role__in=_NO_CADRES)
    seats = list(held.select_related("organisation__parent"))
    training, hours = _training(person, first, last)
    lists, head = _lists(person, year, seats)
    return {
        "year": year,
        "as_of": min(clock.today(), last),
        "name": person.name,
        "posts": [
            {
                "title": row.title,
                "starts": row.starts,
                "ends": row.ends,
            }
            for row in seats
        ],
        "head": head,
        "lists": lists,
        "work": _work(person, seats, first, last),
        "supervisions": _supervisions(person, seats, year),
        "seats": _seats(person, year),
        "topics": _topics(person, first, last),
        "training": training,
        "hours": hours,
        "unknown_hours": sum(row["hours"] is None for row in training),
    }


def _lists(person: User, year: int, seats: list[Appointment]) -> tuple[list[dict], Headline]:
    """The lists he answered for on the last day of each of his posts, of the year, or today, whichever comes first."""
    latest = min(date(year, 12, 31), clock.today())
    days = {min(latest, row.ends or latest) for row in seats if row.starts <= latest} or {latest}
    lists = list({row.pk: row for day in sorted(days) for row in own_lists(person, year, day)}.values())
    of_lists = Duty.objects.filter(list__in=[row.pk for row in lists]).order_by("order")
    duties = list(of_lists.select_related("list__organisation", "list__holder", "list__member__account"))
    slots = duty_slots(duties)
    found = []
    for row in lists:
        mine = [(duty, progress(slots[duty.pk])) for duty in duties if duty.list_id == row.pk]
        found.append(
            {
                "name": str(row),
                "own": row.holder_id == person.pk or (row.member is not None and row.member.account_id == person.pk),
                "rows": [
                    {
                        "text": duty.text,
                        "done": come.fulfilled,
                        "expected": come.total,
                        "late": come.late,
                        "overdue": come.overdue,
                        "url": reverse("duty_detail", args=[duty.pk]),
                    }
                    for duty, come in mine
                    if come.total
                ],
            }
        )
    return sorted(found, key=lambda part: not part["own"]), headline(duties, slots)


def _work(person: User, seats: list[Appointment], first: date, last: date) -> list[dict]:
    places = [row.organisation_id for row in seats if row.role in ANSWERING]
    carried = set(WorkCarrier.objects.filter(organisation__in=places).values_list("item", flat=True))
    running = WorkItem.objects.filter(Q(leader=person) | Q(pk__in=carried), starts__lte=last, ends__gte=first)
    # What nobody above has taken in is nobody's record yet.
    items = list(running.filter(uptake__in=WEIGHING).order_by("starts", "pk"))
    points = sync_points([item.pk for item in items])
    found = []
    for item in items:
        mine = [point for point in points if point.item == item.pk]
        count = {state: sum(point.state == state for point in mine) for state in SyncState}
        found.append(
            {
                "name": item.name,
                "part": "本人分管" if item.leader_id == person.pk else "支部承办",
                "own": item.leader_id == person.pk,
                "synchronised": count[SyncState.SYNCHRONISED],
                "lagging": count[SyncState.LAGGING],
                "missing": count[SyncState.MISSING],
                "closed": closure(mine) == Closure.CLOSED,
                "url": reverse("work_detail", args=[item.pk]),
            }
        )
    return found


def _supervisions(person: User, seats: list[Appointment], year: int) -> list[dict]:
    # Of an organisation only what was open while he answered for it.
    there = Q(pk__in=[])
    for row in seats:
        if row.role in ANSWERING:
            seat = Q(organisation=row.organisation_id) & (
                Q(closed_at__isnull=True) | Q(closed_at__date__gte=row.starts)
            )
            there |= seat & Q(issued_at__date__lte=row.ends) if row.ends else seat
    rows = with_start(Supervision.objects).filter(year=year).filter(Q(holder=person) | Q(holder__isnull=True) & there)
    return [
        {
            "title": row.title,
            "due": row.due,
            "state": row.get_state_display(),
            "late": row.late if row.answered_at else (True if row.overdue_days else None),
            "url": reverse("supervision_detail", args=[row.pk]),
        }
        for row in rows.select_related("organisation").order_by("issued_at")
    ]


def _training(person: User, first: date, last: date) -> tuple[list[dict], float | None]:
    """Return the records that count as his study, and their hours; None where no length is known."""
    member = getattr(person, "member", None)
    if member is None:
        return [], None
    known = studied([member.pk], first, last, min(last, clock.today()))[member.pk]
    worth = dict(known.records)
    rows = Activity.objects.filter(pk__in=worth).prefetch_related("kinds").order_by("day", "pk")
    training = [
        {
            "day": row.day,
            "title": row.title,
            "kind": row.kinds_label,
            "hours": _tenths(worth[row.pk]),
            "url": reverse("activity_detail", args=[row.pk]),
        }
        for row in rows
    ]
    return training, None if known.unknown == len(worth) else _tenths(known.minutes)


def _seats(person: User, year: int) -> list[dict]:
    """The Party posts of a year with what each owes and how it stands; the hours themselves stand once, below."""
    member = getattr(person, "member", None)
    if member is None:
        return []
    span = Period(YEAR, year)
    places = Post.objects.filter(member=member, kind__in=COMMITTEE_SEATS).in_force_during(span.first, span.last)
    ids = set(places.order_by().values_list("organisation", flat=True))
    names = {row.pk: row for row in Organisation.objects.filter(pk__in=ids).select_related("parent")}
    found = [one for one in post_years(span, ids, clock.today()) if one.member == member.pk] if ids else []
    return [
        {
            "place": names[one.place].label,
            "title": "、".join(seat_label(kind, names[one.place].kind) for kind in dict.fromkeys(one.kinds)),
            "work": member.work_post,
            "months": one.months,
            "owed": one.owed,
            "classes": len(one.classes),
            "state": one.state,
        }
        for one in found
    ]


def _topics(person: User, first: date, last: date) -> list[dict]:
    """The topics that he looked into within a year, with what came of them."""
    member = getattr(person, "member", None)
    if member is None:
        return []
    rows = StudyTopic.objects.standing().filter(Q(lead=member) | Q(others=member), first__lte=last).distinct()
    rows = rows.filter(Q(found_on__isnull=True) | Q(found_on__gte=first)).order_by("first", "pk")
    return [
        {
            "title": line.row.title,
            "part": "负责人" if line.row.lead_id == member.pk else "成员",
            "level": line.row.get_level_display() or ("待评定" if line.row.found_on else "研究中"),
            "uses": [use.name for use in line.uses],
            "url": reverse("cadres_topic", args=[line.row.pk]),
        }
        for line in topics_of(rows)
    ]


def _tenths(minutes: int | None) -> float | None:
    return None if minutes is None else float(tenths(minutes))

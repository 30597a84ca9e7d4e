"""Who saw a member's data, as far as the trail can tell (control C49; PIPL articles 54 to 57).

Certain: entries about the member himself, with the fields they name. Possible: lists that left the system while he stood
within the reach of whoever took them, and backups. Beyond the trail: whoever might open his file, masked, without leaving
an entry; they are named by their appointments of those days.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from branches.audit.models import AuditEntry
from branches.audit.selectors import day_bounds
from branches.audit.verbs import verb_label
from branches.reach.models import Appointment
from branches.reach.rights import AUDIT, MEMBERS, ROLES, VIEW
from common import clock
from members.roster.models.members import Member, Membership

MOST = 500
# Lists with persons in them: verb → (right under which they are taken, what stands in them).
LISTS = {
    "member.export": (
        MEMBERS,
        "姓名、性别、党支部、党小组、党内职务、人员类别、入党和转正日期、学历、工作岗位；号码遮盖",
    ),
    "activity.export": (VIEW, "请假、缺席和原因，主持人、记录人姓名"),
    "audit.export": (AUDIT, "审计记录中的姓名和改动；号码不在其中"),
    "backup": ("", "全部内容；号码加密"),
}
# Columns that people fill in have a name in words; keys and marks of the system have none.
_FIELDS = {
    field.name: str(field.verbose_name)
    for field in Member._meta.concrete_fields
    if not str(field.verbose_name).isascii()
}


@dataclass(frozen=True)
class Sight:
    """One entry of the trail: when, by whom and from where, how, which fields, and why as it was said.

    certain: about this member himself; else a list that may hold him. pk: of the entry.
    """

    pk: int
    at: datetime
    who: str
    address: str
    how: str
    fields: str
    why: str
    certain: bool


def who_saw(member: Member, first: date, last: date) -> list[Sight]:
    """Return the Sights of a member between two days, the newest first, at most MOST of each sort. Four statements."""
    begin, end = day_bounds(first, last)
    rows = AuditEntry.objects.filter(at__gte=begin, at__lt=end).order_by("-pk")
    about = Q(object_type="member", object_id=member.pk)
    found = [_certain(row) for row in rows.filter(about)[:MOST]]
    held = _held_over(member, first, last)
    found += [_possible(row) for row in rows.filter(verb__in=LISTS)[:MOST] if _may_hold(row, held)]
    return sorted(found, key=lambda sight: sight.pk, reverse=True)


def unmasked_in(member: Member, first: date, last: date) -> list[Sight]:
    """Return when numbers of a member were looked at in full between two days, the latest first. One statement."""
    begin, end = day_bounds(first, last)
    rows = AuditEntry.objects.filter(verb="member.unmask", object_type="member", object_id=member.pk)
    return [_certain(row) for row in rows.filter(at__gte=begin, at__lt=end).order_by("-pk")[:MOST]]


def readers(member: Member, first: date, last: date) -> list[Appointment]:
    """Return the appointments under which his file could be opened between two days, masked and without an entry."""
    held = {row.pk for row in _held_over(member, first, last) if VIEW in ROLES[row.role].rights}
    rows = Appointment.objects.filter(pk__in=held).select_related("user", "organisation__parent")
    return list(rows.order_by("-organisation__level", "starts", "pk"))


def _held_over(member: Member, first: date, last: date) -> list[Appointment]:
    """Return the appointments of the period that reach a branch or group of the member while he belonged there.

    By the tree as it stands now; system roles reach no organisation, but audit exports hold names of all.
    """
    stays = list(
        Membership.objects.filter(member=member)
        .in_force_during(first, last)
        .select_related("organisation", "small_group")
    )
    rows = Appointment.objects.in_force_during(first, last).select_related("organisation")
    return [row for row in rows if any(_reaches(row, stay) for stay in stays)]


def _reaches(row: Appointment, stay: Membership) -> bool:
    if row.organisation is None:
        return row.role == "security_auditor"
    if (row.ends and row.ends < stay.starts) or (stay.ends and stay.ends < row.starts):
        return False
    below = ROLES[row.role].below
    places = [place for place in (stay.organisation, stay.small_group) if place is not None]
    return any(row.organisation.contains(place) if below else row.organisation == place for place in places)


def _may_hold(entry: AuditEntry, held: list[Appointment]) -> bool:
    """Whether the list of an entry may hold the member: its taker reached him that day with the right it takes."""
    right = LISTS[entry.verb][0]
    if not right or entry.actor_id is None:
        return True
    day = clock.day_of(entry.at)
    return any(
        row.user_id == entry.actor_id
        and row.starts <= day
        and (row.ends is None or row.ends >= day)
        and right in ROLES[row.role].rights
        for row in held
    )


def _certain(entry: AuditEntry) -> Sight:
    payload = json.loads(entry.payload or "{}")
    before, after = payload.get("before") or {}, payload.get("after") or {}
    if entry.verb == "member.unmask":
        fields = str(after.get("field", ""))
    else:
        fields = "、".join(_FIELDS[name] for name in {**before, **after} if name in _FIELDS)
    return _sight(entry, fields, payload.get("note", ""), certain=True)


def _possible(entry: AuditEntry) -> Sight:
    payload = json.loads(entry.payload or "{}")
    rows = (payload.get("after") or {}).get("rows")
    said = "；".join(filter(None, [f"{rows} 行" if rows else "", payload.get("note", "")]))
    return _sight(entry, LISTS[entry.verb][1], said, certain=False)


def _sight(entry: AuditEntry, fields: str, why: str, *, certain: bool) -> Sight:
    how = verb_label(entry.verb)
    return Sight(entry.pk, entry.at, entry.actor_name, entry.address, how, fields, why, certain)


def usual_period() -> tuple[date, date]:
    """Return the days that are looked at when none are named: the last year."""
    today = clock.today()
    return today - timedelta(days=365), today

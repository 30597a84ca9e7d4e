"""The way back: which duties a record proves."""

from django.db.models import Q

from branches import clock
from branches.models import Kind, Organisation
from responsibilities.duty_progress import duty_slots
from responsibilities.duty_proofs import proved_by_system
from responsibilities.models import Duty, Level, ListState


def duties_of_record(activity, *, user=None, as_of=None):
    """Return [(Duty, slot key)] of the issued duties whose proof holds this record, from the top level down.

    activity: an Activity. user: only duties he may read (all when None). The number of statements does not depend on
    how many lists there are; the slots are those of duty_progress, so both ways always agree.
    """
    as_of = as_of or clock.today()
    years = {activity.day.year} | ({activity.makes_up_for.year} if activity.makes_up_for else set())
    hosts = list(activity.hosts.filter(confirmed_at__isnull=False).values_list("organisation_id", flat=True))
    near = Organisation.objects.filter(pk__in=[activity.organisation_id, *hosts])
    above = Q(pk__in=[])
    for place in near:
        above |= Q(tree_id=place.tree_id, lft__lte=place.lft, rght__gte=place.rght)
    places = Organisation.objects.filter(above).order_by().values("pk")
    people = activity.attendance.order_by().values("member")
    wanted = Q(list__organisation__in=places) & ~Q(list__level=Level.MEMBER)
    wanted |= Q(list__level=Level.MEMBER) & (Q(list__member__in=people) | Q(list__member=activity.chair_id))
    wanted |= Q(list__level__in=(Level.PARTY_GROUP, Level.PARTY_GROUP_SECRETARY, Level.LEADER, Level.COMMITTEE))
    # A branch's debriefing is held above it and proved by who was there.
    wanted |= Q(source="debrief", list__level=Level.BRANCH)
    rows = Duty.objects.filter(wanted, list__year__in=years, list__state=ListState.ISSUED).exclude(source="")
    if user is not None:
        rows = rows.visible_to(user)
    rows = rows.select_related("list__organisation", "list__holder", "list__member__account")
    duties = [duty for duty in rows.order_by("list__organisation__lft", "order", "pk") if proved_by_system(duty)]
    slots = duty_slots(duties, as_of=as_of)
    return [(duty, slot.key) for duty in duties for slot in slots[duty.pk] if activity.pk in slot.records]


def duties_of_item(item, carriers, *, user=None):
    """Return the issued Duties that the stages of a work item prove, from the top level down, in one statement.

    item: a WorkItem. carriers: ids of the organisations that carry it. user: only duties he may read (all when None).
    """
    upper = Q(list__level__in=(Level.PARTY_GROUP, Level.PARTY_GROUP_SECRETARY, Level.COMMITTEE))
    mine = Q(list__level=Level.LEADER, list__holder=item.leader_id or 0)
    mine |= Q(list__level=Level.BRANCH, list__organisation__in=carriers)
    rows = Duty.objects.filter(
        upper | mine,
        source="stages",
        list__state=ListState.ISSUED,
        list__year__range=(item.starts.year, item.ends.year),
    )
    if user is not None:
        rows = rows.visible_to(user)
    return list(rows.select_related("list__organisation", "list__holder").order_by("list__organisation__lft", "pk"))


def duties_of_requirement(row, *, user=None, place=None):
    """Return [(Duty, slot key)] of the issued duties that a Requirement counts for: its branch's lines with this rule.

    row: a Requirement (selectors/requirements.py). user: only duties he may read (all when None). place: its Organisation
    where it is at hand.
    """
    place = place or Organisation.objects.get(pk=row.organisation)
    group = place.kind == Kind.SMALL_GROUP
    rows = Duty.objects.filter(
        source="requirements",
        list__organisation=place.parent_id if group else place.pk,
        list__year=row.period.year,
        list__state=ListState.ISSUED,
    )
    if user is not None:
        rows = rows.visible_to(user)
    key = f"{row.rule}/{row.period}" + (f"/{place.pk}" if group else "")
    found = rows.select_related("list__organisation").order_by("order", "pk")
    return [(duty, key) for duty in found if row.rule in duty.rule_ids]

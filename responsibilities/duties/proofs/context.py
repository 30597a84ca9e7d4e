"""What the sources of proof read, once for all of them: places, people, records and attendance of one year."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Case, Q, Value, When

from branches.places.models.organisations import Organisation
from common.dated import in_force
from common.periods import YEAR, Period
from members.activities.models import Activity, Attendance, hours_between
from members.activities.selectors.counting import ON_TIME, counting_records
from members.roster.models.members import Member, Membership
from responsibilities.duties.models import LeaderPortfolio, Level
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.duties.templates import template

# Up to so many ids are named to the database; beyond that it is asked for all and the rest looked up.
FEW = 300
DETAILED = frozenset({"chaired", "lectures", "hours", "talks"})
PEOPLE = frozenset({"attendance", "review", "talks", "hours", "chaired", "lectures", "debrief"})


@dataclass(frozen=True)
class Detail:
    """What else a source asks of a record: who chaired or taught, how long it took, which topics it names."""

    chair: int | None
    chair_account: int | None
    chair_name: str
    lecturer: str
    hours: float | None
    topic: str


class Question:
    """Duties of one year, judged on one day. Each property is one or two statements, asked when a source needs it."""

    def __init__(self, duties, year, as_of, holders=None):
        self.duties, self.as_of = duties, as_of
        if holders is not None:
            self.holders = holders
        self.span = Period(YEAR, year)
        # Who holds, covers and is in charge is asked of this day: what changes after a year leaves it as it was.
        self.day = min(as_of, self.span.last)
        self.lists = list({duty.list_id: duty.list for duty in duties}.values())
        self.kinds = sorted({kind for duty in duties for kind in kinds_of(duty)})

    @cached_property
    def places(self):
        """{organisation id: Organisation} of the whole tree: it is small beside its records."""
        return {row.pk: row for row in Organisation.objects.in_tree_order()}

    @cached_property
    def _children(self):
        found = {}
        for row in self.places.values():
            found.setdefault(row.parent_id, []).append(row.pk)
        return found

    def with_groups(self, branch):
        """Return the ids of a branch and of the small groups in it."""
        return (branch, *self._children.get(branch, ()))

    def below(self, top, place):
        """Whether the organisation with id `place` is `top` (an id) or lies below it today."""
        return self.places[top].contains(self.places[place])

    @cached_property
    def holders(self):
        """{list id: [User]} on the day of judging, of a year that is over on its last."""
        return holders_each(self.lists, self.day)

    @cached_property
    def members(self):
        """{list id: [Member]}: the persons in the roster behind the holders."""
        accounts = {
            user.pk for row in self.lists if row.level != Level.MEMBER for user in self.holders[row.pk] if user.pk
        }
        linked = {row.account_id: row for row in Member.objects.filter(account__in=accounts)} if accounts else {}
        found = {}
        for row in self.lists:
            if row.level == Level.MEMBER:
                found[row.pk] = [row.member]
            else:
                found[row.pk] = [linked[user.pk] for user in self.holders[row.pk] if user.pk in linked]
        return found

    @cached_property
    def people(self):
        """Ids of all persons whose presence is asked for, secretaries to be talked with included."""
        found = {member.pk for duty in self.duties if duty.source in PEOPLE for member in self.members[duty.list_id]}
        return found | set().union(*self.secretaries.values())

    @cached_property
    def charges(self):
        """{account id: [LeaderPortfolio]} that touch the year."""
        rows = LeaderPortfolio.objects.in_force_during(self.span.first, self.day)
        found = {}
        for row in rows.select_related("contact"):
            found.setdefault(row.leader_id, []).append(row)
        return found

    @cached_property
    def coverage(self):
        """{department id: ({organisation ids}, {secretaries' member ids})} on the day of judging, in one statement."""
        departments = {row.department_id for rows in self.charges.values() for row in rows if row.department_id}
        if not departments:
            return {}
        covering = in_force(self.day, "coverages__", open_start=True)
        rows = Organisation.objects.filter(covering, coverages__department__in=departments).order_by()
        found = {}
        for department, place, member, kind, starts, ends in rows.values_list(
            "coverages__department", "pk", "posts__member", "posts__kind", "posts__starts", "posts__ends"
        ):
            places, secretaries = found.setdefault(department, (set(), set()))
            places.add(place)
            held = (starts is None or starts <= self.day) and (ends is None or ends >= self.day)
            if kind == "secretary" and held:
                secretaries.add(member)
        return found

    @cached_property
    def secretaries(self):
        """{account id: {member ids}}: the branch secretaries of the departments in each leader's charge."""
        if not any(duty.source == "talks" and duty.list.level == Level.LEADER for duty in self.duties):
            return {}
        return {leader: self._of_charges(rows, 1) for leader, rows in self.charges.items()}

    def places_in_charge(self, account):
        """Return the ids of the organisations that cover the departments in an account's charge."""
        return self._of_charges(self.charges.get(account, ()), 0)

    def _of_charges(self, rows, which):
        standing = [row for row in rows if row.department_id and (row.ends is None or row.ends >= self.day)]
        return set().union(
            *(self.coverage[row.department_id][which] for row in standing if row.department_id in self.coverage)
        )

    @cached_property
    def records(self):
        """{(organisation id, kind): [CountingRecord]} of the year."""
        found = {}
        for row in counting_records(self.span.first, self.span.last, self.kinds, None, self.as_of):
            found.setdefault((row.organisation, row.kind), []).append(row)
        return found

    def records_of(self, places, kinds):
        """Return the CountingRecords of several organisations and kinds, each record once."""
        found = {}
        for place in places:
            for kind in kinds:
                for row in self.records.get((place, kind), ()):
                    found.setdefault(row.activity, row)
        return sorted(found.values(), key=lambda row: (row.day, row.activity))

    def everywhere(self, kinds):
        """Return the CountingRecords of these kinds at any organisation, each record once."""
        return self.records_of({place for place, kind in self.records if kind in kinds}, kinds)

    @cached_property
    def details(self):
        """{activity id: Detail} of the year's records of the kinds whose proof asks more than that they exist."""
        topics = sorted({template(duty.key).topic for duty in self.duties if template(duty.key)} - {""})
        kinds = sorted({kind for duty in self.duties if _asks_details(duty) for kind in kinds_of(duty)})
        named = [
            When(Q(title__icontains=topic) | Q(content__icontains=topic), then=Value(topic))
            for topic in reversed(topics)
        ]
        rows = Activity.objects.filter(
            Q(day__range=(self.span.first, self.span.last)) | Q(makes_up_for__range=(self.span.first, self.span.last)),
            pk__in=Activity.objects.filter(kinds__kind__in=kinds).order_by().values("pk"),
        ).order_by()
        rows = rows.annotate(topic=Case(*named, default=Value("")) if named else Value(""))
        found = {}
        for pk, chair, account, chair_name, lecturer, start, end, topic in rows.values_list(
            "pk", "chair", "chair__account", "chair_name", "lecturer_name", "starts_at", "ends_at", "topic"
        ):
            length = hours_between(start, end)
            found[pk] = Detail(chair, account, chair_name.strip(), lecturer.strip(), length, topic)
        return found

    @cached_property
    def attendance(self):
        """{member id: {activity id: state}} of the persons asked for, at the year's records."""
        people = self.people
        rows = Attendance.objects.filter(activity__day__range=(self.span.first, self.span.last))
        if len(people) <= FEW:
            rows = rows.filter(member__in=people)
        found = {}
        for member, activity, state in rows.order_by().values_list("member_id", "activity_id", "state"):
            if member in people:
                found.setdefault(member, {})[activity] = state
        return found

    @cached_property
    def homes(self):
        """{member id: [(branch id, first day, last day)]} of the persons asked for."""
        people = self.people
        rows = Membership.objects.in_force_during(self.span.first, self.span.last)
        if len(people) <= FEW:
            rows = rows.filter(member__in=people)
        found = {}
        for member, place, starts, ends in rows.order_by().values_list(
            "member_id", "organisation_id", "starts", "ends"
        ):
            found.setdefault(member, []).append((place, starts, ends or date.max))
        return found

    def own_records(self, member, kinds):
        """Return the CountingRecords of the member's own branch (its small groups included) while he belonged to it."""
        found = {}
        for branch, starts, ends in self.homes.get(member, ()):
            for row in self.records_of(self.with_groups(branch), kinds):
                if starts <= row.day <= ends:
                    found.setdefault(row.activity, row)
        return found


def _asks_details(duty):
    known = template(duty.key)
    return known is not None and (duty.source in DETAILED or bool(known.topic))


def kinds_of(duty):
    """Return the codes of activities that prove a duty, from its template."""
    known = template(duty.key)
    return known.kinds if known else ()


def tally(slot, records, period):
    """Count CountingRecords into a slot: done, late, records; those of another period are left out."""
    on_time = 0
    for row in records:
        met = row.meets(period)
        if met is None:
            continue
        slot.done += 1
        slot.records.append(row.activity)
        on_time += met == ON_TIME and row.day <= slot.due
    slot.late = max(0, min(slot.done, slot.expected) - on_time)
    return slot

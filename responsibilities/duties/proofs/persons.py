"""Whom the sources of proof ask about: holders of lists, whom they look after, where these belonged. Read once for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from branches.access.models import User
from branches.places.models.organisations import Organisation
from common.dated import in_force
from common.periods import YEAR, Period
from common.together import read_or_each
from members.activities.selectors.resolutions import item_rows
from members.development.models.cases import CaseStep
from members.education.hours import SPARED
from members.education.rules import Lived, Span
from members.roster.models.members import Member, Membership
from members.roster.models.posts import PostKind
from members.roster.models.standing import PARTY_STAGES, Away, AwayKind, MemberStage, PartyStatus, StageSpell, Standing
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.proofs import scope
from responsibilities.duties.proofs.asks import kinds_of
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.portfolios.models import LeaderPortfolio

# Up to so many ids are named to the database; beyond that it is asked for all and the rest looked up.
FEW = 300
# The duty that asks which branches a leader looks after.
CONTACT = "contact"
PEOPLE = frozenset(
    {
        "attendance",
        "votes",
        "tasks",
        "review",
        "talks",
        "hours",
        "chaired",
        "lectures",
        "debrief",
        "led",
        "contact",
        "care",
    }
)


class Persons:
    """Duties of one year, judged on one day. Each property is one or two statements, asked when a source needs it."""

    def __init__(
        self,
        duties: list[Duty],
        year: int,
        as_of: date,
        holders: Mapping[int, list[User]] | None = None,
        start: date = date.min,
        *,
        held_until: date | None = None,
        known: scope.Known | None = None,
        narrow: bool = False,
    ):
        self.known = known
        self.duties, self.as_of, self.start, self.held_until = duties, as_of, start, held_until
        # The last day of what may prove anything.
        self.until = as_of if held_until is None else min(as_of, held_until)
        self._holders = holders
        self.span = Period(YEAR, year)
        # Who holds, covers and is in charge is asked of this day: what changes after the year does not change the year.
        self.day = min(as_of, self.span.last)
        self.lists = list({duty.list_id: duty.list for duty in duties}.values())
        self.narrow = narrow or len(self.lists) <= scope.NARROW
        self.kinds = sorted({kind for duty in duties for kind in kinds_of(duty)})

    @cached_property
    def places(self) -> dict[int, Organisation]:
        """{organisation id: Organisation} of the tree, as far as these duties look at it."""
        return {row.pk: row for row in scope.tree_in_reach(self)}

    def kinds_of(self, duty: Duty) -> tuple[str, ...]:
        """Return the codes of activities that prove a duty."""
        return kinds_of(duty)

    @cached_property
    def holders(self) -> Mapping[int, list[User]]:
        """{list id: [User]} on the day of judging, of a year that is over on its last."""
        return holders_each(self.lists, self.day) if self._holders is None else self._holders

    @cached_property
    def members(self) -> dict[int, list[Member]]:
        """{list id: [Member]}: the persons in the roster behind the holders."""
        users = [user for row in self.lists if row.level != Level.MEMBER for user in self.holders[row.pk] if user.pk]
        # Of most the person was read with the account.
        linked = {user.pk: user.member for user in users if User.member.is_cached(user) and hasattr(user, "member")}
        accounts = {user.pk for user in users if not User.member.is_cached(user)}
        for member in Member.objects.filter(account__in=accounts) if accounts else ():
            linked[member.account_id or 0] = member
        persons: dict[int, list[Member]] = {}
        for row in self.lists:
            if row.member is not None:
                persons[row.pk] = [row.member]
            else:
                persons[row.pk] = [linked[user.pk] for user in self.holders[row.pk] if user.pk in linked]
        return persons

    @cached_property
    def people(self) -> set[int]:
        """Ids of all persons whose presence is asked for, secretaries to be talked with included."""
        asked = {member.pk for duty in self.duties if duty.source in PEOPLE for member in self.members[duty.list_id]}
        return asked.union(*self.secretaries.values())

    @cached_property
    def portfolios(self) -> dict[int, list[LeaderPortfolio]]:
        """{account id: [LeaderPortfolio]} that touch the year, where a leader's list or a duty about contact branches asks."""
        if self.narrow and not any(duty.list.level == Level.LEADER or duty.source == CONTACT for duty in self.duties):
            return {}
        rows = LeaderPortfolio.objects.in_force_during(self.span.first, self.day)
        if self.narrow:
            rows = rows.filter(leader__in={user.pk for users in self.holders.values() for user in users})
        by_leader: dict[int, list[LeaderPortfolio]] = {}
        for row in rows.select_related("contact"):
            by_leader.setdefault(row.leader_id, []).append(row)
        return by_leader

    @cached_property
    def coverage(self) -> dict[int, tuple[set[int], set[int]]]:
        """{department id: ({organisation ids}, {secretaries' member ids})} on the day of judging, in one statement."""
        departments = {row.department_id for rows in self.portfolios.values() for row in rows if row.department_id}
        if not departments:
            return {}
        covering = in_force(self.day, "coverages__", open_start=True)
        rows = Organisation.objects.filter(covering, coverages__department__in=departments).order_by()
        coverage: dict[int, tuple[set[int], set[int]]] = {}
        for department, place, member, kind, starts, ends in rows.values_list(
            "coverages__department", "pk", "posts__member", "posts__kind", "posts__starts", "posts__ends"
        ):
            places, secretaries = coverage.setdefault(department, (set(), set()))
            places.add(place)
            serves = (starts is None or starts <= self.day) and (ends is None or ends >= self.day)
            if kind == PostKind.SECRETARY and serves:
                secretaries.add(member)
        return coverage

    @cached_property
    def secretaries(self) -> dict[int, set[int]]:
        """{account id: {member ids}}: the branch secretaries of the departments in each leader's portfolio."""
        if not any(duty.source == "talks" and duty.list.level == Level.LEADER for duty in self.duties):
            return {}
        return {leader: self._of_portfolios(rows, 1) for leader, rows in self.portfolios.items()}

    def places_in_charge(self, account: int | None) -> set[int]:
        """Return the ids of the organisations that cover the departments in an account's portfolio."""
        return self._of_portfolios(self.portfolios.get(account or 0, ()), 0)

    def _of_portfolios(self, rows: Iterable[LeaderPortfolio], which: int) -> set[int]:
        departments = [row.department_id for row in rows if row.ends is None or row.ends >= self.day]
        nobody: set[int] = set()
        return nobody.union(*(self.coverage[pk][which] for pk in departments if pk and pk in self.coverage))

    @cached_property
    def _persons(self) -> dict[str, Any]:
        """Where the persons asked for belonged, and the records that name one of them, wherever they were held."""
        homes = Membership.objects.in_force_during(self.span.first, self.span.last).order_by()
        few = len(self.people) <= FEW
        if few:
            homes = homes.filter(member__in=self.people)
        reads: dict[str, Any] = {"homes": homes.values_list("member_id", "organisation_id", "starts", "ends")}
        if any(duty.source == "hours" and duty.list.member_id is not None for duty in self.duties):
            reads |= self._standing_rows(few=few)
        reads |= self._asked_of_members(few=few)
        naming = scope.records_naming(self)
        if naming is not None:
            reads["named"] = naming
        return read_or_each({}, reads, few=few)

    def _standing_rows(self, *, few: bool) -> dict[str, Any]:
        """What says in which months hours are asked of the persons: stages in the Party, standings and absences that spare them."""
        span = (self.span.first, self.span.last)
        rows: dict[str, Any] = {
            "party": StageSpell.objects.in_force_during(*span).filter(stage__in=PARTY_STAGES),
            "stood": PartyStatus.objects.in_force_during(*span).filter(state__in=SPARED),
            "abroad": Away.objects.in_force_during(*span).filter(kind=AwayKind.ABROAD),
        }
        if few:
            rows = {name: found.filter(member__in=self.people) for name, found in rows.items()}
        return {name: found.order_by().values_list("member_id", "starts", "ends") for name, found in rows.items()}

    def _asked_of_members(self, *, few: bool) -> dict[str, Any]:
        """What says who has a vote and which meetings voted; what resolutions give the members to do."""
        of = {
            source: {duty.list.member_id or 0 for duty in self.duties if duty.source == source}
            for source in ("votes", "tasks")
        }
        rows: dict[str, Any] = {}
        if of["votes"]:
            year = (self.span.first, self.span.last)
            spans: dict[str, Any] = {
                "full": StageSpell.objects.in_force_during(*year).filter(stage=MemberStage.FULL),
                "watched": PartyStatus.objects.in_force_during(*year).filter(state=Standing.UNDER_WATCH),
            }
            for name, found in spans.items():
                mine = found.filter(member__in=of["votes"]) if few else found
                rows[name] = mine.order_by().values_list("member_id", "starts", "ends")
            voted = CaseStep.objects.standing().filter(vote__isnull=False, activity__day__range=year)
            rows["voted"] = voted.order_by().values_list("activity_id")
        if of["tasks"]:
            owners = of["tasks"] if few else None
            rows["tasks"] = item_rows(self.span, as_of=self.as_of, owners=owners, start=self.start)
        return rows

    def asked_of_members(self, name: str) -> Sequence[Any]:
        """Return the rows that were read for the sources «votes» (full, watched, voted) and «tasks»."""
        rows: Sequence[Any] = self._persons.get(name, ())
        return rows

    @cached_property
    def _lived(self) -> dict[str, dict[int, list[Span]]]:
        found: dict[str, dict[int, list[Span]]] = {}
        for name in ("party", "stood", "abroad"):
            spans = found.setdefault(name, {})
            for member, starts, ends in self._persons.get(name, ()):
                spans.setdefault(member, []).append((starts or date.min, ends or date.max))
        return found

    def lived(self, member: Member) -> Lived:
        """Return in which days of the year somebody belonged here as a Party member, and was spared hours of study."""
        known = {name: spans.get(member.pk, []) for name, spans in self._lived.items()}
        belonged = [(starts, ends) for _, starts, ends in self.homes.get(member.pk, ())]
        return Lived(belonged, known["party"], [*known["stood"], *known["abroad"]], member.exempt_from)

    @cached_property
    def homes(self) -> dict[int, list[tuple[int, date, date]]]:
        """{member id: [(branch id, first day, last day)]} of the persons asked for."""
        homes: dict[int, list[tuple[int, date, date]]] = {}
        for member, place, starts, ends in self._persons["homes"]:
            homes.setdefault(member, []).append((place, starts, ends or date.max))
        return homes

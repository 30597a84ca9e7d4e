"""Who may make, adjust, report and review duty lists (one function for each question)."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.models import Appointment, OrganisationGrant
from branches.reach.reach import Reach, fresh, reach, reach_of
from branches.reach.rights import ASSIGN, DUTIES, MEMBERS, PUBLISH, REVIEW, ROLES, STRICTLY_BELOW
from common import clock
from common.operator import OPERATOR, Actor
from responsibilities.assigning import assigning, assigns_work
from responsibilities.duties.models import DutyList, DutyReport, Level, ReportState
from responsibilities.duties.selectors.holders import ROLES_OF, holders_of

# Who reports for a branch, whatever he is called.
AT_THE_BRANCH = tuple(key for key, role in ROLES.items() if DUTIES in role.rights and Kind.BRANCH in role.kinds)


def makes(user: Actor, level: str, organisation: Organisation) -> bool:
    """Return whether the user may make and issue lists of a Level at `organisation`: members' also by the roster's keeper."""
    if assigns_work(user, organisation):
        return True
    return level == Level.MEMBER and access.has_right(user, MEMBERS, organisation)


def making(user: Actor) -> Q:
    """Return the condition «the user may make, adjust and issue this list» over DutyList rows."""
    return assigning(user) | (Q(level=Level.MEMBER) & reach(user, MEMBERS))


def require_makes(user: Actor, level: str, organisation: Organisation) -> None:
    """Raise as a loader does unless the user may make lists of this level there."""
    if not makes(user, level, organisation):
        right = MEMBERS if level == Level.MEMBER else ASSIGN
        access.require(user, right, organisation)


def acts_for(user: Actor, duty_list: DutyList, holders: Iterable[User] | None = None) -> bool:
    """Return whether the user answers for a list: he may take note, confirm and report.

    The holders of the day (read here unless given); at a branch also whoever is appointed there with report_duties.
    """
    if user is OPERATOR:
        return True
    if any(holder.pk == user.pk for holder in (holders_of(duty_list) if holders is None else holders)):
        return True
    if duty_list.level != Level.BRANCH:
        return False
    return any(
        seat.organisation == duty_list.organisation_id and seat.role in AT_THE_BRANCH for seat in reach_of(user).seats
    )


def assisted(
    user: Actor, duty_list: DutyList, holders: Iterable[User] | None = None, now: Reach | None = None
) -> User | None:
    """Return the leader in whose name the user reports on a list, or None: he acts for the one person whose list it is.

    now: his rights as read anew, before a write.
    """
    if user is OPERATOR or duty_list.level not in (Level.LEADER, Level.PARTY_GROUP_SECRETARY):
        return None
    principals = (reach_of(user) if now is None else now).principals
    if not principals:
        return None
    holders = holders_of(duty_list) if holders is None else holders
    return next((holder for holder in holders if holder.pk in principals), None)


def require_reports(user: Actor, duty_list: DutyList) -> User | None:
    """Raise Forbidden unless the user may report on a list now; return in whose name he does, None in his own."""
    if acts_for(user, duty_list):
        return None
    leader = assisted(user, duty_list, now=fresh(user))
    if leader is None:
        raise access.Forbidden(DUTIES, duty_list.organisation)
    return leader


def require_acts(user: Actor, duty_list: DutyList) -> None:
    """Raise Forbidden unless the user answers for the list."""
    if not acts_for(user, duty_list):
        raise access.Forbidden(DUTIES, duty_list.organisation)


def _review_place(duty_list: DutyList) -> tuple[str, Organisation] | None:
    """Return (right, organisation) by which a list's reports are judged, or None where nobody stands above."""
    if duty_list.level in (Level.PARTY_GROUP, Level.PARTY_GROUP_SECRETARY):
        return None
    if duty_list.level in (Level.BRANCH, Level.GENERAL_BRANCH):
        return REVIEW, duty_list.organisation
    if duty_list.level == Level.MEMBER:
        return MEMBERS, duty_list.organisation
    place = duty_list.organisation
    return PUBLISH, place if place.kind == Kind.PARTY_GROUP else place.get_root()


def is_judged(duty_list: DutyList) -> bool:
    """Whether anybody stands above a list who judges what is reported of it."""
    return _review_place(duty_list) is not None


def reviews(
    user: Actor, duty_list: DutyList, report: DutyReport | None = None, holders: Iterable[User] | None = None
) -> bool:
    """Return whether the user may accept or return reports of a list: from above, never his own and not as a holder.

    report: the DutyReport in question; its reporter may not judge it. holders: of the list, where they are at hand.
    """
    where = _review_place(duty_list)
    if where is None or user is OPERATOR:
        return where is not None
    if report is not None and report.reported_by_id == user.pk:
        return False
    if acts_for(user, duty_list, holders) or assisted(user, duty_list, holders):
        return False
    return access.has_right(user, *where)


def reviewers(duty_list: DutyList, reporter: Actor) -> list[User]:
    """Return the Users who may judge what `reporter` says of a list, in the order of their accounts; see `reviews`."""
    where = _review_place(duty_list)
    if where is None:
        return []
    right, place = where
    today = clock.today()
    grants = OrganisationGrant.objects.giving(right, today)
    grants = grants.above(place) if right in STRICTLY_BELOW else grants.over(place)
    excluded = {holder.pk for holder in holders_of(duty_list)} | {getattr(reporter, "pk", None)}
    if duty_list.level == Level.BRANCH:
        seats = Appointment.objects.filter(organisation=duty_list.organisation_id, role__in=AT_THE_BRANCH)
        excluded |= set(seats.in_force(today).values_list("user_id", flat=True))
    users = User.objects.filter(pk__in=grants.order_by().values("user"))
    return list(users.exclude(pk__in=[pk for pk in excluded if pk]).order_by("pk"))


def reminds(user: Actor, duty_list: DutyList) -> bool:
    """Return whether the user may remind the holders: whoever makes such lists there or judges what they report."""
    return makes(user, duty_list.level, duty_list.organisation) or reviews(user, duty_list)


def review_queue(user: Actor) -> QuerySet[DutyList]:
    """Return the DutyLists whose reports the user might judge, in one condition: those of which `reviews` says so."""
    seats = reach_of(user).seats
    at_branch = {seat.organisation for seat in seats if seat.role in AT_THE_BRANCH}
    secretary = {seat.organisation for seat in seats if seat.role in ROLES_OF[Level.COMMITTEE]}
    held = {
        level: Q(organisation__in={seat.organisation for seat in seats if seat.role in ROLES_OF[level]})
        for level in (Level.GENERAL_BRANCH, Level.DISCIPLINE)
    }
    branch = Q(level=Level.BRANCH) & reach(user, REVIEW) & ~Q(organisation__in=at_branch)
    general = Q(level=Level.GENERAL_BRANCH) & reach(user, REVIEW) & ~held[Level.GENERAL_BRANCH]
    member = Q(level=Level.MEMBER) & reach(user, MEMBERS) & ~Q(member__account=user.pk or 0)
    leader = Q(level=Level.LEADER) & ~Q(holder=user.pk or 0) & reach(user, PUBLISH)
    # A committee is judged from the root of the tree, and its secretary may be appointed there.
    above = reach(user, PUBLISH, "organisation__parent__") | (Q(organisation__parent=None) & reach(user, PUBLISH))
    committee = Q(level=Level.COMMITTEE) & above & ~Q(organisation__in=secretary)
    committee &= ~Q(organisation__parent__in=secretary) | Q(organisation__parent=None)
    discipline = Q(level=Level.DISCIPLINE) & above & ~held[Level.DISCIPLINE]
    return DutyList.objects.order_by().filter(branch | general | member | leader | committee | discipline)


def reports_to_judge(user: Actor) -> QuerySet[DutyReport]:
    """Return the DutyReports that wait for the user's judgement: of lists below him, never his own."""
    rows = DutyReport.objects.filter(state=ReportState.REPORTED, duty__list__in=review_queue(user))
    return rows.exclude(reported_by=user.pk or 0)

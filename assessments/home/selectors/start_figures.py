"""What an installation holds already: the figures by which the first steps know themselves whether they are done."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q

from assessments.facts import fill as rollups
from branches.access.models import User
from branches.jobs.models import ChangeMark
from branches.places.models.departments import Coverage, Department
from branches.places.models.organisations import Kind, Organisation
from branches.reach.models import Appointment
from branches.reach.rights import SYSTEM_ROLES
from branches.settings.models import Setting
from branches.settings.start import KEY, said_start
from common import clock
from common.operator import Actor
from members.activities.models import Activity
from members.roster.models.members import Member, MemberStage
from members.roster.models.posts import Post, PostKind
from responsibilities.duties.models import DutyList, ListState
from responsibilities.work.models import WorkItem

SECRETARY = "branch_secretary"
COMMITTEE_SECRETARY = "committee_secretary"
# Whoever acts for a branch gets his account by a slip or from his secretary, and the operator makes the committee's first.
NOT_STAFF = (
    "group_leader",
    "branch_officer",
    "organisation_officer",
    SECRETARY,
    "general_branch_secretary",
    COMMITTEE_SECRETARY,
)


@dataclass(frozen=True)
class Figures:
    """Counts within the reach of whoever looks.

    uncovered: names of departments that no organisation covers. led: branches with a secretary who has an account; leaderless:
    names of the others, unknown: of those whose roster names no secretary either. with_account: members who have an account, or
    were offered one. work: business items of the year. lists,
    drafts: duty lists of the year issued and in draft. waiting: changes that the facts do not hold yet. age: when the facts
    were last filled, None: never.
    """

    organisations: int
    branches: int
    departments: int
    uncovered: tuple[str, ...]
    members: int
    probationary: int
    start: date | None
    records: int
    led: int
    leaderless: tuple[str, ...]
    unknown: tuple[str, ...]
    with_account: int
    work: int
    lists: int
    drafts: int
    waiting: int
    age: datetime | None


def start_figures(user: Actor) -> Figures:
    """Return the Figures for `user`, in a constant number of statements."""
    today = clock.today()
    places = Organisation.objects.visible_to(user).filter(archived_on__isnull=True)
    serving = Appointment.objects.in_force(today).filter(
        role=SECRETARY, organisation=OuterRef("pk"), user__is_active=True
    )
    # A deputy acts in the secretary's role; the branch has no secretary by that. An offered file counts like a linked one.
    deputies = Post.objects.in_force(today).filter(kind=PostKind.DEPUTY, organisation=OuterRef("organisation"))
    his = Q(member__account=OuterRef("user")) | Q(member__link_proposal__account=OuterRef("user"))
    serving = serving.exclude(Exists(deputies.filter(his)))
    named = Post.objects.in_force(today).filter(kind=PostKind.SECRETARY, organisation=OuterRef("pk"))
    kinds = list(places.order_by().values_list("kind", flat=True))
    branches = places.filter(kind=Kind.BRANCH).in_tree_order().select_related("parent")
    rows = list(branches.annotate(led=Exists(serving), named=Exists(named)))
    covered = Coverage.objects.in_force(today).filter(department=OuterRef("pk"))
    departments = Department.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=today)).order_by("pk")
    known = list(departments.annotate(covered=Exists(covered)).values_list("name", "covered"))
    people = Member.objects.visible_to(user).filter(stage__in=(MemberStage.FULL, MemberStage.PROBATIONARY)).order_by()
    members = people.aggregate(
        all=Count("pk"),
        new=Count("pk", filter=Q(stage=MemberStage.PROBATIONARY)),
        entering=Count("pk", filter=Q(account__isnull=False) | Q(link_proposal__isnull=False)),
    )
    lists = DutyList.objects.visible_to(user).filter(year=today.year).order_by()
    made = lists.aggregate(
        issued=Count("pk", filter=Q(state=ListState.ISSUED)), drafts=Count("pk", filter=Q(state=ListState.DRAFT))
    )
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    return Figures(
        organisations=len(kinds),
        branches=len(rows),
        departments=len(known),
        uncovered=tuple(name for name, is_covered in known if not is_covered),
        members=members["all"],
        probationary=members["new"],
        start=said_start(),
        records=Activity.objects.visible_to(user).count(),
        led=sum(row.led for row in rows),
        leaderless=tuple(row.label for row in rows if not row.led),
        unknown=tuple(row.label for row in rows if not row.led and not row.named),
        with_account=members["entering"],
        work=WorkItem.objects.visible_to(user).filter(starts__lte=last, ends__gte=first).count(),
        lists=made["issued"],
        drafts=made["drafts"],
        waiting=ChangeMark.objects.count(),
        age=rollups.age(),
    )


def is_young() -> bool:
    """Whether the agency lacks what its secretaries and its figures need: branches, members, a start date, a secretary."""
    has = {
        "branch": Organisation.objects.filter(kind=Kind.BRANCH),
        "member": Member.objects.all(),
        "start": Setting.objects.filter(key=KEY),
        "secretary": Appointment.objects.filter(role=SECRETARY),
    }
    # What is asked is the same of every organisation; one row holds it.
    found = (
        Organisation.objects.order_by()
        .annotate(**{f"has_{name}": Exists(rows.order_by()) for name, rows in has.items()})
        .values_list(*[f"has_{name}" for name in has])
        .first()
    )
    return found is None or not all(found)


@dataclass(frozen=True)
class SystemFigures:
    """What the administrator needs to know: never content. root: whether the first organisation stands.

    staff: accounts that an administrator made for people who work for the committee; those of secretaries and members,
    which slips give, and those of the committee's secretaries, which the operator makes, are none of his.
    """

    root: bool
    secretaries: tuple[str, ...]
    auditors: int
    staff: int


def system_figures() -> SystemFigures:
    """Return the SystemFigures, in a constant number of statements."""
    serving = Appointment.objects.in_force(clock.today()).filter(user__is_active=True)
    roles = list(
        serving.filter(role__in=(COMMITTEE_SECRETARY, "security_auditor"))
        .order_by("pk")
        .values_list("role", "user__name")
    )
    system = Appointment.objects.filter(role__in=SYSTEM_ROLES).order_by().values("user")
    elsewhere = Appointment.objects.filter(role__in=NOT_STAFF).order_by()
    people = User.objects.filter(is_active=True).exclude(pk__in=system)
    return SystemFigures(
        root=Organisation.objects.filter(parent__isnull=True).exists(),
        secretaries=tuple(dict.fromkeys(name for role, name in roles if role == COMMITTEE_SECRETARY)),
        auditors=sum(role == "security_auditor" for role, _ in roles),
        staff=people.exclude(pk__in=elsewhere.values("user")).filter(slips__isnull=True).count(),
    )


def whom_to_ask() -> dict[str, list[str]]:
    """Return {role: names} of the committee's secretaries and of the administrators in service, in one statement."""
    serving = Appointment.objects.in_force(clock.today()).filter(user__is_active=True)
    names: dict[str, list[str]] = {COMMITTEE_SECRETARY: [], "system_administrator": []}
    for role, name in serving.filter(role__in=names).order_by("pk").values_list("role", "user__name"):
        names[role].append(name)
    return names

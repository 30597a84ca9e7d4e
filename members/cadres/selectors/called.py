"""Whom a class calls, and how a class stands with its record."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from branches.places.models.organisations import Organisation, tree_order
from common import clock
from common.periods import add_months
from members.activities.models import ATTENDING, Activity, ActivityState, Attendance
from members.activities.selectors.rosters import is_upper
from members.activities.ties import uncounted_words
from members.cadres.models import ClassRecord, Purpose, TrainingClass
from members.cadres.selectors.classes_had import classes_had
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post
from members.roster.models.standing import MemberStage, StageSpell

# Who took office in so many months before is new.
NEW_MONTHS = 12


def called(training_class: TrainingClass) -> list[Member]:
    """Return the members whom a class calls, in the order of the tree: holders of its posts on its first day, or whom its purpose names.

    An induction calls those of them who are new and attended no class since they took office.
    """
    day = training_class.first
    below = Organisation.objects.within(training_class.organisation).order_by().values("pk")
    if training_class.posts:
        posts = Post.objects.in_force(day).filter(kind__in=training_class.posts, organisation__in=below)
        if training_class.purpose == Purpose.INDUCTION:
            posts = posts.filter(starts__gte=add_months(day, -NEW_MONTHS))
        rows = list(posts.order_by(*tree_order("organisation__"), "pk").select_related("member__home"))
        members = list({row.member_id: row.member for row in rows}.values())
        if training_class.purpose == Purpose.INDUCTION:
            members = _not_inducted(members, {row.member_id: row.starts for row in rows}, day)
        return members
    return list(_by_purpose(training_class, below, day).order_by(*tree_order("home__"), "pk"))


def _not_inducted(members: list[Member], since: dict[int, date | None], day: date) -> list[Member]:
    first = min((one for one in since.values() if one), default=day)
    had = classes_had([row.pk for row in members], first, day, clock.today())
    return [row for row in members if not any(one.day >= (since[row.pk] or date.max) for one in had.get(row.pk, ()))]


def _by_purpose(training_class: TrainingClass, below: QuerySet, day: date) -> QuerySet[Member]:
    homes = Membership.objects.in_force(day).filter(organisation__in=below).order_by().values("member")
    rows = Member.objects.filter(pk__in=homes).select_related("home")
    if training_class.purpose == Purpose.CANDIDATES:
        spells = StageSpell.objects.in_force(day).filter(stage=MemberStage.CANDIDATE).order_by()
        return rows.filter(pk__in=spells.values("member"))
    if training_class.purpose == Purpose.NEW_MEMBERS:
        return rows.filter(joined_on__gt=add_months(day, -NEW_MONTHS), joined_on__lte=day)
    return rows.none()


@dataclass
class ClassLine:
    """A class as lists show it. state: key of its chip; expected, present: people named by its record, None without one.

    standing: why its record does not count, "" where it does or there is none.
    """

    row: TrainingClass
    state: str = "class_planned"
    record: Activity | None = None
    expected: int | None = None
    present: int | None = None
    absent: list[str] = field(default_factory=list)
    standing: str = ""


def lines_of(classes: Iterable[TrainingClass]) -> list[ClassLine]:
    """Return a ClassLine for each class, in their order; a constant number of statements."""
    classes = list(classes)
    ties = ClassRecord.objects.active().with_confirmed().filter(training_class__in=classes)
    ties = ties.select_related("activity__organisation__parent").prefetch_related("activity__judgements").order_by("pk")
    records: dict[int, ClassRecord] = {}
    for tie in ties:
        records.setdefault(tie.training_class_id, tie)
    people = _people([tie.activity_id for tie in records.values()])
    found = []
    for row in classes:
        line = ClassLine(row)
        found_tie = records.get(row.pk)
        if found_tie is not None:
            _with_record(line, found_tie, people.get(found_tie.activity_id, []))
        elif row.cancelled_on is not None:
            line.state = "class_cancelled"
        elif row.last < clock.today():
            line.state = "class_due"
        found.append(line)
    return found


def _with_record(line: ClassLine, tie: ClassRecord, people: list[tuple[str, str]]) -> None:
    activity = tie.activity
    line.record = activity
    line.expected, line.present = len(people), sum(state in ATTENDING for _, state in people)
    line.absent = [name for name, state in people if state not in ATTENDING]
    # What an upper level records of itself counts from submission on, and so does its tie.
    confirmed = tie.is_confirmed or is_upper(activity.organisation)
    line.standing = uncounted_words(activity, list(activity.judgements.all()), is_confirmed=confirmed)
    if activity.state in (ActivityState.DRAFT, ActivityState.RETURNED):
        line.state = "class_open"
    elif activity.state != ActivityState.PLANNED:
        line.state = "class_held"


def _people(records: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    rows = Attendance.objects.filter(activity__in=records).order_by(*tree_order("member__home__"), "member")
    for activity, name, state in rows.values_list("activity_id", "member__name", "state"):
        found.setdefault(activity, []).append((name, state))
    return found


def near(organisations: Collection[int], day: date) -> QuerySet[TrainingClass]:
    """Return the classes planned at some organisations (ids) about a day: a record may be one of them."""
    rows = TrainingClass.objects.filter(organisation__in=organisations, cancelled_on__isnull=True)
    return rows.filter(Q(first__range=(add_months(day, -1), add_months(day, 1))))

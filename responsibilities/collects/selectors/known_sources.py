"""The sources of what the system knows about organisations: each read once, a constant number of statements."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from branches.places.models.departments import Coverage
from branches.places.models.organisations import Kind, Organisation
from branches.places.models.terms import Term
from common.periods import YEAR, Period
from members.activities.models import Resolution
from members.measures import activity_counts, attendance_counts
from members.roster.models.members import Membership
from members.roster.models.posts import Post
from responsibilities.requirements.selectors import Requirement, requirements
from responsibilities.supervision.models import Supervision, SupervisionState
from responsibilities.work.models import SyncState, WorkCarrier
from responsibilities.work.stages import DUE, sync_points


class Sources:
    """The rows of each source, read once: organisations is a list of ids, day the day of judging."""

    def __init__(self, organisations: Iterable[int], day: date):
        self.ids, self.day = list(organisations), day
        self.year = Period.containing(YEAR, day)

    @cached_property
    def roster(self) -> list[tuple[int, str, str, date | None]]:
        """[(branch, stage, sex, joined_on)] of the people who belong to them on the day."""
        rows = Membership.objects.in_force(self.day).filter(organisation__in=self.ids).order_by()
        return list(rows.values_list("organisation_id", "member__stage", "member__sex", "member__joined_on"))

    @cached_property
    def posts(self) -> list[tuple[int, str, int, str]]:
        """[(organisation, kind, member, name)] of the posts held on the day."""
        rows = Post.objects.in_force(self.day).filter(organisation__in=self.ids).order_by("pk")
        return list(rows.values_list("organisation_id", "kind", "member_id", "member__name"))

    @cached_property
    def groups(self) -> list[int]:
        rows = Organisation.objects.existing(self.day).filter(kind=Kind.SMALL_GROUP, parent__in=self.ids)
        return list(rows.order_by().values_list("parent_id", flat=True))

    @cached_property
    def terms(self) -> list[tuple[int, date]]:
        rows = Term.objects.filter(organisation__in=self.ids, closed_on__isnull=True)
        return list(rows.values_list("organisation_id", "expires"))

    @cached_property
    def departments(self) -> list[int]:
        rows = Coverage.objects.in_force(self.day).filter(organisation__in=self.ids)
        return list(rows.order_by().values_list("organisation_id", flat=True))

    @cached_property
    def activities(self) -> list[tuple[int, str, int]]:
        return list(activity_counts(self.year.first, self.day, self.ids))

    @cached_property
    def attendance(self) -> list[tuple[int, str, int]]:
        return list(attendance_counts(self.year.first, self.day, self.ids))

    @cached_property
    def owed(self) -> list[Requirement]:
        return [row for row in requirements(self.year, organisations=self.ids, as_of=self.day) if row.applies]

    @cached_property
    def stages(self) -> list[tuple[int, SyncState]]:
        """[(organisation that leads, state)] of the points owed this year."""
        items = WorkCarrier.objects.order_by().filter(organisation__in=self.ids).values("item")
        points = sync_points(items, as_of=self.day, first=self.year.first, last=self.year.last)
        return [(point.carriers[0], point.state) for point in points if point.carriers and point.state in DUE]

    @cached_property
    def resolutions(self) -> list[int]:
        rows = Resolution.objects.tasks().filter(activity__organisation__in=self.ids, done_on__isnull=True)
        return list(rows.order_by().values_list("activity__organisation_id", flat=True))

    @cached_property
    def supervisions(self) -> list[int]:
        rows = Supervision.objects.filter(organisation__in=self.ids, holder__isnull=True)
        rows = rows.exclude(state=SupervisionState.CLOSED).order_by()
        return list(rows.values_list("organisation_id", flat=True))

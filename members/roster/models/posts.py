"""Party posts held by members between two dates; not to be confused with appointments, which give rights."""

from django.db import models
from django.db.models import F, Q

from branches.places.models.organisations import Kind
from branches.reach.querysets import ScopedQuerySet
from common.dated import DatedQuerySet


class PostKind(models.TextChoices):
    SECRETARY = "secretary", "书记"
    DEPUTY = "deputy", "副书记"
    FULL_TIME_DEPUTY = "full_deputy", "专职副书记"
    ORGANISATION = "organisation", "组织委员"
    PUBLICITY = "publicity", "宣传委员"
    DISCIPLINE = "discipline", "纪检委员"
    YOUTH = "youth", "青年委员"
    WELFARE = "welfare", "群工委员"
    COMMISSIONER = "commissioner", "委员"
    GROUP_LEADER = "group_leader", "党小组组长"


# A seat on the committee; three held seats make a committee (decisions 16).
COMMITTEE_SEATS = tuple(kind for kind in PostKind if kind != PostKind.GROUP_LEADER)
COMMITTEE_MINIMUM = 3
# A Party group has a secretary, deputies and members, no officers and no term of office (党组工作条例).
PARTY_GROUP_SEATS = (PostKind.SECRETARY, PostKind.DEPUTY, PostKind.COMMISSIONER)
# Above the branch a title names the level: a member of the roster holds it beside what he is in his branch.
_LEVELS = {Kind.PARTY_GROUP: "党组", Kind.COMMITTEE: "机关党委", Kind.GENERAL_BRANCH: "党总支"}


def seat_label(kind: str, place: str) -> str:
    """Return the title of a seat at a Kind of organisation, as a ledger's column 党内职务 names it: 党组成员, 机关党委书记."""
    if place == Kind.PARTY_GROUP and kind == PostKind.COMMISSIONER:
        return "党组成员"
    return f"{_LEVELS.get(Kind(place), '')}{PostKind(kind).label}"


def seat_problem(kind: str, place: str) -> str:
    """Return why a seat cannot be kept at a Kind of organisation, "" where it can."""
    if place == Kind.PARTY_GROUP and kind not in PARTY_GROUP_SEATS:
        return "党组只设书记、副书记和成员。"
    if kind == PostKind.FULL_TIME_DEPUTY and place != Kind.COMMITTEE:
        return "专职副书记只设在机关党委。"
    return ""


class PostQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    # A post of the ledger has no start: it has been held since before (decisions 16).
    open_start = True


class Post(models.Model):
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="posts")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="posts")
    kind = models.CharField("党内职务", max_length=15, choices=PostKind.choices)
    starts = models.DateField("起", null=True, blank=True)
    ends = models.DateField("止", null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党内职务"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "organisation", "kind"],
                condition=Q(ends__isnull=True),
                name="post_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(starts__isnull=True) | Q(ends__gte=F("starts")),
                name="post_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.label}"

    @property
    def label(self) -> str:
        """The title with its level, where it is held above the branch; reads the organisation."""
        return seat_label(self.kind, self.organisation.kind)

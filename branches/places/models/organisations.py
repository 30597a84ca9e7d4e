"""Party organisations: the tree of today (MPTT) and its dated versions."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from mptt.managers import TreeManager
from mptt.models import MPTTModel, TreeForeignKey
from mptt.querysets import TreeQuerySet

from branches.reach.intervals import above, tree_order, within
from branches.reach.querysets import ScopedQuerySet
from branches.reach.rights import ORGANISATION_RIGHTS

BEGINNING = date(1921, 7, 1)


class Kind(models.TextChoices):
    PARTY_GROUP = "party_group", "党组"
    COMMITTEE = "committee", "机关党委"
    GENERAL_BRANCH = "general_branch", "党总支"
    BRANCH = "branch", "党支部"
    SMALL_GROUP = "small_group", "党小组"


# Which kinds may stand directly below which (domain truth 1).
ALLOWED_CHILDREN: dict[str, set[Kind]] = {
    Kind.PARTY_GROUP: {Kind.COMMITTEE},
    Kind.COMMITTEE: {Kind.GENERAL_BRANCH, Kind.BRANCH},
    Kind.GENERAL_BRANCH: {Kind.BRANCH},
    Kind.BRANCH: {Kind.SMALL_GROUP},
    Kind.SMALL_GROUP: set(),
}


class OrganisationQuerySet(TreeQuerySet, ScopedQuerySet):
    organisation_path = ""

    def root(self) -> Any:
        """The organisation at the top of the tree, or None before there is any."""
        return self.filter(parent__isnull=True).first()

    def within(self, top: "Organisation") -> Self:
        """Organisations at `top` or below it."""
        return self.filter(within(top, ""))

    def above(self, place: "Organisation") -> Self:
        """Organisations strictly above `place`."""
        return self.filter(above(place, ""))

    def under_nearest(self, kinds: Iterable[str], place: "Organisation") -> Self:
        """Organisations strictly below the nearest one above `place` that is of one of `kinds`."""
        top = type(self)(self.model, using=self._db).above(place).filter(kind__in=kinds).order_by("-lft")
        edges = top.values("lft", "rght")[:1]
        return self.filter(tree_id=place.tree_id, lft__gt=edges.values("lft"), rght__lt=edges.values("rght"))

    def in_tree_order(self) -> Self:
        """From the root down, each organisation before those below it."""
        return self.order_by(*tree_order())

    def existing(self, day: date) -> Self:
        """Organisations founded by `day` and not archived before it."""
        return self.filter(Q(founded__isnull=True) | Q(founded__lte=day)).filter(
            Q(archived_on__isnull=True) | Q(archived_on__gte=day)
        )


class Organisation(MPTTModel):
    """A node of the tree. Written by branches/tree.py only."""

    name = models.CharField("党组织全称", max_length=200)
    name_key = models.CharField(max_length=200, unique=True, editable=False)
    short_name = models.CharField("简称", max_length=100)
    initials = models.CharField(max_length=100, blank=True, editable=False)
    kind = models.CharField("组织类别", max_length=20, choices=Kind.choices)
    parent = TreeForeignKey(
        "self",
        verbose_name="上级党组织",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    founded = models.DateField("成立日期", null=True, blank=True)
    archived_on = models.DateField("撤销日期", null=True, blank=True)
    # It joined later than the agency began (branches/settings/joining.py); none: with the agency.
    kept_from = models.DateField("起记日期", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    # The version as an import left it; another value or none: made or changed by hand (decisions 12).
    imported_version = models.PositiveIntegerField(null=True, editable=False)

    objects = TreeManager.from_queryset(OrganisationQuerySet)()

    class Meta:
        verbose_name = verbose_name_plural = "党组织"
        default_permissions = ()
        permissions = ORGANISATION_RIGHTS
        base_manager_name = "objects"
        # Declared here because mptt silently leaves its index out when Meta names others.
        indexes = [models.Index(fields=["tree_id", "lft"], name="organisation_tree")]
        constraints = [
            models.UniqueConstraint(fields=["level"], condition=Q(parent__isnull=True), name="organisation_one_root"),
            models.CheckConstraint(
                condition=Q(kind="party_group", parent__isnull=True)
                | (~Q(kind="party_group") & Q(parent__isnull=False)),
                name="organisation_root_is_party_group",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="organisation_kind_known"),
            models.CheckConstraint(
                condition=Q(archived_on__isnull=True)
                | Q(founded__isnull=True)
                | Q(archived_on__gte=models.F("founded")),
                name="organisation_archived_after_founded",
            ),
        ]

    def __str__(self):
        return self.short_name or self.name

    def contains(self, place: "Organisation") -> bool:
        """Whether `place` is this organisation or lies below it."""
        return self.tree_id == place.tree_id and self.lft <= place.lft and place.rght <= self.rght

    @property
    def position(self) -> tuple[int, int]:
        """What puts organisations in the order of the tree."""
        return self.tree_id, self.lft

    @property
    def label(self) -> str:
        """Short name; a small group carries its branch, because 第一党小组 alone names nothing."""
        if self.kind == Kind.SMALL_GROUP and not self.short_name.startswith(str(self.parent)):
            return f"{self.parent}{self.short_name}"
        return self.short_name or self.name


class OrganisationVersion(models.Model):
    """What an organisation was called and where it stood between two days, both included."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    parent = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    starts = models.DateField()
    ends = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["starts", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(ends__isnull=True), name="version_one_open"),
            models.UniqueConstraint(fields=["organisation", "starts"], name="version_one_a_day"),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=models.F("starts")),
                name="version_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.short_name} {self.starts}"

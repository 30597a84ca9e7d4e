"""Party posts held by members between two dates; not to be confused with appointments, which give rights."""

from django.db import models
from django.db.models import F, Q

from branches.reach.querysets import ScopedQuerySet
from common.dated import DatedQuerySet


class PostKind(models.TextChoices):
    SECRETARY = "secretary", "书记"
    DEPUTY = "deputy", "副书记"
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
        return f"{self.member} {self.get_kind_display()}"

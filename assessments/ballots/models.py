"""Counts of paper ballots of a recorded meeting (mechanisms 0.9): how many of each level, how many invalid, how many issued."""

from django.db import models
from django.db.models import F, Q

INVALID = "无效"


class Tally(models.Model):
    """What was counted of one vote.

    about: what was voted on. activity: the record of the meeting at which it was; None only of counts from before they named one.
    levels: {level: ballots}, names: the levels in their order; who voted how is nowhere. invalid: blanks and double marks. expected: ballots issued.
    """

    about = models.CharField(max_length=60)
    activity = models.ForeignKey("members.Activity", null=True, on_delete=models.PROTECT, related_name="+")
    levels = models.JSONField()
    names = models.JSONField(default=list)
    invalid = models.PositiveIntegerField("无效票", default=0)
    expected = models.PositiveIntegerField("发出票数")

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(expected__gte=F("invalid")), name="tally_invalid_among_the_issued"),
        ]

    def __str__(self) -> str:
        said = [f"{name} {self.levels[name]}" for name in self.names if self.levels[name]]
        return "，".join(said + ([f"{INVALID} {self.invalid}"] if self.invalid else []))

    @property
    def valid(self) -> int:
        return sum(self.levels.values())

    @property
    def in_words(self) -> str:
        """The counts with how many were issued: 好 12，较好 3，无效 1（发出 17）."""
        return f"{self}（发出 {self.expected}）"

"""Stored quantities, written by assessments/facts/fill.py only."""

from django.db import models
from django.db.models import Q

from branches.reach.querysets import ScopedQuerySet


class Fact(models.Model):
    """A measure of an organisation in a period: its own value, and the value with all below it.

    `state`, `due`, `waiting`, `returned` stand on requirement facts of the organisation that owes them, not on totals.
    """

    family = models.CharField(max_length=20)
    measure = models.CharField(max_length=50)
    # The unique key begins with it, and serves as its index.
    organisation = models.ForeignKey(
        "branches.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    period = models.CharField(max_length=7)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(null=True)
    late = models.BigIntegerField(default=0)
    overdue = models.BigIntegerField(default=0)
    own_numerator = models.BigIntegerField(default=0)
    own_denominator = models.BigIntegerField(null=True)
    own_late = models.BigIntegerField(default=0)
    own_overdue = models.BigIntegerField(default=0)
    state = models.CharField(max_length=15, blank=True)
    due = models.DateField(null=True)
    waiting = models.BooleanField(default=False)
    returned = models.BigIntegerField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["organisation", "period", "measure"], name="fact_of_place")]
        indexes = [
            models.Index(fields=["family", "period"], name="fact_slot"),
            models.Index(fields=["period", "state", "due", "organisation"], name="fact_owed", condition=~Q(state="")),
            # A list of a whole year begins with its first page: in order, without what the other periods hold.
            models.Index(fields=["state", "due", "organisation"], name="fact_owed_in_order", condition=~Q(state="")),
        ]

    def __str__(self):
        return f"{self.measure} {self.period} {self.organisation_id}"


class FactPart(models.Model):
    """What one thing (a business work, a duty list) adds to the own values of organisations in a slot of its family.

    thing: its id. own: [[organisation id, measure, numerator, denominator or None, late, overdue, and a date where it has
    one, and true where it is begun], …], in the order of both.
    """

    family = models.CharField(max_length=20)
    thing = models.BigIntegerField()
    period = models.CharField(max_length=7)
    own = models.JSONField()
    # The day on which it may be another though nobody writes; None: never, or a whole slot is judged anew each day.
    turns = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["family", "thing", "period"], name="fact_part_once")]
        indexes = [
            models.Index(fields=["family", "period"], name="fact_part_slot"),
            models.Index(fields=["family", "turns"], name="fact_part_turns", condition=Q(turns__isnull=False)),
        ]

    def __str__(self):
        return f"{self.family} {self.thing} {self.period}"


class FillState(models.Model):
    """One row per measure family and slot: STARTED means a fill died half-way and is undone by the next."""

    class State(models.TextChoices):
        STARTED = "started"
        DONE = "done"

    family = models.CharField(max_length=20)
    period = models.CharField(max_length=7)
    state = models.CharField(max_length=8, choices=State.choices)
    as_of = models.DateField()
    changed = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["family", "period"], name="fill_slot_once")]

    def __str__(self):
        return f"{self.family} {self.period} {self.state}"

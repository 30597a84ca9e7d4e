"""Transfers of a member's organisation: inside the agency with both ends, out of it with a letter, into it from elsewhere."""

from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach
from branches.reach.rights import VIEW
from branches.settings import dated
from branches.settings.dated import Timeline
from common import clock
from common.operator import Actor

LETTER_DAYS = "letter_days"


class TransferKind(models.TextChoices):
    INSIDE = "inside", "机关内转接"
    OUT = "out", "转出本机关"
    IN = "in", "转入本机关"


class TransferState(models.TextChoices):
    ASKED = "asked", "待接收"
    ISSUED = "issued", "已开介绍信"
    RECEIVED = "received", "已接收"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN = (TransferState.ASKED, TransferState.ISSUED)


class TransferQuerySet(ScopedQuerySet):
    def visible_to(self, user: Actor, right: str = VIEW) -> Self:
        """To be read, and acted on, from either end; which act belongs to which end is asked by the loaders."""
        return self.filter(reach(user, right, "giver__") | reach(user, right, "taker__"))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def to_receive(self, user: Actor, right: str) -> Self:
        """Those that wait for an end at which `user` holds the right: asked of his branch."""
        return self.filter(reach(user, right, "taker__"), kind=TransferKind.INSIDE, state=TransferState.ASKED)

    def given(self, user: Actor, right: str) -> Self:
        """Those that were asked from an end at which `user` holds the right."""
        return self.filter(reach(user, right, "giver__"))


class Transfer(models.Model):
    """One transfer. Until it is received the branch that gives answers for the member (教育管理条例 article 25).

    giver: the branch that is left, none of one who comes from elsewhere. taker: the branch that receives, none of one who
    leaves the agency. outside: the organisation outside, where one end is there. issued_on: the day of the letter; inside, of asking.
    """

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="transfers")
    kind = models.CharField("类型", max_length=10, choices=TransferKind.choices)
    giver = models.ForeignKey(
        "branches.Organisation",
        verbose_name="转出党支部",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    taker = models.ForeignKey(
        "branches.Organisation",
        verbose_name="转入党支部",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    outside = models.CharField("本机关以外的党组织", max_length=100, blank=True)
    letter = models.CharField("介绍信编号", max_length=40, blank=True)
    asked_on = models.DateField("提出日期")
    issued_on = models.DateField("开出日期", null=True, blank=True)
    # The month up to which the branch that is left collects the dues: its last day.
    dues_until = models.DateField("党费交至", null=True, blank=True)
    received_on = models.DateField("接收日期", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=TransferState.choices, default=TransferState.ASKED)
    reason = models.CharField("转接原因", max_length=100, blank=True)
    return_reason = models.CharField("退回、撤回原因", max_length=200, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "组织关系接转"
        default_permissions = ()
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(state__in=["asked", "issued"]), name="transfer_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=TransferState.values), name="transfer_state_known"),
            models.CheckConstraint(
                condition=Q(kind="inside", giver__isnull=False, taker__isnull=False)
                | Q(kind="out", giver__isnull=False, taker__isnull=True)
                | Q(kind="in", giver__isnull=True, taker__isnull=False),
                name="transfer_ends_of_its_kind",
            ),
            models.CheckConstraint(condition=Q(kind="inside") | ~Q(outside=""), name="transfer_outside_is_named"),
            models.CheckConstraint(
                condition=Q(state="received", received_on__isnull=False)
                | (~Q(state="received") & Q(received_on__isnull=True)),
                name="transfer_received_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True) | Q(issued_on__isnull=True) | Q(received_on__gte=F("issued_on")),
                name="transfer_received_after_issued",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(return_reason=""), name="transfer_returned_with_reason"
            ),
            models.CheckConstraint(condition=~Q(state="issued") | ~Q(letter=""), name="transfer_issued_with_letter"),
        ]
        indexes = [models.Index(fields=["state", "taker"], name="transfer_waiting")]

    def __str__(self):
        return f"{self.member} {self.get_kind_display()}"

    @property
    def organisation(self) -> Any:
        """Where the transfer belongs: the end that gives, of somebody from elsewhere the one that takes."""
        return self.giver or self.taker

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def from_words(self) -> str:
        return self.giver.label if self.giver else self.outside

    @property
    def to_words(self) -> str:
        return self.taker.label if self.taker else self.outside

    def valid_until(self, line: Timeline) -> date | None:
        """Return the last day on which its letter is good by the timeline of the setting; None without one."""
        if self.state != TransferState.ISSUED or self.issued_on is None:
            return None
        return self.issued_on + timedelta(days=int(dated.at(line, self.issued_on)))

    def look_by(self, line: Timeline) -> str:
        """Return the key of its chip; a letter that ran out is shown as that."""
        until = self.valid_until(line)
        return "transfer_expired" if until is not None and until < clock.today() else f"transfer_{self.state}"

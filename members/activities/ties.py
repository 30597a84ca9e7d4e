"""Ties of records to the subjects they belong to, such as a campaign or a lent place (RecordTie).

A subject keeps a table of its own of this shape, unique over (activity, subject) while the tie stands. A tie made with the
record is confirmed by its acceptance, a later one by whoever reviews the branch; taken back with a reason, never deleted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from branches.access.beside import givers_of
from branches.access.resets import barred
from branches.places.models.organisations import Kind
from branches.reach.models import Appointment
from branches.reach.querysets import ScopedQuerySet
from common.operator import Actor, account_of
from members.activities.models import COUNTING_STATES, Activity, ActivityJudgement, ActivityState, ActivityWriter
from members.activities.selectors.counting import below
from members.activities.writers import wrote


class TieSource(models.TextChoices):
    SYSTEM = "system", "系统建议"
    PERSON = "person", "登记人选择"


def accepted_by_another(branch: str) -> Q:
    """Return the condition «made with the record, which a reviewer who did not make the tie has accepted», for rows with
    `activity`, `added`, `added_by`.

    branch: path to whose work it shows. Whoever acts for that branch, as its secretary does who accepts the records of its
    small groups, confirms nothing of its work by that.
    """
    with_the_record = Q(
        activity__state=ActivityState.ACCEPTED,
        activity__no_reviewer=False,
        activity__reviewer__isnull=False,
        added__lte=F("activity__submitted_at"),
    )
    by_another = Q(added_by__isnull=True) | ~Q(added_by=F("activity__reviewer"))
    own = Appointment.objects.filter(user=OuterRef("activity__reviewer"), organisation=OuterRef(branch))
    return with_the_record & by_another & (~Q(activity__organisation__kind=Kind.SMALL_GROUP) | Q(~Exists(own)))


def said_since_corrected() -> Q:
    """Return the condition «somebody has confirmed it, and the record was not corrected since»."""
    uncorrected = Q(activity__revised_at__isnull=True) | Q(confirmed_at__gt=F("activity__revised_at"))
    return Q(confirmed_at__isnull=False) & uncorrected


def waits_with_its_record() -> Q:
    """Return the condition «made with a record that waits for its review»: it is confirmed with that, not by itself."""
    return Q(activity__state=ActivityState.SUBMITTED, added__lte=F("activity__submitted_at"))


def tie_confirmed() -> Q:
    """Return the condition «this tie was confirmed by somebody else» over the rows of any RecordTie."""
    return said_since_corrected() | accepted_by_another("activity__organisation__parent")


class RecordTieQuerySet(ScopedQuerySet):
    organisation_path = "activity__organisation__"

    def active(self) -> Self:
        """Ties that were not taken back."""
        return self.filter(removed_at__isnull=True)

    def with_confirmed(self) -> Self:
        """Ties with `is_confirmed`."""
        yes = Case(When(tie_confirmed(), then=Value(True)), default=Value(False))
        return self.annotate(is_confirmed=yes)

    def waiting(self) -> Self:
        """Standing ties that wait for a yes of their own: made after the record was submitted."""
        rows = self.active().filter(activity__state__in=COUNTING_STATES)
        return rows.with_confirmed().filter(is_confirmed=False).exclude(waits_with_its_record())

    def counting(self) -> Self:
        """Ties that count: standing, confirmed, of a record that counts for any of its hosts."""
        judged = ActivityJudgement.objects.filter(activity=OuterRef("activity"), valid=True)
        return self.active().filter(tie_confirmed(), Exists(judged), activity__state__in=COUNTING_STATES)


class RecordTie(models.Model):
    """That a record belongs to something; the subject's table adds what it belongs to."""

    activity = models.ForeignKey("members.Activity", on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=8, choices=TieSource.choices, default=TieSource.PERSON)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    remove_reason = models.CharField("撤下原因", max_length=200, blank=True)

    objects = RecordTieQuerySet.as_manager()
    # Set by with_confirmed().
    is_confirmed: bool

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return str(self.activity)


def tie_constraints(name: str, subject: str) -> list[models.BaseConstraint]:
    """Return the constraints that the table of a subject carries. name: prefix of their names; subject: the foreign key."""
    return [
        models.UniqueConstraint(
            fields=["activity", subject], condition=Q(removed_at__isnull=True), name=f"{name}_tied_once"
        ),
        models.CheckConstraint(
            condition=Q(removed_at__isnull=True) | ~Q(remove_reason=""), name=f"{name}_untied_with_reason"
        ),
        models.CheckConstraint(
            condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("added_by")), name=f"{name}_confirmed_by_another"
        ),
    ]


@dataclass(frozen=True)
class TieTable:
    """One subject's ties, for the services that all of them share.

    model: its RecordTie. field: the foreign key to the subject. verb: first word of the entries ("campaign"). name: what a
    record belongs to, in Chinese. mark: leaves the change marks of a tie that was made, confirmed or taken back. read: paths of
    what a list reads along, so that each subject can say its name.
    """

    model: type[RecordTie]
    field: str
    verb: str
    name: str
    mark: Callable[[Any], None]
    read: tuple[str, ...] = ()

    @property
    def rows(self) -> RecordTieQuerySet:
        return self.model._default_manager.all()


NOT_CONFIRMABLE = "这是您本人关联的，由其他有审核权的人确认。"


def why_not_confirm(user: Actor, tie: Any) -> str:
    """Return why `user`, who reviews the branch, may not confirm a tie or link himself, or "".

    tie: a row with `activity`, `added_by`, `added`.
    """
    account = account_of(user)
    if account is None:
        return ""
    if tie.added_by_id == account.pk:
        return NOT_CONFIRMABLE
    if tie.activity is not None and wrote(user, tie.activity):
        return "您登记、修改或提交过这条记录，由其他有审核权的人确认。"
    if type(tie)._default_manager.filter(barred(account.pk, "added_by", "added"), pk=tie.pk).exists():
        return "关联人的口令刚由您申请或确认重置，请由另一位同志确认。"
    if tie.added_by_id in givers_of(account):
        return "您的一次性口令由关联人发放不久，请由另一位同志确认。"
    return ""


def confirmable(rows: Any, user: Actor) -> Any:
    """Leave out of ties or links those that `user` may not confirm himself: the conditions of `why_not_confirm`, for lists."""
    if account_of(user) is None:
        return rows.none()
    written = ActivityWriter.objects.filter(user=user.pk).order_by().values("activity")
    rows = rows.exclude(added_by=user.pk).exclude(activity__in=written).exclude(activity__author=user.pk)
    return rows.exclude(added_by__in=givers_of(user)).exclude(barred(user.pk or 0, "added_by", "added"))


_STATES = {
    ActivityState.PLANNED: "尚未开展",
    ActivityState.DRAFT: "尚未提交",
    ActivityState.RETURNED: "记录已退回",
    ActivityState.CANCELLED: "记录已取消",
}


def why_uncounted(activity: Activity, judged: Iterable[ActivityJudgement]) -> str:
    """Return why a record does not count in a few words, "" where it does.

    judged: of the record, for the hosts that count for the subject; who has not confirmed a joint record is not among them.
    """
    rows = list(judged)
    if activity.state in _STATES:
        return _STATES[ActivityState(activity.state)]
    if not rows:
        return "举办组织尚未确认"
    return "" if any(row.valid for row in rows) else below(rows[0].present, rows[0].needed)


def uncounted_words(activity: Activity, judged: Iterable[ActivityJudgement], *, is_confirmed: bool) -> str:
    """Return 「已关联，未计入：…」 with why a tied record does not count, "" where it does. judged: as of `why_uncounted`."""
    why = why_uncounted(activity, judged)
    if not why and not is_confirmed:
        why = "记录待审核" if activity.state == ActivityState.SUBMITTED else "关联待上级确认"
    return f"已关联，未计入：{why}" if why else ""

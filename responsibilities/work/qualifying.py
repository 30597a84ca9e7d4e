"""Which records may show a stage, and how a link stands (judgement 3.5): one answer for judging, service, picker and form."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Case, F, When

from branches.places.models.organisations import Kind, Organisation
from branches.reach.models import Appointment
from members.activities.models import ActivityKindCode as Code
from members.activities.models import ActivityState
from members.activities.selectors.counting import below
from members.activities.selectors.then import Then
from responsibilities.work.models import StageEvidence

# What a record of these kinds alone did for the work nobody can tell from it.
CANNOT_SHOW = frozenset({Code.TALK, Code.DUES, Code.ELECTION, Code.MEMBER_REVIEW})
# The branch of a small group that hosts, None for every other host: a group has no work of its own, its people are the branch's.
BRANCH_OF_GROUP: Any = Case(When(organisation__kind=Kind.SMALL_GROUP, then=F("organisation__parent")), default=None)


class Standing(models.TextChoices):
    """How a link stands as proof of a point."""

    COUNTS = "counts", "计入"
    TO_CONFIRM = "to_confirm", "待确认"
    TOO_EARLY = "too_early", "过早"
    UNSUBMITTED = "unsubmitted", "尚未提交"
    RETURNED = "returned", "记录已退回"
    CANCELLED = "cancelled", "已取消"
    UNFIT = "unfit", "这类记录看不出与业务的关系"
    FOREIGN = "foreign", "不是承办组织或其上级组织的活动"
    SHORT = "short", "不足法定人数"
    AFTER = "after", "考核期截止后开展，不计入当期"


_STATES = {
    ActivityState.PLANNED: Standing.UNSUBMITTED,
    ActivityState.DRAFT: Standing.UNSUBMITTED,
    ActivityState.RETURNED: Standing.RETURNED,
    ActivityState.CANCELLED: Standing.CANCELLED,
}


class HostKind(NamedTuple):
    """A record as it was judged for one host and kind. branch: of the host, where it is a small group, else None."""

    organisation: int
    branch: int | None
    kind: str
    valid: bool
    present: int | None = None
    needed: int | None = None

    def of(self, places: Collection[int]) -> bool:
        """Whether the host is one of `places` (ids), or a small group of one."""
        return self.organisation in places or self.branch in places


def shows(codes: Iterable[str]) -> bool:
    """Whether a record of these kinds can show what was done for the work at all."""
    return any(code not in CANNOT_SHOW for code in codes)


def fault_of(state: str, hosts: Iterable[HostKind], allowed: Collection[int]) -> tuple[Standing, str]:
    """Return (COUNTS, "") for a record that may show a point, else why it may not: how it stands, and a phrase.

    hosts: as it was judged for each host and kind; who has not confirmed a joint record is not among them. allowed: ids of
    who carries the item on the business date and of what stands above (SyncPoint.allowed).
    """
    if state in _STATES:
        standing = _STATES[ActivityState(state)]
        return standing, standing.label
    showing = [row for row in hosts if shows([row.kind])]
    if not showing:
        return Standing.UNFIT, Standing.UNFIT.label
    own = [row for row in showing if row.of(allowed)]
    if not own:
        return Standing.FOREIGN, Standing.FOREIGN.label
    if any(row.valid for row in own):
        return Standing.COUNTS, ""
    return Standing.SHORT, below(own[0].present, own[0].needed)


def confirmed_then(link: StageEvidence, record: Then) -> bool:
    """Return `confirmed` of a link as its record stood on an earlier day, before it was corrected."""
    said = link.confirmed_at is not None and (record.revised is None or link.confirmed_at > record.revised)
    with_the_record = record.reviewer is not None and record.submitted is not None and link.added <= record.submitted
    read = not link.by_hand or not record.together
    by_another = link.added_by_id != record.reviewer and not _own_group(link, record)
    return said or (with_the_record and by_another and read)


def _own_group(link: StageEvidence, record: Then) -> bool:
    """Whether the record is a small group's and was accepted by somebody of the branch whose work it shows."""
    if link.branch_id is None or link.branch_id == record.organisation:
        return False
    group = Organisation.objects.filter(pk=record.organisation, kind=Kind.SMALL_GROUP)
    return group.exists() and Appointment.objects.filter(user=record.reviewer, organisation=link.branch_id).exists()


def hosts_then(records: Collection[Then], as_of: date) -> dict[int, list[HostKind]]:
    """Return {record: [HostKind]} of records as they stood on `as_of`, before they were corrected."""
    if not records:
        return {}
    places = {row.organisation for record in records for row in record.judged}
    groups = Organisation.objects.filter(pk__in=places, kind=Kind.SMALL_GROUP).values_list("pk", "parent")
    branches: dict[int, int | None] = dict(groups)
    return {
        record.activity: [
            HostKind(row.organisation, branches.get(row.organisation), row.kind, row.valid, row.present, row.needed)
            for row in record.judged
            if row.since is None or row.since <= as_of
        ]
        for record in records
    }

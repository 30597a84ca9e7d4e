"""Which stages of business work a record shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from assessments.home.selectors.record_effects.effect import Effect
from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation
from branches.settings import dated as dated_settings
from common import clock
from members.activities.models import ActivityJudgement, ActivityState
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, SyncState, WorkItem
from responsibilities.work.qualifying import HostKind, Standing, fault_of
from responsibilities.work.stages import SyncPoint, judge


@dataclass(frozen=True)
class Shown:
    """A record as evidence of stages, as if it were submitted already: its day, and how each host and kind is judged.

    saved: whether it counts already. unknown: people whose attendance is not entered yet.
    """

    day: date
    hosts: list[HostKind]
    saved: bool = False
    unknown: int = 0

    def fault(self, point: SyncPoint) -> tuple[str, str, str] | None:
        """Return (note, word, tone) where it cannot show the point, by the one function that judges links; else None."""
        standing, why = fault_of(ActivityState.SUBMITTED, self.hosts, point.allowed)
        if standing == Standing.COUNTS:
            return None
        if standing == Standing.SHORT and self.unknown:
            return f"还有 {self.unknown} 人未登记考勤，到会够法定人数才计入", "待登记", "soon"
        return why, "未计入", "late"


def host_kinds(rows: Iterable[ActivityJudgement]) -> list[HostKind]:
    """Return how a saved record was judged for each host and kind; rows: with their organisation."""
    return [
        HostKind(row.organisation_id, branch_of(row.organisation), row.kind, row.valid, row.present, row.needed)
        for row in rows
    ]


def branch_of(place: Organisation) -> int | None:
    """Return the id of the branch of a small group, None of any other organisation."""
    return place.parent_id if place.kind == Kind.SMALL_GROUP else None


def sync_lines(links: list[tuple[WorkItem, SyncPoint]], shown: Shown, user: User | None = None) -> list[Effect]:
    """One line for each stage the record is linked to: how far its date lies from the business date, or why it shows none.

    links: as linked_points gives them. user: a line leads only to work that he may read (to all when None).
    """
    if not links:
        return [Effect("四同步", "未关联重点业务", "这次活动服务于某项业务时，在“关联业务”中选一次即可", "—", "none")]
    lines = []
    items = {item.pk for item, _ in links}
    read = items
    if user is not None:
        read = set(WorkItem.objects.visible_to(user).filter(pk__in=items).order_by().values_list("pk", flat=True))
    for item, point in links:
        title = f"{item.name}：{STAGE_SHORT[SyncStageKind(point.kind)]}环节" + (
            f"（{point.name}）" if point.name else ""
        )
        note, mark, tone, counts = _sync_words(point, shown)
        url = f"{reverse('work_detail', args=[item.pk])}#stage-{point.kind}" if item.pk in read else ""
        lines.append(Effect("四同步", title, note, mark, tone, url, counts=counts))
    return lines


def _sync_words(point: SyncPoint, shown: Shown) -> tuple[str, str, str, bool]:
    """Return (note, word, tone, whether it counts) of one linked stage."""
    day, saved = shown.day, shown.saved
    if point.left_out:
        return point.reason, "不计", "none", False
    if point.state == SyncState.WAIVED:
        return "这个环节已免予同步", "免予", "none", False
    if point.state == SyncState.ENDED:
        return "这项业务已终止", "不计", "none", False
    if fault := shown.fault(point):
        return *fault, False
    if point.day is not None and (point.day - day).days > point.early_days:
        return f"早于业务日期 {(point.day - day).days} 天，过早，不计入", "过早", "none", False
    if point.happened is None:
        return "业务环节还没有登记实际日期，登记后即可判定", "已关联", "ok", False
    if saved and point.state == SyncState.TO_CONFIRM:
        return "已关联，待上级确认后计入", "待确认", "soon", False
    if saved and point.state in (SyncState.SYNCHRONISED, SyncState.LAGGING) and point.party is not None:
        lag, state = point.lag, SyncState(point.state)
    else:
        tolerance = dated_settings.whole("sync_tolerance_days", point.happened)
        earlier = [proof.day for proof in point.proofs if proof.counts]
        state, _, lag = judge(point.happened, [*earlier, day], tolerance, max(clock.today(), day))
    words = f"业务 {point.happened:%-m月%-d日}，" + (
        f"提前 {-lag} 天" if lag is not None and lag < 0 else f"相差 {lag} 天"
    )
    return words, SyncState(state).label, "ok" if state == SyncState.SYNCHRONISED else "soon", True

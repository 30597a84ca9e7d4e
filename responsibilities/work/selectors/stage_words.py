"""How a point of the four synchronisations is said: its dates, its state, where it is put right."""

from django.urls import reverse

from common import clock
from responsibilities.work.models import WEIGHING, SyncState
from responsibilities.work.stages import SyncPoint


def pick_url(point: SyncPoint) -> str:
    """Return the address of the picker of evidence for a point."""
    url = reverse("evidence_pick", args=[point.stage])
    return f"{url}?milestone={point.milestone}" if point.milestone else url


def words(point: SyncPoint) -> str:
    """What a cell says of a point that is not due or waived; of work that is not taken in its business date, for the chip says why."""
    if point.state in (SyncState.WAIVED, SyncState.ENDED) and point.uptake in WEIGHING:
        return point.reason
    if point.uptake not in WEIGHING and point.happened:
        return f"业务 {clock.short(point.happened)}"
    if point.state == SyncState.TO_CONFIRM:
        return "佐证待上级确认"
    if point.happened:
        return f"业务 {clock.short(point.happened)}，待开展党建工作"
    if point.planned is None:
        return "业务日期未定"
    if point.waits:
        return f"计划 {clock.short(point.planned)} 已过，请登记业务日期"
    return f"业务计划 {clock.short(point.planned)}"


def state_words(point: SyncPoint) -> str:
    """Return the state of a point in one phrase: the headline of the page on which it is put right."""
    if point.left_out:
        return f"{'不计入' if point.uptake not in WEIGHING else '不适用'}，{point.reason}"
    if point.state == SyncState.MISSING:
        if point.found:
            return f"缺失，业务开展后已 {point.lag} 天，有记录但不计入（{point.found}）"
        return f"缺失，业务开展后已 {point.lag} 天未见党建记录"
    if point.state == SyncState.LAGGING:
        return f"滞后，党建晚 {point.lag} 天"
    if point.state == SyncState.SYNCHRONISED:
        return "同步，党建在先" if (point.lag or 0) < 0 else f"同步，相差 {point.lag} 天"
    if point.state == SyncState.TO_CONFIRM:
        return "待上级确认，既不算同步，也不算缺失"
    return f"免予同步，{point.reason}" if point.state == SyncState.WAIVED else words(point)

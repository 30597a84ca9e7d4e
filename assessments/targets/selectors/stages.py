"""The stages of a target as one page shows them: what was reported, what is late, at one organisation or below it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assessments.targets.models import PlanState, StageLevel, StageReport, StageState, Target, TargetStage
from assessments.targets.selectors.places import owes, places_owing
from branches.places.models.organisations import Organisation
from common.operator import Actor

# How far ahead a stage is near.
AHEAD = timedelta(days=14)
# State of a chip and its word for what was judged.
_LEVELS = {StageLevel.REACHED: "target_met", StageLevel.MOSTLY: "partly", StageLevel.NOT: "missed"}


@dataclass(frozen=True)
class StageLine:
    """A stage on the page of its target. state, word: of its chip at the organisation that is shown, "" where that one does not owe it.

    late: days by which it is, or was, reported late. missing: how many organisations below are late in reporting it.
    """

    stage: TargetStage
    state: str = ""
    word: str = ""
    late: int = 0
    missing: int = 0

    @property
    def open(self) -> bool:
        """Whether the organisation that is shown owes it and may still say something of it."""
        return bool(self.state) and self.state not in _LEVELS.values()


def stage_reports(user: Actor, target: Target) -> list[StageReport]:
    """Return what was reported of the stages of a target, as far as `user` may read it; one statement."""
    rows = StageReport.objects.visible_to(user).filter(stage__target=target)
    return list(rows.select_related("organisation__parent", "stage", "activity", "reported_by", "reviewed_by"))


def stage_lines(
    user: Actor, target: Target, place: Organisation, reports: Sequence[StageReport], today: date
) -> list[StageLine]:
    """Return the StageLines of a target at an organisation. reports: those that `user` reads; one statement more, or none."""
    stages = list(target.stages.all())
    if not stages or target.plan.state == PlanState.DRAFT or target.stopped_on is not None:
        return [StageLine(stage) for stage in stages]
    if owes(target, place):
        mine = {row.stage_id: row for row in reports if row.organisation_id == place.pk}
        return [_line(stage, mine.get(stage.pk), today) for stage in stages]
    owing = list(places_owing(target).visible_to(user).order_by().values_list("pk", "founded"))
    return [StageLine(stage, missing=_missing(stage, owing, reports, today)) for stage in stages]


def _line(stage: TargetStage, report: StageReport | None, today: date) -> StageLine:
    if report is None or report.state == StageState.RETURNED:
        late = max((today - stage.due).days, 0)
        if late:
            return StageLine(stage, "overdue" if report is None else "overdue_returned", f"逾期 {late} 天", late)
        if report is not None:
            return StageLine(stage, "returned", "已退回")
        return StageLine(stage, *(("due_soon", "临期") if stage.due <= today + AHEAD else ("not_due", "未到期")))
    if report.state == StageState.ACCEPTED:
        return StageLine(stage, _LEVELS[StageLevel(report.level)], report.get_level_display(), report.days_late)
    return StageLine(stage, "reported", "待评定", report.days_late)


def _missing(
    stage: TargetStage, owing: Iterable[tuple[int, date | None]], reports: Iterable[StageReport], today: date
) -> int:
    """Return how many of the organisations that stood on its day have not reported a stage whose day has passed."""
    if today <= stage.due:
        return 0
    said = {row.organisation_id for row in reports if row.stage_id == stage.pk and row.state != StageState.RETURNED}
    return sum(pk not in said for pk, founded in owing if founded is None or founded <= stage.due)

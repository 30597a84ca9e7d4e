"""What a scheme can read: each measure that something is counted for, with its name in words (decisions 26)."""

from responsibilities.measures import DUTIES_DONE, RESOLUTIONS_DONE
from responsibilities.requirements.rules import SCORED_RULES
from responsibilities.supervision.models import SUPERVISIONS_ANSWERED
from responsibilities.work.models import SyncStageKind

MEASURES = (
    {row.measure: f"应办义务：{row.label}" for row in SCORED_RULES}
    | {f"sync.{kind.value}": f"业务环节：{SyncStageKind(kind).label}" for kind in SyncStageKind}
    | {
        DUTIES_DONE: "责任清单：到期的责任",
        SUPERVISIONS_ANSWERED: "督查：按期回复",
        RESOLUTIONS_DONE: "决议：到期的事项",
    }
)


def is_built(measure: str) -> bool:
    """Return whether anything is counted for a measure of a scheme (decisions 26)."""
    return measure in MEASURES

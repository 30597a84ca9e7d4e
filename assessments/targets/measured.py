"""What a target may be bound to: each measure with its name, whether it is a rate, and the period its facts stand in."""

from dataclasses import dataclass

from assessments.targets.models import COLLECTED
from common.periods import MONTH, QUARTER, YEAR
from members.activities.models import BuildingField, Way
from members.measures import ACTIVITY_MEASURES, ATTENDANCE_MEASURES
from responsibilities.measures import DUTIES_DONE, RESOLUTIONS_DONE, SYNC_CLOSURE
from responsibilities.requirements.rules import COUNTED_RULES
from responsibilities.supervision.models import SUPERVISIONS_ANSWERED
from responsibilities.work.models import SyncStageKind
from responsibilities.work.selectors.natures import LINKED


@dataclass(frozen=True)
class Measured:
    """A measure of facts. rate: its facts have a denominator. grain: kind of the period in which they are added (periods.py).
    grain "": no facts, but what was answered once. of_due: what is still to come is in the denominator of the facts and is left
    out here. unit: of a count.
    """

    measure: str
    name: str
    rate: bool = False
    of_due: bool = False
    grain: str = MONTH
    unit: str = "%"


def _counts() -> list[Measured]:
    ways = {f"ways.{way.value}": f"服务业务的方式：{way.label}" for way in Way}
    fields = {f"fields.{field.value}": f"所属方面：{field.label}" for field in BuildingField}
    found = [Measured(measure, name, unit="次") for measure, name in ACTIVITY_MEASURES.items()]
    found += [Measured(measure, f"{name}活动", unit="次") for measure, name in (ways | fields).items()]
    return found


def _rates() -> list[Measured]:
    found = [
        Measured(measure, f"{name.removesuffix('人次')}率", rate=True) for measure, name in ATTENDANCE_MEASURES.items()
    ]
    found += [
        Measured(row.measure, f"应办义务：{row.label}", rate=True, of_due=True, grain=row.period)
        for row in COUNTED_RULES
    ]
    found += [
        Measured(f"sync.{kind.value}", f"四同步：{SyncStageKind(kind).label}同步率", rate=True)
        for kind in SyncStageKind
    ]
    return [
        *found,
        Measured(SYNC_CLOSURE, "四同步：重点业务闭环率", rate=True),
        Measured(LINKED, "关联重点业务的活动占比", rate=True),
        Measured(DUTIES_DONE, "责任清单：到期责任完成率", rate=True, of_due=True, grain=QUARTER),
        Measured(SUPERVISIONS_ANSWERED, "督查：回复率", rate=True, of_due=True),
        Measured(RESOLUTIONS_DONE, "决议：办结率", rate=True, of_due=True),
        Measured(COLLECTED, "信息征集的数字", grain="", unit=""),
    ]


MEASURED: dict[str, Measured] = {row.measure: row for row in (*_counts(), *_rates())}
# Periods of these kinds within a year are added to each other.
GRAINS = (MONTH, QUARTER, YEAR)


def found_by(text: str) -> list[Measured]:
    """Return the measures whose name holds a text, or whose own name it is; at most twenty."""
    text = text.strip()
    return [row for row in MEASURED.values() if text in row.name or text == row.measure][:20]

"""What the tests of business work share: an item with dates, a record near them."""

from datetime import date, datetime, timedelta

from branches.places.models.departments import Coverage, Department
from common import clock
from common.operator import OPERATOR
from responsibilities.work.models import SyncStageKind, WorkKind
from responsibilities.work.services.evidence import evidence_confirm, evidence_link
from responsibilities.work.services.items import WorkData, work_create
from responsibilities.work.services.stages import StageData, stage_update
from responsibilities.work.stages import sync_points
from tests.members.activities.records import submitted


def ago(days):
    return clock.today() - timedelta(days=days)


def next_morning() -> datetime:
    """Return nine o'clock of tomorrow: hours may pass from there without a midnight, whatever time the suite runs at."""
    return clock.midnight() + timedelta(days=1, hours=9)


def item_at(place, carriers, *, by=OPERATOR, **changes):
    """Return an item of this year arranged by `place`."""
    year = clock.today().year
    values = {
        "name": "能源保供",
        "kind": WorkKind.CITY,
        "starts": date(year - 1, 1, 1),
        "ends": date(year + 1, 12, 31),
        "carriers": list(carriers),
    }
    return work_create(by=by, organisation=place, data=WorkData(**values | changes))


def happened(item, kind, day, *, by=OPERATOR, **changes):
    """Say that the business side of a stage took place on `day`; returns the stage."""
    stage = item.stages.get(stage=kind)
    data = StageData(planned=stage.planned_on, happened=day, business=stage.business)
    for name, value in changes.items():
        setattr(data, name, value)
    return stage_update(by=by, stage=stage, data=data)


def record_on(place, by, day, **options):
    return submitted(place, by, day=day, **options)


SENTENCE = "支部讨论了这项业务的分工和时限"


def linked(item, kind, activity, *, by=OPERATOR, milestone=None, sentence=None, confirmed=True):
    """Link a record to a stage, and let somebody else confirm it unless told not to."""
    stage = item.stages.get(stage=kind)
    if sentence is None:
        sentence = f"{SENTENCE}：{item.name}"
    link = evidence_link(by=by, stage=stage, activity=activity, milestone=milestone, sentence=sentence, recording=True)
    return evidence_confirm(by=OPERATOR, evidence=link) if confirmed else link


def point(item, kind=SyncStageKind.STUDY):
    """Return the only point of a stage."""
    (found,) = [row for row in sync_points([item.pk]) if row.kind == kind]
    return found


def department(name, covered_by=None):
    row = Department.objects.create(name=name)
    if covered_by is not None:
        Coverage.objects.create(department=row, organisation=covered_by)
    return row


def form_of(item=None, **changes):
    """Return the POST of the form of an item."""
    year = clock.today().year
    data = {
        "name": "重大项目集中开工",
        "kind": "city",
        "starts": f"{year}-01-05",
        "ends": f"{year}-12-20",
        "source": "市政府工作报告",
    }
    if item is not None:
        data["version"] = item.version
    return {key: value for key, value in (data | changes).items() if value is not None}


def stage_form(**changes):
    """Return the POST of the form of a stage without milestones."""
    data = {"business": "", "part-TOTAL_FORMS": "0", "part-INITIAL_FORMS": "0"}
    return data | changes

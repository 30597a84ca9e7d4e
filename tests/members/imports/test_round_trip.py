"""活动记录.xlsx holds every column that the import reads, and goes back in unchanged."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from common import clock
from common.operator import OPERATOR
from members.activities.ledger import ACTIVITIES_LEDGER
from members.activities.models import AbsenteeText, Activity, ActivityKind, ActivityState, Attendance
from members.activities.selectors.export import COLUMNS
from members.imports.agency import import_files
from tests.members.imports.rows import ACTIVITY_HEADS, meeting
from tests.members.imports.support import written

pytestmark = pytest.mark.django_db


def exported(client, folder, name):
    answer = client.post(reverse("activity_export"))
    assert answer.status_code == 200
    path = folder / name
    path.write_bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    return path


def recorded():
    """Return everything that an import writes of the records, without ids, in an order of its own."""
    rows = []
    for record in Activity.objects.exclude(state__in=(ActivityState.PLANNED, ActivityState.DRAFT)):
        kinds = sorted(ActivityKind.objects.filter(activity=record).values_list("kind", flat=True))
        people = sorted(Attendance.objects.filter(activity=record).values_list("member__name", "state", "reason"))
        unknown = sorted(AbsenteeText.objects.filter(activity=record).values_list("name", "reason"))
        figures = (record.written_expected, record.written_present)
        texts = (record.title, record.place, record.content, record.chair_name, record.recorder_name)
        chair = record.chair.name if record.chair else ""
        rows.append((record.day, record.organisation.name, kinds, *texts, chair, *figures, people, unknown))
    return sorted(rows, key=str)


def test_the_exported_list_has_every_column_that_the_import_reads():
    read = [field.label for field in ACTIVITIES_LEDGER.fields if field.name != "absent_reason"]
    assert list(COLUMNS[: len(read)]) == read


def test_what_was_exported_is_recorded_already_and_makes_the_same_rows_anew(world, as_, tmp_path):
    day = date(2026, 3, 2)
    rows = [
        meeting(日期=day.isoformat(), 主题="学习“两个条例”", 缺席人员及原因="甲四（病假）", 实到="5", 应到="6"),
        meeting(日期=(day + timedelta(days=1)).isoformat(), 主题="第二次", 缺席人员及原因="无名氏（出差）"),
        meeting(日期=(day + timedelta(days=2)).isoformat(), 主题="多行\n内容"),
    ]
    path = written(tmp_path, "activities", [ACTIVITY_HEADS, *rows])
    first = import_files(OPERATOR, {"activities": (path, path.name)})
    assert first[0].counts["new"] == 3, first[0].errors
    assert any("无名氏" in notice.sentence for notice in first[0].notices)
    planned = Activity.objects.create(organisation=world.branch_a, day=clock.today(), state="planned", title="还没开")
    ActivityKind.objects.create(activity=planned, kind="assembly")
    before = recorded()

    file = exported(as_("staff"), tmp_path, "活动记录.xlsx")
    again = import_files(OPERATOR, {"activities": (file, file.name)})
    assert not again[0].errors and again[0].counts["new"] == again[0].counts.get("changed", 0) == 0
    assert again[0].counts["unchanged"] == 4 and recorded() == before
    # Hints belong to what is new: of the four rows only the planned one, which is not recorded, is told of.
    assert [notice.sentence[:3] for notice in again[0].notices] == ["状态为"]

    Attendance.objects.all().delete()
    Activity.objects.all().delete()
    anew = import_files(OPERATOR, {"activities": (file, file.name)})
    assert anew[0].counts["new"] == 3 and not anew[0].errors, anew[0].errors
    assert recorded() == before

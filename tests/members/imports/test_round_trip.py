"""活动记录.xlsx holds every column that the import reads, and goes back in unchanged."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from common import clock
from common.operator import OPERATOR
from common.tabular import read_table
from members.activities.judgement import judgements_write
from members.activities.ledger import ACTIVITIES_LEDGER
from members.activities.models import AbsenteeText, Activity, ActivityKind, ActivityState, Attendance
from members.activities.selectors.export import COLUMNS
from members.activities.services.records import activity_update, record_data
from members.activities.services.states import activity_return, activity_submit
from members.imports.agency import import_files
from members.imports.preview import preview
from tests.members.activities.records import draft, submitted
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
    assert again[0].notices == []

    Attendance.objects.all().delete()
    Activity.objects.all().delete()
    anew = import_files(OPERATOR, {"activities": (file, file.name)})
    assert anew[0].counts["new"] == 3 and not anew[0].errors, anew[0].errors
    assert recorded() == before


def test_what_was_recorded_by_hand_goes_back_in_without_a_hint(world, as_, tmp_path):
    day = clock.today() - timedelta(days=40)
    people = world.people("branch_a")
    submitted(world.branch_a, world.secretary_a, day=day, states={people[3]: "leave"})
    draft(world.branch_a, world.secretary_a, kinds=("theme_day",), day=day)
    draft(world.branch_a, world.secretary_a, kinds=("lecture",), day=clock.today() + timedelta(days=9))
    late = draft(world.branch_a, world.secretary_a, kinds=("theme_day", "lecture"), day=day)
    month = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    data = replace(record_data(late), makes_up_for=month, made_up=["theme_day"])
    activity_submit(by=world.secretary_a, activity=activity_update(by=world.secretary_a, activity=late, data=data))
    chaired = submitted(world.root, world.staff, kinds=("party_special",), day=day, content="一、议题。\n二、结论。")
    Activity.objects.filter(pk=chaired.pk).update(chair_name="外请主持人")
    activity_return(by=world.staff, activity=submitted(world.branch_b, world.secretary_b, day=day), reason="请补议程")
    before = recorded()

    file = exported(as_("staff"), tmp_path, "活动记录.xlsx")
    (plan,) = import_files(OPERATOR, {"activities": (file, file.name)})
    assert (plan.errors, plan.notices) == ([], [])
    assert plan.counts == {"unchanged": Activity.objects.count()} and recorded() == before
    found = preview([plan])
    assert found["notice_count"] == 0 and found["ledgers"][0]["unknown"] == []
    # One cell changed is told, and of two alike on one day the other one is left alone.
    rows = list(read_table(file, file.name, ACTIVITIES_LEDGER.fields).rows)
    assert [row.values["makes_up"] for row in rows if row.values["makes_up"]] == [f"{month:%Y年%-m月}（主题党日）"]


def test_a_month_that_is_made_up_for_comes_back_with_its_kinds(world, as_, tmp_path):
    head = [*ACTIVITY_HEADS, "补办"]
    row = meeting(日期="2026-03-02", 活动类型="主题党日、党课")
    path = written(tmp_path, "activities", [head, [*row, "2026年2月（主题党日）"]])
    (plan,) = import_files(OPERATOR, {"activities": (path, path.name)})
    assert plan.counts["new"] == 1, plan.errors
    record = Activity.objects.get(title="学习")
    assert record.makes_up_for == date(2026, 2, 1) and record.made_up_label == "主题党日"
    assert dict(record.judgements.values_list("kind", "makes_up_for")) == {
        "theme_day": date(2026, 2, 1),
        "lecture": None,
    }
    before = [(row.kind, row.makes_up_for, row.valid) for row in record.judgements.order_by("kind")]
    judgements_write(record)
    assert [(row.kind, row.makes_up_for, row.valid) for row in record.judgements.order_by("kind")] == before
    (again,) = import_files(OPERATOR, {"activities": (path, path.name)})
    assert again.counts["unchanged"] == 1 and not again.notices
    for wrong in ("去年", "2026年3月", "2026年2月（支委会）", "2026年13月"):
        path = written(tmp_path, "activities", [head, [*row, wrong]])
        (plan,) = import_files(OPERATOR, {"activities": (path, path.name)})
        assert [error.field for error in plan.errors] == ["makes_up"], wrong

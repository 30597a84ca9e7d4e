"""The list, its filters and its export; how many statements the pages take."""

import io
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.audit.models import AuditEntry
from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityKind, Attendance
from members.activities.selectors.export import activity_row
from members.activities.selectors.records import attendance_figures, figures_for, last_content
from members.roster.services.members import member_create
from tests.members.activities.records import draft, filled, long_ago, submitted
from tests.shared import made_once
from tests.world import FOUNDED, identity

pytestmark = pytest.mark.django_db


def _titles(client, **query):
    page = client.get(reverse("activity_list"), query)
    assert page.status_code == 200
    return {row.title for row in page.context["page"].object_list}


def make_four(world):
    submitted(world.branch_a, world.secretary_a, title="甲处学习")
    draft(world.branch_a, world.secretary_a, title="甲处草稿", kinds=["lecture"])
    submitted(world.branch_b, world.secretary_b, title="乙处党课", kinds=["lecture"], day=long_ago())
    submitted(world.group_a1, world.leader_a1, title="小组讨论", kinds=["group_meeting"])


four = made_once(make_four)


def test_each_sees_the_records_of_his_reach(world, as_, four):
    everything = {"甲处学习", "甲处草稿", "乙处党课", "小组讨论"}
    for who, titles in {
        "staff": everything,
        "leader": everything,
        "secretary_a": everything - {"乙处党课"},
        "secretary_b": {"乙处党课"},
        "leader_a1": {"小组讨论"},
        "general_secretary": set(),
    }.items():
        assert _titles(as_(who)) == titles, who


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"q": "学习"}, {"甲处学习"}),
        ({"q": "ycdz"}, {"乙处党课"}),
        ({"kind": "lecture"}, {"甲处草稿", "乙处党课"}),
        ({"state": "draft"}, {"甲处草稿"}),
        ({"late": "1"}, {"乙处党课"}),
        ({"origin": "import"}, set()),
        ({"to": long_ago(20).isoformat()}, {"乙处党课"}),
        ({"from": long_ago(20).isoformat(), "kind": "lecture"}, {"甲处草稿"}),
        ({"q": "%"}, set()),
        ({"q": "_"}, set()),
    ],
)
def test_filters_stand_in_the_address(world, as_, four, query, titles):
    assert _titles(as_("staff"), **query) == titles


def test_an_organisation_filter_takes_what_lies_below_and_initials_find_it(world, as_, four):
    staff = as_("staff")
    assert _titles(staff, organisation=world.branch_a.pk) == {"甲处学习", "甲处草稿", "小组讨论"}
    assert world.branch_b.initials and _titles(staff, q=world.branch_b.initials.upper()) == {"乙处党课"}


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "nothing"},
        {"state": "x"},
        {"organisation": "9" * 30},
        {"organisation": "x"},
        {"from": "2026-02-30"},
        {"to": "9" * 5000},
        {"late": "maybe"},
        {"origin": "x"},
        {"sort": "password"},
        {"q": "长" * 51},
    ],
)
def test_a_wrong_filter_is_ignored_with_a_note(world, as_, four, query):
    page = as_("staff").get(reverse("activity_list"), query)
    assert page.status_code == 200 and "已忽略" in page.content.decode()
    assert page.context["page"].paginator.count == 4


def test_a_sisters_organisation_is_no_filter(world, as_, four):
    page = as_("secretary_b").get(reverse("activity_list"), {"organisation": world.branch_a.pk})
    assert "已忽略不能识别的筛选条件：党组织“" in page.content.decode()
    assert {row.title for row in page.context["page"].object_list} == {"乙处党课"}


@pytest.mark.parametrize("page", ["x", "0", "-1", "9" * 30])
def test_a_wrong_page_is_the_nearest_page(world, as_, four, page):
    assert as_("staff").get(reverse("activity_list"), {"page": page}).status_code == 200


def test_sorting_follows_the_address(world, as_, four):
    page = as_("staff").get(reverse("activity_list"), {"sort": "day"})
    assert page.context["page"].object_list[0].title == "乙处党课"


def test_the_export_holds_what_the_list_shows_and_no_formula(world, as_, four):
    submitted(world.branch_a, world.secretary_a, title='=HYPERLINK("http://x")', content="+1+1")
    client = as_("secretary_a")
    before = AuditEntry.objects.count()
    answer = client.post(reverse("activity_export") + "?state=submitted")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    heads, body = rows[0], rows[1:]
    assert heads[:2] == ("日期", "党组织") and len(body) == 3
    assert {row[3] for row in body} == {"甲处学习", "小组讨论", '=HYPERLINK("http://x")'}
    assert {row[1] for row in body} == {world.branch_a.name, world.group_a1.name}
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    entry = AuditEntry.objects.order_by("-pk").first()
    assert AuditEntry.objects.count() == before + 1
    assert entry.verb == "activity.export" and '"rows":3' in entry.payload and "甲处学习" not in entry.payload


def test_the_export_asks_for_the_password_again(world, as_, four):
    client = as_("secretary_a")
    session = client.session
    session["confirmed"] = 0
    session.save()
    answer = client.post(reverse("activity_export"))
    assert answer.status_code == 302 and reverse("confirm_password") in answer.url


def _statements(call, *arguments):
    with CaptureQueriesContext(connection) as seen:
        answer = call(*arguments)
    assert answer.status_code in (200, 302), answer.status_code
    return len([row for row in seen if "SAVEPOINT" not in row["sql"]])


def test_the_list_takes_the_same_number_of_statements_at_two_sizes(world, as_, four):
    client = as_("staff")
    counts = []
    for _ in range(2):
        for number in range(8):
            submitted(world.branch_b, world.secretary_b, title=f"第{number}次")
        counts.append(_statements(client.get, reverse("activity_list")))
    assert counts[0] == counts[1] <= 20, counts


def _more_members(world, number):
    for extra in range(number):
        member_create(
            by=OPERATOR,
            branch=world.branch_a,
            name=f"新党员{extra}",
            sex="女",
            stage="full",
            joined_on=FOUNDED,
            full_on=date(2016, 5, 20),
            birth_date=date(1990, 1, 1),
            identity=identity(100 + extra),
            phone=f"198{extra:08d}",
        )


def test_the_form_and_a_submission_take_no_more_statements_with_thirty_people(world, as_):
    client = as_("secretary_a")
    counts = []
    for _ in range(2):
        opened = _statements(client.get, reverse("activity_new"), {"kind": "assembly"})
        data = filled(world.branch_a, do="submit")
        sent = _statements(client.post, reverse("activity_new"), data)
        record = Activity.objects.order_by("-pk").first()
        shown = _statements(client.get, reverse("activity_detail", args=[record.pk]))
        counts.append((opened, sent, shown))
        if len(counts) == 1:
            _more_members(world, 24)
    assert counts[0] == counts[1], counts
    # The months in which its resolutions are due have marks of their own.
    assert counts[0][0] <= 20 and counts[0][1] <= 39, counts


def test_records_of_the_day_are_found_by_today(world, as_, four):
    today = clock.today().isoformat()
    assert _titles(as_("staff"), **{"from": today, "to": today}) == {"甲处学习", "甲处草稿", "小组讨论"}


def test_the_figures_of_attendance_are_of_the_records_asked_for(world, four):
    record, other = Activity.objects.order_by("pk")[:2]
    record.attendance.filter(member__name="甲二").update(state="exempt")
    record.attendance.filter(member__name="甲三").update(state="leave")
    assert attendance_figures([record.pk]) == {record.pk: (5, 4)}
    assert set(attendance_figures([record.pk, other.pk])) == {record.pk, other.pk}


def test_the_last_text_is_of_the_same_place_and_kind(world, four):
    Activity.objects.filter(title="甲处学习").update(content="本支部的")
    Activity.objects.filter(title="乙处党课").update(content="别处的", day=clock.today())
    assert last_content(world.branch_a, ["assembly"]) == "本支部的"
    assert last_content(world.branch_a, ["theme_day"]) == last_content(world.branch_c, ["assembly"]) == ""


def test_a_leave_without_a_reason_is_told_from_an_absence_in_the_export(world):
    people = world.people("branch_a")
    record = Activity.objects.create(organisation=world.branch_a, day=date(2026, 9, 1), state="accepted", title="一次")
    ActivityKind.objects.create(activity=record, kind="assembly")
    for member, state, reason in ((people[0], "leave", "病假"), (people[1], "leave", ""), (people[2], "absent", "")):
        Attendance.objects.create(
            activity=record, member=member, organisation=world.branch_a, state=state, reason=reason
        )
    (row,) = figures_for([record])
    assert f"{people[0].name}（病假）、{people[1].name}（请假）、{people[2].name}" in activity_row(row)

"""The cadre's record: read from records, shown to himself and to those who assess, printed as a document."""

import io
from datetime import date, time, timedelta

import docx
import pytest
import time_machine

from assessments.home.selectors.cadre import cadre_record, cadres, seats_readable
from branches.access.services.appointments import appointment_end, appointment_make
from branches.reach.models import Appointment
from branches.reach.rights import SYSTEM_ROLES
from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityKind, Attendance
from members.roster.models.members import Member
from responsibilities.supervision.services.notices import supervision_close, supervision_issue
from responsibilities.work.models import StageEvidence, SyncStage, SyncStageKind, WorkCarrier, WorkItem
from tests.assessments.facts.random_agency import build
from tests.records import counted
from tests.responsibilities.duties.world import issued
from tests.responsibilities.work.random_work import build_work


@pytest.fixture
def year(world):
    """Secretary A leads a branch that carries one item, and was at two lectures, one of unknown length."""
    member = Member.objects.get(name="甲一")
    Member.objects.filter(pk=member.pk).update(account=world.secretary_a)
    for day, ends in ((date(2026, 3, 3), time(11)), (date(2026, 5, 5), None)):
        lecture = Activity.objects.create(
            organisation=world.branch_a, day=day, title="党课", state="accepted", starts_at=time(9), ends_at=ends
        )
        ActivityKind.objects.create(activity=lecture, kind="lecture")
        counted(lecture, lecture.valid)
        Attendance.objects.create(activity=lecture, member=member, organisation=world.branch_a, state="present")
    item = WorkItem.objects.create(
        organisation=world.committee, name="能源保供", starts=date(2026, 2, 1), ends=date(2026, 12, 1)
    )
    WorkCarrier.objects.create(item=item, organisation=world.branch_a, leads=True)
    for kind in SyncStageKind:
        SyncStage.objects.create(
            item=item, stage=kind, happened_on=date(2026, 3, 1) if kind == SyncStageKind.STUDY else None
        )
    StageEvidence.objects.create(
        stage=item.stages.get(stage=SyncStageKind.STUDY),
        activity=Activity.objects.order_by("day").first(),
        confirmed_at=clock.now(),
    )
    return world


def test_the_record_holds_what_happened_and_keeps_unknown_apart(year):
    record = cadre_record(year.secretary_a, 2026)
    assert [(row["title"], row["hours"]) for row in record["training"]] == [("党课", 2.0), ("党课", None)]
    assert (record["hours"], record["unknown_hours"]) == (2.0, 1)
    assert [(row["name"], row["part"], row["synchronised"], row["missing"]) for row in record["work"]] == [
        ("能源保供", "支部承办", 1, 0)
    ]
    assert record["posts"][0]["title"].endswith("支部书记")


def test_nobody_but_himself_and_those_who_assess_reads_it(year, as_):
    pk = year.secretary_a.pk
    for who, status in (
        ("secretary_a", 200),
        ("staff", 200),
        ("secretary_b", 404),
        ("leader", 404),
        ("officer_a", 404),
    ):
        assert as_(who).get(f"/cadres/records/{pk}/").status_code == status, who
    page = as_("secretary_b").get("/cadres/records/").content.decode()
    assert f"/cadres/records/{year.secretary_b.pk}/" in page and f"/cadres/records/{pk}/" not in page


def test_the_document_says_the_same_as_the_page(year, as_):
    answer = as_("secretary_a").post(f"/cadres/records/{year.secretary_a.pk}/docx/?year=2026")
    document = docx.Document(io.BytesIO(answer.content))
    words = [paragraph.text for paragraph in document.paragraphs]
    assert words[0] == f"{year.secretary_a.name}2026年度党建工作实绩"
    tables = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert ["能源保供", "支部承办", "1", "0", "0", "否"] in tables
    assert ["05-05", "党课", "党课", "未知"] in tables
    assert "合计2学时，另有1次没有记录时长。" in words
    assert words[-4:] == ["本人签字：", "审核人签字：", year.root.name, clock.in_full(clock.today())]
    assert f"截至{clock.in_full(clock.today())}的记录" in words[1]


def test_his_own_duties_stand_apart_from_those_of_the_organisation_he_leads(world, as_):
    issued(world)
    record = cadre_record(world.party_secretary, 2026)
    assert [part["own"] for part in record["lists"]] == sorted((part["own"] for part in record["lists"]), reverse=True)
    kinds = {part["own"]: part["name"] for part in record["lists"]}
    assert "党组" in kinds[False] and not cadre_record(world.secretary_a, 2026)["lists"][0]["own"]
    page = as_("party_secretary").get(f"/cadres/records/{world.party_secretary.pk}/").content.decode()
    assert f"集体责任　{kinds[False]}" in page and page.count("本人责任　") == sum(
        part["own"] for part in record["lists"]
    )
    document = docx.Document(io.BytesIO(as_("leader").post(f"/cadres/records/{world.leader.pk}/docx/").content))
    whose = {row.cells[1].text for row in document.tables[0].rows[1:]}
    assert whose == {"本人"}


def test_notices_stand_in_the_year_in_which_they_were_sent(world):
    for year in (2025, 2026):
        with time_machine.travel(f"{year}-11-24T10:00:00+08:00", tick=False):
            supervision_issue(
                by=OPERATOR, organisation=world.branch_a, title=f"{year}年的", expected="补齐", due=date(year, 12, 10)
            )
    for year in (2025, 2026):
        assert [row["title"] for row in cadre_record(world.secretary_a, year)["supervisions"]] == [f"{year}年的"]


def test_the_record_of_a_year_is_of_those_who_answered_in_it(world):
    """Who took the post over in the next year has not his predecessor's duties and notices of the year before."""
    issued(world)
    notice = supervision_issue(
        by=world.staff, organisation=world.branch_a, title="补记录", expected="补齐", due=date(2026, 12, 10)
    )
    supervision_close(by=world.staff, supervision=notice, reason="查清")
    seat = Appointment.objects.get(user=world.secretary_a, role="branch_secretary")
    with time_machine.travel("2027-03-01T10:00:00+08:00", tick=False):
        appointment_end(by=OPERATOR, appointment=seat, ends=date(2027, 1, 31))
        appointment_make(
            by=OPERATOR,
            user=world.outsider,
            role="branch_secretary",
            organisation=world.branch_a,
            starts=date(2027, 2, 1),
        )
        old, new = cadre_record(world.secretary_a, 2026), cadre_record(world.outsider, 2026)
        assert [row["name"] for row in old["lists"]] == ["2026年甲处党支部责任清单"]
        assert [row["title"] for row in old["supervisions"]] == ["补记录"]
        assert (new["lists"], new["supervisions"]) == ([], [])
        assert cadre_record(world.outsider, 2027)["supervisions"] == []


def test_seats_of_the_system_are_nobodys_record(world):
    assert list(seats_readable(world.administrator)) == [] and list(cadres(world.administrator, 2026)) == []
    assert {row.user.username for row in cadres(world.secretary_b, 2026)} == {"secretary_b"}
    roles = {row.role for row in cadres(world.committee_secretary, 2026)}
    assert "branch_secretary" in roles and not roles & set(SYSTEM_ROLES)


@pytest.mark.parametrize("seed", [3, 8])
def test_rows_of_the_record_add_up_to_its_headline_on_page_and_paper(world, as_, seed):
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        issued(world)
        build(world, seed, branches=1, records=10)
        build_work(world, seed, items=5)
        for who in (world.party_secretary, world.committee_secretary, world.secretary_a, world.leader):
            record = cadre_record(who, 2026)
            rows = [row for part in record["lists"] for row in part["rows"]]
            head = record["head"]
            assert len(rows) == head.duties
            sums = tuple(sum(row[key] for row in rows) for key in ("expected", "done", "overdue"))
            assert sums == (head.slots, head.fulfilled, head.missed), who
            assert all(row["done"] + row["overdue"] <= row["expected"] and row["late"] <= row["done"] for row in rows)
            data = as_("staff").post(f"/cadres/records/{who.pk}/docx/?year=2026").content
            table = docx.Document(io.BytesIO(data)).tables[0]
            paper = [row.cells[2].text for row in table.rows[1:]]
            assert paper == [f"{row['done']}/{row['expected']}" for row in rows]


def test_hours_are_summed_as_they_are_shown_and_a_day_never_counts_more_than_its_cap(year, as_):
    member = Member.objects.get(name="甲一")
    for day, starts, ends in ((6, time(9), time(10, 20)), (7, time(9), time(10, 20)), (8, time(8), time(23, 50))):
        training = Activity.objects.create(
            organisation=year.branch_a,
            day=date(2026, 6, day),
            title="培训",
            state="accepted",
            starts_at=starts,
            ends_at=ends,
        )
        ActivityKind.objects.create(activity=training, kind="lecture")
        counted(training, training.valid)
        Attendance.objects.create(activity=training, member=member, organisation=year.branch_a, state="present")
    record = cadre_record(year.secretary_a, 2026)
    shown = [row["hours"] for row in record["training"]]
    assert shown[:4] == [2.0, None, 1.3, 1.3] and shown[4] < 15.8
    assert record["hours"] == round(sum(hours for hours in shown if hours is not None), 1)
    total = f"合计{record['hours']:g}学时"
    page = as_("secretary_a").get(f"/cadres/records/{year.secretary_a.pk}/?year=2026").content.decode()
    data = as_("secretary_a").post(f"/cadres/records/{year.secretary_a.pk}/docx/?year=2026").content
    paper = "".join(p.text for p in docx.Document(io.BytesIO(data)).paragraphs)
    assert total in page.replace(" ", "") and total in paper


@time_machine.travel("2026-11-24T10:00:00+08:00", tick=False)
def test_a_post_that_ended_in_the_year_keeps_the_list_it_answered_for(world):
    issued(world)
    seat = Appointment.objects.get(user=world.secretary_a, organisation=world.branch_a)
    appointment_end(by=OPERATOR, appointment=seat, ends=clock.today() - timedelta(days=1), reason="调离")
    person = type(world.secretary_a).objects.get(pk=world.secretary_a.pk)
    assert [row["name"] for row in cadre_record(person, 2026)["lists"]] == ["2026年甲处党支部责任清单"]

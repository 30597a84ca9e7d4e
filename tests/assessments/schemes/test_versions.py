"""Versions of schemes: which one holds for a period, who puts one in force, and that it never changes afterwards."""

from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.utils import timezone

from assessments.results.services import assessment_trial
from assessments.schemes.data import VERSIONS
from assessments.schemes.models import FixedVersionError, SchemeState, SchemeVersion
from assessments.schemes.selectors import version_lines
from assessments.schemes.services import (
    BRANCH_SCHEME,
    install_defaults,
    scheme_approve,
    scheme_discard,
    scheme_draft,
    scheme_for,
    scheme_propose,
    scheme_return,
)
from branches.audit.models import AuditEntry
from branches.reach.access import Forbidden
from branches.settings.start import EARLIEST
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from common.periods import Period
from tests.records import counted

pytestmark = pytest.mark.django_db
Q3, Q4, YEAR = (Period.parse(text) for text in ("2026Q3", "2026Q4", "2026"))


def at(day):
    return clock.at(timezone.make_aware(datetime(day.year, day.month, day.day, 9)))


def newest():
    return SchemeVersion.objects.in_force(BRANCH_SCHEME)[0]


@pytest.fixture
def meeting(world):
    from members.activities.models import Activity, ActivityKind

    record = Activity.objects.create(organisation=world.root, day=date(2026, 9, 25), title="审定方案", state="accepted")
    ActivityKind.objects.create(activity=record, kind="party_group_meeting")
    counted(record, True)
    return record


def proposed(world, day=date(2026, 10, 1)):
    draft = scheme_draft(by=world.staff, version=newest())
    return scheme_propose(by=world.staff, version=draft, in_force_from=day)


def test_each_shipped_version_is_installed_once_with_an_entry_and_the_newest_holds_from_the_beginning():
    SchemeVersion.objects.all().delete()
    before = AuditEntry.objects.filter(verb="scheme.install").count()
    for _ in range(2):
        install_defaults()
    shipped = sum(map(len, VERSIONS.values()))
    assert AuditEntry.objects.filter(verb="scheme.install").count() - before == SchemeVersion.objects.count() == shipped
    assert {scheme_for(Q3, key).version for key in VERSIONS} == {numbers[-1] for numbers in VERSIONS.values()}
    assert scheme_for(Q3).in_force_from == EARLIEST


def test_where_the_first_version_was_used_the_second_comes_from_its_first_whole_period(world):
    SchemeVersion.objects.filter(key=BRANCH_SCHEME, version__gt=1).delete()
    with at(date(2026, 10, 20)):
        first = assessment_trial(by=world.staff, period=Q3)
        install_defaults()
        assert first.scheme.version == 1 and newest().in_force_from == date(2027, 1, 1)
        assert assessment_trial(by=world.staff, period=Q3).scheme.version == 1
    # What another scheme was used for says nothing about this one.
    SchemeVersion.objects.filter(key="tongbu-star").delete()
    install_defaults()
    assert scheme_for(Q3, "tongbu-star").in_force_from == EARLIEST
    versions = {text: scheme_for(Period.parse(text)).version for text in ("2026Q4", "2026", "2027Q1", "2027H1", "2027")}
    assert versions == {"2026Q4": 1, "2026": 1, "2027Q1": 6, "2027H1": 6, "2027": 6}
    assert [(line.row.version, line.word) for line in version_lines(BRANCH_SCHEME, date(2026, 12, 31))] == [
        (6, "待施行"),
        (5, "未施行"),
        (4, "未施行"),
        (3, "未施行"),
        (2, "未施行"),
        (1, "施行中"),
    ]
    later = version_lines(BRANCH_SCHEME, date(2027, 1, 1))
    assert [line.word for line in later] == ["施行中", *["未施行"] * 4, "已停用"]
    assert later[5].until == date(2026, 12, 31) and [line.used for line in later] == [*[0] * 5, 1]


def test_a_version_is_proposed_by_one_and_put_in_force_by_another_with_the_record_of_the_meeting(world, meeting):
    with at(date(2026, 9, 25)):
        row = proposed(world)
        assert scheme_for(Q4) == newest() != row
        with pytest.raises(Forbidden):
            scheme_approve(by=world.staff, version=row, meeting=meeting)
        with pytest.raises(ValidationError, match="会议记录"):
            other = counted_record(world)
            scheme_approve(by=world.committee_secretary, version=row, meeting=other)
        # Of a day on which there was nothing to approve yet.
        type(meeting).objects.filter(pk=meeting.pk).update(day=date(2026, 9, 24))
        with pytest.raises(ValidationError, match="报送之后召开"):
            scheme_approve(by=world.committee_secretary, version=row, meeting=meeting)
        type(meeting).objects.filter(pk=meeting.pk).update(day=date(2026, 9, 25))
        done = scheme_approve(by=world.committee_secretary, version=row, meeting=meeting)
    assert (done.state, done.approved_by, done.approved_in) == ("in_force", world.committee_secretary, meeting)
    assert scheme_for(Q4) == done and scheme_for(Q3).version == scheme_for(YEAR).version == done.version - 1
    verbs = ["scheme.draft", "scheme.propose", "scheme.approve"]
    assert (
        list(
            AuditEntry.objects.filter(object_type="schemeversion", verb__in=verbs)
            .values_list("verb", flat=True)
            .order_by("pk")
        )
        == verbs
    )


def counted_record(world):
    from members.activities.models import Activity, ActivityKind

    record = Activity.objects.create(organisation=world.root, day=date(2026, 9, 2), title="大会", state="accepted")
    ActivityKind.objects.create(activity=record, kind="all_hands")
    return record


def test_whoever_proposed_does_not_approve_and_gives_nothing_back_without_a_reason(world, meeting):
    with at(date(2026, 9, 25)):
        draft = scheme_draft(by=world.committee_secretary, version=newest())
        row = scheme_propose(by=world.committee_secretary, version=draft, in_force_from=date(2026, 10, 1))
        with pytest.raises(ValidationError, match="由他人批准"):
            scheme_approve(by=world.committee_secretary, version=row, meeting=meeting)
        with pytest.raises(ValidationError, match="原因"):
            scheme_return(by=world.committee_secretary, version=row, reason=" ")
        back = scheme_return(by=world.committee_secretary, version=row, reason="权重再议")
    assert (back.state, back.proposed_by) == (SchemeState.DRAFT, None)
    with pytest.raises(Conflict):
        scheme_approve(by=OPERATOR, version=back, meeting=meeting)


def test_one_version_is_in_preparation_at_a_time_and_a_draft_may_go(world):
    draft = scheme_draft(by=world.staff, version=newest())
    assert draft.body["version"] == draft.version == newest().version + 1
    with pytest.raises(Conflict, match="正在编制"):
        scheme_draft(by=world.staff, version=newest())
    scheme_discard(by=world.staff, version=draft)
    assert not SchemeVersion.objects.exclude(state="in_force").exists()
    with pytest.raises(Conflict):
        scheme_discard(by=world.staff, version=newest())
    for nobody in (world.secretary_a, world.organiser_a):
        with pytest.raises((Http404, Forbidden)):
            scheme_draft(by=nobody, version=newest())


def test_a_version_begins_with_a_period_and_not_before_what_is_settled(world):
    draft = scheme_draft(by=world.staff, version=newest())
    with pytest.raises(ValidationError, match="第一天"):
        scheme_propose(by=world.staff, version=draft, in_force_from=date(2026, 10, 2))
    with at(date(2026, 10, 20)):
        assessment = assessment_trial(by=world.staff, period=Q3)
    type(assessment).objects.filter(pk=assessment.pk).update(state="published")
    with pytest.raises(ValidationError, match="第三季度"):
        scheme_propose(by=world.staff, version=draft, in_force_from=date(2026, 7, 1))
    draft.body["dimensions"][0]["points"] = 31
    SchemeVersion.objects.filter(pk=draft.pk).update(body=draft.body)
    with pytest.raises(ValidationError, match="之和"):
        scheme_propose(by=world.staff, version=draft, in_force_from=date(2026, 10, 1))


def test_what_is_published_by_an_older_version_is_corrected_by_the_same(world, meeting):
    with at(date(2026, 10, 20)):
        assessment = assessment_trial(by=world.staff, period=Q3)
    type(assessment).objects.filter(pk=assessment.pk).update(state="published")
    # As if it had been in force for the quarter: what was published keeps its version all the same.
    body = newest().body | {"version": 9}
    SchemeVersion.objects.create(
        key=BRANCH_SCHEME, version=9, title="第九版", body=body, state="in_force", in_force_from=date(2026, 7, 1)
    )
    assert scheme_for(Q3).version == 9
    with at(date(2026, 11, 2)):
        again = assessment_trial(by=world.staff, period=Q3, reason="补录")
    assert (again.version, again.scheme) == (2, assessment.scheme)


def test_a_version_in_force_cannot_change_neither_in_the_program_nor_in_the_database(world):
    with at(date(2026, 10, 20)):
        assessment_trial(by=world.staff, period=Q3)
    row = newest()
    row.title = "改过的"
    for change in (row.save, row.delete, lambda: SchemeVersion.objects.filter(pk=row.pk).update(title="改过的")):
        with pytest.raises(FixedVersionError):
            change()
    said = [
        "UPDATE assessments_schemeversion SET body = '{}' WHERE id = %s",
        "UPDATE assessments_schemeversion SET state = 'draft' WHERE id = %s",
        "UPDATE assessments_schemeversion SET in_force_from = '2030-01-01' WHERE id = %s",
    ]
    if connection.vendor == "sqlite":
        said.append("REPLACE INTO assessments_schemeversion SELECT * FROM assessments_schemeversion WHERE id = %s")
    for statement in said:
        with pytest.raises(DatabaseError, match="in force"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [row.pk])
    row.refresh_from_db()
    assert (row.title, row.state, row.in_force_from) == ("党支部年度考核方案", "in_force", EARLIEST)


def test_a_draft_may_change(world):
    draft = scheme_draft(by=world.staff, version=newest())
    draft.title = "改过的"
    draft.save()
    assert SchemeVersion.objects.get(pk=draft.pk).title == "改过的"

"""Which period a record meets, what was done on the day of judging, a review that begins twice."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from branches.audit.models import AuditEntry
from branches.settings import dated as dated_settings
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, Resolution
from members.activities.quorum import Body, Counts, Quorum, held_as, quorums_of
from members.activities.selectors.counting import LATE, ON_TIME, CountingRecord, counting_records, uncounted_records
from members.activities.selectors.resolutions import resolution_items
from members.activities.selectors.rosters import committee, has_committee
from members.activities.services.attachments import attachment_add, used_bytes
from members.activities.services.hosts import host_confirm
from members.activities.services.records import RecordData, activity_update
from members.activities.services.resolutions import resolution_done, resolution_reopen
from members.activities.services.states import activity_return, is_late, review_begin
from members.roster.models.members import Member
from members.roster.models.posts import Post
from tests.members.activities.records import draft, submitted

pytestmark = pytest.mark.django_db
MAY, JUNE = date(2026, 5, 20), date(2026, 6, 9)


@pytest.mark.parametrize(
    ("day", "makes_up_for", "late", "met"),
    [
        (MAY, None, False, ON_TIME),
        (MAY, None, True, LATE),
        (JUNE, None, False, None),
        (JUNE, MAY, False, LATE),
        (MAY, MAY, False, ON_TIME),
        (MAY, MAY, True, LATE),
        (MAY, JUNE, False, None),
        (JUNE, JUNE, False, None),
    ],
)
def test_a_record_meets_the_period_of_its_day_or_of_the_day_that_it_makes_up_for(day, makes_up_for, late, met):
    assert CountingRecord(1, 1, "assembly", day, makes_up_for, late, True).meets(Period.parse("2026-05")) == met


def test_records_given_back_are_those_of_the_days_asked_for(world):
    record = submitted(world.branch_a, world.secretary_a, day=MAY)
    activity_return(by=world.staff, activity=record, reason="补充")
    found = {(world.branch_a.pk, "assembly"): [(record.pk, MAY, "已退回")]}
    assert uncounted_records(MAY, MAY, ["assembly"]) == found
    assert uncounted_records(JUNE, JUNE, ["assembly"]) == uncounted_records(MAY, MAY, ["lecture"]) == {}
    assert uncounted_records(MAY, MAY, ["assembly"], [world.branch_b.pk]) == {}


def test_what_was_carried_out_on_the_day_of_judging_is_carried_out(world):
    record = Activity.objects.create(organisation=world.branch_a, day=MAY, state="accepted")
    Resolution.objects.create(activity=record, order=1, text="整改", due=JUNE, done_on=JUNE)
    states = [resolution_items(Period.parse("2026"), as_of=date(2026, 6, day))[0].state for day in (8, 9)]
    assert states == ["not_due", "met"]
    Resolution.objects.update(done_on=JUNE + timedelta(days=1))
    states = [resolution_items(Period.parse("2026"), as_of=date(2026, 6, day))[0].state for day in (9, 10)]
    assert states == ["not_due", "met_late"]


def test_whoever_takes_his_own_mark_back_is_not_told(world):
    record = submitted(world.branch_a, world.secretary_a, day=MAY)
    row = Resolution.objects.create(activity=record, order=1, text="整改", due=JUNE)
    for by, told in ((world.secretary_a, 0), (world.officer_a, 1)):
        done = resolution_done(by=by, resolution=row, done_on=JUNE)
        resolution_reopen(by=world.secretary_a, resolution=done or row, reason="尚未完成")
        assert by.notices.filter(kind="returned").count() == told, by
        row.refresh_from_db()


def test_a_review_begins_once_and_of_one_record(world):
    record, other = (submitted(world.branch_a, world.secretary_a) for _ in range(2))
    moment = review_begin(by=world.staff, activity=record).review_opened_at
    assert review_begin(by=world.committee_secretary, activity=record).review_opened_at == moment
    assert AuditEntry.objects.filter(verb="activity.review", object_id=record.pk).count() == 1
    assert review_begin(by=OPERATOR, activity=record).review_opened_at == moment
    other.refresh_from_db()
    assert other.review_opened_at is None


@pytest.mark.parametrize(("days", "late"), [(0, False), (7, False), (8, True)])
def test_a_record_is_late_after_the_last_day_of_grace(world, days, late):
    assert dated_settings.whole("grace_days", MAY) == 7
    moment = timezone.make_aware(datetime.combine(MAY + timedelta(days=days), time(23, 59)))
    assert is_late(Activity(organisation=world.branch_a, day=MAY), moment) is late


def test_the_files_of_an_organisation_and_a_year_are_added_up(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sizes = {}
    for place, by, day in (
        (world.branch_a, world.secretary_a, MAY),
        (world.branch_a, world.secretary_a, date(2025, 12, 31)),
        (world.branch_b, world.secretary_b, JUNE),
    ):
        file = SimpleUploadedFile("签到.txt", ("签到" * (len(sizes) + 1)).encode())
        sizes[place.pk, day.year] = attachment_add(by=by, activity=draft(place, by, day=day), file=file).size
    assert len(set(sizes.values())) == 3
    assert {key: used_bytes(*key) for key in sizes} == sizes


def test_whoever_hosts_no_longer_takes_his_people_with_him_and_no_others(world):
    hosts = [world.branch_b, world.branch_c]
    record, other = (draft(world.branch_a, world.secretary_a, hosts=hosts) for _ in range(2))
    for one in (record, other):
        for place, by in ((world.branch_b, world.secretary_b), (world.branch_c, world.secretary_c)):
            people = {member.pk: ("present", "") for member in Member.objects.filter(home=place)}
            Activity.objects.filter(pk=one.pk).update(state="submitted")
            host_confirm(by=by, host=one.hosts.get(organisation=place), attendance=people)
    Activity.objects.update(state="draft")
    record.refresh_from_db()
    data = RecordData(
        kinds=["assembly"], day=record.day, title=record.title, content=record.content, hosts=[world.branch_b],
        attendance={member.pk: ("present", "") for member in Member.objects.filter(home=world.branch_a)},
    )  # fmt: skip
    activity_update(by=world.secretary_a, activity=record, data=data, version=record.version)
    places = {one.pk: set(one.attendance.values_list("organisation", flat=True)) for one in (record, other)}
    a, b, c = (place.pk for place in (world.branch_a, world.branch_b, world.branch_c))
    assert places == {record.pk: {a, b}, other.pk: {a, b, c}}
    assert set(record.hosts.values_list("organisation", flat=True)) == {b}
    assert set(other.hosts.values_list("organisation", flat=True)) == {b, c}


def test_the_committee_is_those_who_hold_a_seat_that_day_secretary_first(world):
    people, first, last = world.people("branch_a"), date(2026, 4, 1), date(2026, 4, 30)
    for member, kind in ((people[3], "discipline"), (people[4], "group_leader")):
        place = world.branch_a if kind == "discipline" else world.group_a2
        Post.objects.create(member=member, organisation=place, kind=kind, starts=first, ends=last)
    names = {
        day: [one.name for one in committee(world.branch_a, day)] for day in (first, last, last + timedelta(days=1))
    }
    assert names == {
        first: ["甲一", "甲二", "甲三", "甲四"],
        last: ["甲一", "甲二", "甲三", "甲四"],
        date(2026, 5, 1): ["甲一", "甲二", "甲三"],
    }
    assert committee(world.group_a2, first) == [] and has_committee(world.branch_a, first)
    assert not has_committee(world.branch_b, first)


def test_as_of_a_day_what_was_held_by_then_counts(world):
    record = submitted(world.branch_a, world.secretary_a, day=MAY)
    Activity.objects.filter(pk=record.pk).update(submitted_at=None)
    record.judgements.update(since=None)
    days = [MAY - timedelta(days=1), MAY, MAY + timedelta(days=1), None]
    found = [len(counting_records(MAY, JUNE, ["assembly"], as_of=day)) for day in days]
    assert found == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("expected", "present", "known"), [(None, None, False), (7, None, False), (None, 5, False), (7, 5, True)]
)
def test_a_quorum_is_told_where_both_figures_are_known(expected, present, known):
    for code in ("assembly", "election"):
        found = quorums_of([code], Counts(voters_expected=expected, voters_present=present))[code]
        assert (found.expected is not None) is known
    found = quorums_of(["committee_meeting"], Counts(seats_expected=5, seats_present=-2))
    assert found["committee_meeting"].present == 0


def test_a_record_is_named_by_the_first_of_its_bodies_whatever_stands_first_in_it():
    later, first = Quorum(Body.ANYONE, 8, 3, 0), Quorum(Body.ASSEMBLY, 8, 3, 4)
    assert list(Body).index(Body.ASSEMBLY) < list(Body).index(Body.ANYONE)
    assert held_as({"theme_day": later, "talk": Quorum(), "assembly": first}) == first
    assert held_as({"talk": Quorum()}) == Quorum()

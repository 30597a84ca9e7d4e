"""What takes a yes to a link back, or does not give it: a correction of the record, acceptance in one go (judgement 3.4, 3.5)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from common import clock
from common.errors import Conflict
from members.activities.models import Activity
from members.activities.services.corrections import correction_begin, correction_submit
from members.activities.services.records import record_data
from members.activities.services.states import activity_accept, activity_return, activity_submit
from members.reviews.services import activities_accept
from responsibilities.work.models import StageEvidence, SyncState
from responsibilities.work.services.evidence import evidence_confirm
from responsibilities.work.stages import sync_points
from tests.members.activities.records import draft, submitted
from tests.responsibilities.work.support import ago, happened, item_at, linked, next_morning, point, record_on

pytestmark = pytest.mark.django_db
SAID = "二、研究能源保供分工，甲二牵头排查电厂存煤。"
BY_HAND = "会后各组到现场帮助电厂盘点存煤"


@pytest.fixture(autouse=True)
def _a_day():
    with time_machine.travel(next_morning(), tick=False) as moment:
        yield moment


@pytest.fixture
def item(world):
    item = item_at(world.committee, [world.branch_a], name="能源保供与迎峰度冬")
    happened(item, "study", ago(12))
    return item


def corrected(world, record, moment):
    """Correct the record by its secretary, an hour later."""
    moment.shift(timedelta(hours=1))
    record = Activity.objects.get(pk=record.pk)
    correction_begin(by=world.secretary_a, activity=record, reason="标题写错")
    data = record_data(record)
    data.title = "更正后的标题"
    return correction_submit(by=world.secretary_a, activity=record, data=data)


def test_a_later_link_has_to_be_confirmed_anew_after_a_correction(world, item, _a_day):
    record = record_on(world.branch_a, world.secretary_a, ago(10), content=SAID)
    record = activity_accept(by=world.staff, activity=record)
    _a_day.shift(timedelta(hours=1))
    link = linked(item, "study", record, by=world.secretary_a, sentence=SAID, confirmed=False)
    evidence_confirm(by=world.staff, evidence=link)
    assert point(item).state == SyncState.SYNCHRONISED
    record = corrected(world, record, _a_day)
    assert point(item).state == SyncState.TO_CONFIRM
    _a_day.shift(timedelta(hours=1))
    activity_accept(by=world.staff, activity=record)
    assert point(item).state == SyncState.TO_CONFIRM and list(StageEvidence.objects.waiting()) == [link]
    evidence_confirm(by=world.staff, evidence=link)
    assert point(item).state == SyncState.SYNCHRONISED
    with pytest.raises(Conflict):
        evidence_confirm(by=world.staff, evidence=link)


def test_a_correction_that_is_returned_leaves_the_yes_to_the_version_that_stands(world, item, _a_day):
    record = activity_accept(
        by=world.staff, activity=record_on(world.branch_a, world.secretary_a, ago(10), content=SAID)
    )
    link = linked(item, "study", record, by=world.secretary_a, sentence=SAID, confirmed=False)
    evidence_confirm(by=world.staff, evidence=link)
    record = corrected(world, record, _a_day)
    activity_return(by=world.staff, activity=record, reason="不必更正")
    assert point(item).state == SyncState.SYNCHRONISED


def test_a_link_made_with_the_record_waits_with_the_correction_and_is_confirmed_with_it(world, item, _a_day):
    record = draft(world.branch_a, world.secretary_a, day=ago(10), content=SAID)
    linked(item, "study", record, by=world.secretary_a, sentence="", confirmed=False)
    record = _sent(world, record)
    record = activity_accept(by=world.staff, activity=record)
    assert point(item).state == SyncState.SYNCHRONISED
    record = corrected(world, record, _a_day)
    assert point(item).state == SyncState.TO_CONFIRM
    activity_accept(by=world.staff, activity=record)
    assert point(item).state == SyncState.SYNCHRONISED


def _sent(world, record):
    return activity_submit(by=world.secretary_a, activity=record)


@pytest.mark.parametrize("sentence, state", [(BY_HAND, SyncState.TO_CONFIRM), (SAID, SyncState.SYNCHRONISED)])
def test_acceptance_in_one_go_says_nothing_about_a_sentence_written_by_hand(world, item, sentence, state):
    record = draft(world.branch_a, world.secretary_a, day=ago(10), content=SAID)
    link = linked(item, "study", record, by=world.secretary_a, sentence=sentence, confirmed=False)
    record = _sent(world, record)
    other = submitted(world.branch_b, world.secretary_b)
    decided = activities_accept(by=world.staff, choices=[(row, row.version) for row in (record, other)])
    assert [row.problem for row in decided] == ["", ""]
    assert point(item).state == state
    assert list(StageEvidence.objects.waiting()) == ([link] if state == SyncState.TO_CONFIRM else [])


def test_the_same_record_accepted_by_itself_confirms_it(world, item):
    record = draft(world.branch_a, world.secretary_a, day=ago(10), content=SAID)
    linked(item, "study", record, by=world.secretary_a, sentence=BY_HAND, confirmed=False)
    activity_accept(by=world.staff, activity=_sent(world, record))
    assert point(item).state == SyncState.SYNCHRONISED


def test_a_day_before_a_correction_shows_the_stage_as_it_stood(world, item, _a_day):
    record = activity_accept(
        by=world.staff, activity=record_on(world.branch_a, world.secretary_a, ago(10), content=SAID)
    )
    _a_day.shift(timedelta(hours=1))
    link = linked(item, "study", record, by=world.secretary_a, sentence=SAID, confirmed=False)
    evidence_confirm(by=world.staff, evidence=link)
    before, party = clock.today(), ago(10)
    _a_day.shift(timedelta(days=3))
    correction_begin(by=world.secretary_a, activity=Activity.objects.get(pk=record.pk), reason="日期写错")
    data = record_data(record)
    data.day = party + timedelta(days=9)
    correction_submit(by=world.secretary_a, activity=record, data=data)
    _a_day.shift(timedelta(days=1))
    then, since, now = (
        next(row for row in sync_points([item.pk], as_of=day) if row.kind == "study")
        for day in (before, before + timedelta(days=3), None)
    )
    assert (then.state, then.party) == (SyncState.SYNCHRONISED, party)
    assert since.state == now.state == SyncState.TO_CONFIRM
    activity_accept(by=world.staff, activity=record)
    _a_day.shift(timedelta(hours=1))
    evidence_confirm(by=world.staff, evidence=StageEvidence.objects.get(pk=link.pk))
    assert (point(item).state, point(item).lag) == (SyncState.LAGGING, 11)
    (again,) = [row for row in sync_points([item.pk], as_of=before) if row.kind == "study"]
    assert (again.state, again.party) == (SyncState.SYNCHRONISED, party)


def test_words_that_came_with_a_correction_are_named_to_whoever_confirms(world, item, _a_day, as_):
    record = activity_accept(by=world.staff, activity=record_on(world.branch_a, world.secretary_a, ago(10)))
    link = linked(item, "study", record, by=world.secretary_a, confirmed=False)
    page = as_("staff").get(reverse("confirmation_detail", args=[link.pk])).content.decode()
    assert "新写入" not in page and "都没有写到这项业务" in page
    _a_day.shift(timedelta(hours=1))
    correction_begin(by=world.secretary_a, activity=record, reason="补记议程")
    data = record_data(record)
    data.content += "\n" + SAID
    record = correction_submit(by=world.secretary_a, activity=record, data=data)
    said = "“能源保供”是更正时新写入的"
    in_review = as_("staff").get(reverse("record_link_review", args=[record.pk])).content.decode()
    assert said in in_review
    activity_accept(by=world.staff, activity=record)
    page = as_("staff").get(reverse("confirmation_detail", args=[link.pk])).content.decode()
    assert f"{said}，更正前的版本里没有" in page
    # What stood there before a later correction is not new.
    record = corrected(world, record, _a_day)
    assert said not in as_("staff").get(reverse("record_link_review", args=[record.pk])).content.decode()

"""Four people write while facts are being filled: at rest the facts are what a rebuild makes them (faults F01, F31)."""

import random
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from assessments.facts import fill as rollups
from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Organisation
from common.errors import Conflict
from common.operator import OPERATOR
from members.activities.models import Activity, Attendance
from members.activities.services.states import activity_return, mark_activity
from responsibilities.work.models import SyncStage, SyncStageKind
from responsibilities.work.services.evidence import evidence_confirm, evidence_link
from responsibilities.work.services.items import work_create
from responsibilities.work.services.stages import StageData, stage_update
from tests.assessments.facts.test_fill import picture
from tests.assessments.facts.writes.agency import SENTENCE, YEAR, record, work
from tests.faults.at_once import at_once
from tests.responsibilities.duties.world import issue, make

EACH = 12
KINDS = ("theme_day", "assembly", "lecture", "committee_meeting", "talk")


def a_write(world, chance, place):
    """One write as people make them: a record, its return, a business date, a link."""
    day = date(YEAR, 1, 5) + timedelta(days=chance.randrange(300))
    people = list(Organisation.objects.get(pk=place.pk).memberships.all()[:3])
    with transaction.atomic():
        match chance.choice(["record", "record", "attendance", "return", "date", "link"]):
            case "record":
                record(place, chance.choice(KINDS), day, people=[row.member for row in people])
            case "attendance":
                row = Attendance.objects.filter(organisation=place).order_by("?").first()
                if row is not None:
                    Attendance.objects.filter(pk=row.pk).update(state=chance.choice(["absent", "present", "leave"]))
                    mark_activity(row.activity)
            case "return":
                row = Activity.objects.filter(organisation=place).order_by("?").first()
                if row is not None:
                    Activity.objects.filter(pk=row.pk).update(state="submitted", reviewer=None)
                    activity_return(by=world.staff, activity=Activity.objects.get(pk=row.pk), reason="不全")
            case "date":
                stage = SyncStage.objects.filter(item__carriers__organisation=place).order_by("?").first()
                stage_update(by=OPERATOR, stage=stage, data=StageData(stage.planned_on, day, "", []))
            case "link":
                stage = SyncStage.objects.filter(item__carriers__organisation=place).order_by("?").first()
                made = record(place, "assembly", day, people=[row.member for row in people])
                row = evidence_link(by=OPERATOR, stage=stage, activity=made, sentence=f"{SENTENCE}{made.pk}")
                evidence_confirm(by=OPERATOR, evidence=row)


def test_at_rest_the_facts_equal_a_rebuild(live_world):
    make()
    issue(level="branch")
    issue(level="leader")
    item = work_create(by=OPERATOR, organisation=live_world.committee, data=work(live_world))
    first = item.stages.get(stage=SyncStageKind.STUDY)
    stage_update(by=OPERATOR, stage=first, data=StageData(None, date(YEAR, 3, 10), "", []))
    rollups.fill()
    places = [live_world.branch_a, live_world.branch_b] * 2
    writing = [True] * len(places)

    def write(number):
        chance, done = random.Random(number), 0
        try:
            while done < EACH:
                try:
                    a_write(live_world, chance, places[number])
                    done += 1
                except (ValidationError, Conflict):
                    continue
        finally:
            writing[number] = False

    def filler():
        fills = 0
        while any(writing):
            fills += not rollups.fill().busy
        return fills

    results = at_once(*[lambda n=n: write(n) for n in range(len(places))], filler, seconds=170)
    assert results[:-1] == [None] * len(places) and results[-1] > 0, results
    rollups.fill()
    assert not ChangeMark.objects.exists()
    mended = picture()
    rollups.fill(rebuild=True)
    assert picture() == mended

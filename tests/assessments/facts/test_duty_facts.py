"""What `export_facts` says of duties, recomputed from the rows by a reader who knows docs/measures.md alone."""

import csv
from collections import defaultdict
from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction

from assessments.facts import fill as rollups
from common.periods import Period
from members.activities.judgement import judgements_write
from members.activities.models import Activity, Attendance
from members.roster.models.members import Member
from responsibilities.duties.models import Duty
from responsibilities.duties.progress import duty_slots
from tests.assessments.facts.only import filling
from tests.examples import part
from tests.responsibilities.duties.slow_upper import SlowUpper
from tests.responsibilities.duties.test_reference import run_procedures, say
from tests.responsibilities.duties.test_upper_reference import random_year
from tests.responsibilities.random_year import YEAR

AS_OF = date(YEAR, 11, 24)
only_duties = filling("duty")
PERIODS = [f"{YEAR}Q{number}" for number in (1, 2, 3, 4)] + [str(YEAR)]


def attended(agency):
    """Let people come to what nobody came to, and judge every record by who came, as saving it does."""
    for activity in Activity.objects.prefetch_related("kinds"):
        if not activity.attendance.exists():
            Attendance.objects.bulk_create(
                Attendance(activity=activity, member=member, organisation=activity.organisation, state="present")
                for member in Member.objects.filter(home=activity.organisation)
                if agency.maybe(0.8)
            )
        judgements_write(activity)


def recomputed(world, leader):
    """Return {(organisation id, period): [fulfilled, owed]} of each list's own organisation, and of all under the root's id."""
    counted, slow = defaultdict(lambda: [0, 0]), SlowUpper(AS_OF, YEAR)
    rows = Duty.objects.select_related("list__organisation", "list__holder", "list__member")
    for duty in rows.filter(list__state="issued", list__issued_on__lte=AS_OF).exclude(list__level="member"):
        person = leader if duty.list.level == "leader" else None
        answers = slow.answers(duty, person, duty.list.holder or world.party_secretary)
        for key, (_, _, _, state) in answers.items():
            if state in ("not_applicable", "unknown"):
                continue
            # A term that ran out before the year, a stage of its last days: owed on the nearest day of it.
            due = min(max(slow.dues[duty.pk, key], date(YEAR, 1, 1)), date(YEAR, 12, 31))
            for period in PERIODS:
                if due in Period.parse(period):
                    for place in {duty.list.organisation_id, world.root.pk}:
                        counted[place, period][0] += state in ("reported", "accepted", "closed")
                        counted[place, period][1] += 1
    return {key: tuple(values) for key, values in counted.items()}


def exported(folder, places):
    """Return {(organisation id, period): (numerator, denominator)} as the export says it. places: {name: id}."""
    file = folder / "facts.csv"
    call_command("export_facts", period=str(YEAR), as_of=AS_OF.isoformat(), out=str(file), verbosity=0)
    with file.open(encoding="utf-8-sig") as lines:
        return {
            (places[row["organisation"]], row["period"]): (int(row["numerator"]), int(row["denominator"]))
            for row in csv.DictReader(lines)
            if row["measure"] == "duties.done" and row["organisation"] in places
        }


@pytest.mark.parametrize("seed", part([3, 14, 15, 92], of=4))
def test_the_export_of_duties_is_what_a_reader_outside_recomputes(world, tmp_path, seed):
    with transaction.atomic():
        agency, leader = random_year(world, seed)
        run_procedures(world, agency)
        attended(agency)
        duties = list(Duty.objects.select_related("list__organisation", "list__holder", "list__member"))
        say(agency, duties, duty_slots(duties, as_of=AS_OF))
        rollups.fill(as_of=AS_OF)
        # Whatever stands below the committees moves in these years; a branch and the root hold what they hold.
        places = {place.name: place.pk for place in [world.root, *agency.branches] if place.archived_on is None}
        expected = {key: row for key, row in recomputed(world, leader).items() if key[0] in places.values()}
        found = exported(tmp_path, places)
        assert len(found) > 3 and found == expected
        transaction.set_rollback(True)

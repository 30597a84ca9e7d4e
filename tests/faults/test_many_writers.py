"""Many writers at once, on either database: nothing is lost, nothing breaks (faults F02, F11, F29; control C52)."""

import random
import time
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from assessments.facts import fill as rollups
from assessments.facts.models import Fact, FillState
from assessments.tasks import fill_facts
from branches import audit
from branches.audit import seal
from branches.audit.models import AuditEntry, AuditSeal
from branches.audit.verify import verify
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from branches.places import tree
from branches.places.models.organisations import Organisation
from branches.settings.models import Setting
from branches.settings.services import setting_set
from common import clock
from common.operator import OPERATOR
from tests.assessments.facts.random_agency import build
from tests.faults.at_once import at_once
from tests.sealing import seal_everything

WRITERS, EACH = 8, 30
VERBS = ("organisation.create", "organisation.move", "organisation.update", "organisation.archive")


def _tree_writer(number):
    """Thirty random writes of the tree that are not refused; returns (names made, writes, refusals)."""
    chance, made, writes, refused = random.Random(number), [], 0, 0
    while writes < EACH:
        places = list(Organisation.objects.filter(archived_on=None).order_by("pk"))
        one, other = chance.choice(places), chance.choice(places)
        label = f"并发{number}-{writes + refused}"
        try:
            match chance.choice(["create", "create", "create", "move", "move", "rename", "archive"]):
                case "create":
                    kind = {"committee": "branch", "general_branch": "branch"}.get(one.kind, "small_group")
                    tree.organisation_create(by=OPERATOR, name=label, kind=kind, parent=one)
                    made.append(label)
                case "move":
                    tree.organisation_move(by=OPERATOR, organisation=one, parent=other)
                case "rename":
                    tree.organisation_update(by=OPERATOR, organisation=one, short_name=label)
                case "archive":
                    tree.organisation_archive(by=OPERATOR, organisation=one)
            writes += 1
        except ValidationError:
            refused += 1
    return made, writes, refused


def test_the_tree_stays_well_formed_under_eight_writers(live_world):
    before = set(Organisation.objects.values_list("name", flat=True))
    entries = AuditEntry.objects.filter(verb__in=VERBS).count()
    results = at_once(*[lambda n=n: _tree_writer(n) for n in range(WRITERS)])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert tree.check_tree() == []
    names = [name for made, *_ in results for name in made]
    assert set(Organisation.objects.values_list("name", flat=True)) == before | set(names)
    # Every write has its entry; a move to where it already stands writes nothing.
    written = AuditEntry.objects.filter(verb__in=VERBS).count() - entries
    assert 200 <= written <= sum(writes for _, writes, _ in results)
    assert AuditEntry.objects.filter(verb="organisation.create").count() == len(before) + len(names)
    for place in Organisation.objects.filter(archived_on=None):
        assert place.versions.get(ends=None).parent_id == place.parent_id


def test_eight_writers_never_find_the_database_locked(live_world):
    keys = ["grace_days", "due_soon_days", "sync_tolerance_days", "lecture_per_quarter"]

    def write(number):
        for step in range(EACH):
            day = clock.today() + timedelta(days=number * EACH + step)
            setting_set(by=OPERATOR, key=keys[number % 4], value=step % 10, valid_from=day)

    entries, settings = AuditEntry.objects.count(), Setting.objects.count()
    assert at_once(*[lambda n=n: write(n) for n in range(WRITERS)]) == [None] * WRITERS
    assert Setting.objects.count() == settings + WRITERS * EACH
    assert AuditEntry.objects.count() == entries + WRITERS * EACH


def test_two_sealers_beside_eight_writers_seal_every_entry_once(live_world):
    seal_everything()
    entries = AuditEntry.objects.count()
    place = Organisation.objects.get(pk=live_world.branch_a.pk)
    writing = [True] * WRITERS

    def write(number):
        try:
            for step in range(EACH):
                with transaction.atomic():
                    # Two entries in one transaction: an inline chain would deadlock here.
                    for part in (1, 2):
                        note = f"{number}-{step}-{part}"
                        audit.record(by=OPERATOR, verb="test.write", obj=place, organisation=place, note=note)
        finally:
            writing[number] = False

    def sealer():
        sealed = 0
        while any(writing):
            sealed += seal.seal(limit=50)
            time.sleep(0.02)
        return sealed

    results = at_once(*[lambda n=n: write(n) for n in range(WRITERS)], sealer, sealer)
    assert results[:WRITERS] == [None] * WRITERS, results
    assert all(isinstance(sealed, int) for sealed in results[WRITERS:]), results
    seal_everything()
    assert AuditEntry.objects.count() == entries + 2 * WRITERS * EACH
    sealed = list(AuditSeal.objects.order_by("pos").values_list("pos", "entry_id"))
    assert [pos for pos, _ in sealed] == list(range(1, len(sealed) + 1))
    assert sorted(entry for _, entry in sealed) == sorted(AuditEntry.objects.values_list("pk", flat=True))
    assert verify().ok


def _facts():
    rows = Fact.objects.values_list(
        "measure", "organisation", "period", "numerator", "denominator", "late", "overdue", "own_numerator", "state"
    )
    return sorted(map(str, rows))


def test_two_fills_at_once_give_what_a_rebuild_gives(live_world):
    build(live_world, 31, branches=3, records=60)
    fill = {"as_of": date(2026, 11, 24)}
    outcomes = at_once(*[lambda: rollups.fill(**fill)] * 3)
    assert all(isinstance(outcome, rollups.Outcome) for outcome in outcomes), outcomes
    assert any(not outcome.busy for outcome in outcomes)
    both = _facts()
    assert both and not FillState.objects.filter(state="started").exists()
    rollups.fill(**fill, rebuild=True)
    assert _facts() == both


def test_two_beats_fill_each_slot_once_and_run_a_job_once(live_world, monkeypatch):
    done = []
    monkeypatch.setitem(jobs._KINDS, "once", lambda by: done.append(1) or "已完成")
    run = JobRun.objects.create(kind="once", parameters={})

    def beat():
        for _ in range(3):
            fill_facts()
            jobs.run(run.pk)

    assert at_once(beat, beat) == [None, None]
    assert done == [1]
    slots = list(FillState.objects.values_list("family", "period"))
    assert slots and len(slots) == len(set(slots))
    keys = list(Fact.objects.values_list("measure", "organisation", "period"))
    assert len(keys) == len(set(keys))
    once = _facts()
    rollups.fill(rebuild=True)
    assert _facts() == once

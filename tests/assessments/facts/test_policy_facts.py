"""What facts say of policies, recomputed by a slow reader of docs/measures.md from the rows alone."""

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta

import chinese_calendar
import pytest
import time_machine
from django.utils.timezone import localdate, make_aware

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from branches.places.models.organisations import Organisation
from common.periods import Period
from members.activities.models import Activity, ActivityKind
from responsibilities.policies.models import (
    Policy,
    PolicyAddressee,
    PolicyCheck,
    PolicyReceipt,
    PolicyRun,
    PolicyStep,
    PolicyStudy,
    PolicyVersion,
    RunStep,
    StepRecord,
)
from tests.assessments.facts.only import filling
from tests.examples import part
from tests.records import counted
from tests.responsibilities.policies.slow_steps import counts, done

pytestmark = pytest.mark.django_db
YEAR, AS_OF = 2026, date(2026, 11, 24)
only_these = filling("policy_step", "policy_receipt", "policy")
MONTHS = [f"{YEAR}-{month:02d}" for month in range(1, 13)]
LONGER = [f"{YEAR}Q{number}" for number in range(1, 5)] + [f"{YEAR}H1", f"{YEAR}H2", str(YEAR)]
KINDS = ("committee_meeting", "assembly", "theme_day")


def some_day(chance, first=date(YEAR, 1, 5), last=AS_OF):
    return first + timedelta(days=chance.randrange(max((last - first).days, 0) + 1))


def moment(day):
    return make_aware(datetime.combine(day, time(9)))


def a_record(world, chance, place, first):
    record = Activity.objects.create(
        organisation=place,
        day=some_day(chance, first),
        title="研究",
        state=chance.choice(["accepted", "accepted", "accepted", "submitted", "returned"]),
        submitted_at=moment(AS_OF),
        reviewer=world.staff,
    )
    ActivityKind.objects.create(activity=record, kind=chance.choice(KINDS))
    counted(record, chance.random() < 0.85)
    return record


def a_policy(world, chance, number):
    policy = Policy.objects.create(
        organisation=world.places[chance.choice(["committee", "root"])], title=f"制度{number}", building="institution"
    )
    issued = some_day(chance)
    version = PolicyVersion.objects.create(
        policy=policy,
        number=1,
        issued_on=issued,
        in_force_from=issued + timedelta(days=chance.randrange(20)),
        issued_at=moment(issued + timedelta(days=chance.choice((0, 0, 3, 40)))),
    )
    if chance.random() < 0.3:
        version.in_force_to = version.in_force_from + timedelta(days=chance.randrange(90))
        version.save()
    for kind in chance.sample(["branch", "general_branch", "small_group", "committee"], chance.randrange(1, 4)):
        PolicyAddressee.objects.create(version=version, kind=kind)
    for order in range(1, chance.randrange(1, 5)):
        PolicyStep.objects.create(
            version=version,
            order=order,
            title=f"第 {order} 步",
            seat=chance.choice(["branch_secretary", "staff", ""]) if chance.random() < 0.3 else "staff",
            days=None if chance.random() < 0.1 else chance.randrange(15),
            counted_from=chance.choice(["trigger", "previous", "previous"]),
            yields=chance.choice([["document"], ["assembly"], ["committee_meeting", "theme_day"]]),
            optional=chance.random() < 0.15,
        )
    if chance.random() < 0.7:
        PolicyCheck.objects.create(version=version)
    return version


def a_run(world, chance, version):
    places = [world.places[key] for key in ("branch_a", "branch_b", "branch_c", "general", "committee")]
    run = PolicyRun.objects.create(
        version=version, organisation=chance.choice(places), subject="一件事", opened_on=some_day(chance)
    )
    if chance.random() < 0.15:
        run.cancelled_on, run.cancel_reason = some_day(chance, run.opened_on), "取消"
        run.save()
    for step in version.steps.all():
        row = RunStep.objects.create(run=run, step=step, organisation=chance.choice(places))
        luck = chance.random()
        if luck < 0.35:
            row.done_on, row.text = some_day(chance, run.opened_on), "已办"
        elif luck < 0.45:
            row.skipped_on, row.skipped_reason = some_day(chance, run.opened_on), "不用"
        row.save()
        if 0.45 < luck < 0.9:
            record = a_record(world, chance, row.organisation, run.opened_on)
            tie = StepRecord.objects.create(
                activity=record, step=row, added=moment(AS_OF - timedelta(days=1)), added_by=world.secretary_a
            )
            if chance.random() < 0.1:
                tie.removed_at, tie.remove_reason = moment(AS_OF), "错了"
                tie.save()


def after(base, days):
    day = base
    for _ in range(days):
        day += timedelta(days=1)
        while True:
            try:
                if chinese_calendar.is_workday(day):
                    break
            except NotImplementedError:
                return None
            day += timedelta(days=1)
    return day


def step_things():
    for run in PolicyRun.objects.all():
        base = run.opened_on
        for row in run.steps.order_by("step__order").select_related("step", "organisation"):
            finish = done(row, AS_OF)
            start = run.opened_on if row.step.counted_from == "trigger" else base
            due = after(start, row.step.days) if start is not None and row.step.days is not None else None
            settled = finish or row.skipped_on
            if settled:
                base = max(settled, run.opened_on)
            elif not row.step.optional:
                base = None
            cancelled = run.cancelled_on if run.cancelled_on is not None and run.cancelled_on <= AS_OF else None
            let_go = row.skipped_on or (cancelled if finish is None else None)
            if due is None or (row.step.optional and (finish is None or let_go)):
                continue
            # Let go in time it is owed no more; after its day that takes no miss away.
            if let_go is None or let_go > due:
                yield "policies.on_time", row.organisation, due, finish if let_go is None else None


def receipt_things():
    for version in PolicyVersion.objects.select_related("policy__organisation"):
        kinds = set(version.addressees.values_list("kind", flat=True))
        for place in Organisation.objects.filter(kind__in=kinds):
            below = version.policy.organisation in place.get_ancestors()
            since = max(version.issued_on, localdate(version.issued_at), place.founded or date.min)
            ended = min(version.in_force_to or date.max, place.archived_on or date.max)
            if not below or since > min(ended, AS_OF):
                continue
            days = [localdate(row.noted_at) for row in version.receipts.filter(organisation=place)]
            for tie in PolicyStudy.objects.filter(version=version).select_related("activity"):
                if counts(tie) and tie.activity.judgements.filter(organisation=place, valid=True).exists():
                    days.append(tie.activity.day)
            yield "policies.noted", place, after(since, 5), min((day for day in days if day <= AS_OF), default=None)


def above(place):
    while place is not None:
        yield place
        place = place.parent


def recomputed():
    found = defaultdict(lambda: [0, 0, 0, 0])
    for measure, place, due, finish in [*step_things(), *receipt_things()]:
        if due is None:
            continue
        for period in [*MONTHS, *LONGER]:
            if due in Period.parse(period):
                for one in above(place):
                    row = found[one.pk, measure, period]
                    row[0] += finish is not None
                    row[1] += 1
                    row[2] += finish is not None and finish > due
                    row[3] += finish is None and due < AS_OF
    for period in map(Period.parse, [*MONTHS, *LONGER]):
        day = min(period.last, AS_OF)
        if period.first > AS_OF:
            continue
        for version in PolicyVersion.objects.select_related("policy__organisation"):
            if version.in_force_from > day or (version.in_force_to and version.in_force_to < day):
                continue
            steps = list(version.steps.all())
            whole = any(not one.optional for one in steps) and all(
                one.seat and one.days is not None and one.yields for one in steps
            )
            whole = whole and PolicyCheck.objects.filter(version=version).exists()
            for one in above(version.policy.organisation):
                row = found[one.pk, "policies.complete", str(period)]
                row[0] += whole
                row[1] += 1
    return {key: tuple(row) for key, row in found.items()}


def kept():
    rows = Fact.objects.filter(measure__startswith="policies.").exclude(denominator=0)
    columns = ("organisation", "measure", "period", "numerator", "denominator", "late", "overdue")
    return {row[:3]: row[3:] for row in rows.values_list(*columns)}


@pytest.mark.parametrize("seed", part(range(12), of=4))
def test_facts_are_what_a_slow_reader_counts(world, seed):
    chance = random.Random(seed)
    with time_machine.travel(f"{AS_OF}T10:00:00+08:00", tick=False):
        for number in range(6):
            version = a_policy(world, chance, number)
            for _ in range(chance.randrange(4)):
                a_run(world, chance, version)
            for place in Organisation.objects.filter(kind="branch"):
                if chance.random() < 0.4:
                    day = some_day(chance, version.issued_on)
                    PolicyReceipt.objects.create(version=version, organisation=place, noted_at=moment(day))
                elif chance.random() < 0.4:
                    record = a_record(world, chance, place, version.issued_on)
                    PolicyStudy.objects.create(
                        activity=record,
                        version=version,
                        added=moment(AS_OF - timedelta(days=1)),
                        added_by=world.secretary_a,
                    )
        # What the year shows before anybody looks.
        a_record(world, chance, world.branch_a, date(YEAR, 1, 5))
        rollups.fill()
        expected = recomputed()
        assert expected and kept() == expected

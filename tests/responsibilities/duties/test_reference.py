"""States and self-closing of duties against a slow reference, on random agencies and reports."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction
from django.utils.timezone import make_aware
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.places.models.terms import Term
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityKind, Resolution
from members.activities.selectors.called import called_of
from members.roster.models.members import Member
from responsibilities.circulars.models import Circular
from responsibilities.duties.models import Duty, DutyList, DutyReport
from responsibilities.duties.progress import DONE, LEFT_OUT, duty_slots, progress
from responsibilities.duties.proofs import scope
from responsibilities.duties.services.portfolios import portfolio_make
from responsibilities.policies.models import Policy, PolicyRun, PolicyStep, PolicyVersion, RunStep, StepRecord
from responsibilities.requirements.models import Exemption
from responsibilities.supervision.models import Supervision
from tests.examples import examples
from tests.records import counted
from tests.responsibilities.duties.slow_duties import SlowDuties
from tests.responsibilities.duties.world import issue, make
from tests.responsibilities.random_year import YEAR, Agency

DAYS = [date(YEAR, 11, 24), date(YEAR, 6, 30), date(YEAR, 10, 1), date(YEAR, 12, 31), date(YEAR + 1, 1, 1)]
# Reckoned from records that other tests hold against references of their own.
ELSEWHERE = ("stages", "minuted", "led", "debrief", "chaired")


def furnish(world, agency):
    """Add to a random agency what duties read beyond requirements: times, teachers, visits, terms, supervisions, reports."""
    _say_when_and_by_whom(world, agency)
    _meet_above(world, agency)
    _end_terms(agency)
    _supervise(world, agency)
    _circulate(world, agency)
    _exempt(world, agency)
    _resolve(agency)
    if agency.people:
        Member.objects.filter(pk=agency.chance.choice(agency.people).pk).update(account=world.leader)
    if agency.maybe(0.7):
        portfolio_make(
            by=OPERATOR,
            organisation=world.root,
            leader=world.leader,
            contact=agency.chance.choice(agency.branches),
            starts=agency.day(last=date(YEAR, 6, 1)),
        )


def _say_when_and_by_whom(world, agency):
    chance = agency.chance
    for record in Activity.objects.all():
        if agency.maybe(0.6):
            record.starts_at, record.ends_at = time(9), time(9 + chance.randrange(0, 9), chance.choice([0, 30]))
        if agency.maybe(0.2):
            record.lecturer_name = world.leader.name
        record.save()


def _meet_above(world, agency):
    chance = agency.chance
    for kind in ("visit_branch", "party_special", "study_group", "democratic_life", "all_hands", "training"):
        for _ in range(chance.randrange(0, 4)):
            record = Activity(
                organisation=chance.choice([world.root, world.committee, *agency.branches]),
                day=agency.day(),
                title=chance.choice(["研究意识形态工作", "从严治党专题", "研究党建"]),
                state=chance.choice(["accepted", "submitted", "returned"]),
                late=agency.maybe(0.2),
                origin=chance.choice(["form", "import"]),
                topics=chance.sample(["governance", "ideology", "party_building"], chance.randrange(0, 3)),
            )
            # What a ledger brings is never late (decisions 13).
            record.late = record.late and record.origin == "form"
            record.save()
            ActivityKind.objects.create(activity=record, kind=kind)
            counted(record)


def _exempt(world, agency):
    """From the rules of duties that no requirement of a branch proves."""
    rules = ["oa-debrief", "life-double-report", "resp-party-group-study", "life-lecture-leader", "edu-32h"]
    for _ in range(4):
        first = agency.day()
        Exemption.objects.create(
            organisation=agency.chance.choice([world.root, world.committee, *agency.branches]),
            rules=agency.chance.sample(rules, 3),
            first=first,
            last=first + timedelta(days=agency.chance.choice([20, 100, 200, 364])),
            reason="同意",
        )


def _resolve(agency):
    """Resolutions that name somebody, a day, both or neither; carried out in time, late, said late, or not at all."""
    chance, records = agency.chance, list(Activity.objects.order_by("pk"))
    for order in range(12 if agency.people and records else 0):
        due = agency.day(date(YEAR - 1, 12, 1), date(YEAR + 1, 2, 1)) if agency.maybe(0.8) else None
        done = agency.day() if agency.maybe(0.6) else None
        Resolution.objects.create(
            activity=chance.choice(records),
            order=90 + order,
            text="一件事",
            owner=chance.choice(agency.people) if agency.maybe(0.8) else None,
            due=due,
            done_on=done,
            counted_on=agency.day(done) if done and agency.maybe(0.3) else None,
        )


def _end_terms(agency):
    for branch in agency.branches:
        if agency.maybe(0.7):
            closed = agency.day(date(YEAR - 1, 10, 1), date(YEAR, 12, 31)) if agency.maybe(0.5) else None
            Term.objects.create(
                organisation=branch, expires=agency.day(date(YEAR - 1, 10, 1), date(YEAR + 1, 3, 1)), closed_on=closed
            )


def _supervise(world, agency):
    for number in range(agency.chance.randrange(0, 5)):
        day = agency.day()
        Supervision.objects.create(
            organisation=agency.chance.choice(agency.branches),
            holder=world.leader if agency.maybe(0.3) else None,
            year=YEAR,
            number=number + 1,
            title="督查",
            expected="整改",
            due=day,
            first_due=day,
            issued_from=world.root,
            issued_at=moment(day - timedelta(days=20)),
            closed_at=moment(agency.day(day - timedelta(days=10))) if agency.maybe(0.6) else None,
        )


def _circulate(world, agency):
    """Circulars of some quarters, drafts among them, some with a correction, one of another organisation."""
    for quarter in range(1, 5):
        first = None
        for version in range(1, 1 + agency.chance.choice([0, 1, 1, 2])):
            draft = agency.maybe(0.3)
            first = Circular.objects.create(
                organisation=world.committee if agency.maybe(0.8) or first else world.root,
                period=f"{YEAR}Q{quarter}",
                version=version,
                corrects=first,
                reason="有误" if first else "",
                state="draft" if draft else "issued",
                issued_on=None if draft else agency.day(date(YEAR, 3 * quarter - 2, 1)),
                title="通报",
                opening="如下。",
                asks="补齐。",
                until=date(YEAR, 12, 31),
                content={},
            )
            if draft:
                break


def run_procedures(world, agency):
    """Give issued lists duties that a procedure proves, and let it be run at random: by hand, by records, passed over, given up."""
    chance = agency.chance
    policy = Policy.objects.create(organisation=world.committee, title="随机制度", building="institution")
    version = PolicyVersion.objects.create(
        policy=policy, issued_on=date(YEAR, 1, 1), in_force_from=date(YEAR, 1, 1), issued_at=moment(date(YEAR, 1, 1))
    )
    for order in (1, 2, 3):
        PolicyStep.objects.create(
            version=version,
            order=order,
            title=f"第 {order} 步",
            seat="staff",
            days=chance.randrange(20),
            yields=chance.choice([["document"], ["visit", "document"]]),
            optional=order == 2 and agency.maybe(0.5),
        )
    lists = DutyList.objects.filter(level__in=("party_group", "committee", "general_branch", "branch"))
    for row in lists.order_by("pk"):
        if agency.maybe(0.7):
            period, times = chance.choice(["month", "quarter", "half", "year"]), chance.choice([1, 1, 2])
            due = "03-10,06-10,09-10,12-10" if period == "quarter" else ""
            Duty.objects.create(
                list=row,
                order=90,
                text="按制度办",
                period=period,
                times=times,
                due=due,
                source="policies",
                policy=policy,
            )
    for _ in range(16):
        _run_once(world, agency, version)


def _run_once(world, agency, version):
    chance = agency.chance
    place = chance.choice([world.committee, *agency.branches, *agency.branches])
    opened = agency.day(date(YEAR - 1, 12, 1))
    run = PolicyRun.objects.create(version=version, organisation=place, subject="一件事", opened_on=opened)
    if agency.maybe(0.15):
        run.cancelled_on, run.cancel_reason = agency.day(opened), "取消"
        run.save()
    for step in version.steps.all():
        row = RunStep.objects.create(run=run, step=step, organisation=chance.choice([place, world.committee]))
        luck = chance.random()
        if luck < 0.4:
            row.done_on, row.text = agency.day(opened), "已办"
        elif luck < 0.6:
            row.skipped_on, row.skipped_reason = agency.day(opened), "不用"
        elif luck < 0.9:
            record = Activity.objects.create(
                organisation=row.organisation,
                day=agency.day(opened),
                title="研究",
                state=chance.choice(["accepted", "accepted", "submitted"]),
                submitted_at=moment(date(YEAR + 1, 2, 1)),
                reviewer=world.staff,
            )
            ActivityKind.objects.create(activity=record, kind="visit")
            counted(record, agency.maybe(0.85))
            added = moment(date(YEAR + 1, 1, 1))
            StepRecord.objects.create(activity=record, step=row, added=added, added_by=world.secretary_a)
        row.save()


def moment(day):
    return make_aware(datetime.combine(day, time(12)))


def say(agency, duties, slots):
    """Let holders have reported at random about some of the slots there are, a leader often by who acts for him."""
    rows = []
    leader = agency.world.leader
    for duty in duties:
        for slot in slots[duty.pk]:
            if not agency.maybe(0.25):
                continue
            day = agency.day()
            reviewed = agency.day(day) if agency.maybe(0.5) else None
            state = agency.chance.choice(["accepted", "returned"]) if reviewed else "reported"
            if agency.maybe(0.15):
                state, reviewed = "confirmed", None
            acted = duty.list.holder_id == leader.pk and agency.maybe(0.5)
            rows.append(
                DutyReport(
                    duty=duty,
                    reported_by=agency.world.assistant if acted else duty.list.holder,
                    on_behalf_of=leader if acted else None,
                    slot=slot.key,
                    state=state,
                    text="已落实",
                    reported_at=moment(day),
                    reviewed_at=moment(reviewed) if reviewed else None,
                    late=day > slot.due,
                )
            )
    DutyReport.objects.bulk_create(rows)


def _says_the_same_in_the_file(duty, slot, as_of):
    """What a member was expected at is one number, in his duty and in his file."""
    file = called_of(duty.list.member, date(YEAR, 1, 1), date(YEAR, 12, 31), as_of)
    if slot.state not in ("not_applicable", "unknown") and slot.report is None:
        assert (file.expected, file.attended + file.excused) == (slot.expected, slot.done)


@settings(
    max_examples=examples(20), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 10**6), as_of=st.sampled_from(DAYS))
def test_every_slot_is_in_the_state_that_walking_its_records_gives(world, seed, as_of):
    with transaction.atomic():
        agency = Agency(world, seed)
        agency.build()
        furnish(world, agency)
        make()
        issue()
        run_procedures(world, agency)
        duties = list(
            Duty.objects.select_related("list__organisation", "list__holder", "list__member").exclude(
                source__in=ELSEWHERE
            )
        )
        say(agency, duties, duty_slots(duties, as_of=as_of))
        quick = duty_slots(duties, as_of=as_of)
        slow = SlowDuties(as_of, YEAR)
        leader = Member.objects.filter(account=world.leader).first()
        for duty in duties:
            member, holder = duty.list.member, duty.list.holder or world.party_secretary
            if duty.list.level == "leader":
                member = leader
            expected = slow.answers(duty, member, holder)
            found = {slot.key: (slot.expected, slot.done, slot.late, slot.state) for slot in quick[duty.pk]}
            if duty.source == "requirements":
                # How late a requirement was made up for is its own test's business.
                found = {
                    key: (row[0], row[1], None if row[3] not in ("reported", "accepted") else row[2], row[3])
                    for key, row in found.items()
                }
            assert found == expected, (duty.key, duty.list)
            if duty.key == "mb-meet":
                _says_the_same_in_the_file(duty, quick[duty.pk][0], as_of)
        whole = [slot for rows in quick.values() for slot in rows]
        total = progress(whole, as_of)
        assert total.total == sum(slot.state not in LEFT_OUT for slot in whole)
        assert total.fulfilled == sum(slot.state in DONE for slot in whole)
        transaction.set_rollback(True)


@pytest.mark.parametrize("as_of", DAYS[:2])
def test_asking_for_one_duty_gives_what_asking_for_all_gives(world, as_of, monkeypatch):
    """One list is reckoned from what concerns it alone, many from everything."""
    agency = Agency(world, 4711)
    agency.build()
    furnish(world, agency)
    make()
    issue()
    run_procedures(world, agency)
    duties = list(Duty.objects.select_related("list__organisation", "list__holder", "list__member"))
    with monkeypatch.context() as everything:
        everything.setattr(scope, "NARROW", 0)
        together = duty_slots(duties, as_of=as_of)
    assert duty_slots(duties, as_of=as_of) == together
    for duty in duties[:: max(1, len(duties) // 40)]:
        assert duty_slots([duty], as_of=as_of)[duty.pk] == together[duty.pk]

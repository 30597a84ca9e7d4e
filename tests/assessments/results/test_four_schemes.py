"""All four shipped schemes run: branches, committee and general branch, debriefing by counted ballots, stars from both."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from assessments.entries.models import ManualEntry
from assessments.entries.services import entry_approve, entry_decline, entry_make
from assessments.hearing.services import assessment_freeze, assessment_send
from assessments.reports.services import assessment_publish
from assessments.results.models import Assessment
from assessments.results.selectors.targets import address_of
from assessments.results.services import assessment_trial
from assessments.schemes.models import SchemeVersion
from branches.places.models.departments import Coverage, Department
from branches.reach.access import Forbidden
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.practices.models import Adoption
from responsibilities.practices.services.adoptions import adoption_stop
from responsibilities.practices.services.practices import practice_propose, practice_prove
from responsibilities.supervision.models import Supervision
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import hold
from tests.responsibilities.practices.support import data as practice_data
from tests.responsibilities.practices.support import judged, proven
from tests.responsibilities.work.support import happened, item_at, linked

pytestmark = pytest.mark.django_db
YEAR = Period.parse("2026")


def at(day, hour=9):
    return clock.at(timezone.make_aware(datetime(day.year, day.month, day.day, hour)))


AFTER = date(2027, 2, 1)


def trial(world, key="tongbu-branch", days=0):
    with at(AFTER + timedelta(days=days)):
        return assessment_trial(by=world.staff, period=YEAR, key=key)


def frozen(world, assessment):
    with at(AFTER, 11):
        return assessment_freeze(by=world.committee_secretary, assessment=heard(assessment))


def of(assessment, place):
    return assessment.results.get(organisation=place)


def points(result):
    return {row.indicator: (row.state, row.points) for row in result.scores.all()}


@pytest.fixture
def year(world):
    """A year in which branch A holds theme days, its secretary debriefs, one work is closed and one department is not covered."""
    for month in range(1, 13):
        hold(world.branch_a, "theme_day", date(2026, month, 10))
    hold(world.committee, "all_hands", date(2026, 6, 28))
    for name, place in (("综合处", world.branch_a), ("信息处", None)):
        department = Department.objects.create(name=name)
        if place is not None:
            Coverage.objects.create(department=department, organisation=place, starts=date(2026, 1, 1))
    for number, (closed, late) in enumerate(((True, False), (True, True), (False, False)), 1):
        Supervision.objects.create(
            organisation=world.branch_a,
            year=2026,
            number=number,
            title=f"督查{number}",
            expected="整改",
            due=date(2026, 5, 10),
            first_due=date(2026, 5, 10),
            issued_from=world.root,
            issued_at=timezone.make_aware(datetime(2026, 5, 1)),
            state="closed" if closed else "open",
            answered_at=timezone.make_aware(datetime(2026, 5, 20 if late else 8)) if closed else None,
            answered_late=late,
            closed_at=timezone.make_aware(datetime(2026, 5, 25)) if closed else None,
        )
    return world


def enter(world, item, place, key, by, **more):
    with at(AFTER):
        return entry_make(
            by=by,
            period=YEAR,
            key=key,
            organisation=place,
            item=item,
            reason="经研究认定",
            document="云测党〔2027〕1号",
            **more,
        )


def approve(entry, by):
    with at(AFTER):
        return entry_approve(by=by, entry=entry)


def test_the_committee_is_assessed_as_an_organisation_and_by_what_lies_below(year):
    branches = trial(year)
    key = "tongbu-committee"
    assessment = trial(year, key)
    assert assessment.scheme.version == 5
    assert {row.organisation_id for row in assessment.results.all()} == {year.committee.pk, year.general.pk}
    own = points(of(assessment, year.committee))
    assert own["lead-all"] == ("known", Decimal("4.0"))
    # One struck off in time, one late, one not at all: half of the points.
    assert own["lead-super"] == ("known", Decimal("3.0"))
    # One of two departments is covered.
    assert own["br-cover"] == ("known", Decimal("2.5"))
    assert {own[key][0] for key in ("tm-dev", "tm-fee", "ca-care")} == {"not_applicable"}
    # No plan was made, and nothing reached a branch: three points each.
    assert own["lead-plan"] == ("known", Decimal("0.0"))
    assert own["sync-close"][0] == "not_applicable" and own["ca-practice"] == ("known", 0)
    assert own["lead-jiwei"] == ("known", Decimal("6.0")), "nothing to deduct until somebody says so"
    # The mean of rates of the branches below, in the branches' own assessment of the year.
    rates = [row.total for row in branches.results.filter(state="complete")]
    mean = sum(rates) / len(rates)
    assert abs(own["br-score"][1] - mean / 5) <= Decimal("0.05")
    general = points(of(assessment, year.general))
    assert general["lead-all"][0] == "not_applicable" and general["br-cover"][0] == "not_applicable"
    below = branches.results.get(organisation=year.branch_c).total
    assert abs(general["br-score"][1] - below / 5) <= Decimal("0.05")


def test_each_adoption_found_better_counts_at_the_owner_of_the_practice_and_above(year):
    key = "tongbu-committee"
    with at(date(2026, 9, 30)):
        mine, theirs = proven(year), practice_of(year, "branch_c", title="一案一改")
        for place in ("branch_b", "branch_c"):
            judged(year, mine, place[-1])
        judged(year, theirs, "b")
        judged(year, theirs, "a", level="same")
    with at(date(2026, 10, 8)):
        # What stops later was worth it till then; adopted again it counts no more.
        stopped = Adoption.objects.get(practice=mine, organisation=year.branch_b)
        adoption_stop(by=year.secretary_b, adoption=stopped, reason="两会又分开了")
        judged(year, mine, "b")
    assessment = trial(year, key)
    for place, points_, said in (
        (year.committee, Decimal("3.0"), "典型经验定型推广3项，得满分需5项"),
        (year.general, Decimal("1.0"), "典型经验定型推广1项，得满分需5项"),
    ):
        row = of(assessment, place).scores.get(indicator="ca-practice")
        assert (row.state, row.points) == ("known", points_), place
        assert [reason["text"] for reason in row.reasons] == [said]
        assert address_of(row.reasons[0]["target"]) == reverse("practice_list")


def practice_of(world, key, **changes):
    row = practice_propose(
        by=world.users[f"secretary_{key[-1]}"], organisation=world.places[key], data=practice_data(**changes)
    )
    return practice_prove(by=world.staff, practice=row, reason="按期率提高")


def test_nothing_adopted_is_no_better_than_one_adoption(year):
    """Left out as not applicable, the points of who has none would weigh nothing."""
    none = of(trial(year, "tongbu-committee"), year.committee)
    with at(date(2026, 9, 30)):
        judged(year)
    one = of(trial(year, "tongbu-committee"), year.committee)
    assert none.out_of == one.out_of and one.so_far == none.so_far + 1


def by_hand(world):
    """Leave the version by which people give the points for practices."""
    SchemeVersion.objects.filter(key="tongbu-committee", version__gte=4).delete()


def test_its_own_office_does_not_judge_the_committee(year):
    by_hand(year)
    key = "tongbu-committee"
    for nobody in (year.staff, year.committee_secretary):
        with pytest.raises(Forbidden):
            enter(year, "score/ca-practice", year.committee, key, nobody, points=Decimal(3))
    given = enter(year, "score/ca-practice", year.committee, key, year.party_secretary, points=Decimal(3))
    with pytest.raises(Forbidden), at(AFTER):
        entry_decline(by=year.committee_secretary, entry=given, answer="不同意")
    with pytest.raises(ValidationError, match="另一位"):
        approve(given, year.party_secretary)
    approve(given, year.committee_secretary)
    assert points(of(trial(year, key), year.committee))["ca-practice"] == ("known", Decimal("3.0"))
    # The general branch lies below, and is the office's to judge.
    enter(year, "score/ca-practice", year.general, key, year.staff, points=Decimal(1))
    with pytest.raises(Forbidden):
        enter(year, "score/ca-practice", year.general, key, year.party_secretary, points=Decimal(1))


def vote(world, place, item, counts, by=None, **more):
    meeting = hold(world.committee, "debrief", date(2026, 12, 20), valid=True)
    data = {"activity": meeting, "counts": counts, "invalid": 1, "expected": 30} | more
    row = enter(world, f"score/{item}", place, "tongbu-debrief", by or world.staff, tally=data)
    return approve(row, world.committee_secretary)


FOUR = ("好", "较好", "一般", "差")


def test_a_debriefing_is_ballots_of_superiors_and_members_and_the_result_of_the_year(year):
    branches = frozen(year, trial(year))
    vote(year, year.branch_a, "vote-superior", dict(zip(FOUR, (5, 2, 0, 0), strict=True)))
    vote(year, year.branch_a, "vote-members", dict(zip(FOUR, (9, 4, 1, 0), strict=True)), invalid=2)
    vote(year, year.branch_b, "vote-superior", {"好": 2}, invalid=0)
    assessment = trial(year, "tongbu-debrief")
    mine = of(assessment, year.branch_a)
    rate = of(branches, year.branch_a).total
    superior, members = Decimal(100 * 5 + 80 * 2) / 7 * 40 / 100, Decimal("91.42857142857") * 30 / 100
    expected = superior + members + rate * 30 / 100
    assert mine.state == "complete" and abs(mine.total - expected) <= Decimal("0.05")
    assert mine.grade
    said = mine.scores.get(indicator="vote-members").evidence
    assert said[0]["text"] == "测评票 好 9，较好 4，一般 1，无效 2（发出 30），12月20日会议"
    assert said[0]["url"].startswith("/activities/")
    # Two valid votes are too few, and no votes are none: open, not zero.
    other = of(assessment, year.branch_b)
    assert points(other)["vote-superior"] == ("unknown", None) and other.state == "incomplete"
    assert other.scores.get(indicator="vote-superior").note.startswith("有效票2张")


def test_a_star_is_the_years_result_and_the_ballots_alone(year):
    branches = frozen(year, trial(year))
    votes = dict(zip(FOUR, (10, 0, 0, 0), strict=True))
    for place in (year.branch_a, year.branch_b, year.branch_c):
        for item in ("vote-superior", "vote-members"):
            vote(year, place, item, votes)
    debrief = trial(year, "tongbu-debrief")
    assessment = trial(year, "tongbu-star")
    for place in (year.branch_a, year.branch_b, year.branch_c):
        rate = of(branches, place).total
        assert of(assessment, place).total == (rate * 70 / 100 + 30).quantize(Decimal("0.1"), "ROUND_HALF_UP")
    with at(AFTER), pytest.raises(ValidationError, match="述职评议方案当期的结果还没有冻结"):
        assessment_send(by=year.staff, assessment=assessment)
    # The debriefing rests on the general branch's result, which rests on its branches'.
    with at(AFTER), pytest.raises(ValidationError, match="党总支）年度考核方案当期的结果还没有冻结"):
        assessment_send(by=year.staff, assessment=debrief)


def test_all_four_are_sent_frozen_and_published_in_their_order(year):
    for days, key in enumerate(("tongbu-branch", "tongbu-committee", "tongbu-debrief", "tongbu-star")):
        if key == "tongbu-debrief":
            for place in (year.branch_a, year.branch_b, year.branch_c, year.general):
                for item in ("vote-superior", "vote-members"):
                    vote(year, place, item, {"好": 8, "较好": 4})
        assessment = trial(year, key, days)
        assert {row.state for row in assessment.results.all()} <= {"complete", "not_applicable"}, key
        with at(AFTER + timedelta(days=days), 10):
            assert assessment_send(by=year.staff, assessment=assessment).state == "sent"
        with at(AFTER + timedelta(days=days), 12):
            assessment_freeze(by=year.committee_secretary, assessment=_silent(assessment))
            report = assessment_publish(by=OPERATOR, assessment=Assessment.objects.get(pk=assessment.pk))
        assert report.body["scheme"]["title"] == assessment.scheme.title
    assert ManualEntry.objects.filter(tally__isnull=False).count() == 8


def _silent(assessment):
    Assessment.objects.filter(pk=assessment.pk).update(heard_until=date(2027, 1, 31))
    return Assessment.objects.get(pk=assessment.pk)


def test_what_was_computed_before_its_source_was_frozen_is_computed_anew(year):
    branches = trial(year)
    assessment = trial(year, "tongbu-star")
    frozen(year, branches)
    with at(AFTER, 12), pytest.raises(ValidationError, match="述职评议方案当期"):
        assessment_send(by=year.staff, assessment=assessment)


def test_closure_is_counted_once_at_each_organisation_above_its_carriers(year):
    with at(date(2026, 6, 1)):
        item = item_at(year.root, [year.branch_a, year.branch_c], starts=date(2026, 1, 1))
        other = item_at(year.root, [year.branch_c], name="数据共享", starts=date(2026, 1, 1))
        happened(item, "assessment", date(2026, 3, 2))
        happened(other, "assessment", date(2026, 3, 2))
        linked(item, "assessment", hold(year.branch_a, "committee_meeting", date(2026, 3, 3), content="能源保供"))
    assessment = trial(year, "tongbu-committee")
    committee = of(assessment, year.committee).scores.get(indicator="sync-close")
    # Two works for the committee, one of them closed; both are the general branch's too, by its branch.
    assert (committee.state, committee.points) == ("known", Decimal("5.0"))
    assert [reason["text"] for reason in committee.reasons] == ["“数据共享”到考核时没有闭环"]
    general = of(assessment, year.general).scores.get(indicator="sync-close")
    assert (general.state, general.points) == ("known", Decimal("5.0"))

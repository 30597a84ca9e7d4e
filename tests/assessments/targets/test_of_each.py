"""A count that each organisation owes: whoever stands above them stands where they stand, never by what all did together."""

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.targets.models import Target, TargetOutcome
from assessments.targets.rules import ShareState, Standing, of_each
from assessments.targets.selectors.standings import standings
from assessments.targets.services.closing import plan_close
from assessments.targets.services.moves import share_write, target_adjust, target_stop
from assessments.targets.services.next_year import plan_like_last_year
from branches.places import tree
from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity
from responsibilities.collects.services.answers import collect_answer
from tests.assessments.results.test_results import hold
from tests.assessments.targets.support import issued, plan_at, target_of
from tests.assessments.targets.test_indicators import at
from tests.matrix.collects import sent

pytestmark = pytest.mark.django_db
NOVEMBER, AFTER = date(2026, 11, 20), date(2027, 1, 5)
BEGAN = date(2026, 1, 1)


def stand(target, place):
    row = Target.objects.select_related("plan__organisation").get(pk=target.pk)
    return standings([row], [place])[row.pk, place.pk]


def held(place, number, kind="lecture", month=8):
    for day in range(number):
        hold(place, kind, date(2026, month, day + 3))


def lectures_of(place, months):
    """Count the lectures kept at a place or below it in the months of a target, record by record."""
    found = 0
    for record in Activity.objects.filter(day__year=2026):
        here = record.organisation == place or place in record.organisation.get_ancestors()
        found += here and "lecture" in record.codes and months[0] <= record.day.month <= months[1]
    return found


def slow_state(number, planned, direction, months, day, founded):
    """Say where one branch stands, by hand."""
    first = max(date(2026, months[0], 1), founded or date.min)
    last = date(2026, months[1] + 1, 1) - timedelta(days=1) if months[1] < 12 else date(2026, 12, 31)
    over = day > last
    if direction == "at_most":
        return "missed" if number > planned else "met" if over else "on_course"
    if number >= planned:
        return "met"
    if over:
        return "missed"
    line = Fraction(planned * ((day - first).days + 1), (last - first).days + 1)
    return "on_course" if number >= min(floor(line), line - Fraction(planned, 10)) else "behind"


def slow_progress(number, planned, direction):
    if direction == "at_least":
        return Fraction(min(number, planned), planned)
    return Fraction(1) if number <= planned else Fraction(planned, number)


@pytest.mark.parametrize("seed", range(6))
def test_the_owner_stands_where_a_slow_reader_sees_its_branches(world, seed):
    chance = random.Random(seed)
    direction = ("at_least", "at_most")[seed % 2]
    months = (chance.randint(1, 6), chance.choice((9, 11, 12)))
    standard = chance.randint(1, 4)
    branches = (world.branch_a, world.branch_b, world.branch_c)
    owed = {place.pk: standard for place in branches}
    with at(NOVEMBER):
        plan = plan_at(world.committee)
        values = {"first_month": months[0], "last_month": months[1], "planned": Decimal(standard)}
        target = target_of(plan, direction=direction, **values)
        departs = chance.choice(branches)
        owed[departs.pk] = standard + 1
        share_write(target, departs, Decimal(standard + 1), "", BEGAN)
        issued(plan)
        for place in branches:
            held(place, chance.randint(0, 5), month=chance.randint(7, 10))
        hold(world.committee, "lecture", date(2026, 7, 6))
    for day in (NOVEMBER, AFTER):
        with at(day):
            rollups.fill()
            numbers = {place.pk: lectures_of(place, months) for place in branches}
            told = [
                (slow_state(numbers[place.pk], owed[place.pk], direction, months, day, place.founded), place)
                for place in branches
            ]
            owner = stand(target, world.committee)
            assert [stand(target, place).state for _, place in told] == [state for state, _ in told]
            assert owner.progress == sum(
                slow_progress(numbers[place.pk], owed[place.pk], direction) for place in branches
            ) / len(branches)
            worst = next(
                state for state in ("missed", "behind", "on_course", "met") if state in [one for one, _ in told]
            )
            assert owner.state == worst and owner.value.numerator == lectures_of(world.committee, months)
            good = sum(state in ("met", "on_course") for state, _ in told)
            assert owner.places == (good, len(branches))
            alike = [numbers[place.pk] for place in branches if place != departs]
            assert owner.common == (min(alike) if direction == "at_least" else max(alike))


def test_one_branch_reaches_the_standard_for_no_other_and_the_pages_say_so(world, as_):
    with at(NOVEMBER):
        plan = plan_at(world.committee)
        target = target_of(plan, planned=Decimal(2), name="每个支部党课两次")
        issued(plan)
        held(world.branch_a, 5)
    with at(AFTER):
        rollups.fill()
        owner = stand(target, world.committee)
        assert (owner.state, owner.progress, owner.places) == (ShareState.MISSED, Fraction(1, 3), (1, 3))
        page = as_("staff").get(reverse("target_list"), {"plan": plan.pk}).content.decode()
        assert "5 次（达到或按进度 1/3 个组织）" in page and "各组织不低于 2 次" in page
        detail = as_("staff").get(reverse("target_detail", args=[target.pk]))
        listed = as_("staff").get(detail.context["behind_url"]).context["page"].paginator.count
        assert listed == detail.context["standing"].value.numerator == 5, "the list holds as many as the value says"
        assert "达到或按进度 1/3" in detail.context["shares"].words
        for place in (world.branch_b, world.branch_c):
            held(place, 2)
        rollups.fill(rebuild=True)
        assert (stand(target, world.committee).state, stand(target, world.committee).progress) == ("met", 1)


def test_before_its_months_nothing_is_said_of_anybody(world):
    with at(NOVEMBER):
        target = target_of(plan_at(world.committee), planned=Decimal(1), first_month=12)
        issued(target.plan)
        held(world.branch_a, 1)
        rollups.fill()
        owner = stand(target, world.committee)
        assert (owner.state, owner.progress, owner.value.numerator) == (ShareState.NOT_DUE, None, 0)


def test_a_limit_that_one_branch_breaks_is_missed(world):
    with at(NOVEMBER):
        target = target_of(plan_at(world.committee), planned=Decimal(2), direction="at_most")
        issued(target.plan)
        for place in (world.branch_a, world.branch_b):
            held(place, 2)
        rollups.fill()
        assert stand(target, world.committee).state == ShareState.ON_COURSE, "four together, and nobody above two"
        held(world.branch_b, 1, month=9)
        rollups.fill(rebuild=True)
        assert (stand(target, world.committee).state, stand(target, world.committee).common) == ("missed", 3)


def test_whoever_is_freed_or_came_later_is_left_out(world):
    with at(NOVEMBER):
        target = target_of(plan_at(world.committee), planned=Decimal(1))
        issued(target.plan)
        held(world.branch_a, 1)
        target_adjust(by=OPERATOR, target=target, planned=Decimal(0), reason="新设", organisation=world.branch_b)
        world.branch_c.founded = date(2027, 1, 2)
        world.branch_c.save(update_fields=["founded"])
        rollups.fill()
        assert (stand(target, world.committee).state, stand(target, world.committee).places) == ("met", (1, 1))
        target_stop(by=OPERATOR, target=target, reason="任务取消")
        assert stand(target, world.committee).state == ShareState.STOPPED


def test_a_general_branch_that_owes_the_same_holds_its_own(world, as_):
    """What its branches did reaches nothing for it, and its list, which holds theirs, is not opened from its value."""
    branch = world.branch_c
    assert world.general.contains(branch)
    with at(NOVEMBER):
        plan = plan_at(world.committee)
        target = target_of(plan, planned=Decimal(2), applies=["general_branch", "branch"])
        issued(plan)
        held(branch, 4)
    with at(AFTER):
        rollups.fill()
        general = stand(target, world.general)
        assert (general.state, general.value.numerator) == ("missed", 0)
        assert stand(target, branch).state == "met"
        assert stand(target, world.committee).places == (1, 4)
        page = as_("general_secretary").get(reverse("target_detail", args=[target.pk]))
        assert page.context["behind_url"] == "" and page.context["value"] == "0 次"
        held(world.general, 2, month=9)
        rollups.fill(rebuild=True)
        assert (stand(target, world.general).state, stand(target, world.general).value.numerator) == ("met", 2)


def test_figures_that_were_asked_are_reached_by_each_and_unknown_of_one_is_unknown_of_all(world):
    with at(NOVEMBER):
        collect = sent(world, places=("branch_a", "branch_b"))
        figure = collect.fields.get()
        target = target_of(plan_at(world.committee), measure="collected", collect=figure, planned=Decimal(5))
        issued(target.plan)
        places = {row.organisation: row for row in collect.targets.all()}
        collect_answer(by=world.secretary_a, target=places[world.branch_a], given={figure.pk: "11"})
        owner = stand(target, world.committee)
        assert (owner.state, owner.value.numerator, owner.places) == (ShareState.ON_COURSE, 11, (1, 1))
        collect_answer(by=world.secretary_b, target=places[world.branch_b], given={figure.pk: "4"})
        assert stand(target, world.committee).state == ShareState.BEHIND, "fifteen together, and one of them short"
    with at(AFTER):
        assert stand(target, world.committee).state == ShareState.MISSED
        target_adjust(by=OPERATOR, target=target, planned=Decimal(4), reason="下调", organisation=world.branch_b)
        owner = stand(target, world.committee)
        assert (owner.state, owner.progress) == (ShareState.UNKNOWN, None), "the third has not answered"


def test_what_is_unknown_of_one_after_the_year_is_no_success():
    met, unknown = Standing(ShareState.MET, progress=Fraction(1)), Standing(ShareState.UNKNOWN)
    assert of_each([met, unknown], None, over=False).state == ShareState.ON_COURSE
    assert of_each([met, unknown], None, over=True).state == ShareState.UNKNOWN
    assert of_each([Standing(ShareState.STOPPED)], None, over=True).state == ShareState.NOT_APPLICABLE


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize(
    "direction, numbers, planned",
    [
        ("at_least", (5, 4, 3), 3),
        ("at_least", (5, 4, 0), 2),
        ("at_most", (0, 1, 1), 1),
        ("at_most", (0, 3, 1), 2),
    ],
)
def test_next_year_asks_what_every_branch_reached_and_never_the_sum(world, direction, numbers, planned, closed):
    with at(NOVEMBER):
        plan = plan_at(world.committee)
        target_of(plan, planned=Decimal(2), direction=direction)
        issued(plan)
        for place, number in zip((world.branch_a, world.branch_b, world.branch_c), numbers, strict=True):
            held(place, number)
    with at(AFTER):
        rollups.fill()
        if closed:
            plan_close(plan=plan)
            assert set(TargetOutcome.objects.values_list("planned", flat=True)) == {Decimal(2)}
            Activity.objects.all().delete()
            rollups.fill(rebuild=True)
        made = plan_like_last_year(by=OPERATOR, organisation=world.committee, year=2027).targets.get()
    common = min(numbers) if direction == "at_least" else max(numbers)
    assert (made.planned, made.base) == (planned, common)


def test_the_year_page_names_what_every_branch_reached(world, as_):
    with at(NOVEMBER):
        plan = plan_at(world.committee)
        target_of(plan, planned=Decimal(1), name="每个支部党课不少于 1 次")
        issued(plan)
        for place in (world.branch_a, world.branch_b, world.branch_c):
            held(place, 2)
    with at(date(2026, 12, 3)):
        rollups.fill()
        page = as_("staff").get(reverse("year_change", args=[2027])).content.decode()
    assert "上年应达不低于 1 次，最少的组织 2 次；拟定不低于 2 次" in page


def test_of_many_branches_the_statements_stay_as_few(world, as_, django_assert_max_num_queries):
    def counted():
        with at(NOVEMBER):
            rollups.fill()
            found = Target.objects.select_related("plan__organisation").filter(measure="activities.lecture")
            with django_assert_max_num_queries(12) as asked:
                standings(list(found), [world.committee])
        return len(asked.captured_queries)

    with at(NOVEMBER):
        plan = plan_at(world.committee)
        target_of(plan, planned=Decimal(1))
        issued(plan)
    few = counted()
    with at(NOVEMBER):
        for number in range(12):
            tree.organisation_create(by=OPERATOR, name=f"第{number}支部", kind="branch", parent=world.committee)
        target_of(plan, planned=Decimal(3), weight=Decimal(50), name="又一项")
        assert clock.today() == NOVEMBER
    assert counted() == few

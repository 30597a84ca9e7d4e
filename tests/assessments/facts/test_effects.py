"""What moved after a practice was adopted, beside a slow count over the same facts; who is set beside; when nothing is said."""

import random
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from assessments.facts.effects import Read, effects, weak
from assessments.facts.models import Fact, FillState
from assessments.home.selectors.practices import EffectsKeep
from branches.jobs import services as jobs
from branches.jobs.models import ChangeMark
from branches.places.models.groups import OrganisationGroup
from branches.places.models.organisations import Organisation
from common.periods import MONTH, Period
from responsibilities.practices.kept import OTHERS_FROM, Case, Effect, Figure, Lack
from responsibilities.practices.models import Adoption
from responsibilities.practices.rules import effect_words, own_words, windows
from tests.counting import asked
from tests.examples import part
from tests.responsibilities.practices.support import THEME_DAY, more_branches, proven

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 24)
MONTHS = [Period(MONTH, year, number) for year in (2025, 2026) for number in range(1, 13)]
COUNT, RATE = "activities.lecture", "sync.study"
READ = {THEME_DAY: Read(True, True), RATE: Read(True, False), COUNT: Read(False, False, "次")}


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(f"{AS_OF}T10:00:00+08:00", tick=False):
        yield


def known(months=MONTHS):
    """Say that the facts of these months have been made, as of today."""
    ChangeMark.objects.all().delete()
    FillState.objects.bulk_create(
        FillState(family="activities", period=str(month), state="done", as_of=AS_OF, changed="2026-11-24T01:00:00Z")
        for month in months
    )
    jobs.beat("rollup")


def fact(place, measure, month, numerator, denominator=None, overdue=0):
    return Fact(
        family="x",
        measure=measure,
        organisation=place,
        period=str(month),
        numerator=numerator,
        denominator=denominator,
        overdue=overdue,
    )


def random_facts(chance, places):
    rows = []
    for place in places:
        for measure in READ:
            for month in MONTHS:
                if chance.random() < 0.2:
                    continue
                done, over, later = chance.randrange(4), chance.randrange(3), chance.randrange(2)
                whole = None if measure == COUNT else done + over + later
                rows.append(fact(place, measure, month, done, whole, over))
    Fact.objects.bulk_create(rows)


def slow(case, groups):
    """The Effect of a case, by loops over facts; None where nothing can be compared."""
    first = case.start.replace(day=1)
    before, after = [], []
    month = Period.containing(MONTH, first)
    earlier = month
    for _ in range(3):
        earlier = earlier.previous()
        before.insert(0, earlier)
    later = month if case.start == first else month.next()
    for _ in range(3):
        after.append(later)
        later = later.next()
    if after[-1].last >= AS_OF:
        return None
    own = summed([case.place], case.measure, before), summed([case.place], case.measure, after)
    if None in own:
        return None

    def group(place, day):
        return next((name for starts, name in reversed(groups.get(place.pk, [])) if starts <= day), "")

    others = [
        place
        for place in Organisation.objects.filter(kind=case.place.kind)
        if place.pk not in {*case.excluded, case.place.pk}
        and group(place, after[-1].last) == group(case.place, after[-1].last)
        and (place.archived_on is None or place.archived_on >= after[-1].last)
        and (place.founded is None or place.founded <= before[0].first)
    ]
    beside = summed(others, case.measure, before), summed(others, case.measure, after)
    if len(others) < OTHERS_FROM or None in beside:
        beside = None, None
    return *own, *beside, len(others)


def summed(places, measure, months):
    done = whole = 0
    for row in Fact.objects.filter(measure=measure):
        if row.organisation in places and row.period in map(str, months):
            done += row.numerator
            whole += row.numerator + row.overdue if measure == THEME_DAY else row.denominator or 0
    if measure == COUNT:
        return Figure(done, None, max(len(places), 1))
    return Figure(done, whole, max(len(places), 1)) if whole else None


@pytest.mark.parametrize("seed", part([3, 14, 15, 92], of=4))
def test_effects_are_what_a_slow_count_says(world, seed):
    chance = random.Random(seed)
    branches = [world.branch_a, world.branch_b, world.branch_c, *more_branches(world, 9)]
    Organisation.objects.filter(pk=branches[5].pk).update(archived_on=date(2026, 5, 9))
    Organisation.objects.filter(pk=branches[6].pk).update(founded=date(2026, 2, 3))
    groups = {}
    for place in branches[2:]:
        for starts in sorted(chance.sample([date(2025, 1, 1), date(2026, 3, 20)], chance.randrange(3))):
            name = chance.choice(["agency", "service"])
            OrganisationGroup.objects.create(organisation=place, group=name, starts=starts)
            groups.setdefault(place.pk, []).append((starts, name))
    random_facts(chance, branches)
    known()
    cases = [
        Case(
            chance.choice(list(READ)),
            chance.choice([*branches[:5], *branches[7:]]),
            date(2026, chance.randrange(1, 12), chance.choice([1, 2, 28])),
            frozenset(place.pk for place in chance.sample(branches, chance.randrange(5))),
        )
        for _ in range(14)
    ]
    cases = list({case.key: case for case in cases}.values())
    with asked() as few:
        found = effects(cases, READ)
    compared = 0
    for case in cases:
        expected, effect = slow(case, groups), found[case.key]
        if expected is None:
            assert effect.lack is not None, case
            continue
        compared += 1
        figures = effect.before, effect.after, effect.others_before, effect.others_after
        assert plain(figures) == plain(expected[:4]), case
        assert effect.others == expected[4]
    assert compared > 2
    with asked() as one:
        effects(cases[:1], READ)
    assert few.statements <= one.statements + 3 <= 12


def plain(figures):
    return [figure and (figure.numerator, figure.denominator) for figure in figures]


def case(place, start=date(2026, 4, 10), measure=RATE, excluded=()):
    return Case(measure, place, start, frozenset(excluded))


def rates(place, before, after, start=date(2026, 4, 10)):
    """Facts of the three months before and after: (done, owed) each month."""
    earlier, later = windows(start, 3)
    for months, (done, owed) in ((earlier, before), (later, after)):
        Fact.objects.bulk_create(fact(place, RATE, month, done, owed) for month in months)


def test_who_adopted_is_no_part_of_the_others(world):
    rates(world.branch_a, (7, 9), (10, 11))
    others = more_branches(world, 4)
    for place in others:
        rates(place, (8, 10), (9, 10))
    rates(world.branch_b, (0, 10), (10, 10))
    known()
    own = case(world.branch_a, excluded=[world.branch_b.pk, world.branch_c.pk])
    effect = effects([own], READ)[own.key]
    assert effect_words(effect) == "采用后 78%→91%；同期未采用的 80%→90%" and effect.others == 4
    assert own_words(effect) == "78%（21/27） → 91%（30/33）"
    with_it = case(world.branch_a)
    assert effect_words(effects([with_it], READ)[with_it.key]) == "采用后 78%→91%；同期未采用的 64%→92%"


def test_two_others_are_not_set_beside(world):
    rates(world.branch_a, (7, 9), (10, 11))
    for place in more_branches(world, 2):
        rates(place, (8, 10), (9, 10))
    known()
    own = case(world.branch_a, excluded=[world.branch_b.pk, world.branch_c.pk])
    words = effect_words(effects([own], READ)[own.key])
    assert words == "采用后 78%→91%；同类组织中未采用的不足 3 个，不作对照"


@pytest.mark.parametrize(
    ("start", "months", "lack"),
    [
        (date(2026, 9, 2), MONTHS, Lack.MONTHS),
        (date(2026, 8, 2), MONTHS, Lack.MONTHS),
        (date(2026, 8, 1), MONTHS, None),
        (date(2026, 4, 10), MONTHS[:18], Lack.UNKNOWN),
        (date(2026, 3, 1), MONTHS, Lack.NOTHING_OWED),
        (date(2015, 6, 1), MONTHS, Lack.NOTHING_OWED),
    ],
)
def test_where_nothing_can_be_compared_it_says_so(world, start, months, lack):
    for month in MONTHS[14:]:
        fact(world.branch_a, RATE, month, 1, 2).save()
    known(months)
    own = case(world.branch_a, start)
    effect = effects([own], READ)[own.key]
    assert effect.lack == lack
    if lack is not None:
        assert effect_words(effect).startswith("数据不足，尚不能比较")


def test_before_the_first_fill_nothing_is_known(world):
    own = case(world.branch_a)
    assert effects([own], READ)[own.key] == Effect(Lack.UNKNOWN, date(2026, 8, 1))


def test_a_weak_figure_is_named_beside_its_group(world, as_):
    practice = proven(world, measure=RATE)
    for place in more_branches(world, 3):
        fact(place, RATE, Period(MONTH, 2026, 10), 9, 10).save()
    fact(world.branch_b, RATE, Period(MONTH, 2026, 10), 1, 2).save()
    known()
    (row,) = weak(world.branch_b, [RATE, COUNT], READ, {RATE: "研究"})
    assert (row.own, row.middle) == (50, 90)
    address = reverse("practice_list")
    page = as_("secretary_b").get(address).content.decode()
    assert "乙处党支部四同步：同步研究同步率 50%，低于同类组织的 90%" in page and "有 1 条经验可用" in page
    assert "条经验可用" not in as_("secretary_a").get(address).content.decode(), "it is his own"
    as_("secretary_b").post(reverse("practice_adopt", args=[practice.pk, world.branch_b.pk]))
    assert "条经验可用" not in as_("secretary_b").get(address).content.decode()


def test_the_page_shows_figures_to_the_adopter_the_owner_and_above(world, as_):
    practice = proven(world, measure=RATE)
    as_("secretary_b").post(reverse("practice_adopt", args=[practice.pk, world.branch_b.pk]))
    Adoption.objects.update(starts=date(2026, 4, 10))
    rates(world.branch_b, (7, 9), (10, 11))
    rates(world.branch_a, (8, 10), (9, 10), practice.started)
    known()
    url = reverse("practice_detail", args=[practice.pk])
    for who, seen in (("secretary_b", True), ("secretary_a", True), ("staff", True), ("secretary_c", False)):
        page = as_(who).get(url).content.decode()
        assert ("91%（30/33）" in page) == seen, who
        # Whose practice it is began it, and adopted it from nobody.
        assert "开始后 80%→90%" in page and "采用后 80%→90%" not in page


def test_what_is_counted_by_months_can_be_chosen():
    keep = EffectsKeep()
    assert {THEME_DAY, RATE, COUNT} <= set(keep.measures())
    assert (keep.grain_of("duties.done"), keep.grain_of("x")) == ("quarter", "")
    assert "requirement.life-org-meeting" not in keep.measures()


def test_windows_leave_out_the_month_that_is_broken():
    before, after = windows(date(2026, 3, 9), 3)
    assert [str(month) for month in (*before, *after)] == [
        *("2025-12", "2026-01", "2026-02"),
        *("2026-04", "2026-05", "2026-06"),
    ]
    before, after = windows(date(2026, 3, 1), 1)
    assert (str(before[0]), str(after[0])) == ("2026-02", "2026-03")
    assert after[0].last + timedelta(days=1) == date(2026, 4, 1)

"""Answers that add up, what is held, and answered in time, against slow counts on random data."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.places.models.organisations import Organisation
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, Attendance
from members.roster.models.members import Membership
from members.roster.models.posts import Post
from responsibilities.collects.models import CollectField
from responsibilities.collects.selectors import known_figures
from responsibilities.collects.values import added_up, plain_answer
from responsibilities.supervision.models import Supervision
from responsibilities.supervision.selectors.notices import supervision_items
from responsibilities.supervision.services.notices import supervision_issue, supervision_reply
from tests.assessments.facts.random_agency import build


def test_numbers_add_up_as_decimals_do():
    chance = random.Random(7)
    field = CollectField(label="数", kind="number", required=False)
    for _ in range(200):
        typed = [
            chance.choice(["", f"{chance.randrange(10**6)}", f"-{chance.randrange(50)}.{chance.randrange(100):02d}"])
            for _ in range(chance.randrange(9))
        ]
        kept = [plain_answer(field, text) for text in typed]
        given = [Decimal(text) for text in typed if text]
        if given:
            assert Decimal(added_up(field, kept)) == sum(given)
        else:
            assert added_up(field, kept) == ""
    assert added_up(field, [plain_answer(field, text) for text in ("0.1", "0.2", "10")]) == "10.3"
    assert added_up(field, ["0"]) == "0" and plain_answer(field, "100") == "100"


def test_choices_are_counted_in_the_order_of_the_options():
    chance = random.Random(8)
    field = CollectField(label="选", kind="choice", options='["乙", "甲", "丙"]')
    for _ in range(50):
        kept = [chance.choice(["甲", "乙", "丙", ""]) for _ in range(chance.randrange(1, 9))]
        words = "；".join(f"{one} {kept.count(one)}" for one in ("乙", "甲", "丙") if one in kept)
        assert added_up(field, kept) == words


def test_what_is_held_agrees_with_slow_counts_and_a_general_branch_stands_for_its_branches(world):
    build(world, 91, branches=5, records=30)
    day = date(2026, 10, 20)
    places = list(Organisation.objects.filter(kind__in=("branch", "general_branch")).order_by("tree_id", "lft"))
    found = known_figures.values(list(known_figures.BY_KEY), places, day)
    slow = {key: {} for key in ("members", "seats", "activities", "attendance", "small_groups")}
    for place in places:
        inside = list(place.get_descendants(include_self=True))
        slow["members"][place.pk] = sum(
            row.member.stage in ("full", "probationary") and row.member.joined_on <= day
            for row in Membership.objects.filter(organisation__in=inside, starts__lte=day, ends__isnull=True)
        )
        seats = Post.objects.filter(organisation__in=inside, ends__isnull=True).exclude(kind="group_leader")
        slow["seats"][place.pk] = len(set(seats.values_list("organisation", "member")))
        records = Activity.objects.filter(
            organisation__in=inside, state__in=("submitted", "accepted"), day__year=2026, day__lte=day
        )
        slow["activities"][place.pk] = sum(record.kinds.count() for record in records)
        rows = [row.state for row in Attendance.objects.filter(activity__in=records, organisation__in=inside)]
        known = [state for state in rows if state not in ("not_recorded", "exempt")]
        came = sum(state in ("present", "online") for state in known)
        slow["attendance"][place.pk] = (came, len(known)) if known else None
        slow["small_groups"][place.pk] = sum(one.kind == "small_group" for one in inside)
    assert {key: found[key].by_place for key in slow} == slow
    # In a total each branch counts once, though its general branch is there too.
    branches = [place for place in places if place.kind == "branch"]
    for key in ("members", "seats", "activities", "small_groups"):
        assert found[key].total == sum(slow[key][place.pk] for place in branches)
    assert found["owed"].total >= found["owed_met"].total + found["owed_overdue"].total > 0


def test_what_is_held_asks_the_same_number_of_statements_at_any_size(world):
    def asked():
        places = list(Organisation.objects.filter(kind="branch"))
        with CaptureQueriesContext(connection) as seen:
            known_figures.values(list(known_figures.BY_KEY), places, date(2026, 10, 20))
        return len(seen)

    build(world, 92, branches=2, records=10)
    few = asked()
    build(world, 93, branches=6, records=10)
    assert asked() == few <= 30


def test_every_entry_is_found_by_its_own_name_and_a_strange_label_by_none():
    for entry in known_figures.CATALOGUE:
        assert known_figures.exact(entry.label).key == entry.key
        assert known_figures.matching(entry.label)[0].key == entry.key, (
            "what is called so stands before what is like it"
        )
        assert entry in known_figures.matching(entry.label), entry.label
    for label in ("困难职工户数", "办公面积", "x", "", "党"):
        assert known_figures.matching(label) == []


def test_answered_in_time_agrees_with_a_slow_count_on_random_notices(world):
    chance = random.Random(17)
    first = date(2026, 1, 10)

    def at(day):
        return clock.at(timezone.make_aware(datetime(day.year, day.month, day.day, 9)))

    slow_rows = []
    for _ in range(40):
        place = world.places[chance.choice(["branch_a", "branch_b", "branch_c"])]
        issued = first + timedelta(days=chance.randrange(250))
        due = issued + timedelta(days=chance.randrange(30))
        answered = issued + timedelta(days=chance.randrange(45)) if chance.random() < 0.7 else None
        with at(issued):
            notice = supervision_issue(by=OPERATOR, organisation=place, title="事项", expected="报告", due=due)
        if answered:
            with at(answered):
                supervision_reply(by=OPERATOR, supervision=notice, text="已办理")
        slow_rows.append((notice.pk, place.pk, issued, due, answered))
    assert Supervision.objects.count() == 40
    for name in ("2026Q1", "2026Q2", "2026-05", "2026"):
        for as_of in (date(2026, 5, 15), date(2026, 11, 1)):
            period, expected = Period.parse(name), {}
            for pk, place, issued, due, answered in slow_rows:
                if issued > as_of or not period.first <= due <= period.last:
                    continue
                if answered and answered <= as_of:
                    expected[pk] = (place, "met" if answered <= due else "met_late")
                else:
                    expected[pk] = (place, "overdue" if due < as_of else "not_due")
            found = {item.pk: (item.organisation, item.state) for item in supervision_items(period, as_of=as_of)}
            assert found == expected
            some = [world.branch_a.pk, world.branch_c.pk]
            of_some = {item.pk for item in supervision_items(period, some, as_of)}
            assert of_some == {pk for pk, (place, _) in expected.items() if place in some}

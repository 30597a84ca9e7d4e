"""Who should have been transferred and was not, beside a slow count; the measure and the tree's warnings of size."""

import random
from datetime import date, timedelta

import pytest
import time_machine

from assessments.results.selectors.named import named_entries
from branches.rulebook import rule, short_citation
from common import clock
from common.operator import OPERATOR
from common.periods import Period, add_months
from members.corrections.models import Correction
from members.corrections.services import correction_ask, correction_decide
from members.organisations.heads import People
from members.organisations.sizes import ARTICLES, size_findings
from members.roster.models.members import Member, Membership
from members.roster.models.standing import Away
from members.transfers.faults import FAULTS, ROSTER_FAULTS, roster_faults
from members.transfers.models import Transfer
from members.transfers.services.transfers import transfer_withdraw
from tests.examples import part
from tests.members.transfers.support import abroad, asked, sent_out

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def words(day=None):
    return [fault.words for fault in roster_faults(day or clock.today())]


def test_six_months_at_one_place_and_neither_transferred_nor_registered(world):
    member = world.people("branch_a")[3]
    with time_machine.travel("2026-02-28T10:00:00+08:00"):
        row = abroad(member, date(2026, 2, 28), fixed=True)
    assert words(date(2026, 8, 27)) == []
    assert words(date(2026, 8, 28)) == ["甲四2月28日起在某国，满 6 个月未转组织关系"]
    Away.objects.filter(pk=row.pk).update(fixed=False)
    assert words(date(2026, 8, 28)) == []
    Away.objects.filter(pk=row.pk).update(fixed=True, registered_on=date(2026, 5, 1))
    assert words(date(2026, 8, 28)) == []
    Away.objects.filter(pk=row.pk).update(registered_on=None)
    transfer = asked(world)
    assert words() == [], "a transfer is under way"
    transfer_withdraw(by=OPERATOR, transfer=transfer)
    assert len(words()) == 1


def test_a_letter_that_ran_out_unreceived(world):
    transfer = sent_out(world)
    last = transfer.issued_on + 90 * DAY
    assert words(last) == [] and len(words(last + DAY)) == 1
    assert roster_faults(last + DAY, [world.branch_b.pk]) == []
    transfer_withdraw(by=OPERATOR, transfer=transfer)
    assert words(last + DAY) == []


@pytest.mark.parametrize("seed", part(range(6)))
def test_beside_a_slow_count(world, seed):
    chance = random.Random(seed)
    today = clock.today()
    for place in ("branch_a", "branch_b", "branch_c"):
        for member in world.people(place):
            if chance.random() < 0.6:
                starts = today - chance.randrange(400) * DAY
                ends = chance.choice([None, None, starts + chance.randrange(300) * DAY])
                Away.objects.create(
                    member=member,
                    kind="posted",
                    place="外地",
                    starts=starts,
                    ends=ends,
                    fixed=chance.random() < 0.7,
                    registered_on=chance.choice([None, None, min(starts + 30 * DAY, today)]),
                )
            if chance.random() < 0.4:
                day = today - chance.randrange(300) * DAY
                closed = chance.choice([None, day + chance.randrange(120) * DAY])
                Transfer.objects.create(
                    member=member,
                    kind="out",
                    giver=member.home,
                    outside="外单位",
                    letter="1号",
                    asked_on=day,
                    issued_on=day,
                    state="withdrawn" if closed else "issued",
                    closed_on=closed,
                )
            decided(chance, world, member)
    for back in (0, 45, 200):
        day = today - back * DAY
        found = sorted((one.organisation, one.member, one.kind) for one in roster_faults(day))
        assert found == sorted([*slow(day), *slow_right(day.replace(day=1), day)])
        since = day - 60 * DAY
        found = sorted((one.organisation, one.member, one.kind) for one in roster_faults(day, since=since))
        assert found == sorted([*slow(day), *slow_right(since, day)])


def decided(chance, world, member):
    """Perhaps a correction of a member, found right or not, at any branch: where he was then, wherever he is now."""
    if chance.random() < 0.5:
        return
    day = clock.today() - chance.randrange(220) * DAY
    Correction.objects.create(
        member=member,
        item=chance.choice(["education", "work", "dues", "phone"]),
        text="应为硕士",
        asked_on=day - 3 * DAY,
        state=chance.choice(["right", "right", "wrong"]),
        decided_on=day,
        branch=world.places[chance.choice(["branch_a", "branch_b", "branch_c"])],
        reason="核对过",
    )


def slow_right(first, day):
    for row in Correction.objects.all():
        of_roster = row.item in ("education", "work")
        if of_roster and row.state == "right" and first <= row.decided_on <= day:
            yield row.branch_id, row.member_id, 1


def test_a_correction_found_right_is_a_fault_of_its_month_alone(world):
    with time_machine.travel("2026-05-20T10:00:00+08:00", tick=False):
        correction = correction_ask(
            by=world.member, member=Member.objects.get(account=world.member), text="硕士研究生", item="education"
        )
    assert words(date(2026, 6, 30)) == []
    with time_machine.travel("2026-06-03T10:00:00+08:00", tick=False):
        correction_decide(by=world.secretary_a, correction=correction, right=True)
    assert words(date(2026, 5, 31)) == [] and words(date(2026, 6, 2)) == [] and words(date(2026, 7, 31)) == []
    assert words(date(2026, 6, 30)) == ["甲四请求更正学历，6月3日认定属实"]
    (fault,) = roster_faults(date(2026, 6, 30), [world.branch_a.pk])
    assert FAULTS[fault.kind] == "名册与实际不符经审核指出" and fault.correction == correction.pk
    assert roster_faults(date(2026, 6, 30), [world.branch_b.pk]) == []
    with time_machine.travel("2026-07-02T10:00:00+08:00", tick=False):
        # The quarter reads it once, whichever of its days is asked.
        (entry,) = named_entries(
            {ROSTER_FAULTS}, Period("quarter", 2026, 2), clock.today(), {world.branch_a.pk}, clock.today()
        )
        assert (entry.item.fault, entry.item.target) == (1, ("correction", correction.pk))
        assert not named_entries(
            {ROSTER_FAULTS}, Period("quarter", 2026, 3), clock.today(), {world.branch_a.pk}, clock.today()
        )


def slow(day):
    for stay in Membership.objects.all():
        if not (stay.starts <= day and (stay.ends is None or day <= stay.ends)):
            continue
        known = list(Transfer.objects.filter(member=stay.member))
        open_then = [one for one in known if one.asked_on <= day and (one.closed_on is None or one.closed_on > day)]
        for away in Away.objects.filter(member=stay.member, fixed=True):
            there = away.starts <= day and (away.ends is None or day <= away.ends)
            registered = away.registered_on is not None and away.registered_on <= day
            if there and not registered and not open_then and add_months(away.starts, 6) <= day:
                yield stay.organisation_id, stay.member_id, 0
        for one in open_then:
            if one.issued_on and one.issued_on + 90 * DAY < day:
                yield one.giver_id, stay.member_id, 0


def people(full, probationary=0):
    found = People()
    found.numbers[People.NAMES.index("full")] = full
    found.numbers[People.NAMES.index("probationary")] = probationary
    return found


@pytest.mark.parametrize(
    ("kind", "number", "more", "rules"),
    [
        ("branch", people(0), {}, []),
        ("branch", people(2, 3), {}, ["org-branch-3"]),
        ("branch", people(3), {}, []),
        ("branch", people(50), {}, []),
        ("branch", people(48, 3), {}, ["org-branch-max-50"]),
        ("branch", people(7), {"seats": 2}, ["org-committee-7"]),
        ("branch", people(6, 5), {"seats": 1}, []),
        ("branch", people(20), {"seats": 8}, ["org-committee-size"]),
        ("branch", people(20), {"units": 6}, ["org-joint-branch"]),
        ("general_branch", people(49), {}, ["org-general-branch-50"]),
        ("general_branch", people(50), {}, []),
        ("general_branch", people(100), {}, ["org-general-branch-50"]),
        ("committee", people(99), {}, ["org-committee-100"]),
        ("committee", people(100), {}, []),
        ("small_group", people(1), {}, []),
    ],
)
def test_size_by_the_rules(kind, number, more, rules):
    assert [one.rule for one in size_findings(kind, number, **more)] == rules


def test_articles_are_those_of_the_rulebook_and_only_verified_rules_are_cited():
    for name, article in ARTICLES.items():
        assert rule(name).citable and short_citation(rule(name)) == article


def test_the_tree_names_a_branch_that_is_too_small(world, as_):
    for member in world.people("branch_c")[1:]:
        Membership.objects.filter(member=member).update(ends=clock.today() - DAY)
    page = as_("staff").get("/organisations/").content.decode()
    assert "1 个党支部人数不符" in page and "不足 3 名" in page
    flat = as_("staff").get("/organisations/?term=size").content.decode()
    assert "丙中心党支部" in flat and "乙处党支部</a>" not in flat
    detail = as_("staff").get(f"/organisations/{world.branch_c.pk}/").content.decode()
    assert "正式党员 1 名，不足 3 名" in detail and "《机关基层组织工作条例》第七条" in detail

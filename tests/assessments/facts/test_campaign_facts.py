"""Facts of campaigns beside a slow count: records, milestones, acceptances, each by loops over the rows of a random year."""

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import product

import pytest
import time_machine
from django.utils.timezone import make_aware

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from common.periods import Period
from members.activities.models import Activity, ActivityKind
from responsibilities.campaigns.models import (
    Campaign,
    CampaignClosing,
    CampaignMilestone,
    CampaignRecord,
    MilestoneResult,
    Participation,
)
from tests.assessments.facts.only import filling
from tests.examples import part
from tests.records import counted

pytestmark = pytest.mark.django_db
YEAR, AS_OF = 2026, date(2026, 11, 24)
only_these = filling("campaign_record", "campaign", "campaign_accepted")
KEYS = ("branch_a", "branch_b", "branch_c")
KINDS = ("theme_day", "lecture", "assembly")


def some_day(chance, first=date(YEAR, 1, 1), last=date(YEAR, 12, 20)):
    return first + timedelta(days=chance.randrange((last - first).days + 1))


def moment(day):
    return make_aware(datetime.combine(day, time(9)))


def a_campaign(world, chance, number):
    starts = some_day(chance, last=date(YEAR, 8, 1))
    ends = some_day(chance, starts + timedelta(days=30), date(YEAR, 12, 31))
    # The first one is a project that was accepted, so that each measure has something.
    brand = not number or chance.random() < 0.3
    state = chance.choice(
        ["approved", "submitted", "accepted", "failed"] if brand else ["published"] * 3 + ["cancelled"]
    )
    state = state if number else "accepted"
    campaign = Campaign.objects.create(
        organisation=world.branch_a if brand else world.committee,
        kind="brand" if brand else "theme",
        title=f"第{number}号",
        approach="drive",
        occasion="一件事",
        starts=starts,
        ends=ends,
        state=state,
        cancel_reason="并入" if state == "cancelled" else "",
        accepted_on=some_day(chance, starts, AS_OF) if state in ("accepted", "failed") else None,
    )
    if brand and chance.random() < 0.3:
        campaign.prolonged_to, campaign.prolong_reason = ends + timedelta(days=40), "等"
        campaign.save()
    if state != "approved" and brand:
        CampaignClosing.objects.create(
            campaign=campaign,
            organisation=world.branch_a,
            own_level="good",
            own_text="少跑",
            written_by=world.secretary_a,
            written_on=min(some_day(chance, starts, ends + timedelta(days=60)), AS_OF),
        )
    for key in ["branch_a"] if brand else [key for key in KEYS if chance.random() < 0.7]:
        first = some_day(chance, starts, ends) if chance.random() < 0.3 else starts
        left = some_day(chance, first, ends) if chance.random() < 0.4 else None
        rows = [(first, left)]
        if left is not None and chance.random() < 0.5:
            again = some_day(chance, left, ends)
            rows.append((again, some_day(chance, again, ends) if chance.random() < 0.5 else None))
        for starts_on, ends_on in rows:
            Participation.objects.create(
                campaign=campaign,
                organisation=world.places[key],
                source="own" if brand else "joined",
                starts=starts_on,
                ends=ends_on,
            )
    some_milestones(world, chance, campaign)
    return campaign


def some_milestones(world, chance, campaign):
    """Up to three, some of them said done by hand, at once or weeks later."""
    for order in range(chance.randrange(4)):
        row = CampaignMilestone.objects.create(
            campaign=campaign,
            name=chance.choice(["动员部署", "观摩", "评议"]) + str(order),
            due=some_day(chance, campaign.starts, campaign.ends),
            kinds=chance.choice([[], ["theme_day"], ["lecture", "assembly"]]),
        )
        if chance.random() < 0.2:
            done = some_day(chance, campaign.starts, campaign.ends)
            entered = moment(min(done + timedelta(days=chance.choice([0, 3, 40])), AS_OF))
            MilestoneResult.objects.create(
                milestone=row, organisation=world.branch_b, done_on=done, text="做了", added=entered
            )


def a_record(world, chance, campaigns):
    place = world.places[chance.choice([*KEYS, "group_a1"])]
    record = Activity.objects.create(
        organisation=place,
        day=some_day(chance),
        title=chance.choice(["动员部署0会", "动员部署大会", "到观摩1处", "召开评议2会", "观摩学习", "一次活动"]),
        state=chance.choice(["accepted", "accepted", "submitted", "returned"]),
    )
    for kind in chance.sample(KINDS, chance.randrange(1, 3)):
        ActivityKind.objects.create(activity=record, kind=kind)
    counted(record, chance.random() < 0.9)
    for campaign in chance.sample(campaigns, chance.randrange(3)):
        yes = chance.random() < 0.8
        CampaignRecord.objects.create(
            activity=record,
            campaign=campaign,
            added_by=world.secretary_a,
            confirmed_by=world.staff if yes else None,
            confirmed_at=moment(AS_OF) if yes else None,
            removed_at=moment(AS_OF) if chance.random() < 0.1 else None,
            remove_reason="选错",
        )


def ties():
    """(tie, record) of what stands, was confirmed and counts."""
    for tie in CampaignRecord.objects.select_related("activity__organisation", "campaign"):
        record = tie.activity
        stands = tie.removed_at is None and tie.confirmed_at is not None
        if stands and record.state in ("submitted", "accepted") and record.judgements.filter(valid=True).exists():
            yield tie, record


def branch_of(place):
    return place.parent if place.kind == "small_group" else place


def slow():
    """{(organisation, measure, month or year): [done, owed, late, overdue]} of own values."""
    found = defaultdict(lambda: [0, 0, 0, 0])
    for record in {record for tie, record in ties() if tie.campaign.state != "cancelled"}:
        if record.day <= AS_OF:
            found[record.organisation, "campaigns.records", f"{record.day:%Y-%m}"][0] += 1
    for campaign in Campaign.objects.exclude(state="cancelled"):
        _milestones(campaign, found)
        if campaign.kind == "brand":
            end = campaign.prolonged_to or campaign.ends
            known = campaign.accepted_on is not None
            day = min(end, campaign.accepted_on) if known else end
            closing = campaign.closings.first()
            waits = not known and closing is not None and closing.written_on <= end
            if day <= AS_OF and not waits:
                row = found[campaign.organisation, "campaigns.accepted", str(day.year)]
                row[0] += campaign.state == "accepted"
                row[1] += 1
                row[3] += not known
    return found


def best(milestones, records):
    """{milestone: the day of the record that closes it} of the best of all ways: most closed, fewest late, names first."""
    milestones = sorted(milestones, key=lambda row: (bool(row.kinds), row.due, row.pk))
    codes = [{row.kind for row in record.kinds.all()} for record in records]
    choices = [
        [
            *(
                at
                for at, record in enumerate(records)
                if (codes[at] & {*one.kinds} if one.kinds else one.name in record.title)
            ),
            len(records),
        ]
        for one in milestones
    ]

    def worth(way):
        pairs = [(one, records[at]) for one, at in zip(milestones, way, strict=True) if at < len(records)]
        return -len(pairs), sum(record.day > one.due for one, record in pairs), way

    ways = (way for way in product(*choices) if len({*way} - {len(records)}) == sum(at < len(records) for at in way))
    way = min(ways, key=worth)
    return {one: records[at].day for one, at in zip(milestones, way, strict=True) if at < len(records)}


def _milestones(campaign, found):
    for place in {row.organisation for row in campaign.participations.all()}:
        rows = list(campaign.participations.filter(organisation=place))
        first = min(row.starts for row in rows)
        # A fortnight more for who left; a project of one's own ends with its decision.
        more = timedelta(days=0 if campaign.kind == "brand" else 14)
        last = date.max if any(row.ends is None for row in rows) else max(row.ends for row in rows) + more

        def inside(day, first=first, last=last):
            return first <= day <= last

        records = {
            record.pk: record
            for tie, record in ties()
            if tie.campaign == campaign and branch_of(record.organisation) == place
        }
        left = sorted(
            (row for row in records.values() if row.day <= AS_OF and inside(row.day)), key=lambda row: (row.day, row.pk)
        )
        owed = [row for row in campaign.milestones.order_by("due", "pk") if inside(row.due)]
        said = {row: row.results.filter(organisation=place, done_on__lte=AS_OF).first() for row in owed}
        closed = best([row for row in owed if not said[row]], left)
        for milestone in owed:
            done = closed.get(milestone)
            if own := said[milestone]:
                # Who says it by hand has done it no earlier than on the day on which he says so.
                done = max(own.done_on, (own.added + timedelta(hours=8)).date())
            if done is None and milestone.due >= AS_OF:
                continue
            row = found[place, "campaigns.milestones", f"{milestone.due:%Y-%m}"]
            row[0] += done is not None
            row[1] += 1
            row[2] += done is not None and done > milestone.due
            row[3] += done is None


@pytest.mark.parametrize("seed", part([3, 14, 15, 92], of=4))
def test_facts_of_campaigns_are_what_a_slow_count_says(world, seed):
    chance = random.Random(seed)
    with time_machine.travel(f"{AS_OF}T10:00:00+08:00", tick=False):
        campaigns = [a_campaign(world, chance, number) for number in range(8)]
        for _ in range(60):
            a_record(world, chance, campaigns)
        rollups.fill(rebuild=True)
        expected = defaultdict(lambda: [0, 0, 0, 0])
        for (place, measure, period), row in slow().items():
            while place is not None:
                expected[place.pk, measure, period] = [
                    a + b for a, b in zip(expected[place.pk, measure, period], row, strict=True)
                ]
                place = place.parent
    kept = {}
    for fact in Fact.objects.filter(measure__startswith="campaigns."):
        if Period.parse(fact.period).kind == ("year" if fact.measure == "campaigns.accepted" else "month"):
            row = [fact.numerator, fact.denominator or 0, fact.late, fact.overdue]
            if any(row):
                kept[fact.organisation_id, fact.measure, fact.period] = row
    assert kept == {key: row for key, row in expected.items() if any(row)}
    assert {measure for _, measure, _ in kept} == {"campaigns.records", "campaigns.milestones", "campaigns.accepted"}

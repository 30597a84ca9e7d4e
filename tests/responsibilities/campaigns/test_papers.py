"""What of a campaign is printed, written and listed: papers, participants, what it rests on, goals by a measure."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from assessments.facts.models import Fact
from assessments.targets import figures as kept
from assessments.targets.selectors.standings import Asked
from common import clock
from common.periods import MONTH, Period, add_months
from responsibilities.campaigns.figures import compared, span_words
from responsibilities.campaigns.links import CampaignPolicy
from responsibilities.campaigns.models import Campaign
from responsibilities.campaigns.selectors import page as reads
from responsibilities.campaigns.services.campaigns import Goal
from responsibilities.campaigns.services.taking_part import Outcome, outcome_add
from tests.documents import word_text
from tests.responsibilities.campaigns import support
from tests.responsibilities.policies.records import in_force

pytestmark = pytest.mark.django_db


def words(answer):
    return word_text(answer.content)


def paper(as_, who, campaign, key, word=False):
    url = reverse("campaign_paper_download" if word else "campaign_paper", args=[campaign.pk, key])
    return as_(who).post(url) if word else as_(who).get(url)


def test_the_application_says_on_paper_what_was_typed_and_what_was_known(as_, world):
    campaign = support.applied(world)
    for answer in (paper(as_, "secretary_a", campaign, "application"), paper(as_, "staff", campaign, "application")):
        text = answer.content.decode()
        assert "红色帮办品牌项目申报表" in text and "群众多次跑" in text and "动员部署" in text and "活动记录" in text
    text = words(paper(as_, "secretary_a", campaign, "application", word=True))
    assert "红色帮办品牌项目申报表" in text and "党员全程帮办" in text and "动员部署" in text
    assert paper(as_, "secretary_b", campaign, "application").status_code == 404
    assert paper(as_, "secretary_a", campaign, "acceptance").status_code == 404, "nothing to accept yet"
    assert paper(as_, "secretary_a", campaign, "summary").status_code == 404, "no summary of a brand project"


def test_the_acceptance_sheet_holds_both_ratings(as_, world):
    campaign = support.named(world)
    text = words(paper(as_, "staff", campaign, "acceptance", word=True))
    assert "群众少跑一次" in text and "通过。群众认可" in text and "品牌命名：红色帮办" in text


def test_the_summary_counts_and_lists_whoever_takes_part(as_, world):
    campaign = support.running(world, ("branch_a", "branch_b"))
    support.tied(world, campaign)
    data = Outcome("figure", "群众少跑", clock.today(), Decimal(3), Decimal(1), "次")
    outcome_add(by=world.staff, campaign=campaign, organisation=campaign.organisation, data=data)
    text = words(paper(as_, "staff", campaign, "summary", word=True))
    assert "2 个组织参加，开展活动 1 次" in text and "群众少跑：3 次→1 次" in text and "乙处党支部" in text
    assert paper(as_, "secretary_c", campaign, "summary").status_code == 404, "title and outcome alone"


def test_no_lane_is_lost_in_list_and_workbook_and_each_number_opens_its_records(as_, world, monkeypatch):
    monkeypatch.setattr(reads, "LANES", 1)
    campaign = support.running(world, ("branch_a", "branch_b"))
    campaign.milestones.all().delete()
    support.tied(world, campaign)
    client = as_("staff")
    page = client.get(reverse("campaign_detail", args=[campaign.pk])).content.decode()
    assert "其余 1 个组织" in page and reverse("campaign_participants", args=[campaign.pk]) in page
    page = client.get(reverse("campaign_participants", args=[campaign.pk])).content.decode()
    assert "甲处党支部" in page and "乙处党支部" in page
    records = reverse("campaign_records", args=[campaign.pk])
    assert f"{records}?organisation={world.branch_a.pk}" in page
    assert "甲处党支部的关联记录 1 条" in client.get(f"{records}?organisation={world.branch_a.pk}").content.decode()
    assert "关联记录 0 条" in client.get(f"{records}?organisation={world.branch_b.pk}").content.decode()
    book = openpyxl.load_workbook(io.BytesIO(client.post(reverse("campaign_export", args=[campaign.pk])).content))
    cells = [cell.value for row in book.active.iter_rows() for cell in row]
    assert "甲处党支部" in cells and "乙处党支部" in cells, "also without milestones"


def posted(world, **changes):
    return {
        "kind": "theme",
        "title": "窗口帮办代办",
        "approach": "drive",
        "occasion": "高效办成一件事",
        "starts": support.day(-60).isoformat(),
        "ends": support.day(60).isoformat(),
        "m-TOTAL_FORMS": "0",
        "m-INITIAL_FORMS": "0",
        "g-TOTAL_FORMS": "1",
        "g-INITIAL_FORMS": "0",
        "g-0-unit": "次",
        **changes,
    }


def test_what_a_campaign_rests_on_is_chosen_shown_and_kept_when_a_version_ends(as_, world):
    version = in_force(world)
    client = as_("staff")
    client.post(reverse("campaign_new"), posted(world, policies=[version.pk]))
    campaign = Campaign.objects.get()
    url = reverse("campaign_detail", args=[campaign.pk])
    assert reverse("policy_detail", args=[version.policy_id]) in client.get(url).content.decode()
    type(version).objects.filter(pk=version.pk).update(in_force_to=support.day(-1))
    client.post(reverse("campaign_edit", args=[campaign.pk]), posted(world, policies=[version.pk], version=1))
    assert CampaignPolicy.objects.get().version == version
    in_force(world, title="另一项制度")
    answer = client.post(reverse("campaign_new"), posted(world, policies=[version.pk]))
    assert answer.status_code == 422 and Campaign.objects.count() == 1


def fact(world, place, month, numerator, denominator, measure="sync.study"):
    Fact.objects.create(
        family="sync",
        measure=measure,
        organisation=world.places[place],
        period=str(month),
        numerator=numerator,
        denominator=denominator,
    )


def test_a_goal_by_a_measure_shows_what_was_before_and_is_since(as_, world, monkeypatch):
    monkeypatch.setattr(kept, "asked_now", lambda: Asked(clock.today()))
    client = as_("staff")
    goal = {"g-0-name": "研究环节同步", "g-0-kind": "sync.study", "g-0-planned": "90"}
    client.post(reverse("campaign_new"), posted(world, **goal))
    draft = Campaign.objects.get()
    assert [(row.measure, row.unit, row.kinds) for row in draft.goals.all()] == [("sync.study", "%", [])]
    wrong = client.post(reverse("campaign_new"), posted(world, **goal | {"g-0-kind": "sync.nothing"}))
    assert wrong.status_code == 422 and "研究环节同步" in wrong.content.decode()
    goals = [Goal("研究环节同步", Decimal(90), measure="sync.study", unit="%")]
    campaign = support.running(world, ("branch_a", "branch_b"), goals=goals, title="帮办二")
    start = campaign.starts.replace(day=1)
    before, since = Period.containing(MONTH, add_months(start, -1)), Period.containing(MONTH, campaign.starts)
    for place, month, numerator, denominator in (
        ("branch_a", before, 1, 4),
        ("branch_b", before, 1, 1),
        ("branch_a", since, 9, 10),
        ("general", since, 0, 50),
    ):
        fact(world, place, month, numerator, denominator)
    bar = reads.page_of(world.staff, campaign).goals[0]
    # Sum by sum over those that take part: 2 of 5 before, 9 of 10 since; who takes no part is not in it.
    assert (bar.before, bar.value, bar.state) == (Decimal("40.0"), Decimal("90.0"), "met")
    page = client.get(reverse("campaign_detail", args=[campaign.pk])).content.decode()
    span = span_words(compared(campaign.starts, clock.today())[0])
    assert f"{span} 40%" in page and "年" in span
    monkeypatch.setattr(kept, "asked_now", lambda: Asked(None))
    assert reads.page_of(world.staff, campaign).goals[0].state == "unknown"

"""What the pages of targets show: to whom, of how many, of which plan, after a record."""

from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.home.selectors.mechanisms import sentences_of, waiting_groups
from assessments.targets.models import TargetPlan
from assessments.targets.selectors import shares
from assessments.targets.selectors.standings import standings
from common import clock
from tests.assessments.targets.support import behind, issued, plan_at, target_of
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db


def test_a_share_moves_by_itself_after_a_record(world, as_):
    plan = plan_at(world.committee)
    target = target_of(plan, planned=Decimal(1))
    issued(plan)
    rollups.fill()
    url = reverse("target_detail", args=[target.pk])
    before = as_("secretary_a").get(url).context["standing"]
    submitted(world.branch_a, world.secretary_a, kinds=["lecture"])
    rollups.fill()
    after = as_("secretary_a").get(url).context["standing"]
    assert before.percent == 0 and after.state == "met" and after.value.numerator == 1
    page = as_("secretary_a").get(url).content.decode()
    assert "/activities/?kind=lecture" in page.replace("&amp;", "&"), "the value opens the records behind it"


def test_sisters_are_not_shown_and_a_foreign_share_is_not_found(world, as_):
    plan = plan_at(world.committee)
    target = target_of(plan, split="divided", planned=Decimal(4))
    as_("staff").post(
        reverse("target_share_out", args=[target.pk]),
        {
            f"place-{place.pk}": amount
            for place, amount, _ in as_("staff").get(reverse("target_share_out", args=[target.pk])).context["rows"]
        },
    )
    issued(plan)
    rollups.fill()
    page = as_("secretary_a").get(reverse("target_detail", args=[target.pk]))
    assert [line.place for line in page.context["shares"].lines] == [world.branch_a]
    foreign = reverse("target_adjust", args=[target.pk]) + f"?organisation={world.root.pk}"
    assert as_("staff").get(foreign).status_code == 404


def test_filters_export_and_print(world, as_):
    plan = plan_at(world.committee)
    target_of(plan)
    issued(plan)
    rollups.fill()
    client = as_("staff")
    assert client.get(reverse("target_list"), {"state": "met"}).context["lines"] == []
    assert len(client.get(reverse("target_list"), {"q": "党课"}).context["lines"]) == 1
    assert client.post(reverse("target_export")).status_code == 200
    assert "目标责任书" in as_("secretary_a").get(reverse("target_plan_print", args=[plan.pk])).content.decode()


def test_the_number_of_statements_does_not_grow_with_targets_and_branches(world, as_, django_assert_max_num_queries):
    plan = plan_at(world.committee)
    for number in range(12):
        target_of(plan, weight=Decimal(5), name=f"目标 {number}")
    target_of(plan, weight=Decimal(40), measure="activities.study", name="学习")
    issued(plan)
    rollups.fill()
    client = as_("staff")
    client.get(reverse("target_list"))
    with django_assert_max_num_queries(24):
        client.get(reverse("target_list"))


def test_of_many_organisations_a_page_reads_its_own_facts_alone(world, as_, monkeypatch):
    target = behind(world)
    monkeypatch.setattr(shares, "FEW", 1)
    monkeypatch.setattr(shares, "PAGE", 2)
    read = []
    monkeypatch.setattr(
        shares, "standings", lambda rows, places, asked: read.extend(places) or standings(rows, places, asked)
    )
    url, client = reverse("target_detail", args=[target.pk]), as_("staff")
    first = client.get(url).context["shares"]
    assert len(read) == 2 and first.number == 3 and first.known is None
    assert world.branch_b not in read, "the worst come first"
    last = client.get(url, {"page": 2}).context["shares"]
    assert [line.place for line in last.lines] == [world.branch_b] and last.lines[0].standing.state == "met"
    assert "共 3 个，数值差的在前" in client.get(url).content.decode()


def test_the_page_says_that_a_rate_leaves_out_what_is_not_due(world, as_):
    plan = plan_at(world.committee)
    rate = target_of(plan, measure="requirement.life-theme-day", planned=Decimal(90), name="主题党日")
    count = target_of(plan, code="2")
    for target, said in ((rate, True), (count, False)):
        page = as_("staff").get(reverse("target_detail", args=[target.pk])).content.decode()
        assert ("未到期的不在比例之内" in page) is said


def test_who_owes_nothing_reads_that_and_not_that_the_plan_is_empty(world, as_):
    behind(world)
    page = as_("leader_a1").get(reverse("target_list")).content.decode()
    assert "本组织没有承担的目标" in page and "计划还没有目标" not in page
    empty = as_("staff").get(reverse("target_list"))
    assert len(empty.context["lines"]) == 1


def two_plans(world):
    """The Party group's plan of two targets and the committee's of one, both issued; return both."""
    upper, own = plan_at(world.root), plan_at(world.committee)
    for name in ("党课", "学习"):
        target_of(upper, weight=Decimal(50), name=name)
    target_of(own, name="支委会")
    TargetPlan.objects.update(state="issued", issued_on=clock.today())
    rollups.fill()
    return upper, own


def test_of_two_plans_the_filter_names_the_one_that_is_shown_and_a_link_the_other(world, as_):
    upper, own = two_plans(world)
    for who in ("staff", "secretary_a", "party_secretary"):
        client = as_(who)
        page = client.get(reverse("target_list"))
        text = page.content.decode()
        assert page.context["plan"] == upper and "全部计划" not in text, who
        assert f'<option value="{upper.pk}" selected' in text and f"?plan={own.pk}" in text, who
        other = client.get(reverse("target_list"), {"plan": own.pk}).content.decode()
        assert f'<option value="{own.pk}" selected' in other and f"?plan={upper.pk}" in other and "支委会" in other
    lines = sentences_of(world.party_secretary, world.root)[0][1]
    assert [
        line.text.removeprefix(plan.organisation.label) for line, plan in zip(lines, (upper, own), strict=True)
    ] == [
        "年度目标 2 项",
        "年度目标 1 项",
    ], "nothing that was counted is lost when another plan is issued"


def test_another_year_shows_its_own_plan_whatever_plan_was_shown(world, as_):
    upper, _ = two_plans(world)
    following = plan_at(world.committee, year=clock.today().year + 1)
    asked = {"year": following.year, "plan": upper.pk}
    page = as_("staff").get(reverse("target_list"), asked)
    assert page.context["plan"] == following and "已忽略" not in page.content.decode()
    assert as_("staff").get(reverse("target_list"), {"plan": following.pk}).context["plan"] == following


def test_the_front_page_says_the_number_that_the_list_says(world, as_):
    plan = plan_at(world.committee)
    target_of(plan, measure="requirement.life-theme-day", planned=Decimal(90), name="主题党日按期")
    issued(plan)
    rollups.fill()
    (line,) = as_("secretary_a").get(reverse("target_list")).context["lines"]
    (group,) = waiting_groups(world.secretary_a, world.branch_a)
    (task,) = [one for one in group.tasks if one.title == "主题党日按期"]
    assert task.note == f"现值 {line.value}，应达{line.aim}" and "完成" not in task.note


def test_a_year_that_is_over_is_told_in_its_own_words(world, as_):
    target = behind(world)
    with time_machine.travel(f"{target.plan.year + 1}-01-10T09:00:00+08:00"):
        page = as_("staff").get(reverse("target_list")).content.decode()
    assert "年度目标 1 项，已达到 0 项，未达到 1 项" in page and "按进度 1 项" not in page

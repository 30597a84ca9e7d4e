"""Since the last report: what got better and worse, with reasons; how the branches stood; each role's own sentence."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from assessments.hearing.services import answer_draft, assessment_send, objection_make
from assessments.home.selectors.changes import Change, changes_since, shown
from assessments.results.services import assessment_trial
from assessments.scoring.numbers import plain
from branches.jobs.models import ChangeMark
from common import clock
from common.periods import Period
from tests.assessments.home.test_leader import field, item, text_of
from tests.assessments.results.test_results import Q3, publish, quarter, run  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]
NOW = "2026-11-20T10:00:00+08:00"
RULE = "requirement.life-theme-day"


def fact(place, month, state, rule=RULE):
    last = Period.parse(f"2026-{month:02d}").last
    Fact.objects.create(
        family="requirement",
        measure=rule,
        period=f"2026-{month:02d}",
        organisation=place,
        state=state,
        due=last,
        numerator=state != "overdue",
        denominator=1,
    )


@pytest.fixture
def told(world):
    """A missed September and a kept October; the reverse with branch B; branch C as bad as before."""
    for place, before, since in (
        (world.branch_a, "overdue", "met"),
        (world.branch_b, "met", "overdue"),
        (world.branch_c, "overdue", "overdue"),
    ):
        fact(place, 9, before)
        fact(place, 10, since)
    return world


@time_machine.travel(NOW, tick=False)
def test_what_was_missed_and_is_kept_got_better_and_the_reverse_worse(told):
    found = changes_since(told.leader, Q3, {}, [])
    assert [(row.up, row.text) for row in found] == [
        (False, "乙处主题党日没有按期开展"),
        (True, "甲处主题党日按期开展"),
    ]
    assert found[0].why == "三季度按期，此后 1 次未见记录，最早的已逾期 20 天"
    assert found[1].why == "三季度缺 1 次，此后 1 次都有记录"
    # What is not due yet says nothing of anybody.
    fact(told.branch_a, 11, "overdue")
    assert len(changes_since(told.leader, Q3, {}, [])) == 2


@time_machine.travel(NOW, tick=False)
def test_what_the_report_published_stands_whatever_was_made_up_since(told, quarter):  # noqa: F811
    report = publish(quarter, run(quarter)).assessment
    row = report.results.get(organisation=told.branch_b).scores.get(indicator="life-theme")
    assert [reason["target"][2] for reason in row.reasons] == ["life-theme-day"], "missed in the published quarter"
    # The facts of today say that its September is in order: it was made up since.
    found = changes_since(told.leader, Q3, {}, [], report)
    assert not [row for row in found if row.text.startswith("乙处")], "missed then and now"
    Fact.objects.filter(organisation=told.branch_b).update(state="met")
    (better,) = [row for row in changes_since(told.leader, Q3, {}, [], report) if row.text.startswith("乙处")]
    assert better.up and better.why.startswith("三季度缺 1 次")
    # What the report did not miss is in order, whatever became of the record.
    assert not [row for row in changes_since(told.leader, Q3, {}, [], report) if row.text.startswith("甲处")]


@time_machine.travel(NOW, tick=False)
def test_a_reader_is_told_of_his_reach_alone(told, as_):
    assert [row.text[:2] for row in changes_since(told.secretary_b, Q3, {}, [])] == ["乙处"]
    assert changes_since(told.secretary_c, Q3, {}, []) == []


@time_machine.travel(NOW, tick=False)
def test_stages_in_his_charge_are_told_from_their_business_date_on(world, quarter, as_):  # noqa: F811
    publish(quarter, run(quarter))
    rollups.fill()
    office = field(world)
    item(world, office, 20)
    client = as_("leader")
    context = client.get("/").context
    (change,) = [row for row in context["changes"] if "审批改革" in row.text]
    assert not change.up and change.text == "“审批改革”缺同步研究" and "已 20 天" in change.why
    assert client.get(change.url).status_code == 200
    answer = client.get("/changes/")
    assert answer.status_code == 200 and change.text in answer.content.decode()
    assert context["changed"] == len(answer.context["changes"])


def test_four_are_shown_two_of_each_kind_where_there_are():
    up, down = ([Change(way, f"{number}", "", "", number) for number in range(5)] for way in (True, False))
    assert [row.up for row in shown([*up, *down])] == [True, True, False, False]
    assert [row.up for row in shown([*up, *down[:1]])] == [True, True, True, False]
    assert [row.up for row in shown(down)] == [False] * 4 and shown([]) == []


@time_machine.travel(NOW, tick=False)
def test_while_facts_are_made_nothing_is_told_as_a_number(quarter, as_):  # noqa: F811
    publish(quarter, run(quarter))
    page = text_of(as_("leader").get("/"))
    assert "正在汇总" in page and "没有可比的变化" not in page
    assert "正在汇总" in text_of(as_("leader").get("/changes/"))
    assert ChangeMark.objects.exists() or not Fact.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_the_branches_stand_in_their_groups_with_the_change_and_no_rank(quarter, as_):  # noqa: F811
    assert as_("leader").get("/").context["board"] is None
    publish(quarter, run(quarter))
    answer = as_("leader").get("/")
    board = answer.context["board"]
    assert {line.name for line in board.lines} == {"甲处党支部", "乙处党支部", "丙中心党支部"}
    page = text_of(answer)
    (nothing,) = [line for line in board.lines if line.place == quarter.branch_c.pk]
    life = nothing.parts[0]
    assert life.points == 0 and f"{life.name}0/{plain(life.maximum)}" in page, "nothing stands with its whole"
    assert "各支部三季度情况" in page and "不排名次" in page and "第1名" not in page


def test_the_sentence_of_the_office_names_the_objections_that_wait(quarter, as_):  # noqa: F811
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        sent = assessment_send(by=quarter.staff, assessment=assessment_trial(by=quarter.staff, period=Q3))
        ask = {"by": quarter.secretary_b, "assessment": sent, "organisation": quarter.branch_b, "reason": "已开展"}
        theme = objection_make(indicator="life-theme", **ask)
        objection_make(indicator="life-lecture", **ask)
    with time_machine.travel("2026-10-21T10:00:00+08:00", tick=False):
        words = [part.words for part in as_("staff").get("/dashboard/").context["mine"]]
        assert words == ["2 项异议待答复"]
        answer_draft(by=quarter.staff, objection=theme, decision="refused", answer="没有记录")
        (part,) = as_("committee_secretary").get("/dashboard/").context["mine"]
        assert part.words == "1 项异议待答复，1 份异议答复待您复核"
        assert as_("committee_secretary").get(part.url).status_code == 200
        # Who drafted it does not release it; who has no part in it is told nothing of it.
        assert [part.words for part in as_("staff").get("/dashboard/").context["mine"]] == ["1 项异议待答复"]
        assert as_("discipline").get("/dashboard/").context["mine"] == []
    with time_machine.travel("2026-10-29T10:00:00+08:00", tick=False):
        assert "1项异议待答复（逾期1项）" in text_of(as_("staff").get("/dashboard/"))


@time_machine.travel(NOW, tick=False)
def test_a_general_branch_secretary_is_told_what_his_own_organisation_owes_of_all_years(world, as_):
    assert as_("general_secretary").get("/").context["mine"] == []
    fact(world.general, 9, "overdue", "requirement.gb-meeting")
    Fact.objects.update(due=clock.today() - timedelta(days=3))
    (part,) = as_("general_secretary").get("/").context["mine"]
    assert part.words.endswith("本级 1 项应办逾期") and as_("general_secretary").get(part.url).status_code == 200
    Fact.objects.update(due=date(2025, 12, 31))
    (part,) = as_("general_secretary").get("/").context["mine"]
    assert part.words.endswith("（其中往年 1 项）")

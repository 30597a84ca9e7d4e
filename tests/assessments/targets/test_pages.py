"""The pages of targets: drafted, refused with every reason, issued, shared out in two clicks, moved by a record."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.home.selectors.mechanisms import sentences_of, waiting_groups
from assessments.targets.models import StageReport, Target, TargetPlan, TargetShare
from assessments.targets.selectors import shares
from assessments.targets.selectors.standings import standings
from assessments.targets.services.plans import problems_of, target_stop
from branches.places import tree
from common import clock
from common.operator import OPERATOR
from responsibilities.supervision.models import Supervision
from tests.assessments.targets.support import issued, plan_at, stages_of, target_of
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db


def posted(**changes):
    """Return the POST of a quantitative target: four entries, the rest as the form fills it in."""
    values = {
        "name": "党课不少于 40 次",
        "kind": "quantitative",
        "measure": "activities.lecture",
        "direction": "at_least",
        "planned": "40",
        "weight": "100",
        "split": "same",
        "applies": ["branch"],
        "field": "thought",
        "first_month": "1",
        "last_month": "12",
        "stage-TOTAL_FORMS": "6",
        "stage-INITIAL_FORMS": "0",
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def errors(answer):
    text = answer.content.decode()
    return [part.split("<")[0].strip() for part in text.split('class="invalid-feedback')[1:]] + [text]


def test_a_plan_is_drafted_issued_and_seen_by_the_branches(world, as_):
    client = as_("staff")
    made = {"organisation": world.committee.pk, "year": clock.today().year, "title": "年度党建目标"}
    assert client.post(reverse("target_plan_new"), made).status_code == 302
    plan = TargetPlan.objects.get()
    assert client.post(reverse("target_plan_new"), made).status_code == 422, "one for a year"
    assert as_("secretary_a").get(reverse("target_list")).context["plan"] is None, "a draft is nobody else's"
    page = client.post(reverse("target_plan_issue", args=[plan.pk]), follow=True)
    assert "计划还没有目标，请先添加。" in page.content.decode()
    client.post(reverse("target_new", args=[plan.pk]), posted(weight="95"))
    page = client.get(reverse("target_list"))
    assert "同级目标权重合计 95，应为 100。" in page.content.decode()
    target = Target.objects.get()
    client.post(reverse("target_edit", args=[target.pk]), posted())
    client.post(reverse("target_plan_issue", args=[plan.pk]))
    assert TargetPlan.objects.get().state == "issued"
    rollups.fill()
    seen = as_("secretary_a").get(reverse("target_list")).content.decode()
    assert "党课不少于 40 次" in seen and world.branch_a.label in seen
    assert as_("secretary_a").get(reverse("target_detail", args=[target.pk])).status_code == 200


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"measure": "scores.total"}, "计量项"),
        ({"measure": "requirement.life-theme-day", "planned": "101"}, "应达比例在 0 至 100 之间。"),
        ({"planned": "-1"}, "应达"),
        ({"planned": ""}, "请填写应达数值。"),
        ({"planned": "2.5"}, "应达数值应为整数。"),
        ({"name": ""}, "目标"),
        ({"applies": None}, "请选择由哪些组织承担。"),
        ({"first_month": "9", "last_month": "3"}, "截止月不能早于起始月。"),
        ({"weight": "0"}, "权重"),
        ({"measure": "requirement.life-theme-day", "planned": "90", "split": "divided"}, "比例不能分解为总量"),
        ({"kind": "qualitative"}, "定性目标至少分两个阶段。"),
    ],
)
def test_each_refusal_stands_on_the_page_and_nothing_is_written(world, as_, changes, sentence):
    plan = plan_at(world.committee)
    answer = as_("staff").post(reverse("target_new", args=[plan.pk]), posted(**changes))
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not Target.objects.exists()


def test_a_target_that_is_saved_again_keeps_its_number_and_takes_another_that_is_typed(world, as_):
    plan = plan_at(world.committee)
    first = target_of(plan, weight=Decimal(60))
    second = target_of(plan, weight=Decimal(40), name="另一项")
    below = target_of(plan, name="下级", parent=first)
    staff, url = as_("staff"), reverse("target_edit", args=[first.pk])
    shown = staff.get(url).context["form"]
    assert shown["code"].value() == "1"

    def codes():
        return [Target.objects.get(pk=one.pk).code for one in (first, second, below)]

    for typed in ({}, {"code": ""}, {"code": "1"}):
        assert staff.post(url, posted(weight="60", **typed)).status_code == 302
        assert codes() == ["1", "2", "1.1"], typed
    for code, sentence in (("2", "序号“2”已有。"), ("一", "序号应写作 1 这样的编号。"), ("2.9", "序号应写作 1")):
        answer = staff.post(url, posted(weight="60", code=code))
        assert answer.status_code == 422 and sentence in answer.content.decode(), code
    assert staff.post(url, posted(weight="60", code="11")).status_code == 302
    assert codes() == ["11", "2", "11.1"]
    assert staff.post(url, posted(weight="60", code="11", parent=str(second.pk))).status_code == 302
    assert codes() == ["2.1", "2", "2.1.1"]


def test_stages_have_to_add_to_a_hundred_in_order(world, as_):
    plan = plan_at(world.committee)
    url = reverse("target_new", args=[plan.pk])
    rows = {
        "kind": "qualitative",
        "measure": "",
        "planned": "",
        "stage-0-criterion": "形成方案",
        "stage-0-due": f"{plan.year}-03-31",
        "stage-0-part": "50",
        "stage-1-criterion": "落实到位",
        "stage-1-due": f"{plan.year}-09-30",
        "stage-1-part": "40",
    }
    answer = as_("staff").post(url, posted(**rows))
    assert answer.status_code == 422 and "各阶段占比合计 90，应为 100。" in answer.content.decode()
    wrong = as_("staff").post(url, posted(**rows | {"stage-1-part": "50", "stage-1-due": f"{plan.year}-02-01"}))
    assert wrong.status_code == 422 and "各阶段的时限应依次向后。" in wrong.content.decode()
    assert as_("staff").post(url, posted(**rows | {"stage-1-part": "50"})).status_code == 302
    assert Target.objects.get().stages.count() == 2


def test_a_soft_target_and_the_party_groups_plan_without_a_record_are_not_issued(world, as_):
    plan = plan_at(world.root)
    target_of(plan, measure="", planned=None, name="加强学习")
    page = as_("party_secretary").get(reverse("target_list")).content.decode()
    assert "加强学习" not in page
    said = problems_of(TargetPlan.objects.get())
    assert "“加强学习”还没有计量项或阶段标准，不能下达。" in said
    assert any("须先经党组会议审定" in sentence for sentence in said)


def test_an_amount_is_shared_out_over_sixty_branches_in_two_clicks(world, as_):
    for number in range(58):
        tree.organisation_create(by=OPERATOR, name=f"第{number}支部", kind="branch", parent=world.committee)
    plan = plan_at(world.committee)
    target = target_of(plan, split="divided", planned=Decimal(240))
    client = as_("staff")
    page = client.get(reverse("target_share_out", args=[target.pk]))
    rows = page.context["rows"]
    assert len(rows) >= 60 and sum(Decimal(amount) for _, amount, _ in rows) == 240
    confirm = {f"place-{place.pk}": amount for place, amount, _ in rows}
    assert client.post(reverse("target_share_out", args=[target.pk]), confirm).status_code == 302
    assert TargetShare.objects.filter(target=target).count() == len(rows)
    issued(plan)
    short = confirm | {next(iter(confirm)): "0"}
    refused = client.post(reverse("target_share_out", args=[target.pk]), short)
    text = refused.content.decode()
    assert refused.status_code == 422 and "少于目标 240。" in text
    more = confirm | {next(iter(confirm)): "99"}
    assert (
        "已下达的目标，调整须写明原因。"
        in client.post(reverse("target_share_out", args=[target.pk]), more).content.decode()
    )
    assert client.post(reverse("target_share_out", args=[target.pk]), more | {"reason": "新增任务"}).status_code == 302


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


def test_an_issued_target_changes_only_with_a_reason(world, as_):
    plan = plan_at(world.committee)
    target = target_of(plan)
    issued(plan)
    url = reverse("target_adjust", args=[target.pk])
    answer = as_("staff").post(url, {"planned": "50", "reason": ""})
    assert answer.status_code == 422 and "已下达的目标，调整须写明原因。" in answer.content.decode()
    assert as_("staff").post(url, {"planned": "50", "reason": "任务增加"}).status_code == 302
    share = TargetShare.objects.get()
    assert (share.organisation, share.planned, share.reason) == (world.committee, 50, "任务增加")
    assert "任务增加" in as_("secretary_a").get(reverse("target_detail", args=[target.pk])).content.decode()
    assert as_("staff").post(reverse("target_remove", args=[target.pk])).status_code == 409


@pytest.fixture
def staged(world):
    plan = plan_at(world.committee)
    days = (clock.today() + timedelta(days=3), clock.today() + timedelta(days=30))
    target = target_of(plan, kind="qualitative", measure="", planned=None, name="联学机制", stages=stages_of(*days))
    issued(plan)
    return target


def test_a_stage_is_reported_and_judged_on_the_pages(world, as_, staged):
    stage = staged.stages.first()
    rollups.fill()
    client = as_("secretary_a")
    url = reverse("stage_report", args=[stage.pk])
    assert client.post(url, {"own_level": "", "text": ""}).status_code == 422
    assert client.post(url, {"own_level": "reached", "text": "已形成方案"}).status_code == 302
    report = StageReport.objects.get()
    queue = as_("staff").get(reverse("stage_queue"))
    assert "1 项阶段报告待评定" in queue.content.decode()
    judge = reverse("stage_judge", args=[report.pk])
    shown = as_("staff").get(judge).content.decode()
    assert "已形成方案" in shown and "达到" in shown
    assert as_("staff").post(judge, {"level": "mostly", "reason": ""}).status_code == 422
    assert as_("staff").post(judge, {"level": "mostly", "reason": "还缺一项"}).status_code == 302
    detail = client.get(reverse("target_detail", args=[staged.pk])).content.decode()
    assert "基本达到" in detail and "还缺一项" in detail and "已形成方案" in detail
    assert as_("staff").post(judge, {"level": "reached", "reason": "再看"}).status_code == 409


def test_what_waits_stands_on_the_start_pages(world, as_, staged):
    rollups.fill()
    (group,) = waiting_groups(world.secretary_a, world.branch_a)
    assert [task.title for task in group.tasks] == ["阶段 1"] and group.tasks[0].state == "due_soon"
    ((name, lines),) = sentences_of(world.party_secretary, world.root)
    assert name == "党建目标" and lines[0].text == "年度目标 1 项"
    assert [words for words, _ in lines[0].further] == ["按进度 0 项"]
    page = as_("party_secretary").get(reverse("home_waiting")).content.decode()
    assert all(url.replace("&", "&amp;") in page for _, url in lines[0].further), "each number opens its list"


def test_next_years_plan_from_this_years(world, as_):
    plan = plan_at(world.committee)
    target_of(plan, planned=Decimal(3))
    issued(plan)
    submitted(world.branch_a, world.secretary_a, kinds=["lecture"])
    rollups.fill()
    data = {"organisation": world.committee.pk, "year": plan.year + 1, "title": "x", "like": "last"}
    assert as_("staff").post(reverse("target_plan_new"), data).status_code == 302
    copy = Target.objects.get(plan__year=plan.year + 1)
    assert (copy.planned, copy.base, copy.measure) == (3, 1, "activities.lecture"), "what was missed is asked again"
    assert as_("staff").post(reverse("target_plan_new"), data).status_code == 422


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


def behind(world):
    """A target of which branch A has nothing and branch B all, after the year's middle; return it."""
    plan = plan_at(world.committee)
    target = target_of(plan, planned=Decimal(1), last_month=1)
    issued(plan)
    submitted(world.branch_b, world.secretary_b, kinds=["lecture"], day=clock.today().replace(month=1, day=9))
    rollups.fill()
    return target


def test_what_is_behind_is_taken_over_and_an_open_notice_is_shown_instead_of_a_second(world, as_):
    target = behind(world)
    url, client = reverse("target_detail", args=[target.pk]), as_("staff")
    ask = f"{reverse('supervision_new')}?subject=target&about={target.pk}/{world.branch_a.pk}&name=另一个名称"
    lines = {line.place: line for line in client.get(url).context["shares"].lines}
    assert lines[world.branch_a].may_ask and not lines[world.branch_b].may_ask
    assert f"about={target.pk}/{world.branch_a.pk}" in client.get(url).content.decode().replace("&amp;", "&")
    form = client.get(ask).context["form"]
    # The title comes from the target, whatever the address says.
    assert form.initial["title"] == f"{target.name}进度落后" and form.initial["expected"] and form.initial["due"]
    values = {name: form.initial[name] for name in ("title", "expected", "due")}
    made = client.post(ask, values | {"recipient": f"o{world.branch_a.pk}"})
    assert made.status_code == 302, made.content.decode()
    notice = Supervision.objects.get()
    assert (notice.subject, notice.about, notice.about_url) == (
        "target",
        f"target/{target.pk}/{world.branch_a.pk}",
        url,
    )
    line = next(line for line in client.get(url).context["shares"].lines if line.place == world.branch_a)
    assert line.notices == [notice] and not line.may_ask
    assert notice.label in client.get(url).content.decode()
    # A foreign organisation typed by hand, and a reader who supervises nobody.
    foreign = f"{reverse('supervision_new')}?subject=target&about={target.pk}/999999"
    assert client.get(foreign).status_code == 404
    # One that owes nothing of it, and a target that is not there.
    for about in (f"{target.pk}/{world.general.pk}", f"999999/{world.branch_a.pk}"):
        assert client.get(f"{reverse('supervision_new')}?subject=target&about={about}").status_code == 404
    own = as_("secretary_a").get(url).context["shares"].lines
    assert [line.may_ask for line in own] == [False]


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


def test_an_issued_plan_takes_no_soft_target_and_says_that_its_weights_no_longer_add_up(world, as_):
    plan = plan_at(world.committee)
    target_of(plan)
    issued(plan)
    staff, url = as_("staff"), reverse("target_new", args=[plan.pk])
    refused = staff.post(url, posted(name="改进作风", measure="", planned="", weight="30"))
    assert refused.status_code == 422 and "“改进作风”还没有计量项或阶段标准，不能下达。" in refused.content.decode()
    assert Target.objects.count() == 1
    assert staff.post(url, posted(weight="30")).status_code == 302
    assert "同级目标权重合计 130，应为 100。" in staff.get(reverse("target_list")).content.decode()
    assert "权重合计" not in as_("secretary_a").get(reverse("target_list")).content.decode()


def test_what_can_no_longer_be_done_answers_why_in_place_of_a_form(world, as_):
    client, plan = as_("staff"), plan_at(world.committee)
    first, other = target_of(plan, weight=Decimal(50)), target_of(plan, weight=Decimal(50), name="另一项")
    assert client.get(reverse("target_stop", args=[first.pk])).status_code == 409, "a draft is changed, not stopped"
    issued(plan)
    for name, target in (("target_remove", first), ("target_import", plan)):
        assert client.get(reverse(name, args=[target.pk])).status_code == 409, name
    target_stop(by=OPERATOR, target=other, reason="任务取消")
    for name in ("target_stop", "target_adjust"):
        assert client.get(reverse(name, args=[other.pk])).status_code == 409, name
    assert client.get(reverse("target_adjust", args=[first.pk])).status_code == 200
    TargetPlan.objects.update(state="closed", closed_on=clock.today())
    for name, row in (
        ("target_new", plan), ("target_plan_approve", plan), ("target_adjust", first), ("target_stop", first),
    ):  # fmt: skip
        answer = client.get(reverse(name, args=[row.pk]))
        assert answer.status_code == 409 and "已经结束" in answer.content.decode(), name


def staged_on(world, *days):
    plan = plan_at(world.committee)
    target = target_of(plan, kind="qualitative", measure="", planned=None, stages=stages_of(*days))
    issued(plan)
    return target


def test_a_stage_says_that_it_is_late_and_a_late_report_stays_late(world, as_):
    today = clock.today()
    target = staged_on(world, today - timedelta(days=3), today + timedelta(days=9))
    url = reverse("target_detail", args=[target.pk])
    page = as_("secretary_a").get(url).content.decode()
    assert "逾期 3 天" in page and "临期" in page
    assert "3 个组织逾期未报告" in as_("staff").get(url).content.decode()
    stage = target.stages.first()
    report = reverse("stage_report", args=[stage.pk])
    as_("secretary_a").post(report, {"own_level": "reached", "text": "已完成"})
    row = StageReport.objects.get()
    assert row.days_late == 3
    page = as_("secretary_a").get(url).content.decode()
    assert "待评定" in page and "逾期 3 天报告" in page
    assert "2 个组织逾期未报告" in as_("staff").get(url).content.decode()
    assert "逾期 3 天" in as_("staff").get(reverse("stage_queue")).content.decode()
    # What was sent back keeps the day of its first report.
    StageReport.objects.update(reported_on=stage.due)
    as_("staff").post(reverse("stage_return", args=[row.pk]), {"reason": "写明成效"})
    assert "已退回" in as_("secretary_a").get(url).content.decode()
    as_("secretary_a").post(report, {"own_level": "reached", "text": "已完成，形成方案"})
    row.refresh_from_db()
    assert (row.state, row.days_late) == ("reported", 0)
    as_("staff").post(reverse("stage_judge", args=[row.pk]), {"level": "mostly", "reason": "方案未印发"})
    page = as_("secretary_a").get(url).content.decode()
    assert "基本达到" in page and report not in page
    for name, who in (("stage_judge", "staff"), ("stage_return", "staff")):
        assert as_(who).get(reverse(name, args=[row.pk])).status_code == 409
    assert as_("secretary_a").get(report).status_code == 409


def test_a_general_branch_is_told_in_which_targets_its_branches_are_behind(world, as_):
    target = behind(world)
    groups = {group.name: group.tasks for group in waiting_groups(world.general_secretary, world.general)}
    below = [place for place in (world.branch_a, world.branch_b, world.branch_c) if world.general.contains(place)]
    late = [place for place in below if place != world.branch_b]
    assert late, "the standing world has a branch below the general branch"
    (task,) = [one for one in groups["党建目标"] if one.url == reverse("target_detail", args=[target.pk])]
    assert task.title == target.name and f"{len(late)} 个支部落后，共 {len(below)} 个" in task.note
    assert target.name in as_("general_secretary").get(reverse("home_waiting")).content.decode()


def test_a_general_branch_reads_in_its_list_what_its_branches_owe(world, as_):
    """The front page says who is behind; the list behind it says the same, not that the plan is empty."""
    target = behind(world)
    page = as_("general_secretary").get(reverse("target_list"))
    (line,) = page.context["lines"]
    assert (line.target, line.standing.state, line.value) == (target, "missed", "1 个组织落后，共 1 个")
    assert "年度目标 1 项，按进度 0 项，落后 1 项" in page.content.decode()
    detail = as_("general_secretary").get(reverse("target_detail", args=[target.pk]))
    assert (detail.context["standing"].state, detail.context["value"]) == ("missed", "1 个组织落后，共 1 个")
    exported = as_("general_secretary").post(reverse("target_export"))
    assert exported.status_code == 200
    record = submitted(world.branch_c, world.secretary_c, kinds=["lecture"], day=clock.today().replace(month=1, day=9))
    rollups.fill()
    (line,) = as_("general_secretary").get(reverse("target_list")).context["lines"]
    assert (line.standing.state, line.value) == ("met", "达到或按进度 1/1 个组织"), record


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
    assert "年度目标 1 项，已达到 1 项" in page and "按进度 1 项" not in page


def test_what_is_not_behind_cannot_be_supervised_as_behind(world, as_):
    target, client = behind(world), as_("staff")
    ask = f"{reverse('supervision_new')}?subject=target&about={target.pk}/{world.branch_b.pk}"
    answer = client.get(ask)
    assert answer.status_code == 409 and "现在是“已达到”" in answer.content.decode()
    sent = client.post(ask, {"recipient": f"o{world.branch_b.pk}", "title": "x", "expected": "y"})
    assert sent.status_code == 409 and not Supervision.objects.exists()

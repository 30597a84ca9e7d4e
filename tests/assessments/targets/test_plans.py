"""A plan on its pages: drafted, refused with every reason, issued, shared out in two clicks, changed with a reason."""

from decimal import Decimal

import lxml.html
import pytest
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.targets.models import Target, TargetPlan, TargetShare
from assessments.targets.services.moves import target_stop
from assessments.targets.services.plans import problems_of
from branches.places import tree
from common import clock
from common.operator import OPERATOR
from tests.assessments.targets.support import issued, plan_at, target_of
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
    # What is no number is kept, and named where it stands.
    refused = client.post(reverse("target_share_out", args=[target.pk]), confirm | {next(iter(confirm)): "四"})
    page = lxml.html.fromstring(refused.content.decode())
    assert refused.status_code == 422
    (field,) = page.xpath("//input[@aria-invalid='true']")
    assert (field.get("name"), field.get("value")) == (next(iter(confirm)), "四")
    assert "请填写整数。" in page.get_element_by_id(field.get("aria-describedby")).text_content()
    more = confirm | {next(iter(confirm)): "99"}
    assert (
        "已下达的目标，调整须写明原因。"
        in client.post(reverse("target_share_out", args=[target.pk]), more).content.decode()
    )
    assert client.post(reverse("target_share_out", args=[target.pk]), more | {"reason": "新增任务"}).status_code == 302


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


def test_next_years_plan_from_this_years(world, as_):
    plan = plan_at(world.committee)
    target_of(plan, planned=Decimal(3), split="own")
    issued(plan)
    submitted(world.branch_a, world.secretary_a, kinds=["lecture"])
    rollups.fill()
    data = {"organisation": world.committee.pk, "year": plan.year + 1, "title": "x", "like": "last"}
    assert as_("staff").post(reverse("target_plan_new"), data).status_code == 302
    copy = Target.objects.get(plan__year=plan.year + 1)
    assert (copy.planned, copy.base, copy.measure) == (3, 1, "activities.lecture"), "what was missed is asked again"
    assert as_("staff").post(reverse("target_plan_new"), data).status_code == 422


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

"""What the mechanisms ask of people, measured on their forms and pages: typed entries and clicks of each main task.

The bounds below are the promise. A form is opened as its user opens it and sent with what stands in it
already, plus what the task says is entered. Each of those entries is left out once: where the form goes through without it,
it was not asked for. Clicks are the pages on the way, each one linked from the page before, and the button at the end.
"""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.urls import reverse
from lxml import html

from assessments.targets.models import StageReport
from assessments.targets.services.stages import stage_report
from common import clock
from members.activities.models import Resolution
from responsibilities.campaigns.models import Campaign
from responsibilities.campaigns.services.taking_part import campaign_invite
from responsibilities.policies.models import RunStep
from responsibilities.policies.services.runs import run_begin
from tests.assessments.targets.support import issued, plan_at, stages_of, target_of
from tests.members.activities.records import ahead_of, on_leave
from tests.members.cadres.made import plan
from tests.members.corrections.made import asked as asked_for
from tests.members.corrections.made import held as held_for
from tests.members.corrections.made import mine
from tests.members.dues.made import fixed, this_month
from tests.members.resources.made import offered, planned
from tests.members.transfers.support import asked
from tests.responsibilities.campaigns import support
from tests.responsibilities.policies.records import PAPERS, in_force, written
from tests.responsibilities.practices import support as practices
from tests.world import identity

pytestmark = pytest.mark.django_db


@dataclass
class Task:
    """One main task as its user does it.

    way: addresses from the page on which he begins to the one that takes the form, which may be a button of the page before.
    entries: {name of the field: value} that he types or chooses. typed: how many he may have to enter; clicks: how many.
    """

    who: str
    way: list[str]
    clicks: int
    typed: int = 0
    entries: dict[str, str] = field(default_factory=dict)


def _links(page):
    """Return the addresses to which a page leads, each also without its query."""
    found = [urlsplit(url) for url in page.xpath("//a/@href")]
    return {url.path for url in found} | {f"{url.path}?{url.query}" for url in found}


def _forms(page, here, there):
    """Return the forms of a page at `here` that send to `there`."""
    posting = [form for form in page.forms if form.method.upper() == "POST"]
    return [form for form in posting if (form.action or here) == there]


def _values(form):
    """Return what a form sends as it stands: {name: [values]}, without its buttons."""
    found = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def measured(client, task):
    """Return (entries without which the form is refused, clicks); the form has been sent once with all of them."""
    *before, last = task.way
    clicks, page, here = 0, None, ""
    for address in before:
        if page is not None:
            assert address in _links(page), f"{here} does not lead to {address}"
            clicks += 1
        page, here = html.fromstring(client.get(address).content), address
    forms = _forms(page, here, last)
    if not forms:
        assert last in _links(page), f"{here} does not lead to {last}"
        clicks += 1
        page, here = html.fromstring(client.get(last).content), last
        forms = _forms(page, last, last)
    form = max(forms, key=lambda one: len(one.inputs.keys()))
    shown = _values(form)
    needed = set()
    for name in task.entries:
        less = {key: value for key, value in task.entries.items() if key != name}
        with transaction.atomic():
            if client.post(last, shown | less).status_code != 302:
                needed.add(name)
            transaction.set_rollback(True)
    assert client.post(last, shown | task.entries).status_code == 302
    return needed, clicks + 1


def policy(world):
    """title, day; the number is asked when it is put in force."""
    entries = {"title": "意见建议办理制度", "issued_on": "2026-03-02"}
    return Task("staff", [reverse("policy_list"), reverse("policy_new")], 2, 4, entries)


def policy_issue(world):
    version = written(world)
    detail = reverse("policy_detail", args=[version.policy_id])
    return Task("staff", [detail, reverse("policy_issue", args=[version.pk])], 2)


def policy_note(world):
    version = in_force(world, since=clock.today())
    detail = reverse("policy_detail", args=[version.policy_id])
    return Task("secretary_a", [detail, reverse("policy_note", args=[version.pk])], 1)


def policy_step(world):
    """A step that no record shows: one sentence."""
    version = in_force(world, since=clock.today(), steps=PAPERS)
    run = run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
    step = RunStep.objects.filter(run=run).first()
    way = [reverse("policy_run_detail", args=[run.pk]), reverse("policy_step_done", args=[step.pk])]
    return Task("secretary_a", way, 2, 1, {"text": "已提出"})


def target(world):
    plan = plan_at(world.committee)
    entries = {"name": "党课", "measure": "activities.lecture", "planned": "40", "weight": "100"}
    return Task("staff", [reverse("target_list"), reverse("target_new", args=[plan.pk])], 2, 4, entries)


def _stage(world):
    plan = plan_at(world.committee)
    days = (date(plan.year, 1, 5), date(plan.year, 12, 20))
    aim = target_of(plan, kind="qualitative", measure="", planned=None, stages=stages_of(*days))
    issued(plan)
    return aim.stages.first()


def stage(world):
    """A level, and one sentence where no record says it."""
    row = _stage(world)
    way = [reverse("target_detail", args=[row.target_id]), reverse("stage_report", args=[row.pk])]
    return Task("secretary_a", way, 2, 2, {"own_level": "reached", "text": "已完成"})


def judging(world):
    """Level and reason are there already, out of what was reported."""
    row = _stage(world)
    stage_report(by=world.secretary_a, stage=row, organisation=world.branch_a, own_level="reached", text="已完成")
    report = StageReport.objects.get()
    way = [reverse("stage_queue"), reverse("stage_judge", args=[report.pk])]
    return Task("staff", way, 2)


def campaign(world):
    entries = {"title": "窗口帮办代办", "approach": "drive", "occasion": "高效办成一件事"}
    return Task("staff", [reverse("campaign_list"), reverse("campaign_new")], 2, 6, entries)


def campaign_join(world):
    row = support.running(world, ())
    campaign_invite(by=world.staff, campaign=row, places=None)
    way = [reverse("campaign_detail", args=[row.pk]), reverse("campaign_join", args=[row.pk, world.branch_a.pk])]
    return Task("secretary_a", way, 1)


def campaign_close(world):
    """A level; the sentence is filled in with what was counted."""
    row = support.running(world)
    row.milestones.all().delete()
    Campaign.objects.filter(pk=row.pk).update(ends=support.day(-1))
    way = [reverse("campaign_detail", args=[row.pk]), reverse("campaign_close", args=[row.pk, world.branch_a.pk])]
    return Task("secretary_a", way, 2, 1, {"own_level": "good"})


def campaign_apply(world):
    """Title, approach, what it uses, problem, difference, one milestone with its day."""
    entries = {
        "title": "红色帮办",
        "approach": "drive",
        "occasion": "高效办成一件事",
        "problem": "群众多次跑",
        "difference": "全程帮办",
        "m-0-name": "动员部署",
        "m-0-due": support.day(30).isoformat(),
    }
    return Task("secretary_a", [reverse("campaign_list"), reverse("campaign_apply")], 2, 7, entries)


def resource(world):
    entries = {"name": "三楼会议室"}
    return Task("secretary_b", [reverse("resource_list"), reverse("resource_new")], 2, 3, entries)


def offer(world):
    record = planned(world.branch_a, world.secretary_a)
    way = [reverse("activity_detail", args=[record.pk]), reverse("offer_new", args=[record.pk])]
    return Task("secretary_a", way, 2, 2)


def offer_join(world):
    row = offered(world)
    return Task("secretary_b", [reverse("offer_list"), reverse("offer_ask", args=[row.pk])], 1)


def practice(world):
    """Three entries where it begins with nothing."""
    entries = {"title": "周五联席半小时", "problem": "一项业务走两遍会", "steps": "对好议题"}
    return Task("secretary_a", [reverse("practice_list"), reverse("practice_new")], 2, 3, entries)


def _from(page, name, pk):
    return [page, f"{reverse('practice_new')}?{name}={pk}"]


def practice_of_record(world):
    """Title and steps are those of the record; what it solves stands in no record."""
    record = support.accepted(world, title="联席半小时")
    for order, text in enumerate(("周五对好下周的议题", "会后三日内印发分工"), 1):
        Resolution.objects.create(activity=record, order=order, text=text)
    way = _from(reverse("activity_detail", args=[record.pk]), "activity", record.pk)
    return Task("staff", way, 2, 1, {"problem": "一项业务走两遍会"})


def practice_of_campaign(world):
    row = support.named(world)
    return Task("secretary_a", _from(reverse("campaign_detail", args=[row.pk]), "campaign", row.pk), 2)


def practice_of_policy(world):
    """All is there; where the policy says of itself nothing, what it solves is typed."""
    version = in_force(world, summary="意见建议提了没有下文")
    return Task("secretary_a", _from(reverse("policy_detail", args=[version.policy_id]), "policy", version.pk), 2)


def _of_practice(who, row, name, *args, **options):
    way = [reverse("practice_detail", args=[row.pk]), reverse(name, args=args or [row.pk])]
    return Task(who, way, **options)


def practice_prove(world):
    row = practices.candidate(world)
    return _of_practice("staff", row, "practice_prove", clicks=2, typed=1, entries={"reason": "按期率提高"})


def practice_formalise(world):
    return _of_practice("staff", practices.proven(world), "practice_formalise", clicks=2)


def practice_retire(world):
    row = practices.proven(world)
    return _of_practice("staff", row, "practice_retire", clicks=2, typed=1, entries={"reason": "并入制度"})


def practice_adopt(world):
    row = practices.proven(world)
    return _of_practice("secretary_b", row, "practice_adopt", row.pk, world.branch_b.pk, clicks=1)


def practice_report(world):
    """What is done with it, and one sentence; that is filled in where figures can be compared."""
    row = practices.lived(practices.adopted(world))
    entries = {"result": "kept", "text": "两会合开"}
    return _of_practice("secretary_b", row.practice, "practice_report", row.pk, clicks=2, typed=2, entries=entries)


def practice_judge(world):
    """A level and its reason; that is filled in where figures can be compared."""
    row = practices.reported(world)
    entries = {"level": "better", "reason": "分工有了记录"}
    return _of_practice("staff", row.practice, "practice_judge", row.pk, clicks=2, typed=2, entries=entries)


def practice_stop(world):
    row = practices.judged(world)
    entries = {"reason": "两会又分开了"}
    return _of_practice("secretary_b", row.practice, "practice_stop", row.pk, clicks=2, typed=1, entries=entries)


def transfer(world):
    """Nothing typed: the branch is chosen."""
    member = world.people("branch_a")[3]
    way = [reverse("member_detail", args=[member.pk]), reverse("transfer_ask", args=[member.pk])]
    return Task("secretary_a", way, 2, 1, {"taker": str(world.branch_b.pk)})


def transfer_receive(world):
    row = asked(world)
    return Task("secretary_b", [reverse("transfer_list"), reverse("transfer_receive", args=[row.pk])], 1)


def transfer_in(world):
    """Name, number, day of joining, former body, letter; the branch is filled in where he keeps one roster."""
    entries = {
        "name": "新来",
        "identity": identity(60),
        "joined_on": "2012-07-01",
        "outside": "外单位党支部",
        "letter": "1号",
    }
    return Task("secretary_b", [reverse("transfer_list"), reverse("transfer_in")], 2, 5, entries)


def correction(world):
    """What is missed stands on the own page; the sentence is the only thing typed."""
    record = held_for(mine(world))
    sends = f"{reverse('own_correction')}?meeting={record.pk}"
    way = [reverse("member_own"), reverse("own_meeting", args=[record.pk]), sends]
    return Task("member", way, 2, 1, {"text": "当天公假，已请假"})


def correction_decided(world):
    row = asked_for(world)
    return Task("secretary_a", [reverse("home"), reverse("correction_detail", args=[row.pk])], 2, 1, {"right": "1"})


def leave(world):
    """What comes stands on the own page; the reason is the only thing typed."""
    meeting = ahead_of(world.branch_a)
    return Task("member", [reverse("member_own"), reverse("own_leave", args=[meeting.pk])], 2, 1, {"reason": "公差"})


def leave_agreed(world):
    row = on_leave(world)
    return Task("secretary_a", [reverse("home"), reverse("leave_detail", args=[row.pk])], 2, 1, {"agree": "1"})


def standing(world):
    member = world.people("branch_a")[3]
    way = [reverse("member_detail", args=[member.pk]), reverse("member_status", args=[member.pk])]
    return Task("secretary_a", way, 2, 2, {"ground": "查找无果", "document": "机关党委〔2026〕3号"})


def leaving(world):
    member = world.people("branch_a")[3]
    way = [reverse("member_detail", args=[member.pk]), reverse("member_leave", args=[member.pk])]
    return Task("secretary_a", way, 2, 1, {"ground": "deceased"})


def dues_month(world):
    """Everybody is chosen already: two clicks and nothing typed."""
    fixed(world)
    month = f"{reverse('dues_month', args=[this_month()])}?organisation={world.branch_a.pk}"
    return Task("secretary_a", [reverse("home_waiting"), month], 2)


def own_pledges(world):
    """What is pressing stands ticked: two clicks and nothing typed."""
    return Task("member", [reverse("member_own"), reverse("own_commitment")], 2)


def care_mark(world):
    """The person and the category; a note is free."""
    entries = {"member": str(world.people("branch_a")[4].pk), "kind": "hardship"}
    new = f"{reverse('care_mark_new')}?organisation={world.branch_a.pk}"
    return Task("secretary_a", [reverse("care_list"), new], 2, 2, entries)


def dues_use(world):
    entries = {"heading": "training", "amount": "200", "purpose": "教材"}
    new = f"{reverse('dues_use_new')}?organisation={world.branch_a.pk}"
    return Task("secretary_a", [reverse("dues_uses", args=[clock.today().year]), new], 2, 3, entries)


def training_class(world):
    """Title and first day; posts, hours and place may be said too: five entries at most (mechanisms, table of burden)."""
    entries = {"title": "书记轮训", "first": "2026-10-22"}
    return Task("staff", [reverse("cadres_classes"), reverse("cadres_class_new")], 2, 2, entries)


def training_plan(world):
    """Last year's classes a year later: the page, and one click."""
    plan(world, clock.today().year - 1)
    copy = f"{reverse('cadres_plan_copy', args=[clock.today().year])}?organisation={world.committee.pk}"
    return Task("staff", [reverse("cadres_classes"), copy], 1)


TASKS = {
    one.__name__: one
    for one in (
        *(target, stage, judging),
        *(policy, policy_issue, policy_note, policy_step),
        *(campaign, campaign_join, campaign_close, campaign_apply),
        *(resource, offer, offer_join),
        *(dues_month, dues_use),
        *(own_pledges, care_mark),
        *(training_class, training_plan),
        *(transfer, transfer_receive, transfer_in, standing, leaving, correction, correction_decided),
        *(leave, leave_agreed),
        *(practice, practice_of_record, practice_of_campaign, practice_of_policy),
        *(practice_prove, practice_formalise, practice_retire),
        *(practice_adopt, practice_report, practice_judge, practice_stop),
    )
}


@pytest.mark.parametrize("name", TASKS)
def test_a_task_asks_no_more_than_was_promised(name, world, as_):
    task = TASKS[name](world)
    needed, clicks = measured(as_(task.who), task)
    assert needed == set(task.entries), f"asked for nothing: {set(task.entries) - needed}"
    assert len(needed) <= task.typed and clicks <= task.clicks, (needed, clicks)


def test_the_measuring_sees_what_nobody_asks_for(world, as_):
    """The ruler itself: an entry that goes through when it is left out is not counted."""
    task = policy(world)
    task.entries["summary"] = "不必填的摘要"
    needed, _ = measured(as_(task.who), task)
    assert needed == {"title", "issued_on"}

"""Practices through HTTP: proposed, proven, adopted, reported, judged, written into a policy, retired; every refusal."""

import io
from dataclasses import replace

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.access.services.appointments import appointment_make
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common.operator import OPERATOR
from common.periods import Period
from members.activities.services.states import activity_accept
from responsibilities.campaigns.models import Campaign
from responsibilities.campaigns.services.taking_part import closing_judge, closing_write
from responsibilities.policies.models import Policy, PolicyVersion
from responsibilities.policies.services.issuing import policy_repeal, policy_revise
from responsibilities.policies.services.policies import CheckData, StepData, procedure_set
from responsibilities.practices.measures import spread_counts
from responsibilities.practices.models import Adoption, Practice, PracticeDecision, PracticeSource
from responsibilities.practices.rules import ready_on
from responsibilities.practices.selectors.page import Line
from responsibilities.practices.services.adoptions import adoption_report
from responsibilities.practices.services.practices import practice_retire
from responsibilities.practices.waiting import tasks
from tests.members.activities.records import submitted
from tests.responsibilities.campaigns.support import named, running
from tests.responsibilities.policies.records import in_force
from tests.responsibilities.practices.support import (
    THEME_DAY,
    adopted,
    ago,
    candidate,
    drafted,
    formalised,
    issued,
    judged,
    lived,
    proven,
    reported,
    stood,
)

pytestmark = pytest.mark.django_db


def text_of(answer):
    return answer.content.decode()


def posted(world, **changes):
    said = {
        "organisation": world.branch_a.pk,
        "title": "周五联席半小时",
        "problem": "一项业务走两遍会",
        "steps": "对好议题\n定牵头人",
        "started": ago(100).isoformat(),
        "measure": THEME_DAY,
        "building": "organisation",
        "way": "",
    }
    return said | changes


def test_a_branch_proposes_and_somebody_else_proves(as_, world):
    secretary, staff = as_("secretary_a"), as_("staff")
    assert secretary.post(reverse("practice_new"), posted(world)).status_code == 302
    practice = Practice.objects.get()
    assert (practice.organisation, practice.initials) == (world.branch_a, "zwlxbxs")
    here, prove = (reverse(name, args=[practice.pk]) for name in ("practice_detail", "practice_prove"))
    # A candidate does not exist for a sister, and nobody adopts it.
    assert as_("secretary_b").get(here).status_code == 404
    assert "认定以后才能采用" in text_of(staff.get(here))
    assert as_("leader").post(prove, {"reason": "好"}).status_code == 403
    refused = staff.post(prove, {"reason": " "})
    assert refused.status_code == 422 and "请填写认定的依据。" in text_of(refused)
    assert stood(practice).stage == "candidate"
    assert staff.post(prove, {"reason": "按期率提高"}).status_code == 302
    assert [row.state for row in PracticeDecision.objects.filter(ends=None)] == ["proven"]
    assert as_("secretary_b").get(here).status_code == 200
    assert Notice.objects.filter(recipient=world.secretary_a, kind="practice", text__contains="已认定").exists()
    assert staff.post(prove, {"reason": "再认定"}).status_code == 409
    # What was proven is what stands.
    assert secretary.get(reverse("practice_edit", args=[practice.pk])).status_code == 409


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "请填写“名称”。"),
        ({"title": "长" * 61}, "“名称”最多 60 个字，现在有 61 个。"),
        ({"problem": ""}, "请填写“解决什么问题”。"),
        ({"steps": " \n "}, "请填写“做法步骤”。"),
        ({"started": "2999-01-01"}, "日期应在"),
        ({"started": ago(-1).isoformat()}, "开始日期不能晚于今天。"),
        ({"measure": "requirement.life-org-meeting"}, "该计量项按年计，不能比较前后数月。"),
        ({"measure": "duties.done"}, "该计量项按季计，不能比较前后数月。"),
        ({"measure": "no.such"}, "没有“no.such”这个计量项。"),
        ({"way": "x"}, "“服务业务的方式”请从列表中选择。"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(as_, world, changes, words):
    answer = as_("secretary_a").post(reverse("practice_new"), posted(world, **changes))
    assert answer.status_code == 422 and words in text_of(answer)
    assert not Practice.objects.exists() and ("problem" in changes or "一项业务走两遍会" in text_of(answer))


def test_a_name_is_used_once_and_an_older_form_is_refused(as_, world):
    practice = candidate(world)
    secretary = as_("secretary_a")
    assert "本组织已有同名的典型经验。" in text_of(secretary.post(reverse("practice_new"), posted(world)))
    edit = reverse("practice_edit", args=[practice.pk])
    said = posted(world, version=practice.version, problem="会太多")
    assert as_("officer_a").post(edit, said).status_code == 302
    answer = secretary.post(edit, said)
    assert answer.status_code == 409 and "刚由officer_a 用户修改" in text_of(answer)


def test_nobody_decides_on_what_he_entered(as_, world):
    record = activity_accept(by=world.staff, activity=submitted(world.branch_a, world.secretary_a))
    staff = as_("staff")
    page = reverse("activity_detail", args=[record.pk])
    link = f"{reverse('practice_new')}?activity={record.pk}"
    assert link in text_of(staff.get(page)) and link not in text_of(as_("secretary_a").get(page))
    form = text_of(staff.get(link))
    assert "已按“" in form and "甲处党支部" in form
    said = posted(world, activity=record.pk)
    assert staff.post(reverse("practice_new"), said).status_code == 302
    practice = Practice.objects.get()
    assert PracticeSource.objects.get().activity == record and practice.author == world.staff
    answer = staff.post(reverse("practice_prove", args=[practice.pk]), {"reason": "好"})
    assert answer.status_code == 409 and "本人登记的事项由他人审定。" in text_of(answer)
    head = as_("committee_secretary")
    assert head.post(reverse("practice_prove", args=[practice.pk]), {"reason": "好"}).status_code == 302
    # Without a record of that branch the office proposes nothing, and from another branch's it does not either.
    assert staff.post(reverse("practice_new"), posted(world, title="另一项")).status_code == 422
    other = activity_accept(by=world.staff, activity=submitted(world.branch_b, world.secretary_b))
    assert staff.post(reverse("practice_new"), posted(world, title="另一项", activity=other.pk)).status_code == 422
    assert as_("secretary_a").get(f"{reverse('practice_new')}?activity={other.pk}").status_code == 404


def test_one_click_adopts_it_once_and_not_ones_own(as_, world):
    practice = proven(world)
    secretary = as_("secretary_b")
    adopt = reverse("practice_adopt", args=[practice.pk, world.branch_b.pk])
    assert f'action="{adopt}"' in text_of(secretary.get(reverse("practice_detail", args=[practice.pk])))
    assert secretary.post(adopt).status_code == 302
    row = Adoption.objects.get()
    assert (row.organisation, row.starts, row.adapted) == (world.branch_b, ago(0), "")
    again = secretary.post(adopt)
    assert again.status_code == 422 and f"已在采用（{ago(0):%Y-%m-%d}起）。" in text_of(again)
    own = as_("secretary_a").post(reverse("practice_adopt", args=[practice.pk, world.branch_a.pk]))
    assert own.status_code == 422 and "本支部的做法不必再登记采用。" in text_of(own)
    # Somebody else's branch, or one below the reader, is not his to adopt for.
    assert secretary.post(reverse("practice_adopt", args=[practice.pk, world.branch_c.pk])).status_code == 404
    assert as_("staff").post(reverse("practice_adopt", args=[practice.pk, world.branch_c.pk])).status_code == 403
    practice_retire(by=world.staff, practice=practice, reason="并入制度")
    late = as_("secretary_c").post(reverse("practice_adopt", args=[practice.pk, world.branch_c.pk]))
    assert late.status_code == 422 and "不再接受采用" in text_of(late)
    assert Adoption.objects.count() == 1, "what was adopted stays in history"


def test_the_result_is_reported_and_judged_by_another(as_, world):
    row = lived(adopted(world))
    report, judge = (reverse(name, args=[row.pk]) for name in ("practice_report", "practice_judge"))
    secretary, staff = as_("secretary_b"), as_("staff")
    assert staff.post(judge, {"level": "better", "reason": "好"}).status_code == 409
    assert "请选择结果。" in text_of(secretary.post(report, {"result": "", "text": "两会合开"}))
    assert "请填写说明。" in text_of(secretary.post(report, {"result": "kept", "text": ""}))
    assert secretary.post(report, {"result": "kept", "text": "两会合开"}).status_code == 302
    assert as_("secretary_a").get(report).status_code == 403, "the owner reads it"
    assert as_("secretary_c").get(report).status_code == 404
    assert "请选择评定。" in text_of(staff.post(judge, {"level": "", "reason": "好"}))
    assert "请填写评定理由。" in text_of(staff.post(judge, {"level": "better", "reason": ""}))
    assert staff.post(judge, {"level": "better", "reason": "分工有了记录"}).status_code == 302
    assert secretary.post(report, {"result": "dropped", "text": "不用了"}).status_code == 409
    row.refresh_from_db()
    assert (row.result, row.level, row.judged_by, row.ends) == ("kept", "better", world.staff, None)
    assert Notice.objects.filter(recipient=world.secretary_b, text__contains="见效").exists()
    for who, words in (("secretary_b", True), ("secretary_a", True), ("staff", True), ("secretary_c", False)):
        page = text_of(as_(who).get(reverse("practice_detail", args=[row.practice_id])))
        assert "1 个组织采用，1 个见效" in page and ("两会合开" in page) == words, who


def test_the_figures_stand_beside_a_judgement_and_never_as_its_reason(as_, world, monkeypatch):
    row = lived(adopted(world))
    monkeypatch.setattr(Line, "figures", property(lambda line: "采用后 78%→91%。"))
    assert "采用后 78%→91%。" in text_of(as_("secretary_b").get(reverse("practice_report", args=[row.pk])))
    adoption_report(by=world.secretary_b, adoption=row, result="kept", text="两会合开")
    staff, judge = as_("staff"), reverse("practice_judge", args=[row.pk])
    assert "采用后 78%→91%。" not in text_of(staff.get(judge))
    assert staff.post(judge, {"level": "better", "reason": "分工有了记录"}).status_code == 302
    assert "分工有了记录</textarea>" in text_of(staff.get(judge)), "judged anew, his own words stand there"


def test_what_goes_on_and_is_not_due_is_not_said_to_be_given_up(as_, world):
    page = text_of(as_("staff").get(reverse("practice_detail", args=[adopted(world).practice_id])))
    assert "1 个组织采用" in page and "个报告继续" not in page and "个已停止" not in page


def test_nothing_is_said_of_it_on_its_first_day(as_, world):
    row = adopted(world)
    report, judge, here = (
        reverse(name, args=[pk])
        for name, pk in (("practice_report", row.pk), ("practice_judge", row.pk), ("practice_detail", row.practice_id))
    )
    secretary, staff = as_("secretary_b"), as_("staff")
    early = f"采用满 3 个整月再看结果，{ready_on(row.starts, 3):%Y-%m-%d} 起。"
    page = text_of(secretary.get(report))
    assert early in page and 'value="dropped"' in page and 'value="kept"' not in page
    assert "不再采用：乙处党支部" in text_of(secretary.get(here))
    answer = secretary.post(report, {"result": "kept", "text": "两会合开"})
    assert answer.status_code == 422 and early in text_of(answer)
    with pytest.raises(ValidationError, match="采用满 3 个整月"):
        adoption_report(by=world.secretary_b, adoption=row, result="adapted", text="两会合开")
    # Reported when the setting asked for less, it waits for the months of today, on the page and for the office.
    Adoption.objects.update(result="kept", text="两会合开", reported_on=ago(0), reported_by=world.secretary_b)
    refused = staff.post(judge, {"level": "better", "reason": "好"})
    assert refused.status_code == 409 and early in text_of(refused)
    page = text_of(staff.get(here))
    assert early in page and judge not in page
    assert not tasks(world.staff, world.root)
    lived(row)
    assert judge in text_of(staff.get(here)) and [one.title for one in tasks(world.staff, world.root)]
    assert staff.post(judge, {"level": "better", "reason": "好"}).status_code == 302


def test_what_is_dropped_before_its_months_have_passed_is_not_judged(as_, world):
    row = adopted(world)
    report = reverse("practice_report", args=[row.pk])
    assert as_("secretary_b").post(report, {"result": "dropped", "text": "人手不够"}).status_code == 302
    staff = as_("staff")
    answer = staff.post(reverse("practice_judge", args=[row.pk]), {"level": "worse", "reason": "不坚持"})
    assert answer.status_code == 409 and "采用不满 3 个整月就停止，不作评定。" in text_of(answer)
    page = text_of(staff.get(reverse("practice_detail", args=[row.practice_id])))
    assert "不作评定" in page and "待评定" not in page and not tasks(world.staff, world.root)


def test_one_that_was_judged_stops_with_a_reason_and_keeps_what_was_said(as_, world):
    practice = formalised(world)
    row = judged(world, practice)
    stop = reverse("practice_stop", args=[row.pk])
    here = reverse("practice_detail", args=[practice.pk])
    secretary = as_("secretary_b")
    assert stop in text_of(secretary.get(here))
    refused = secretary.post(stop, {"reason": " "})
    assert refused.status_code == 422 and "请填写停止原因。" in text_of(refused)
    assert stood(practice).kept == 1
    assert secretary.post(stop, {"reason": "两会又分开了"}).status_code == 302
    row.refresh_from_db()
    assert (row.ends, row.result, row.level, row.judged_on) == (ago(0), "kept", "better", ago(0))
    found = stood(practice)
    assert (found.adopted, found.kept, found.better, found.stopped) == (1, 0, 1, 1)
    assert "1 个组织采用，1 个见效，1 个已停止" in text_of(secretary.get(here))
    assert "1 个组织采用，1 个见效，1 个已停止" in text_of(secretary.get(reverse("practice_list")))
    assert "停止：两会又分开了" in text_of(secretary.get(here)) and stop not in text_of(secretary.get(here))
    entry = AuditEntry.objects.get(verb="practice.stop")
    assert entry.actor_id == world.secretary_b.pk and "两会又分开了" in entry.payload
    told = Notice.objects.filter(recipient=world.secretary_a, kind="practice", text__contains="乙处党支部不再采用")
    assert told.count() == 1
    assert secretary.post(stop, {"reason": "再停"}).status_code == 409
    adopt = reverse("practice_adopt", args=[practice.pk, world.branch_b.pk])
    assert secretary.post(adopt).status_code == 302, "it may be taken up again"
    waiting = Adoption.objects.open().get()
    assert secretary.post(reverse("practice_stop", args=[waiting.pk]), {"reason": "停"}).status_code == 409


def test_whoever_answers_for_owner_or_adopter_does_not_decide(as_, world):
    practice, row = candidate(world), reported(world, proven(world, title="一案一改"))
    staff = as_("staff")
    prove, judge = reverse("practice_prove", args=[practice.pk]), reverse("practice_judge", args=[row.pk])
    for place in (world.branch_a, world.branch_b):
        seat = appointment_make(by=OPERATOR, user=world.staff, role="branch_officer", starts=ago(1), organisation=place)
        answer = staff.post(judge, {"level": "better", "reason": "好"})
        assert answer.status_code == 409 and "本人所在组织的做法由他人审定。" in text_of(answer)
        page = text_of(staff.get(reverse("practice_detail", args=[row.practice_id])))
        assert judge not in page
        own = staff.post(prove, {"reason": "好"}).status_code
        assert own == (409 if place == world.branch_a else 302)
        seat.delete()
    assert as_("committee_secretary").post(judge, {"level": "better", "reason": "好"}).status_code == 302


def test_what_is_dropped_ends_and_may_be_taken_up_again(as_, world):
    row = reported(world, result="dropped")
    assert (row.ends, stood(row.practice).kept) == (ago(0), 0)
    answer = as_("secretary_b").post(reverse("practice_adopt", args=[row.practice_id, world.branch_b.pk]))
    assert answer.status_code == 302 and Adoption.objects.open().count() == 1


def test_it_becomes_a_policy_with_its_steps_and_is_formalised_once_that_is_in_force(as_, world):
    practice = proven(world)
    url = reverse("practice_formalise", args=[practice.pk])
    staff = as_("staff")
    assert as_("secretary_a").get(url).status_code == 403
    answer = staff.post(url, {"organisation": world.committee.pk, "title": "周五联席会商制度"})
    version = PolicyVersion.objects.get()
    assert answer.url == reverse("policy_edit", args=[version.pk])
    assert [step.title for step in version.steps.all()] == ["对好议题", "定牵头人", "会后三日内印发分工"]
    assert version.summary == practice.problem and stood(practice).stage == "proven"
    assert staff.post(url, {"organisation": world.committee.pk, "title": "再起一份"}).status_code == 409
    version = issued(world, version)
    assert stood(practice).stage == "formalised"
    for key in ("b", "c"):
        reported(world, practice, key)
    assert stood(practice).stage == "formalised"
    # The next version of the policy keeps it; without any in force it is proven again.
    policy_revise(by=world.staff, policy=version.policy)
    assert stood(practice).stage == "formalised"
    policy_repeal(by=world.staff, version=version, day=version.in_force_from, reason="并入其他制度")
    Policy.objects.get().versions.update(in_force_to=ago(1), in_force_from=ago(2))
    assert stood(practice).stage == "proven"


def test_a_policy_that_says_too_little_formalises_nothing_until_it_is_completed(as_, world):
    """In force as it was drafted it is a demand and no mechanism; its completion formalises from the day in force on."""
    practice = proven(world)
    version = issued(world, drafted(world, practice), whole=False)
    staff, here = as_("staff"), reverse("practice_detail", args=[practice.pk])
    formalise = reverse("practice_formalise", args=[practice.pk])

    def spread():
        return spread_counts(Period.parse(str(ago(0).year)), None, ago(0))

    assert stood(practice).stage == "proven" and spread() == {}
    page = text_of(staff.get(here))
    assert "还差一步：补齐制度的程序和考核规则" in page and "起施行，程序或考核规则不全" in page
    assert "还差一步：补齐制度的程序和考核规则" in text_of(staff.get(reverse("practice_list")))
    # It is written already: no second policy.
    assert formalise not in page and staff.get(formalise).status_code == 409
    steps = [StepData(step.title, "branch_secretary", 3, ["document"]) for step in version.steps.all()]
    vague = [[replace(steps[0], seat=""), *steps[1:]], [replace(steps[0], days=None)], [replace(steps[0], yields=[])]]
    idle = [replace(step, optional=True) for step in steps]
    for said, check in [*((one, CheckData(90)) for one in (*vague, idle, [])), (steps, None)]:
        procedure_set(by=world.staff, version=version, steps=said, check=check)
        assert stood(practice).stage == "proven" and spread() == {}, said
    procedure_set(by=world.staff, version=version, steps=steps, check=CheckData(90))
    assert stood(practice).stage == "formalised" and spread() == {world.branch_a.pk: 1}


def test_a_draft_that_is_dropped_leaves_the_practice_as_it_was(as_, world):
    practice = proven(world)
    version = drafted(world, practice)
    assert as_("staff").post(reverse("policy_discard", args=[version.pk])).status_code == 302
    assert stood(practice).stage == "proven" and drafted(world, practice).policy.title == "周五联席半小时制度"


def test_it_spreads_with_so_many_kept_elsewhere(world, monkeypatch):
    practice = formalised(world)
    reported(world, practice, "b")
    reported(world, practice, "c", result="dropped")
    assert (stood(practice).stage, stood(practice).kept) == ("formalised", 1)
    monkeypatch.setattr("branches.settings.dated.whole", lambda key, day=None: 1)
    assert stood(practice).stage == "spreading"


def test_retiring_needs_a_reason_and_keeps_what_was(as_, world):
    row = judged(world)
    url = reverse("practice_retire", args=[row.practice_id])
    staff = as_("staff")
    assert "请填写停用原因。" in text_of(staff.post(url, {"reason": ""}))
    assert as_("secretary_a").post(url, {"reason": "旧"}).status_code == 403
    assert staff.post(url, {"reason": "并入制度"}).status_code == 302
    assert stood(row.practice).stage == "practice_retired"
    page = text_of(staff.get(reverse("practice_detail", args=[row.practice_id])))
    assert "起停用：并入制度" in page and "两会合开" in page
    page = text_of(staff.get(reverse("practice_list")))
    assert "已停用的 1 项" in page and "周五联席半小时" not in page
    assert "已停用：并入制度" in text_of(staff.get(reverse("practice_list") + "?state=practice_retired"))


def test_a_closed_campaign_and_a_brand_offer_themselves(as_, world):
    brand = named(world)
    secretary = as_("secretary_a")
    link = f"{reverse('practice_new')}?campaign={brand.pk}"
    assert link in text_of(secretary.get(reverse("campaign_detail", args=[brand.pk])))
    form = text_of(secretary.get(link))
    assert "群众多次跑" in form and "党员全程帮办" in form and 'value="红色帮办"' in form
    assert as_("secretary_b").get(link).status_code == 404 and as_("staff").get(link).status_code == 404
    said = posted(world, campaign=brand.pk, title="红色帮办")
    assert secretary.post(reverse("practice_new"), said).status_code == 302
    assert PracticeSource.objects.get().campaign == brand
    campaign = running(world)
    Campaign.objects.filter(pk=campaign.pk).update(ends=ago(1))
    closing = closing_write(
        by=world.secretary_a, campaign=campaign, organisation=world.branch_a, own_level="good", own_text="好"
    )
    link = f"{reverse('practice_new')}?campaign={campaign.pk}"
    assert secretary.get(link).status_code == 404, "its superior has not called it good"
    closing_judge(by=world.staff, closing=closing, level="good", reason="好")
    assert link in text_of(secretary.get(reverse("campaign_detail", args=[campaign.pk])))
    assert secretary.get(link).status_code == 200


def test_a_policy_offers_its_steps(as_, world):
    version = in_force(world)
    secretary = as_("secretary_a")
    link = f"{reverse('practice_new')}?policy={version.pk}"
    assert link in text_of(secretary.get(reverse("policy_detail", args=[version.policy_id])))
    # Who answers for no branch is not led to a form that he may not open.
    for who in ("leader", "party_secretary", "staff"):
        client = as_(who)
        page = text_of(client.get(reverse("policy_detail", args=[version.policy_id])))
        assert link not in page and client.get(link).status_code == 404, who
    form = text_of(secretary.get(link))
    assert "支委会研究，由党支部书记办理，5 个工作日" in form
    assert secretary.get(f"{reverse('practice_new')}?policy=99999").status_code == 404
    assert secretary.get(f"{reverse('practice_new')}?activity=x").status_code == 404


def test_the_library_is_filtered_sorted_searched_and_exported(as_, world):
    formalised(world)
    adopted(world, proven(world, title="一案一改党课", building="thought", measure=""))
    candidate(world, title="党小组驻点")
    staff, address = as_("staff"), reverse("practice_list")
    page = text_of(staff.get(address))
    assert "典型经验 3 项，1 项已成制度" in page and "主题党日" in page.partition("practice-moved")[2]
    assert page.index("周五联席半小时") < page.index("一案一改党课") < page.index("党小组驻点")
    assert "还差一步：写成制度草案" in page and "还差 3 个组织采用并继续" in page
    by_adopted = text_of(staff.get(address + "?sort=adopted"))
    assert by_adopted.index("一案一改党课") < by_adopted.index("周五联席半小时")
    for query in ("?q=yaygdk", "?q=一案", "?building=thought", "?state=proven"):
        found = text_of(staff.get(address + query))
        assert "一案一改党课" in found and "周五联席半小时" not in found, query
    assert "没有符合条件的典型经验" in text_of(staff.get(address + "?q=没有这个"))
    # A sister neither sees nor counts the candidate.
    assert "典型经验 2 项" in text_of(as_("secretary_b").get(address))
    answer = staff.post(reverse("practice_list_export") + "?state=candidate")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert sum("党小组驻点" in row for row in rows) == 1 and not any("一案一改党课" in row for row in rows)


def test_the_search_finds_it_by_initials(as_, world):
    candidate(world)
    assert "周五联席半小时" in text_of(as_("staff").get(reverse("search") + "?q=zwlx"))
    assert "周五联席半小时" not in text_of(as_("secretary_b").get(reverse("search") + "?q=zwlx"))


def test_empty_states(as_, world):
    assert "把管用的做法写清问题和步骤" in text_of(as_("secretary_a").get(reverse("practice_list")))
    assert "写成制度，有程序有考核" not in text_of(as_("secretary_a").get(reverse("practice_list"))), "no row of zeros"
    assert "支部推荐、机关党委认定以后会显示在这里。" in text_of(as_("leader").get(reverse("practice_list")))
    practice = proven(world, measure="")
    page = text_of(as_("secretary_b").get(reverse("practice_detail", args=[practice.pk])))
    assert "还没有组织采用" in page and "没有选数据，不作前后比较。" in page

"""The pages of policies through HTTP: writing, issuing, taking note, doing; what is wrong stands beside its field and is kept."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from responsibilities.policies.forms import steps_of
from responsibilities.policies.models import (
    Policy,
    PolicyCheck,
    PolicyReceipt,
    PolicyRun,
    PolicyVersion,
    RunStep,
    StepRecord,
)
from responsibilities.policies.services.issuing import policy_repeal
from responsibilities.policies.services.runs import run_begin, run_cancel, step_done
from tests.responsibilities.policies.records import PAPERS, TODAY, confirmed, in_force, written

pytestmark = pytest.mark.django_db


def posted(world, **changes):
    """Return what the form of a policy sends: two steps out of a pasted table."""
    return {
        "title": "意见建议办理制度",
        "document": "机党发〔2026〕4号",
        "issued_on": "2026-10-30",
        "organisation": world.committee.pk,
        "building": "institution",
        "addressed": ["branch"],
        "trigger": "manual",
        "pasted": "研究｜党支部书记｜5个工作日｜支委会\n通报｜党支部书记｜10｜支部党员大会",
        "has_check": "on",
        "planned": "90",
        "s-TOTAL_FORMS": "0",
        "s-INITIAL_FORMS": "0",
    } | changes


def test_a_policy_is_written_with_a_pasted_procedure_and_put_in_force(world, as_):
    client = as_("staff")
    answer = client.post(reverse("policy_new"), posted(world, do="issue"))
    version = PolicyVersion.objects.get()
    assert answer.url == reverse("policy_issue", args=[version.pk])
    steps = [(step.title, step.seat, step.days, step.yields) for step in version.steps.all()]
    assert steps == [
        ("研究", "branch_secretary", 5, ["committee_meeting"]),
        ("通报", "branch_secretary", 10, ["assembly"]),
    ]
    answer = client.post(answer.url, {"in_force_from": "2026-11-02"})
    assert answer.status_code == 302
    page = client.get(reverse("policy_detail", args=[version.policy_id])).content.decode()
    assert "程序还没有走过" in page and "机制齐全" in page
    assert "自程序开始 5 个工作日" in page and "自上一步办结 10 个工作日" in page, "before the first there is none"


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(world, as_):
    client = as_("staff")
    for changes, said in (
        ({"title": ""}, "请填写“制度名称”。"),
        ({"issued_on": "2026-12-01"}, "印发日期不能晚于今天。"),
        ({"trigger": "record"}, "请选择哪些记录启动程序。"),
        ({"planned": "101"}, "应达比例在 1 至 100 之间。"),
        ({"planned": "0"}, "应达比例在 1 至 100 之间。"),
        ({"pasted": "研究｜党支部书记｜900｜支委会"}, "第 1 行：办理时限为 0 至 250 个工作日。"),
        ({"pasted": "研究｜党支部书记"}, "第 1 行有 2 列，应是三列或四列。"),
    ):
        answer = client.post(reverse("policy_new"), posted(world, **changes))
        page = answer.content.decode()
        assert answer.status_code == 422 and said in page and "机党发〔2026〕4号" in page, said
    assert not Policy.objects.exists()


def test_a_title_stands_once_at_its_issuer(world, as_):
    in_force(world, since=date(2026, 10, 30))
    answer = as_("staff").post(reverse("policy_new"), posted(world))
    assert answer.status_code == 422 and "已有同名的制度" in answer.content.decode()
    assert Policy.objects.count() == 1


def test_a_foreign_organisation_or_record_typed_by_hand_is_refused(world, as_):
    client = as_("staff")
    assert client.post(reverse("policy_new"), posted(world, organisation=world.branch_a.pk)).status_code == 422
    version = in_force(world, since=date(2026, 10, 30))
    url = reverse("policy_note", args=[version.pk])
    assert as_("secretary_a").post(url, {"organisation": world.branch_b.pk}).status_code == 404
    assert as_("secretary_a").post(url, {"organisation": "x"}).status_code == 404
    assert as_("staff").post(url, {"organisation": world.branch_a.pk}).status_code == 403
    assert not PolicyReceipt.objects.exists()
    begin = reverse("policy_begin", args=[version.policy_id])
    answer = as_("secretary_a").post(begin, {"organisation": world.branch_b.pk, "subject": "食堂"})
    assert answer.status_code == 422 and not PolicyRun.objects.exists()


def test_taking_note_is_one_click_and_shown(world, as_):
    version = in_force(world, since=date(2026, 10, 30))
    client = as_("secretary_a")
    url = reverse("policy_detail", args=[version.policy_id])
    assert "甲处党支部还没有知悉这项制度" in client.get(url).content.decode()
    client.post(reverse("policy_note", args=[version.pk]), {"organisation": world.branch_a.pk})
    assert "甲处党支部还没有知悉这项制度" not in client.get(url).content.decode()
    page = as_("staff").get(reverse("policy_receipts", args=[version.policy_id])).content.decode()
    assert "3 个组织，2 个未知悉" in page and "提醒未知悉的 2 个组织" in page


def test_a_step_without_a_record_is_done_from_the_page_of_the_run(world, as_, day):
    version = in_force(world, since=date(2026, 10, 30), steps=PAPERS)
    run = run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
    step = RunStep.objects.filter(run=run).first()
    client = as_("secretary_a")
    page = client.get(reverse("policy_run_detail", args=[run.pk])).content.decode()
    assert "食堂意见：等待提出意见，11月9日截止" in page and "记一次活动" not in page
    assert client.get(reverse("policy_step_tie", args=[step.pk])).status_code == 409, "no record shows it"
    url = reverse("policy_step_done", args=[step.pk])
    assert "办结日期记为登记当天（11月2日）" in client.get(url).content.decode()
    assert client.post(url, {"text": ""}).status_code == 422
    # A day typed all the same is not taken.
    assert client.post(url, {"done_on": "2026-10-30", "text": "已提出"}).status_code == 302
    step.refresh_from_db()
    assert step.done_on == TODAY
    assert client.post(url, {"text": "已提出"}).status_code == 409
    day.move_to("2026-11-25T10:00:00+08:00")
    page = as_("staff").get(reverse("policy_run_detail", args=[run.pk])).content.decode()
    assert "作出决定逾期 9 天" in page and "转督查" in page
    second = RunStep.objects.filter(run=run).last()
    new = as_("staff").get(f"{reverse('supervision_new')}?subject=run&about={second.pk}").content.decode()
    assert "办理“作出决定”（食堂意见）" in new


def test_a_step_that_yields_a_meeting_offers_its_record_and_takes_no_sentence(world, as_):
    version = in_force(world, since=date(2026, 10, 30))
    run = run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
    step = RunStep.objects.filter(run=run).first()
    url, tie = (reverse(name, args=[step.pk]) for name in ("policy_step_done", "policy_step_tie"))
    client = as_("secretary_a")
    page = client.get(reverse("policy_run_detail", args=[run.pk])).content.decode()
    query = f"?organisation={world.branch_a.pk}&amp;kind=committee_meeting"
    assert f"{reverse('activity_new')}{query}" in page and tie in page
    assert url not in page
    answer = client.post(url, {"text": "已研究"})
    assert answer.status_code == 422 and "这一步形成支委会记录，请登记或关联记录。" in answer.content.decode()
    assert not RunStep.objects.filter(done_on__isnull=False).exists()


def test_of_the_records_that_are_there_those_that_fit_a_step_are_offered(world, as_, day):
    def held(on, title, kinds=("committee_meeting",), place="branch_a", writer="secretary_a"):
        day.move_to(f"{on}T10:00:00+08:00")
        place, writer = world.places[place], world.user(writer)
        return confirmed(place, writer, world.staff, kinds=list(kinds), title=title)

    held("2026-10-31", "启动以前研究")
    day.move_to(f"{TODAY}T10:00:00+08:00")
    version = in_force(world, since=date(2026, 10, 30))
    run = run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
    step = RunStep.objects.filter(run=run).first()
    client, url = as_("secretary_a"), reverse("policy_step_tie", args=[step.pk])
    assert "还没有甲处党支部 2026-11-02 启动以来的支委会记录" in client.get(url).content.decode()
    fits = held("2026-11-04", "研究食堂意见")
    others = [
        held("2026-11-04", "讲党课", ["theme_day"]),
        held("2026-11-04", "乙处研究", place="branch_b", writer="secretary_b"),
    ]
    client = as_("secretary_a")
    page = client.get(url).content.decode()
    assert "研究食堂意见" in page and reverse("policy_run_detail", args=[run.pk]) in page
    for title in ("启动以前研究", "讲党课", "乙处研究"):
        assert title not in page
    for said in ("", "x", others[0].pk, others[1].pk):
        assert client.post(url, {"activity": said}).status_code == 422
    assert not StepRecord.objects.exists()
    assert client.post(url, {"activity": fits.pk}).url == reverse("policy_run_detail", args=[run.pk])
    tie = StepRecord.objects.get()
    assert (tie.step, tie.activity, tie.added_by) == (step, fits, world.secretary_a)
    assert "研究食堂意见" not in client.get(url).content.decode(), "what is tied is not offered again"
    assert as_("leader").get(url).status_code == 403


def test_flags_filter_the_list_and_the_front_pages_say_what_waits(world, as_):
    in_force(world, since=date(2026, 10, 30), check=False)
    version = in_force(world, title="联席研究制度", since=date(2026, 10, 30), document="机党发〔2026〕5号")
    run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
    page = as_("staff").get(reverse("policy_list")).content.decode()
    assert "现行制度 2 项，1 项有制度、缺机制" in page
    page = as_("staff").get(f"{reverse('policy_list')}?flag=no_mechanism").content.decode()
    assert "意见建议办理制度" in page and "联席研究制度" not in page
    page = as_("secretary_a").get(reverse("home_waiting")).content.decode()
    assert "食堂意见" in page and "《意见建议办理制度》" in page
    page = as_("leader").get(reverse("home_waiting")).content.decode()
    assert "有效制度 2 项，制度有、机制无 1 项" in page and f"{reverse('policy_list')}?flag=no_mechanism" in page


def test_a_stale_draft_is_a_conflict(world, as_):
    version = written(world, issued_on=date(2026, 10, 30))
    client = as_("staff")
    client.post(reverse("policy_issue", args=[version.pk]), {"in_force_from": "2026-11-02"})
    for name in ("policy_issue", "policy_edit", "policy_discard"):
        assert client.post(reverse(name, args=[version.pk]), posted(world)).status_code == 409, name


def test_a_pasted_table_of_three_columns_keeps_what_it_does_not_know():
    steps = steps_of("谁｜几个工作日｜形成什么\n机关党委办公室\t3\t文件\n某某处｜尽快｜台账\n")
    assert [(step.title, step.seat, step.days, step.yields) for step in steps] == [
        ("文件", "staff", 3, ["document"]),
        ("台账（某某处）", "", None, []),
    ]


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("十", 10),
        ("十个工作日", 10),
        ("三天", 3),
        ("两日内", 2),
        ("二十五", 25),
        ("不超过十五个工作日", 15),
        ("第一时间", None),
    ],
)
def test_a_pasted_number_in_words_is_read(said, days):
    assert steps_of(f"党支部书记｜{said}｜党课")[0].days == days


@pytest.mark.parametrize("said", ["一周", "两个月内", "三百", "一百个工作日", "三至五日"])
def test_what_is_no_number_of_working_days_is_refused_with_its_row(world, as_, said):
    pasted = f"党支部书记｜十｜党课\n党支部书记｜{said}｜党课"
    page = as_("staff").post(reverse("policy_new"), posted(world, pasted=pasted)).content.decode()
    assert "第 2 行：办理时限为 0 至 250 个工作日。" in page and said in page and not Policy.objects.exists()


def test_the_list_is_sorted_and_searched_by_initials(world, as_):
    in_force(world, since=date(2026, 10, 30))
    in_force(world, title="联席研究制度", since=date(2026, 9, 1), document="机党发〔2026〕5号", check=False)
    client, url = as_("staff"), reverse("policy_list")

    def order(query):
        page = client.get(url + query).content.decode()
        titles = ("意见建议办理制度", "联席研究制度")
        return [one for _, one in sorted((page.index(one), one) for one in titles if one in page)]

    assert order("")[0] == "联席研究制度", "what lacks a rule stands first"
    assert order("?sort=-since") == ["意见建议办理制度", "联席研究制度"]
    assert order("?sort=title") == ["联席研究制度", "意见建议办理制度"]
    assert order("?q=yjjy") == ["意见建议办理制度"] and order("?q=联席") == ["联席研究制度"]
    assert "排序“nonsense”" in client.get(f"{url}?sort=nonsense").content.decode()


def test_a_late_run_is_counted_once_under_one_word_on_list_page_export_and_front_page(world, as_, day):
    version = in_force(world, since=date(2026, 10, 30), steps=PAPERS)
    for place, writer in ((world.branch_a, world.secretary_a), (world.branch_b, world.secretary_b)):
        for subject in ("食堂意见", "停车意见"):
            run_begin(by=writer, version=version, organisation=place, subject=subject)
    late_done = PolicyRun.objects.filter(organisation=world.branch_a).first()
    day.move_to("2026-11-25T10:00:00+08:00")
    # Done late, and finished: it is not overdue any more.
    for step in late_done.steps.order_by("step__order"):
        step_done(by=world.secretary_a, step=step, text="已办")
    gone = PolicyRun.objects.filter(organisation=world.branch_b).first()
    run_cancel(by=world.staff, run=gone, reason="重复")
    detail = reverse("policy_detail", args=[version.policy_id])
    staff = as_("staff")
    assert "本年走程序 3 次，走完 1 次，2 次逾期" in staff.get(detail).content.decode()
    page = staff.get(reverse("policy_list")).content.decode()
    assert f"{detail}#runs" in page and ">3 次</a>" in page and "2 次逾期" in page
    book = book_of(staff.post(reverse("policy_list_export"))).active
    row = next(row for row in book.iter_rows(values_only=True) if row[0] == version.policy.title)
    assert row[11:13] == (3, 2)
    assert "2 次程序逾期" in staff.get(reverse("home_waiting")).content.decode()
    in_force(world, title="联席研究制度", since=date(2026, 10, 30), document="机党发〔2026〕5号")
    page = staff.get(f"{reverse('policy_list')}?flag=runs_late").content.decode()
    assert version.policy.title in page and "联席研究制度" not in page
    # The heading speaks of all, and of what is wrong with any.
    assert "现行制度 2 项，机制齐全，1 项常逾期" in page
    # Whoever reads fewer runs reads fewer in every place.
    mine = as_("secretary_b")
    assert "本年走程序 1 次，走完 0 次，1 次逾期" in mine.get(detail).content.decode()
    assert "1 次逾期" in mine.get(reverse("policy_list")).content.decode()
    # Whoever reads none of them is not told that the procedure was never run.
    third = as_("secretary_c")
    page = third.get(detail).content.decode()
    assert "本组织没有走过程序" in page and "程序还没有走过" not in page and "各组织近十二个月按期" in page
    assert "本组织没有走过" in third.get(reverse("policy_list")).content.decode()
    assert "各组织近十二个月按期" not in staff.get(detail).content.decode()


def test_a_step_done_before_its_day_is_in_time_on_the_policy_as_on_the_run(world, as_):
    version = in_force(world, since=date(2026, 10, 30), steps=PAPERS)
    page, client = reverse("policy_detail", args=[version.policy_id]), as_("secretary_a")
    assert "近十二个月没有到期的步骤" in client.get(page).content.decode()
    run = run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
    for step in run.steps.order_by("step__order"):
        step_done(by=world.secretary_a, step=step, text="已办")
    said = client.get(page).content.decode()
    assert "近十二个月按期 2／2 步" in said and ">2／2 步</td>" in said


def book_of(answer):
    content = answer.getvalue() if hasattr(answer, "getvalue") else answer.content
    return openpyxl.load_workbook(io.BytesIO(content))


def test_the_office_is_told_of_policies_of_which_nobody_took_note(world, as_, day):
    version = in_force(world, since=date(2026, 10, 30))
    assert "逾期未知悉" not in as_("staff").get(reverse("home_waiting")).content.decode()
    day.move_to("2026-11-25T10:00:00+08:00")
    page = as_("staff").get(reverse("home_waiting")).content.decode()
    assert "1 项制度逾期未知悉" in page and "3 个组织，可以提醒" in page
    assert reverse("policy_receipts", args=[version.policy_id]) in page
    flagged = f"{reverse('policy_list')}?flag=unnoted"
    assert version.policy.title in as_("staff").get(flagged).content.decode()
    days = {"since": date(2026, 10, 30), "entered": date(2026, 10, 30)}
    other = in_force(world, title="联席研究制度", document="机党发〔2026〕5号", **days)
    page = as_("staff").get(reverse("home_waiting")).content.decode()
    assert "2 项制度逾期未知悉" in page and "各项合计 6 个组织，可以提醒" in page
    for place, writer in (
        (world.branch_a, "secretary_a"),
        (world.branch_b, "secretary_b"),
        (world.branch_c, "secretary_c"),
    ):
        for one in (version, other):
            as_(writer).post(reverse("policy_note", args=[one.pk]), {"organisation": place.pk})
    assert "逾期未知悉" not in as_("staff").get(reverse("home_waiting")).content.decode()
    assert version.policy.title not in as_("staff").get(flagged).content.decode()
    # Nobody is left to be reminded.
    assert as_("staff").get(reverse("policy_remind", args=[version.policy_id])).status_code == 409


def test_a_rule_of_nought_is_flagged_and_asked_to_be_mended(world, as_):
    version = in_force(world, since=date(2026, 10, 30))
    PolicyCheck.objects.update(planned=0)
    staff = as_("staff")
    page = staff.get(reverse("policy_list")).content.decode()
    assert "现行制度 1 项，1 项有制度、缺机制" in page and "考核规则应达 0%，须改" in page
    page = staff.get(reverse("policy_detail", args=[version.policy_id])).content.decode()
    assert "考核规则应达 0%，须改" in page and "补程序和考核规则" in page
    # A next version does not take it over, and whoever mends it is told what may stand there.
    assert staff.post(reverse("policy_revise", args=[version.policy_id])).status_code == 302
    assert not PolicyCheck.objects.exclude(version=version).exists()
    url = reverse("policy_procedure", args=[version.pk])
    rows = {"has_check": "on", "s-TOTAL_FORMS": "0", "s-INITIAL_FORMS": "0", "pasted": "研究｜党支部书记｜5｜支委会"}
    assert "应达比例在 1 至 100 之间。" in staff.post(url, rows | {"planned": "0"}).content.decode()
    assert staff.post(url, rows | {"planned": "80"}).status_code == 302
    assert PolicyCheck.objects.get(version=version).planned == 80


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "需要时由各组织启动，不会自动起。"),
        ({"steps": ()}, "制度没有写明必办的步骤，补齐后才能走。"),
        ({"trigger": "record", "trigger_kinds": ["visit"]}, "有了启动程序的记录会自动起一次"),
        ({"trigger": "month"}, "到了启动的时候会自动起一次"),
    ],
)
def test_where_no_run_goes_on_the_page_says_when_one_will(world, as_, changes, words):
    version = in_force(world, since=date(2026, 11, 2), **changes)
    said = as_("staff").get(reverse("policy_detail", args=[version.policy_id])).content.decode()
    assert words in said and ("会自动起一次" in said) == ("trigger" in changes)


def test_what_was_repealed_asks_for_no_procedure(world, as_):
    version = in_force(world, since=date(2026, 10, 30), steps=(), check=False)
    staff, mend = as_("staff"), reverse("policy_procedure", args=[version.pk])
    page = reverse("policy_detail", args=[version.policy_id])
    said = staff.get(page).content.decode()
    assert mend in said and "才能走、才能考核" in said and mend in staff.get(reverse("policy_list")).content.decode()
    policy_repeal(by=world.staff, version=version, day=date(2026, 11, 1), reason="并入新制度")
    said = staff.get(page).content.decode()
    assert "这一版已不施行，不再启动程序。" in said and mend not in said and "才能走、才能考核" not in said
    assert mend not in staff.get(f"{reverse('policy_list')}?state=repealed").content.decode()


def test_a_procedure_of_optional_steps_alone_is_not_offered_to_be_run(world, as_):
    version = in_force(world, since=date(2026, 10, 30), steps=[replace(PAPERS[0], optional=True)])
    client = as_("secretary_a")
    assert "走一次程序" not in client.get(reverse("policy_detail", args=[version.policy_id])).content.decode()
    answer = client.get(reverse("policy_begin", args=[version.policy_id]))
    assert answer.status_code == 409 and "程序没有必办的步骤" in answer.content.decode()


def test_what_is_over_answers_why_in_place_of_a_form(world, as_):
    version = in_force(world, since=date(2026, 10, 30), steps=PAPERS[:1])
    run = run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
    step = run.steps.get()
    step_done(by=world.secretary_a, step=step, text="已提出")
    gone = run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="重复")
    run_cancel(by=world.staff, run=gone, reason="重复")
    pages = [
        ("secretary_a", "policy_step_done", step.pk),
        ("staff", "policy_step_skip", step.pk),
        ("staff", "policy_run_cancel", run.pk),
        ("staff", "policy_run_cancel", gone.pk),
        ("secretary_a", "policy_step_done", gone.steps.get().pk),
    ]
    for who, name, pk in pages:
        assert as_(who).get(reverse(name, args=[pk])).status_code == 409, name
    policy_repeal(by=world.staff, version=version, day=TODAY, reason="并入新制度")
    assert as_("staff").get(reverse("policy_revise", args=[version.policy_id])).status_code == 409

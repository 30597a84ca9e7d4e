"""Developing members over HTTP: the board, a case, entering steps, what is said beside the field."""

import re
from datetime import date

import pytest
from django.urls import reverse

from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.models.papers import PublicNotice
from members.roster.models.members import Member
from tests.members.development.written import (
    activist,
    applicant,
    at,
    enter,
    people,
    record,
    until_consent,
    until_listed,
)

pytestmark = pytest.mark.django_db


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_an_applicant_is_registered_and_stands_on_the_board(world, as_):
    with at("2026-06-10"):
        page = as_("secretary_a").get(reverse("development_list"))
        assert "还没有正在办理的发展对象" in text_of(page)
        data = {"opened_on": "2026-06-01", "branch": world.branch_a.pk, "name": "申 一", "birth_date": "1996-01-02"}
        answer = as_("secretary_a").post(reverse("development_new"), data)
        case = DevelopmentCase.objects.get()
        assert answer.status_code == 302 and answer.url == reverse("development_detail", args=[case.pk])
        assert case.member.name == "申一" and case.member.stage == "applicant"
        page = text_of(as_("secretary_a").get(reverse("development_list")))
    assert (
        "1 人在发展中" in page
        and "2 派人谈话" in page
        and "6月1日收到申请，1 个月内" in page
        and "7月1日前" not in page
    )
    with at("2026-06-20"):
        assert "7月1日前" in text_of(as_("staff").get(reverse("development_list")))


def test_wrong_input_stands_beside_its_field_and_writes_nothing(world, as_):
    with at("2026-06-10"):
        answer = as_("secretary_a").post(reverse("development_new"), {"opened_on": "2026-06-11", "name": "申一"})
        page = text_of(answer)
        assert (
            answer.status_code == 422
            and "请填写党支部。" in page
            and "请填写出生日期。" in page
            and 'value="申一"' in page
        )
        data = {"opened_on": "2026-06-11", "branch": world.branch_a.pk, "name": "申一", "birth_date": "1996-01-02"}
        answer = as_("secretary_a").post(reverse("development_new"), data)
        assert answer.status_code == 422 and "递交申请日期不能晚于今天。" in text_of(answer)
        data["branch"] = world.branch_b.pk
        assert as_("secretary_a").post(reverse("development_new"), data).status_code == 422
    assert not DevelopmentCase.objects.exists() and not Member.objects.filter(name="申一").exists()


def test_a_step_is_entered_by_the_record_that_shows_it(world, as_):
    case = applicant(world)
    record(world.branch_a, "2026-06-20", "talk", "与申一谈话")
    url = reverse("development_step", args=[case.pk, "2"])
    with at("2026-06-21"):
        page = text_of(as_("secretary_a").get(url))
        assert "2026-06-20 会议" in page and "《发展党员工作细则》第七条" in page
        (chosen,) = case_records(page)
        answer = as_("secretary_a").post(url, {"activity": chosen})
        assert answer.status_code == 302
        page = text_of(as_("secretary_a").get(reverse("development_detail", args=[case.pk])))
    assert "25 步中已办 2 步" in page and "申一：下一步推荐和确定积极分子" in page
    assert CaseStep.objects.get(key="2").day == date(2026, 6, 20)


def case_records(page):
    return re.findall(r'<option value="([0-9]+)">', page)


def test_the_page_says_what_stops_a_step_and_what_it_waits_for(world, as_):
    case = until_consent(world)
    with at("2027-07-09"):
        page = text_of(as_("secretary_a").get(reverse("development_detail", args=[case.pk])))
        assert "登记公示" in page and "列为发展对象" not in page.replace("公示，列为发展对象", "").replace(
            "可列为发展对象", ""
        )
        url = reverse("development_notice", args=[case.pk])
        answer = as_("secretary_a").post(url, {"posted_on": "2027-07-09", "places": "一楼公示栏\n内网"})
        assert answer.status_code == 302
    PublicNotice.objects.update(first=date(2027, 7, 12), last=date(2027, 7, 16))
    with at("2027-07-15"):
        page = text_of(as_("secretary_a").get(reverse("development_detail", args=[case.pk])))
        assert "公示期至 2027-07-16，2027-07-17 起可列为发展对象" in page
        answer = as_("secretary_a").post(
            reverse("development_step", args=[case.pk, "8a"]), {"day": "2027-07-15", "objections": "0"}
        )
        assert answer.status_code == 302
        page = text_of(as_("secretary_a").get(reverse("development_detail", args=[case.pk])))
    assert "公示，列为发展对象没有生效" in page and Member.objects.get(pk=case.member_id).stage == "activist"


def test_a_vote_is_checked_beside_its_counts(world, as_):
    case = applicant(world)
    meeting = record(world.branch_a, "2026-07-01", "assembly", "申一", voters=(5, 4))
    url = reverse("development_step", args=[case.pk, "15"])
    with at("2026-07-02"):
        page = text_of(as_("secretary_a").get(f"{url}?activity={meeting.pk}"))
        assert re.search(r'name="expected"[^>]*value="5"|value="5"[^>]*name="expected"', page)
        data = {"activity": meeting.pk, "expected": 5, "present": 6, "yes": 6, "no": 0, "abstain": 0, "written_yes": 0}
        answer = as_("secretary_a").post(url, data)
        assert answer.status_code == 422 and "实到人数不能多于应到人数。" in text_of(answer)
        answer = as_("secretary_a").post(url, data | {"present": 4, "yes": 5})
        assert answer.status_code == 422 and "票数合计多于到会和书面意见人数。" in text_of(answer)
    assert not CaseStep.objects.filter(key="15").exists()


def test_the_committee_has_its_queue(world, as_):
    case = applicant(world)
    enter(world, case, "2", "2026-07-20", kind="talk")
    enter(world, case, "3", "2026-08-01", kind="committee_meeting", text="党员推荐")
    entry = CaseStep.objects.get(key="2")
    with at("2026-08-02"):
        as_("secretary_a").post(reverse("development_entry_explain", args=[entry.pk]), {"reason": "换届期间"})
        page = text_of(as_("staff").get(reverse("development_queue")))
        assert "2 件待机关党委办理" in page and "4 上级党委备案" in page and "换届期间" in page
        assert as_("secretary_a").get(reverse("development_queue")).status_code in (200, 404)
        answer = as_("staff").post(reverse("development_entry_accept", args=[entry.pk]), {"from": "queue"})
        assert answer.status_code == 302
        answer = as_("staff").post(reverse("development_step", args=[case.pk, "4"]), {"day": "2026-08-02"})
        assert answer.status_code == 302
        assert "没有待机关党委办理" in text_of(as_("staff").get(reverse("development_queue")))


def test_filters_stay_in_the_address_and_numbers_open_their_lists(world, as_):
    applicant(world)
    applicant(world, "2026-05-01", "申二")
    with at("2026-06-20"):
        page = text_of(as_("staff").get(reverse("development_list")))
        assert "2 人在发展中：1 步逾期，1 步 15 天内到期" in page
        late = text_of(as_("staff").get(reverse("development_list") + "?state=overdue&view=list"))
        assert "申二" in late and "逾期 19 天" in late and ">申一<" not in late
        assert "没有符合条件的人" in text_of(as_("staff").get(reverse("development_list") + "?q=不存在"))
        assert as_("staff").get(reverse("development_list") + "?organisation=999999").status_code == 200


def test_contacts_and_papers_have_their_pages(world, as_):
    case = activist(world)
    people(world, case, "contact", "2026-07-03")
    with at("2026-07-04"):
        url = reverse("development_documents", args=[case.pk])
        answer = as_("secretary_a").post(url, {"day_application": "2026-06-01"})
        assert answer.status_code == 422 and "请填写入党申请书的存放处。" in text_of(answer)
        as_("secretary_a").post(url, {"day_application": "2026-06-01", "kept_application": "组织科铁柜"})
        page = text_of(as_("secretary_a").get(reverse("development_detail", args=[case.pk])))
    assert "组织科铁柜" in page and "培养联系人" in page


def test_the_whole_way_and_the_notice_stand_on_paper(world, as_):
    case = until_consent(world)
    with at("2027-07-09"):
        assert as_("secretary_a").get(reverse("development_notice_text", args=[case.pk])).status_code == 404
        data = {"posted_on": "2027-07-09", "places": "一楼公示栏"}
        as_("secretary_a").post(reverse("development_notice", args=[case.pk]), data)
        page = text_of(as_("secretary_a").get(reverse("development_sheet", args=[case.pk])))
        assert "发展党员全程纪实表（申一）" in page and "2026-06-20" in page and "同意〔2027〕3号" in page
        page = text_of(as_("secretary_a").get(reverse("development_notice_text", args=[case.pk])))
        assert "拟将申一同志列为发展对象，现予公示" in page and "一楼公示栏" in page
        answer = as_("secretary_a").post(reverse("development_sheet_download", args=[case.pk]))
    assert answer.status_code == 200 and answer.content[:2] == b"PK"


def test_reviews_stand_with_their_own_days_and_not_with_that_of_the_listing(world, as_):
    case = until_listed(world)
    with at("2027-07-20"):
        page = as_("secretary_a").get(reverse("development_detail", args=[case.pk]))
        rows = {one.view.step.key: one for stage in page.context["stages"] for one in stage.rows}
        assert (rows["6"].when, rows["8a"].when) == ("2027-06-20", "2027-07-19")
        assert "已考察 2 次：2026-12-20、2027-06-20" in rows["6"].lines
        sheet = text_of(as_("secretary_a").get(reverse("development_sheet", args=[case.pk])))
        assert "2026-12-20、2027-06-20" in sheet and sheet.count("2027-07-19") == 1
        case.reviews.all().delete()
        page = as_("secretary_a").get(reverse("development_detail", args=[case.pk]))
        rows = {one.view.step.key: one for stage in page.context["stages"] for one in stage.rows}
        assert rows["6"].when == "没有考察记录"


def test_the_file_leads_to_the_case_or_offers_to_take_it_over(world, as_):
    probationer, case = world.people("branch_a")[5], applicant(world)
    with at("2026-07-04"):
        page = text_of(as_("secretary_a").get(reverse("member_detail", args=[case.member_id])))
        assert reverse("development_detail", args=[case.pk]) in page
        page = text_of(as_("secretary_a").get(reverse("member_detail", args=[probationer.pk])))
        url = reverse("development_take_over", args=[probationer.pk])
        assert "接续办理发展" in page and url in page
        assert "接续办理发展" not in text_of(as_("leader").get(reverse("member_detail", args=[probationer.pk])))
        data = {"opened_on": "2023-01-05", "day_3": "2024-03-01", "day_15": "2026-03-01", "day_17": "2026-04-01"}
        answer = as_("secretary_a").post(url, data)
        assert answer.status_code == 302
        assert "25 步中已办 18 步" in text_of(as_("secretary_a").get(answer.url))


def test_a_talk_with_an_applicant_is_his_step_without_a_further_click(world, as_):
    case = applicant(world)
    with at("2026-06-20"):
        said = {
            "organisation": world.branch_a.pk,
            "day": "2026-06-20",
            "kinds": "talk",
            "title": "谈心谈话",
            f"att-{case.member_id}": "present",
        }
        slot = text_of(as_("secretary_a").post(reverse("record_belongs"), said, headers={"HX-Request": "true"}))
        assert "发展党员：申一 2 派人谈话" in slot and "参加人员中有本人" in slot and "checked" in slot
        (key,) = set(re.findall(r'value="(d[0-9]+)"', slot))
        talk = record(world.branch_a, "2026-06-20", "talk", there=case.member)
        url = reverse("record_belongings", args=[talk.pk])
        assert as_("secretary_a").post(url, {"belongs": key, "shown": key}).status_code == 302
        assert CaseStep.objects.get(key="2").activity == talk
        assert "发展党员：申一" in text_of(as_("secretary_a").get(url))
        answer = as_("secretary_a").post(
            reverse("record_belonging_remove", args=[talk.pk, key]), {"reason": "登记错了"}
        )
        assert answer.status_code == 302 and not CaseStep.objects.standing().filter(key="2").exists()
    # Whoever keeps nobody's data is offered nothing.
    with at("2026-06-21"):
        slot = text_of(as_("officer_a").post(reverse("record_belongs"), said, headers={"HX-Request": "true"}))
        assert "发展党员" not in slot


def test_days_of_a_notice_stand_only_while_it_is_waited_for_and_what_is_left_can_be_listed_alone(
    world, as_, monkeypatch
):
    # The holidays of that year are not published.
    monkeypatch.setattr("members.development.selectors.board.is_workday", lambda day: day.weekday() < 5)
    case = until_consent(world)
    url = reverse("development_detail", args=[case.pk])
    span = {"first": date(2027, 7, 12), "last": date(2027, 7, 16)}
    PublicNotice.objects.create(case=case, posted_on=date(2027, 7, 9), places=["公示栏"], **span)
    with at("2027-07-14"):
        shown = as_("secretary_a").get(url)
        assert shown.context["next_key"] == "8a" and 'class="dev-days"' in shown.content.decode()
        assert "8a" not in [row.view.step.key for row in shown.context["coming"]]
        left = as_("secretary_a").get(url, {"open": "1"})
        keys = [row.view.step.key for stage in left.context["stages"] for row in stage.rows]
        assert "1" not in keys and "8a" in keys and "没办的步骤" in left.content.decode()
    enter(world, case, "8a", "2027-07-19", objections=0)
    with at("2027-07-20"):
        shown = as_("secretary_a").get(url)
        assert shown.context["next_key"] != "8a" and 'class="dev-days"' not in shown.content.decode()

"""A corrected report: what it changed is computed, the old one says so, and whoever could read that is told."""

import io
from datetime import datetime

import docx
import openpyxl
import pytest
from django.utils import timezone

from assessments.hearing.models import Objection
from assessments.hearing.services import assessment_freeze
from assessments.reports.correction import correction_of
from assessments.reports.drafts import drafted
from assessments.reports.models import Report
from assessments.reports.paper import paragraphs_of
from assessments.reports.readers import readers_of
from assessments.reports.services import assessment_publish, report_document
from assessments.results.services import assessment_trial
from branches.access.models import User
from branches.notices.models import Notice
from branches.reach import access
from branches.reach.rights import REPORTS
from common import clock
from common.operator import OPERATOR
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import Q3, hold, quarter  # noqa: F401

pytestmark = pytest.mark.django_db


def on(day):
    return clock.at(timezone.make_aware(datetime(2026, 10, day, 9)))


def publish(world, day, reason=""):
    with on(day):
        assessment = assessment_trial(by=world.staff, period=Q3, reason=reason)
        assessment_freeze(by=world.committee_secretary, assessment=heard(assessment))
        return assessment_publish(by=world.committee_secretary, assessment=assessment)


@pytest.fixture
def versions(quarter):  # noqa: F811
    first = publish(quarter, 20)
    hold(
        quarter.branch_b,
        "lecture",
        datetime(2026, 9, 10).date(),
        submitted_at=timezone.make_aware(datetime(2026, 9, 10)),
    )
    return first, publish(quarter, 28, "乙处党支部一条党课记录漏收")


def test_the_new_one_says_what_changed_by_how_much_why_and_who_approved(world, versions):
    first, second = versions
    found = second.body["correction"]
    assert (found["version"], found["published_on"], found["reason"]) == (1, "2026-10-20", "乙处党支部一条党课记录漏收")
    assert found["approved_by"] == world.committee_secretary.name
    rows = {row["what"]: (row["before"], row["after"]) for row in found["rows"]}
    old, new = ({row["name"]: row["score"] for row in report.body["branches"]} for report in versions)
    name = next(name for name in old if old[name] != new[name])
    assert {"党支部平均", name, f"{name}：党课", "分类情况：合计"} <= set(rows)
    assert rows[name][0].startswith(f"{old[name]}%") and rows[name][1].startswith(f"{new[name]}%")
    said = paragraphs_of(second.body)
    assert said["correction"]["text"].startswith("更正说明：本报告更正2026年10月20日发布的第1版")
    assert f"共更正 {len(rows)} 处：党支部平均由" in said["correction"]["text"]
    assert said["correction-approved"]["text"] == f"本次更正由{world.committee_secretary.name}批准发布。"
    assert first.body["correction"] is None and "correction" not in paragraphs_of(first.body)


def test_what_was_entered_late_is_told_as_such_beside_the_points(quarter):  # noqa: F811
    publish(quarter, 20)
    hold(quarter.branch_b, "lecture", datetime(2026, 9, 10).date(), late=True)
    second = publish(quarter, 28, "乙处党支部一条党课记录漏收")
    rows = {row["what"]: (row["before"], row["after"]) for row in second.body["correction"]["rows"]}
    before, after = rows[next(what for what in rows if what.endswith("：党课"))]
    assert before.startswith("0.0/3.0 分（") and "未见记录" in before
    assert after.startswith("1.5/3.0 分（") and "补录" in after


def test_both_stay_readable_and_the_old_one_leads_to_the_new(world, versions, as_):
    first, second = versions
    for who in ("staff", "party_secretary", "secretary_b"):
        client = as_(who)
        old, new = (client.get(f"/reports/{report.pk}/") for report in versions)
        assert old.status_code == new.status_code == 200
        assert "本报告已被第 2 版更正" in old.content.decode() and f"/reports/{second.pk}/" in old.content.decode()
        assert "已被第" not in new.content.decode()
    texts = []
    for report in versions:
        document = docx.Document(io.BytesIO(report_document(report, "docx")))
        texts.append("".join(p.text for p in document.paragraphs))
    assert "更正说明" not in texts[0] and "更正说明" in texts[1] and "更正内容" in texts[1]
    before = Report.objects.get(pk=first.pk).body
    assert before == first.body


def test_everybody_who_could_read_the_old_one_is_told_and_nobody_else(world, versions, as_):
    first, second = versions
    told = set(Notice.objects.filter(kind="report").values_list("recipient__username", flat=True))
    can = {
        user.username
        for user in User.objects.filter(is_active=True).exclude(pk=world.committee_secretary.pk)
        if as_(user.username).get(f"/reports/{first.pk}/").status_code == 200
    }
    assert told == can and {"secretary_b", "party_secretary", "staff"} <= told
    notice = Notice.objects.filter(kind="report").first()
    assert notice.url == f"/reports/{second.pk}/" and "已更正为第 2 版" in notice.text
    assert all(access.holds_anywhere(user, REPORTS) for user in readers_of(first))


def test_a_correction_without_a_difference_says_so(quarter):  # noqa: F811
    publish(quarter, 20)
    second = publish(quarter, 28, "附件漏印")
    assert second.body["correction"]["rows"] == []
    assert "各项数字没有变化" in paragraphs_of(second.body)["correction"]["text"]


def test_the_draft_of_a_correction_does_not_yet_name_who_approves(quarter):  # noqa: F811
    publish(quarter, 20)
    with on(28):
        draft = drafted(assessment_trial(by=OPERATOR, period=Q3, reason="附件漏印")).body
    assert draft["correction"]["approved_by"] == "" and "correction-approved" not in paragraphs_of(draft)


def test_a_branch_reads_what_was_corrected_of_its_own_in_its_copy_of_the_new_version(world, versions, as_):
    second = versions[1]
    for who, name, other in (("secretary_b", "乙处党支部", "甲处"), ("secretary_a", "甲处党支部", "乙处党支部由")):
        client = as_(who)
        page = client.get(f"/reports/{second.pk}/").content.decode()
        assert "更正说明：本结果更正2026年10月20日发布的第1版" in page and "考核结果（第2版）" in page
        assert "更正原因：乙处党支部一条党课记录漏收" in page and f"由{world.committee_secretary.name}批准发布" in page
        assert (f"{name}由" in page) == (who == "secretary_b") and "党支部平均" not in page
        assert ("得分没有变化" in page) == (who == "secretary_a") and other not in page.replace("乙处党支部一条", "")
        answer = client.post(f"/reports/{second.pk}/docx/")
        assert "%E7%AC%AC2%E7%89%88" in answer["Content-Disposition"]
        said = "".join(p.text for p in docx.Document(io.BytesIO(answer.content)).paragraphs)
        assert "更正说明" in said and "党支部平均" not in said
        book = openpyxl.load_workbook(io.BytesIO(client.post(f"/reports/{second.pk}/xlsx/").content))
        assert "更正内容" in book.sheetnames
        first = client.get(f"/reports/{versions[0].pk}/").content.decode()
        assert "更正说明" not in first and "第1版" not in first


def test_an_objection_that_was_taken_is_named_as_its_cause(world, versions):
    second = versions[1].assessment
    ask = {"assessment": second, "organisation": world.branch_b, "points": 1, "maximum": 2, "due": second.as_of}
    ask |= {"reason": "已开展", "state": "answered"}
    Objection.objects.create(indicator="life-theme", name="主题党日", decision="accepted", **ask)
    Objection.objects.create(indicator="life-lecture", name="党课", decision="refused", **ask)
    found = correction_of(second, versions[1].body)
    assert found["reason"] == "乙处党支部一条党课记录漏收；乙处党支部对“主题党日”的异议（采纳）"

import io
import re
import zipfile
from datetime import date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from assessments.hearing.services import assessment_freeze
from assessments.home.selectors.compared import overdue_before
from assessments.reports.models import Report
from assessments.reports.services import assessment_publish
from assessments.results.services import assessment_trial
from branches.audit.models import AuditEntry
from branches.jobs.marks import mark
from branches.jobs.models import Heartbeat
from branches.notices.models import Notice
from branches.reach.models import Appointment
from branches.settings.services import start_set
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity
from responsibilities.requirements.models import Exemption
from tests.assessments.facts.random_agency import build
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import Q3, hold, quarter  # noqa: F401
from tests.assessments.results.trial_pages import followed


@pytest.fixture
def published(quarter):  # noqa: F811
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        assessment = assessment_trial(by=OPERATOR, period=Q3)
        assessment_freeze(by=OPERATOR, assessment=heard(assessment))
        return assessment_publish(by=OPERATOR, assessment=assessment)


def test_the_secretary_sees_what_is_due_and_no_rank(as_, quarter):  # noqa: F811
    page = as_("secretary_a").get("/").content.decode()
    assert "记一次活动" in page
    assert "本月" in page
    assert "考核得分预估" in page
    assert "名次" not in page


def test_the_dashboard_shows_who_lags_in_both_orders(as_, quarter):  # noqa: F811
    rollups.fill()
    client = as_("staff")
    page = client.get("/?period=2026Q3&order=lag").content.decode()
    assert page.index("丙中心</a>") < page.index("乙处</a>") or page.index("乙处</a>") < page.index("甲处</a>")
    assert "逾期" in page
    assert client.get("/dashboard/?period=2026Q3&order=tree").status_code == 200


@pytest.mark.parametrize(
    "query", ["period=2026Q9", "period=x", "top=999999999999999999999", "top=abc", "state=1", "order=%27"]
)
def test_wrong_filters_are_ignored_with_a_note(as_, world, query):
    answer = as_("staff").get(f"/dashboard/?{query}")
    assert answer.status_code == 200


def test_the_dashboard_asks_the_same_number_of_statements_at_two_sizes(as_, world):
    client = as_("staff")
    Activity.objects.create(
        organisation=world.branch_a, day="2026-07-10", title="待审", state="submitted", submitted_at=timezone.now()
    )
    rollups.fill()
    client.get("/dashboard/")
    with CaptureQueriesContext(connection) as few:
        client.get("/dashboard/")
    build(world, 31, branches=5, records=30)
    rollups.fill()
    with CaptureQueriesContext(connection) as many:
        assert client.get("/dashboard/").status_code == 200
    assert len(many) == len(few) <= 21


def test_the_workbench_asks_the_same_number_of_statements_at_two_sizes(as_, world):
    client = as_("secretary_a")
    hold(world.branch_a, "talk", date(2026, 3, 3))
    client.get("/")
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for day in range(1, 25):
        hold(world.branch_a, "talk", date(2026, 4, day))
        hold(world.branch_a, "theme_day", date(2026, 5, day))
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    assert len(many) == len(few) <= 30


def test_one_click_reminds_those_who_answer_for_it(as_, world):
    client = as_("staff")
    page = client.get("/dashboard/remind/?period=2026Q3")
    assert "提醒" in page.content.decode()
    assert Notice.objects.filter(kind="reminder").count() == 0
    client.post("/dashboard/remind/?period=2026Q3")
    assert set(Notice.objects.filter(kind="reminder").values_list("recipient__username", flat=True)) == {
        "secretary_a",
        "secretary_b",
        "secretary_c",
        "leader_a1",
    }


def test_a_leader_may_look_but_not_remind_or_assess(as_, world):
    client = as_("leader")
    assert client.get("/dashboard/").status_code == 200
    assert "一键提醒" not in client.get("/dashboard/").content.decode()
    assert client.get("/dashboard/remind/").status_code == 404
    assert client.get("/results/").status_code == 404


def test_update_now_fills_the_facts(as_, quarter):  # noqa: F811
    client = as_("staff")
    assert client.post("/dashboard/update/").status_code == 302
    assert rollups.age() is not None


def test_the_report_reads_the_same_on_screen_as_docx_and_as_xlsx(as_, published):
    client = as_("party_secretary")
    page = client.get(f"/reports/{published.pk}/").content.decode()
    assert "关于2026年第三季度机关党建考核情况的报告" in page
    answer = client.post(f"/reports/{published.pk}/docx/")
    texts = "".join(paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs)
    assert "关于2026年第三季度机关党建考核情况的报告" in texts.replace("\n", "")
    assert published.anchor[:20] in texts
    assert zipfile.is_zipfile(io.BytesIO(client.post(f"/reports/{published.pk}/xlsx/").content))
    assert AuditEntry.objects.filter(verb="report.export").count() == 2


def test_a_branch_reads_the_extract_about_itself_without_rank_or_others(as_, published):
    page = as_("secretary_b").get(f"/reports/{published.pk}/").content.decode()
    assert "乙处党支部" in page
    assert "甲处党支部" not in page
    assert "名次" not in page


def test_a_group_leader_and_an_outsider_read_no_report(as_, published):
    assert as_("leader_a1").get(f"/reports/{published.pk}/").status_code == 404
    assert as_("outsider").get(f"/reports/{published.pk}/").status_code == 404


def test_every_number_opens_onto_what_made_it(as_, published):
    client = as_("staff")
    detail = client.get(f"/results/{published.assessment_id}/").content.decode()
    assert "/scores/" in detail
    result = published.assessment.results.get(organisation__short_name="乙处党支部")
    page = client.get(f"/scores/{result.pk}/").content.decode()
    assert f"/requirements/{result.organisation_id}/life-theme-day/2026-09/" in page
    reason = client.get(f"/requirements/{result.organisation_id}/life-theme-day/2026-09/").content.decode()
    assert "未见记录" in reason
    assert "第十六条" in reason


def test_trial_freeze_publish_through_the_pages(as_, quarter):  # noqa: F811
    staff = as_("staff")
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        answer = staff.post("/results/trial/", {"period": "2026Q3", "reason": ""})
        address = followed(staff, answer)["Location"]
        assert staff.post(f"{address}freeze/").status_code == 404
        assert staff.post(f"{address}send/").status_code == 302
    with clock.at(timezone.make_aware(datetime(2026, 10, 28, 9))):
        secretary = as_("committee_secretary")
        assert secretary.post(f"{address}freeze/").status_code == 302
        answer = secretary.post(
            f"{address}publish/", {"kind": "report", "number": "", "signer": "签发人甲", "recipient": "局党组"}
        )
        assert answer.status_code == 302
    assert Report.objects.count() == 1


@pytest.mark.parametrize("period", ["", "2026", "2026-10", "abc", "2099Q1", "2026Q3' OR 1=1"])
def test_a_wrong_period_is_answered_beside_the_field(as_, world, period):
    answer = as_("staff").post("/results/trial/", {"period": period, "reason": ""})
    assert answer.status_code in (302, 422)
    assert answer.status_code == 302 or "errorlist" in answer.content.decode() or "dj-error" in answer.content.decode()


def test_a_requirement_can_be_explained_by_its_own_and_exempted_from_above_only(as_, world):
    address = f"/requirements/{world.branch_b.pk}/life-theme-day/2026-09/"
    # The month is over: a span that began before today is the committee secretary's (set_rules).
    own, above = as_("secretary_b"), as_("committee_secretary")
    assert own.post(f"{address}explain/", {"text": "全员参加防汛值守"}).status_code == 302
    assert "全员参加防汛值守" in above.get(address).content.decode()
    assert own.post(f"{address}exempt/", {"text": "自己免予"}).status_code == 403
    assert above.post(f"{address}exempt/", {"text": ""}).status_code == 422
    assert above.post(f"{address}exempt/", {"text": "同意顺延"}).status_code == 302
    assert "同意顺延" in own.get(address).content.decode()
    assert as_("secretary_a").get(address).status_code == 404
    (exemption,) = Exemption.objects.filter(organisation=world.branch_b)
    revoke = f"/exemptions/{exemption.pk}/revoke/"
    assert own.post(revoke, {"text": "自己撤销"}).status_code == 403
    assert above.post(revoke, {"text": ""}).status_code == 422
    assert above.post(revoke, {"text": "值守已结束"}).status_code == 302
    assert "逾期" in own.get(address).content.decode()


@pytest.mark.parametrize(
    "tail", ["life-theme-day/2026Q3/", "no-rule/2026-09/", "life-theme-day/2026-13/", "life-theme-day/%00/"]
)
def test_an_address_where_nothing_is_owed_is_not_found(as_, world, tail):
    assert as_("staff").get(f"/requirements/{world.branch_b.pk}/{tail}").status_code in (404, 400)


def test_the_list_of_requirements_filters_and_exports(as_, world):
    client = as_("staff")
    page = client.get(f"/requirements/?organisation={world.branch_b.pk}&state=overdue&period={Period.parse('2026')}")
    assert page.status_code == 200
    assert "甲处党支部</td>" not in page.content.decode()
    assert client.post("/requirements/export/?period=2026Q3").status_code == 200


def test_the_panel_promises_no_period_before_the_date_is_known(as_, world):
    client = as_("secretary_a")
    form = {"organisation": world.branch_a.pk, "kinds": ["theme_day"], "res-TOTAL_FORMS": "0", "res-INITIAL_FORMS": "0"}
    page = client.post("/uses/", form).content.decode()
    assert "填写日期后可知计入哪个期间" in page
    assert "不扣分" not in page
    page = client.post("/uses/", form | {"day": clock.today().isoformat()}).content.decode()
    assert f"{clock.today().month}月主题党日" in page


def test_a_document_of_a_published_report_is_made_once_and_kept(as_, published, monkeypatch):
    first = as_("staff").post(f"/reports/{published.pk}/docx/")
    assert first.status_code == 200 and published.documents.get().kind == "docx"
    monkeypatch.setattr("assessments.reports.documents.render", None)
    assert as_("staff").post(f"/reports/{published.pk}/docx/").content == first.content
    assert published.documents.count() == 1


def test_what_fell_due_earlier_in_the_year_is_counted_and_nothing_else(world):
    """Overdue before the quarter and in its year; not what is due in it, in another year, or was met."""
    due = {"before": (6, 30, 2026), "in it": (9, 30, 2026), "last year": (12, 31, 2025), "met": (6, 30, 2026)}
    for name, (month, day, year) in due.items():
        Fact.objects.create(
            family="requirement",
            measure=f"requirement.{name}",
            organisation=world.branch_a,
            period=f"{year}-{month:02}",
            numerator=0,
            denominator=1,
            state="met" if name == "met" else "overdue",
            due=date(year, month, day),
        )
    assert overdue_before(world.staff, Period.parse("2026Q3")) == 1


def test_what_was_overdue_before_a_secretary_came_is_one_folded_line(as_, world):
    client = as_("secretary_a")
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        before = client.get("/").context
        # Of his own, what fell due before last month is folded too, and counted.
        own = before["older"]
        assert own and all(line.row.due < date(2026, 10, 1) for line in own)
        late = [line for line in [*own, *before["due"]] if line.row.state == "overdue"]
        assert before["overdue"] == len(late) > 3 and f"有 {len(late)} 项逾期" in before["title"].replace("另有", "有")
        assert f"更早逾期 {len(own)} 项，最早" in client.get("/").content.decode()
        Appointment.objects.filter(user=world.secretary_a).update(starts=date(2026, 11, 16))
        page = client.get("/")
    older, due = page.context["older"], page.context["due"]
    assert len(older) + len(due) == len(before["due"]) + len(own)
    assert all(line.row.due < date(2026, 11, 1) for line in older)
    assert all(line.row.due >= date(2026, 11, 1) for line in due)
    assert f"任职前逾期 {len(older)} 项" in page.content.decode()
    assert "逾期" not in page.context["title"]


def test_what_earlier_quarters_left_overdue_counts_in_the_headline(as_, world):
    with time_machine.travel("2026-10-05T10:00:00+08:00", tick=False):
        rollups.fill()
        page = as_("general_secretary").get("/dashboard/")
    assert page.context["earlier"] > 0
    assert page.context["title"] == f"本季还没有到期的事项，以前季度另有 {page.context['earlier']} 项逾期"


def test_while_the_first_changes_wait_the_dashboard_does_not_say_that_nothing_is_due(as_, world):
    rollups.fill()
    Fact.objects.all().delete()
    client = as_("staff")
    assert client.get("/dashboard/").context["title"] == "还没有到期的事项"
    hold(world.branch_a, "talk", date(2026, 3, 3))
    mark(world.branch_a, date(2026, 3, 3), date(2026, 3, 3), "activity")
    assert client.get("/dashboard/").context["title"] == "正在汇总"


def test_while_all_is_filled_anew_no_page_says_the_old_numbers(as_, world):
    rollups.fill()
    staff, leader = as_("staff"), as_("leader")
    page = staff.get("/dashboard/").content.decode()
    assert "一键提醒" in page and "正在汇总" not in page and "全局：" in leader.get("/").content.decode()
    start_set(by=OPERATOR, day=clock.today())
    answer = staff.get("/dashboard/")
    page = answer.content.decode()
    assert answer.context["title"] == "正在汇总" and "一键提醒" not in page
    assert re.search(r"disabled>.*正在汇总", page) and not re.search(r'dj-stat-value">\s*\d+ 项', page)
    page = leader.get("/").content.decode()
    assert "各项数字正在汇总" in page and "全局：" not in page
    # What is from before the start is no work that waits.
    before = staff.get("/dashboard/?period=2026Q1").context["title"]
    rollups.fill()
    assert before == staff.get("/dashboard/?period=2026Q1").context["title"] and "启用，以前的不计" in before
    page = staff.get("/dashboard/").content.decode()
    assert "正在汇总" not in page and re.search(r'dj-stat-value">\s*0 项', page)


def test_no_overdue_at_all_is_not_written_in_red(as_, world):
    start_set(by=OPERATOR, day=clock.today())
    rollups.fill()
    red = r'text-late">\s*(\d+) 项'
    page = as_("staff").get("/dashboard/").content.decode()
    assert re.search(r'dj-stat-value">\s*0 项', page) and not re.search(red, page)
    start_set(by=OPERATOR, day=date(2026, 1, 1))
    rollups.fill()
    assert int(re.search(red, as_("staff").get("/dashboard/").content.decode())[1]) > 0


def test_before_the_first_roll_up_the_dashboard_claims_nothing(as_, world):
    Heartbeat.objects.filter(name="rollup").delete()
    page = as_("staff").get("/dashboard/").content.decode()
    assert "正在汇总" in page and "没有逾期事项" not in page and "0 项" not in page
    rollups.fill()
    assert "正在汇总" not in as_("staff").get("/dashboard/").content.decode()

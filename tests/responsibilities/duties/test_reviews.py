"""Reports of duties find their reviewers: notices, the board's state filter, the queue of reviews, the badge."""

from datetime import date

import pytest

from branches.notices.models import Notice
from members.activities.models import Activity
from responsibilities.duties.models import DutyList, DutyReport
from responsibilities.duties.rights import review_queue, reviewers, reviews
from tests.responsibilities.duties.world import duty, html, issued, record
from tests.responsibilities.work.support import ago, happened, item_at, linked, record_on
from tests.world import CAST


@pytest.fixture
def said(world, as_):
    """Everything is issued; branch A's secretary has reported one duty in words."""
    issued(world)
    one = duty("br-promise", organisation=world.branch_a)
    as_("secretary_a").post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "已公布承诺"})
    return one


def test_the_queue_of_a_user_holds_the_lists_that_he_may_judge_and_no_others(world):
    issued(world)
    lists = list(DutyList.objects.select_related("organisation", "holder", "member__account"))
    for who in CAST:
        user = world.user(who)
        queue = set(review_queue(user).values_list("pk", flat=True))
        assert queue == {row.pk for row in lists if reviews(user, row)}, who
    for row in lists:
        told = {user.pk for user in reviewers(row, None)}
        assert told == {user.pk for user in map(world.user, CAST) if reviews(user, row)}, row


def test_everybody_who_may_accept_a_report_gets_one_notice_that_leads_to_the_slot(world, as_, said):
    rows = Notice.objects.filter(about=f"duty/{said.pk}/2026")
    told = {row.recipient.username: row for row in rows.select_related("recipient")}
    assert len(told) == len(rows)
    assert set(told) == {world.staff.username, world.committee_secretary.username}
    notice = told[world.staff.username]
    assert notice.text == f"甲处党支部报告了“{said}”（全年），请审核" and notice.sender == world.secretary_a
    assert f'id="{notice.url.split("#")[1]}"' in html(as_("staff").get(notice.url))
    report = DutyReport.objects.get()
    as_("staff").post(f"/duties/reports/{report.pk}/review/", {"do": "return", "reason": "请附名单"})
    as_("secretary_a").post(f"/duties/{said.pk}/report/", {"slot": "2026", "text": "名单已附"})
    assert Notice.objects.filter(about=f"duty/{said.pk}/2026", recipient=world.staff).count() == 2


def test_a_report_that_nobody_judges_tells_nobody(world, as_):
    issued(world)
    before = Notice.objects.count()
    one = duty("ps-talk")
    as_("party_secretary").post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "没有发生"})
    assert DutyReport.objects.get().no_reviewer
    assert Notice.objects.count() == before


def test_the_state_filter_leads_to_the_level_the_duty_and_the_holder_with_a_report(world, as_, said):
    answer = as_("staff").get("/duties/?state=reported")
    page, report = html(answer), DutyReport.objects.get()
    assert answer.context["level"] == "branch" and answer.context["duty"] == said
    assert [card.fits for card in answer.context["cards"]] == [0, 0, 0, 0, 0, 1, 0]
    assert "待审核 1 项" in page and "1 个党支部待审核" in page
    assert f'href="/duties/reports/{report.pk}/review/"' in page
    named = as_("staff").get("/duties/?state=reported&level=committee")
    assert named.context["level"] == "committee" and "待审核 1 项" in html(named)
    opened = as_("staff").get("/duties/?state=reported&level=branch&template=br-promise")
    assert [row.duty for row in opened.context["page"].object_list] == [said]
    for view in ("item", "overdue"):
        rows = as_("staff").get(f"/duties/?state=reported&view={view}").context["page"].object_list
        assert {row.duty.key for row in rows} <= {"br-promise"}
    # The reporter sees that it waits, and no link to judge it.
    own = html(as_("secretary_a").get("/duties/?state=reported"))
    assert "待审核 1 项" in own and "/review/" not in own


def test_the_queue_of_reviews_and_the_badge_count_reports_of_duties(world, as_, said):
    staff = as_("staff")
    page = html(staff.get("/reviews/"))
    assert "待审核的责任报告 1 份" in page and 'href="/duties/own/#waiting"' in page
    assert '<span class="count">1</span>' in page
    assert "待审核的责任报告 1 份" in html(staff.get("/dashboard/"))
    listed = html(staff.get("/duties/own/"))
    assert 'id="waiting"' in listed and said.text in listed
    assert "责任报告" not in html(as_("secretary_a").get("/reviews/"))
    staff.post(f"/duties/reports/{DutyReport.objects.get().pk}/review/", {"do": "accept"})
    page = html(staff.get("/reviews/"))
    assert "责任报告" not in page and '<span class="count">' not in page


def test_the_progress_says_how_much_of_it_waits_for_a_judgement(world, as_, said):
    assert "已落实 1（其中待审核 1）" in html(as_("secretary_a").get(f"/duties/{said.pk}/"))
    own = html(as_("secretary_a").get("/duties/own/"))
    assert "1 / 1 项次，其中待审核 1" in own
    assert "其中待审核 1" in html(as_("staff").get("/duties/?level=branch"))
    assert "待审核 1 项次" in html(as_("staff").get(f"/duties/lists/{said.list_id}/"))
    as_("staff").post(f"/duties/reports/{DutyReport.objects.get().pk}/review/", {"do": "accept"})
    assert "待审核 1" not in html(as_("secretary_a").get(f"/duties/{said.pk}/"))


def test_the_badge_of_the_menu_and_the_queue_count_the_same(world, as_, said):
    page = html(as_("staff").get("/reviews/"))
    assert '<span class="count">1</span>' in page and "<h1>1 份责任报告待审核</h1>" in page
    record(world, world.branch_a, "theme_day", date(2026, 11, 2))
    page = html(as_("staff").get("/reviews/"))
    assert '<span class="count">2</span>' in page and "<h1>1 条记录、1 份责任报告待审核" in page
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(20))
    linked(item, "study", record_on(world.branch_a, world.secretary_a, ago(20)), confirmed=False)
    page = html(as_("staff").get("/reviews/"))
    waiting = Activity.objects.filter(state="submitted").count()
    assert page.count(f'<span class="count">{waiting + 2}</span>') == 1
    assert page.count(f'aria-label="{waiting + 2}项"') == 1
    assert f"<h1>{waiting} 条记录、1 份责任报告、1 条业务佐证待审核" in page


def test_whoever_holds_no_list_finds_the_reports_he_judges_under_their_own_headline(world, as_, said):
    DutyList.objects.exclude(pk=said.list_id).delete()
    page = html(as_("staff").get("/duties/own/"))
    assert "<h1>1 份责任报告待您审核</h1>" in page and "还没有" not in page

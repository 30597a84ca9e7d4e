"""The pages of the duty lists, and who reads what."""

import re
from datetime import date

from branches.audit.models import AuditEntry
from common.operator import OPERATOR
from members.activities.models import Activity
from members.activities.services.states import activity_accept
from members.roster.models.members import Member
from responsibilities.duties.models import Duty, DutyList, DutyReport, Level
from responsibilities.duties.progress import progress
from responsibilities.duties.selectors.chain import timeline
from responsibilities.duties.selectors.of_record import duties_of_record
from responsibilities.duties.selectors.wording import chip
from responsibilities.duties.services.portfolios import portfolio_make
from responsibilities.duties.slot import DutySlot
from tests.responsibilities.duties.world import duty, html, issued, record, slot
from tests.responsibilities.work.support import ago, happened, item_at

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def test_the_board_names_each_level_its_progress_and_which_is_behind(world, as_):
    answer = as_("staff").get("/duties/")
    assert "2026 年还没有下达责任清单" in html(answer)
    issued(world)
    page = html(as_("staff").get("/duties/"))
    for words in (
        "负总责",
        "分工负责",
        "组织实施",
        "具体落实",
        "积极参加",
        "3 个党支部",
        "12 名党员",
        "竖线为时间进度",
    ):
        assert words in page
    assert "没有逾期" not in html(as_("staff").get("/duties/?view=overdue"))
    grouped = html(as_("staff").get("/duties/?level=branch"))
    assert "个党支部，" in grouped
    one = html(as_("staff").get("/duties/?level=branch&template=br-theme"))
    assert "甲处党支部" in one
    assert as_("staff").get("/duties/?year=abc&level=nothing&state=x&duty=999999&page=99&list=7").status_code == 200


def test_the_chain_is_walked_both_ways_and_a_missing_level_is_named(world, as_):
    issued(world)
    committee, branch = duty("cm-check"), duty("br-theme", organisation=world.branch_a)
    page = html(as_("staff").get(f"/duties/{committee.pk}/"))
    assert f"/duties/{branch.pk}/" in page
    assert page.count("这一级没有对应的责任") == 2
    page = html(as_("staff").get(f"/duties/{branch.pk}/"))
    assert f"/duties/{committee.pk}/" in page
    # Above his own reach the secretary reads the wording, not the page.
    page = html(as_("secretary_a").get(f"/duties/{branch.pk}/"))
    assert committee.text in page
    assert f"/duties/{committee.pk}/" not in page


def test_the_chain_names_the_same_leaders_from_whichever_duty_it_is_walked(world, as_):
    issued(world)
    leaders = duty("ld-sync")
    others = [duty("pg-sync"), duty("cm-sync"), duty("br-sync", organisation=world.branch_a)]
    staff = as_("staff")
    for one in others:
        for path in (
            f"/duties/{one.pk}/",
            f"/duties/?duty={one.pk}",
            f"/duties/?duty={one.pk}&organisation={world.root.pk}",
        ):
            lines = [line for line in staff.get(path).context["chain"] if line["level"] == "班子成员"]
            assert [(line["name"], line["text"]) for line in lines] == [(leaders.list.holder_name, leaders.text)], path
    # And from the leader's: those who organise and carry out the same.
    lines = {line["level"]: line for line in staff.get(f"/duties/{leaders.pk}/").context["chain"]}
    assert not any(line["missing"] for level, line in lines.items() if level in ("机关党委", "党支部"))
    assert lines["党支部"]["name"] == "3 个"
    # Nobody of a branch reads a leader's duty: only that there is one.
    for path in (f"/duties/{others[2].pk}/", f"/duties/?duty={others[2].pk}"):
        (line,) = [row for row in as_("secretary_a").get(path).context["chain"] if row["level"] == "班子成员"]
        assert (line["name"], line["text"], line["url"]) == ("", "一项责任", ""), path


def test_only_verified_rules_are_cited(world, as_):
    issued(world)
    page = html(as_("staff").get(f"/duties/{duty('pg-strict').pk}/"))
    assert "本机关设定" in page
    assert "/rules/resp-half-year/" not in page
    assert "/rules/life-theme-day/" in html(
        as_("staff").get(f"/duties/{duty('br-theme', organisation=world.branch_a).pk}/")
    )


def test_the_leaders_page_shows_his_duties_his_fields_his_contact_branch_and_his_attendance(world, as_):
    from branches.places.models.departments import Department

    department = Department.objects.create(name="综合处")
    portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, department=department)
    portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_b)
    member = world.people("branch_a")[1]
    Member.objects.filter(pk=member.pk).update(account=world.leader)
    issued(world)
    activity = record(world, world.branch_a, "theme_day", date(2026, 8, 12))
    page = html(as_("leader").get("/duties/own/"))
    for words in ("综合处", "乙处党支部", "双重组织生活", "所在支部 1 次，出席 1 次", "推动分管重点业务四同步"):
        assert words in page
    one = duty("ld-double")
    assert slot(one, "2026Q3").records == [activity.pk]
    assert {row.key for row, _ in duties_of_record(activity)} >= {"ld-double", "br-theme", "br-study", "mb-meet"}


def test_everybody_has_a_page_of_his_own_duties(world, as_):
    issued(world)
    assert "按期参加组织生活" in html(as_("member").get("/duties/own/"))
    assert "落实三会一课" in html(as_("secretary_a").get("/duties/own/"))
    assert "您还没有责任清单" in html(as_("outsider").get("/duties/own/"))


def test_a_member_without_a_post_is_led_to_his_duties_and_his_own_file(world, as_):
    issued(world)
    page = as_("member").get("/duties/own/")
    menu = {item["label"]: item for group in page.context["nav"] for item in group["items"]}
    assert menu["我的责任"]["url"] == "/duties/own/" and menu["我的责任"]["current"]
    assert menu["我的档案"]["url"] == "/" and "工作台" not in menu
    assert "我的责任" in html(page) and "责任清单" not in menu
    home = as_("member").get("/", follow=True)
    assert "甲四" in html(home) and "甲五" not in html(home)
    assert {item["label"] for group in as_("secretary_a").get("/").context["nav"] for item in group["items"]} >= {
        "工作台",
        "我的责任",
    }


def test_the_state_on_the_board_is_that_of_any_slot_of_a_duty(world, as_):
    issued(world)
    one = duty("br-fee", organisation=world.branch_a)
    as_("secretary_a").post(f"/duties/{one.pk}/report/", {"slot": "2026Q1", "text": "已收缴"})
    assert [slot(one, key).state for key in ("2026Q1", "2026Q2")] == ["reported", "overdue"]

    def shown(state, query="template=br-fee"):
        answer = as_("staff").get(f"/duties/?level=branch&state={state}&{query}")
        return {duty.pk for row in answer.context["page"].object_list for duty in row.duties if duty.key == "br-fee"}

    everywhere = {row.pk for row in Duty.objects.filter(key="br-fee")}
    assert one.pk in shown("reported") and shown("reported") != everywhere
    assert one.pk in shown("overdue") and shown("overdue") == everywhere
    assert shown("reported", "") == everywhere, "the line that stands for all holders"
    assert shown("returned") == shown("returned", "") == set()


def test_what_waits_for_its_review_and_what_is_not_alive_stand_apart_in_filter_counts_and_table(world, as_, to_come):
    issued(world)
    Duty.objects.filter(key="br-fee").update(rules=to_come.rule)
    theme = duty("br-theme", organisation=world.branch_a)
    kept = record(world, world.branch_a, "theme_day", date(2026, 10, 20))
    Activity.objects.filter(pk=kept.pk).update(state="submitted")

    def fits(state):
        answer = as_("staff").get(f"/duties/?state={state}&list={theme.list_id}")
        return {row.duty.key for row in answer.context["page"].object_list}, answer.context["head"].pending

    assert "br-theme" in fits("reported")[0] and "br-theme" not in fits("closed")[0]
    assert fits("reported")[1] == 1
    assert "br-fee" in fits("not_alive")[0] and "br-fee" not in fits("not_applicable")[0]
    sent, dormant = [], len(fits("not_alive")[0])
    for state in ("reported", "closed", "not_alive"):
        as_("staff").post(f"/duties/export/?state={state}&list={theme.list_id}")
        sent.append(AuditEntry.objects.filter(verb="duty.export").latest("pk").payload)
    assert [re.search(r'"rows":(\d)', payload).group(1) for payload in sent] == ["1", "0", str(dormant)]
    page = as_("secretary_a").get(f"/duties/{duty('br-fee', organisation=world.branch_a).pk}/").content.decode()
    assert "随“党费”功能启用，目前不要求填报" in page and "尚未启用" in page
    answer = as_("secretary_a").post(
        f"/duties/{duty('br-fee', organisation=world.branch_a).pk}/report/", {"slot": "2026Q1", "text": "已收缴"}
    )
    assert answer.status_code == 409
    Activity.objects.filter(pk=kept.pk).update(state="accepted")
    assert "br-theme" in fits("closed")[0]


def test_the_list_is_exported_within_reach(world, as_):
    issued(world)
    answer = as_("secretary_b").post("/duties/export/?level=branch")
    assert answer.status_code == 200
    assert AuditEntry.objects.filter(verb="duty.export").count() == 1
    assert '"rows":12' in AuditEntry.objects.get(verb="duty.export").payload


def test_a_leader_reads_his_own_list_and_not_the_other_leaders(world, as_):
    from branches.access.models import User
    from branches.access.services.appointments import appointment_make

    other = User.objects.create(username="leader_two", name="另一位成员", password="!")
    appointment_make(by=OPERATOR, user=other, role="leader", organisation=world.root)
    issued(world)
    lists = {row.holder_id: row for row in DutyList.objects.filter(level="leader")}
    assert set(lists) == {world.leader.pk, other.pk}
    leader = as_("leader")
    assert leader.get(f"/duties/lists/{lists[world.leader.pk].pk}/").status_code == 200
    assert leader.get(f"/duties/lists/{lists[other.pk].pk}/").status_code == 404
    theirs = lists[other.pk].duties.first()
    assert leader.get(f"/duties/{theirs.pk}/").status_code == 404
    assert "另一位成员" not in html(leader.get("/duties/?level=leader"))
    for who in ("party_secretary", "committee_secretary", "staff"):
        assert as_(who).get(f"/duties/lists/{lists[other.pk].pk}/").status_code == 200


def test_a_members_duty_is_read_by_himself_and_who_keeps_the_roster_only(world, as_):
    issued(world)
    mine = DutyList.objects.get(member__account=world.member)
    other = DutyList.objects.filter(level=Level.MEMBER, organisation=world.branch_a).exclude(pk=mine.pk).first()
    member = as_("member")
    assert member.get(f"/duties/lists/{mine.pk}/").status_code == 200
    assert member.get(f"/duties/lists/{other.pk}/").status_code == 404
    expected = {"officer_a": 404, "leader": 404, "secretary_b": 404, "secretary_a": 200, "staff": 200}
    for who, status in expected.items():
        assert as_(who).get(f"/duties/lists/{mine.pk}/").status_code == status, who
        assert as_(who).get(f"/duties/{mine.duties.first().pk}/").status_code == status, who


def test_a_members_report_is_judged_by_the_secretary_and_never_by_himself(world, as_):
    issued(world)
    # What the templates ask of members and no record shows is not asked of them; a line put in by hand is.
    spared = duty("mb-fee", member__account=world.member)
    assert slot(spared, "2026").state == "not_applicable"
    assert as_("member").post(f"/duties/{spared.pk}/report/", {"slot": "2026", "text": "已践诺"}).status_code == 409
    mine = DutyList.objects.get(member__account=world.member)
    one = Duty.objects.create(list=mine, order=99, text="整理窗口案例", period="year")
    assert as_("member").post(f"/duties/{one.pk}/report/", {"slot": "2026", "text": "已整理"}).status_code == 302
    report = DutyReport.objects.get(duty=one)
    assert report.state == "reported"
    assert as_("member").post(f"/duties/reports/{report.pk}/review/", {"do": "accept"}).status_code == 403
    assert as_("secretary_a").post(f"/duties/reports/{report.pk}/review/", {"do": "accept"}).status_code == 302
    assert slot(one, "2026").state == "accepted"


def test_the_accepting_of_a_record_changes_nothing_about_a_closed_duty(world):
    issued(world)
    one = duty("br-theme", organisation=world.branch_a)
    activity = record(world, world.branch_a, "theme_day", date(2026, 10, 20))
    activity_accept(by=world.staff, activity=activity, version=activity.version)
    assert slot(one, "life-theme-day/2026-10").state == "closed"


def test_the_party_group_secretarys_own_list_is_not_read_by_other_leaders(world, as_):
    issued(world)
    one = duty("ps-double")
    expected = {"party_secretary": 200, "committee_secretary": 200, "staff": 200, "leader": 404, "secretary_a": 404}
    for who, status in expected.items():
        assert as_(who).get(f"/duties/{one.pk}/").status_code == status, who


def test_a_member_is_told_on_his_own_file_that_duties_wait_to_be_noted(world, as_):
    issued(world)
    member = world.people("branch_a")[3]
    Member.objects.filter(pk=member.pk).update(account=world.member)
    client = as_("member")
    assert 'hx-get="/duties/own/"' in html(client.get("/members/own/"))
    slot_of = {"headers": {"HX-Request": "true"}}
    told = html(client.get("/duties/own/", **slot_of))
    assert "1 份待知悉" in told and 'href="/duties/own/"' in told and "<html" not in told
    own = DutyList.objects.get(member=member)
    page = html(client.get(f"/duties/lists/{own.pk}/"))
    assert 'href="/duties/"' not in page and 'href="/duties/own/"' in page, "the board is not for him"
    client.post(f"/duties/lists/{own.pk}/note/")
    assert "待知悉" not in html(client.get("/duties/own/", **slot_of))


def test_the_next_date_of_a_timeline_is_one_to_come_and_a_stage_not_begun_is_not_due_today(world):
    issued(world)
    one, today = duty("br-sync", organisation=world.branch_a), date(2026, 6, 1)
    waiting = DutySlot(one.pk, "stage/1", "能源保供 研究", today, text="业务尚未开展")
    (item,) = timeline(one, [waiting], world.staff, today)
    assert (item["title"], item["note"]) == ("能源保供 研究", "业务尚未开展")
    assert chip(progress([waiting], today), [waiting], today) == ("open", "进行中"), "not due today, every day anew"
    half = DutySlot(one.pk, "2026H1", "上半年", date(2026, 6, 30))
    assert timeline(one, [waiting, half], world.staff, today)[-1]["note"] == "还有 29 天"
    assert chip(progress([waiting, half], today), [waiting, half], today) == ("due_soon", "29天后")
    (due,) = timeline(one, [DutySlot(one.pk, "2026H1", "上半年", today)], world.staff, today)
    assert due["title"] == "上半年今天到期"


def test_a_leaders_start_page_says_what_he_owes_and_leads_and_nobody_elses_does(world, as_):
    item = item_at(world.committee, [world.branch_a], name="能源保供", leader=world.leader)
    happened(item, "study", ago(40))
    assert 'hx-get="/duties/own/brief/"' in as_("leader").get("/dashboard/").content.decode()
    assert "/duties/own/brief/" not in as_("staff").get("/dashboard/").content.decode()
    page = as_("leader").get("/duties/own/brief/").content.decode()
    assert (
        f'href="/sync/?leader={world.leader.pk}"' in page
        and "1 项，到考核 0 项，闭环 0 项" in page
        and "不同步 1 处" in page
    )
    assert "分管业务" not in as_("party_secretary").get("/duties/own/brief/").content.decode()


def test_whoever_reviews_and_has_no_list_reads_first_how_many_reports_wait(world, as_):
    issued(world)
    one = duty("br-fee", organisation=world.branch_a)
    assert "您还没有责任清单" in html(as_("staff").get("/duties/own/"))
    as_("secretary_a").post(f"/duties/{one.pk}/report/", {"slot": "2026Q1", "text": "已收缴"})
    page = html(as_("staff").get("/duties/own/"))
    assert "1 份责任报告待您审核" in page and "责任清单</h1>" not in page and "还没有下达给您的责任清单" not in page


def test_the_menu_leads_nobody_to_a_page_that_stays_empty(world, as_):
    def menu(who):
        return {item["label"] for group in as_(who).get("/", follow=True).context["nav"] for item in group["items"]}

    assert "我的责任" not in menu("assistant") and "责任清单" in menu("assistant")
    assert "督查督办" not in menu("leader_a1") and "督查督办" in menu("secretary_a")

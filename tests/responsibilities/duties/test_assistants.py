"""Who acts for a leader reports and answers in his name, marked 代录, and drafts his supervisions; he decides nothing."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from branches.access.services.appointments import appointment_end, appointment_make
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from responsibilities.duties.models import DutyList, DutyReport
from responsibilities.duties.services.lists import duty_list_note
from responsibilities.duties.services.portfolios import portfolio_end, portfolio_make
from responsibilities.duties.services.reports import duty_report, duty_report_accept
from responsibilities.supervision.models import Supervision, SupervisionDraft, SupervisionReplyDraft
from responsibilities.supervision.services.drafts import (
    supervision_draft,
    supervision_draft_issue,
    supervision_reply_draft,
)
from responsibilities.supervision.services.notices import supervision_close, supervision_issue, supervision_reply
from tests.responsibilities.duties.world import duty, html, issued

pytestmark = pytest.mark.django_db
WORDS = {"text": "听取分管处室汇报两次。"}


@pytest.fixture
def own(world):
    """A duty of the leader that is reported in words."""
    issued(world)
    return duty("ld-check", holder=world.leader)


def entry(verb):
    """Return (who, what the trail keeps) of the last entry with this verb."""
    row = AuditEntry.objects.filter(verb=verb).latest("pk")
    return row.actor_name, json.loads(row.payload)


def ended(world):
    yesterday = clock.today() - timedelta(days=1)
    appointment_end(by=OPERATOR, appointment=world.leader.appointments.get(), ends=yesterday, reason="调离")


# ---- the leader's duties


def test_he_reads_the_list_of_his_leader_and_reports_on_it_marked(world, as_, own):
    client = as_("assistant")
    page = html(client.get("/"))
    assert "您代leader 用户办理" in page and f"/duties/{own.pk}/report/" in page
    assert {duty.list_id for duty, _ in client.get("/").context["owed"]} == {own.list_id}
    assert client.get(f"/duties/lists/{own.list_id}/").status_code == 200
    answer = client.post(f"/duties/{own.pk}/report/", WORDS | {"slot": "2026"})
    assert answer.status_code == 302, html(answer)
    report = DutyReport.objects.get()
    assert (report.state, report.reported_by, report.on_behalf_of) == ("reported", world.assistant, world.leader)
    who, kept = entry("duty.report")
    assert who == "assistant 用户" and kept["note"] == "代录：代leader 用户"
    assert kept["after"]["on_behalf_of"]
    assert Notice.objects.filter(recipient=world.leader, text__contains="assistant 用户代您报告了").exists()
    shown = html(as_("party_secretary").get(f"/duties/reports/{report.pk}/review/"))
    assert "assistant 用户（代leader 用户录）" in shown


def test_what_is_past_its_date_says_so_on_his_start_page(world, as_, own):
    answer = as_("assistant").get("/")
    late = [slot for _, slot in answer.context["owed"] if slot.due < clock.today()]
    assert 0 < len(late) < len(answer.context["owed"])
    assert html(answer).count('截止　<span class="dj-lines-figure">逾期</span>') == len(late)


def test_the_report_is_judged_by_neither_of_both_and_by_the_superior(world, as_, own):
    report = duty_report(by=world.assistant, duty=own, slot="2026", text="已落实。")
    for who in ("assistant", "leader"):
        with pytest.raises(PermissionDenied):
            duty_report_accept(by=world.user(who), report=report)
        assert as_(who).get(f"/duties/reports/{report.pk}/review/").status_code == 403
    duty_report_accept(by=world.party_secretary, report=report)
    report.refresh_from_db()
    assert report.state == "accepted"


def test_what_the_leader_says_himself_bears_no_mark(world, own):
    report = duty_report(by=world.leader, duty=own, slot="2026", text="已落实。")
    assert report.on_behalf_of is None and report.reporter == "leader 用户" and "代录" not in str(entry("duty.report"))


def test_he_does_not_take_note_for_the_leader(world, as_, own):
    assert as_("assistant").post(f"/duties/lists/{own.list_id}/note/").status_code == 403
    page = html(as_("assistant").get(f"/duties/lists/{own.list_id}/"))
    assert f"/duties/lists/{own.list_id}/note/" not in page
    with pytest.raises(PermissionDenied):
        duty_list_note(by=world.assistant, duty_list=own.list)


@pytest.mark.parametrize("level", ["party_group_secretary", "party_group", "committee", "branch"])
def test_he_acts_for_nobody_else(world, as_, own, level):
    other = DutyList.objects.filter(level=level).first().duties.first()
    answer = as_("assistant").post(f"/duties/{other.pk}/report/", WORDS | {"slot": "2026"})
    assert answer.status_code == (404 if level == "party_group_secretary" else 403)
    assert not DutyReport.objects.exists()


def test_the_secretary_of_the_party_group_has_one_for_his_own_list_and_not_for_the_collective_one(world, as_, own):
    principal = world.party_secretary.appointments.get()
    appointment_make(by=world.party_secretary, user=world.outsider, role="assistant", principal=principal)
    lists = {row.level: row for row in DutyList.objects.filter(organisation=world.root)}
    client = as_("outsider")
    assert client.get(f"/duties/lists/{lists['party_group_secretary'].pk}/").status_code == 200
    assert client.get(f"/duties/lists/{own.list_id}/").status_code == 404
    collective = lists["party_group"].duties.first()
    assert client.post(f"/duties/{collective.pk}/report/", WORDS | {"slot": "2026"}).status_code == 403


def test_with_the_leaders_appointment_it_all_ends(world, as_, own):
    ended(world)
    with pytest.raises((PermissionDenied, Http404)):
        duty_report(by=world.assistant, duty=own, slot="2026", text="已落实。")
    assert as_("assistant").get(f"/duties/lists/{own.list_id}/").status_code in (302, 404)


# ---- supervisions addressed to the leader


def to_leader(world):
    return supervision_issue(
        by=world.party_secretary,
        organisation=world.root,
        holder=world.leader,
        title="落实联系点指导",
        expected="报送记录。",
        due=clock.today() + timedelta(days=9),
    )


def test_a_notice_to_the_leader_reaches_him_and_is_answered_in_the_leaders_name(world, as_):
    notice = to_leader(world)
    assert Notice.objects.filter(recipient=world.assistant, kind="supervision").exists()
    client = as_("assistant")
    assert f"/supervision/{notice.pk}/reply/" in html(client.get("/"))
    assert notice.title in html(client.get("/supervision/?side=received"))
    paper = SimpleUploadedFile("说明.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    answer = client.post(f"/supervision/{notice.pk}/reply/", {"text": "已到联系点指导。", "file": paper})
    assert answer.status_code == 302, html(answer)
    reply = notice.replies.get()
    assert (reply.author, reply.on_behalf_of) == (world.assistant, world.leader)
    assert entry("supervision.reply")[1]["note"].startswith("代录：代leader 用户；")
    assert "assistant 用户（代leader 用户录）" in html(as_("party_secretary").get(f"/supervision/{notice.pk}/"))
    for who in ("assistant", "leader"):
        answer = as_(who).post(f"/supervision/{notice.pk}/review/", {"decision": "accept"})
        assert answer.status_code == 403
    as_("party_secretary").post(f"/supervision/{notice.pk}/review/", {"decision": "accept"})
    notice.refresh_from_db()
    assert notice.state == "closed"


def test_a_notice_to_another_leader_is_none_of_his(world, as_):
    notice = to_leader(world)
    Supervision.objects.filter(pk=notice.pk).update(holder=world.party_secretary)
    assert as_("assistant").get(f"/supervision/{notice.pk}/").status_code == 404
    notice.refresh_from_db()
    with pytest.raises(PermissionDenied):
        supervision_reply(by=world.assistant, supervision=notice, text="代")


def test_when_he_stopped_acting_he_answers_nothing(world):
    notice = to_leader(world)
    ended(world)
    with pytest.raises(PermissionDenied):
        supervision_reply(by=world.assistant, supervision=notice, text="代")


def test_an_answer_is_drafted_and_sent_by_the_leader_with_what_he_changed(world, as_):
    notice = to_leader(world)
    page, client = f"/supervision/{notice.pk}/reply/", as_("assistant")
    assert client.post(page, {"text": "已到联系点。", "do": "draft"}).url == f"/supervision/{notice.pk}/"
    notice.refresh_from_db()
    assert notice.state == "open" and not notice.replies.exists()
    assert entry("supervision.reply_draft")[1]["note"] == "代录：代leader 用户"
    assert Notice.objects.filter(recipient=world.leader, text__contains="代您起草，待您提交").count() == 1
    # Written over, the leader is not told again.
    client.post(page, {"text": "已到联系点两次。", "do": "draft"})
    assert Notice.objects.filter(recipient=world.leader, text__contains="代您起草，待您提交").count() == 1
    assert "已存草稿" in html(client.get("/")) and SupervisionReplyDraft.objects.get().text == "已到联系点两次。"
    shown = html(as_("leader").get(page))
    assert "已到联系点两次。</textarea>" in shown and "assistant 用户于" in shown
    assert as_("leader").post(page, {"text": "已到联系点两次，问题已交办。"}).status_code == 302
    reply = notice.replies.get()
    assert (reply.author, reply.on_behalf_of, reply.drafted_by) == (world.leader, None, world.assistant)
    assert reply.writer == "leader 用户（assistant 用户代录）" and not SupervisionReplyDraft.objects.exists()
    assert entry("supervision.reply")[1]["note"] == "由assistant 用户代录"


def test_a_draft_of_an_answer_is_of_both_alone_and_goes_with_the_notice(world, as_):
    notice = to_leader(world)
    supervision_reply_draft(by=world.assistant, supervision=notice, text="绝密的半句话")
    page = f"/supervision/{notice.pk}/"
    assert "绝密的半句话" in html(as_("assistant").get(f"{page}reply/"))
    assert "存有回复草稿" in html(as_("leader").get(page))
    for who in ("party_secretary", "staff", "committee_secretary"):
        assert "草稿" not in html(as_(who).get(page))
        with pytest.raises(PermissionDenied):
            supervision_reply_draft(by=world.user(who), supervision=notice, text="别人的")
    supervision_close(by=world.party_secretary, supervision=notice, reason="了结")
    assert not SupervisionReplyDraft.objects.exists()
    with pytest.raises(Conflict):
        supervision_reply_draft(by=world.assistant, supervision=notice, text="迟了")


def test_a_notice_to_an_organisation_and_a_file_have_no_draft(world, as_):
    notice = to_leader(world)
    paper = SimpleUploadedFile("说明.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    sent = {"text": "见附件", "file": paper, "do": "draft"}
    answer = as_("assistant").post(f"/supervision/{notice.pk}/reply/", sent)
    assert answer.status_code == 422 and "草稿不保存文件" in html(answer)
    Supervision.objects.filter(pk=notice.pk).update(holder=None, organisation=world.branch_a)
    page = f"/supervision/{notice.pk}/reply/"
    assert "存为草稿" not in html(as_("secretary_a").get(page))
    assert as_("secretary_a").post(page, {"text": "半句", "do": "draft"}).status_code == 403
    assert not SupervisionReplyDraft.objects.exists()


# ---- supervisions drafted for the leader


@pytest.fixture
def portfolio(world):
    return portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_a)


def form(place, **changes):
    due = (clock.today() + timedelta(days=14)).isoformat()
    values = {"title": "补齐党课记录", "expected": "补录并报送。", "due": due, "problems": "三季度没有党课"}
    return {"recipient": f"o{place.pk}"} | values | changes


def test_he_drafts_and_the_leader_issues_what_he_drafted(world, as_, portfolio):
    client = as_("assistant")
    assert "起草督查" in html(client.get("/supervision/"))
    page = html(client.get("/supervision/drafts/new/"))
    assert f'value="o{world.branch_a.pk}"' in page and f'value="o{world.branch_b.pk}"' not in page
    assert client.post("/supervision/drafts/new/", form(world.branch_a)).status_code == 302
    draft = SupervisionDraft.objects.get()
    assert (draft.leader, draft.author, draft.problems) == (world.leader, world.assistant, "三季度没有党课")
    assert entry("supervision.draft")[1]["note"] == "代录：代leader 用户"
    assert not Supervision.objects.exists()
    assert Notice.objects.filter(recipient=world.leader, text__contains="待您下达").exists()
    assert draft.title in html(as_("leader").get("/supervision/"))
    assert as_("leader").get(f"/supervision/drafts/{draft.pk}/").status_code == 200
    answer = as_("leader").post(f"/supervision/drafts/{draft.pk}/", form(world.branch_a, title="补齐三季度党课"))
    notice = Supervision.objects.get()
    assert answer.url == f"/supervision/{notice.pk}/" and not SupervisionDraft.objects.exists()
    assert (notice.title, notice.issued_by, notice.drafted_by) == ("补齐三季度党课", world.leader, world.assistant)
    assert entry("supervision.issue")[1]["note"].startswith("由assistant 用户代录")
    assert "（assistant 用户代录）" in html(as_("secretary_a").get(f"/supervision/{notice.pk}/"))


def drafted(world, place="branch_a"):
    return supervision_draft(
        by=world.assistant,
        leader=world.leader,
        organisation=world.places[place],
        title="补齐党课记录",
        expected="补录。",
        due=clock.today() + timedelta(days=14),
    )


def test_he_issues_and_judges_nothing(world, as_, portfolio):
    draft = drafted(world)
    values = {"organisation": world.branch_a, "title": "补", "expected": "补", "due": clock.today()}
    with pytest.raises(PermissionDenied):
        supervision_draft_issue(by=world.assistant, draft=draft, **values)
    with pytest.raises(PermissionDenied):
        supervision_issue(by=world.assistant, **values)
    assert as_("assistant").get("/supervision/new/").status_code == 404
    as_("assistant").post(f"/supervision/drafts/{draft.pk}/", form(world.branch_a, title="改一改"))
    draft.refresh_from_db()
    assert draft.title == "改一改" and not Supervision.objects.exists()
    notice = supervision_draft_issue(by=world.leader, draft=draft, **values)
    supervision_reply(by=world.secretary_a, supervision=notice, text="已补录。")
    for path, data in (("review", {"decision": "accept"}), ("close", {"reason": "了结"})):
        assert as_("assistant").post(f"/supervision/{notice.pk}/{path}/", data).status_code == 403
    with pytest.raises(Conflict):
        supervision_draft_issue(by=world.leader, draft=draft, **values)


@pytest.mark.parametrize("place", ["branch_b", "committee", "root"])
def test_a_draft_lies_within_the_portfolio_of_the_leader(world, as_, portfolio, place):
    answer = as_("assistant").post("/supervision/drafts/new/", form(world.places[place]))
    assert answer.status_code == 422 and not SupervisionDraft.objects.exists()
    with pytest.raises(PermissionDenied):
        drafted(world, place)


def test_what_left_the_portfolio_meanwhile_is_issued_by_nobody(world, as_, portfolio):
    draft = drafted(world)
    with clock.at(clock.now() + timedelta(days=1)):
        portfolio_end(by=OPERATOR, portfolio=portfolio, ends=clock.today() - timedelta(days=1))
        values = {"organisation": world.branch_a, "title": "补", "expected": "补", "due": clock.today()}
        with pytest.raises(PermissionDenied):
            supervision_draft_issue(by=world.leader, draft=draft, **values)
    assert SupervisionDraft.objects.exists()


@pytest.mark.parametrize("who", ["leader", "assistant"])
def test_a_draft_is_dropped_by_either(world, as_, portfolio, who):
    draft = drafted(world)
    assert as_(who).post(f"/supervision/drafts/{draft.pk}/drop/").status_code == 302
    assert not SupervisionDraft.objects.exists() and draft.title in str(entry("supervision.draft_drop"))


@pytest.mark.parametrize("who", ["party_secretary", "committee_secretary", "staff", "secretary_a", "outsider"])
def test_nobody_else_reads_a_draft(world, as_, portfolio, who):
    draft = drafted(world)
    assert as_(who).get(f"/supervision/drafts/{draft.pk}/").status_code == 404
    assert draft.title not in html(as_(who).get("/supervision/")) if who != "outsider" else True

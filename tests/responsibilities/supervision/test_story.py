"""Supervision through HTTP: issue, reply, return, accept, strike off, prolong, close, escalate."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from branches.access.services.appointments import appointment_make
from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from branches.settings.services import start_set
from common import clock
from common.operator import OPERATOR
from common.workdays import is_workday
from responsibilities.supervision.models import Supervision, SupervisionState
from responsibilities.supervision.selectors.about import proposed_due
from responsibilities.supervision.services.escalation import supervisions_escalate
from responsibilities.supervision.services.notices import supervision_issue, supervision_reply
from tests.members.activities.records import submitted

FORM = {"title": "补齐党课记录", "expected": "补录并报送记录。", "problems": ""}


def in_days(days):
    return (clock.today() + timedelta(days=days)).isoformat()


def issued(world, by="staff", place=None, days=14, **options):
    return supervision_issue(
        by=world.user(by),
        organisation=place or world.branch_a,
        title="补齐党课记录",
        expected="补录并报送记录。",
        due=clock.today() + timedelta(days=days),
        **options,
    )


def at(days):
    return clock.at(timezone.make_aware(datetime.combine(clock.today() + timedelta(days=days), datetime.min.time())))


def state(supervision):
    supervision.refresh_from_db()
    return supervision.state


def text_of(answer):
    return answer.content.decode()


def test_a_notice_is_issued_with_its_problems_and_the_recipient_is_told(world, as_):
    form = FORM | {"recipient": f"o{world.branch_a.pk}", "due": in_days(14), "problems": "三季度没有党课\n\n没有计划"}
    answer = as_("staff").post("/supervision/new/", form)
    notice = Supervision.objects.get()
    assert answer.status_code == 302 and answer.url == f"/supervision/{notice.pk}/"
    assert (notice.state, notice.number, notice.year) == ("open", 1, clock.today().year)
    assert notice.issued_from == world.root and notice.first_due == notice.due
    assert [row.problem for row in notice.problems.all()] == ["三季度没有党课", "没有计划"]
    assert Notice.objects.filter(recipient=world.secretary_a, kind="supervision").count() == 1
    assert ChangeMark.objects.filter(organisation=world.branch_a, subject="supervision", last_day=notice.due).exists()


def test_what_was_due_before_the_start_is_not_overdue_and_goes_to_nobody_above(world, as_):
    with at(-30):
        old, answered, new = issued(world, days=5), issued(world, days=5), issued(world, days=20)
    Supervision.objects.filter(pk=answered.pk).update(answered_at=timezone.now(), answered_late=True, state="reported")
    staff = as_("staff")
    assert "其中 2 件逾期" in text_of(staff.get("/supervision/?side=all"))
    start_set(by=OPERATOR, day=clock.today() - timedelta(days=15))
    page = text_of(staff.get("/supervision/?side=all"))
    assert "其中 1 件逾期" in page and "逾期回复" not in page and "逾期 10 天" in page and "逾期 25 天" not in page
    assert text_of(staff.get("/supervision/?side=all&state=overdue")).count(f"/supervision/{old.pk}/") == 0
    assert [row.overdue_days for row in Supervision.objects.order_by("pk")] == [0, 0, 10]
    assert "逾期" not in text_of(staff.get(f"/supervision/{old.pk}/")).split("<main")[1]
    assert supervisions_escalate() == 1
    new.refresh_from_db(), old.refresh_from_db()
    assert new.escalated_at and not old.escalated_at


def test_a_reply_is_returned_with_a_reason_and_answered_again_with_a_record_and_a_file(world, as_):
    staff, secretary, notice = as_("staff"), as_("secretary_a"), issued(world)
    secretary.post(f"/supervision/{notice.pk}/reply/", {"text": "已补录。"})
    assert state(notice) == "reported" and notice.answered_late is False
    answer = staff.post(f"/supervision/{notice.pk}/review/", {"decision": "return", "reason": ""})
    assert answer.status_code == 422 and "请写明退回原因。" in text_of(answer) and state(notice) == "reported"
    staff.post(f"/supervision/{notice.pk}/review/", {"decision": "return", "reason": "没有附佐证"})
    assert state(notice) == "returned"
    assert "没有附佐证" in text_of(secretary.get(f"/supervision/{notice.pk}/"))

    record = submitted(world.branch_a, world.secretary_a, kinds=("lecture",))
    paper = SimpleUploadedFile("说明.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    sent = {"text": "附上记录。", "activity": record.pk, "file": paper}
    answer = secretary.post(f"/supervision/{notice.pk}/reply/", sent)
    assert answer.status_code == 302, text_of(answer)
    reply = notice.replies.last()
    assert reply.activity == record and reply.paper.name == "说明.pdf"
    assert staff.get(f"/papers/{reply.paper_id}/").status_code == 200
    assert as_("secretary_b").get(f"/papers/{reply.paper_id}/").status_code == 404


def test_the_record_of_an_answer_is_found_by_title_kind_or_place(world, as_):
    secretary, notice = as_("secretary_a"), issued(world)
    titles = {"lecture": "廉政专题党课", "theme_day": "走进项目现场"}
    for kind, title in titles.items():
        submitted(world.branch_a, world.secretary_a, kinds=(kind,), title=title)

    def offered(words):
        page = text_of(secretary.get(f"/supervision/{notice.pk}/reply/", {"find": words}))
        return [title for title in titles.values() if title in page], "没有找到" in page

    assert offered("") == (list(titles.values()), False)
    assert offered("廉政") == offered("党课 专题") == (["廉政专题党课"], False)
    assert offered("主题党日") == (["走进项目现场"], False)
    assert len(offered(world.branch_a.short_name)[0]) == 2
    assert offered("廉政 现场") == ([], True) and "没有找到“廉政 现场”" in text_of(
        secretary.get(f"/supervision/{notice.pk}/reply/", {"find": "廉政 现场"})
    )


@pytest.mark.parametrize(
    ("subject", "question"),
    [
        ("requirement", "哪条记录办理了这项义务？"),
        ("stage", "哪次活动跟进了这个环节？"),
        ("duty", "哪次活动落实了这项责任？"),
        ("free", "佐证记录"),
    ],
)
def test_the_form_of_an_answer_asks_which_record_shows_it(world, as_, subject, question):
    notice = issued(world)
    Supervision.objects.filter(pk=notice.pk).update(subject=subject)
    page = text_of(as_("secretary_a").get(f"/supervision/{notice.pk}/reply/"))
    assert question in page and ("显示为“没有附佐证”" in page) == (subject != "free")
    # Words alone are taken, and the answer says so.
    answer = as_("secretary_a").post(f"/supervision/{notice.pk}/reply/", {"text": "已补录。"}, follow=True)
    assert "没有附记录或文件" in text_of(answer) and "没有附佐证" in text_of(answer)


def test_problems_are_struck_off_after_acceptance_with_a_measure_and_the_last_one_closes_the_notice(world, as_):
    staff, secretary = as_("staff"), as_("secretary_a")
    notice = issued(world, problems=("三季度没有党课", "没有计划"))
    first, second = notice.problems.all()

    def struck(client, problem, days=0):
        return client.post(f"/supervision/problems/{problem.pk}/done/", {"done_on": in_days(days)})

    secretary.post(f"/supervision/{notice.pk}/reply/", {"text": "已补录。"})
    answer = struck(secretary, first)
    assert answer.status_code == 422 and "回复审核通过后才能销号。" in text_of(answer)
    staff.post(f"/supervision/{notice.pk}/review/", {"decision": "accept"})
    assert state(notice) == "accepted"
    answer = struck(secretary, first)
    assert answer.status_code == 422 and "请先写明整改措施，再销号。" in text_of(answer)

    rows = {"p-TOTAL_FORMS": "2", "p-INITIAL_FORMS": "2"}
    for place, row in enumerate((first, second)):
        rows |= {f"p-{place}-pk": row.pk, f"p-{place}-problem": "改掉问题", f"p-{place}-measure": "12月补讲"}
    secretary.post(f"/supervision/{notice.pk}/problems/", rows)
    assert list(notice.problems.values_list("problem", "measure")) == [
        ("三季度没有党课", "12月补讲"),
        ("没有计划", "12月补讲"),
    ]
    answer = struck(secretary, first, days=1)
    assert answer.status_code == 422 and "不晚于今天" in text_of(answer)
    struck(secretary, first)
    assert state(notice) == "accepted"
    assert struck(secretary, first).status_code == 409
    struck(staff, second)
    assert state(notice) == "closed" and notice.closed_at is not None
    assert secretary.post(f"/supervision/{notice.pk}/reply/", {"text": "再回复"}).status_code == 409


def test_each_step_leaves_one_entry_of_the_trail_and_the_page_tells_them(world, as_):
    staff, secretary = as_("staff"), as_("secretary_a")
    notice = issued(world, problems=("没有计划",))
    (problem,) = notice.problems.all()
    secretary.post(f"/supervision/{notice.pk}/reply/", {"text": "已补录。"})
    staff.post(f"/supervision/{notice.pk}/review/", {"decision": "return", "reason": "没有附佐证"})
    secretary.post(f"/supervision/{notice.pk}/reply/", {"text": "附上。"})
    staff.post(f"/supervision/{notice.pk}/review/", {"decision": "accept"})
    rows = {"p-TOTAL_FORMS": "1", "p-INITIAL_FORMS": "1", "p-0-pk": problem.pk, "p-0-measure": "12月补讲"}
    secretary.post(f"/supervision/{notice.pk}/problems/", rows)
    secretary.post(f"/supervision/problems/{problem.pk}/done/", {"done_on": in_days(0)})
    page = text_of(staff.get(f"/supervision/{notice.pk}/"))
    assert "修改问题清单" in page and "没有附佐证" in page and "answered" not in page
    verbs = AuditEntry.objects.filter(object_type="supervision", object_id=notice.pk).values_list("verb", flat=True)
    assert [verb.removeprefix("supervision.") for verb in verbs.order_by("pk")] == (
        ["issue", "reply", "return", "reply", "accept", "problems", "problem_done"]
    )


def test_a_notice_without_problems_is_closed_by_acceptance(world, as_):
    notice = issued(world)
    as_("officer_a").post(f"/supervision/{notice.pk}/reply/", {"text": "已办理"})
    as_("discipline").post(f"/supervision/{notice.pk}/review/", {"decision": "accept"})
    assert state(notice) == "closed"


def test_nobody_reviews_his_own_reply_and_the_sender_does_not_answer_himself(world, as_):
    notice = issued(world)
    assert as_("staff").post(f"/supervision/{notice.pk}/reply/", {"text": "代为回复"}).status_code == 403
    as_("committee_secretary").post(f"/supervision/{notice.pk}/reply/", {"text": "代支部回复"})
    answer = as_("committee_secretary").post(f"/supervision/{notice.pk}/review/", {"decision": "accept"})
    assert answer.status_code == 409 and state(notice) == "reported"


def test_nobody_supervises_himself_or_what_he_answers_for(world, as_):
    for who, key in (("staff", f"o{world.committee.pk}"), ("committee_secretary", f"o{world.root.pk}")):
        answer = as_(who).post("/supervision/new/", FORM | {"recipient": key, "due": in_days(7)})
        assert answer.status_code == 422 and "不能督查自己负责的组织。" in text_of(answer)
    appointment_make(by=OPERATOR, user=world.staff, role="leader", starts=clock.today(), organisation=world.root)
    answer = as_("staff").post("/supervision/new/", FORM | {"recipient": f"u{world.staff.pk}", "due": in_days(7)})
    assert answer.status_code == 422 and "不能督查自己。" in text_of(answer)
    assert not Supervision.objects.exists()


def test_the_discipline_officer_supervises_the_committee_and_its_office_neither_reviews_nor_closes_it(world, as_):
    form = FORM | {"recipient": f"o{world.committee.pk}", "due": in_days(7)}
    assert as_("discipline").post("/supervision/new/", form).status_code == 302
    notice = Supervision.objects.get()
    assert notice.issued_from == world.committee
    told = set(Notice.objects.filter(kind="supervision").values_list("recipient__username", flat=True))
    assert told == {"committee_secretary", "staff"}
    assert as_("staff").post(f"/supervision/{notice.pk}/reply/", {"text": "已办理"}).status_code == 302
    for path, data in (("review", {"decision": "accept"}), ("close", {"reason": "了结"})):
        assert as_("committee_secretary").post(f"/supervision/{notice.pk}/{path}/", data).status_code == 403
    as_("discipline").post(f"/supervision/{notice.pk}/review/", {"decision": "accept"})
    assert state(notice) == "closed"


def test_a_notice_to_a_member_of_the_leading_group_is_answered_by_him_alone(world, as_):
    form = FORM | {"recipient": f"u{world.leader.pk}", "due": in_days(7)}
    assert as_("staff").post("/supervision/new/", form).status_code == 302
    notice = Supervision.objects.get()
    assert (notice.holder, notice.organisation) == (world.leader, world.root)
    assert as_("committee_secretary").get(f"/supervision/{notice.pk}/").status_code == 200
    assert as_("party_secretary").get(f"/supervision/{notice.pk}/").status_code == 200
    assert as_("discipline").get(f"/supervision/{notice.pk}/").status_code == 404
    assert as_("committee_secretary").post(f"/supervision/{notice.pk}/reply/", {"text": "代"}).status_code == 403
    assert as_("leader").post(f"/supervision/{notice.pk}/reply/", {"text": "已落实"}).status_code == 302
    assert state(notice) == "reported"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"due": "2020-01-01"}, "回复时限不能早于今天。"),
        ({"due": "明天"}, "“回复时限”应是有效的日期，如 2026-03-05。"),
        ({"recipient": "o999999"}, "请从列表中选择承办组织或人员。"),
        ({"recipient": "u1 OR 1"}, "请从列表中选择承办组织或人员。"),
        ({"recipient": ""}, "请选择“承办”。"),
        ({"title": "\u200b"}, "请填写“督查事项”。"),
        ({"problems": "\n".join(["问题"] * 31)}, "问题最多列 30 条。"),
        ({"problems": "题" * 301}, "一个问题最多 300 字。"),
    ],
)
def test_what_is_wrong_in_a_notice_gets_one_sentence_and_keeps_what_was_typed(world, as_, changes, sentence):
    form = FORM | {"recipient": f"o{world.branch_a.pk}", "due": in_days(7)} | changes
    answer = as_("staff").post("/supervision/new/", form)
    assert answer.status_code == 422 and sentence in text_of(answer)
    assert FORM["expected"] in text_of(answer)
    assert not Supervision.objects.exists()


def test_the_discipline_officer_cannot_address_what_lies_above_him(world, as_):
    for key in (f"o{world.root.pk}", f"u{world.leader.pk}"):
        answer = as_("discipline").post("/supervision/new/", FORM | {"recipient": key, "due": in_days(7)})
        assert answer.status_code == 422 and "请从列表中选择承办组织或人员。" in text_of(answer)


def test_a_record_of_another_branch_is_refused_as_evidence_like_an_unknown_one(world, as_):
    notice, foreign = issued(world), submitted(world.branch_b, world.secretary_b)
    for pk in (foreign.pk, 999_999):
        answer = as_("secretary_a").post(f"/supervision/{notice.pk}/reply/", {"text": "已办", "activity": pk})
        assert answer.status_code == 422 and "请从列表中选择已提交的活动记录。" in text_of(answer)
    assert state(notice) == "open" and not notice.replies.exists()


def test_a_late_reply_is_accepted_and_marked_by_the_due_date_in_force(world, as_):
    notice, other = issued(world, days=3), issued(world, days=3)
    as_("staff").post(f"/supervision/{other.pk}/prolong/", {"due": in_days(10), "reason": "等待场地"})
    with at(5):
        for row in (notice, other):
            row.refresh_from_db()
            supervision_reply(by=world.secretary_a, supervision=row, text="已办理")
    assert (notice.answered_late, other.answered_late) == (True, False)
    assert other.first_due == clock.today() + timedelta(days=3)
    assert other.extensions.get().after == clock.today() + timedelta(days=10)


@pytest.mark.parametrize(
    ("days", "reason", "sentence"),
    [
        (7, "等待", "新的时限应晚于现在的时限"),
        (3, "等待", "新的时限应晚于现在的时限"),
        (9, "", "请填写“延期原因”。"),
    ],
)
def test_prolonging_needs_a_later_day_and_a_reason(world, as_, days, reason, sentence):
    notice = issued(world, days=7)
    answer = as_("staff").post(f"/supervision/{notice.pk}/prolong/", {"due": in_days(days), "reason": reason})
    assert answer.status_code == 422 and sentence in text_of(answer)
    notice.refresh_from_db()
    assert notice.due == notice.first_due and not notice.extensions.exists()


def test_closing_at_once_needs_a_reason_that_the_trail_keeps(world, as_):
    notice = issued(world)
    assert as_("staff").post(f"/supervision/{notice.pk}/close/", {"reason": " "}).status_code == 422
    as_("staff").post(f"/supervision/{notice.pk}/close/", {"reason": "组织已并入"})
    assert state(notice) == SupervisionState.CLOSED
    assert "组织已并入" in AuditEntry.objects.get(verb="supervision.close").payload
    assert (
        as_("staff").post(f"/supervision/{notice.pk}/prolong/", {"due": in_days(30), "reason": "x"}).status_code == 409
    )


def test_an_overdue_notice_goes_up_one_level_once(world):
    to_c, to_a = issued(world, place=world.branch_c, days=1), issued(world, by="committee_secretary", days=1)
    answered = issued(world, days=1)
    supervision_reply(by=world.secretary_a, supervision=answered, text="已办理")
    Notice.objects.all().delete()
    assert supervisions_escalate() == 0
    later = clock.today() + timedelta(days=2)
    assert supervisions_escalate(later) == 2
    told = {(row.about, row.recipient.username) for row in Notice.objects.filter(about__endswith="/overdue")}
    assert told == {
        (f"supervision/{to_c.pk}/overdue", "general_secretary"),
        (f"supervision/{to_c.pk}/overdue", "staff"),
        # The committee's secretary sent this one himself: the level above him is told.
        (f"supervision/{to_a.pk}/overdue", "party_secretary"),
        (f"supervision/{to_a.pk}/overdue", "committee_secretary"),
    }
    # The trail says who was told.
    notes = AuditEntry.objects.filter(verb="supervision.escalate", object_id=to_c.pk).values_list("payload", flat=True)
    assert [world.general_secretary.name in note for note in notes] == [True]
    assert supervisions_escalate(later) == 0
    assert Notice.objects.filter(about__endswith="/overdue").count() == 4
    assert state(to_c) == "open" and to_c.escalated_at is not None


def test_one_click_from_a_requirement_prefills_the_notice_and_shows_it_there(world, as_):
    staff = as_("staff")
    page = f"/requirements/{world.branch_a.pk}/life-theme-day/2026-09/"
    link = (
        f"/supervision/new/?subject=requirement&amp;about=requirement%2F{world.branch_a.pk}%2Flife-theme-day%2F2026-09"
    )
    assert link in text_of(staff.get(page))
    assert link in text_of(staff.get(page, headers={"HX-Request": "true"}))
    assert "supervision/new" not in text_of(as_("secretary_a").get(page))
    link = link.replace("&amp;", "&")
    form = staff.get(link).context["form"]
    assert form.initial["recipient"] == f"o{world.branch_a.pk}" and form.initial["title"] == "9月主题党日逾期未办"
    assert form.initial["due"] == proposed_due() and is_workday(form.initial["due"])
    staff.post(link, FORM | {"recipient": f"o{world.branch_a.pk}", "due": in_days(7)})
    notice = Supervision.objects.get()
    assert notice.about == f"requirement/{world.branch_a.pk}/life-theme-day/2026-09"
    assert notice.about_url == page and notice.subject == "requirement"
    assert f"/supervision/{notice.pk}/" in text_of(staff.get(page))
    # Another organisation than the one it is about cannot be addressed.
    answer = staff.post(link, FORM | {"recipient": f"o{world.branch_b.pk}", "due": in_days(7)})
    assert answer.status_code == 422 and Supervision.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    [
        "subject=duty&about=duty/99999/2026",
        "subject=stage&about=x",
        "subject=requirement&about=1/2",
        "subject=requirement&about=1/no-rule/2026",
        "subject=result&about=7",
        "subject=other&about=1",
        "subject=free&organisation=99999999999999999999",
    ],
)
def test_what_an_address_names_and_is_not_there_is_not_found(world, as_, query):
    assert as_("staff").get(f"/supervision/new/?{query}").status_code == 404


def test_numbers_of_a_year_follow_one_another(world):
    assert [issued(world).number for _ in range(3)] == [1, 2, 3]
    with time_machine.travel(f"{clock.today().year + 1}-03-02T10:00:00+08:00", tick=False):
        assert issued(world).number == 1, "the register begins anew each year"


def test_whoever_wrote_the_reply_that_waits_neither_accepts_nor_closes(world, as_):
    notice, client = issued(world, by="discipline"), as_("staff")
    supervision_reply(by=world.staff, supervision=notice, text="已办理")
    entries = AuditEntry.objects.count()
    page = client.get(f"/supervision/{notice.pk}/").content.decode()
    assert "您不能审核或销号" in page and "直接销号" not in page and "审核回复" not in page
    for url, data in (("review", {"decision": "accept"}), ("close", {"reason": "已办结"})):
        assert client.post(f"/supervision/{notice.pk}/{url}/", data).status_code == 409, url
    assert state(notice) == SupervisionState.REPORTED and AuditEntry.objects.count() == entries
    assert as_("discipline").post(f"/supervision/{notice.pk}/close/", {"reason": "已办结"}).status_code == 302
    assert state(notice) == SupervisionState.CLOSED


def test_a_search_that_comes_after_the_answer_changes_nothing_on_the_page(world, as_):
    notice = issued(world)
    client, url = as_("secretary_a"), f"/supervision/{notice.pk}/reply/"
    assert client.get(url + "?find=党课", headers={"HX-Request": "true"}).status_code == 200
    assert client.post(url, {"text": "已补录"}).status_code == 302
    assert client.get(url + "?find=党课", headers={"HX-Request": "true"}).status_code == 204
    assert client.get(url).status_code == 409

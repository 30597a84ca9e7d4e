"""Correcting an accepted record (domain truth 7): a new version with a reason, reviewed again, both readable."""

import csv
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from common import clock
from common.errors import Conflict
from members.activities.models import Activity, ActivityRevision, ActivityState, RevisionState
from members.activities.selectors.counting import counting_records, talks_had, uncounted_records, who_talked
from members.activities.services import corrections, states
from members.activities.services.hosts import host_confirm
from members.activities.services.records import RecordData, record_data
from members.activities.versions import beside, version_of
from members.reviews.selectors import waiting_for
from tests.members.activities.records import filled, submitted

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 14)


@pytest.fixture(autouse=True)
def _in_october():
    with time_machine.travel("2026-10-15T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def record(world):
    """An accepted assembly of branch A."""
    row = submitted(world.branch_a, world.secretary_a, day=DAY, title="第三季度党员大会")
    return states.activity_accept(by=world.staff, activity=row)


def begin(client, record, reason="请假人员登记有误，依据签到表更正"):
    return client.post(reverse("activity_correct", args=[record.pk]), {"reason": reason})


def send(client, record, place, do="submit", **changes):
    version = record.revisions.in_hand().get().version
    data = filled(place, day=DAY, form_key=None, do=do, version=version) | changes
    return client.post(reverse("activity_edit", args=[record.pk]), data)


def page(client, name, *args):
    return client.get(reverse(name, args=args)).content.decode()


def fresh(record):
    return Activity.objects.get(pk=record.pk)


def test_a_correction_takes_its_way_through_the_browser(world, as_, record):
    client, reviewer = as_("secretary_a"), as_("staff")
    absent = world.people("branch_a")[1]
    assert reverse("activity_correct", args=[record.pk]) in page(client, "activity_detail", record.pk)
    assert begin(client, record).url == reverse("activity_edit", args=[record.pk])
    form = page(client, "activity_edit", record.pk)
    assert "更正已通过的记录" in form and "第三季度党员大会" in form
    answer = send(client, record, world.branch_a, title="第四季度党员大会", **{f"att-{absent.pk}": "leave"})
    assert answer.status_code == 302
    sent = fresh(record)
    assert (sent.state, sent.title, sent.edited_by_hand) == ("submitted", "第四季度党员大会", True)
    assert sent.revised_at == clock.now() and sent.submitted_at == record.submitted_at and not sent.late
    assert list(waiting_for(world.staff)) == [sent]
    review = page(reviewer, "review_detail", record.pk)
    assert "更正了什么" in review and "依据签到表更正" in review
    assert "第三季度党员大会" in review and f"{absent.name}：<del>出席</del> 改为 <ins>请假</ins>" in review
    assert "更正" in page(reviewer, "review_queue")
    reviewer.post(reverse("activity_accept", args=[record.pk]), {"version": sent.version})
    assert fresh(record).state == "accepted"
    states_of = list(record.revisions.values_list("number", "state"))
    assert states_of == [(1, "accepted"), (2, "accepted")]
    detail = page(client, "activity_detail", record.pk)
    assert "第 2 版（现行）" in detail and reverse("activity_version", args=[record.pk, 1]) in detail
    first = page(client, "activity_version", record.pk, 1)
    assert "第三季度党员大会" in first and "第四季度党员大会" in first and "已被" not in first
    assert f"{absent.name}：<del>出席</del> 改为 <ins>请假</ins>" in first


def test_a_correction_in_hand_changes_nothing_that_counts(world, as_, record):
    ChangeMark.objects.all().delete()
    before = version_of(record)
    client = as_("secretary_a")
    begin(client, record)
    absent = {f"att-{member.pk}": "absent" for member in world.people("branch_a")}
    assert send(client, record, world.branch_a, do="save", title="改了一半", **absent).status_code == 302
    assert version_of(fresh(record)) == before and fresh(record).state == "accepted"
    assert not ChangeMark.objects.exists()
    assert record.revisions.get().data["columns"]["title"] == "改了一半"
    assert "改了一半" in page(client, "activity_edit", record.pk)
    assert "<h1>第三季度党员大会</h1>" in page(client, "activity_detail", record.pk)
    saved = client.post(
        reverse("activity_autosave"),
        filled(world.branch_a, day=DAY, record=record.pk, version=record.revisions.get().version, title="自动保存"),
    )
    assert saved.status_code == 200 and record.revisions.get().data["columns"]["title"] == "自动保存"
    stale = send(client, record, world.branch_a, do="save", title="旧版本", version="1")
    assert stale.status_code == 409
    client.post(reverse("activity_correct_discard", args=[record.pk]))
    assert not record.revisions.exists() and version_of(fresh(record)) == before
    assert client.get(reverse("activity_edit", args=[record.pk])).status_code == 409


def _counts(world):
    rows = counting_records(date(2026, 10, 1), date(2026, 12, 31), ["assembly"], [world.branch_a.pk])
    return [(row.activity, row.day) for row in rows]


def test_what_is_submitted_counts_and_what_is_returned_gives_way_to_the_accepted_version(world, as_, record):
    client, reviewer = as_("secretary_a"), as_("staff")
    before = version_of(record)
    begin(client, record)
    nobody = {f"att-{member.pk}": "absent" for member in world.people("branch_a")}
    assert _counts(world) == [(record.pk, DAY)]
    assert send(client, record, world.branch_a, title="无人到会", **nobody).status_code == 302
    assert _counts(world) == [] and fresh(record).valid is False
    ChangeMark.objects.all().delete()
    reviewer.post(
        reverse("activity_return", args=[record.pk]),
        {"reason": "签到表显示有人到会", "field": "attendance", "version": fresh(record).version},
    )
    assert ChangeMark.objects.filter(organisation=world.branch_a).exists()
    back = fresh(record)
    assert back.state == "accepted" and back.reviewer == world.staff and back.revised_at is None
    assert {**version_of(back), "columns": None} == {**before, "columns": None}
    assert {**version_of(back)["columns"]} == before["columns"]
    assert _counts(world) == [(record.pk, DAY)]
    revision = record.revisions.get(number=2)
    assert (revision.state, revision.return_reason) == ("returned", "签到表显示有人到会")
    assert Notice.objects.filter(recipient=world.secretary_a, kind="returned", text__contains="更正被退回").exists()
    bench = client.get("/").content.decode()
    assert "更正退回" in bench and "1 条退回，0 条草稿" in bench and f'href="/activities/{record.pk}/edit/"' in bench
    detail = page(client, "activity_detail", record.pk)
    assert "签到表显示有人到会" in detail and "继续更正" in detail
    form = page(client, "activity_edit", record.pk)
    assert "无人到会" in form and 'data-open-at="attendance"' in form
    assert send(client, record, world.branch_a, title="再报").status_code == 302
    assert fresh(record).title == "再报" and not fresh(record).late


def test_a_correction_that_comes_back_as_it_was_is_warned_of(world, as_, record):
    client, warned = as_("secretary_a"), "退回之后没有修改"
    begin(client, record)
    assert warned not in page(client, "activity_edit", record.pk)
    send(client, record, world.branch_a, title="改过的")
    states.activity_return(by=world.staff, activity=fresh(record), reason="请核对")
    assert warned in page(client, "activity_edit", record.pk)
    same = filled(world.branch_a, day=DAY, form_key=None, record=record.pk, title="改过的")
    checks = reverse("activity_checks")
    assert warned in client.post(checks, same).content.decode()
    assert warned not in client.post(checks, same | {"title": "再改"}).content.decode()
    # What was changed and changed back is what it was.
    send(client, record, world.branch_a, do="save", title="再改")
    assert warned not in page(client, "activity_edit", record.pk)
    send(client, record, world.branch_a, do="save", title="改过的")
    assert warned in page(client, "activity_edit", record.pk)
    client.post(
        reverse("attachment_upload", args=[record.pk]),
        {"file": SimpleUploadedFile("签到表.txt", "签到".encode(), content_type="text/plain")},
    )
    assert warned not in page(client, "activity_edit", record.pk)
    # It may be sent all the same, and is no returned one any more.
    assert send(client, record, world.branch_a, title="改过的").status_code == 302
    assert fresh(record).state == "submitted" and record.revisions.get(number=2).returned_data is None


def _on(world, day):
    rows = counting_records(date(2026, 10, 1), date(2026, 12, 31), ["assembly"], [world.branch_a.pk], as_of=day)
    return [(row.activity, row.day) for row in rows]


def _found_on(world, day):
    found = uncounted_records(
        date(2026, 10, 1), date(2026, 12, 31), ["assembly"], [world.branch_a.pk, world.branch_b.pk], as_of=day
    )
    return [row.reason for rows in found.values() for row in rows]


def test_a_day_before_a_correction_is_judged_by_what_stood_on_it(world, as_, record):
    nobody = {f"att-{member.pk}": "absent" for member in world.people("branch_a")}
    with time_machine.travel("2026-11-02T10:00:00+08:00", tick=False):
        begin(as_("secretary_a"), record)
        send(as_("secretary_a"), record, world.branch_a, day="2026-10-20", title="日期更正")
        states.activity_accept(by=world.staff, activity=fresh(record))
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        begin(as_("secretary_a"), record)
        send(as_("secretary_a"), record, world.branch_a, day="2026-10-20", title="无人到会", **nobody)
    with time_machine.travel("2026-12-01T10:00:00+08:00", tick=False):
        assert _on(world, None) == [] and _on(world, date(2026, 11, 20)) == []
        assert _on(world, date(2026, 11, 19)) == _on(world, date(2026, 11, 2)) == [(record.pk, date(2026, 10, 20))]
        assert _on(world, date(2026, 11, 1)) == _on(world, date(2026, 10, 15)) == [(record.pk, DAY)]
        assert _on(world, date(2026, 10, 14)) == []
        assert _found_on(world, date(2026, 11, 20)) == ["无人到会"] and _found_on(world, date(2026, 11, 19)) == []
        # A correction that is returned was none.
        states.activity_return(by=world.staff, activity=fresh(record), reason="签到表显示有人到会")
        assert _on(world, date(2026, 11, 20)) == [(record.pk, date(2026, 10, 20))]
        assert _on(world, date(2026, 11, 1)) == [(record.pk, DAY)]


def test_the_export_of_an_earlier_day_tells_the_state_of_then(world, as_, record, tmp_path):
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        nobody = {f"att-{member.pk}": "absent" for member in world.people("branch_a")}
        begin(as_("secretary_a"), record)
        send(as_("secretary_a"), record, world.branch_a, title="无人到会", **nobody)
    with time_machine.travel("2026-12-01T10:00:00+08:00", tick=False):
        told = []
        for day in ("2026-11-19", "2026-11-20"):
            call_command("export_requirements", period="2026Q4", as_of=day, out=str(tmp_path / "owed.csv"))
            text = (tmp_path / "owed.csv").read_text("utf-8-sig")
            rows = [row for row in csv.DictReader(text.splitlines()) if "life-assembly-q" in row.values()]
            told.append([row for row in rows if world.branch_a.name in row.values()])
        assert told[0] != told[1] and len(told[0]) == len(told[1]) == 1


def test_a_talk_of_then_was_had_by_whom_it_was_said(world):
    one, other = world.people("branch_a")[3:5]
    said = RecordData(["talk"], DAY, title="谈心谈话", chair=one, attendance={other.pk: ("present", "")})
    row = states.activity_record(by=world.secretary_a, organisation=world.branch_a, data=said)
    states.activity_accept(by=world.staff, activity=row)
    third = world.people("branch_a")[5]
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        corrections.correction_begin(by=world.secretary_a, activity=row, reason="谈话对象写错")
        data = record_data(row)
        data.attendance = {third.pk: ("present", "")}
        corrections.correction_submit(by=world.secretary_a, activity=row, data=data)
    with time_machine.travel("2026-12-01T10:00:00+08:00", tick=False):
        year = date(2026, 1, 1), date(2026, 12, 31), ["talk"]
        assert set(talks_had(*year)) == {one.pk, third.pk}
        assert set(talks_had(*year, as_of=date(2026, 11, 19))) == {one.pk, other.pk}
        assert who_talked([row.pk], date(2026, 11, 19)) == {row.pk: {one.pk, other.pk}}


def test_a_withdrawn_correction_is_in_hand_again_until_the_review_begins(world, as_, record):
    client = as_("secretary_a")
    before = version_of(record)
    begin(client, record)
    send(client, record, world.branch_a, title="改过的")
    assert client.post(reverse("activity_withdraw", args=[record.pk])).status_code == 302
    assert version_of(fresh(record)) == before and fresh(record).state == "accepted"
    assert record.revisions.in_hand().get().data["columns"]["title"] == "改过的"
    send(client, record, world.branch_a, title="改过的")
    states.review_begin(by=world.staff, activity=fresh(record))
    assert client.post(reverse("activity_withdraw", args=[record.pk])).status_code == 409
    assert fresh(record).state == "submitted"


@pytest.mark.parametrize("due", [None, date(2026, 12, 1)])
def test_what_was_carried_out_meanwhile_stays_so_when_a_correction_comes_back(world, as_, record, due):
    row = record.resolutions.create(order=1, text="修订制度", due=due)
    begin(as_("secretary_a"), record)
    type(row).objects.filter(pk=row.pk).update(done_on=DAY + timedelta(days=3), done_by=world.secretary_a)
    send(as_("secretary_a"), record, world.branch_a, title="改过的")
    states.activity_return(by=world.staff, activity=fresh(record), reason="没有依据")
    assert [(one.text, one.done_on) for one in record.resolutions.all()] == [("修订制度", DAY + timedelta(days=3))]


def test_nobody_reviews_the_correction_that_he_wrote(world, as_, record):
    begin(as_("staff"), record)
    send(as_("secretary_a"), record, world.branch_a, title="书记提交，机关起的头")
    assert list(waiting_for(world.staff)) == [] and list(waiting_for(world.committee_secretary)) == [fresh(record)]
    answer = as_("staff").post(reverse("activity_accept", args=[record.pk]), {"version": fresh(record).version})
    assert answer.status_code == 409 and fresh(record).state == "submitted"
    with pytest.raises(Conflict):
        states.activity_return(by=world.staff, activity=fresh(record), reason="不妥")


def test_a_correction_needs_a_reason_a_change_and_an_accepted_record(world, as_, record):
    client = as_("secretary_a")
    for reason in ("", "　", "长" * 501):
        assert begin(client, record, reason).status_code == 422
    assert not record.revisions.exists()
    begin(client, record)
    data = record_data(record)
    with pytest.raises(Exception, match="完全相同"):
        corrections.correction_submit(by=world.secretary_a, activity=record, data=data)
    # A second beginning leads to the first.
    assert begin(client, record).url == reverse("activity_edit", args=[record.pk])
    assert record.revisions.count() == 1
    waiting = submitted(world.branch_a, world.secretary_a, day=DAY, kinds=["lecture"])
    assert begin(client, waiting).status_code == 409


def test_a_correction_is_as_punctual_as_the_first_submission_for_the_day_it_says(world, as_, record):
    with time_machine.travel("2026-12-20T10:00:00+08:00", tick=False):
        client = as_("secretary_a")
        begin(client, record)
        send(client, record, world.branch_a, title="十二月更正")
        assert not fresh(record).late and not record.judgements.filter(late=True).exists()
        states.activity_accept(by=world.staff, activity=fresh(record))
        begin(client, record)
        send(client, record, world.branch_a, day=(DAY - timedelta(days=3)).isoformat(), title="往前改三天")
        assert not fresh(record).late and not record.judgements.get().late
        states.activity_return(by=world.staff, activity=fresh(record), reason="日期没有依据")
        send(client, record, world.branch_a, day=(DAY - timedelta(days=30)).isoformat(), title="日期往前改")
        assert fresh(record).late and record.judgements.get().late
        states.activity_return(by=world.staff, activity=fresh(record), reason="日期没有依据")
        assert not fresh(record).late and not record.judgements.get().late
        assert fresh(record).title == "十二月更正" and fresh(record).revised_at == clock.now()


def test_marks_name_the_day_before_and_the_day_after(world, as_, record):
    begin(as_("secretary_a"), record)
    ChangeMark.objects.all().delete()
    send(as_("secretary_a"), record, world.branch_a, day="2026-09-29")
    days = [(row.first_day, row.last_day) for row in ChangeMark.objects.filter(organisation=world.branch_a)]
    assert any(first <= DAY <= last for first, last in days)
    assert any(first <= date(2026, 9, 29) <= last for first, last in days)


def test_an_imported_record_is_corrected_without_entering_everybody(world, as_):
    imported = Activity.objects.create(
        organisation=world.branch_a, day=DAY, title="台账会议", state="accepted", origin="import",
        written_expected=9, written_present=8, voters_expected=9, voters_present=8,
    )  # fmt: skip
    imported.kinds.create(kind="assembly")
    states.judgements_write(imported)
    people = world.people("branch_a")
    for member in people:
        imported.attendance.create(member=member, organisation=world.branch_a, state="not_recorded")
    client = as_("secretary_a")
    begin(client, imported)
    unknown = {f"att-{member.pk}": "not_recorded" for member in people}
    answer = send(client, imported, world.branch_a, title="台账会议（地点更正）", content="", **unknown)
    assert answer.status_code == 302
    sent = fresh(imported)
    assert (sent.state, sent.written_present, sent.edited_by_hand, sent.late) == ("submitted", 8, True, False)
    assert sent.submitted_at is None and list(waiting_for(world.staff)) == [sent]
    states.activity_accept(by=world.staff, activity=sent)
    begin(client, imported)
    send(client, imported, world.branch_a, title="补全考勤", content="一、传达文件。")
    assert fresh(imported).written_present is None and fresh(imported).voters_present is not None


def test_another_host_keeps_what_it_confirmed_when_a_correction_comes_back(world, as_):
    joint = submitted(world.branch_a, world.secretary_a, kinds=["theme_day"], day=DAY, hosts=[world.branch_b])
    people = world.people("branch_b")
    host_confirm(
        by=world.secretary_b, host=joint.hosts.get(), attendance={member.pk: ("present", "") for member in people}
    )
    states.activity_accept(by=world.staff, activity=fresh(joint))
    client = as_("secretary_a")
    begin(client, joint)
    send(client, joint, world.branch_a, kinds=["theme_day"], title="不再共同举办")
    assert not fresh(joint).hosts.exists()
    assert not joint.attendance.filter(organisation=world.branch_b).exists()
    states.activity_return(by=world.staff, activity=fresh(joint), reason="确系共同举办")
    assert fresh(joint).hosts.get().confirmed_by == world.secretary_b
    assert joint.attendance.filter(organisation=world.branch_b).count() == len(people)
    assert joint.judgements.filter(organisation=world.branch_b, valid=True).exists()


def test_a_file_of_a_correction_belongs_to_the_record_once_it_is_submitted(world, as_, record):
    client = as_("secretary_a")
    begin(client, record)
    upload = SimpleUploadedFile("签到表.txt", "签到".encode(), content_type="text/plain")
    answer = client.post(reverse("attachment_upload", args=[record.pk]), {"file": upload})
    assert answer.status_code == 302
    link = reverse("attachment_download", args=[record.attachments.get().pk])
    assert link not in page(client, "activity_detail", record.pk)
    send(client, record, world.branch_a)
    assert link in page(client, "activity_detail", record.pk)
    states.activity_accept(by=world.staff, activity=fresh(record))
    begin(client, record)
    kept = record.attachments.get()
    assert client.post(reverse("attachment_delete", args=[kept.pk])).status_code == 409
    assert record.attachments.exists()


def test_every_step_leaves_an_entry_with_its_reason(world, as_, record):
    client = as_("secretary_a")
    begin(client, record, "依据会议纪要更正主题")
    send(client, record, world.branch_a, title="改主题")
    states.activity_return(by=world.staff, activity=fresh(record), reason="请附纪要")
    client.post(reverse("activity_correct_discard", args=[record.pk]))
    verbs = list(AuditEntry.objects.filter(object_id=record.pk).order_by("pk").values_list("verb", flat=True))
    tail = verbs[verbs.index("activity.accept") + 1 :]
    assert tail == [
        "activity.correct_begin", "activity.correct_update", "activity.correct", "activity.return",
        "activity.correct_discard",
    ]  # fmt: skip
    told = page(client, "activity_detail", record.pk)
    assert "依据会议纪要更正主题" in told and "请附纪要" in told
    assert record.revisions.get(number=2).state == RevisionState.DISCARDED
    assert "退回后放弃" in told


def test_without_anyone_above_a_correction_is_accepted_at_once(world, as_):
    row = submitted(world.root, world.committee_secretary, kinds=["party_group_meeting"], day=DAY)
    assert row.state == ActivityState.ACCEPTED and row.no_reviewer
    corrections.correction_begin(by=world.committee_secretary, activity=row, reason="更正主题")
    data = record_data(row)
    data.title = "更正后的主题"
    done = corrections.correction_submit(by=world.committee_secretary, activity=row, data=data)
    assert done.state == "accepted" and done.no_reviewer and done.title == "更正后的主题"
    assert ActivityRevision.objects.filter(activity=row, state="accepted").count() == 2


def test_versions_beside_each_other_say_what_differs(world, record):
    old = version_of(record)
    new = {**old, "columns": {**old["columns"], "place": "五楼", "starts_at": "09:00:00"}}
    differing = {line.label: (line.old, line.new) for line in beside(old, new) if line.changed}
    assert differing == {"地点": ("", "五楼"), "时间": ("", "09:00")}


def test_of_a_text_of_several_lines_only_what_differs_is_set_off(world, record):
    old = version_of(record)
    old["columns"]["content"] = "一、学习。\n二、讨论。\n三、表决。"
    new = {**old, "columns": {**old["columns"], "content": "一、学习。\n二、讨论选举。\n三、表决。"}}
    (line,) = [row for row in beside(old, new) if row.changed]
    assert line.merged == [("", "一、学习。"), ("old", "二、讨论。"), ("new", "二、讨论选举。"), ("", "三、表决。")]
    assert [text for mark, text in line.current if mark] == ["二、讨论选举。"]


def test_whoever_corrects_answers_the_reviewer_who_returned_it(world, as_, record):
    client, answer = as_("secretary_a"), "签到表当日已核对，无误。"
    begin(client, record)
    send(client, record, world.branch_a, title="改过的")
    states.activity_return(by=world.staff, activity=fresh(record), reason="请核对签到表")
    assert 'name="answer"' in page(client, "activity_edit", record.pk)
    send(client, record, world.branch_a, do="save", title="改过的", answer=answer)
    form = page(client, "activity_edit", record.pk)
    assert answer in form and "退回之后没有修改" not in form
    assert fresh(record).answer == "", "the accepted record does not speak"
    assert send(client, record, world.branch_a, title="改过的", answer=answer).status_code == 302
    assert f"{answer}" in page(as_("staff"), "review_detail", record.pk)
    states.activity_return(by=world.staff, activity=fresh(record), reason="仍不一致")
    assert answer not in page(client, "activity_edit", record.pk)

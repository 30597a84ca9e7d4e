"""Care as people use it: two entries a mark, two clicks a visit, grants that write their use, notes opened with a reason, who sees nothing."""

import json
import re
from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from lxml import html

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.settings.services import setting_set
from common.operator import OPERATOR
from members.activities.models import Activity
from members.care.models import CareEvent, CareHelp, CareMark, Honour
from members.care.selectors.register import register
from members.care.services.notes import notes_blank
from members.dues.models import DuesUse
from members.roster.models.members import Member
from tests.members.care.made import NOTE, given, happened, honoured, marked, visited
from tests.members.transfers.support import left

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        yield


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def person(world, number=3):
    return world.people("branch_a")[number]


def test_a_mark_is_two_entries_and_frail_frees(world, as_):
    secretary, one = as_("secretary_a"), person(world, 4)
    new = f"{reverse('care_mark_new')}?organisation={world.branch_a.pk}"
    done = secretary.post(new, {"member": one.pk, "kind": "frail", "day": "2026-11-28", "note": NOTE}, follow=True)
    assert f"已登记{one.name}" in done.content.decode() and "年老体弱" in done.content.decode()
    mark = CareMark.objects.get()
    assert mark.note and NOTE not in mark.note, "kept encrypted"
    assert str(Member.objects.get(pk=one.pk).exempt_from) == "2026-11-28"
    payload = "".join(AuditEntry.objects.filter(verb__startswith="care.").values_list("payload", flat=True))
    assert NOTE not in payload and "frail" not in payload and ChangeMark.objects.filter(subject="care").exists()
    again = secretary.post(new, {"member": one.pk, "kind": "frail", "day": "2026-11-28", "note": ""})
    assert again.status_code == 422 and f"{one.name}已经登记为年老体弱" in again.content.decode()
    ahead = secretary.post(new, {"member": one.pk, "kind": "ill", "day": "2026-11-29", "note": ""}).content.decode()
    assert "开始日期不能晚于今天" in ahead
    foreign = world.people("branch_b")[1].pk
    assert secretary.post(new, {"member": foreign, "kind": "ill", "day": "2026-11-28"}).status_code == 422
    assert CareMark.objects.count() == 1


def test_a_day_without_a_year_is_the_last_such_day(world, as_):
    secretary, one = as_("secretary_a"), person(world)
    url = f"{reverse('care_event_new')}?member={one.pk}"
    assert secretary.post(url, {"kind": "hospital", "day": "11月20日"}).status_code == 302
    assert secretary.post(url, {"kind": "hospital", "day": "12-25"}).status_code == 302
    assert {str(row.day) for row in CareEvent.objects.all()} == {"2026-11-20", "2025-12-25"}
    wrong = secretary.post(url, {"kind": "hospital", "day": "2-30"})
    assert wrong.status_code == 422 and "应是有效的日期，如 2026-03-05" in wrong.content.decode()


def test_what_no_visit_answers_any_more_asks_for_none(world, as_):
    """Due on 3 March, taken late until 30 August: in November only the record of a visit of then is missing."""
    one = person(world)
    with time_machine.travel("2026-02-01T09:00:00+08:00", tick=False):
        happened(one, day=date(2026, 2, 1))
    found = register(world.branch_a)
    (line,) = [line for heading, lines in found.groups if heading.startswith("已过时限未走访") for line in lines]
    assert line.occasion.state == "overdue" and not line.asks and found.due == []
    shown = page(as_("secretary_a"), reverse("care_list"))
    assert (
        "已过时限未走访" in shown
        and "该走访了　" not in shown
        and 'class="btn btn-sm" href="/activities/new/' not in shown
    )


def test_a_visit_is_two_clicks_and_answers(world, as_):
    one = person(world)
    event = happened(one, day=None)
    secretary = as_("secretary_a")
    shown = page(secretary, reverse("care_list"))
    assert "1 人次该走访了" in shown and "12月28日前" in shown
    url = re.search(r'href="(/activities/new/[^"]+person=[^"]+)"', shown).group(1).replace("&amp;", "&")
    form = page(secretary, url)
    assert f'name="att-{one.pk}" value="present" checked' in form, "the person is picked"
    fields = dict(re.findall(r'name="(form_key|organisation|title|day)"[^>]*value="([^"]*)"', form))
    data = fields | {"kinds": ["visit"], f"att-{one.pk}": "present", "res-TOTAL_FORMS": 0, "res-INITIAL_FORMS": 0}
    answer = secretary.post(url, data | {"do": "submit", "organisation": world.branch_a.pk})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    record = Activity.objects.get()
    assert record.state == "submitted" and [row.member for row in record.attendance.all()] == [one]
    after = page(secretary, reverse("care_list"))
    assert "已走访" in after and "该走访了　" not in after
    assert NOTE not in record.content and "住院" not in record.title, "who was visited, never why"
    assert event.day == record.day


def test_a_visit_to_nobody_says_that_it_counts_for_nobody(world, as_):
    form = page(as_("secretary_a"), f"{reverse('activity_new')}?kind=visit&organisation={world.branch_a.pk}")
    assert "没有选择走访对象" in form and 'aria-label="走访对象"' in form


def test_above_a_visit_names_whom_its_writer_keeps(world, as_):
    one = person(world)
    happened(one)
    url = f"{reverse('activity_new')}?kind=visit&organisation={world.committee.pk}&person={one.pk}"
    form = page(as_("staff"), url)
    assert f'name="att-{one.pk}" value="present" checked' in form
    visited(world.committee, [one])
    assert "已走访" in page(as_("secretary_a"), reverse("care_list"))

    with pytest.raises(ValidationError, match="考勤名单"):
        visited(world.branch_b, [one])


def test_a_grant_from_dues_writes_its_use_and_without_meeting_is_a_fault(world, as_):
    one, secretary = person(world), as_("secretary_a")
    url = f"{reverse('care_help_new')}?member={one.pk}"
    fields = {"kind": "grant", "amount": "800", "source": "dues", "heading": "hardship", "day": "2026-11-20"}
    done = secretary.post(url, fields | {"decided_in": ""}, follow=True).content.decode()
    assert "列为欠缺" in done and "没有会议" in done
    use = DuesUse.objects.get()
    assert (use.purpose, use.heading, use.amount, use.organisation) == (
        "党内关怀帮扶补助",
        "hardship",
        800,
        world.branch_a,
    )
    assert one.name not in use.purpose and CareHelp.objects.get().use == use
    wrong = secretary.post(url, fields | {"amount": "", "decided_in": ""})
    assert wrong.status_code == 422 and "请填写补助的金额" in wrong.content.decode() and DuesUse.objects.count() == 1
    other = secretary.post(url, fields | {"kind": "other", "decided_in": ""})
    assert "党费只用于补助" in other.content.decode()
    foreign = secretary.post(url, fields | {"decided_in": "99999"})
    assert foreign.status_code == 422 and CareHelp.objects.count() == 1


def test_a_note_is_opened_with_a_reason_and_audited(world, as_):
    mark = marked(person(world), note=NOTE)
    url = reverse("care_mark_note", args=[mark.pk])
    secretary = as_("secretary_a")
    assert NOTE not in page(secretary, url)
    assert secretary.post(url, {"reason": " "}).status_code == 422
    few = secretary.post(url, {"reason": "看看"})
    assert few.status_code == 422 and "查看原因”至少 4 个字" in few.content.decode() and "看看" in few.content.decode()
    assert NOTE in secretary.post(url, {"reason": "研究补助"}).content.decode()
    entry = AuditEntry.objects.get(verb="care.note")
    assert entry.actor_id == world.users["secretary_a"].pk and "研究补助" in entry.payload and NOTE not in entry.payload
    assert NOTE in as_("member").post(url, {"reason": "核对本人登记"}).content.decode(), "his own"
    event = happened(person(world), note=NOTE)
    assert (
        NOTE in secretary.post(reverse("care_event_note", args=[event.pk]), {"reason": "研究走访安排"}).content.decode()
    )


def test_the_trail_names_the_branch_and_nobody_who_is_looked_after(world, as_):
    one = person(world)
    mark, event = marked(one, note=NOTE), happened(one, note=NOTE)
    given(one)
    as_("secretary_a").post(reverse("care_mark_note", args=[mark.pk]), {"reason": "研究走访安排"})
    as_("secretary_a").post(reverse("care_event_note", args=[event.pk]), {"reason": "研究走访安排"})
    entries = AuditEntry.objects.filter(verb__startswith="care.")
    assert {row.verb for row in entries} == {"care.mark", "care.event", "care.help", "care.note"}
    for row in entries:
        assert (
            row.object_name == "甲处党支部一人" and json.loads(row.payload).get("after", {}).get("member", "") != one.pk
        ), row.verb
        assert one.name not in row.payload, row.verb
    for verb in ("care.mark", "care.note"):
        shown = as_("auditor").get(f"{reverse('audit_list')}?verb={verb}").content.decode()
        assert "甲处党支部一人" in shown and one.name not in shown, verb


@pytest.mark.parametrize(
    "who",
    [
        "secretary_b", "staff", "committee_secretary", "leader", "party_secretary", "assistant", "discipline",
        "administrator", "auditor", "outsider", "officer_a", "general_secretary",
    ],
)  # fmt: skip
def test_nobody_else_reads_a_mark_a_note_or_help(world, as_, who):
    one = person(world, 4)
    mark, event = marked(one, note=NOTE), happened(one, note=NOTE)
    given(one)
    client = as_(who)
    for name, pk in (
        ("care_member", one.pk),
        ("care_mark_note", mark.pk),
        ("care_event_note", event.pk),
        ("care_mark_end", mark.pk),
    ):
        page(client, reverse(name, args=[pk]), 404)
    for name in ("care_mark_note", "care_event_note"):
        pk = mark.pk if "mark" in name else event.pk
        assert client.post(reverse(name, args=[pk]), {"reason": "想看"}).status_code == 404
    assert client.get(f"{reverse('care_help_new')}?member={one.pk}").status_code == 404
    assert client.get(f"{reverse('care_list')}?organisation={world.branch_a.pk}").status_code == 404
    listed = client.get(reverse("care_list"))
    assert listed.status_code in (200, 404) and one.name not in listed.content.decode()


def test_the_own_page_says_who_opened_a_note_when_and_why(world, as_):
    mark, event = marked(person(world), note=NOTE), happened(person(world), note=NOTE)
    other = marked(person(world, 4), note=NOTE)
    assert "没有人打开过关于您的备注" in page(as_("member"), reverse("own_care"))
    secretary = as_("secretary_a")
    with time_machine.travel("2026-11-28T09:05:00+08:00", tick=False):
        secretary.post(reverse("care_mark_note", args=[mark.pk]), {"reason": "研究补助"})
    secretary.post(reverse("care_event_note", args=[event.pk]), {"reason": "安排探望"})
    secretary.post(reverse("care_mark_note", args=[other.pk]), {"reason": "别人的事"})
    as_("member").post(reverse("care_mark_note", args=[mark.pk]), {"reason": "核对本人登记"})
    own = " ".join(html.fromstring(page(as_("member"), reverse("own_care"))).text_content().split())
    assert "谁看过备注 3 次" in own and "别人的事" not in own
    assert "secretary_a 用户：研究补助2026年11月28日 09:05 生活困难的备注" in own
    assert "secretary_a 用户：安排探望" in own and "住院的备注" in own and "本人：核对" in own
    assert "谁看过备注" not in page(secretary, reverse("care_member", args=[person(world).pk])), "it is told to himself"


def test_another_member_and_the_own_page(world, as_):
    mark = marked(person(world, 4), note=NOTE)
    marked(person(world), kind="ill")
    own = page(as_("member"), reverse("own_care"))
    assert "患病" in own and "生活困难" not in own and person(world, 4).name not in own
    page(as_("member"), reverse("care_mark_note", args=[mark.pk]), 404)
    page(as_("outsider"), reverse("own_care"), 404)


def test_above_reads_numbers_and_no_small_ones(world, as_):
    for number in range(2):
        marked(person(world, number), kind="hardship")
    for number in range(3):
        marked(person(world, number), kind="ill")
    shown = page(as_("staff"), reverse("care_list"))
    assert "生活困难 不足3人" in shown and "患病 3" in shown and "甲一" not in shown


def counted(shown, label="甲处党支部"):
    """The cells of a branch's row."""
    (row,) = html.fromstring(shown).xpath(f"//tbody/tr[td[1][contains(., '{label}')]]")
    return [" ".join(cell.text_content().split()) for cell in row.xpath("./td")]


def test_above_nothing_tells_a_small_number_by_what_stands_beside_it(world, as_):
    """Five visits are due, three of them of one kind: two is the number that is not told."""
    with time_machine.travel("2026-01-05T09:00:00+08:00", tick=False):
        for number in range(3):
            marked(person(world, number), kind="old_cadre")
        for number in range(3, 5):
            marked(person(world, number), kind="hardship")
    shown = page(as_("staff"), reverse("care_list"))
    kinds, visits, overdue = counted(shown)[1:]
    assert "生活困难 不足3人" in kinds and "老干部 3" in kinds
    assert (visits, overdue) == ("人少，不列出", "有"), "5 - 3 would tell it"
    assert "本页 1 个党支部有逾期未走访的" in shown and "5 人次" not in shown, (
        "nor does a sum, without the other branches"
    )
    with time_machine.travel("2026-01-06T09:00:00+08:00", tick=False):
        marked(person(world, 5), kind="hardship")
    assert counted(page(as_("staff"), reverse("care_list")))[2:] == ["5", "0", "有"], (
        "who joined in March was not to be visited in February"
    )


def test_above_a_few_visits_are_no_number_either(world, as_):
    happened(person(world))
    assert counted(page(as_("staff"), reverse("care_list")))[1:] == ["没有登记", "人少，不列出", "没有"]
    assert counted(page(as_("staff"), reverse("care_list")), "乙处党支部")[1:] == ["没有登记", "0", "0", "没有"]


def test_a_dump_shows_no_plain_note(world, capsys):
    marked(person(world), note=NOTE)
    happened(person(world), note=NOTE)
    call_command("dumpdata", "members.CareMark", "members.CareEvent")
    told = capsys.readouterr().out
    assert "hardship" in told and NOTE not in told


def test_notes_are_blanked_five_years_after_their_end(world):
    with time_machine.travel("2021-11-27T09:00:00+08:00", tick=False):
        Member.objects.filter(pk=person(world).pk).update(joined_on="2015-05-20")
        old = CareMark.objects.create(
            member=person(world), kind="ill", starts="2020-01-01", ends="2021-11-27", note="x"
        )
        kept = CareMark.objects.create(
            member=person(world), kind="frail", starts="2020-01-01", ends="2021-11-28", note="x"
        )
        standing = CareMark.objects.create(member=person(world, 4), kind="ill", starts="2020-01-01", note="x")
        event = CareEvent.objects.create(member=person(world), kind="hospital", day="2021-11-27", note="x")
    assert notes_blank() == 2 and notes_blank() == 0
    assert [CareMark.objects.get(pk=row.pk).note for row in (old, kept, standing)] == ["", "x", "x"]
    assert CareEvent.objects.get(pk=event.pk).note == "" and AuditEntry.objects.filter(verb="care.blank").count() == 2


def test_honours_are_those_of_members_and_organisations_not_of_who_applies(world, as_):
    one, applicant = person(world), person(world, 4)
    Member.objects.filter(pk=applicant.pk).update(stage="activist", joined_on=None, full_on=None)
    secretary, url = as_("secretary_a"), reverse("honour_new")
    offered = html.fromstring(page(secretary, url)).xpath("//select[@name='holder']//option/@value")
    assert f"m{one.pk}" in offered and f"m{person(world, 5).pk}" in offered and f"m{applicant.pk}" not in offered
    sent = {"title": "先进个人", "level": "own", "granted_on": "2026-07-01", "granted_by": "局机关党委"}
    assert secretary.post(url, sent | {"holder": f"m{applicant.pk}"}).status_code == 422
    with pytest.raises(ValidationError, match="还不是党员"):
        honoured(member=Member.objects.get(pk=applicant.pk))
    assert not Honour.objects.exists()
    assert secretary.post(url, sent | {"holder": f"m{one.pk}"}).status_code == 302


def test_an_end_and_somebody_who_left(world, as_):
    mark = marked(person(world, 4))
    secretary, url = as_("secretary_a"), reverse("care_mark_end", args=[mark.pk])
    assert "不能早于开始日期" in secretary.post(url, {"day": "2026-11-27"}).content.decode()
    secretary.post(url, {"day": "2026-11-28"})
    assert str(CareMark.objects.get().ends) == "2026-11-28"
    again = secretary.post(url, {"day": "2026-11-28"})
    assert again.status_code == 409 and "这一项已于 11月28日 结束。" in again.content.decode()
    left(person(world, 5))
    new = f"{reverse('care_mark_new')}?member={person(world, 5).pk}"
    assert "离开本机关，不能再登记" in secretary.post(new, {"kind": "ill", "day": "2026-11-28"}).content.decode()


def test_birthdays_are_a_hint_where_the_agency_says_so(world, as_):
    with time_machine.travel("2026-05-02T09:00:00+08:00", tick=False):
        assert "政治生日" not in page(as_("secretary_a"), reverse("care_list")).split("本机关设定")[0]
        setting_set(by=OPERATOR, key="birthday_day", value="1")
        shown = page(as_("secretary_a"), reverse("care_list"))
        assert "5月政治生日" in shown and "11 年" in shown and "只提醒，不是义务" in shown


def test_the_list_to_be_taken_along_holds_no_reason(world, as_):
    marked(person(world), note=NOTE)
    shown = page(as_("secretary_a"), reverse("care_visit_list"))
    assert "甲四" in shown and "签收" in shown and "生活困难" not in shown and NOTE not in shown
    sent = as_("secretary_a").post(reverse("care_visit_list_download"))
    assert sent.status_code == 200 and AuditEntry.objects.filter(verb="care_sheet.export").exists()
    page(as_("staff"), reverse("care_visit_list"), 404)


def test_honours_are_entered_once(world, as_):
    secretary, url = as_("secretary_a"), reverse("honour_new")
    fields = {
        "title": "优秀共产党员",
        "level": "city",
        "granted_on": "2026-07-01",
        "granted_by": "市直机关工委",
        "document": "",
    }
    done = secretary.post(url, fields | {"holder": f"m{person(world).pk}"}, follow=True).content.decode()
    assert "已登记甲四的表彰" in done
    again = secretary.post(url, fields | {"holder": f"m{person(world).pk}"})
    assert again.status_code == 422 and "这项表彰已经登记" in again.content.decode()
    assert secretary.post(url, fields | {"holder": f"m{world.people('branch_b')[0].pk}"}).status_code == 422
    honoured(organisation=world.branch_b, title="先进党支部")
    assert "先进党支部" not in page(secretary, reverse("honour_list")) and "优秀共产党员" in page(
        secretary, reverse("honour_list")
    )
    assert "先进党支部" in page(as_("staff"), reverse("honour_list"))
    row = Honour.objects.get(member=person(world))
    page(as_("secretary_b"), reverse("honour_cancel", args=[row.pk]), 404)
    assert secretary.post(reverse("honour_cancel", args=[row.pk]), {"reason": "登记错了"}).status_code == 302
    again = secretary.post(reverse("honour_cancel", args=[row.pk]), {"reason": "又"})
    assert again.status_code == 409 and "这项登记已经作废。" in again.content.decode()
    assert "表彰名册" in page(as_("staff"), reverse("honour_roll"))
    assert as_("staff").post(reverse("honour_export")).status_code == 200


def test_a_number_of_a_kind_lists_those_of_the_kind(world, as_):
    marked(person(world, 3), "ill")
    marked(person(world, 4), "hardship")
    whole = page(as_("secretary_a"), reverse("care_list"))
    assert "?kind=%E6%82%A3%E7%97%85" in whole
    listed = as_("secretary_a").get(reverse("care_list"), {"kind": "患病"})
    shown = listed.content.decode().split("<h2>关怀名册</h2>")[1].split("走访时间")[0]
    assert person(world, 3).name in shown and person(world, 4).name not in shown and "列出全部" in shown
    assert as_("secretary_a").get(reverse("care_list"), {"kind": "没有的"}).context["kind"] == ""


def test_honours_stand_in_the_file_and_on_the_own_page(world, as_):
    one = Member.objects.get(account=world.users["member"])
    honoured(one, title="优秀党务工作者")
    gone = honoured(one, title="作废的")
    Honour.objects.filter(pk=gone.pk).update(cancelled_on="2026-11-01", cancel_reason="重复")
    file = page(as_("secretary_a"), reverse("member_detail", args=[one.pk]))
    own = page(as_("member"), reverse("member_own"))
    assert all("优秀党务工作者" in shown and "作废的" not in shown for shown in (file, own))

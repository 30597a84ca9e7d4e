"""A member's file and his own page: what each role gets of it, and that no section tells more than its reader may know."""

import io
import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from docx import Document

from branches.audit.models import AuditEntry
from common import clock
from members.activities.models import Activity, ActivityKind, Attendance
from members.corrections.services import correction_decide
from members.roster.models.posts import Post
from members.roster.sections import Reader, drawn, given
from members.roster.services.unmask import member_unmask
from tests.members.corrections.made import asked, held, mine
from tests.members.dues.made import fixed, paid
from tests.records import counted

pytestmark = pytest.mark.django_db
CLOSE = {"hours", "dues", "development", "talks", "changes", "corrections"}


def keys(user, member, *, own=False, manages=False):
    return {one.section.key for one in drawn(Reader(user, member, own=own, manages=manages))}


def furnished(world):
    """A member of whom everything is kept: attendance, dues, a correction, a talk, what was changed."""
    member = mine(world)
    fixed(world)
    paid(world, member)
    asked(world)
    counted(held(member, state="present", title="学了制度"))
    held(member, date(clock.today().year, 2, 9), "absent", "没到的会")
    talk = Activity.objects.create(
        organisation=member.home,
        day=date(clock.today().year, 3, 9),
        state="accepted",
        chair=world.people("branch_a")[0],
    )
    ActivityKind.objects.create(activity=talk, kind="talk")
    Attendance.objects.create(activity=talk, member=member, organisation=member.home, state="present")
    return member


def test_each_role_gets_the_sections_it_may_read(world, as_):
    member = furnished(world)
    url = reverse("member_detail", args=[member.pk])
    for who in ("secretary_a", "organiser_a", "staff", "committee_secretary"):
        page = as_(who).get(url).content.decode()
        assert all(f'id="{key}"' in page for key in ("hours", "talks", "corrections")), who
        # What he pays is for himself and his branch (decision 243).
        assert ('id="dues"' in page) == (who in ("secretary_a", "organiser_a")), who
        assert "没到的会" in page, who
    for who in ("leader", "party_secretary", "discipline", "officer_a", "assistant"):
        page = as_(who).get(url).content.decode()
        assert not any(f'id="{key}"' in page for key in CLOSE), who
        assert 'id="attendance"' in page and "没到的会" not in page and "75.02" not in page, who
    for who in (
        "secretary_b",
        "general_secretary",
        "secretary_c",
        "leader_a1",
        "administrator",
        "auditor",
        "member",
        "outsider",
    ):
        for name in ("member_detail", "member_meetings"):
            assert as_(who).get(reverse(name, args=[member.pk])).status_code == 404, (who, name)
    for who in ("secretary_b", "administrator", "auditor", "outsider"):
        for name in ("owed_by_member", "duties_of_member"):
            assert as_(who).get(reverse(name, args=[member.pk])).status_code == 404, (who, name)


def test_another_member_reads_nothing_of_him(world, as_):
    """The account of one member opens his own page alone, whatever is typed by hand."""
    other = world.people("branch_a")[4]
    record = held(other, title="别人的会")
    client = as_("member")
    for name in ("member_detail", "member_meetings", "owed_by_member", "duties_of_member"):
        assert client.get(reverse(name, args=[other.pk])).status_code == 404, name
    assert client.get(reverse("own_meeting", args=[record.pk])).status_code == 404
    assert "别人的会" not in client.get(reverse("own_meetings")).content.decode()
    assert client.get(reverse("correction_detail", args=[asked(world).pk])).status_code == 404


def test_numbers_are_masked_for_everybody_and_a_look_is_told_to_the_member(world, as_):
    member = mine(world)
    plain = member_unmask(by=world.committee_secretary, member=member, field="phone", reason="核对联系方式")
    pages = [as_("member").get(reverse("member_own")).content.decode()]
    for who in ("secretary_a", "committee_secretary", "leader"):
        pages.append(as_(who).get(reverse("member_detail", args=[member.pk])).content.decode())
    assert all(plain not in page and "已遮盖" in page for page in pages)
    assert "今年被查看 1 次" in pages[0] and "事由“核对联系方式”" in pages[0]
    assert "查看遮盖的号码" in pages[2] and "查看遮盖的号码" not in pages[1] and "查看遮盖的号码" not in pages[3]


def test_sections_of_the_own_page_and_its_headline(world, as_):
    member = furnished(world)
    assert keys(world.member, member, own=True) >= {
        "coming",
        "attendance",
        "hours",
        "dues",
        "corrections",
        "who",
        "basics",
    }
    plan = Activity.objects.create(
        organisation=member.home, day=clock.today() + timedelta(days=3), state="planned", title="下周的党课"
    )
    ActivityKind.objects.create(activity=plan, kind="lecture")
    few = Activity.objects.create(organisation=member.home, day=clock.today(), state="planned", title="支委的会")
    ActivityKind.objects.create(activity=few, kind="committee_meeting")
    page = as_("member").get(reverse("member_own")).content.decode()
    head = page.split("<h1>")[1].split("</h1>")[0]
    assert "学时还差" in head and f"下一次活动 {clock.in_words(plan.day)}" in head
    assert "下周的党课" in page and "支委的会" not in page
    Post.objects.create(member=member, organisation=member.home, kind="publicity")
    assert "支委的会" in as_("member").get(reverse("member_own")).content.decode()


def test_a_missed_meeting_opens_and_its_correction_is_answered_there(world, as_):
    member = mine(world)
    record = held(member, title="档案里的故事")
    url = reverse("own_meeting", args=[record.pk])
    client = as_("member")
    assert url in client.get(reverse("member_own")).content.decode()
    assert "提出更正</button>" in client.get(url).content.decode()
    vague = client.post(f"{reverse('own_correction')}?meeting={record.pk}", {"text": "不对"})
    assert (
        vague.status_code == 422
        and "请写明正确的内容" in vague.content.decode()
        and ">不对</textarea>" in "".join(vague.content.decode().split("\n"))
    )
    row = asked(world, activity=record)
    page = client.get(url).content.decode()
    assert "待核对" in page and "提出更正</button>" not in page
    correction_decide(by=world.secretary_a, correction=row, right=False, reason="签到表上没有您")
    assert "签到表上没有您" in client.get(url).content.decode()
    assert "签到表上没有您" in client.get(reverse("member_own")).content.decode()


def test_he_takes_along_what_is_kept_of_him_with_numbers_masked(world, as_):
    member = furnished(world)
    client = as_("member")
    answer = client.post(reverse("own_export"), {"format": "json"})
    data = json.loads(answer.content)
    assert answer["Content-Type"] == "application/json" and data["姓名"] == member.name
    told = data["内容"]
    assert {"基本信息", "组织关系", "考勤", "更正请求"} <= set(told)
    assert {row["主题"] for row in told["考勤"]} >= {"学了制度", "没到的会"}
    assert "****" in str(told["基本信息"])
    word = client.post(reverse("own_export"), {"format": "docx"})
    text = "\n".join(part.text for part in Document(io.BytesIO(word.content)).paragraphs)
    assert f"{member.name}的党员档案" in text and "证件号码和手机号码遮盖" in text
    assert client.post(reverse("own_export"), {"format": "exe"}).status_code == 404
    assert client.get(reverse("own_export")).status_code == 405
    entries = AuditEntry.objects.filter(verb="own_file.export", object_id=member.pk)
    assert entries.count() == 2 and {entry.actor_id for entry in entries} == {world.member.pk}
    for _ in range(8):
        assert client.post(reverse("own_export")).status_code == 200
    assert client.post(reverse("own_export")).status_code == 429


def test_what_is_given_is_what_is_shown_of_him_alone(world):
    member = furnished(world)
    other = world.people("branch_a")[4]
    held(other, title="别人的会")
    text = str([(one.title, one.rows) for one in given(member)])
    assert "别人的会" not in text and other.name not in text


def test_the_list_behind_a_number_has_as_many_rows(world, as_):
    member = mine(world)
    for day, state in ((4, "present"), (5, "online"), (6, "leave"), (7, "absent"), (8, "not_recorded"), (9, "exempt")):
        held(member, date(clock.today().year, 1, day), state, f"会{day}")
    for who, url in (
        ("member", reverse("own_meetings")),
        ("secretary_a", reverse("member_meetings", args=[member.pk])),
    ):
        client = as_(who)
        for state, number in (("there", 2), ("leave", 1), ("absent", 1), ("not_recorded", 1), ("", 6)):
            page = client.get(url, {"state": state, "kind": "assembly"}).content.decode()
            assert f" {number} 次</h1>" in page, (who, state)
        assert " 0 次</h1>" in client.get(url, {"kind": "lecture"}).content.decode()
        assert client.get(url, {"kind": "x", "state": "y", "page": "z"}).status_code == 200
    table = as_("secretary_a").get(reverse("member_detail", args=[member.pk])).content.decode()
    assert "50%" in table and "（2/4）" in table

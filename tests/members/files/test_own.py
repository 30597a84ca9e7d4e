"""The own page of a member: his absences open the meetings, and a correction goes to his secretary."""

from datetime import date

import pytest

from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from members.activities.models import Activity, ActivityKind, Attendance
from members.corrections.models import Correction
from members.roster.models.members import Member
from tests.records import counted

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(world):
    return Member.objects.get(account=world.member)


def held(member, day, state, title, record="accepted"):
    activity = Activity.objects.create(organisation=member.home, day=day, state=record, title=title)
    ActivityKind.objects.create(activity=activity, kind="assembly")
    Attendance.objects.create(activity=activity, member=member, organisation=member.home, state=state)
    return activity


def test_the_number_of_absences_opens_the_list_of_these_meetings(world, as_, mine):
    year = date.today().year
    held(mine, date(year, 1, 5), "absent", "学习一月")
    held(mine, date(year, 1, 6), "present", "学习二月")
    held(mine, date(year - 1, 3, 6), "absent", "去年三月")
    held(mine, date(year, 1, 7), "absent", "没有交的", record="draft")
    client = as_("member")
    page = client.get("/members/own/").content.decode()
    assert 'href="/members/own/meetings/?state=absent"' in page
    meetings = client.get("/members/own/meetings/", {"state": "absent"}).content.decode()
    assert f"{year}年缺席 1 次" in meetings and "学习一月" in meetings
    assert not any(title in meetings for title in ("学习二月", "去年三月", "没有交的"))
    every = client.get("/members/own/meetings/", {"state": "nonsense"}).content.decode()
    assert f"{year}年各类活动考勤 2 次" in every and "学习二月" in every


def test_the_number_of_meetings_he_was_expected_at_opens_just_these(world, as_, mine):
    year = date.today().year
    for day, state in ((5, "absent"), (6, "present"), (7, "leave"), (8, "not_recorded")):
        row = held(mine, date(year, 1, day), state, f"学习{day}")
        counted(row)
    talk = held(mine, date(year, 1, 9), "present", "谈心")
    talk.kinds.update(kind="talk")
    counted(talk)
    client = as_("member")
    page = client.get("/members/own/").content.decode()
    assert (
        "应参加组织生活 3 次，出席 1 次，请假 1 次，缺席 1 次" in page and "/members/own/meetings/?state=called" in page
    )
    listed = client.get("/members/own/meetings/", {"state": "called"}).content.decode()
    assert f"{year}年应参加组织生活 3 次" in listed
    assert [title in listed for title in ("学习5", "学习6", "学习7", "学习8", "谈心")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_correction_goes_to_the_secretary_with_a_link_and_is_audited(world, as_, mine):
    record = held(mine, date(date.today().year, 1, 5), "absent", "学习“两个条例”")
    client = as_("member")
    url = f"/members/own/correction/?meeting={record.pk}"
    empty = client.post(url, {"text": " "})
    assert empty.status_code == 422 and "请写明应当是什么" in empty.content.decode()
    assert not Notice.objects.filter(kind="correction").exists()
    assert client.post(url, {"text": "当天线上参加"}).status_code == 302
    asked = Correction.objects.get()
    assert (asked.item, asked.activity, asked.state, asked.text) == ("attendance", record, "asked", "当天线上参加")
    # Whoever keeps the roster is told: the secretary, and in branch A the organisation officer too.
    told = Notice.objects.filter(kind="correction").order_by("pk")
    notice = told.exclude(recipient=world.organiser_a).get()
    assert notice.url == f"/corrections/{asked.pk}/" and "“学习‘两个条例’”的考勤：当天线上参加" in notice.text
    secretary = {"branch_a": world.secretary_a, "branch_b": world.secretary_b, "branch_c": world.secretary_c}
    place = next(key for key in secretary if world.places[key].pk == mine.home_id)
    assert notice.recipient == secretary[place]
    entry = AuditEntry.objects.filter(verb="correction.ask").get()
    assert entry.actor_id == world.member.pk
    assert as_(notice.recipient.username).get(notice.url).status_code == 200


def test_a_record_without_him_is_none_of_his(world, as_, mine):
    other = held(world.people("branch_c")[1], date(date.today().year, 1, 5), "absent", "别处")
    for number in (other.pk, "x", 10**30):
        assert as_("member").get(f"/members/own/correction/?meeting={number}").status_code == 404
    assert as_("member").get(f"/members/own/meetings/{other.pk}/").status_code == 404


def test_a_list_that_is_empty_says_of_what(as_, mine):
    shown = as_("member").get("/members/own/meetings/", {"state": "absent"}).content.decode()
    assert f"{date.today().year}年没有缺席的活动" in shown

"""Leave of a meeting to come: asked on one's own page, answered by whoever keeps the roster there, filled into the attendance."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.reach import access
from common import clock
from common.errors import Conflict
from members.activities.models import Activity, Attendance
from members.activities.models.leave import Leave
from members.activities.services import leave as services
from members.activities.services.leave import leave_ask, leave_decide, leave_withdraw
from members.activities.waiting import tasks
from members.roster.models.members import Member
from tests.members.activities.records import ahead_of, on_leave
from tests.members.corrections.made import mine

pytestmark = pytest.mark.django_db


def refused(act, **said):
    with pytest.raises(ValidationError) as found:
        act(**said)
    return found.value.messages


def test_asked_on_the_own_page_agreed_by_the_secretary_and_filled_in(world, as_):
    member, meeting = mine(world), ahead_of(world.branch_a, title="学习条例")
    client, ask = as_("member"), reverse("own_leave", args=[meeting.pk])
    own = client.get(reverse("member_own")).content.decode()
    assert f'href="{ask}"' in own
    empty = client.post(ask, {"reason": " "})
    assert empty.status_code == 422 and services.NO_REASON in empty.content.decode()
    assert client.post(ask, {"reason": "公差"}).status_code == 302
    leave = Leave.objects.get()
    assert (leave.member, leave.organisation, leave.state) == (member, world.branch_a, "asked")
    own = client.get(reverse("member_own")).content.decode()
    assert "已请假，待同意" in own and f'href="{ask}"' not in own
    assert {row.recipient for row in Notice.objects.filter(kind="leave")} == {world.secretary_a, world.organiser_a}
    assert [task.note for task in tasks(world.secretary_a, world.branch_a)] == ["公差"]
    assert not tasks(world.staff, world.root), "what the branch has to answer does not wait above it"

    secretary, url = as_("secretary_a"), reverse("leave_detail", args=[leave.pk])
    edit = reverse("activity_edit", args=[meeting.pk])
    assert f"{member.name}请假待同意：公差" in secretary.get(edit).content.decode()
    assert "公差" in secretary.get(url).content.decode()
    assert secretary.post(url, {"agree": "1", "answer": ""}).status_code == 302
    entry = Attendance.objects.get(activity=meeting, member=member)
    assert (entry.state, entry.reason, entry.organisation) == ("leave", "公差", world.branch_a)
    form = secretary.get(edit).content.decode()
    assert "请假待同意" not in form and 'value="公差"' in form
    told = Notice.objects.get(kind="leave")
    assert told.recipient == world.member and "已同意请假" in told.text
    assert "已同意请假" in client.get(reverse("member_own")).content.decode()
    verbs = AuditEntry.objects.filter(verb__startswith="leave.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["leave.ask", "leave.agree"]


def test_a_no_says_why_on_the_own_page_and_he_may_ask_again(world, as_):
    leave = on_leave(world)
    url = reverse("leave_detail", args=[leave.pk])
    silent = as_("organiser_a").post(url, {"agree": "0", "answer": ""})
    assert silent.status_code == 422 and services.NO_ANSWER in silent.content.decode()
    assert as_("organiser_a").post(url, {"agree": "0", "answer": "当天选举，请安排好工作"}).status_code == 302
    own = as_("member").get(reverse("member_own")).content.decode()
    assert "未同意请假" in own and "当天选举，请安排好工作" in own
    assert not Attendance.objects.filter(activity=leave.activity, state="leave").exists()
    again = as_("member").post(reverse("own_leave", args=[leave.activity_id]), {"reason": "病假"})
    assert again.status_code == 302 and Leave.objects.filter(state="asked").count() == 1


def test_who_comes_after_all_takes_it_back_until_the_record_is_begun(world, as_):
    leave = on_leave(world)
    leave_decide(by=world.secretary_a, leave=leave, agree=True)
    url = reverse("own_leave_withdraw", args=[leave.pk])
    assert as_("secretary_a").post(url).status_code == 404
    assert as_("member").post(url).status_code == 302
    entry = Attendance.objects.get(activity=leave.activity, member=leave.member)
    assert (entry.state, entry.reason) == ("not_recorded", "")
    assert Notice.objects.filter(recipient=world.secretary_a, text__contains="撤回请假").exists()
    assert as_("member").post(url).status_code == 409
    other = on_leave(world, title="已经开展")
    leave_decide(by=world.secretary_a, leave=other, agree=True)
    Activity.objects.filter(pk=other.activity_id).update(state="draft")
    with pytest.raises(Conflict):
        leave_withdraw(by=world.member, leave=other)


def test_a_form_that_was_opened_before_the_answer_is_stale(world, as_):
    """What was agreed meanwhile is not overwritten by the tiles of an older page."""
    leave = on_leave(world)
    before = Activity.objects.get(pk=leave.activity_id).version
    leave_decide(by=world.secretary_a, leave=leave, agree=True)
    assert Activity.objects.get(pk=leave.activity_id).version == before + 1


def test_nobody_answers_his_own(world, as_):
    """The secretary's goes to whoever keeps the roster beside him, and where nobody does to the committee."""
    secretary = world.people("branch_a")[0]
    Member.objects.filter(pk=secretary.pk).update(account=world.secretary_a)
    secretary.refresh_from_db()
    meeting = ahead_of(world.branch_a)
    own = leave_ask(by=world.secretary_a, member=secretary, activity=meeting, reason="公差")
    assert [row.recipient for row in Notice.objects.filter(kind="leave")] == [world.organiser_a]
    assert refused(leave_decide, by=world.secretary_a, leave=own, agree=True) == [services.OWN]
    page = as_("secretary_a").get(reverse("leave_detail", args=[own.pk])).content.decode()
    assert services.OWN in page and "同意请假</button>" not in page
    assert not tasks(world.secretary_a, world.branch_a) and tasks(world.organiser_a, world.branch_a)
    # Above the branch it stands too, for where nobody is beside the secretary.
    assert tasks(world.staff, world.root)
    leave_decide(by=world.organiser_a, leave=own, agree=True)


def test_only_ones_own_once_and_before_it_has_begun(world, as_):
    member, meeting = mine(world), ahead_of(world.branch_a)
    assert refused(leave_ask, by=world.secretary_a, member=member, activity=meeting, reason="公差") == [
        services.NOT_OWN
    ]
    leave_ask(by=world.member, member=member, activity=meeting, reason="公差")
    assert refused(leave_ask, by=world.member, member=member, activity=meeting, reason="公差") == [services.TWICE]
    twice = as_("member").post(reverse("own_leave", args=[meeting.pk]), {"reason": "公差"})
    assert twice.status_code == 422 and services.TWICE in twice.content.decode()
    begun = ahead_of(world.branch_a, title="已经开展")
    Activity.objects.filter(pk=begun.pk).update(state="draft")
    assert refused(leave_ask, by=world.member, member=member, activity=begun, reason="公差") == [services.PAST]
    assert as_("member").get(reverse("own_leave", args=[begun.pk])).status_code == 404
    elsewhere = ahead_of(world.branch_b)
    assert as_("member").post(reverse("own_leave", args=[elsewhere.pk]), {"reason": "公差"}).status_code == 404
    assert refused(leave_ask, by=world.member, member=member, activity=elsewhere, reason="公差") == [
        services.NOT_EXPECTED
    ]
    talk = ahead_of(world.branch_a, kind="talk", named=[member])
    assert refused(leave_ask, by=world.member, member=member, activity=talk, reason="公差") == [services.NOT_EXPECTED]
    assert Leave.objects.count() == 1


def test_what_was_sent_or_called_off_is_answered_no_more(world, as_):
    leave = on_leave(world)
    Activity.objects.filter(pk=leave.activity_id).update(state="submitted")
    page = as_("secretary_a").get(reverse("leave_detail", args=[leave.pk])).content.decode()
    assert "不再办理" in page and "同意请假</button>" not in page
    assert as_("secretary_a").post(reverse("leave_detail", args=[leave.pk]), {"agree": "1"}).status_code == 409
    assert not tasks(world.secretary_a, world.branch_a)


@pytest.mark.parametrize("who", ["officer_a", "secretary_b", "leader", "discipline", "general_secretary", "member"])
def test_who_does_not_keep_the_roster_answers_nothing(world, who):
    leave = on_leave(world)
    with pytest.raises((access.Forbidden, access.Http404)):
        leave_decide(by=world.user(who), leave=leave, agree=True)


def test_what_the_branch_lets_lie_until_the_eve_is_seen_above(world):
    on_leave(world, day=clock.today() + timedelta(days=1))
    assert tasks(world.staff, world.root)


def test_he_takes_his_leave_along(world, as_):
    on_leave(world, reason="公差")
    data = as_("member").post(reverse("own_export"), {"format": "json"})
    assert "公差" in b"".join(data).decode() if data.streaming else "公差" in data.content.decode()

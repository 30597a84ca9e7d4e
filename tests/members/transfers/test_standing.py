"""How a member stands decides on rosters, votes and what is owed, on each day by the rows of that day (the table of ends and statuses)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from common import clock
from common.operator import OPERATOR
from common.periods import YEAR, Period
from members.activities.judgement import judge
from members.activities.services.rosters import judge_marked
from members.organisations.selectors.profile import profile
from members.roster.models.members import Member
from members.roster.models.posts import Post
from members.roster.models.standing import Away, PartyStatus, StageSpell
from members.roster.services.members import member_update
from members.roster.services.standing import member_leave, status_end
from responsibilities.duties.progress import duty_slots
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID
from responsibilities.requirements.selectors import requirements
from tests.members.activities.records import submitted
from tests.members.transfers.support import abroad, standing, stays
from tests.responsibilities.duties.world import duty, issued

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def slots(key, **chosen):
    one = duty(key, **chosen)
    return {slot.key: slot for slot in duty_slots([one])[one.pk]}


def on_roster(place, day=None):
    return [
        (row.name, row.votes_on(day or clock.today()))
        for row in Member.objects.on_roster(place, day or clock.today()).order_by("pk")
    ]


def test_stages_are_dated_and_a_roster_of_a_day_reads_them(world):
    rows = StageSpell.objects.filter(member__name="甲一").order_by("starts").values_list("stage", "starts", "ends")
    assert list(rows) == [
        ("probationary", date(2015, 5, 20), date(2016, 5, 19)),
        ("full", date(2016, 5, 20), None),
    ]
    assert dict(on_roster(world.branch_a))["甲六"] is False and dict(on_roster(world.branch_a))["甲一"] is True
    assert dict(on_roster(world.branch_a, date(2015, 6, 1)))["甲一"] is False, "then he was on probation"
    six = Member.objects.get(name="甲六")
    member_update(by=OPERATOR, member=six, full_on=clock.today(), stage="full")
    assert dict(on_roster(world.branch_a))["甲六"] is True
    # A row of the development of members alone says who is on a roster: the stage is read from nowhere else.
    StageSpell.objects.filter(member=six, stage="probationary").delete()
    StageSpell.objects.filter(member=six).update(starts=clock.today() + DAY)
    assert "甲六" not in dict(on_roster(world.branch_a))


@pytest.mark.parametrize(
    ("state", "expected", "votes"),
    [
        ("suspended", False, None),
        ("lost", True, True),
        ("correcting", True, True),
        ("sanctioned", True, True),
        ("under_watch", True, False),
    ],
)
def test_who_is_expected_and_who_votes(world, state, expected, votes):
    member, today = world.people("branch_a")[3], clock.today()
    ends = today + 90 * DAY if state in ("correcting", "sanctioned", "under_watch") else None
    row = standing(member, state, starts=today, ends=ends)
    assert ("甲四" in dict(on_roster(world.branch_a))) is expected
    if expected:
        assert dict(on_roster(world.branch_a))["甲四"] is votes
    assert dict(on_roster(world.branch_a, today - DAY))["甲四"] is True, "days before stay as they were"
    assert profile(world.branch_a)["members"] == (6 if expected else 5)
    assert Member.objects.get(pk=member.pk).status == row.word
    status_end(by=OPERATOR, row=row, ends=today)
    with time_machine.travel(clock.now() + DAY):
        assert dict(on_roster(world.branch_a))["甲四"] is True and Member.objects.get(pk=member.pk).status == "正常"


def test_quorum_of_meetings_since_follows_and_that_of_meetings_before_stays(world):
    member, today = world.people("branch_a")[3], clock.today()
    before = submitted(world.branch_a, world.secretary_a, day=today - 5 * DAY)
    after = submitted(world.branch_a, world.secretary_a, day=today, kinds=["assembly"])

    def voters(activity):
        (one,) = [one for one in judge(activity) if one.host == world.branch_a.pk]
        return one.quorum.expected

    assert (voters(before), voters(after)) == (5, 5)
    standing(member, "under_watch", starts=today, ends=today + 300 * DAY)
    judge_marked()
    assert (voters(before), voters(after)) == (5, 4)
    before.refresh_from_db()
    after.refresh_from_db()
    assert (before.voters_expected, after.voters_expected) == (5, 4)


def test_who_is_suspended_owes_no_talk(world):
    member, today = world.people("branch_a")[3], clock.today()

    def owed():
        rows = requirements(Period(YEAR, today.year), organisations=[world.branch_a.pk], as_of=today)
        return next(row.expected for row in rows if row.row.rule == "life-talks")

    assert owed() == 6
    row = standing(member, "suspended", starts=today)
    assert owed() == 5
    status_end(by=OPERATOR, row=row, ends=today)
    with time_machine.travel(clock.now() + DAY):
        today = clock.today()
        assert owed() == 6


def test_what_a_change_of_standing_has_to_say(world, as_):
    member, today = world.people("branch_a")[3], clock.today()
    url, client = reverse("member_status", args=[member.pk]), as_("secretary_a")

    def said(**values):
        answer = client.post(url, {"starts": today.isoformat()} | values)
        return answer.status_code, answer.content.decode()

    status, page = said(state="suspended")
    assert status == 422 and "停止党籍须写明依据和决定。" in page
    status, page = said(state="correcting", document="1号")
    assert status == 422 and "限期改正须写明最后一天。" in page
    status, page = said(state="correcting", document="1号", ends=(today + 370 * DAY).isoformat())
    assert status == 422 and "限期改正不超过 12 个月" in page
    status, page = said(state="under_watch", ends=(today + 370 * DAY).isoformat())
    assert status == 422 and "留党察看须写明决定文号" in page
    assert said(state="lost", starts=(today + DAY).isoformat())[0] == 422
    assert said(state="left")[0] == 422 and not PartyStatus.objects.exists()
    meeting = submitted(world.branch_a, world.secretary_a, day=today)
    foreign = submitted(world.branch_b, world.secretary_b, day=today)
    assert said(state="suspended", ground="查找无果", decided_in=foreign.pk)[0] == 422
    assert said(state="suspended", ground="查找无果", decided_in=meeting.pk)[0] == 302
    assert PartyStatus.objects.get().decided_in == meeting
    assert "停止党籍" in client.get(reverse("member_detail", args=[member.pk])).content.decode()
    assert said(state="lost")[0] == 422, "one standing begins on a day"


def test_one_standing_a_day_the_earlier_ends_on_the_eve(world):
    member, today = world.people("branch_a")[3], clock.today()
    standing(member, "lost", starts=today - 6 * DAY)
    standing(member, "suspended", starts=today)
    rows = PartyStatus.objects.order_by("starts").values_list("state", "starts", "ends")
    assert list(rows) == [("lost", today - 6 * DAY, today - DAY), ("suspended", today, None)]


@pytest.mark.parametrize(
    ("ground", "last", "word"),
    [("deceased", 0, "已去世"), ("resigned", 1, "已出党"), ("self_left", 1, "已出党"), ("expelled", 1, "已出党")],
)
def test_how_a_membership_ends(world, ground, last, word):
    member, today = world.people("branch_a")[2], clock.today()
    on = today - 2 * DAY
    member_leave(by=OPERATOR, member=member, ground=ground, on=on, document="机关党委〔2026〕9号")
    assert stays(member)[-1][2] == on - last * DAY
    member.refresh_from_db()
    assert (member.status, member.left_on) == (word, on)
    assert ("甲三" in dict(on_roster(world.branch_a, on))) is (ground == "deceased")
    assert "甲三" not in dict(on_roster(world.branch_a, on + DAY))
    assert Post.objects.get(member=member).ends == on - last * DAY, "his seat ends with it"
    with pytest.raises(ValidationError, match="已经不在本机关"):
        member_leave(by=OPERATOR, member=member, ground="deceased", on=on)


def test_a_decision_is_named_and_probation_alone_is_cancelled(world, as_):
    member = world.people("branch_a")[3]
    url, today = reverse("member_leave", args=[member.pk]), clock.today().isoformat()
    client = as_("secretary_a")
    page = client.post(url, {"ground": "removed_belief", "on": today})
    assert page.status_code == 422 and "须写明决定文号" in page.content.decode()
    page = client.post(url, {"ground": "cancelled", "on": today, "document": "1号"})
    assert page.status_code == 422 and "只有预备党员可以取消" in page.content.decode()
    assert client.post(url, {"ground": "transferred", "on": today, "document": "1号"}).status_code == 422
    on_probation = reverse("member_leave", args=[world.people("branch_a")[5].pk])
    assert client.post(on_probation, {"ground": "cancelled", "on": today, "document": "1号"}).status_code == 302


def test_away_and_back(world, as_):
    member, today = world.people("branch_a")[3], clock.today()
    client = as_("secretary_a")
    values = {"kind": "abroad", "place": "某国", "starts": today.isoformat()}
    assert client.post(reverse("member_away", args=[member.pk]), values).status_code == 302
    row = member.aways.get()
    assert "甲四" in dict(on_roster(world.branch_a)), "he stays on the roster"
    assert client.post(reverse("member_away", args=[member.pk]), values).status_code == 422
    url = reverse("member_away_end", args=[row.pk])
    assert client.post(url, {"ends": (today + DAY).isoformat()}).status_code == 422
    assert client.post(url, {"ends": today.isoformat()}).status_code == 302
    assert client.post(url, {"ends": today.isoformat()}).status_code == 409


def test_contact_abroad_is_owed_each_half_year_and_closes_with_a_talk(world):
    member = world.people("branch_a")[3]
    with time_machine.travel("2026-01-20T10:00:00+08:00"):
        abroad(member, date(2026, 1, 20))

    def owed(as_of):
        with time_machine.travel(f"{as_of}T10:00:00+08:00"):
            rows = requirements(
                Period.parse("2026H1"), organisations=[world.branch_a.pk], rules=[REQUIREMENT_RULES_BY_ID["edu-abroad"]]
            )
            return [(row.expected, row.done, str(row.state)) for row in rows]

    assert owed("2026-05-20") == [(1, 0, "not_due")] and owed("2026-07-02") == [(1, 0, "overdue")]
    with time_machine.travel("2026-05-09T10:00:00+08:00"):
        submitted(world.branch_a, world.secretary_a, kinds=["talk"], day=date(2026, 5, 8), states={member: "present"})
    assert owed("2026-07-02")[0][:2] == (1, 1)
    rows = requirements(
        Period.parse("2026H1"), organisations=[world.branch_b.pk], rules=[REQUIREMENT_RULES_BY_ID["edu-abroad"]]
    )
    assert rows == [], "where nobody is abroad no row stands"


def test_the_duty_to_transfer_in_time_closes_by_itself(world):
    member, today = world.people("branch_a")[3], clock.today()
    issued(world)
    (slot,) = slots("mb-move", member=member).values()
    assert (slot.expected, slot.state) == (0, "not_applicable") and "没有应当转接" in slot.text
    away = Away.objects.create(member=member, kind="posted", place="外地", starts=date(2026, 1, 5), fixed=True)
    (slot,) = slots("mb-move", member=member).values()
    assert (slot.expected, slot.done) == (1, 0)
    Away.objects.filter(pk=away.pk).update(registered_on=today)
    (slot,) = slots("mb-move", member=member).values()
    assert (slot.expected, slot.done, slot.late) == (1, 1, 1)


def test_no_hours_are_asked_of_whoever_is_abroad_or_suspended(world):
    member, today = world.people("branch_a")[3], clock.today()
    issued(world)

    def expected():
        (slot,) = slots("mb-study", member=member).values()
        return slot.expected

    assert expected() == 32
    row = abroad(member, date(today.year, 1, 1))
    assert expected() == 0
    Away.objects.filter(pk=row.pk).update(kind="floating")
    assert expected() == 32
    standing(member, "suspended", starts=date(today.year, 7, 1))
    assert expected() == 16

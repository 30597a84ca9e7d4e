"""A branch's own people cannot date a change back so far that it makes what was held valid, or nobody owe it (decisions 83)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from branches.audit.history import history
from branches.notices.models import Notice
from common.operator import OPERATOR
from members.activities.selectors.rosters import committee
from members.activities.services.rosters import judge_marked
from members.roster.models.members import Member
from members.roster.models.posts import Post
from members.roster.services.backdating import held_since
from members.roster.services.members import member_create, member_transfer, post_end, post_give
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db
TODAY, LIMIT = date(2026, 11, 27), date(2026, 11, 20)
BEFORE = LIMIT - timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel("2026-11-27T10:00:00+08:00", tick=False):
        yield


def seat(world, kind="discipline"):
    """A seat of branch A that has been held for long."""
    member = world.people("branch_a")[3]
    return post_give(by=OPERATOR, member=member, organisation=world.branch_a, kind=kind, starts=date(2026, 1, 1))


def test_a_seat_is_given_back_to_the_days_of_grace_and_from_above_to_any_day(world, as_):
    member = world.people("branch_a")[3]
    address = f"/members/{member.pk}/posts/new/"
    data = {"organisation": world.branch_a.pk, "kind": "discipline"}
    for starts in (BEFORE.isoformat(), ""):
        page = as_("secretary_a").post(address, data | {"starts": starts}).content.decode()
        assert "支部只能登记11月20日以来的变动" in page and "staff 用户" in page
        assert f'value="{starts}"' in page or not starts
    assert not Post.objects.filter(member=member).exists()
    assert as_("secretary_a").post(address, data | {"starts": LIMIT.isoformat()}).status_code == 302
    assert as_("staff").post(address, data | {"kind": "publicity", "starts": "2026-01-01"}).status_code == 302


def test_a_seat_is_ended_back_to_the_days_of_grace_and_from_above_on_any_day(world, as_):
    post = seat(world)
    address = f"/members/posts/{post.pk}/end/"
    last = BEFORE - timedelta(days=1)
    assert "支部只能登记11月20日以来" in as_("secretary_a").post(address, {"ends": last.isoformat()}).content.decode()
    post.refresh_from_db()
    assert post.ends is None
    assert as_("secretary_a").post(address, {"ends": BEFORE.isoformat()}).status_code == 302
    assert post_end(by=world.staff, post=seat(world, "publicity"), ends=date(2026, 9, 1)).ends == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("field", "new"),
    [("joined_on", "2014-03-01"), ("full_on", ""), ("full_on", "2026-10-01"), ("exempt_from", "2026-02-01")],
)
def test_a_date_of_a_person_that_changes_what_was_held_is_corrected_from_above(field, new, world, as_):
    member = world.people("branch_a")[3]
    data = {"name": member.name, "stage": "full", "status": "正常", "version": member.version, "exempt_reason": "重病"}
    data |= {"joined_on": member.joined_on, "full_on": member.full_on} | {field: new}
    address = f"/members/{member.pk}/edit/"
    page = as_("secretary_a").post(address, data).content.decode()
    assert "支部只能登记" in page and 'aria-invalid="true"' in page.split(f'name="{field}"')[1].split(">")[0]
    assert Member.objects.get(pk=member.pk).version == member.version
    assert as_("staff").post(address, data).status_code == 302


def test_an_exemption_from_today_is_the_branchs_own(world, as_):
    member = world.people("branch_a")[3]
    data = {"name": member.name, "stage": "full", "status": "正常", "version": member.version, "exempt_reason": "重病"}
    data |= {"joined_on": member.joined_on, "full_on": member.full_on, "exempt_from": TODAY}
    assert as_("secretary_a").post(f"/members/{member.pk}/edit/", data).status_code == 302


def test_a_new_member_with_past_dates_is_entered_by_the_branch_where_nothing_was_held_since(world):
    new = {"branch": world.branch_a, "stage": "full", "joined_on": date(2020, 7, 1)}
    member = member_create(by=world.secretary_a, name="新一", starts=date(2026, 9, 1), **new)
    submitted(world.branch_a, world.secretary_a, kinds=["assembly"], day=date(2026, 10, 14))
    with pytest.raises(ValidationError, match="支部只能登记") as refused:
        member_create(by=world.secretary_a, name="新二", starts=date(2026, 9, 1), **new)
    assert "starts" in refused.value.error_dict and not Member.objects.filter(name="新二").exists()
    assert member_create(by=world.secretary_a, name="新三", starts=date(2026, 10, 15), **new)
    assert member_create(by=world.staff, name="新四", starts=date(2026, 9, 1), **new)
    member.memberships.update(ends=date(2026, 9, 30))
    with pytest.raises(ValidationError, match="支部只能登记"):
        member_transfer(by=world.secretary_a, member=member, branch=world.branch_a, on=date(2026, 10, 1))


def test_what_is_judged_anew_says_so_and_the_reviewer_is_told_once(world):
    seats = committee(world.branch_a, date(2026, 10, 14))
    away = dict.fromkeys(seats[1:], "absent")
    with time_machine.travel("2026-10-15T10:00:00+08:00", tick=False):
        for day in (14, 13):
            record = submitted(
                world.branch_a, world.secretary_a, kinds=["committee_meeting"], day=date(2026, 10, day), states=away
            )
    assert len(seats) > 1 and not record.judgements.get().valid
    for one in seats[1:]:
        post_end(by=world.staff, post=Post.objects.get(member=one, ends=None), ends=date(2026, 10, 1))
    judge_marked()
    assert record.judgements.get().valid
    entry = history(record)[0]
    assert entry["title"] == "名册变更后重新判定"
    assert f"应到 {len(seats)} 人、实到 1 人，不计入 → 应到 1 人、实到 1 人，有效" in entry["note"]
    told = Notice.objects.filter(kind="rejudged")
    assert [row.recipient for row in told.filter(recipient=world.staff)] == [world.staff]
    assert "2 条活动记录重新判定" in told.first().text


def test_what_was_held_within_the_days_of_grace_forbids_nothing(world):
    submitted(world.branch_a, world.secretary_a, day=LIMIT)
    assert not held_since(world.branch_a, LIMIT)
    submitted(world.branch_a, world.secretary_a, day=BEFORE)
    assert held_since(world.branch_a, BEFORE) and not held_since(world.branch_a, LIMIT)

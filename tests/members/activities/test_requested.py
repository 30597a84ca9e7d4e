"""The record form opened for a past period, the talk's chair and partners, and all the errors of a submit at once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from common import clock
from common.periods import MONTH, Period
from members.activities.models import Activity
from tests.members.activities.records import filled, only

pytestmark = pytest.mark.django_db


def _last_month():
    return Period.containing(MONTH, clock.today()).previous()


def _post(as_, world, **changes):
    data = filled(world.branch_a, period=str(_last_month()), do="save", **changes)
    return as_("secretary_a").post(reverse("activity_new"), data)


def test_the_choice_between_then_and_now_stands_by_the_date_of_a_past_period(world, as_):
    month = _last_month()
    page = as_("secretary_a").get(reverse("activity_new"), {"kind": "theme_day", "period": str(month)})
    text = page.content.decode()
    assert f"现在补办（计入{month.label()}）" in text and 'id="id_makes_up_for"' not in text
    now = as_("secretary_a").get(reverse("activity_new"), {"kind": "theme_day"}).content.decode()
    assert "现在补办" not in now and 'id="id_makes_up_for"' in now


def test_a_date_after_the_requested_period_makes_up_for_it_when_nothing_is_chosen(world, as_):
    _post(as_, world)
    assert only().makes_up_for == _last_month().first


def test_a_date_within_the_requested_period_is_never_made_up(world, as_):
    month = _last_month()
    _post(as_, world, day=month.last, makes_up_for=str(month.first))
    assert only().makes_up_for is None and only().day == month.last


def test_a_meeting_said_to_be_of_then_is_warned_of_when_its_date_lies_outside(world, as_):
    month = _last_month()
    client = as_("secretary_a")
    warning = f"这条记录不计入{month.label()}"

    def checks(**changes):
        data = filled(world.branch_a, period=str(month), **changes)
        return client.post(reverse("activity_checks"), data).content.decode()

    assert warning in checks(makes_up_for="")
    assert warning in checks(day=month.first - timedelta(days=1), makes_up_for="")
    assert warning not in checks(day=month.first, makes_up_for="")
    assert warning not in checks(makes_up_for=str(month.first))


@pytest.mark.parametrize("period", ["x", "9999-99", "0000", "9" * 3000])
def test_a_period_that_is_none_is_ignored(world, as_, period):
    as_("secretary_a").post(reverse("activity_new"), filled(world.branch_a, period=period, do="save"))
    assert only().makes_up_for is None


def _talk(world, partners, chair, **changes):
    picked = {f"att-{pk}": "present" for pk in partners}
    return filled(world.branch_a, kinds=("talk",), content="", chair=chair, **picked, **changes)


def _people(world):
    return [int(name[4:]) for name in filled(world.branch_a, kinds=("committee_meeting",)) if name.startswith("att-")]


def test_nobody_has_a_talk_with_himself(world, as_):
    first, second, *_ = _people(world)
    client = as_("secretary_a")
    answer = client.post(reverse("activity_new"), _talk(world, [first, second], first, do="submit"))
    assert answer.status_code == 422 and "谈话人不能同时是谈话对象" in answer.content.decode()
    assert not Activity.objects.exists()
    tiles = client.post(reverse("activity_tiles"), _talk(world, [second], first)).content.decode()
    assert f'name="att-{first}"' not in tiles and f'name="att-{second}"' in tiles


def test_who_had_a_talk_this_year_is_marked_once_it_counts(world, as_):
    first, second, *_ = _people(world)
    client = as_("secretary_a")
    before = client.post(reverse("activity_tiles"), _talk(world, [], first)).content.decode()
    assert "已谈" not in before
    client.post(reverse("activity_new"), _talk(world, [second], first, do="submit"))
    after = client.post(reverse("activity_tiles"), _talk(world, [], first)).content.decode()
    assert after.count("已谈") == 1


def test_an_empty_submit_names_every_field_at_once(world, as_):
    data = filled(world.branch_a, kinds=(), day=None, title="", content="", do="submit") | {"day": ""}
    data = {name: value for name, value in data.items() if not name.startswith("att-")}
    text = as_("secretary_a").post(reverse("activity_new"), data).content.decode()
    for sentence in ("请选择活动类型。", "请填写日期。", "请填写主题。", "请填写议程与决议。", "人未登记考勤。"):
        assert sentence in text


def test_the_requested_period_stays_with_a_draft_that_is_opened_again(world, as_):
    month, client = _last_month(), as_("secretary_a")
    data = filled(world.branch_a, period=str(month))
    saved = client.post(reverse("activity_autosave"), data).json()
    assert saved["edit"].endswith(f"/edit/?period={month}")
    page = client.get(saved["edit"])
    assert f"现在补办（计入{month.label()}）" in page.content.decode()
    assert page.context["form"].initial["day"] == only().day, "the draft keeps its own date"
    plain = client.post(reverse("activity_autosave"), filled(world.branch_a)).json()
    assert plain["edit"].endswith("/edit/")

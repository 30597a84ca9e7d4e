"""Asking for what is another's: one click, the owner's answer, times in each other's way, what counts, what is told."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from branches.notices.models import Notice
from branches.reach.access import Forbidden
from branches.reach.models import Appointment
from common import clock
from common.errors import Conflict
from members.activities.services.records import activity_update, record_data
from members.activities.services.states import activity_cancel, activity_return, activity_submit
from members.resources.belonging import suggest, tied
from members.resources.models import ResourceUse
from members.resources.rules import overlap
from members.resources.services.uses import use_answer, use_ask, use_withdraw
from members.resources.waiting import tasks
from tests.members.resources.made import held, planned, room

pytestmark = pytest.mark.django_db
TIMES = st.sampled_from([None, *(time(hour, minute) for hour in range(8, 12) for minute in (0, 30))])


def asked(world, **options):
    """Branch B asks for a room of branch A."""
    one = room(world.branch_a, world.secretary_a)
    record = planned(world.branch_b, world.secretary_b, **options)
    return use_ask(by=world.secretary_b, activity=record, resource=one)


def test_ones_own_is_had_at_once_and_anothers_is_asked_for(world):
    one = room(world.branch_a, world.secretary_a)
    own = use_ask(by=world.secretary_a, activity=planned(world.branch_a, world.secretary_a), resource=one)
    assert own.state == "agreed"
    record = planned(world.branch_b, world.secretary_b, start=time(9), end=time(10))
    use = use_ask(by=world.secretary_b, activity=record, resource=one)
    assert use.state == "asked" and use.organisation == world.branch_b
    assert use_ask(by=world.secretary_b, activity=record, resource=one) == use, "twice is once"
    (task,) = tasks(world.secretary_a, world.branch_a)
    assert task.title == "乙处党支部申请使用“三楼会议室”"
    assert tasks(world.secretary_b, world.branch_b) == [] == tasks(world.leader, world.branch_a)
    use_answer(by=world.secretary_a, use=use, agree=True)
    assert "已同意您申请的“三楼会议室”" in Notice.objects.get(recipient=world.secretary_b, kind="resource").text
    assert tasks(world.secretary_a, world.branch_a) == []
    with pytest.raises(Conflict, match="已经答复"):
        use_answer(by=world.secretary_a, use=use, agree=True)


def test_an_ask_waits_for_its_owner_and_for_the_office_only_where_nobody_is(world, as_):
    use = asked(world)
    day = use.activity.day
    page = as_("secretary_a").get(reverse("resource_list")).content.decode()
    assert "1 项使用申请待您答复" in page
    assert "待您答复" not in as_("staff").get(reverse("resource_list")).content.decode()
    assert tasks(world.staff, world.root) == []
    # Whoever looks for a free day is told that somebody asked for it.
    page = as_("secretary_c").get(reverse("resource_list"), {"day": day.isoformat()}).content.decode()
    assert "三楼会议室" in page and "当天有人申请" in page
    page = as_("secretary_c").get(reverse("resource_detail", args=[use.resource_id])).content.decode()
    assert "未来 30 天内有 1 天有人申请、待答复" in page and "都空闲" not in page
    Appointment.objects.filter(organisation=world.branch_a).update(ends=day - timedelta(days=400))
    assert "1 项使用申请待您答复" in as_("staff").get(reverse("resource_list")).content.decode()
    assert [one.title for one in tasks(world.staff, world.root)] == ["乙处党支部申请使用“三楼会议室”"]


def test_the_office_answers_for_what_the_committee_shares(world):
    one = room(world.committee, world.staff)
    record = planned(world.branch_b, world.secretary_b)
    use_ask(by=world.secretary_b, activity=record, resource=one)
    assert len(tasks(world.staff, world.root)) == 1


def test_nobody_answers_what_he_asked_himself(world):
    one = room(world.branch_a, world.secretary_a)
    use = use_ask(by=world.staff, activity=planned(world.branch_b, world.staff), resource=one)
    with pytest.raises(Conflict, match="本人登记的事项由他人审定。"):
        use_answer(by=world.staff, use=use, agree=True)


def test_who_asked_or_stands_elsewhere_does_not_answer(world, as_):
    use = asked(world)
    with pytest.raises(Http404):
        use_answer(by=world.secretary_c, use=use, agree=True)
    url = reverse("resource_use_agree", args=[use.pk])
    assert as_("secretary_b").post(url).status_code == 403
    assert as_("secretary_c").post(url).status_code == 404
    assert as_("secretary_a").post(url).status_code == 302
    assert ResourceUse.objects.get().state == "agreed"


def test_declined_needs_a_reason_and_may_be_asked_for_again(world):
    use = asked(world)
    with pytest.raises(ValidationError) as refused:
        use_answer(by=world.secretary_a, use=use, agree=False)
    assert refused.value.message_dict == {"reason": ["请写明谢绝的原因。"]}
    with pytest.raises(ValidationError):
        use_answer(by=world.secretary_a, use=use, agree=False, reason="长" * 121)
    use_answer(by=world.secretary_a, use=use, agree=False, reason="正在维修")
    (chip,) = tied(world.secretary_b, use.activity)
    assert chip.standing == "甲处党支部谢绝：正在维修"
    again = use_ask(by=world.secretary_b, activity=use.activity, resource=use.resource)
    assert again.pk != use.pk and again.state == "asked" and ResourceUse.objects.active().get() == again


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        (time(14), time(16), False),
        (time(15, 59), time(18), False),
        (time(16), time(18), True),
        (time(9), time(14), True),
        (None, None, False),
        (time(13), None, False),
        (time(16), None, True),
    ],
)
def test_of_two_at_one_time_the_second_is_refused(world, start, end, free):
    use = asked(world)
    use_answer(by=world.secretary_a, use=use, agree=True)
    record = planned(world.branch_c, world.secretary_c, start=start, end=end)
    if free:
        assert use_ask(by=world.secretary_c, activity=record, resource=use.resource).state == "asked"
        return
    with pytest.raises(ValidationError) as refused:
        use_ask(by=world.secretary_c, activity=record, resource=use.resource)
    assert refused.value.message_dict == {"resource": ["三楼会议室当天 14:00—16:00 已由乙处党支部使用。"]}


def test_of_two_who_asked_for_one_time_one_is_agreed_to(world):
    first = asked(world)
    record = planned(world.branch_c, world.secretary_c)
    second = use_ask(by=world.secretary_c, activity=record, resource=first.resource)
    use_answer(by=world.secretary_a, use=first, agree=True)
    with pytest.raises(ValidationError):
        use_answer(by=world.secretary_a, use=second, agree=True)
    activity_cancel(by=world.secretary_b, activity=first.activity, reason="改期")
    use_answer(by=world.secretary_a, use=second, agree=True)


def test_material_is_lent_to_several_at_once(world):
    one = room(world.branch_a, world.secretary_a, name="红色书箱", kind="material", capacity=None)
    for who, place in (("secretary_b", world.branch_b), ("secretary_c", world.branch_c)):
        by = world.user(who)
        use = use_ask(by=by, activity=planned(place, by), resource=one)
        use_answer(by=world.secretary_a, use=use, agree=True)
    assert [use.state for use in ResourceUse.objects.filter(resource=one)] == ["agreed", "agreed"]


def test_a_record_that_moved_to_another_day_has_not_got_it_there(world):
    use = asked(world)
    use_answer(by=world.secretary_a, use=use, agree=True)
    record, was = use.activity, use.day
    data = record_data(record)
    data.day = was + timedelta(days=1)
    record = activity_update(by=world.secretary_b, activity=record, data=data)
    (chip,) = tied(world.secretary_b, record)
    assert chip.standing == "活动日期已经改变，请撤下后重新申请"
    assert not ResourceUse.objects.holding().exists()
    again = use_ask(by=world.secretary_b, activity=record, resource=use.resource)
    assert again.state == "asked" and again.day == data.day


def test_the_last_word_is_taken_back_with_a_reason(world):
    use = asked(world)
    with pytest.raises(Http404):
        use_withdraw(by=world.secretary_c, use=use, reason="不该")
    use_withdraw(by=world.secretary_b, use=use, reason="改在本支部")
    assert tasks(world.secretary_a, world.branch_a) == []
    with pytest.raises(Conflict):
        use_answer(by=world.secretary_a, use=use, agree=True)


def test_what_is_not_open_to_the_branch_is_refused(world):
    one = room(world.branch_a, world.secretary_a, open_to="listed", guests=[world.branch_c])
    with pytest.raises(ValidationError) as refused:
        use_ask(by=world.secretary_b, activity=planned(world.branch_b, world.secretary_b), resource=one)
    assert "没有向本组织开放" in refused.value.messages[0]


def test_who_records_elsewhere_ties_nothing_to_a_foreign_record(world):
    one = room(world.branch_a, world.secretary_a)
    record = planned(world.branch_b, world.secretary_b)
    with pytest.raises(Http404):
        use_ask(by=world.secretary_c, activity=record, resource=one)
    with pytest.raises(Forbidden):
        use_ask(by=world.leader, activity=record, resource=one)


def test_use_of_a_returned_record_leaves_the_count(world):
    one = room(world.branch_a, world.secretary_a)
    record = held(world.branch_b, world.secretary_b, clock.today())
    use = use_ask(by=world.secretary_b, activity=record, resource=one)
    use_answer(by=world.secretary_a, use=use, agree=True)
    assert not ResourceUse.objects.counting().exists(), "a draft has not happened"
    activity_submit(by=world.secretary_b, activity=record)
    assert list(ResourceUse.objects.counting()) == [use]
    activity_return(by=world.staff, activity=record, reason="不全")
    assert not ResourceUse.objects.counting().exists()


def slot(as_, world, **said):
    data = {"organisation": world.branch_b.pk, "kinds": ["theme_day"], "day": "2026-11-20", "title": "交流", **said}
    return as_("secretary_b").post(reverse("record_belongs"), data, headers={"HX-Request": "true"}).content.decode()


def test_the_form_finds_the_place_by_name(as_, world):
    one, own = room(world.branch_a, world.secretary_a), room(world.branch_b, world.secretary_b, name="乙处活动室")
    page = slot(as_, world, place="机关三楼会议室")
    assert f'value="r{one.pk}"' in page and "使用：三楼会议室" in page and "须甲处党支部同意" in page
    assert "checked" not in page, "that another is asked is a person's click"
    page = slot(as_, world, place="乙处活动室")
    assert f'<input type="hidden" name="system" value="r{own.pk}">' in page and "checked" in page
    assert "使用：" not in slot(as_, world, place="四楼")


def test_a_room_that_is_too_small_or_taken_says_so(as_, world):
    room(world.branch_a, world.secretary_a, capacity=2)
    assert "容纳 2 人，应到 3 人。" in slot(as_, world, place="三楼会议室")
    use = use_ask(
        by=world.secretary_a,
        activity=planned(world.branch_a, world.secretary_a),
        resource=ResourceUse.resource.field.related_model.objects.get(),
    )
    assert use.state == "agreed"
    day = use.day.isoformat()
    page = slot(as_, world, place="三楼会议室", day=day, starts_at="15:00", ends_at="17:00")
    assert "当天 14:00—16:00 已由甲处党支部使用。" in page
    assert "已由" not in slot(as_, world, place="三楼会议室", day=day, starts_at="16:00", ends_at="17:00")


def test_asked_by_the_form_and_shown_on_the_record(as_, world):
    one = room(world.branch_a, world.secretary_a)
    record = planned(world.branch_b, world.secretary_b)
    client = as_("secretary_b")
    client.post(reverse("record_belongings", args=[record.pk]), {"belongs": [f"r{one.pk}"], "shown": [f"r{one.pk}"]})
    assert ResourceUse.objects.get().state == "asked"
    page = client.get(reverse("record_belongings", args=[record.pk])).content.decode()
    assert "待甲处党支部同意" in page
    client.post(reverse("record_belongings", args=[record.pk]), {"shown": [f"r{one.pk}"]})
    assert not ResourceUse.objects.active().exists()
    answer = client.post(reverse("record_belongings", args=[record.pk]), {"belongs": ["r999999"]})
    assert answer.status_code == 422


def test_suggestions_ask_the_same_number_of_statements_for_many(world, django_assert_max_num_queries):
    from members.activities.typed import draft_of

    for number in range(6):
        room(world.branch_a, world.secretary_a, name=f"会议室{number}")
    record = planned(world.branch_b, world.secretary_b)
    with django_assert_max_num_queries(12):
        assert len(suggest(draft_of(world.secretary_b, record))) == 6


@given(TIMES, TIMES, TIMES, TIMES)
def test_overlap_is_a_common_minute(start, end, other_start, other_end):
    def minutes(first, last):
        begin = first.hour * 60 + first.minute if first else 0
        finish = last.hour * 60 + last.minute if first and last else 24 * 60
        return set(range(begin, finish))

    spans = [(start, end), (other_start, other_end)]
    for first, last in spans:
        if first and last and last <= first:
            return
    assert overlap(*spans) == bool(minutes(*spans[0]) & minutes(*spans[1]))

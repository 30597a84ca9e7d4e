"""Bad input on the record form: a Chinese message at the field, the typed text kept, nothing written, never a 500."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry
from common import clock
from members.activities.entry_rules import HELD_AT
from members.activities.models import Activity, ActivityKindCode, ActivityState
from members.activities.services.corrections import correction_begin, correction_save
from members.activities.services.records import activity_create, record_data
from members.activities.services.states import activity_submit
from tests.members.activities.records import draft, filled, only

pytestmark = pytest.mark.django_db

LONG = "长" * 20_001
BIG = "9" * 30
HUGE = "9" * 5000

# (field, value, words of the message)
WRONG = [
    ("kinds", [], "请选择活动类型"),
    ("kinds", "no_such_kind", "没有这种活动类型"),
    ("kinds", HUGE, "没有这种活动类型"),
    ("title", "题" * 201, "200"),
    ("title", "有\x07铃", "控制字符"),
    ("title", "两行\n主题", "控制字符"),
    ("day", "", "请填写日期"),
    ("day", "2026-02-29", "请填写有效的日期"),
    ("day", "2026-13-01", "请填写有效的日期"),
    ("day", "昨天", "请填写有效的日期"),
    ("day", "0001-01-01", "1921年7月1日"),
    ("day", "1921-06-30", "1921年7月1日"),
    ("day", "9999-12-31", "日期最多到一年之后"),
    ("day", HUGE, "请填写有效的日期"),
    ("starts_at", "25:00", "请按 14:30 的样式填写时间"),
    ("starts_at", "下午", "请按 14:30 的样式填写时间"),
    ("ends_at", "24:00", "请按 16:30 的样式填写时间"),
    ("ends_at", "14:30", "结束时间应晚于开始时间"),
    ("ends_at", "09:00", "结束时间应晚于开始时间"),
    ("place", "地" * 101, "100"),
    ("content", LONG, "20000"),
    ("content", "\x1b[31m红", "控制字符"),
    ("recorder_name", "人" * 65, "64"),
    ("lecturer_name", "人" * 65, "64"),
    ("makes_up_for", "2026-10", "请选择列出的月份"),
    ("makes_up_for", "2031-01-01", "请选择列出的月份"),
    ("version", "-1", ""),
    ("version", BIG, ""),
    ("form_key", "not-a-key", ""),
    ("chair", BIG, "请在本组织人员中选择"),
    ("chair", "0", "请在本组织人员中选择"),
    ("hosts", BIG, "请在列出的党组织中选择"),
    ("hosts", "x", "请在列出的党组织中选择"),
    ("organisation", BIG, "请选择您负责记录的党组织"),
    ("organisation", "x", "请选择您负责记录的党组织"),
    ("organisation", HUGE, "请选择您负责记录的党组织"),
    ("att-999999", "present", "应到人员不符"),
    (f"att-{BIG}", "present", "应到人员不符"),
    ("att-x", "present", "应到人员不符"),
    ("res-TOTAL_FORMS", "x", ""),
    ("res-TOTAL_FORMS", BIG, ""),
]


@pytest.mark.parametrize(("field", "value", "words"), WRONG, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("do", ["submit", "save"])
def test_a_wrong_value_is_named_at_its_field_and_nothing_is_written(world, as_, field, value, words, do):
    data = filled(world.branch_a, content="写好的会议内容", do=do) | {field: value}
    before = AuditEntry.objects.count()
    answer = as_("secretary_a").post(reverse("activity_new"), data)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page
    assert field == "content" or "写好的会议内容" in page
    assert not Activity.objects.exists() and AuditEntry.objects.count() == before


@pytest.mark.parametrize(("field", "value", "words"), WRONG, ids=lambda value: str(value)[:20])
def test_autosave_and_the_fragments_answer_wrong_values_without_an_error_page(world, as_, field, value, words):
    client, data = as_("secretary_a"), filled(world.branch_a) | {field: value}
    assert client.post(reverse("activity_autosave"), data).status_code == 400
    for name in ("activity_tiles", "activity_checks"):
        assert client.post(reverse(name), data).status_code == (404 if field == "organisation" else 200)
    assert not Activity.objects.exists()


def test_nul_is_refused_before_the_form(world, as_):
    answer = as_("secretary_a").post(reverse("activity_new"), filled(world.branch_a, title="a\0b", do="submit"))
    assert answer.status_code in (400, 422) and not Activity.objects.exists()


@pytest.mark.parametrize("record", ["0", "-1", "x", BIG, HUGE, "1 OR 1=1"])
def test_a_record_number_typed_by_hand_is_a_record_that_does_not_exist(world, as_, record):
    data = filled(world.branch_a, record=record)
    for name in ("activity_new", "activity_autosave", "activity_tiles", "activity_checks"):
        assert as_("secretary_a").post(reverse(name), data).status_code == 404, name
    assert not Activity.objects.exists()


def test_ids_of_other_branches_get_the_answer_of_ids_that_do_not_exist(world, as_):
    client = as_("secretary_a")
    stranger = world.people("branch_b")[0]
    group = world.group_a1
    for field, foreign, absent in [
        ("organisation", world.branch_b.pk, 10**9),
        ("chair", stranger.pk, 10**9),
        ("hosts", world.committee.pk, 10**9),
        ("hosts", group.pk, 10**9),
        ("res-0-owner", stranger.pk, 10**9),
    ]:
        pages = []
        for value in (foreign, absent):
            data = filled(world.branch_a, do="submit") | {"res-TOTAL_FORMS": "1", "res-0-text": "决议", field: value}
            answer = client.post(reverse("activity_new"), data)
            assert answer.status_code == 422, field
            pages.append(
                answer.context["form"].errors.get_json_data() | {"rows": answer.context["form"].resolutions.errors}
            )
        assert pages[0] == pages[1], field
    for pk in (stranger.pk, 10**9):
        answer = client.post(reverse("activity_new"), filled(world.branch_a, do="submit") | {f"att-{pk}": "present"})
        assert answer.context["form"].errors["attendance_errors"] == [
            "考勤名单与所选类型、日期的应到人员不符，请核对。"
        ]
    assert not Activity.objects.exists()


def test_a_resolution_is_due_after_its_meeting_but_keeps_a_day_that_stood_there(world, as_):
    client, day = as_("secretary_a"), clock.today()
    rows = {"res-TOTAL_FORMS": "1", "res-0-text": "完成初审", "res-0-due": day.isoformat()}
    answer = client.post(reverse("activity_new"), filled(world.branch_a, do="submit") | rows)
    assert answer.status_code == 422 and "时限应晚于会议当天" in answer.content.decode()
    later = rows | {"res-0-due": (day + timedelta(days=1)).isoformat()}
    assert client.post(reverse("activity_new"), filled(world.branch_a, do="save") | later).status_code == 302
    record = Activity.objects.get()
    record.resolutions.update(due=day)
    data = filled(world.branch_a, form_key=None, version=record.version, do="save") | rows | {"res-INITIAL_FORMS": "1"}
    assert client.post(reverse("activity_edit", args=[record.pk]), data).status_code == 302


def test_state_author_and_organisation_are_no_form_fields(world, as_):
    record = draft(world.branch_a, world.secretary_a)
    data = filled(world.branch_a, organisation=world.group_a1.pk, form_key=None, version=record.version, do="save") | {
        "state": "accepted",
        "author": world.staff.pk,
        "reviewer": world.staff.pk,
        "origin": "import",
        "late": "1",
        "valid": "",
        "no_reviewer": "1",
        "written_expected": "99",
        "submitted_at": "2026-01-01",
        "uid": "00000000-0000-0000-0000-000000000000",
    }
    before = Activity.objects.values().get(pk=record.pk)
    assert as_("secretary_a").post(reverse("activity_edit", args=[record.pk]), data).status_code == 302
    after = Activity.objects.values().get(pk=record.pk)
    for name in ("state", "author_id", "organisation_id", "reviewer_id", "origin", "late", "valid", "uid"):
        assert after[name] == before[name], name
    assert after["written_expected"] is None and after["submitted_at"] is None


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "{{7*7}}{% debug %}", "' OR 1=1--", "=1+1", "😀𠮷", "C:\\x ../../x", "&amp; %_"],
)
def test_odd_text_is_kept_and_shown_as_typed(world, as_, text):
    client = as_("secretary_a")
    assert (
        client.post(reverse("activity_new"), filled(world.branch_a, title=text, content=text, do="submit")).status_code
        == 302
    )
    record = only()
    assert (record.title, record.content) == (text, text)
    page = client.get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "<script>alert" not in page
    assert text in _unescaped(page)
    review = as_("staff").get(reverse("review_detail", args=[record.pk])).content.decode()
    assert "<script>alert" not in review


def _unescaped(page):
    import html

    return html.unescape(page)


def test_invisible_characters_only_count_as_nothing(world, as_):
    data = filled(world.branch_a, title="\u200b\u3000", content="\u200b", do="submit")
    page = as_("secretary_a").post(reverse("activity_new"), data).content.decode()
    assert "请填写主题。" in page and "请填写议程与决议。" in page


@pytest.mark.parametrize(
    "query",
    [
        "kind=nothing",
        "organisation=x",
        "organisation=" + BIG,
        "period=2026-13",
        "period=x",
        "again=" + BIG,
        "again=-1",
        "kind=talk&kind=nothing",
        "organisation=" + HUGE,
    ],
)
def test_a_wrong_address_of_the_form_is_ignored_with_a_note(world, as_, query):
    answer = as_("secretary_a").get(f"{reverse('activity_new')}?{query}")
    assert answer.status_code == 200 and "已忽略" in answer.content.decode()


def test_the_form_takes_kind_organisation_and_period_from_the_address(world, as_):
    client = as_("secretary_a")
    page = client.get(
        reverse("activity_new"), {"organisation": world.branch_a.pk, "kind": "committee_meeting", "period": "2026-10"}
    )
    html = page.content.decode()
    assert page.context["form"].codes == ["committee_meeting"]
    assert page.context["form"].initial["title"] == "10月支委会" and page.context["form"].initial["day"] is None
    assert "甲三" in html and 'data-person="甲四"' not in html and "2026年10月已过" in html
    group = client.get(reverse("activity_new"), {"organisation": world.branch_a.pk, "kind": "group_meeting"})
    assert group.context["form"].organisation == world.group_a1
    record = draft(world.branch_a, world.secretary_a, title="上次的主题")
    again = client.get(reverse("activity_new"), {"organisation": world.branch_a.pk, "again": record.pk})
    assert again.context["form"].initial["title"] == "上次的主题"
    assert "传达文件并讨论" in again.content.decode()


def test_a_sisters_record_cannot_be_taken_over_through_the_address(world, as_):
    record = draft(world.branch_b, world.secretary_b, title="乙处的主题")
    page = as_("secretary_a").get(reverse("activity_new"), {"again": record.pk}).content.decode()
    assert "乙处的主题" not in page and "已忽略" in page


def test_exempt_members_are_preset_and_left_out_of_the_rate(world, as_):
    member = world.people("branch_a")[4]
    member.exempt_from = member.joined_on
    member.exempt_reason = "年老体弱"
    member.save()
    form = as_("secretary_a").get(reverse("activity_new"), {"kind": "assembly"}).context["form"]
    assert {tile["name"]: tile["value"] for tile in form.tiles()}["甲五"] == "exempt"


def test_the_forms_data_is_the_services_data_and_its_unsaved_record_is_never_saved(world):
    from django.http import QueryDict

    from members.activities.forms.record import ActivityForm, form_for

    data = QueryDict(mutable=True)
    for key, value in filled(world.branch_a, kinds=["assembly", "lecture"]).items():
        data.setlist(key, value if isinstance(value, list) else [value])
    form = form_for(world.secretary_a, data)
    assert isinstance(form, ActivityForm) and form.is_valid(), form.errors
    record = form.record_data()
    assert record.kinds == ["assembly", "lecture"] and len(record.attendance) == 6
    unsaved = form.unsaved()
    assert (unsaved.pk, unsaved.codes, unsaved.valid, unsaved.hours) == (None, ["assembly", "lecture"], True, 2)
    assert not Activity.objects.exists()
    data["day"] = "x"
    partial = form_for(world.secretary_a, data)
    assert partial.record_data().title == "学习讨论" and partial.unsaved().codes == ["assembly", "lecture"]


def test_the_address_of_a_saved_record_gives_its_form_as_saved(world):
    from django.http import QueryDict

    from members.activities.forms.record import form_for

    record = draft(world.branch_a, world.secretary_a, kinds=["assembly", "lecture"])
    form = form_for(world.secretary_a, QueryDict(f"record={record.pk}"))
    assert not form.is_bound and form.instance == record
    assert sorted(form.record_data().kinds) == ["assembly", "lecture"] and len(form.record_data().attendance) == 6
    assert form.quorums()["assembly"].present == 5


@pytest.mark.parametrize(
    ("who", "where", "kind", "others"),
    [
        ("secretary_a", "branch_a", "party_group_meeting", "theme_day"),
        ("leader_a1", "group_a1", "assembly", "group_meeting"),
        ("general_secretary", "general", "group_meeting", "assembly"),
        ("staff", "committee", "committee_meeting", "committee_plenary"),
        ("staff", "root", "org_life", "party_special"),
    ],
)
def test_only_kinds_that_its_level_holds_are_entered(world, as_, who, where, kind, others):
    place, label = world.places[where], ActivityKindCode(kind).label
    offered = as_(who).get(reverse("activity_new"), {"organisation": place.pk}).content.decode()
    assert f'name="kinds" value="{kind}"' not in offered and f'name="kinds" value="{others}"' in offered
    answer = as_(who).post(reverse("activity_new"), filled(place, (kind, others), do="submit"))
    assert answer.status_code == 422 and f"{label}不由" in answer.content.decode()
    assert not Activity.objects.exists()
    # No other door takes it either.
    record = draft(place, world.users[who], kinds=(others,))
    with pytest.raises(ValidationError, match=f"{label}不由"):
        activity_create(by=world.users[who], organisation=place, data=replace(record_data(record), kinds=[kind]))
    record.kinds.update(kind=kind)
    with pytest.raises(ValidationError, match=f"{label}不由"):
        activity_submit(by=world.users[who], activity=record)
    # What was accepted so, or imported, is corrected as it is.
    Activity.objects.filter(pk=record.pk).update(state=ActivityState.ACCEPTED)
    record.refresh_from_db()
    correction_begin(by=world.users[who], activity=record, reason="更正主题")
    changed = replace(record_data(record), title="更正后的主题")
    assert correction_save(by=world.users[who], activity=record, data=changed).title == "更正后的主题"


def test_every_kind_is_held_somewhere():
    assert set(HELD_AT) == set(ActivityKindCode) and all(HELD_AT.values())


def test_a_training_of_several_days_is_entered_shown_and_corrected_with_its_hours(world, as_):
    client = as_("secretary_a")
    day = date(2026, 5, 6)
    more = {"last_day": "2026-05-08", "hours_stated": "20.5", "starts_at": "", "ends_at": ""}
    data = filled(world.branch_a, kinds=["training"], day=day, do="submit") | more
    assert client.post(reverse("activity_new"), data).status_code == 302
    record = Activity.objects.get()
    assert (record.last_day, record.hours_stated, record.hours) == (date(2026, 5, 8), Decimal("20.5"), 20.5)
    page = client.get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "20.5" in page and "2026年5月8日" in page


@pytest.mark.parametrize(
    ("kinds", "more", "words"),
    [
        (["training"], {"last_day": "2026-05-06"}, "结束日期应晚于开始日期"),
        (["training"], {"last_day": "2026-06-06"}, "结束日期与开始日期相差超过 30 天，请分次登记。"),
        (["training"], {"hours_stated": "0"}, "培训学时应大于 0。"),
        (["training"], {"hours_stated": "25"}, "培训学时不能超过 1 天的 24 小时。"),
        (["training"], {"hours_stated": "2.55"}, "最多一位小数"),
    ],
)
def test_days_and_hours_of_a_training_that_cannot_be_are_named_at_their_fields(world, as_, kinds, more, words):
    data = filled(world.branch_a, kinds=kinds, day=date(2026, 5, 6), do="submit") | more
    answer = as_("secretary_a").post(reverse("activity_new"), data)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Activity.objects.exists()


def test_days_and_hours_left_in_the_fields_of_another_kind_are_not_kept(world, as_):
    more = {"last_day": "2026-05-08", "hours_stated": "20"}
    data = filled(world.branch_a, kinds=["theme_day"], day=date(2026, 5, 6), do="submit") | more
    assert as_("secretary_a").post(reverse("activity_new"), data).status_code == 302
    record = Activity.objects.get()
    assert (record.last_day, record.hours_stated) == (None, None)

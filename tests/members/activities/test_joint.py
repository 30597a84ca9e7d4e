"""Joint records: one record, each host confirms with its own attendance (decisions 10)."""

import pytest
from django.urls import reverse

from branches.audit.models import AuditEntry
from members.activities.forms import fields
from members.activities.models import Activity, ActivityHost, Attendance
from members.activities.selectors.counting import counting_records
from members.activities.views import record_form
from tests.members.activities.records import draft, filled, only, submitted

pytestmark = pytest.mark.django_db


def _attendance(world, place="branch_b", state="present"):
    return {f"att-{member.pk}": state for member in world.people(place)}


def _counted(world):
    day = only().day
    return {row.organisation for row in counting_records(day, day, ["theme_day"])}


def test_an_invited_branch_confirms_and_the_record_counts_there_from_then_on(world, as_):
    data = filled(world.branch_a, kinds=["theme_day"], hosts=[world.branch_b.pk], do="submit")
    assert as_("secretary_a").post(reverse("activity_new"), data).status_code == 302
    host = ActivityHost.objects.get()
    client = as_("secretary_b")
    listed = client.get(reverse("activity_list")).content.decode()
    assert "待确认的共同活动" in listed and "学习讨论" in listed
    assert _counted(world) == {world.branch_a.pk}
    url = reverse("activity_host_confirm", args=[host.pk])
    assert "乙二" in client.get(url).content.decode()
    before = AuditEntry.objects.count()
    assert client.post(url, _attendance(world)).status_code == 302
    assert AuditEntry.objects.count() == before + 1
    assert _counted(world) == {world.branch_a.pk, world.branch_b.pk}
    assert Attendance.objects.filter(organisation=world.branch_b, state="present").count() == 3
    assert "待确认的共同活动" not in client.get(reverse("activity_list")).content.decode()
    again = client.post(url, _attendance(world))
    assert again.status_code == 409 and Attendance.objects.filter(organisation=world.branch_b).count() == 3
    page = as_("secretary_a").get(reverse("activity_detail", args=[only().pk])).content.decode()
    assert "确认共同活动" in page and "乙一" in page


def test_only_the_hosts_own_people_confirm_it_and_all_of_them(world, as_):
    submitted(world.branch_a, world.secretary_a, kinds=["theme_day"], hosts=[world.branch_b])
    url = reverse("activity_host_confirm", args=[ActivityHost.objects.get().pk])
    for who, status in {"secretary_a": 404, "secretary_c": 404, "leader": 403, "outsider": 404}.items():
        assert as_(who).post(url, _attendance(world)).status_code == status, who
    client = as_("secretary_b")
    for data in (
        {},
        _attendance(world) | {f"att-{world.people('branch_a')[0].pk}": "present"},
        _attendance(world) | {"att-999999": "present"},
        _attendance(world, state="asleep"),
        _attendance(world, state="not_recorded"),
    ):
        answer = client.post(url, data)
        assert answer.status_code == 422, data
    assert ActivityHost.objects.get().confirmed_at is None
    assert not Attendance.objects.filter(organisation=world.branch_b).exists()


def test_a_draft_is_not_shown_to_those_it_will_invite(world, as_):
    record = draft(world.branch_a, world.secretary_a, kinds=["theme_day"], hosts=[world.branch_b])
    client = as_("secretary_b")
    assert client.get(reverse("activity_detail", args=[record.pk])).status_code == 404
    host = ActivityHost.objects.get()
    assert client.post(reverse("activity_host_confirm", args=[host.pk]), _attendance(world)).status_code == 404
    assert not Activity.objects.visible_to(world.secretary_b).exists()


def test_a_host_reads_the_record_but_does_not_change_it(world, as_):
    record = submitted(world.branch_a, world.secretary_a, kinds=["theme_day"], hosts=[world.branch_b])
    client = as_("secretary_b")
    assert client.get(reverse("activity_detail", args=[record.pk])).status_code == 200
    for name in ("activity_edit", "activity_withdraw", "activity_discard"):
        assert client.post(reverse(name, args=[record.pk]), {"do": "save"}).status_code in (403, 404), name
    assert only().version == record.version


def test_a_host_that_is_no_longer_invited_takes_its_attendance_with_it(world, as_):
    record = submitted(world.branch_a, world.secretary_a, kinds=["theme_day"], hosts=[world.branch_b])
    url = reverse("activity_host_confirm", args=[ActivityHost.objects.get().pk])
    as_("secretary_b").post(url, _attendance(world))
    as_("staff").post(
        reverse("activity_return", args=[record.pk]), {"reason": "乙处没有参加", "version": record.version}
    )
    record.refresh_from_db()
    data = filled(world.branch_a, kinds=["theme_day"], form_key=None, version=record.version, do="submit")
    assert as_("secretary_a").post(reverse("activity_edit", args=[record.pk]), data).status_code == 302
    assert not ActivityHost.objects.exists()
    assert set(Attendance.objects.values_list("organisation", flat=True)) == {world.branch_a.pk}


def test_only_branches_under_the_same_committee_can_be_invited(world, as_):
    form = as_("secretary_a").get(reverse("activity_new")).context["form"]
    assert {str(place) for place in form.fields["hosts"].places.values()} == {"乙处党支部", "丙中心党支部"}
    assert not as_("leader_a1").get(reverse("activity_new")).context["form"].fields["hosts"].places


@pytest.fixture
def many(monkeypatch):
    """So many branches that none is offered without being asked for."""
    monkeypatch.setattr(fields, "OFFERED", 0)
    monkeypatch.setattr(record_form, "OFFERED", 0)


def test_of_many_branches_one_is_found_by_name_or_initials_and_stays_chosen(world, as_, many):
    client, url = as_("secretary_a"), reverse("activity_hosts")
    other = f'value="{world.branch_b.pk}"'
    page = client.get(reverse("activity_new")).content.decode()
    assert 'name="host_q"' in page and 'name="hosts"' not in page

    def found(text, **more):
        return client.post(url, filled(world.branch_a, kinds=["theme_day"], host_q=text, **more)).content.decode()

    assert other in found("乙处") and other in found(world.branch_b.initials.upper())
    assert 'name="hosts"' not in found("") and "没有找到其他支部" in found("没有这个支部")
    # One's own branch is none to invite, and what is ticked stays whatever is searched for next.
    assert f'value="{world.branch_a.pk}"' not in found("甲处")
    assert f"{other} " in (kept := found("没有", hosts=[world.branch_b.pk])) and "checked" in kept
    assert Activity.objects.count() == 0


def test_without_script_the_search_is_a_step_that_keeps_what_was_typed(world, as_, many):
    client = as_("secretary_a")
    data = filled(world.branch_a, kinds=["theme_day"], title="共同学习一天", host_q="乙处", do="hosts")
    page = client.post(reverse("activity_new"), data)
    assert page.status_code == 200 and f'value="{world.branch_b.pk}"' in page.content.decode()
    assert "共同学习一天" in page.content.decode() and Activity.objects.count() == 0
    sent = filled(world.branch_a, kinds=["theme_day"], hosts=[world.branch_b.pk], do="submit")
    assert client.post(reverse("activity_new"), sent).status_code == 302
    assert ActivityHost.objects.get().organisation == world.branch_b


@pytest.mark.parametrize("host", ["0", str(2**63), "x", "９", "-1"])
def test_a_host_that_is_none_is_refused_beside_the_field(world, as_, many, host):
    sent = filled(world.branch_a, kinds=["theme_day"], hosts=[host], do="submit")
    answer = as_("secretary_a").post(reverse("activity_new"), sent)
    assert answer.status_code == 422 and "请在列出的党组织中选择。" in answer.content.decode()
    assert Activity.objects.count() == 0


def test_a_place_to_record_for_is_found_by_name(world, as_, many):
    client = as_("staff")
    link = f"organisation={world.branch_b.pk}"
    page = client.get(reverse("activity_new"))
    assert 'name="place_q"' in page.content.decode() and link not in page.content.decode()
    assert link in client.get(reverse("activity_new"), {"place_q": "乙处"}).content.decode()
    assert link in client.get(reverse("activity_new"), {"place_q": world.branch_b.initials}).content.decode()

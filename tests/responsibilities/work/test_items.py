"""Business work entered, changed and stopped through the pages: who may, what is refused, what stands afterwards."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from branches.access.services.appointments import appointment_make
from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.places import tree
from branches.places.models.organisations import Organisation
from common import clock
from common.operator import OPERATOR
from responsibilities.work.models import SyncStage, SyncState, WorkCarrier, WorkItem, WorkKind
from responsibilities.work.rights import Powers
from responsibilities.work.services.items import WorkData, stage_dates, work_update
from responsibilities.work.stages import sync_points
from tests.responsibilities.work.support import ago, department, form_of, happened, item_at
from tests.world import FOUNDED

pytestmark = pytest.mark.django_db


def saved(client, **changes):
    return client.post("/sync/new/", form_of(**changes))


def errors(answer):
    """Return all messages of the form, joined."""
    assert answer.status_code == 422
    return " ".join(sentence for rows in answer.context["form"].errors.values() for sentence in rows)


def test_an_item_is_entered_with_its_carriers_and_four_stages(world, as_):
    lead = department("能源处", world.branch_a)
    answer = saved(
        as_("staff"),
        organisation=world.committee.pk,
        lead=lead.pk,
        leader=world.leader.pk,
        carriers=[world.branch_b.pk, world.branch_a.pk],
        planned_study=f"{clock.today().year}-03-01",
    )
    item = WorkItem.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/sync/{item.pk}/"
    carriers = list(item.carriers.values_list("organisation", "leads"))
    assert carriers == [(world.branch_a.pk, True), (world.branch_b.pk, False)], (
        "the branch covering the department leads"
    )
    assert [row.stage for row in item.stages.all()] == ["study", "arrangement", "implementation", "assessment"]
    assert (item.leader, item.leader_name) == (world.leader, world.leader.name)
    assert AuditEntry.objects.filter(verb="work.create", object_id=item.pk).count() == 1
    marked = ChangeMark.objects.filter(subject="work").values_list("organisation", flat=True)
    assert set(marked) == {world.branch_a.pk, world.branch_b.pk}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends": "2020-01-01"}, "完成日期不能早于开始日期。"),
        ({"starts": "1919-05-04"}, "日期应在 1921年7月1日之后。"),
        (
            {"planned_study": "2026-05-02", "planned_arrangement": "2026-05-01"},
            "计划日期应按研究、安排、实施、考核的先后",
        ),
        ({"name": ""}, "请填写名称。"),
        ({"leader": "9999999"}, "请在列出的项目中选择。"),
        ({"lead": "9999999"}, "请在列出的项目中选择。"),
        ({"carriers": ["9999999"]}, "请在列出的党组织中选择。"),
    ],
)
def test_bad_input_is_one_sentence_beside_the_field_and_writes_nothing(world, as_, changes, sentence):
    answer = saved(as_("staff"), organisation=world.committee.pk, **changes)
    assert sentence in errors(answer)
    assert "市政府工作报告" in answer.content.decode(), "what was typed is kept"
    assert not WorkItem.objects.exists()


def test_all_contradictions_of_dates_are_said_together_each_beside_its_field(world, as_):
    year = clock.today().year
    dates = {"study": "09-03", "arrangement": "09-01", "implementation": "10-01", "assessment": "08-20"}
    planned = {f"planned_{stage}": f"{year}-{day}" for stage, day in dates.items()}
    answer = saved(as_("staff"), organisation=world.committee.pk, name="", ends="2020-01-01", **planned)
    assert answer.status_code == 422
    said = {name: " ".join(rows) for name, rows in answer.context["form"].errors.items()}
    assert set(said) == {"name", "ends", "planned_arrangement", "planned_assessment"}
    assert "安排（9月1日）早于研究（9月3日）" in said["planned_arrangement"]
    assert "考核（8月20日）早于实施（10月1日）" in said["planned_assessment"]


def test_an_archived_branch_carries_nothing(world, as_):
    tree.organisation_archive(by=OPERATOR, organisation=world.branch_c)
    answer = saved(as_("staff"), organisation=world.committee.pk, carriers=[world.branch_c.pk])
    assert "请在列出的党组织中选择。" in errors(answer)
    archived = Organisation.objects.get(pk=world.branch_c.pk)
    with pytest.raises(Exception, match="已撤销，不能承办"):
        item_at(world.committee, [archived])


def test_a_branch_enters_its_own_work_and_no_other(world, as_):
    client = as_("secretary_a")
    assert saved(client, organisation=world.branch_a.pk, kind="branch", carriers=[world.branch_a.pk]).status_code == 302
    assert WorkItem.objects.get().organisation == world.branch_a
    assert saved(client, organisation=world.branch_a.pk, kind="city").status_code == 422
    assert saved(client, organisation=world.branch_b.pk, kind="branch").status_code == 422
    assert saved(client, organisation=world.committee.pk, kind="branch").status_code == 422
    foreign = saved(client, organisation=world.branch_a.pk, kind="branch", carriers=[world.branch_b.pk])
    assert "请在列出的党组织中选择。" in errors(foreign)
    assert WorkItem.objects.count() == 1


def test_the_discipline_committee_assigns_supervision_and_no_business_work(world, as_):
    item = item_at(world.committee, [world.branch_a])
    client = as_("discipline")
    assert client.get(f"/sync/{item.pk}/").status_code == 200
    assert client.get("/sync/new/").status_code == 403
    assert client.post(f"/sync/{item.pk}/edit/", form_of(item)).status_code == 403
    assert not Powers(world.discipline, {world.committee.pk}).arranges(world.committee.pk)
    # Also not where he is a branch secretary besides: both rights must be held at the same place, from one table.
    appointment_make(
        by=OPERATOR, user=world.discipline, role="branch_secretary", starts=FOUNDED, organisation=world.branch_b
    )
    powers = Powers(world.discipline, {world.committee.pk, world.branch_b.pk})
    assert not powers.arranges(world.committee.pk) and not powers.arranges(world.branch_b.pk)
    assert powers.speaks(world.branch_b.pk)


def test_a_leader_reads_his_fields_and_no_more(world, as_):
    place = {"by": OPERATOR, "role": "leader", "starts": FOUNDED, "organisation": world.branch_b}
    other = type(world.leader).objects.create(username="other_leader", name="另一位", password="!")
    appointment_make(user=other, **place)
    of_a, of_b = item_at(world.committee, [world.branch_a]), item_at(world.committee, [world.branch_b], name="价格监测")
    in_charge = item_at(world.committee, [world.branch_a], name="营商环境", leader=other)
    client = as_(other)
    assert client.get(f"/sync/{of_a.pk}/").status_code == 404
    assert client.get(f"/sync/{of_b.pk}/").status_code == 200
    assert client.get(f"/sync/{in_charge.pk}/").status_code == 200
    page = client.get("/sync/").content.decode()
    assert "价格监测" in page and "营商环境" in page and "能源保供" not in page
    mine = client.get(f"/sync/?leader={other.pk}").content.decode()
    assert "营商环境" in mine and "价格监测</b>" not in mine


def test_a_former_carrier_keeps_what_it_carried(world, as_):
    item = item_at(world.committee, [world.branch_a])
    WorkItem.objects.filter(pk=item.pk).update(created=clock.now() - timedelta(days=40))
    happened(item, "study", ago(30))
    answer = as_("staff").post(f"/sync/{item.pk}/edit/", form_of(item, name="能源保供", carriers=[world.branch_b.pk]))
    assert answer.status_code == 302
    former = WorkCarrier.objects.get(item=item, organisation=world.branch_a)
    assert (former.ended, former.leads) == (ago(1), True)
    assert WorkCarrier.objects.get(item=item, organisation=world.branch_b).leads
    points = {row.kind: row for row in sync_points([item.pk])}
    assert points["study"].carriers == [world.branch_a.pk, world.branch_b.pk]
    assert points["arrangement"].carriers == [world.branch_b.pk]
    marks = ChangeMark.objects.filter(subject="work").order_by("-pk")[:2]
    assert {mark.organisation_id for mark in marks} == {world.branch_a.pk, world.branch_b.pk}


def test_two_people_changing_one_item_are_told(world, as_):
    item = item_at(world.committee, [world.branch_a])
    client, data = as_("staff"), form_of(item, carriers=[world.branch_a.pk])
    assert client.post(f"/sync/{item.pk}/edit/", data).status_code == 302
    again = client.post(f"/sync/{item.pk}/edit/", data | {"name": "别的名称"})
    assert again.status_code == 409 and "别的名称" in again.content.decode()
    item.refresh_from_db()
    assert item.name == "重大项目集中开工"


def test_saving_without_a_change_writes_nothing(world):
    item = item_at(world.committee, [world.branch_a])
    entries, marks = AuditEntry.objects.count(), ChangeMark.objects.count()
    data = WorkData(name=item.name, kind=item.kind, starts=item.starts, ends=item.ends, carriers=[world.branch_a])
    work_update(by=OPERATOR, item=item, data=data)
    assert (AuditEntry.objects.count(), ChangeMark.objects.count()) == (entries, marks)


def test_the_covering_branch_is_suggested_before_anything_is_written(world, as_):
    department("法规处", world.branch_a)
    lead = department("价格处", world.branch_b)
    answer = as_("staff").post("/sync/new/", form_of(organisation=world.committee.pk, lead=lead.pk, do="suggest"))
    assert answer.status_code == 200 and not WorkItem.objects.exists()
    assert answer.context["form"]["carriers"].value() == [world.branch_b.pk]
    assert "重大项目集中开工" in answer.content.decode()


def test_a_stopped_item_owes_nothing_that_has_not_happened(world, as_):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(30))
    client = as_("staff")
    assert client.post(f"/sync/{item.pk}/stop/", {"day": ago(-1).isoformat(), "reason": "并入"}).status_code == 422
    assert client.post(f"/sync/{item.pk}/stop/", {"day": ago(0).isoformat(), "reason": " "}).status_code == 422
    assert (
        client.post(f"/sync/{item.pk}/stop/", {"day": ago(0).isoformat(), "reason": "任务并入其他专项"}).status_code
        == 302
    )
    states = [row.state for row in sync_points([item.pk])]
    assert states == [SyncState.MISSING] + [SyncState.ENDED] * 3
    assert client.post(f"/sync/{item.pk}/stop/", {"day": ago(0).isoformat(), "reason": "再次"}).status_code == 409


def test_the_service_asks_for_the_right_again(world):
    item = item_at(world.committee, [world.branch_a])
    data = WorkData(name="改名", kind=item.kind, starts=item.starts, ends=item.ends)
    for who, refused in (("secretary_a", PermissionDenied), ("discipline", PermissionDenied), ("secretary_b", Http404)):
        with pytest.raises(refused):
            work_update(by=world.user(who), item=item, data=data)
    item.refresh_from_db()
    assert item.name == "能源保供"


def test_a_branch_that_was_dissolved_keeps_what_it_carried_and_owes_no_later_stage(world, as_):
    item = item_at(world.committee, [world.branch_c, world.branch_a], planned={"assessment": ago(-5)})
    happened(item, "study", ago(60))
    tree.organisation_archive(by=OPERATOR, organisation=world.branch_c, on=ago(30))
    carriers = {point.kind: point.carriers for point in sync_points([item.pk])}
    assert carriers["study"] == [world.branch_c.pk, world.branch_a.pk]
    assert carriers["assessment"] == [world.branch_a.pk]
    # The item can still be edited, and nobody else is given the dissolved branch.
    url, kept = (
        f"/sync/{item.pk}/edit/",
        {"carriers": [world.branch_c.pk, world.branch_a.pk], "leading": world.branch_c.pk},
    )
    years = {"starts": item.starts.isoformat(), "ends": item.ends.isoformat()}
    assert as_("staff").post(url, form_of(item, name="能源保供二期", **kept, **years)).status_code == 302
    other = item_at(world.committee, [world.branch_a], name="另一项")
    answer = as_("staff").post(f"/sync/{other.pk}/edit/", form_of(other, **kept, **years))
    assert answer.status_code == 422
    assert [row.organisation for row in other.carriers.all()] == [world.branch_a]


def test_another_branch_leads_and_only_one_does(world):
    item = item_at(world.committee, [world.branch_a, world.branch_b])
    other = item_at(world.committee, [world.branch_b])
    data = WorkData(name=item.name, kind=item.kind, starts=item.starts, ends=item.ends)
    data.carriers = [world.branch_b, world.branch_a, world.branch_c]
    work_update(by=OPERATOR, item=item, version=item.version, data=data)
    assert dict(item.carriers.values_list("organisation", "leads")) == {
        world.branch_a.pk: False,
        world.branch_b.pk: True,
        world.branch_c.pk: False,
    }
    data.carriers = [world.branch_b]
    item.refresh_from_db()
    work_update(by=OPERATOR, item=item, version=item.version, data=data)
    assert dict(item.carriers.values_list("organisation", "leads")) == {world.branch_b.pk: True}
    assert other.carriers.get().leads


def test_a_dissolved_branch_that_no_longer_carries_it_is_not_given_it_again(world):
    item = item_at(world.committee, [world.branch_c, world.branch_a])
    WorkItem.objects.filter(pk=item.pk).update(created=item.created - timedelta(days=9))
    data = WorkData(name=item.name, kind=item.kind, starts=item.starts, ends=item.ends, carriers=[world.branch_a])
    work_update(by=world.staff, item=item, data=data)
    tree.organisation_archive(by=OPERATOR, organisation=world.branch_c)
    data.carriers = [world.branch_a, Organisation.objects.get(pk=world.branch_c.pk)]
    item.refresh_from_db()
    with pytest.raises(ValidationError, match="已撤销，不能承办"):
        work_update(by=world.staff, item=item, data=data)


def test_a_carrier_out_of_reach_may_stay_and_is_not_taken_back(world):
    item = item_at(world.branch_a, [world.branch_a], by=world.secretary_a, kind=WorkKind.BRANCH)
    other = WorkCarrier.objects.create(item=item, organisation=world.branch_b)

    def kept(name):
        both = [world.branch_a, world.branch_b]
        return WorkData(name, WorkKind.BRANCH, item.starts, item.ends, carriers=both, planned={})

    work_update(by=world.secretary_a, item=WorkItem.objects.get(pk=item.pk), data=kept("接访下沉"))
    WorkCarrier.objects.filter(pk=other.pk).update(ended=ago(1))
    with pytest.raises(ValidationError) as refused:
        work_update(by=world.secretary_a, item=WorkItem.objects.get(pk=item.pk), data=kept("再改"))
    assert "carriers" in refused.value.message_dict


def test_the_dates_of_an_item_are_its_own(world):
    first, other = (item_at(world.committee, [world.branch_a], name=name) for name in ("能源保供", "价格监测"))
    SyncStage.objects.filter(item=first, stage="study").update(planned_on=date(2026, 3, 1))
    SyncStage.objects.filter(item=other, stage="study").update(planned_on=date(2026, 9, 9))
    assert stage_dates(first, "planned_on")["study"] == [date(2026, 3, 1)]

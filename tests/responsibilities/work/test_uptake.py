"""Work that a branch registers itself weighs once somebody above has taken it in: nothing is won or lost by one's own word."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse

from assessments.home.selectors.cadre import cadre_record
from assessments.home.selectors.leader import in_charge
from assessments.results.services import settled
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.reach.access import Forbidden
from branches.reach.models import Appointment
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity
from members.activities.services.states import activity_accept, activity_submit
from responsibilities.measures import sync_shares
from responsibilities.work.models import SyncStage, SyncState, Uptake, WorkItem, WorkKind
from responsibilities.work.selectors.rates import total
from responsibilities.work.selectors.waiting import pending_in
from responsibilities.work.services.items import WorkData, work_create, work_stop, work_update
from responsibilities.work.services.stages import MilestoneData, StageData, stage_update
from responsibilities.work.services.uptake import work_decline, work_take_in
from responsibilities.work.stages import STAGES, Closure, closure, sync_points
from tests.members.activities.records import draft, submitted
from tests.responsibilities.work.support import ago, happened, item_at, linked

pytestmark = pytest.mark.django_db


def own(world, *, days=20, **changes):
    """Return work that branch A registered itself, all four stages of which happened, as it is on the same day."""
    item = item_at(world.branch_a, [world.branch_a], by=world.secretary_a, kind=WorkKind.BRANCH, **changes)
    for kind in ("study", "arrangement", "implementation", "assessment"):
        happened(item, kind, ago(days), by=world.secretary_a)
    return item


def weight(item):
    """Return (due stages, synchronised ones) as rates and facts count them; both must say the same."""
    points = sync_points([item.pk])
    rate = total(points)
    stages = [f"sync.{kind}" for kind in STAGES]
    shares = [row for row in sync_shares(clock.today(), items=[item.pk]) if row.measure in stages]
    assert (len(shares), sum(row.numerator for row in shares)) == (rate.due, rate.synchronised)
    return rate.due, rate.synchronised


def test_what_a_branch_registers_itself_wins_and_loses_nothing_until_it_is_taken_in(world):
    item = own(world)
    record = draft(world.branch_a, world.secretary_a, day=ago(20), content="研究能源保供")
    linked(item, "study", record, by=world.secretary_a, sentence="研究能源保供", confirmed=False)
    activity_submit(by=world.secretary_a, activity=record)
    activity_accept(by=world.staff, activity=Activity.objects.get(pk=record.pk))
    assert item.uptake == Uptake.WAITING and weight(item) == (0, 0)
    assert closure(sync_points([item.pk])) == Closure.NOT_YET
    item = work_take_in(by=world.staff, item=item)
    # From the first stage on: what is proved counts, and what is missing is missing.
    assert weight(item) == (4, 1) and closure(sync_points([item.pk])) == Closure.OPEN
    item = work_decline(by=world.committee_secretary, item=item, reason="是日常工作")
    assert weight(item) == (0, 0)
    assert {row.reason for row in sync_points([item.pk])} == {"自行登记的业务，上级不纳入：是日常工作"}


@pytest.mark.parametrize("who", ["staff", "committee_secretary"])
def test_what_is_arranged_above_weighs_at_once(world, who):
    for place in (world.committee, world.branch_a):
        assert item_at(place, [world.branch_a], by=getattr(world, who), kind=WorkKind.BRANCH).uptake == Uptake.ARRANGED
    assert item_at(world.branch_a, [world.branch_a], by=OPERATOR).uptake == Uptake.ARRANGED


def test_who_also_holds_a_post_at_the_branch_neither_arranges_it_from_above_nor_takes_it_in(world):
    Appointment.objects.create(user=world.staff, organisation=world.branch_a, role="branch_secretary", starts=ago(90))
    mine = item_at(world.branch_a, [world.branch_a], by=world.staff, kind=WorkKind.BRANCH)
    assert mine.uptake == Uptake.WAITING
    for item in (mine, own(world)):
        with pytest.raises(Forbidden):
            work_take_in(by=world.staff, item=item)
    assert work_take_in(by=world.committee_secretary, item=mine).weighs


@pytest.mark.parametrize(
    ("who", "error"), [("secretary_a", Forbidden), ("secretary_b", Http404), ("general_secretary", Http404)]
)
def test_nobody_else_decides(world, who, error):
    item = own(world)
    with pytest.raises(error):
        work_take_in(by=getattr(world, who), item=item)
    with pytest.raises(error):
        work_decline(by=getattr(world, who), item=item, reason="不算")
    assert WorkItem.objects.get().uptake == Uptake.WAITING


def test_the_work_of_a_general_branch_is_decided_above_it_even_where_others_carry_it(world):
    item = item_at(world.general, [world.branch_c], by=world.general_secretary, kind=WorkKind.BRANCH)
    assert item.uptake == Uptake.WAITING
    with pytest.raises(Forbidden):
        work_take_in(by=world.general_secretary, item=item)
    assert work_take_in(by=world.staff, item=item).weighs


def test_the_database_knows_that_nobody_takes_in_his_own_and_nothing_is_declined_without_a_reason(world):
    item = own(world)
    for values in ({"uptake_by": world.secretary_a}, {"uptake": "declined"}, {"uptake": "perhaps"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkItem.objects.filter(pk=item.pk).update(**values)


def test_once_taken_in_the_branch_makes_no_other_work_of_it(world):
    item = work_take_in(by=world.staff, item=own(world))

    def said(name, *carriers):
        return WorkData(name, WorkKind.BRANCH, item.starts, item.ends, carriers=[*carriers], note="按季度推进")

    with pytest.raises(ValidationError) as refused:
        work_update(by=world.secretary_a, item=item, data=said("写一份总结", world.branch_a))
    assert "机关党委" in refused.value.message_dict["name"][0]
    study = item.stages.get(stage="study")
    more = StageData(milestones=[MilestoneData(None, "第一批", ago(9), None)], happened=study.happened_on)
    with pytest.raises(ValidationError, match="节点由"):
        stage_update(by=world.secretary_a, stage=study, data=more)
    with pytest.raises(ValidationError, match="终止由"):
        work_stop(by=world.secretary_a, item=item, reason="不做了")
    work_update(by=world.secretary_a, item=item, data=said(item.name, world.branch_a))
    work_update(by=world.staff, item=WorkItem.objects.get(), data=said("能源保供（二期）", world.branch_a))
    assert WorkItem.objects.get().name == "能源保供（二期）" and WorkItem.objects.get().note == "按季度推进"
    assert SyncStage.objects.get(pk=study.pk).milestones.count() == 0


def test_before_that_it_is_the_branchs_to_change(world):
    item = own(world)
    data = WorkData("接访下沉", WorkKind.BRANCH, item.starts, item.ends, carriers=[world.branch_a])
    assert work_update(by=world.secretary_a, item=item, data=data).name == "接访下沉"


def test_each_decision_is_audited_once_told_to_the_branch_and_refused_twice(world):
    item = own(world)
    before = AuditEntry.objects.count()
    work_take_in(by=world.staff, item=item)
    (entry,) = AuditEntry.objects.order_by("pk")[before:]
    assert entry.verb == "work.take_in" and entry.actor_name == world.staff.name
    assert Notice.objects.get(recipient=world.secretary_a, about=f"work/{item.pk}").text == "“能源保供”已纳入四同步考核"
    with pytest.raises(Conflict):
        work_take_in(by=world.committee_secretary, item=item)
    with pytest.raises(Conflict):
        work_decline(by=world.committee_secretary, item=item, reason="不算", seen="another")
    with pytest.raises(ValidationError):
        work_decline(by=world.committee_secretary, item=item, reason=" ")


def test_a_result_is_not_frozen_before_somebody_has_decided(world):
    item = own(world, days=0)
    period = Period.containing("quarter", clock.today())
    record = submitted(world.branch_a, world.secretary_a, day=ago(0), content="研究能源保供")
    linked(item, "study", record, by=world.secretary_a, sentence="研究能源保供", confirmed=False)
    assert pending_in(period) == [], "its links wait for the item, not for themselves"
    with pytest.raises(ValidationError, match="“能源保供” 1 项自行登记的业务待决定是否纳入"):
        settled(period)
    settled(period.previous().previous())
    work_decline(by=world.staff, item=item, reason="是日常工作")
    settled(period)


def test_a_branch_registers_it_and_the_office_decides_on_the_pages(world, as_):
    secretary, staff = as_("secretary_a"), as_("staff")
    page = secretary.get(reverse("work_new")).content.decode()
    assert "自行登记的业务，上级纳入后计入四同步。" in page
    dates = {"starts": f"{clock.today().year}-01-01", "ends": f"{clock.today().year}-12-31"}
    sent = {
        "name": "窗口服务",
        "kind": "branch",
        "organisation": world.branch_a.pk,
        "carriers": [world.branch_a.pk],
        **dates,
    }
    page = secretary.post(reverse("work_new"), sent, follow=True).content.decode()
    item = WorkItem.objects.get()
    assert "上级纳入后计入四同步" in page and "待上级决定是否纳入" in page and "上级决定是否纳入四同步考核" in page
    assert reverse("work_take_in", args=[item.pk]) not in page
    for url in ("review_queue", "sync_board"):
        assert "支部自行登记的业务待决定 1 项" in staff.get(reverse(url)).content.decode()
    listed = staff.get(reverse("own_work")).content.decode()
    assert "1 项自行登记的业务待决定是否纳入" in listed and "窗口服务" in listed
    ticked = re.search(rf'value="({item.pk}:[0-9a-f]+)"', listed)[1]
    staff.post(reverse("own_work"), {"item": [ticked]})
    assert WorkItem.objects.get().uptake_by == world.staff
    assert "没有待决定的自行登记业务" in staff.get(reverse("own_work")).content.decode()
    page = staff.get(reverse("work_detail", args=[item.pk])).content.decode()
    assert "自行登记" in page and reverse("work_decline", args=[item.pk]) in page
    url = reverse("work_decline", args=[item.pk])
    assert staff.post(url, {"text": ""}).status_code == 422
    staff.post(url, {"text": "是日常工作"})
    done = staff.get(reverse("own_work"), {"show": "done"}).content.decode()
    assert "不纳入" in done and "是日常工作" in done
    assert "上级不纳入：是日常工作" in secretary.get(reverse("work_detail", args=[item.pk])).content.decode()


def test_what_was_registered_after_its_business_dates_is_decided_by_itself(world, as_):
    item, staff = own(world), as_("staff")
    assert "事后登记，请打开单独决定" in staff.get(reverse("own_work")).content.decode()
    page = staff.post(reverse("own_work"), {"item": [f"{item.pk}:"]}, follow=True).content.decode()
    assert "能源保供：事后登记，请打开单独决定" in page and not WorkItem.objects.get().weighs
    url = reverse("work_take_in", args=[item.pk])
    page = staff.get(url).content.decode()
    assert "属于事后登记" in page
    staff.post(url, {"seen": re.search('name="seen" value="([0-9a-f]+)"', page)[1]})
    assert WorkItem.objects.get().weighs


def test_what_was_seen_is_what_is_taken_in(world, as_):
    item, staff = own(world, days=0), as_("staff")
    for change in ("name", "date", "link"):
        for url in ("work_take_in", "work_decline"):
            page = staff.get(reverse(url, args=[item.pk])).content.decode()
            seen = re.search('name="seen" value="([0-9a-f]+)"', page)[1]
            if change == "name":
                WorkItem.objects.update(name=f"{WorkItem.objects.get().name}改")
            elif change == "date":
                SyncStage.objects.filter(stage="study").update(planned_on=ago(40 if url == "work_take_in" else 41))
            else:
                record = submitted(world.branch_a, world.secretary_a, day=ago(0), content="研究能源保供")
                linked(
                    item, "study", record, by=world.secretary_a, sentence=f"研究能源保供的分工{url}", confirmed=False
                )
            answer = staff.post(reverse(url, args=[item.pk]), {"seen": seen, "text": "是日常工作"})
            assert answer.status_code == 409, (change, url)
    assert WorkItem.objects.get().uptake == Uptake.WAITING


def test_the_estimate_names_what_is_left_out_with_the_reason(world, as_):
    first, second = own(world, days=0), own(world, days=0, name="资料归档")
    work_decline(by=world.staff, item=second, reason="是日常工作")
    page = as_("secretary_a").get(f"/organisations/{world.branch_a.pk}/estimate/").content.decode()
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "自行登记的业务 2 项不计分：能源保供（待上级纳入）、资料归档（上级不纳入）" in words
    assert f'href="/sync/{first.pk}/"' in page


def test_what_records_are_linked_to_is_not_renamed_and_who_decides_reads_the_links(world, as_):
    item = own(world, days=3)
    record = submitted(world.branch_a, world.secretary_a, day=ago(3), content="研究能源保供")
    linked(item, "study", record, by=world.secretary_a, sentence="研究能源保供")
    data = WorkData("安全生产", WorkKind.BRANCH, item.starts, item.ends, carriers=[world.branch_a])
    with pytest.raises(ValidationError, match="先撤下佐证"):
        work_update(by=world.secretary_a, item=item, data=data)
    page = as_("staff").get(reverse("work_take_in", args=[item.pk])).content.decode()
    assert "研究能源保供" in page and "同步研究" in page
    assert work_update(by=world.staff, item=item, data=data).name == "安全生产"


def test_a_date_before_the_registration_is_noted_after_the_decision_by_who_decides(world):
    item = item_at(world.branch_a, [world.branch_a], by=world.secretary_a, kind=WorkKind.BRANCH)
    work_take_in(by=world.staff, item=item)
    with pytest.raises(ValidationError, match="早于这项业务的登记日期"):
        happened(item, "study", ago(9), by=world.secretary_a)
    happened(item, "study", ago(9), by=world.staff)
    happened(item, "arrangement", ago(0), by=world.secretary_a)
    assert list(SyncStage.objects.filter(happened_on__isnull=False).values_list("stage", flat=True)) == [
        "study",
        "arrangement",
    ]


def test_a_declined_name_comes_back_with_its_reason_and_is_decided_by_itself(world, as_):
    work_decline(by=world.staff, item=own(world, days=0), reason="是日常工作")
    with pytest.raises(ValidationError):
        declined = WorkItem.objects.get()
        data = WorkData("岗位比武", WorkKind.BRANCH, declined.starts, declined.ends, carriers=[world.branch_a])
        work_update(by=world.secretary_a, item=declined, data=data)
    again = item_at(world.branch_a, [world.branch_a], by=world.secretary_a, kind=WorkKind.BRANCH)
    page = as_("staff").get(reverse("own_work")).content.decode()
    assert "同名业务曾不纳入（是日常工作）" in page
    as_("staff").post(reverse("own_work"), {"item": [f"{again.pk}:"]})
    assert not WorkItem.objects.get(pk=again.pk).weighs


def test_what_has_come_to_its_assessment_is_not_ended_out_of_the_rate_of_closure(world):
    item = own(world)
    for who in (world.secretary_a, world.staff):
        with pytest.raises(ValidationError, match="考核环节已经开展"):
            work_stop(by=who, item=item, reason="不做了")


def test_records_are_offered_and_linked_meanwhile(world, as_):
    item = own(world, days=3)
    record = submitted(world.branch_a, world.secretary_a, day=ago(3), content="研究能源保供怎样落实")
    stage = item.stages.get(stage="study")
    assert "学习讨论" in as_("secretary_a").get(reverse("evidence_pick", args=[stage.pk])).content.decode()
    assert (
        "不计入，自行登记的业务" in as_("secretary_a").get(reverse("evidence_pick", args=[stage.pk])).content.decode()
    )
    linked(item, "study", record, by=world.secretary_a)
    (point,) = [row for row in sync_points([item.pk]) if row.kind == "study"]
    assert point.state == SyncState.WAIVED and point.left_out and point.chip == "own_waiting"


def test_create_at_a_place_of_others_is_refused_as_before(world):
    with pytest.raises((Forbidden, Http404)):
        work_create(
            by=world.secretary_a,
            organisation=world.branch_b,
            data=WorkData("窗口服务", WorkKind.BRANCH, ago(10), ago(0), carriers=[world.branch_b]),
        )


def test_it_is_in_no_leaders_charge_and_in_no_cadres_record_before(world):
    item = own(world, leader=world.leader)

    def told():
        return len(in_charge(world.leader)[0]), len(cadre_record(world.secretary_a, clock.today().year)["work"])

    assert told() == (0, 0)
    work_take_in(by=world.staff, item=item)
    assert told() == (1, 1)

"""A leader supervises what is in his charge on the day, the Party group's secretary everything below (judgement 4.5)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from branches.access.services.appointments import appointment_end, appointment_make
from branches.notices.models import Notice
from branches.places.models.departments import Department
from branches.places.services.departments import coverage_end, coverage_set
from branches.reach.rights import ASSIGN
from common import clock
from common.operator import OPERATOR
from responsibilities.assigning import assigns_anywhere, assigns_work
from responsibilities.duties.rights import makes
from responsibilities.duties.services.portfolios import portfolio_end, portfolio_make
from responsibilities.portfolios.rights import places_supervised
from responsibilities.requirements.exemptions import exemption_make, may_exempt
from responsibilities.supervision.models import Supervision
from responsibilities.supervision.services.escalation import supervisions_escalate
from responsibilities.supervision.services.notices import supervision_issue
from responsibilities.work.models import WorkItem
from responsibilities.work.services.items import WorkData, work_create
from tests.responsibilities.duties.test_own_acts import own
from tests.responsibilities.duties.world import issued as lists_issued
from tests.responsibilities.supervision.test_story import FORM, at, in_days, state, text_of

pytestmark = pytest.mark.django_db


def contact(world, place="branch_a", starts=None):
    return portfolio_make(
        by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.places[place], starts=starts
    )


def in_charge_of(world, place="branch_b", name="综合处"):
    """A department in the leader's charge that this branch covers."""
    office = Department.objects.create(name=name)
    coverage_set(by=OPERATOR, department=office, organisation=world.places[place])
    portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, department=office)
    return office


def form(place):
    return FORM | {"recipient": f"o{place.pk}", "due": in_days(14)}


def raised(world, as_, place="branch_a"):
    assert as_("leader").post("/supervision/new/", form(world.places[place])).status_code == 302
    return Supervision.objects.latest("pk")


def issue(world, who, place):
    return supervision_issue(
        by=world.user(who),
        organisation=place,
        title="补齐党课记录",
        expected="补录。",
        due=clock.today() + timedelta(days=7),
    )


def supervised(world, who="leader"):
    return set(places_supervised(world.user(who)).values_list("short_name", flat=True))


def test_a_leader_is_offered_exactly_the_organisations_of_his_portfolio(world, as_):
    assert supervised(world) == set()
    contact(world)
    in_charge_of(world)
    assert supervised(world) == {"甲处党支部", "第一党小组", "第二党小组", "乙处党支部"}
    page = text_of(as_("leader").get("/supervision/new/"))
    offered = [place for place in world.places if f'value="o{world.places[place].pk}"' in page]
    assert sorted(offered) == ["branch_a", "branch_b", "group_a1", "group_a2"] and 'value="u' not in page
    assert "下达督查" in text_of(as_("leader").get("/supervision/"))


@pytest.mark.parametrize("place", ["branch_c", "general", "committee", "root"])
def test_an_organisation_outside_his_portfolio_is_refused_however_it_is_named(world, as_, place):
    contact(world)
    answer = as_("leader").post("/supervision/new/", form(world.places[place]))
    assert answer.status_code == 422 and "请从列表中选择承办组织或人员。" in text_of(answer)
    address = f"/supervision/new/?organisation={world.places[place].pk}"
    assert as_("leader").get(address).status_code == 403
    with pytest.raises(PermissionDenied):
        issue(world, "leader", world.places[place])
    assert not Supervision.objects.exists()


def test_a_colleague_is_not_supervised_by_a_leader(world, as_):
    contact(world)
    answer = as_("leader").post("/supervision/new/", form(world.root) | {"recipient": f"u{world.party_secretary.pk}"})
    assert answer.status_code == 422 and not Supervision.objects.exists()


def test_without_a_portfolio_there_is_no_page_and_no_button(world, as_):
    assert as_("leader").get("/supervision/new/").status_code == 404
    assert "下达督查" not in text_of(as_("leader").get("/supervision/"))
    with pytest.raises(PermissionDenied):
        issue(world, "leader", world.branch_a)


@pytest.mark.parametrize("how", ["portfolio", "coverage", "appointment"])
def test_what_ends_his_charge_ends_the_power_at_once(world, as_, how):
    with at(-30):
        row, office = contact(world, starts=clock.today()), in_charge_of(world)
    notice = raised(world, as_, "branch_a" if how == "portfolio" else "branch_b")
    yesterday = clock.today() - timedelta(days=1)
    if how == "portfolio":
        portfolio_end(by=OPERATOR, portfolio=row, ends=yesterday)
    elif how == "coverage":
        coverage_end(by=OPERATOR, department=office, ends=yesterday)
    else:
        appointment_end(by=OPERATOR, appointment=world.leader.appointments.get(), ends=yesterday, reason="调离")
    leader = as_("leader")
    for path, data in (("close", {"reason": "了结"}), ("prolong", {"due": in_days(30), "reason": "等待"})):
        answer = leader.post(f"/supervision/{notice.pk}/{path}/", data)
        # Whose last appointment ended is signed out.
        assert answer.status_code == 403 or answer.url.startswith("/login/")
    with pytest.raises((PermissionDenied, Http404)):
        issue(world, "leader", notice.organisation)
    assert state(notice) == "open"
    assert as_("staff").post(f"/supervision/{notice.pk}/close/", {"reason": "了结"}).status_code == 302


def test_his_charge_begins_on_its_day(world):
    contact(world, starts=clock.today() + timedelta(days=1))
    assert supervised(world) == set()
    with at(1):
        assert "甲处党支部" in supervised(world)


def test_a_reply_to_a_leader_is_reviewed_by_him(world, as_):
    contact(world)
    notice = raised(world, as_)
    assert notice.issued_from == world.root
    as_("secretary_a").post(f"/supervision/{notice.pk}/reply/", {"text": "已补录。"})
    assert Notice.objects.filter(recipient=world.leader, text__contains="已回复，请审核").exists()
    as_("leader").post(f"/supervision/{notice.pk}/review/", {"decision": "return", "reason": "没有附佐证"})
    assert state(notice) == "returned"
    as_("secretary_a").post(f"/supervision/{notice.pk}/reply/", {"text": "附上。"})
    as_("leader").post(f"/supervision/{notice.pk}/review/", {"decision": "accept"})
    assert state(notice) == "closed"


def test_a_leader_does_not_judge_what_others_raised(world, as_):
    contact(world)
    notice = issue(world, "discipline", world.branch_a)
    as_("secretary_a").post(f"/supervision/{notice.pk}/reply/", {"text": "已补录。"})
    for path, data in (("review", {"decision": "accept"}), ("close", {"reason": "了结"})):
        assert as_("leader").post(f"/supervision/{notice.pk}/{path}/", data).status_code == 403
    page = text_of(as_("leader").get(f"/supervision/{notice.pk}/"))
    assert f"/supervision/{notice.pk}/review/" not in page and state(notice) == "reported"


def test_a_leader_who_is_also_a_branch_secretary_neither_supervises_nor_judges_his_own(world, as_):
    contact(world)
    appointment_make(
        by=OPERATOR, user=world.leader, role="branch_secretary", starts=clock.today(), organisation=world.branch_a
    )
    answer = as_("leader").post("/supervision/new/", form(world.branch_a))
    assert answer.status_code == 422 and "不能督查自己负责的组织。" in text_of(answer)


def test_he_does_not_answer_what_he_raised_nor_review_his_own_reply(world, as_):
    contact(world)
    notice = raised(world, as_)
    assert as_("leader").post(f"/supervision/{notice.pk}/reply/", {"text": "代为回复"}).status_code == 403
    mine = issue(world, "staff", world.branch_a)
    Supervision.objects.filter(pk=mine.pk).update(holder=world.leader, organisation=world.root)
    as_("leader").post(f"/supervision/{mine.pk}/reply/", {"text": "已落实"})
    assert as_("leader").post(f"/supervision/{mine.pk}/review/", {"decision": "accept"}).status_code == 403


def test_what_is_overdue_goes_to_the_next_level_and_to_the_leader(world, as_):
    contact(world)
    notice = raised(world, as_)
    with at(20):
        assert supervisions_escalate() == 1
    told = Notice.objects.filter(about=f"supervision/{notice.pk}/overdue").values_list("recipient__username", flat=True)
    assert set(told) == {"leader", "committee_secretary"}


def test_a_supervision_on_an_item_of_his_proves_that_he_saw_to_it(world, as_):
    lists_issued(world)
    contact(world, starts=date(2026, 3, 1))
    today = clock.today()
    data = WorkData(
        name="能源保供",
        kind="agency",
        starts=date(today.year, 1, 1),
        ends=date(today.year, 12, 31),
        # The leading carrier lies outside his portfolio: the branch that lies within is proposed.
        carriers=[world.branch_b, world.branch_a],
        leader=world.leader,
        planned={"study": today - timedelta(days=40)},
    )
    item = work_create(by=OPERATOR, organisation=world.committee, data=data)
    stage = item.stages.get(stage="study")
    item.stages.filter(pk=stage.pk).update(happened_on=today - timedelta(days=40))
    assert own("ld-sync", item, holder=world.leader).done == 0
    address = f"/supervision/new/?subject=stage&about=stage/{stage.pk}"
    assert f"about=stage/{stage.pk}" in text_of(as_("leader").get(f"/sync/{item.pk}/"))
    page = text_of(as_("leader").get(address))
    assert f'value="o{world.branch_a.pk}" selected' in page and f'value="o{world.branch_b.pk}"' not in page
    assert as_("leader").post(address, form(world.branch_a)).status_code == 302
    slot = own("ld-sync", item, holder=world.leader)
    assert slot.done == 1 and slot.text == "督办1次"


def test_an_item_that_nobody_of_his_portfolio_carries_is_not_supervised_by_him(world, as_):
    contact(world)
    data = WorkData(
        name="能源保供",
        kind="agency",
        starts=date(2026, 1, 1),
        ends=date(2026, 12, 31),
        carriers=[world.branch_b],
        leader=world.leader,
        planned={},
    )
    item = work_create(by=OPERATOR, organisation=world.committee, data=data)
    stage = item.stages.get(stage="study")
    assert "subject=stage" not in text_of(as_("leader").get(f"/sync/{item.pk}/"))
    assert as_("leader").get(f"/supervision/new/?subject=stage&about=stage/{stage.pk}").status_code == 403


def test_a_requirement_of_his_contact_branch_offers_the_supervision_and_another_does_not(world, as_):
    contact(world)
    seen = {
        place: "subject=requirement"
        in text_of(as_("leader").get(f"/requirements/{world.places[place].pk}/life-theme-day/2026-09/"))
        for place in ("branch_a", "branch_b")
    }
    assert seen == {"branch_a": True, "branch_b": False}


def test_the_secretary_of_the_party_group_supervises_everything_below_and_its_leaders(world, as_):
    client = as_("party_secretary")
    for key in (f"o{world.branch_c.pk}", f"o{world.committee.pk}", f"u{world.leader.pk}"):
        answer = client.post("/supervision/new/", form(world.root) | {"recipient": key})
        assert answer.status_code == 302, text_of(answer)
    answer = client.post("/supervision/new/", form(world.root))
    assert answer.status_code == 422 and "不能督查自己负责的组织。" in text_of(answer)
    notice = Supervision.objects.get(organisation=world.branch_c)
    as_("secretary_c").post(f"/supervision/{notice.pk}/reply/", {"text": "已补录。"})
    assert client.post(f"/supervision/{notice.pk}/review/", {"decision": "accept"}).status_code == 302
    assert state(notice) == "closed"


@pytest.mark.parametrize("who", ["leader", "party_secretary", "discipline"])
def test_whoever_only_supervises_deploys_no_work(world, as_, who):
    contact(world)
    user, client = world.user(who), as_(who)
    assert not assigns_anywhere(user) and not assigns_work(user, world.branch_a)
    assert not may_exempt(user, world.branch_a) and not may_exempt(user, world.branch_a, ASSIGN)
    for address in ("/collects/new/", "/sync/new/", "/exemptions/new/"):
        assert client.get(address).status_code in (403, 404), address
    assert client.get("/duties/lists/make/").status_code in (403, 404)
    assert not makes(user, "branch", world.branch_a)
    with pytest.raises(PermissionDenied):
        exemption_make(
            by=user,
            organisations=[world.branch_a],
            rules=["life-theme-day"],
            first=date(2026, 9, 1),
            last=date(2026, 9, 30),
            reason="防汛",
        )
    with pytest.raises((PermissionDenied, Http404)):
        portfolio_make(by=user, organisation=world.root, leader=world.leader, contact=world.branch_b)
    assert not WorkItem.objects.exists()

"""Attempts to make a missing stage count with what does not belong to it: each is refused, marked, or waits for somebody else."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from common import clock
from members.activities.likeness import Likeness
from members.activities.models import Activity
from members.activities.services.corrections import correction_begin, correction_submit
from members.activities.services.hosts import host_confirm
from members.activities.services.records import activity_update, record_data
from members.activities.services.states import activity_accept, activity_return, activity_submit
from members.reviews.services import activities_accept
from responsibilities.work.models import Milestone, StageEvidence, SyncState, WorkCarrier
from responsibilities.work.selectors.waiting import Waiting, findings
from responsibilities.work.services.evidence import evidence_link, evidence_withdraw
from tests.members.activities.records import draft
from tests.responsibilities.work.support import ago, happened, item_at, point, record_on

pytestmark = pytest.mark.django_db
GOOD = "支部党员包保三座电厂，督促存煤到位"
ABOUT = "一、学习党章。二、研究能源保供分工，甲二牵头排查电厂存煤。"
ATTEMPTS = {}


def attempt(ends):
    """A way to cheat; ends: refused (no link stands), waits (it waits for somebody else), short (it stands and does not count)."""

    def keep(function):
        ATTEMPTS[function.__name__] = (function, ends)
        return function

    return keep


@pytest.fixture
def scene(world, as_, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    item = item_at(world.committee, [world.branch_a], name="能源保供与迎峰度冬")
    stage = happened(item, "study", ago(40))
    return SimpleNamespace(world=world, as_=as_, item=item, stage=stage, pick=f"/sync/stages/{stage.pk}/evidence/")


def own(s, day=38, *, accepted=True, **options):
    """A record of the carrying branch, accepted by its reviewer."""
    record = record_on(s.world.branch_a, s.world.secretary_a, ago(day), **options)
    return activity_accept(by=s.world.staff, activity=record) if accepted else record


def choose(s, record, sentence=GOOD, who="secretary_a", **more):
    return s.as_(who).post(s.pick, {"activity": record.pk, "sentence": sentence} | more)


@attempt("refused")
def one_click_on_an_unrelated_record(s):
    assert choose(s, own(s), sentence="").status_code == 422


@attempt("refused")
def blanks_for_a_sentence(s):
    assert choose(s, own(s), sentence="　 \n").status_code == 422


@attempt("refused")
def one_character_for_a_sentence(s):
    assert choose(s, own(s), sentence="好").status_code == 422


@attempt("refused")
def full_stops_for_a_sentence(s):
    assert choose(s, own(s), sentence="。。。。。。。。。。。。").status_code == 422


@attempt("refused")
def a_sentence_of_a_thousand_characters(s):
    assert choose(s, own(s), sentence="能源保供" * 250).status_code == 422


@attempt("waits")
def an_invented_sentence_for_an_unrelated_record(s):
    assert choose(s, own(s)).status_code == 302
    assert StageEvidence.objects.get().by_hand


@attempt("waits")
def a_sentence_of_the_record_about_something_else(s):
    choose(s, own(s, content="传达全市经济工作会议精神。"), sentence="传达全市经济工作会议精神。")
    assert StageEvidence.objects.get().by_hand, "it stands in the record, but speaks of something else"


@attempt("waits")
def the_name_of_the_work_as_a_sentence(s):
    choose(s, own(s), sentence="能源保供与迎峰度冬")
    assert StageEvidence.objects.get().by_hand


@attempt("waits")
def a_fitting_record_linked_after_its_acceptance(s):
    assert choose(s, own(s, content=ABOUT), sentence="").status_code == 302
    row = StageEvidence.objects.get()
    assert row.sentence == "二、研究能源保供分工，甲二牵头排查电厂存煤。" and not row.by_hand


@attempt("refused")
def a_meeting_below_its_quorum(s):
    absent = dict.fromkeys(s.world.people("branch_a")[1:], "absent")
    assert choose(s, own(s, states=absent, content=ABOUT)).status_code in (302, 422)


@attempt("refused")
def a_draft(s):
    record = draft(s.world.branch_a, s.world.secretary_a, day=ago(38), content=ABOUT)
    choose(s, record)


@attempt("refused")
def a_returned_record(s):
    record = own(s, accepted=False, content=ABOUT)
    activity_return(by=s.world.staff, activity=record, reason="补充")
    choose(s, record)


@attempt("refused")
def a_cancelled_record(s):
    record = own(s, content=ABOUT)
    Activity.objects.filter(pk=record.pk).update(state="cancelled", cancel_reason="没有开")
    choose(s, record)


@attempt("refused")
def a_record_that_the_branch_may_not_read(s):
    record = record_on(s.world.branch_b, s.world.secretary_b, ago(38), content=ABOUT)
    assert choose(s, record).status_code == 404


@attempt("refused")
def a_record_of_another_branch_chosen_by_the_staff(s):
    record = record_on(s.world.branch_b, s.world.secretary_b, ago(38), content=ABOUT)
    choose(s, record, who="staff")


@attempt("refused")
def a_joint_record_that_the_carrier_has_not_confirmed(s):
    record = record_on(
        s.world.branch_b, s.world.secretary_b, ago(38), kinds=("theme_day",), hosts=[s.world.branch_a], content=ABOUT
    )
    choose(s, record)


@attempt("refused")
def a_talk(s):
    record = draft(s.world.branch_a, s.world.secretary_a, kinds=("talk",), day=ago(38), content="")
    Activity.objects.filter(pk=record.pk).update(state="accepted")
    choose(s, record)


@attempt("refused")
def the_collection_of_dues(s):
    record = draft(s.world.branch_a, s.world.secretary_a, kinds=("dues",), day=ago(38), content="能源保供")
    Activity.objects.filter(pk=record.pk).update(state="accepted")
    choose(s, record)


@attempt("refused")
def an_election(s):
    record = draft(s.world.branch_a, s.world.secretary_a, kinds=("election",), day=ago(38), content="能源保供")
    Activity.objects.filter(pk=record.pk).update(state="accepted")
    choose(s, record)


@attempt("refused")
def an_appraisal_of_members_alone(s):
    record = draft(s.world.branch_a, s.world.secretary_a, kinds=("member_review",), day=ago(38), content="能源保供")
    Activity.objects.filter(pk=record.pk).update(state="accepted")
    choose(s, record)


@attempt("refused")
def a_record_of_a_branch_that_carried_the_work_only_before(s):
    WorkCarrier.objects.create(item=s.item, organisation=s.world.branch_b, ended=ago(60))
    record = record_on(s.world.branch_b, s.world.secretary_b, ago(38), content=ABOUT)
    choose(s, record, who="staff")


@attempt("short")
def a_record_of_the_year_before(s):
    record = own(s, day=40 + 200, content=ABOUT)
    assert choose(s, record).status_code == 302
    (proof,) = point(s.item).proofs
    assert proof.standing == "too_early" and proof.reason == "早于业务日期 200 天，过早"


@attempt("waits")
def the_linker_confirms_his_own_link(s):
    choose(s, own(s, content=ABOUT), who="staff")
    row = StageEvidence.objects.get()
    answer = s.as_("staff").post(f"/sync/evidence/{row.pk}/confirm/")
    assert answer.status_code == 409


@attempt("waits")
def the_secretary_confirms_for_his_own_branch(s):
    choose(s, own(s, content=ABOUT), who="officer_a")
    row = StageEvidence.objects.get()
    assert s.as_("secretary_a").post(f"/sync/evidence/{row.pk}/confirm/").status_code in (403, 404)


@attempt("waits")
def whoever_wrote_the_record_confirms_the_link(s):
    record = activity_submit(
        by=s.world.staff, activity=draft(s.world.branch_a, s.world.staff, day=ago(38), content=ABOUT)
    )
    activity_accept(by=s.world.committee_secretary, activity=record)
    choose(s, record)
    row = StageEvidence.objects.get()
    assert s.as_("staff").post(f"/sync/evidence/{row.pk}/confirm/").status_code == 409
    assert row.pk not in [one["row"].link.pk for one in s.as_("staff").get("/sync/evidence/").context["waiting"]]


@attempt("waits")
def own_links_among_several_that_are_confirmed_at_once(s):
    choose(s, own(s, content=ABOUT), who="staff")
    row = StageEvidence.objects.get()
    s.as_("staff").post("/sync/evidence/", {"link": [row.pk]})


@attempt("waits")
def an_invented_sentence_among_several_that_are_confirmed_at_once(s):
    choose(s, own(s))
    row = StageEvidence.objects.get()
    s.as_("staff").post("/sync/evidence/", {"link": [row.pk]})


@attempt("waits")
def one_record_for_two_works_with_the_same_sentence(s):
    other = item_at(s.world.committee, [s.world.branch_a], name="价格监测")
    stage = happened(other, "study", ago(40))
    record = own(s, content=ABOUT)
    choose(s, record)
    again = s.as_("secretary_a").post(
        f"/sync/stages/{stage.pk}/evidence/", {"activity": record.pk, "sentence": f"{GOOD}。"}
    )
    assert again.status_code == 422 and "这句话已用于另一项业务" in again.content.decode()
    assert point(other).state == SyncState.MISSING


@attempt("waits")
def a_sentence_copied_from_another_record(s):
    other = item_at(s.world.committee, [s.world.branch_a], name="价格监测")
    stage = happened(other, "study", ago(40))
    first, second = own(s), own(s, day=37)
    s.as_("secretary_a").post(f"/sync/stages/{stage.pk}/evidence/", {"activity": first.pk, "sentence": GOOD})
    choose(s, second)
    row = StageEvidence.objects.get(stage=s.stage)
    page = s.as_("staff").get(f"/sync/evidence/{row.pk}/").content.decode()
    assert "与“价格监测”研究的说明相同" in page and row.by_hand


@attempt("waits")
def a_paper_instead_of_a_record(s):
    data = {"title": "照片", "day": ago(39).isoformat(), "sentence": GOOD}
    file = SimpleUploadedFile("照片.txt", "现场。".encode())
    assert s.as_("secretary_a").post(s.pick.replace("evidence", "paper"), data | {"file": file}).status_code == 302


@attempt("refused")
def a_paper_without_a_sentence(s):
    data = {"title": "照片", "day": ago(39).isoformat(), "sentence": ""}
    file = SimpleUploadedFile("照片.txt", "现场。".encode())
    assert s.as_("secretary_a").post(s.pick.replace("evidence", "paper"), data | {"file": file}).status_code == 422


@attempt("waits")
def the_page_of_an_accepted_record_instead_of_the_picker(s):
    record = own(s, content=ABOUT)
    s.as_("secretary_a").post(f"/activities/{record.pk}/stages/", {"point": f"s{s.stage.pk}"})


@attempt("refused")
def a_milestone_of_other_work(s):
    other = item_at(s.world.committee, [s.world.branch_a], name="另一项")
    part = Milestone.objects.create(stage=other.stages.get(stage="study"), name="节点")
    assert choose(s, own(s, content=ABOUT), milestone=part.pk).status_code == 404


@attempt("waits")
def a_record_that_was_accepted_without_a_reviewer(s):
    record = draft(s.world.branch_a, s.world.secretary_a, day=ago(38), content=ABOUT)
    evidence_link(by=s.world.secretary_a, stage=s.stage, activity=record, recording=True)
    activity_submit(by=s.world.secretary_a, activity=record)
    Activity.objects.filter(pk=record.pk).update(state="accepted", no_reviewer=True)


@attempt("waits")
def the_reviewer_links_the_draft_that_he_accepts_himself(s):
    record = draft(s.world.branch_a, s.world.secretary_a, day=ago(38), content=ABOUT)
    evidence_link(by=s.world.staff, stage=s.stage, activity=record, recording=True)
    activity_submit(by=s.world.secretary_a, activity=record)
    activity_accept(by=s.world.staff, activity=record)


@attempt("waits")
def a_link_taken_back_and_made_anew_after_the_review(s):
    record = draft(s.world.branch_a, s.world.secretary_a, day=ago(38), content=ABOUT)
    first = evidence_link(by=s.world.secretary_a, stage=s.stage, activity=record, recording=True)
    evidence_withdraw(by=s.world.secretary_a, evidence=first)
    activity_submit(by=s.world.secretary_a, activity=record)
    activity_accept(by=s.world.staff, activity=record)
    choose(s, record)


@attempt("short")
def a_draft_linked_before_too_few_came(s):
    record = draft(s.world.branch_a, s.world.secretary_a, day=ago(38), content=ABOUT)
    evidence_link(by=s.world.secretary_a, stage=s.stage, activity=record, recording=True)
    record.attendance.exclude(member=s.world.people("branch_a")[0]).update(state="absent")
    activity_submit(by=s.world.secretary_a, activity=record)
    activity_accept(by=s.world.staff, activity=record)
    (proof,) = point(s.item).proofs
    assert proof.standing == "short" and "不足法定人数" in proof.reason
    row = Waiting(StageEvidence.objects.get(), point(s.item), Likeness(), outcome="", days_waiting=0)
    assert ("soon", "支部党员大会不足法定人数") in findings(row)


# ---- with corrections, small groups, co-hosts, general branches and whoever acts for a leader


def _draft_with_link(s, **options):
    record = draft(s.world.branch_a, s.world.secretary_a, day=ago(38), content=ABOUT, **options)
    s.as_("secretary_a").post(f"/activities/{record.pk}/stages/", {"point": f"s{s.stage.pk}"})
    assert not StageEvidence.objects.get().by_hand
    return record


@attempt("waits")
def the_sentence_deleted_from_the_text_after_its_chip_and_accepted_in_one_go(s):
    record = _draft_with_link(s)
    data = record_data(record)
    data.content = "一、学习党章。"
    record = activity_update(by=s.world.secretary_a, activity=record, data=data)
    record = activity_submit(by=s.world.secretary_a, activity=record)
    (decided,) = activities_accept(by=s.world.staff, choices=[(record, record.version)])
    assert decided.problem == ""


@attempt("waits")
def a_meeting_of_a_group_accepted_by_the_secretary_whose_branch_it_serves(s):
    record = draft(s.world.group_a1, s.world.leader_a1, ("group_meeting",), ago(38), content=ABOUT)
    s.as_("officer_a").post(f"/activities/{record.pk}/stages/", {"point": f"s{s.stage.pk}"})
    activity_submit(by=s.world.leader_a1, activity=record)
    record = Activity.objects.get(pk=record.pk)
    answer = s.as_("secretary_a").post(f"/reviews/{record.pk}/accept/", {"version": record.version})
    assert answer.status_code == 302 and Activity.objects.get(pk=record.pk).reviewer == s.world.secretary_a


@attempt("waits")
def the_branch_confirms_the_link_of_its_own_group(s):
    record = draft(s.world.group_a1, s.world.leader_a1, ("group_meeting",), ago(38), content=ABOUT)
    activity_submit(by=s.world.leader_a1, activity=record)
    activity_accept(by=s.world.staff, activity=Activity.objects.get(pk=record.pk))
    s.as_("officer_a").post(s.pick, {"activity": record.pk, "sentence": GOOD})
    link = StageEvidence.objects.get()
    assert s.as_("secretary_a").post(f"/sync/evidence/{link.pk}/confirm/").status_code in (403, 404)


@attempt("waits")
def a_correction_writes_the_work_into_an_old_record(s):
    record = own(s)
    correction_begin(by=s.world.secretary_a, activity=record, reason="补写议程")
    data = record_data(record)
    data.content = ABOUT
    correction_submit(by=s.world.secretary_a, activity=record, data=data)
    activity_accept(by=s.world.staff, activity=Activity.objects.get(pk=record.pk))
    choose(s, record, sentence="")


@attempt("waits")
def a_link_made_while_the_correction_is_in_hand(s):
    record = own(s, content=ABOUT)
    correction_begin(by=s.world.secretary_a, activity=record, reason="标题写错")
    s.as_("secretary_a").post(f"/activities/{record.pk}/stages/", {"point": f"s{s.stage.pk}"})
    data = record_data(record)
    data.title = "更正后的标题"
    correction_submit(by=s.world.secretary_a, activity=record, data=data)
    activity_accept(by=s.world.staff, activity=Activity.objects.get(pk=record.pk))


@attempt("refused")
def an_invitation_that_the_carrier_has_not_confirmed(s):
    record = record_on(
        s.world.branch_b, s.world.secretary_b, ago(38), kinds=("theme_day",), content=ABOUT, hosts=[s.world.branch_a]
    )
    assert choose(s, record).status_code in (302, 404, 422)


@attempt("waits")
def a_joint_record_that_the_carrier_confirms_two_months_late(s):
    record = record_on(
        s.world.branch_b, s.world.secretary_b, ago(38), kinds=("theme_day",), content=ABOUT, hosts=[s.world.branch_a]
    )
    activity_accept(by=s.world.staff, activity=record)
    there = {member.pk: ("present", "") for member in s.world.people("branch_a")}
    host_confirm(by=s.world.secretary_a, host=record.hosts.get(), attendance=there)
    choose(s, record, sentence="")


@attempt("refused")
def a_meeting_of_a_general_branch_that_stands_not_above(s):
    record = record_on(s.world.general, s.world.general_secretary, ago(38), kinds=("training",), content=ABOUT)
    activity_accept(by=s.world.staff, activity=record)
    assert choose(s, record, who="staff").status_code in (302, 422)


@attempt("refused")
def whoever_acts_for_a_leader_links_or_confirms(s):
    record = own(s, content=ABOUT)
    assert choose(s, record, who="assistant").status_code in (403, 404)
    assert s.as_("assistant").post(f"/activities/{record.pk}/stages/", {"point": f"s{s.stage.pk}"}).status_code in (
        403,
        404,
    )


@attempt("waits")
def a_correction_that_dates_the_record_back_into_the_days_allowed(s):
    record = draft(s.world.branch_a, s.world.secretary_a, day=ago(2), content=ABOUT)
    s.as_("secretary_a").post(f"/activities/{record.pk}/stages/", {"point": f"s{s.stage.pk}"})
    record = activity_accept(by=s.world.staff, activity=activity_submit(by=s.world.secretary_a, activity=record))
    assert point(s.item).state == SyncState.LAGGING
    correction_begin(by=s.world.secretary_a, activity=record, reason="日期写错")
    data = record_data(record)
    data.day = ago(38)
    correction_submit(by=s.world.secretary_a, activity=record, data=data)
    assert Activity.objects.get(pk=record.pk).late


@pytest.mark.parametrize("name", sorted(ATTEMPTS))
def test_a_missing_stage_is_not_made_to_count_by(scene, name):
    cheat, ends = ATTEMPTS[name]
    assert point(scene.item).state == SyncState.MISSING
    cheat(scene)
    found = point(scene.item)
    assert found.state == (SyncState.TO_CONFIRM if ends == "waits" else SyncState.MISSING)
    standing = StageEvidence.objects.active().filter(stage=scene.stage)
    assert standing.count() == (0 if ends == "refused" else 1)
    assert clock.today() - timedelta(days=40) == found.happened


def test_there_are_at_least_forty_attempts():
    assert len(ATTEMPTS) >= 40

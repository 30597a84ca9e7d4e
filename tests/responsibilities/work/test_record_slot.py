"""关联业务 in the record form and on the record's page; how a record serves the work."""

import pytest

from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity
from members.activities.services.states import activity_accept
from responsibilities.work.models import StageEvidence, SyncState
from responsibilities.work.selectors.candidates import links_of, offers
from tests.members.activities.records import draft, filled
from tests.responsibilities.work.support import ago, happened, item_at, linked, point, record_on

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def item(world):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(20))
    happened(item, "arrangement", ago(3))
    return item


def keys(answer):
    return [offer.key for offer in answer.context["offers"]]


def test_the_slot_offers_the_nearest_stages_of_the_branch_first(world, as_, item):
    item_at(world.committee, [world.branch_b], name="别人的业务")
    client = as_("secretary_a")
    query = {"organisation": world.branch_a.pk, "day": ago(2).isoformat(), "kinds": "assembly"}
    answer = client.get("/sync/record/", query, **HTMX)
    stages = {row.stage: f"s{row.pk}" for row in item.stages.all()}
    assert keys(answer) == [stages["study"], stages["arrangement"]], "the missing stage first"
    assert "别人的业务" not in answer.content.decode()
    query["day"] = ago(21).isoformat()
    assert keys(client.get("/sync/record/", query, **HTMX))[0] == stages["study"]
    # What cannot be known yields nothing, and no error.
    for wrong in ({"organisation": world.branch_b.pk}, {"organisation": "x"}, {"organisation": ""}):
        assert keys(client.get("/sync/record/", query | wrong, **HTMX)) == []
    assert client.get("/sync/record/", query | {"day": "x", "links": "s1,q2,;--"}, **HTMX).status_code == 200
    assert client.get("/sync/record/", query).status_code == 200, "also as a page of its own"
    # A year that is still being typed, or that no calendar has: the day is as good as not given.
    for day in ("0001-01-01", "0202-06-30", "9999-12-31"):
        for address in ("/sync/record/", "/activities/belongs/"):
            assert client.post(address, query | {"day": day}, **HTMX).status_code == 200


def test_a_missing_stage_is_offered_before_a_nearer_one_that_is_only_to_come_or_proved(world, as_, item):
    happened(item, "implementation", None, planned=ago(-3))
    linked(item, "arrangement", record_on(world.branch_a, world.secretary_a, ago(3)))
    query = {"organisation": world.branch_a.pk, "day": clock.today().isoformat(), "kinds": "assembly"}
    answer = as_("secretary_a").get("/sync/record/", query, **HTMX)
    found = answer.context["offers"]
    assert [offer.point.kind for offer in found] == ["study", "implementation", "arrangement"]
    assert [offer.reasons[0].startswith("缺失") for offer in found] == [True, False, False]
    assert "缺失" in answer.content.decode()


def test_one_more_click_links_a_saved_draft_and_its_submission_makes_it_count(world, as_, item):
    client = as_("secretary_a")
    data = filled(world.branch_a, day=ago(2))
    saved = client.post("/activities/autosave/", data | {"links": f"s{item.stages.get(stage='arrangement').pk}"})
    record = Activity.objects.get(pk=saved.json()["id"])
    assert not StageEvidence.objects.exists(), "the form itself makes no link: the room above does"
    url = f"/activities/{record.pk}/stages/"
    stage = item.stages.get(stage="arrangement")
    asked = client.post(url, {"point": f"s{stage.pk}"}, **HTMX)
    assert asked.status_code == 200 and not StageEvidence.objects.exists()
    assert f'data-ask="s{stage.pk}"' in asked.content.decode() and "请用一句话写明" in asked.content.decode()
    answer = client.post(url, {"point": f"s{stage.pk}", "sentence": "讨论了能源保供的责任分工"}, **HTMX)
    assert answer.status_code == 200
    assert [row.evidence for row in answer.context["linked"]] == [StageEvidence.objects.get().pk]
    assert "提交并通过后计入" in answer.content.decode()
    assert point(item, "arrangement").state == SyncState.NOT_DUE
    version = saved.json()["version"]
    client.post(f"/activities/{record.pk}/edit/", data | {"record": record.pk, "version": version, "do": "submit"})
    record.refresh_from_db()
    assert record.state == "submitted"
    assert point(item, "arrangement").state == SyncState.TO_CONFIRM
    activity_accept(by=world.staff, activity=record)
    assert point(item, "arrangement").state == SyncState.SYNCHRONISED


def test_without_a_script_the_record_page_links(world, as_, item):
    record = record_on(world.branch_a, world.secretary_a, ago(19), content="研究能源保供。安排分工。")
    client, url = as_("secretary_a"), f"/activities/{record.pk}/stages/"
    stages = {row.stage: row.pk for row in item.stages.all()}
    several = client.post(url, {"point": f"s{stages['study']},s{stages['arrangement']}"})
    assert several.status_code == 302
    assert StageEvidence.objects.active().count() == 2
    page = client.get(url)
    assert page.status_code == 200 and keys(page) == [] and len(page.context["linked"]) == 2
    assert url in client.get(f"/activities/{record.pk}/").content.decode()


def test_foreign_keys_are_refused_like_unknown_ones(world, as_, item):
    foreign = item_at(world.committee, [world.branch_b], name="别人的业务")
    record = record_on(world.branch_a, world.secretary_a, ago(19))
    client, url = as_("secretary_a"), f"/activities/{record.pk}/stages/"
    for wrong in (f"s{foreign.stages.first().pk}", "s99999999", "m99999999"):
        assert client.post(url, {"point": wrong}).status_code == 404, wrong
    assert client.post(url, {"point": "quatsch"}).status_code == 302
    assert as_("secretary_b").post(url, {"point": "s1"}).status_code == 404
    assert as_("leader").post(url, {"point": "s1"}).status_code == 403
    assert not StageEvidence.objects.exists()


def test_choices_made_before_a_draft_exists_come_back_with_a_refused_form(world, as_, item):
    key = f"s{item.stages.get(stage='study').pk}"
    answer = as_("secretary_a").post("/activities/new/", filled(world.branch_a, title="", do="submit", links=key))
    assert answer.status_code == 422
    assert f'value="{key}"' in answer.content.decode()
    fresh = as_("secretary_a").get("/activities/new/", {"links": key}).content.decode()
    assert f'value="{key}"' in fresh


def test_the_slot_asks_the_same_number_of_statements_for_many_items(world, item, django_assert_max_num_queries):
    for number in range(8):
        more = item_at(world.committee, [world.branch_a], name=f"业务{number}", by=OPERATOR)
        happened(more, "study", ago(15))
    linked(item, "study", draft(world.branch_a, world.secretary_a, day=ago(15)))
    record = Activity.objects.select_related("organisation").prefetch_related("kinds", "hosts").get()
    with django_assert_max_num_queries(22):
        assert len(offers(world.secretary_a, record)) == 6
        assert len(links_of(world.secretary_a, record)) == 1


def test_the_chips_follow_what_is_typed_in_a_new_record_and_in_a_correction(world, as_, item):
    client = as_("secretary_a")
    said = {"organisation": world.branch_a.pk, "day": ago(18).isoformat(), "kinds": "assembly", "title": "大会"}
    typed = said | {"content": f"会议研究了{item.name}的分工。"}
    answers = [client.post("/sync/record/", data, **HTMX).content.decode() for data in (said, typed)]
    assert ["还没有写到这项业务" in answer for answer in answers] == [True, False]
    # Of a saved record the form may say something else by now, and asks on with the sentence that was begun.
    record = record_on(world.branch_a, world.secretary_a, clock.today())
    key = f"s{item.stages.get(stage='study').pk}"
    data = typed | {"record": record.pk, "asked": key, "sentence": "支部分工到人"}
    answer = client.post("/sync/record/", data, **HTMX)
    arrangement = next(offer for offer in answer.context["offers"] if offer.point.kind == "arrangement")
    assert "业务之前 15 天" in arrangement.reasons and f"写到“{item.name}”" in arrangement.reasons
    assert [(offer.key, offer.typed) for offer in answer.context["asking"]] == [(key, "支部分工到人")]
    record.refresh_from_db()
    assert record.day == clock.today()


def test_a_group_leader_reads_who_links_what_his_group_did_and_has_no_button(world, as_):
    item = item_at(world.committee, [world.branch_a])
    stage = happened(item, "study", ago(20))
    record = draft(world.group_a1, world.leader_a1, kinds=("group_meeting",), day=ago(18))
    said = "党小组的活动由甲处党支部（secretary_a 用户、officer_a 用户）关联业务"
    page, slot = f"/activities/{record.pk}/stages/", f"/sync/record/?record={record.pk}"
    for address in (page, slot, f"/sync/record/?organisation={world.group_a1.pk}"):
        for htmx in ({}, {"HTTP_HX_REQUEST": "true"}):
            text = as_("leader_a1").get(address, **htmx).content.decode()
            assert said in text and 'name="point"' not in text and "其他业务环节" not in text, (address, htmx)
    assert as_("leader_a1").post(page, {"point": f"s{stage.pk}"}).status_code == 403
    assert not StageEvidence.objects.exists()
    # His branch does it.
    text = as_("secretary_a").get(page).content.decode()
    assert said not in text and f'value="s{stage.pk}"' in text
    assert (
        as_("secretary_a").post(page, {"point": f"s{stage.pk}", "sentence": "小组讨论了能源保供的分工"}).status_code
        == 302
    )
    assert StageEvidence.objects.get().activity == record

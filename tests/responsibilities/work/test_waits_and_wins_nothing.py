"""What nobody has confirmed is shown apart from every rate; what was returned does not come back with the same words."""

import pytest

from assessments.facts import fill as rollups
from assessments.home.selectors.agency import to_confirm_in
from common.periods import YEAR, Period
from members.activities.services.states import activity_accept
from responsibilities.work.models import StageEvidence
from responsibilities.work.services.evidence import evidence_return
from tests.responsibilities.work.support import ago, happened, item_at, linked, record_on

pytestmark = pytest.mark.django_db
SAID = "会后到电厂排查存煤并报了缺口"


@pytest.fixture
def stage(world):
    item = item_at(world.committee, [world.branch_a], name="能源保供")
    happened(item, "study", ago(60))
    linked(item, "study", record_on(world.branch_a, world.secretary_a, ago(58)))
    return happened(item, "arrangement", ago(40))


@pytest.fixture
def record(world):
    return activity_accept(by=world.staff, activity=record_on(world.branch_a, world.secretary_a, ago(38)))


def choose(as_, stage, record, sentence):
    return as_("secretary_a").post(f"/sync/stages/{stage.pk}/evidence/", {"activity": record.pk, "sentence": sentence})


def test_nothing_is_called_wholly_synchronised_while_a_link_waits(world, as_, stage, record):
    assert as_("staff").get("/sync/").context["title"] == "1 处不同步，同步安排最多"
    choose(as_, stage, record, SAID)
    assert as_("staff").get("/sync/").context["title"] == "应同步 1 处，同步 1 处，1 处佐证待确认"
    rates = as_("staff").get("/sync/rates/").context["title"]
    assert rates == "同步率 100.0%，应同步 1 处，同步 1 处，1 处佐证待确认"
    year = Period.containing(YEAR, ago(40))
    # Said beside facts, it is as old as they are.
    rollups.fill()
    assert [to_confirm_in(year, place) for place in (world.root, world.branch_a, world.branch_b)] == [1, 1, 0]


@pytest.mark.parametrize("sentence", ["啊啊啊啊啊啊啊啊", "好好好的的的好好好的", "abababababab"])
def test_a_sentence_of_a_few_characters_says_nothing(as_, stage, record, sentence):
    answer = choose(as_, stage, record, sentence)
    assert answer.status_code == 422 and "这句话没有内容" in answer.content.decode()
    assert not StageEvidence.objects.filter(stage=stage).exists() and sentence in answer.content.decode()


def test_what_was_returned_comes_back_with_another_sentence_only(world, as_, stage, record):
    choose(as_, stage, record, SAID)
    evidence_return(by=world.staff, evidence=StageEvidence.objects.get(stage=stage), reason="与业务无关")
    page = as_("secretary_a").get(f"/sync/stages/{stage.pk}/evidence/").content.decode()
    assert "被退回过：与业务无关" in page
    answer = choose(as_, stage, record, f"{SAID}。")
    assert answer.status_code == 422 and "被退回过：与业务无关。请另写一句" in answer.content.decode()
    assert not StageEvidence.objects.active().filter(stage=stage).exists()
    assert choose(as_, stage, record, "会上把存煤排查分给三个人，月底报数").status_code == 302
    assert StageEvidence.objects.active().filter(stage=stage).count() == 1

"""What a record says of a piece of work has to be a fair share of its name; who accepts a record reads what it was linked to."""

import pytest
from django.urls import reverse

from members.activities.likeness import wanted
from members.activities.services.states import activity_submit
from members.reviews.services import activities_accept
from responsibilities.work.models import StageEvidence, SyncState
from responsibilities.work.services.evidence import evidence_link
from tests.members.activities.records import draft
from tests.responsibilities.work.support import ago, happened, item_at, point

pytestmark = pytest.mark.django_db
VISIT = "大家参观后都表示满意。"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("满意度回访和整改", VISIT, []),
        ("满意度回访和整改", "研究满意度提升。", ["满意度"]),
        ("满意度回访和整改", "研究整改。", ["整改"]),
        ("能源保供", "研究保供。", ["保供"]),
        ("重大项目集中开工", "学习重大政策。", []),
    ],
)
def test_two_characters_of_a_long_name_are_no_match(name, text, found):
    assert wanted(name).found_in(text) == found


def test_an_unrelated_visit_asks_for_a_sentence_and_is_not_confirmed_in_one_go(world, as_):
    item = item_at(world.committee, [world.branch_a], name="满意度回访和评估")
    key = f"s{happened(item, 'study', ago(40)).pk}"
    record = draft(world.branch_a, world.secretary_a, ("theme_day",), ago(38), title="参观展览馆", content=VISIT)
    url = reverse("record_stage_links", args=[record.pk])
    answer = as_("secretary_a").post(url, {"point": key})
    assert answer.status_code == 422 and not StageEvidence.objects.exists()
    as_("secretary_a").post(url, {"point": key, "sentence": "参观以后研究了回访的分工"})
    assert StageEvidence.objects.get().by_hand
    record = activity_submit(by=world.secretary_a, activity=record)
    activities_accept(by=world.staff, choices=[(record, record.version)])
    assert point(item).state == SyncState.TO_CONFIRM


def test_the_queue_and_the_page_for_several_name_each_link_with_its_sentence(world, as_):
    item = item_at(world.committee, [world.branch_a], name="能源保供")
    record = draft(world.branch_a, world.secretary_a, ("theme_day",), ago(38), content="研究能源保供分工。")
    for kind, sentence in (("study", ""), ("arrangement", "会后排了各人的日程和时限")):
        stage = happened(item, kind, ago(40))
        evidence_link(by=world.secretary_a, stage=stage, activity=record, sentence=sentence, recording=True)
    record = activity_submit(by=world.secretary_a, activity=record)
    several = as_("staff").get(reverse("activities_accept"), {"record": f"{record.pk}v{record.version}"})
    for page in (as_("staff").get(reverse("review_queue")), several):
        text = " ".join(page.content.decode().split())
        assert "关联能源保供 同步研究：研究能源保供分工。" in text
        assert "关联能源保供 同步安排：会后排了各人的日程和时限 <b>另写的，一起通过时不确认</b>" in text
    assert "关联业务 2 处" in as_("staff").get(reverse("review_queue")).content.decode()

"""Records whose links are read one by one: work that the branch registered itself, one sentence for many stages (judgement 3.5)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from common import clock
from members.activities.models import Activity
from members.activities.services.states import activity_accept, activity_submit
from members.reviews.services import activities_accept
from responsibilities.work.models import STAGE_SHORT, StageEvidence, SyncStage, WorkKind
from tests.members.activities.records import draft, submitted
from tests.responsibilities.work.support import ago, happened, item_at, linked, next_morning

pytestmark = pytest.mark.django_db
SAID = "二、研究能源保供分工，甲二牵头排查电厂存煤。"


@pytest.fixture(autouse=True)
def _a_day():
    with time_machine.travel(next_morning(), tick=False) as moment:
        yield moment


def of_branch(world, **changes):
    return item_at(world.branch_a, [world.branch_a], by=world.secretary_a, kind=WorkKind.BRANCH, **changes)


def sent(world, *links, content=SAID):
    """Return a record that waits, linked to (item, kind, sentence)."""
    record = draft(world.branch_a, world.secretary_a, day=ago(2), content=content)
    for item, kind, sentence in links:
        linked(item, kind, record, by=world.secretary_a, sentence=sentence, confirmed=False)
    return activity_submit(by=world.secretary_a, activity=record)


def places(as_, record):
    """Return what a reviewer reads where the links stand: the queue, the page for several, the slot of the review."""
    client, ticked = as_("staff"), {"record": f"{record.pk}v{record.version}"}
    return [
        " ".join(answer.content.decode().split())
        for answer in (
            client.get(reverse("review_queue")),
            client.get(reverse("activities_accept"), ticked),
            client.get(reverse("record_link_review", args=[record.pk])),
        )
    ]


def accepted_in_one_go(world, record):
    """Accept it with another one; return why it was not, and check that the other was."""
    other = submitted(world.branch_b, world.secretary_b)
    mine, its = activities_accept(by=world.staff, choices=[(row, row.version) for row in (record, other)])
    assert its.problem == "" and Activity.objects.get(pk=other.pk).state == "accepted"
    assert Activity.objects.get(pk=record.pk).state == ("submitted" if mine.problem else "accepted")
    return mine.problem


@pytest.mark.parametrize("before", [0, 2])
def test_work_that_the_branch_registered_itself_is_named_and_not_accepted_in_one_go(world, as_, before):
    item = of_branch(world)
    happened(item, "study", ago(before))
    record = sent(world, (item, "study", SAID))
    words = f"本支部自行登记（{clock.today():%m-%d} 登记，业务日期 {ago(before):%m-%d}）"
    for page in places(as_, record):
        assert words in page and (f"{words}，事后登记" in page) == bool(before)
    assert "自行登记的业务" in as_("staff").get(reverse("review_queue")).content.decode()
    review = as_("staff").get(reverse("review_detail", args=[record.pk])).content.decode()
    assert "关联的业务有 1 处由本支部自行登记，没有上级部署，请核对" in review
    assert accepted_in_one_go(world, record) == "关联了本支部自行登记的业务，请打开记录单独审核。"
    activity_accept(by=world.staff, activity=Activity.objects.get(pk=record.pk))
    assert StageEvidence.objects.with_confirmed().get().is_confirmed


def test_a_clean_choice_leaves_out_what_is_read_by_itself(world, as_):
    item = of_branch(world)
    happened(item, "study", ago(2))
    record = sent(world, (item, "study", SAID))
    page = " ".join(as_("staff").get(reverse("review_queue"), {"select": "clean"}).content.decode().split())
    assert f'value="{record.pk}v{record.version}" >' in page


def test_work_that_was_arranged_above_says_nothing_of_it_and_is_accepted_in_one_go(world, as_):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(2))
    record = sent(world, (item, "study", SAID))
    assert not any("自行登记" in page for page in places(as_, record))
    assert accepted_in_one_go(world, record) == ""


def test_a_later_link_to_its_own_work_is_confirmed_by_itself(world, as_, _a_day):
    item = of_branch(world)
    happened(item, "study", ago(2))
    record = activity_accept(by=world.staff, activity=sent(world))
    _a_day.shift(timedelta(hours=1))
    link = linked(item, "study", record, by=world.secretary_a, sentence=SAID, confirmed=False)
    url = reverse("confirmation_list")
    page = as_("staff").get(url).content.decode()
    assert "本支部自行登记（" in page and f'value="{link.pk}" disabled' in page
    answer = as_("staff").post(url, {"link": [link.pk]}, follow=True).content.decode()
    assert "能源保供：业务由本支部自行登记，请单独确认" in answer and link in StageEvidence.objects.waiting()


def four_of(item):
    for kind in STAGE_SHORT:
        happened(item, kind, ago(2))
    return item


@pytest.mark.parametrize(
    ("kinds", "other", "words"),
    [
        (("study", "arrangement"), "", ""),
        (("study", "arrangement", "implementation"), "", "同一句话用于 3 个环节，请核对"),
        (("study", "arrangement", "implementation", "assessment"), "", "同一句话用于 4 个环节，请核对"),
        (("study", "arrangement", "implementation"), "支部讨论能源保供怎样落实", "一条记录用于 3 个环节，请核对"),
    ],
)
def test_many_stages_of_one_record_are_named_and_not_accepted_in_one_go(world, as_, kinds, other, words):
    item = four_of(item_at(world.committee, [world.branch_a]))
    texts = [SAID] * (len(kinds) - 1) + [other or SAID]
    record = sent(world, *((item, kind, text) for kind, text in zip(kinds, texts)), content=f"{SAID}\n{other}。")
    review = as_("staff").get(reverse("review_detail", args=[record.pk])).content.decode()
    queue, several, _ = places(as_, record)
    if words:
        assert words in several and words in review and words.removesuffix("，请核对") in queue
    else:
        assert not any("个环节，请核对" in page for page in (queue, several, review))
    problem = accepted_in_one_go(world, record)
    assert problem == (f"{words}，打开记录单独审核。" if words else "")


def test_two_stages_are_all_of_a_work_whose_others_are_waived(world):
    item = four_of(item_at(world.committee, [world.branch_a]))
    SyncStage.objects.filter(item=item, stage__in=("implementation", "assessment")).update(
        waived_at=clock.now(), waived_reason="不开展"
    )
    record = sent(world, (item, "study", SAID), (item, "arrangement", SAID))
    assert "同一句话用于 2 个环节" in accepted_in_one_go(world, record)


@pytest.mark.parametrize("number", [2, 3])
def test_many_later_links_of_one_record_are_confirmed_one_by_one(world, as_, _a_day, number):
    item = four_of(item_at(world.committee, [world.branch_a]))
    record = activity_accept(by=world.staff, activity=sent(world))
    _a_day.shift(timedelta(hours=1))
    kinds = ("study", "arrangement", "implementation")[:number]
    links = [linked(item, kind, record, by=world.secretary_a, sentence=SAID, confirmed=False) for kind in kinds]
    url = reverse("confirmation_list")
    many = number >= 3
    page = as_("staff").get(url).content.decode()
    assert ("同一句话用于 3 个环节" in page) == many and (f'value="{links[0].pk}" disabled' in page) == many
    as_("staff").post(url, {"link": [link.pk for link in links]})
    assert StageEvidence.objects.waiting().count() == (number if many else 0)

"""How much the pages of practices ask of the database: no more when there is more to show."""

import pytest
from django.urls import reverse

from branches.jobs import services as jobs
from branches.jobs.models import ChangeMark
from responsibilities.practices.models import Adoption
from tests.responsibilities.campaigns.test_counts import statements
from tests.responsibilities.practices.support import ago, candidate, formalised, judged, more_branches, proven

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["staff", "secretary_b"])
def test_pages_of_practices_ask_no_more_when_there_is_more(as_, world, who):
    practice = formalised(world)
    judged(world, practice)
    candidate(world, title="候选的")
    proven(world, title="可用的")
    Adoption.objects.update(starts=ago(200))
    ChangeMark.objects.all().delete()
    jobs.beat("rollup")
    pages = [("practice_list",), ("practice_detail", practice.pk)]
    few = [statements(as_, who, *page) for page in pages]
    for number in range(5):
        proven(world, title=f"第{number}项", measure=["activities.lecture", "sync.study"][number % 2])
        candidate(world, title=f"候选第{number}项")
    said = {"result": "kept", "text": "继续", "reported_on": ago(3), "reported_by": world.secretary_c}
    for number, place in enumerate(more_branches(world, 12)):
        more = said if number % 2 else {}
        Adoption.objects.create(practice=practice, organisation=place, starts=ago(30 + 20 * number), **more)
    ChangeMark.objects.all().delete()
    many = [statements(as_, who, *page) for page in pages]
    assert many == few
    assert max(many) <= 36, many


def test_pages_of_the_library_are_turned(as_, world):
    for number in range(23):
        candidate(world, title=f"第{number}项做法")
    page = as_("staff").get(reverse("practice_list") + "?page=2&q=做法").content.decode()
    assert "共 23 项，第 2 / 2 页" in page and page.count("practice-card-top") == 3

"""An adoption ends with the organisation that adopted: it goes on nowhere from the day on which that was archived."""

import pytest
from django.urls import reverse

from common import clock
from common.periods import Period
from responsibilities.practices.measures import adopted_counts
from responsibilities.practices.models import Adoption
from responsibilities.practices.services.adoptions import why_not_report, why_not_stop
from responsibilities.practices.waiting import tasks
from tests.responsibilities.practices.support import adopted, ago, formalised, judged, lived, reported, stood

pytestmark = pytest.mark.django_db


def archived(place, on):
    type(place).objects.filter(pk=place.pk).update(archived_on=on)


def test_an_archived_adopter_goes_on_no_more_in_stage_page_and_measures(world, as_, monkeypatch):
    practice = formalised(world)
    row = judged(world, practice)
    monkeypatch.setattr("branches.settings.dated.whole", lambda key, day=None: 1)
    month = Period.parse(f"{clock.today():%Y-%m}")
    assert (stood(practice).stage, stood(practice).kept, stood(practice).going) == ("spreading", 1, 1)
    assert adopted_counts(month, None, clock.today()) == {world.branch_a.pk: 1}
    archived(world.branch_b, ago(0))
    found = stood(practice)
    assert (found.stage, found.adopted, found.kept, found.going, found.better) == ("formalised", 1, 0, 0, 1)
    assert adopted_counts(month, None, clock.today()) == {}
    row = Adoption.objects.select_related("organisation").get(pk=row.pk)
    assert (row.ends, row.ended) == (None, ago(0)) and not Adoption.objects.open().exists()
    assert why_not_stop(row) == "已经不再采用。"
    page = as_("staff").get(reverse("practice_detail", args=[practice.pk])).content.decode()
    assert "1 个组织采用，1 个见效，1 个已停止" in page and "组织已撤销" in page


def test_what_an_archived_adopter_did_not_report_waits_for_nobody(world):
    practice = formalised(world)
    row = lived(adopted(world, practice))
    assert [task.state for task in tasks(world.secretary_b, world.branch_b)] == ["adoption_due"]
    other = reported(world, practice, "c")
    archived(world.branch_b, ago(3))
    archived(world.branch_c, ago(3))
    assert tasks(world.secretary_b, world.branch_b) == [] and tasks(world.staff, world.committee) == []
    for one in (row, other):
        assert why_not_report(Adoption.objects.get(pk=one.pk)) == "已经不再采用。"

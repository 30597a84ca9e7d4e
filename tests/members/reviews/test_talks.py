"""A talk is one with one: it stands alone in its record, and many partners at once are looked at before they count."""

import pytest
from django.urls import reverse

from members.activities.models import Activity
from members.reviews.findings import findings_for
from members.reviews.services import activities_accept
from tests.members.activities.records import filled, submitted

pytestmark = pytest.mark.django_db


def test_a_talk_is_not_recorded_together_with_another_kind(world, as_):
    data = filled(world.branch_a, ("theme_day", "talk"))
    answer = as_("secretary_a").post(reverse("activity_new"), data | {"do": "submit"})
    assert answer.status_code == 422 and "谈心谈话单独登记" in answer.content.decode()
    assert not Activity.objects.exclude(state__in=("draft", "planned")).exists()


@pytest.mark.parametrize(("most", "problem"), [(1, True), (6, False)])
def test_many_partners_at_once_are_worth_a_look_and_never_accepted_in_one_go(world, monkeypatch, most, problem):
    monkeypatch.setattr("members.reviews.findings.MOST_PARTNERS", most)
    partners = world.people("branch_a")
    record = submitted(
        world.branch_a,
        world.secretary_a,
        kinds=("talk",),
        content="",
        states=dict.fromkeys(partners, "present"),
    )
    assert len(partners) > 1
    chips = [row.chip for row in findings_for(world.staff, [record]).get(record.pk, [])]
    assert (f"一次谈话 {len(partners)} 人" in chips) is problem
    (decided,) = activities_accept(by=world.staff, choices=[(record, record.version)])
    assert ("单独审核" in decided.problem) is problem
    assert (Activity.objects.get(pk=record.pk).state == "submitted") is problem

"""Of one person one case is open: who is entered again with another day of application is led to the case that is open."""

import pytest
from django.urls import reverse

from members.development.models.cases import DevelopmentCase
from tests.members.development.written import applicant, at

pytestmark = pytest.mark.django_db


def sent(world, **changes):
    values = {"opened_on": "2026-06-05", "branch": world.branch_a.pk, "name": "申一", "birth_date": "1996-01-02"}
    return values | changes


def test_the_same_person_is_refused_beside_his_name_with_the_case_that_is_open(world, as_):
    case = applicant(world)
    with at("2026-06-10"):
        answer = as_("secretary_a").post(reverse("development_new"), sent(world))
    page = answer.content.decode()
    assert answer.status_code == 422 and DevelopmentCase.objects.count() == 1
    assert "申一的入党申请已经登记（2026-06-01递交），正在办理。" in answer.context["form"].errors["name"][0]
    assert f'<a href="{reverse("development_detail", args=[case.pk])}">查看发展进程</a>' in page
    assert 'value="2026-06-05"' in page, "what was typed is kept"


@pytest.mark.parametrize("changes", [{"birth_date": "1997-01-02"}, {"name": "申二"}])
def test_somebody_else_is_entered(world, as_, changes):
    applicant(world)
    with at("2026-06-10"):
        answer = as_("secretary_a").post(reverse("development_new"), sent(world, **changes))
    assert answer.status_code == 302 and DevelopmentCase.objects.count() == 2


def test_of_another_branch_the_same_name_and_day_are_no_reason(world, as_):
    applicant(world)
    with at("2026-06-10"):
        answer = as_("staff").post(reverse("development_new"), sent(world, branch=world.branch_b.pk))
    assert answer.status_code == 302

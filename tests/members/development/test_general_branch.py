"""A general branch reviews the records of its branches and decides nothing: the committee's steps are the committee's (decision 229)."""

from datetime import date

import pytest
from django.http import Http404
from django.urls import reverse

from branches.reach.access import Forbidden
from members.development.models.cases import CaseStep
from members.development.selectors.queue import explanations, waiting_above
from members.development.services import cases, steps
from members.development.services.steps import StepData
from members.development.waiting import tasks
from tests.members.development.written import at, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    """An activist of the branch below the general branch, whose filing (4) waits above."""
    values = {"name": "申丙", "sex": "女", "birth_date": date(1996, 1, 2)}
    person = cases.NewPerson(world.branch_c, values)
    with at("2026-06-01"):
        row = cases.case_open(by=world.secretary_c, person=person, opened_on=date(2026, 6, 1))
    for key, day, kind, data in (
        ("2", "2026-07-20", "talk", {}),
        ("3", "2026-08-01", "assembly", {"text": "党员推荐"}),
    ):
        with at(day):
            there = row.member if kind == "talk" else None
            shown = record(world.branch_c, day, kind, there=there)
            steps.step_add(by=world.secretary_c, case=row, key=key, data=StepData(activity=shown, **data))
    return row


def test_it_enters_no_step_of_the_committee(case, world, as_):
    with at("2026-08-02"):
        for key in ("4", "8", "13", "16", "16a", "17", "18", "23a", "24"):
            url = reverse("development_step", args=[case.pk, key])
            answer = as_("general_secretary").get(url)
            assert answer.status_code == 403 and "机关党委" in answer.content.decode(), key
            assert as_("general_secretary").post(url, {"day": "2026-08-02"}).status_code == 403, key
            assert as_("staff").get(url).status_code == 200, key
        with pytest.raises(Forbidden):
            steps.step_add(by=world.general_secretary, case=case, key="4", data=StepData(day=date(2026, 8, 2)))
        assert as_("general_secretary").get(reverse("development_step", args=[case.pk, "15a"])).status_code == 200
    assert not CaseStep.objects.filter(key="4").exists()


def test_it_is_offered_none_and_nothing_waits_for_it(case, world, as_):
    with at("2026-08-02"):
        url = reverse("development_step", args=[case.pk, "4"])
        page = reverse("development_detail", args=[case.pk])
        assert url not in as_("general_secretary").get(page).content.decode()
        assert url in as_("staff").get(page).content.decode()
        board = as_("general_secretary").get(reverse("development_list")).content.decode()
        assert reverse("development_queue") not in board
        assert as_("general_secretary").get(reverse("development_queue")).status_code == 404
        assert waiting_above(world.general_secretary) == []
        assert [one.view.step.key for one in waiting_above(world.staff)] == ["4"]
        assert not [one for one in tasks(world.general_secretary, world.general) if one.url == url]


def test_what_the_committee_entered_is_the_committees_to_take_back(case, world, as_):
    with at("2026-08-02"):
        entry = steps.step_add(by=world.staff, case=case, key="4", data=StepData(day=date(2026, 8, 2)))
        url = reverse("development_entry_remove", args=[entry.pk])
        assert as_("general_secretary").get(url).status_code == 403
        assert url not in as_("general_secretary").get(reverse("development_detail", args=[case.pk])).content.decode()
        with pytest.raises(Forbidden):
            steps.step_remove(by=world.general_secretary, entry=entry, reason="登记错了")
        assert as_("staff").post(url, {"reason": "登记错了"}).status_code == 302
    assert CaseStep.objects.get(key="4").removed_by == world.staff


def test_reasons_are_accepted_by_the_committee(case, world, as_):
    entry = CaseStep.objects.get(key="2")
    with at("2026-08-02"):
        steps.step_explain(by=world.secretary_c, entry=entry, text="换届期间")
        url = reverse("development_entry_accept", args=[entry.pk])
        assert explanations(world.general_secretary) == []
        assert [row.pk for row, _ in explanations(world.staff)] == [entry.pk]
        named = [(one.title, one.url) for one in tasks(world.staff, world.root)]
        assert ("1 件情况说明待采纳", reverse("development_queue")) in named
        assert not any("待采纳" in one.title for one in tasks(world.general_secretary, world.general))
        page = as_("general_secretary").get(reverse("development_detail", args=[case.pk])).content.decode()
        assert url not in page and as_("general_secretary").post(url).status_code == 403
        with pytest.raises((Forbidden, Http404)):
            steps.step_except(by=world.general_secretary, entry=entry, reason="特殊")
        assert as_("staff").post(url).status_code == 302
        assert not any("待采纳" in one.title for one in tasks(world.staff, world.root))
    entry.refresh_from_db()
    assert entry.accepted_by == world.staff

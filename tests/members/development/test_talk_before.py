"""Step 16: the committee's talk before the approval closes by the record that names the person; on paper by its day."""

from datetime import date

import pytest
from django.urls import reverse

from members.activities.belonging import Draft
from members.development.belonging import suggest
from members.development.models.cases import CaseStep
from tests.members.development.written import at, record, until_vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return until_vote(world)


def step_url(case):
    return reverse("development_step", args=[case.pk, "16"])


def stood(case):
    return CaseStep.objects.standing().get(case=case, key="16")


def test_the_committees_talk_that_names_him_is_offered_and_closes_the_step(case, world, as_):
    with at("2027-08-26"):
        named = record(world.committee, "2027-08-25", "talk", there=case.member)
        record(world.committee, "2027-08-24", "talk")
        record(world.branch_a, "2027-08-23", "talk", there=case.member)
        form = as_("staff").get(step_url(case)).context["form"]
        assert list(form.fields["activity"].queryset) == [named], (
            "that of somebody else, and the branch's own, are none"
        )
        assert form["activity"].value() == named.pk, "what is recorded already is not typed again"
        answer = as_("staff").post(step_url(case), {"activity": named.pk, "day": "", "text": ""})
        assert answer.status_code == 302
    entry = stood(case)
    assert (entry.activity, entry.day) == (named, named.day)


def test_a_typed_day_with_a_record_of_that_day_rests_on_the_record(case, world, as_):
    with at("2027-08-26"):
        named = record(world.committee, "2027-08-25", "talk", there=case.member)
        answer = as_("staff").post(step_url(case), {"activity": "", "day": "2027-08-25", "text": "组织委员"})
        assert answer.status_code == 302
    assert stood(case).activity == named


def test_what_happened_on_paper_is_typed_and_nothing_at_all_is_refused(case, world, as_):
    with at("2027-08-26"):
        page = as_("staff").get(step_url(case)).content.decode()
        query = f"organisation={world.committee.pk}&amp;kind=talk&amp;person={case.member_id}"
        assert f"{reverse('activity_new')}?{query}" in page
        empty = as_("staff").post(step_url(case), {"activity": "", "day": "", "text": ""})
        assert empty.status_code == 422 and "请登记并选择记录" in empty.content.decode()
        late = as_("staff").post(step_url(case), {"activity": "", "day": "2027-08-27", "text": ""})
        assert late.status_code == 422 and "日期不能晚于今天" in late.content.decode()
        answer = as_("staff").post(step_url(case), {"activity": "", "day": "2027-08-25", "text": "组织委员"})
        assert answer.status_code == 302
    assert (stood(case).activity, stood(case).text) == (None, "组织委员")


def test_a_record_of_another_person_does_not_close_it(case, world, as_):
    with at("2027-08-26"):
        other = record(world.committee, "2027-08-25", "talk")
        answer = as_("staff").post(step_url(case), {"activity": other.pk, "day": "", "text": ""})
        assert answer.status_code == 422 and not CaseStep.objects.filter(case=case, key="16").exists()


def test_the_talk_offers_the_step_in_its_own_form(case, world, as_):
    """还属于: one click in the record of the talk."""
    with at("2027-08-26"):
        query = {"organisation": world.committee.pk, "kind": "talk", "person": case.member_id}
        page = as_("staff").get(reverse("activity_new"), query)
        assert page.status_code == 200 and case.member.name in page.content.decode()
        people = frozenset({case.member_id})
        draft = Draft(
            *(world.staff, world.committee, date(2027, 8, 25), ("talk",), "谈话", "", (), (world.committee.pk,)),
            people=people,
        )
        assert [chip.label for chip in suggest(draft) if chip.fits] == ["发展党员：申一 16 上级派人谈话"]


def test_a_form_that_was_sent_twice_writes_one_step_and_says_so(case, world, as_):
    with at("2027-08-26"):
        sent = {"activity": "", "day": "2027-08-25", "text": "组织委员"}
        assert as_("staff").post(step_url(case), sent).status_code == 302
        again = as_("committee_secretary").post(step_url(case), sent)
        assert again.status_code == 409 and "修改，请核对后再保存。" in again.content.decode()
        other = as_("staff").post(step_url(case), sent | {"day": "2027-08-26"})
        assert other.status_code == 422, "what stands is taken back before another day is entered"
        assert "上级派人谈话已经登记（2027-08-25），仍然有效" in other.content.decode()
    assert CaseStep.objects.standing().filter(case=case, key="16").count() == 1

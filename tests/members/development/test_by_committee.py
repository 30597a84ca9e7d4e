"""What is for the branch committee is done by the assembly only where there is none (dev-activist, dev-object-consent, dev-pre-review)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.activities.belonging import Draft
from members.activities.models import ActivityKind
from members.development.belonging import suggest
from members.development.models.cases import CaseStep
from members.development.selectors.cases import case_of
from members.development.services import steps
from members.development.services.steps import StepData
from members.roster.models.posts import Post
from tests.members.development.written import applicant, at, enter, people, record, until_listed
from tests.records import counted

pytestmark = pytest.mark.django_db
REASON = "党支部当时设有支委会，应由支委会讨论决定，党员大会记录不能代替"


@pytest.fixture
def talked(world):
    case = applicant(world)
    enter(world, case, "2", "2026-06-20", kind="talk")
    return case


def url(case, key="3"):
    return reverse("development_step", args=[case.pk, key])


@pytest.mark.parametrize("key", ["3", "7", "12"])
def test_an_assembly_cannot_be_chosen_where_the_branch_has_a_committee(world, as_, talked, key):
    with at("2026-07-02"):
        meeting = record(world.branch_a, "2026-07-01", "assembly")
        page = as_("secretary_a").get(url(talked, key)).content.decode()
        assert f'<option value="{meeting.pk}" disabled>' in page and REASON in page and "记支委会" in page
        answer = as_("secretary_a").post(url(talked, key), {"activity": meeting.pk, "text": "党员推荐"})
        assert answer.status_code == 422 and f"这条记录不能选用：{REASON}。" in answer.content.decode()
        with pytest.raises(ValidationError, match="不能代替。依据《发展党员工作细则》第"):
            data = StepData(activity=meeting, text="党员推荐")
            steps.step_add(by=world.secretary_a, case=talked, key=key, data=data)
    assert not CaseStep.objects.filter(key=key).exists()


def test_the_seats_of_the_day_of_the_meeting_decide(world, as_, talked):
    Post.objects.filter(organisation=world.branch_a, kind="publicity").update(starts=date(2026, 7, 2))
    entry = enter(world, talked, "3", "2026-07-01", kind="assembly", text="党员推荐")
    assert case_of(talked).standing.of("3").state == "done"
    # Somebody who was thought to be no member of the committee was one: the step stands and is marked.
    Post.objects.filter(organisation=world.branch_a, kind="publicity").update(starts=date(2026, 6, 2))
    view = case_of(talked).standing.of("3")
    assert (view.state, view.entry.pk) == ("done_late", entry.pk)
    assert [(fault.rule, fault.words) for fault in view.faults] == [("dev-activist", f"{REASON}。")]
    with at("2026-07-02"):
        page = as_("secretary_a").get(reverse("development_detail", args=[talked.pk])).content.decode()
    assert REASON in page and "有欠缺" in page


def test_a_meeting_of_both_is_one_of_the_committee(world, talked):
    with at("2026-07-02"):
        both = record(world.branch_a, "2026-07-01", "assembly")
        ActivityKind.objects.create(activity=both, kind="committee_meeting")
        data = StepData(activity=counted(both), text="党员推荐")
        steps.step_add(by=world.secretary_a, case=talked, key="3", data=data)
    assert case_of(talked).standing.of("3").state == "done"


def test_the_form_of_an_assembly_offers_no_step_of_the_committee(world):
    case = until_listed(world)
    people(world, case, "introducer", "2027-07-20")
    enter(world, case, "10", "2027-07-21", document="人事处")
    for day in ("2027-07-22", "2027-07-23", "2027-07-26"):
        enter(world, case, "11", day, kind="training", place=world.committee)
    said = {"user": world.secretary_a, "organisation": world.branch_a, "day": date(2027, 7, 27)}
    said |= {"title": "会议", "content": "", "decisions": (), "hosts": (world.branch_a.pk,)}
    with at("2027-07-27"):
        assert suggest(Draft(kinds=("assembly",), **said)) == []
        found = suggest(Draft(kinds=("committee_meeting",), **said))
    assert [chip.label for chip in found] == ["发展党员：申一 12 支部委员会审查"]


def test_without_a_committee_the_assembly_is_what_is_recorded(world, as_, talked):
    Post.objects.filter(organisation=world.branch_a, kind="publicity").delete()
    with at("2026-07-02"):
        page = as_("secretary_a").get(url(talked)).content.decode()
        assert "kind=assembly" in page and "记支部党员大会" in page

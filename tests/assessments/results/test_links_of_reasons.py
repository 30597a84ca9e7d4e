"""Each link beside a lost point opens for whoever sees the point: nobody is led to a page that is not there for him."""

import pytest
from django.urls import reverse

from assessments.results.models import Assessment, AssessmentState
from assessments.results.services import assessment_trial
from common.periods import Period
from tests.members.development.written import applicant, at, enter
from tests.members.dues.made import fixed
from tests.world import CAST

pytestmark = pytest.mark.django_db
ROLES = [who for who, (role, _) in CAST.items() if role]


@pytest.fixture
def late_talk(world):
    """A case of branch A whose talk came late; its dues are fixed and nobody collects them."""
    fixed(world)
    case = applicant(world, "2026-07-01")
    enter(world, case, "2", "2026-08-05", kind="talk")
    return case


def of_score(client, result):
    """Return {address beside a lost point} of a result as this reader sees it, None where he does not."""
    answer = client.get(reverse("score_detail", args=[result.pk]))
    if answer.status_code != 200:
        return None
    rows = [reason for part in answer.context["parts"] for score in part["scores"] for reason in score.lost_for]
    return {reason["url"] for reason in rows if reason["url"]}


@pytest.mark.parametrize("key", ["tongbu-branch", "tongbu-committee"])
def test_each_link_of_a_shown_reason_opens_for_each_role_that_sees_it(key, world, late_talk, as_):
    case = reverse("development_faults", args=[late_talk.pk])
    with at("2026-10-20"):
        period = "2026Q3" if key == "tongbu-branch" else "2026"
        assessment = assessment_trial(by=world.staff, period=Period.parse(period), key=key)
        # As if it had been published: from then on whoever reads the organisation reads its points.
        Assessment.objects.filter(pk=assessment.pk).update(state=AssessmentState.PUBLISHED)
        results = assessment.results.all()
        seen = {}
        for who in ROLES:
            client = as_(who)
            for result in results:
                if (links := of_score(client, result)) is None:
                    continue
                seen.setdefault(who, set()).update(links)
                answers = {link: client.get(link, follow=True).status_code for link in links}
                assert set(answers.values()) <= {200}, (who, answers)
            if key == "tongbu-branch":
                estimate = client.get(reverse("score_estimate", args=[world.branch_a.pk]))
                found = (estimate.context["score"] or {"losses": []})["losses"] if estimate.status_code == 200 else []
                answers = {one["url"]: client.get(one["url"], follow=True).status_code for one in found if one["url"]}
                assert set(answers.values()) <= {200}, (who, answers)
    assert len(seen) > 3
    if key == "tongbu-branch":
        assert case in seen["staff"] and all(case in links for who, links in seen.items() if who == "leader")


def test_whoever_reads_the_score_learns_step_day_and_rule_and_no_name(world, late_talk, as_):
    url = reverse("development_faults", args=[late_talk.pk])
    with at("2026-10-20"):
        page = as_("leader").get(url).content.decode()
        assert "2 派人谈话" in page and "超过规定时限" in page and "《中国共产党发展党员工作细则》" in page
        assert world.branch_a.label in page and late_talk.member.name not in page
        assert as_("secretary_a").get(url)["Location"] == reverse("development_detail", args=[late_talk.pk])
        assert as_("secretary_b").get(url).status_code == as_("member").get(url).status_code == 404
        assert as_("leader").get(reverse("development_faults", args=[10**9])).status_code == 404

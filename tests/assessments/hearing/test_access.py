"""Who sees a result before it is published, and who answers what: everybody of the cast, at each step."""

from datetime import timedelta

import pytest

from assessments.hearing.models import Objection, Opinion
from assessments.hearing.services import answer_draft, assessment_freeze, assessment_send
from assessments.reports.services import assessment_publish
from assessments.results.models import Assessment
from assessments.results.services import assessment_trial
from branches.reach.rights import ASSESS, PUBLISH
from tests.assessments.hearing.test_hearing import LAST, SENT, objected, on
from tests.assessments.results.test_results import Q3, quarter  # noqa: F401
from tests.matrix.responsibilities import holders
from tests.world import CAST

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]
OFFICE = {*holders(ASSESS), *holders(PUBLISH)}


def readers(as_, *paths):
    """Return {path: who of the cast gets the page}; everybody else finds nothing there."""
    found = {}
    for path in paths:
        answers = {who: as_(who).get(path).status_code for who in CAST}
        assert set(answers.values()) <= {200, 404, 302, 403}, answers
        found[path] = {who for who, status in answers.items() if status == 200}
    return found


def test_a_trial_is_read_by_the_office_alone_then_by_the_branch_itself_then_by_its_readers(quarter, as_):  # noqa: F811
    with on(SENT):
        assessment = assessment_trial(by=quarter.staff, period=Q3)
        path = f"/results/{assessment.pk}/branches/{quarter.branch_b.pk}/"
        score = f"/scores/{assessment.results.get(organisation=quarter.branch_b).pk}/"
        found = readers(as_, path, score)
        assert found[path] == found[score] == {*holders(ASSESS)}
        assert as_("party_secretary").get(f"/results/{assessment.pk}/report/").status_code == 404
        assessment_send(by=quarter.staff, assessment=assessment)
        assert readers(as_, path)[path] == OFFICE | {"secretary_b"}
        assert as_("party_secretary").get(f"/results/{assessment.pk}/report/").status_code == 200
        row = objected(quarter, assessment)
        case = f"/objections/{row.pk}/"
        assert readers(as_, case)[case] == OFFICE | {"secretary_b"}
        answer_draft(by=quarter.staff, objection=row, decision="refused", answer="没有记录")
        assert as_("committee_secretary").post(f"/objections/{row.pk}/release/").status_code == 302
    with on(LAST + timedelta(days=10)):
        assessment_freeze(by=quarter.committee_secretary, assessment=assessment)
        assessment_publish(by=quarter.committee_secretary, assessment=Assessment.objects.get())
        reading = readers(as_, path)[path]
        assert {"leader", "discipline", "secretary_b"} | OFFICE <= reading
        assert not reading & {"secretary_a", "secretary_c", "general_secretary", "member", "administrator", "auditor"}


def test_figures_of_a_trial_are_on_no_page_of_who_is_not_of_the_office(quarter, as_):  # noqa: F811
    with on(SENT):
        assessment_send(by=quarter.staff, assessment=assessment_trial(by=quarter.staff, period=Q3))
        for who in set(CAST) - OFFICE:
            for path in ("/scores/", "/", "/reports/"):
                answer = as_(who).get(path, follow=True)
                assert "64.3" not in answer.content.decode(), (who, path)


def test_the_branch_and_who_made_it_answer_no_objection_of_theirs(quarter, as_):  # noqa: F811
    with on(SENT):
        assessment = assessment_send(by=quarter.staff, assessment=assessment_trial(by=quarter.staff, period=Q3))
        row = objected(quarter, assessment)
        data = {"decision": "accepted", "answer": "属实"}
        assert as_("secretary_b").post(f"/objections/{row.pk}/draft/", data).status_code == 403
        assert as_("secretary_c").post(f"/objections/{row.pk}/draft/", data).status_code == 404
        # One of the office who objected for the branch.
        Objection.objects.filter(pk=row.pk).update(made_by=quarter.staff)
        page = as_("staff").get(f"/objections/{row.pk}/")
        assert page.context["cases"][0].form is None
        assert as_("staff").post(f"/objections/{row.pk}/draft/", data).status_code == 409
        row.refresh_from_db()
        assert (row.state, row.drafted_by) == ("open", None)
        Objection.objects.filter(pk=row.pk).update(made_by=quarter.committee_secretary)
        answer_draft(by=quarter.staff, objection=row, decision="refused", answer="没有记录")
        assert as_("committee_secretary").post(f"/objections/{row.pk}/release/").status_code == 409
        row.refresh_from_db()
        assert (row.state, row.released_by) == ("drafted", None) and not Opinion.objects.exists()


def test_an_address_beyond_all_numbers_leads_nowhere(quarter, as_):  # noqa: F811
    with on(SENT):
        assessment = assessment_send(by=quarter.staff, assessment=assessment_trial(by=quarter.staff, period=Q3))
        for number in (0, 2**63):
            for path in (
                f"/results/{number}/branches/{quarter.branch_b.pk}/",
                f"/results/{assessment.pk}/branches/{number}/",
                f"/objections/{number}/",
            ):
                assert as_("staff").get(path).status_code == 404, path
            path = f"/results/{assessment.pk}/branches/{number}/opinion/"
            assert as_("secretary_b").post(path, {}).status_code == 404

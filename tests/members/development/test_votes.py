"""Those with a vote are those of the record of the meeting, also where it got its numbers, or other ones, after the vote was entered."""

import pytest
from django.urls import reverse

from members.activities.models import Activity
from members.development.models.cases import CaseStep
from members.development.selectors.cases import case_of
from tests.members.development.written import at, until_vote

pytestmark = pytest.mark.django_db


def corrected(case, expected, present):
    entry = CaseStep.objects.get(case=case, key="15")
    Activity.objects.filter(pk=entry.activity_id).update(voters_expected=expected, voters_present=present)


def test_the_record_says_how_many_have_a_vote_and_the_difference_is_shown(world, as_):
    """dev-meeting-quorum, dev-meeting-pass, 第十九、二十条."""
    case = until_vote(world)
    assert case_of(case).standing.of("15").state == "done"
    corrected(case, 13, 6)
    view = case_of(case).standing.of("15")
    assert view.state == "stopped" and "应到 13 人，实到 6 人，须超过半数（7 人）" in view.note
    with at("2027-08-21"):
        page = as_("secretary_a").get(reverse("development_detail", args=[case.pk])).content.decode()
        assert "登记时填写应到 6 人、实到 6 人，与会议记录不一致，以会议记录为准。" in page
        assert "接收为预备党员：应到 13 人，实到 6 人，赞成 6 票" in page
        paper = as_("secretary_a").get(reverse("development_resolution", args=[case.pk, "15"])).content.decode()
        assert "13 人" in paper and "未通过" in paper


def test_votes_beyond_those_who_were_there_are_none(world):
    case = until_vote(world)
    corrected(case, 6, 5)
    assert "票数合计多于到会和书面意见人数" in case_of(case).standing.of("15").note


def test_a_record_without_numbers_leaves_what_was_typed(world, as_):
    case = until_vote(world)
    corrected(case, None, None)
    assert case_of(case).standing.of("15").state == "done"
    with at("2027-08-21"):
        page = as_("secretary_a").get(reverse("development_detail", args=[case.pk])).content.decode()
    assert "应到 6 人，实到 6 人" in page and "不一致" not in page

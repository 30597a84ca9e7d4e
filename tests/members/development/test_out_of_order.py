"""What was entered before its turn waits for its turn; what was voted or refused before stays on page and sheet."""

import pytest
from django.urls import reverse

from members.development.models.cases import CaseStep
from members.development.selectors.cases import case_of
from tests.members.development.written import HEARD, activist, at, enter, people, until_listed, until_vote, vote

pytestmark = pytest.mark.django_db


def shown(case, as_, day, name="development_detail"):
    with at(day):
        return as_("secretary_a").get(reverse(name, args=[case.pk])).content.decode()


def test_the_next_step_is_the_first_one_that_can_be_done(world, as_):
    case = until_listed(world)
    enter(world, case, "12", "2027-07-20", kind="committee_meeting")
    with at("2027-07-21"):
        standing = case_of(case).standing
    assert standing.of("12").state == "stopped" and standing.next.step.key == "9"
    page = shown(case, as_, "2027-07-21")
    assert "申一：下一步确定入党介绍人" in page and "登记这一步" in page
    assert "须先办确定入党介绍人、政治审查、集中培训" in page, "it stands below with what it waits for"


def test_a_vote_that_was_not_passed_stays_beside_the_later_one(world, as_):
    case = until_vote(world)
    CaseStep.objects.filter(key="15").delete()
    enter(world, case, "15", "2027-08-20", kind="assembly", vote=vote(yes=2, no=4), text="表现突出")
    enter(world, case, "15", "2027-09-01", kind="assembly", vote=vote(), text="表现突出")
    line = "2027-08-20 接收为预备党员：应到 6 人，实到 6 人，赞成 2 票，不赞成 4 票，弃权 0 票，未通过"
    assert line in shown(case, as_, "2027-09-02") and line in shown(case, as_, "2027-09-02", "development_sheet")
    with at("2027-09-02"):
        assert case_of(case).standing.of("15").stood


def test_a_refusal_above_stays_beside_the_consent(world, as_):
    case = activist(world)
    people(world, case, "contact", "2026-07-03")
    enter(world, case, "7", "2027-07-02", kind="committee_meeting", text=HEARD)
    enter(world, case, "8", "2027-07-08", by=world.staff, document="不同意〔2027〕3号", result="failed")
    enter(world, case, "8", "2027-07-20", by=world.staff, document="同意〔2027〕4号")
    line = "2027-07-08 不通过，不同意〔2027〕3号"
    assert line in shown(case, as_, "2027-07-21") and line in shown(case, as_, "2027-07-21", "development_sheet")

"""A scheme that assesses half-years: from the choice of periods on its page to two published reports, the second beside the first."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from assessments.hearing.services import assessment_freeze, assessment_send
from assessments.reports.models import Report
from assessments.reports.services import assessment_publish
from assessments.results.models import Assessment
from assessments.schemes.models import SchemeVersion
from common import clock
from tests.assessments.results.test_results import hold
from tests.assessments.schemes.test_pages import drafted, text_of, whole
from tests.assessments.schemes.test_versions import meeting  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]


def on(*day):
    return clock.at(timezone.make_aware(datetime(*day, 9)))


def put_in_force(as_, meeting):  # noqa: F811
    """The branches' scheme with half-years, from 2027 on."""
    staff, secretary = as_("staff"), as_("committee_secretary")
    draft = drafted(staff)
    url = f"/schemes/{draft.pk}/"
    none = staff.post(f"{url}whole/", whole(draft, periods=[]))
    assert none.status_code == 422 and "请至少选择一种考核期" in text_of(none)
    assert staff.post(f"{url}whole/", whole(draft, periods=["quarter", "half", "year"])).status_code == 302
    assert "季度、半年、年度" in text_of(staff.get(url))
    assert staff.post(f"{url}propose/", {"in_force_from": "2027-01-01"}).status_code == 302
    type(meeting).objects.filter(pk=meeting.pk).update(day=clock.today())
    assert secretary.post(f"{url}approve/", {"meeting": meeting.pk}).status_code == 302
    return SchemeVersion.objects.get(pk=draft.pk)


def lived(world, year, months):
    for month in months:
        hold(world.branch_a, "theme_day", date(year, month, 10))
    hold(world.branch_a, "assembly", date(year, months[0], 20))
    hold(world.branch_b, "assembly", date(year, months[0], 20))


def heard_and_published(world, as_, period, sent, over):
    """Through the form of trials, sent, silence, frozen and published by somebody else."""
    with on(*sent):
        assert period in dict(as_("staff").get("/results/").context["form"].fields["period"].choices)
        answer = as_("staff").post("/results/trial/", {"period": period})
        assert answer.status_code == 302, text_of(answer)
        assessment = assessment_send(by=world.staff, assessment=Assessment.objects.get(period=period))
    with on(*over):
        assessment_freeze(by=world.committee_secretary, assessment=assessment)
        assessment_publish(by=world.committee_secretary, assessment=Assessment.objects.get(pk=assessment.pk))
        report = Report.objects.get(assessment=assessment)
        return text_of(as_("committee_secretary").get(f"/reports/{report.pk}/")), report.body


def test_half_years_are_tried_heard_frozen_and_reported_the_second_beside_the_first(world, as_, meeting):  # noqa: F811
    with on(2026, 11, 20):
        assert not any(
            "半年" in name for _, name in as_("staff").get("/results/").context["form"].fields["period"].choices
        )
        version = put_in_force(as_, meeting)
    lived(world, 2027, (1, 2, 3, 4, 5, 6))
    page, body = heard_and_published(world, as_, "2027H1", (2027, 7, 12), (2027, 8, 2))
    assert "关于2027年上半年机关党建考核情况的报告" in page and body["moves"] is None
    lived(world, 2027, (7, 8, 9))
    page, body = heard_and_published(world, as_, "2027H2", (2028, 1, 12), (2028, 2, 2))
    assert "关于2027年下半年机关党建考核情况的报告" in page and "上一个半年" in page
    assert body["moves"] is not None
    assert {row.scheme for row in Assessment.objects.all()} == {version}

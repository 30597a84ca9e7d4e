"""A version tried by the worker: asked for by POST, figures of before stay until the new ones are there, read within reach."""

from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from assessments.results.models import Result
from assessments.results.simulation import past_periods, simulation_ask
from assessments.results.simulation_models import Simulation
from assessments.schemes import drafting
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import scheme_change, scheme_discard, scheme_draft
from branches.audit.models import AuditEntry
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from branches.reach.models import Appointment
from branches.settings.services import start_set
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from tests.assessments.results.test_results import quarter  # noqa: F401
from tests.assessments.schemes.test_pages import text_of

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 20, 9))
Q3 = Period.parse("2026Q3")


@pytest.fixture
def draft(quarter):  # noqa: F811
    with clock.at(NOW):
        yield scheme_draft(by=quarter.staff, version=of(3))


def of(number):
    return SchemeVersion.objects.get(key="tongbu-branch", version=number)


def work():
    """What the worker does with the newest job."""
    job = JobRun.objects.filter(kind="simulate_scheme").latest("pk")
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def heavier(world, draft):
    """The draft with the theme days at eight points, and the assembly at three."""
    body = draft.body
    for key, points in (("life-theme", "8"), ("life-assembly", "3")):
        _, row = drafting.find(body, key)
        body = drafting.with_indicator(body, "life", key, row | {"points": points})
    return scheme_change(by=world.staff, version=draft, body=body, reason="次数分值偏低", about="life-theme")


def test_it_is_asked_for_by_post_made_by_the_worker_and_read_by_get(quarter, draft, as_):  # noqa: F811
    staff, url = as_("staff"), f"/schemes/{draft.pk}/simulation/"
    before = AuditEntry.objects.count()
    assert "还没有用这一期试算" in text_of(staff.get(url))
    assert not Simulation.objects.exists() and AuditEntry.objects.count() == before, "reading writes nothing"
    answer = staff.post(url, {"period": "2026Q3"})
    assert answer.status_code == 302 and answer["Location"] == f"{url}?period=2026Q3&with={of(6).pk}"
    assert AuditEntry.objects.filter(verb="scheme.simulate").count() == 1
    page = staff.get(answer["Location"])
    assert "正在试算" in text_of(page) and 'hx-trigger="every 1s"' in page.content.decode()
    # Asked again while it runs it is the same job.
    staff.post(url, {"period": "2026Q3"})
    assert JobRun.objects.count() == 1
    assert work().outcome == "试算 3 个党组织"
    page = staff.get(answer["Location"])
    assert "0 个升、0 个降、3 个不变，等次没有变化" in text_of(page) and "every 1s" not in page.content.decode()
    assert not Result.objects.exists()


def test_the_old_figures_stay_while_new_ones_are_made_and_a_changed_draft_says_so(quarter, draft, as_):  # noqa: F811
    staff, url = as_("staff"), f"/schemes/{draft.pk}/simulation/?period=2026Q3"
    staff.post(url, {"period": "2026Q3"})
    work()
    heavier(quarter, draft)
    page = text_of(staff.get(url))
    assert "方案在这次试算之后改过，请重新试算" in page and "乙处党支部 64.3 64.3 持平" in page
    # On the draft's page the panel asks by itself; the page of a version in force does not.
    panel = staff.get(url, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="load, submit"' in panel
    assert 'hx-trigger="load, submit"' not in staff.get(f"/schemes/{of(2).pk}/simulation/").content.decode()
    panel = staff.post(url, {"period": "2026Q3"}, headers={"HX-Request": "true"}).content.decode()
    assert "正在试算，下面是上一次的结果" in panel and "64.3" in panel
    work()
    # Branch B: 3 + 8 × 2/3 of 14 points instead of 5 + 4.
    assert "乙处党支部 64.3 59.5 ▼ 4.8" in text_of(staff.get(url))


def test_any_two_versions_on_any_closed_period(quarter, draft, as_):  # noqa: F811
    staff = as_("staff")
    for period in ("2026Q3", "2026Q1", "2025", "2025Q2"):
        asked = {"period": period, "with": of(1).pk}
        url = staff.post(f"/schemes/{draft.pk}/simulation/", asked)["Location"]
        assert work().state == "done"
        assert "第1版" in text_of(staff.get(url)), period
    row = Simulation.objects.get(version=draft, other=of(1), period="2026Q3")
    assert len(row.body["rows"]) == 3
    for odd in ("period=2026Q4", "period=2019Q1", "period=x", f"with={draft.pk}", "with=0", f"with={2**63}", "with=x"):
        assert staff.get(f"/schemes/{draft.pk}/simulation/?{odd}").status_code == 404, odd
    committee = SchemeVersion.objects.get(key="tongbu-committee", version=2)
    with pytest.raises(ValidationError, match="同一方案"):
        simulation_ask(by=quarter.staff, version=draft, other=committee, period=Q3)
    with pytest.raises(ValidationError, match="已经结束"):
        simulation_ask(by=quarter.staff, version=draft, other=of(2), period=Period.parse("2026Q4"))
    start_set(by=quarter.committee_secretary, day=date(2026, 4, 1))
    assert [str(period) for period in past_periods(draft)] == ["2026Q3", "2026Q2", "2026H1", "2026"]


def test_the_reader_sees_those_within_his_reach_and_no_branch_sees_any(quarter, draft, as_):  # noqa: F811
    row = simulation_ask(by=quarter.staff, version=draft, other=of(2), period=Q3)
    work()
    row.refresh_from_db()
    assert {one["name"] for one in row.body["rows"]} == {"甲处党支部", "乙处党支部", "丙中心党支部"}
    assert as_("secretary_a").get(f"/schemes/{draft.pk}/simulation/").status_code == 404
    assert as_("secretary_a").post(f"/schemes/{of(2).pk}/simulation/").status_code == 404


def test_a_draft_that_does_not_add_up_and_a_right_that_has_ended_are_said(quarter, draft, as_):  # noqa: F811
    body = draft.body
    _, row = drafting.find(body, "life-theme")
    body = drafting.with_indicator(body, "life", "life-theme", row | {"points": "9"})
    scheme_change(by=quarter.staff, version=draft, body=body, reason="试")
    simulation_ask(by=quarter.staff, version=draft, other=of(6), period=Q3)
    assert work().state == "done"
    url = f"/schemes/{draft.pk}/simulation/?period=2026Q3"
    assert "各方面分值之和不等于100分" in text_of(as_("staff").get(url))
    page = text_of(as_("staff").get(f"/schemes/{draft.pk}/"))
    assert "合计 103，多出 3" in page
    simulation_ask(by=quarter.staff, version=draft, other=of(1), period=Q3)
    Appointment.objects.filter(user=quarter.staff).update(ends=date(2026, 11, 1))
    job = work()
    assert (job.state, job.outcome) == ("failed", "考核评分的权限已终止，没有试算。")
    assert not Simulation.objects.get(other=of(1)).made


def test_a_discarded_draft_takes_its_figures_along(quarter, draft):  # noqa: F811
    simulation_ask(by=quarter.staff, version=draft, other=of(3), period=Q3)
    scheme_discard(by=quarter.staff, version=draft)
    assert not Simulation.objects.exists()
    assert work().outcome == "方案版本已删除。"


def test_two_chosen_versions_are_compared_with_what_holds_for_the_whole(quarter, draft, as_):  # noqa: F811
    heavier(quarter, draft)
    body = SchemeVersion.objects.get(pk=draft.pk).body
    body["bonus"] = body["bonus"] | {"cap": 3}
    body["grades"][0] = body["grades"][0] | {"condition": "有创新项目"}
    scheme_change(by=OPERATOR, version=draft, body=body, reason="不让加分盖过失分")
    staff = as_("staff")
    page = text_of(staff.get(f"/schemes/{draft.pk}/?with={of(1).pk}"))
    assert "与第1版" in page and "划线为第1版" in page
    assert "加分上限 5 分 3 分" in page and "等次“优秀” 90 以上 90 以上，另需有创新项目" in page
    assert "主题党日 6 分 8 分 次数分值偏低" in page
    assert "不适用的分值 分摊 不分摊" in page
    assert "不适用的分值" not in text_of(staff.get(f"/schemes/{draft.pk}/"))
    assert "分值合计 100" in page and "每处改动写了理由" not in page, "of the first version more differs"
    assert staff.get(f"/schemes/{draft.pk}/?with={draft.pk}").status_code == 404
    assert as_("secretary_a").get(f"/schemes/{of(2).pk}/?with={draft.pk}").status_code == 404

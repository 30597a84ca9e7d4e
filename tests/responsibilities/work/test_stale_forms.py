"""Two people at one form: who saves from an old picture is told so, and nothing of the other's is lost."""

import pytest

from branches.audit.models import AuditEntry
from common import clock
from common.errors import Conflict
from common.periods import Period
from responsibilities.duties.models import Duty, DutyList
from responsibilities.duties.services.duties import duty_drop
from responsibilities.requirements.models import Exemption
from responsibilities.requirements.selectors import one_requirement
from responsibilities.requirements.services import requirement_exempt
from responsibilities.supervision.models import SupervisionProblem
from responsibilities.supervision.services.notices import supervision_accept
from responsibilities.supervision.services.problems import problem_done, problems_write
from tests.matrix.supervision import answered
from tests.responsibilities.duties.world import html, line, make
from tests.responsibilities.work.support import ago, item_at, stage_form


def fields(answer):
    """Return what the drawn form proposes, as a browser would send it back."""
    form = answer.context["form"]
    return {name: form[name].value() or "" for name in form.fields if form[name].value() is not None}


def test_a_stage_noted_meanwhile_is_not_overwritten(world, as_):
    item = item_at(world.committee, [world.branch_a])
    stage = item.stages.get(stage="study")
    url = f"/sync/stages/{stage.pk}/"
    mine, theirs = as_("secretary_a"), as_("officer_a")
    old = stage_form(seen=fields(mine.get(url))["seen"])
    assert theirs.post(url, old | {"happened_on": ago(3).isoformat()}).status_code == 302
    answer = mine.post(url, old | {"business": "已经开工"})
    assert answer.status_code == 409
    assert "刚被他人修改" in html(answer) and "已经开工" in html(answer)
    stage.refresh_from_db()
    assert (stage.happened_on, stage.business) == (ago(3), "")
    fresh = stage_form(**fields(mine.get(url)) | {"happened_on": ago(3).isoformat(), "business": "已经开工"})
    assert mine.post(url, fresh).status_code == 302
    stage.refresh_from_db()
    assert (stage.happened_on, stage.business) == (ago(3), "已经开工")


def test_a_duty_revised_meanwhile_is_not_overwritten(world, as_):
    make()
    one = DutyList.objects.get(level="branch", organisation=world.branch_a).duties.first()
    url = f"/duties/{one.pk}/edit/"
    mine, theirs = as_("staff"), as_("committee_secretary")
    seen = fields(mine.get(url))["seen"]
    assert theirs.post(url, line(text="甲的写法", seen=seen)).status_code == 302
    before = AuditEntry.objects.count()
    answer = mine.post(url, line(text="乙的写法", seen=seen))
    assert answer.status_code == 409
    assert "刚被他人修改" in html(answer) and "乙的写法" in html(answer)
    one.refresh_from_db()
    assert (one.text, AuditEntry.objects.count()) == ("甲的写法", before)


def test_a_line_dropped_twice_is_dropped_once(world):
    make()
    one = DutyList.objects.get(level="branch", organisation=world.branch_a).duties.first()
    again = Duty.objects.select_related("list__organisation").get(pk=one.pk)
    duty_drop(by=world.staff, duty=one)
    with pytest.raises(Conflict):
        duty_drop(by=world.staff, duty=again)
    assert AuditEntry.objects.filter(verb="duty.drop").count() == 1


def test_a_requirement_exempted_by_two_superiors_is_exempt_once(world):
    row = one_requirement(world.branch_a, "life-theme-day", Period.parse("2026-02"))
    requirement_exempt(by=world.staff, organisation=world.branch_a, row=row, reason="疫情")
    with pytest.raises(Conflict):
        requirement_exempt(by=world.committee_secretary, organisation=world.branch_a, row=row, reason="疫情")
    assert Exemption.objects.count() == 1


def test_a_problem_struck_off_while_the_list_was_open_stays_struck_off(world):
    notice = answered(world, ["一", "二"])
    rows = list(notice.problems.all())
    problems_write(by=world.secretary_a, supervision=notice, rows=[(row, row.problem, "措施") for row in rows])
    supervision_accept(by=world.staff, supervision=notice)
    old = list(SupervisionProblem.objects.order_by("order"))
    problem_done(by=world.staff, problem=SupervisionProblem.objects.get(order=1), done_on=clock.today())
    problems_write(by=world.secretary_a, supervision=notice, rows=[(row, row.problem, "另一措施") for row in old])
    first, second = SupervisionProblem.objects.order_by("order")
    assert (first.done_on, first.measure) == (clock.today(), "措施")
    assert (second.done_on, second.measure) == (None, "另一措施")

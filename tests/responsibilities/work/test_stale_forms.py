"""Two people at one form: who saves from an old picture is told so, and nothing of the other's is lost."""

from branches.audit.models import AuditEntry
from responsibilities.duties.models import DutyList
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

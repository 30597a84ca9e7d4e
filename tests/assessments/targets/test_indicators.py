"""Soft task → indicator, and what schemes read of targets: one figure typed, scored in one place, unknown never zero."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.facts import fill as rollups
from assessments.results.services import assessment_trial
from assessments.schemes.models import SchemeVersion
from assessments.targets.models import TargetPlan
from branches.jobs.models import Heartbeat
from common import clock
from common.periods import Period
from members.activities.models import Resolution
from tests.assessments.results.test_results import hold
from tests.assessments.targets.support import issued, plan_at, target_of
from tests.responsibilities.duties.world import duty
from tests.responsibilities.duties.world import issued as with_lists

pytestmark = pytest.mark.django_db
NOW, AFTER = date(2026, 11, 20), date(2027, 2, 1)


def at(day):
    return clock.at(timezone.make_aware(datetime(day.year, day.month, day.day, 9)))


def typed(name, **changes):
    return {"name": name, "points": "2", "part": "duty", "reason": "软任务转为指标"} | changes


def draft_of(key="tongbu-branch"):
    return SchemeVersion.objects.get(key=key, state="draft")


def rows_of(version):
    return {row["key"]: row for part in version.body["dimensions"] for row in part["indicators"]}


def in_force(client, version, *, instead_of="duty-resolution"):
    """Put a draft in force from the beginning of 2026, its new indicator in the place of another one of two points."""
    client.post(reverse("scheme_indicator_drop", args=[version.pk, instead_of]))
    SchemeVersion.objects.filter(pk=version.pk).update(state="in_force", in_force_from=date(2026, 1, 1))


def scores(world, place, period, day=AFTER):
    with at(day):
        found = assessment_trial(by=world.staff, period=Period.parse(period)).results.get(organisation=place)
    return {row.indicator: row for row in found.scores.all()}


def test_a_soft_duty_becomes_an_indicator_and_is_scored_there_alone(world, as_):
    with at(NOW):
        with_lists(world)
        soft = duty("br-fee", organisation=world.branch_a)
        staff, url = as_("staff"), reverse("scheme_from", args=["duty", soft.pk])
        listed = staff.get(reverse("duty_list_detail", args=[soft.list_id])).content.decode()
        assert "软任务 " in listed and f"/{soft.list.duties.count()}" in listed
        page = staff.get(reverse("duty_detail", args=[soft.pk])).content.decode()
        assert url in page and "软任务" in page
        assert url not in as_("secretary_a").get(reverse("duty_detail", args=[soft.pk])).content.decode()
        opened = staff.get(url)
        assert opened.context["form"].initial["name"] == soft.text and soft.text in opened.context["sub"]
        refused = staff.post(url, typed(soft.text, points=""))
        assert refused.status_code == 422 and not SchemeVersion.objects.filter(state="draft").exists()
        answer = staff.post(url, typed(soft.text))
        draft = draft_of()
        made = answer["Location"].partition("#i-")[2]
        assert answer.status_code == 302 and rows_of(draft)[made]["measures"] == ["duties.br-fee"]
        assert made in rows_of(draft)["duty-done"]["counted_in"]
        again = staff.post(url, typed(soft.text))
        assert again.status_code == 422
        assert f"“{soft.text}”已计量这一项，请选择只在其中一处计分。" in again.content.decode()
        in_force(staff, draft)
    found = scores(world, world.branch_a, "2026Q3", date(2026, 10, 20))
    assert (found[made].state, found[made].points) == ("known", 0)
    said = [reason["text"] for reason in found["duty-done"].reasons if reason["kind"] == "elsewhere"]
    assert any(f"已在“{soft.text}”计分" in text for text in said)
    lost = [reason["text"] for reason in found["duty-done"].reasons if reason["kind"] != "elsewhere"]
    assert not any(soft.text in text for text in lost), "one fault costs once"


def test_what_a_proof_or_a_day_shows_is_not_soft_and_a_proposal_takes_no_more(world, as_):
    with at(NOW):
        with_lists(world)
        staff = as_("staff")
        hard = duty("br-theme", organisation=world.branch_a)
        assert staff.get(reverse("scheme_from", args=["duty", hard.pk])).status_code == 404
        assert staff.get(reverse("scheme_from", args=["wish", 1])).status_code == 404
        soft = duty("br-fee", organisation=world.branch_a)
        url = reverse("scheme_from", args=["duty", soft.pk])
        newest = SchemeVersion.objects.in_force("tongbu-branch")[0]
        staff.post(reverse("scheme_draft", args=[newest.pk]))
        staff.post(reverse("scheme_propose", args=[draft_of().pk]), {"in_force_from": "2027-01-01"})
        assert staff.post(url, typed(soft.text)).status_code == 409


def target_in_scheme(world, as_, **changes):
    """A target of the branches, two lectures by the end of the year, as an indicator of two points; return (target, key)."""
    with at(NOW):
        plan = plan_at(world.committee)
        target = target_of(plan, planned=Decimal(2), name="党课两次", **changes)
        issued(plan)
        hold(world.branch_a, "lecture", date(2026, 8, 3))
        staff = as_("staff")
        page = staff.get(reverse("target_detail", args=[target.pk])).content.decode()
        url = reverse("scheme_from", args=["target", target.pk])
        assert url in page
        made = staff.post(url, typed(target.name, part="brand"))["Location"].partition("#i-")[2]
        in_force(staff, draft_of())
    return target, made


def test_a_target_is_scored_by_how_far_it_came_in_the_period_of_its_last_day(world, as_):
    _, made = target_in_scheme(world, as_)
    with at(AFTER):
        Heartbeat.objects.filter(name="rollup").delete()
    assert scores(world, world.branch_a, "2026")[made].state == "unknown", "what nobody has counted is not zero"
    with at(AFTER):
        rollups.fill()
    found = scores(world, world.branch_a, "2026")
    assert (found[made].state, found[made].points) == ("known", 1)
    assert [reason["text"] for reason in found[made].reasons] == ["目标“党课两次”完成 50%"]
    assert scores(world, world.branch_b, "2026")[made].points == 0
    assert scores(world, world.branch_a, "2026Q3", AFTER)[made].state == "not_due"


def test_a_target_whose_measure_is_scored_already_is_refused(world, as_):
    with at(NOW):
        plan = plan_at(world.committee)
        target = target_of(plan, measure="requirement.life-theme-day", planned=Decimal(90), name="主题党日")
        issued(plan)
        answer = as_("staff").post(reverse("scheme_from", args=["target", target.pk]), typed("主题党日"))
    assert answer.status_code == 422
    assert "“主题党日”已计量这一项，请选择只在其中一处计分。" in answer.content.decode()
    assert not SchemeVersion.objects.filter(state="draft").exists()


def test_a_target_whose_number_another_plan_has_taken_is_refused(world, as_):
    """Both plans count 1, 2, 3: for the branches target.1 is what the committee, the nearest, asks."""
    with at(NOW):
        upper, nearer = plan_at(world.root), plan_at(world.committee)
        above = target_of(upper, planned=Decimal(2), name="提升组织力", weight=Decimal(50))
        free = target_of(upper, planned=Decimal(2), name="党课", code="11", weight=Decimal(50))
        own = target_of(nearer, planned=Decimal(3), name="支委会")
        TargetPlan.objects.update(state="issued", issued_on=NOW)
        staff = as_("staff")
        refused = staff.post(reverse("scheme_from", args=["target", above.pk]), typed(above.name))
        assert refused.status_code == 422
        said = refused.content.decode()
        assert world.committee.label in said and "“支委会”也是序号 1" in said and "不同的序号" in said
        assert not SchemeVersion.objects.filter(state="draft").exists()
        # Neither is in the other's way any more where the numbers differ, and the nearest is what it says.
        for target in (own, free):
            answer = staff.post(reverse("scheme_from", args=["target", target.pk]), typed(target.name, part="brand"))
            assert answer.status_code == 302, answer.content.decode()
    read = {row["name"]: row["measures"] for row in rows_of(draft_of()).values()}
    assert (read["支委会"], read["党课"]) == (["target.1"], ["target.11"])


def test_a_target_of_one_committee_is_not_scored_by_the_same_number_of_another(world, as_):
    with at(NOW):
        upper, nearer = plan_at(world.root), plan_at(world.general)
        target_of(upper, planned=Decimal(2), name="提升组织力")
        inner = target_of(nearer, planned=Decimal(3), name="支委会")
        TargetPlan.objects.update(state="issued", issued_on=NOW)
        refused = as_("staff").post(reverse("scheme_from", args=["target", inner.pk]), typed(inner.name))
    assert refused.status_code == 422 and "“提升组织力”也是序号 1" in refused.content.decode()


def test_a_resolution_of_a_branch_is_scored_already_one_of_the_committee_is_not(world, as_):
    with at(NOW):
        staff = as_("staff")
        of_branch, of_committee = (
            Resolution.objects.create(
                activity=hold(place, "assembly", date(2026, 8, 3)), order=1, text="建立联学机制", due=date(2026, 12, 1)
            )
            for place in (world.branch_a, world.committee)
        )
        listed = staff.get(reverse("resolution_list")).content.decode()
        assert reverse("scheme_from", args=["resolution", of_branch.pk]) in listed
        refused = staff.post(reverse("scheme_from", args=["resolution", of_branch.pk]), typed("联学"))
        assert "“决议落实”已计量这一项" in refused.content.decode()
        kept = staff.post(reverse("scheme_from", args=["resolution", of_committee.pk]), typed("联学", part="lead"))
        assert kept.status_code == 302
        row = rows_of(draft_of("tongbu-committee"))[kept["Location"].partition("#i-")[2]]
    assert (row["name"], row["measures"], row["method"]) == ("联学", ["resolutions.done"], "ratio")


def test_a_target_cannot_be_bound_to_a_score_or_to_a_target(world, as_):
    from tests.assessments.targets.test_plans import posted

    plan = plan_at(world.committee)
    for measure in ("target.1", "targets.on_course", "results.mean"):
        answer = as_("staff").post(reverse("target_new", args=[plan.pk]), posted(measure=measure))
        assert answer.status_code == 422 and not plan.targets.exists()

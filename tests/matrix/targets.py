"""Targets: plans, shares, stages."""

from datetime import timedelta
from decimal import Decimal

from assessments.targets.models import StageReport, Target
from assessments.targets.services.stages import stage_report
from branches.reach.rights import ASSESS, ASSIGN, ROLES
from common import clock
from tests.assessments.targets.support import issued, plan_at, stages_of, target_of
from tests.matrix import Row, only
from tests.matrix.branches import VIEWERS
from tests.matrix.members import READS_A
from tests.world import CAST

ARRANGES = tuple(who for who, (role, _) in CAST.items() if role and ASSIGN in ROLES[role].rights)


ASSESSORS = tuple(who for who, (role, _) in CAST.items() if role and ASSESS in ROLES[role].rights)


def draft_plan(world):
    plan = plan_at(world.committee)
    target_of(plan)
    return {"pk": plan.pk}


def issued_target(world):
    plan = plan_at(world.committee)
    target = target_of(plan)
    issued(plan)
    return {"pk": target.pk}


def issued_plan(world):
    return {"pk": Target.objects.get(pk=issued_target(world)["pk"]).plan_id}


def next_year(world):
    return {"year": clock.today().year + 1}


def to_confirm(world):
    """The committee has no plan of last year: who may confirm is told so."""
    return {"year": clock.today().year, "key": "targets", "pk": world.committee.pk}


def draft_target(world):
    return {"pk": target_of(plan_at(world.committee)).pk}


def divided(world):
    return {"pk": target_of(plan_at(world.committee), split="divided", planned=Decimal(4)).pk}


def staged(world):
    plan = plan_at(world.committee)
    days = (clock.today(), clock.today() + timedelta(days=9))
    target = target_of(plan, kind="qualitative", measure="", planned=None, stages=stages_of(*days))
    issued(plan)
    return target.stages.first()


def stage(world):
    return {"pk": staged(world).pk}


def report(world):
    row = stage_report(
        by=world.secretary_a, stage=staged(world), organisation=world.branch_a, own_level="reached", text="已完成"
    )
    return {"pk": StageReport.objects.get(pk=row.pk).pk}


# Who reads something and arranges nothing; who reads what the committee does and changes nothing of it.
REFUSED = tuple(who for who in VIEWERS if who not in ARRANGES)
READS_COMMITTEE = ("discipline", "leader", "party_secretary", "assistant")
# Who answers for a branch that owes the target, and who judges branch A.
ANSWERS = ("secretary_a", "officer_a", "organiser_a", "secretary_b", "secretary_c")
JUDGES = ("committee_secretary", "staff")
SEES_A = tuple(who for who in READS_A if who not in JUDGES)

ROWS = {
    "target_list": Row(get=only(*VIEWERS)),
    "target_export": Row(post=only(*VIEWERS)),
    "stage_queue": Row(get=only(*VIEWERS)),
    "target_plan_new": Row(get=only(*ARRANGES, forbidden=REFUSED), post=only(*ARRANGES, status=422, forbidden=REFUSED)),
    "target_new": Row(kwargs=draft_plan, get=only(*ARRANGES), post=only(*ARRANGES, status=422)),
    "target_plan_approve": Row(kwargs=draft_plan, get=only(*ARRANGES), post=only(*ARRANGES, status=302)),
    "target_plan_issue": Row(kwargs=draft_plan, post=only(*ARRANGES, status=302)),
    "target_plan_print": Row(kwargs=draft_plan, get=only(*ARRANGES)),
    "target_import": Row(kwargs=draft_plan, get=only(*ARRANGES), post=only(*ARRANGES, status=422)),
    "target_sheet": Row(kwargs=draft_plan, get=only(*ARRANGES)),
    "target_letter": Row(kwargs=issued_plan, post=only(*VIEWERS)),
    "year_change": Row(kwargs=next_year, get=only(*ARRANGES, forbidden=REFUSED)),
    "year_confirm": Row(kwargs=to_confirm, post=only(*ARRANGES, status=409, forbidden=REFUSED)),
    "scheme_from": Row(
        kwargs=lambda world: issued_target(world) | {"kind": "target"},
        get=only(*ASSESSORS),
        post=only(*ASSESSORS, status=422),
    ),
    "target_detail": Row(kwargs=issued_target, get=only(*VIEWERS)),
    "target_edit": Row(kwargs=draft_target, get=only(*ARRANGES), post=only(*ARRANGES, status=422)),
    "target_remove": Row(kwargs=draft_target, get=only(*ARRANGES), post=only(*ARRANGES, status=302)),
    "target_adjust": Row(
        kwargs=issued_target,
        get=only(*ARRANGES, forbidden=READS_COMMITTEE),
        post=only(*ARRANGES, status=422, forbidden=READS_COMMITTEE),
    ),
    "target_stop": Row(
        kwargs=issued_target,
        get=only(*ARRANGES, forbidden=READS_COMMITTEE),
        post=only(*ARRANGES, status=422, forbidden=READS_COMMITTEE),
    ),
    "target_share_out": Row(kwargs=divided, get=only(*ARRANGES), post=only(*ARRANGES, status=422)),
    "stage_report": Row(kwargs=stage, get=only(*ANSWERS), post=only(*ANSWERS, status=422)),
    "stage_judge": Row(
        kwargs=report, get=only(*JUDGES, forbidden=SEES_A), post=only(*JUDGES, status=422, forbidden=SEES_A)
    ),
    "stage_return": Row(
        kwargs=report, get=only(*JUDGES, forbidden=SEES_A), post=only(*JUDGES, status=422, forbidden=SEES_A)
    ),
}

"""Policies: who writes them, who takes note, who does a step."""

from datetime import date, timedelta

from branches.reach.rights import ASSIGN, SUPERVISE
from members.activities.services.states import activity_accept, activity_submit
from responsibilities.policies.models import PolicyRun
from responsibilities.policies.selectors.steps import run_views
from responsibilities.policies.services.runs import run_begin
from responsibilities.policies.services.ties import step_tie
from tests.matrix import Row, only
from tests.matrix.imports import IMPORTERS, batch, running
from tests.matrix.members import READS_A
from tests.matrix.responsibilities import VIEWERS, holders
from tests.members.activities.records import draft as record_draft
from tests.responsibilities.policies.records import in_force, written

WRITERS = holders(ASSIGN)
SUPERVISES = tuple(who for who in holders(SUPERVISE) if who not in WRITERS)
# A policy of the committee for branches: whoever reaches a branch reads it, not the leader of a small group.
READS = tuple(who for who in VIEWERS if who != "leader_a1")
# Who answers for a branch: who leads it from above begins nothing in its place.
BEGINS = ("secretary_a", "officer_a", "organiser_a", "secretary_b", "secretary_c")
ANSWERS_A = ("secretary_a", "officer_a", "organiser_a")
SINCE = date(2026, 3, 2)


def by_writers(status=200, readers=READS):
    return only(*WRITERS, status=status, forbidden=tuple(who for who in readers if who not in WRITERS))


def at_a(*who, status=200):
    return only(*who, status=status, forbidden=tuple(one for one in READS_A if one not in who))


def drafted(world):
    return {"pk": written(world).pk}


def version(world):
    return {"pk": in_force(world).pk}


def policy(world):
    return {"pk": in_force(world).policy_id}


def run_of(world):
    return run_begin(by=world.secretary_a, version=in_force(world), organisation=world.branch_a, subject="食堂意见")


def overdue(world):
    """A policy of which a step is past its day."""
    run = run_of(world)
    PolicyRun.objects.filter(pk=run.pk).update(opened_on=run.opened_on - timedelta(days=30))
    return {"pk": run.version.policy_id}


def a_run(world):
    return {"pk": run_of(world).pk}


def first_step(run):
    return run_views([run])[0].steps[0].row


def a_step(world):
    return {"pk": first_step(run_of(world)).pk}


def a_tie(world):
    run = run_of(world)
    record = record_draft(world.branch_a, world.secretary_a, kinds=["committee_meeting"])
    record = activity_submit(by=world.secretary_a, activity=record)
    activity_accept(by=world.staff, activity=record)
    return {"pk": step_tie(by=world.secretary_a, activity=record, step=first_step(run)).pk}


def reason(world):
    return {"reason": "已合并办理"}


ROWS = {
    "policy_list": Row(get=only(*VIEWERS)),
    "policy_list_export": Row(post=only(*VIEWERS)),
    "policy_import": Row(get=only(*IMPORTERS), post=only(*IMPORTERS)),
    "policy_import_sheet": Row(get=only(*IMPORTERS)),
    "policy_import_preview": Row(kwargs=batch, get=only("staff")),
    "policy_import_progress": Row(kwargs=running, get=only("staff")),
    "policy_import_cancel": Row(kwargs=running, post=only("staff", status=302)),
    "policy_import_columns": Row(kwargs=batch, post=only("staff", status=302)),
    "policy_import_apply": Row(kwargs=batch, post=only("staff", status=302)),
    "policy_import_discard": Row(kwargs=batch, post=only("staff", status=302)),
    "policy_import_errors": Row(kwargs=batch, post=only("staff")),
    "policy_new": Row(get=only(*WRITERS, forbidden=SUPERVISES), post=only(*WRITERS, status=422, forbidden=SUPERVISES)),
    "policy_detail": Row(kwargs=policy, get=only(*READS)),
    "policy_revise": Row(kwargs=policy, get=by_writers(), post=by_writers(302)),
    "policy_begin": Row(
        kwargs=policy,
        get=only(*BEGINS, forbidden=tuple(who for who in READS if who not in BEGINS)),
        post=only(*BEGINS, status=422, forbidden=tuple(who for who in READS if who not in BEGINS)),
    ),
    "policy_remind_steps": Row(kwargs=overdue, get=by_writers(), post=by_writers(302)),
    "policy_points": Row(kwargs=policy, get=only(*READS)),
    "policy_receipts": Row(kwargs=policy, get=only(*READS)),
    "policy_remind": Row(kwargs=policy, get=by_writers(), post=by_writers(302)),
    "policy_receipts_export": Row(kwargs=policy, post=only(*READS)),
    # A draft is read by whoever writes it alone.
    "policy_edit": Row(kwargs=drafted, get=only(*WRITERS), post=only(*WRITERS, status=422)),
    "policy_issue": Row(kwargs=drafted, get=only(*WRITERS), post=only(*WRITERS, status=422)),
    "policy_discard": Row(kwargs=drafted, get=only(*WRITERS), post=only(*WRITERS, status=302)),
    "policy_procedure": Row(kwargs=version, get=by_writers(), post=by_writers(422)),
    "policy_repeal": Row(kwargs=version, get=by_writers(), post=by_writers(422)),
    "policy_note": Row(
        kwargs=version,
        data=lambda world: {"organisation": world.branch_a.pk},
        post=at_a(*ANSWERS_A, status=302),
    ),
    "policy_run_detail": Row(kwargs=a_run, get=only(*READS_A)),
    "policy_run_cancel": Row(kwargs=a_run, data=reason, get=at_a(*WRITERS), post=at_a(*WRITERS, status=302)),
    "policy_step_done": Row(kwargs=a_step, get=at_a(*ANSWERS_A), post=at_a(*ANSWERS_A, status=422)),
    "policy_step_tie": Row(kwargs=a_step, get=at_a(*ANSWERS_A), post=at_a(*ANSWERS_A, status=422)),
    "policy_step_skip": Row(kwargs=a_step, data=reason, get=at_a(*WRITERS), post=at_a(*WRITERS, status=302)),
    # Whoever accepted the record has not made the tie, and confirms it as any other reviewer.
    "policy_tie_confirm": Row(kwargs=a_tie, post=at_a(*WRITERS, status=302)),
}

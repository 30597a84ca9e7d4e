"""The ledger of organisations by itself, from file to tree."""

from branches.imports.apply import apply_organisations
from branches.imports.organisations import plan_organisations
from branches.imports.places import Places
from branches.imports.report import read_ledger
from branches.imports.run import run
from branches.places.ledger import ORGANISATIONS_LEDGER


def organisations_plan(by, source, filename, **options):
    """Return the Plan of an organisations ledger under the reach of `by`; options as for `read_ledger`."""
    plan = read_ledger(ORGANISATIONS_LEDGER, source, filename, **options)
    if not plan.errors:
        plan_organisations(plan, Places.load(by))
    return plan


def organisations_import(by, source, filename, **options):
    """Plan and write an organisations ledger, all or nothing; returns the Plan with its errors and notices."""
    plans = run(
        lambda: [organisations_plan(by, source, filename, **options)],
        lambda plans, by: apply_organisations(plans[0].items, by),
        by,
        what="导入党组织台账",
    )
    return plans[0]

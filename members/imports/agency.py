"""One, two or three ledgers together: names of any of them are known to the others, all or nothing."""

from pathlib import Path

from branches.imports.apply import apply_organisations
from branches.imports.organisations import plan_organisations
from branches.imports.places import Places
from branches.imports.report import KEEP, CellError, read_ledger
from branches.imports.run import nothing_around, run
from branches.places.ledger import ORGANISATIONS_LEDGER
from members.activities.ledger import ACTIVITIES_LEDGER
from members.imports.people import People
from members.imports.plan_activities import asked_of, plan_activities
from members.imports.plan_members import plan_members
from members.imports.write_activities import apply_activities
from members.imports.write_members import apply_members
from members.roster.ledger import MEMBERS_LEDGER

LEDGERS = {ledger.key: ledger for ledger in (ORGANISATIONS_LEDGER, MEMBERS_LEDGER, ACTIVITIES_LEDGER)}
_SUFFIXES = (".xlsx", ".csv")
_WRITERS = {"organisations": apply_organisations, "members": apply_members, "activities": apply_activities}


def files_of(folder):
    """Return ({ledger: path}, [CellError]) of a folder that must hold all three ledgers, each once."""
    folder = Path(folder)
    found, errors = {}, []
    for ledger in LEDGERS:
        paths = [folder / (ledger + suffix) for suffix in _SUFFIXES if (folder / (ledger + suffix)).is_file()]
        if len(paths) == 1:
            found[ledger] = paths[0]
        else:
            sentence = "既有 .xlsx 又有 .csv，请只保留一个。" if paths else f"没有找到 {ledger}.xlsx 或 {ledger}.csv。"
            errors.append(CellError(ledger, 0, "", "", sentence))
    return found, errors


def plan_files(by, files, *, columns=None, sheets=None, strict=True, mode=KEEP):
    """Return the Plans of the ledgers in `files`: {ledger: (source, filename)}, under the reach of `by`. Reads only.

    columns: {ledger: {heading: field}}, sheets: {ledger: title} by hand; strict, mode as for `read_ledger`. Every file is
    read before any name is looked up, so a name counts as known when any row of any file gives it.
    """
    plans = {}
    for ledger in LEDGERS:
        if ledger in files:
            source, filename = files[ledger]
            plans[ledger] = read_ledger(
                LEDGERS[ledger],
                source,
                filename,
                columns=(columns or {}).get(ledger),
                sheet=(sheets or {}).get(ledger),
                strict=strict,
                mode=mode,
            )
    if any(plan.errors for plan in plans.values()):
        # Without one of the files half of the names of the others would be unknown: only that file is wrong.
        return list(plans.values())
    places = Places.load(by)
    if "organisations" in plans:
        plan_organisations(plans["organisations"], places)
    if "members" in plans or "activities" in plans:
        # A ledger of members may move anybody, and gives names to that of activities.
        whole = "members" in plans
        people = People.load(places) if whole else People.load_asked(places, asked_of(plans["activities"], places))
        if "members" in plans:
            plan_members(plans["members"], places, people)
        if "activities" in plans:
            plan_activities(plans["activities"], places, people)
    return list(plans.values())


def write_plans(plans, by):
    """Write the plans in the order of LEDGERS; the caller holds the transaction."""
    order = list(LEDGERS)
    for plan in sorted(plans, key=lambda plan: order.index(plan.ledger.key)):
        _WRITERS[plan.ledger.key](plan.items, by)


def import_files(by, files, *, what="导入台账", around=nothing_around, **options):
    """Plan and write ledgers, all or nothing; returns the Plans.

    `files` and options as for `plan_files`; what, around: as for branches/imports/run.py.
    """
    return run(lambda: plan_files(by, files, **options), write_plans, by, what=what, around=around)

"""Write a planned roster of Party workers with the services of the pages, all or nothing."""

from typing import Any

from branches.imports.report import Plan
from branches.imports.run import nothing_around, run
from branches.places.models.organisations import Organisation
from common.operator import Actor
from members.cadres.services.staff import work_note
from members.imports.rows import write_rows
from members.imports.workers.plan import WorkerItem, plan_workers


def write_workers(plans: list[Plan], by: Actor) -> None:
    """Note the planned work; a refusal names its row."""
    for plan in plans:
        places = Organisation.objects.in_bulk({item.place for item in plan.items})

        def note(item: WorkerItem, places: dict[int, Organisation] = places) -> object:
            place = places[item.place]
            return work_note(by=by, member=item.member, organisation=place, share=item.share, starts=item.starts)

        write_rows(plan.items, note)


def import_workers(
    by: Actor, files: Any, *, what: str = "导入党务干部名册", around: Any = nothing_around, **options: Any
) -> list[Plan]:
    """Plan and write a roster, all or nothing; returns [Plan]. `files` and options as for plan_workers."""
    return run(lambda: plan_workers(by, files, **options), write_workers, by, what=what, around=around)

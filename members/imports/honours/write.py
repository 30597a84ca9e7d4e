"""Write a planned list of honours with the services of the pages, all or nothing."""

from typing import Any

from branches.imports.report import Plan
from branches.imports.run import nothing_around, run
from branches.places.models.organisations import Organisation
from common.operator import Actor
from members.care.services.honours import honour_note
from members.imports.honours.plan import HonourItem, plan_honours
from members.imports.rows import write_rows


def write_honours(plans: list[Plan], by: Actor) -> None:
    """Note the planned honours; a refusal names its row."""
    for plan in plans:
        places = Organisation.objects.in_bulk({item.place for item in plan.items if item.place is not None})

        def note(item: HonourItem, places: dict[int, Organisation] = places) -> object:
            return honour_note(
                by=by,
                title=item.title,
                level=item.level,
                granted_on=item.granted_on,
                granted_by=item.granted_by,
                document=item.document,
                member=item.member,
                organisation=places[item.place] if item.place is not None else None,
            )

        write_rows(plan.items, note)


def import_honours(
    by: Actor, files: Any, *, what: str = "导入表彰登记", around: Any = nothing_around, **options: Any
) -> list[Plan]:
    """Plan and write a list, all or nothing; returns [Plan]. `files` and options as for plan_honours."""
    return run(lambda: plan_honours(by, files, **options), write_honours, by, what=what, around=around)

"""How those below an organisation stand in a target that they owe and it does not: counted, never a mean of means."""

from collections.abc import Sequence

from assessments.targets.models import Split, Target
from assessments.targets.rules import GOOD, ShareState, Standing, together
from assessments.targets.selectors.standings import Asked, standings
from branches.places.models.organisations import Organisation

BEHIND = (ShareState.BEHIND, ShareState.MISSED)
# Of more organisations the facts of them all together say where a target stands.
MOST = 200


def is_owed_below(target: Target, place: Organisation) -> bool:
    """Whether an organisation below the plan's owes a target at most through those below it."""
    own = place.pk == target.plan.organisation_id or place.kind in target.applies
    return not own and target.split != Split.OWN


def kinds_below(place: Organisation) -> set[str]:
    """Return the kinds of the living organisations below one."""
    rows = Organisation.objects.within(place).filter(archived_on__isnull=True).exclude(pk=place.pk)
    return set(rows.order_by().values_list("kind", flat=True).distinct())


def standings_below(targets: Sequence[Target], place: Organisation, asked: Asked) -> dict[int, tuple[Standing, str]]:
    """Return {target id: (the worst state below, how many are behind in words)} of those that only others below owe.

    None of them where there are more than MOST below. Three statements, and those of `standings`.
    """
    rows = [target for target in targets if is_owed_below(target, place)]
    kinds = {kind for target in rows for kind in target.applies}
    if not rows:
        return {}
    found = Organisation.objects.within(place).filter(kind__in=kinds, archived_on__isnull=True).exclude(pk=place.pk)
    places = list(found.in_tree_order()[: MOST + 1])
    if len(places) > MOST:
        return {}
    told = standings(rows, places, asked)
    return {
        target.pk: _counted([told[target.pk, one.pk] for one in places if one.kind in target.applies])
        for target in rows
    }


def _counted(there: Sequence[Standing]) -> tuple[Standing, str]:
    owing = [one for one in there if one.state not in (ShareState.NOT_APPLICABLE, ShareState.STOPPED)]
    if not owing:
        stopped = any(one.state == ShareState.STOPPED for one in there)
        return Standing(ShareState.STOPPED if stopped else ShareState.NOT_APPLICABLE), "—"
    late = sum(one.state in BEHIND for one in owing)
    good = sum(one.state in GOOD for one in owing)
    words = f"{late} 个组织落后，共 {len(owing)} 个" if late else f"达到或按进度 {good}/{len(owing)} 个组织"
    return Standing(together(owing)), words

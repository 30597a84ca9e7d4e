"""Which aims of the year a record moves: those whose measure counts it, at its own organisation or above it."""

from collections.abc import Collection, Iterable

from django.urls import reverse

from assessments.home.selectors.record_effects.effect import Effect
from assessments.targets.measured import MEASURED
from assessments.targets.models import PlanState, Split, Target
from assessments.targets.selectors.places import counts_alone
from branches.access.models import User
from branches.places.models.organisations import Organisation
from common.periods import Period
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID

# So many are named; a record moves seldom more.
MOST = 6
# How a record that is being typed, one that counts and a draft are marked.
TYPED, SENT, UNSENT = "计入", "已计入", "未计入"


def counted_as(
    kinds: Collection[str], lines: Iterable[Effect], way: str = "", field: str = ""
) -> dict[str, Period | None]:
    """Return {measure: the period in which a record counts there, None for that of its day}.

    kinds, way, field: what its facts are counted by. lines: of its own organisation; those of requirements that it counts for.
    """
    found: dict[str, Period | None] = {f"activities.{kind}": None for kind in kinds}
    found |= {f"ways.{way}": None} if way else {}
    found |= {f"fields.{field}": None} if field else {}
    for line in lines:
        if line.rule and line.owed is not None:
            found[REQUIREMENT_RULES_BY_ID[line.rule].measure] = line.owed.period
    return found


def target_lines(
    place: Organisation, month: Period, measures: dict[str, Period | None], user: User | None, mark: str
) -> list[Effect]:
    """Return a line for each target of an issued plan that a record of an organisation moves; two statements.

    month: of the record's day. measures: of `counted_as`. mark: TYPED, SENT, or UNSENT of a draft. user: for whom those are named
    that he may read; all when None.
    """
    above = [place, *place.get_ancestors(ascending=True)]
    rows = Target.objects.filter(
        plan__state=PlanState.ISSUED,
        plan__organisation__in=above,
        plan__year__in={period.year for period in (month, *measures.values()) if period is not None},
        measure__in=MEASURED.keys() & measures.keys(),
        stopped_on__isnull=True,
        children__isnull=True,
    )
    if user is not None:
        rows = rows.visible_to(user)
    found = []
    for target in rows.select_related("plan").order_by("plan", "code", "pk"):
        period = measures[target.measure] or month
        within = (
            target.plan.year == period.year
            and target.first_month <= period.last.month
            and (period.first.month <= target.last_month)
        )
        if within and _held_by(target, above):
            found.append(_line(target, mark))
    return found[:MOST]


def _held_by(target: Target, above: list[Organisation]) -> bool:
    """Whether a record of the first of these counts for a target at it or at one above it that owes it."""
    if target.split == Split.DIVIDED:
        # Whatever is done at the organisation that divided it, or below, adds to the sum.
        return True
    for number, holder in enumerate(above):
        own = holder.pk == target.plan.organisation_id
        owes = own if target.split == Split.OWN else not own and holder.kind in target.applies
        if owes and (number == 0 or not counts_alone(target, holder.kind)):
            return True
        if own:
            return False
    return False


def _line(target: Target, mark: str) -> Effect:
    measured = MEASURED[target.measure]
    note = f"计入{measured.name}" if measured.rate else f"{measured.name}计 1 {measured.unit}"
    url = reverse("target_detail", args=[target.pk])
    if mark == UNSENT:
        return Effect("目标", target.name, f"提交后{note}", mark, "soon", url)
    return Effect("目标", target.name, note, mark, "ok", url, counts=True)

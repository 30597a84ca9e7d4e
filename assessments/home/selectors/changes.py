"""What got better and what got worse since the last report, each with its reason: from facts, and from the stages in one's charge."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.http import urlencode

from assessments.facts.models import Fact
from assessments.results.models import Assessment, Score
from assessments.schemes.measures import BELOW, rules_read
from assessments.schemes.services import parsed
from assessments.scoring.methods import MISSING, PARTIAL
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.operator import Actor
from common.periods import Period
from common.text import quoted
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, SyncState, WorkItem
from responsibilities.work.stages import SyncPoint

# So many are read in a minute; all of them stand on a page of their own, at most so many.
SHOWN, MOST = 4, 200
_DONE = (State.MET, State.MET_LATE)
_FAMILY = "requirement"


@dataclass(frozen=True)
class Change:
    """One thing that got better (up) or worse: what it is, why, and its page. weight: how much of it, for the order."""

    up: bool
    text: str
    why: str
    url: str
    weight: int = 0


def changes_since(
    user: Actor,
    report: Period,
    items: Mapping[int, WorkItem],
    points: Iterable[SyncPoint],
    assessment: Assessment | None = None,
) -> list[Change]:
    """Return all Changes since the period of the last report, the heaviest first, worse before better where they weigh alike.

    items, points: the work in his charge. assessment: that the report is of; what it judged stands as it was published,
    whatever was made up since. Of requirements four statements, whatever there is.
    """
    found = [*_requirements(user, report, assessment), *_stages(report, items, points)]
    return sorted(found, key=lambda row: (-row.weight, row.up, row.text))


def shown(found: list[Change]) -> list[Change]:
    """Return those for a page of one minute: as many that got better as that got worse, as far as there are."""
    up, down = [row for row in found if row.up], [row for row in found if not row.up]
    half = SHOWN // 2
    kept_down = down[: max(half, SHOWN - len(up))]
    return [*up[: SHOWN - len(kept_down)], *kept_down]


@dataclass(frozen=True)
class _Published:
    """What a report published of requirements. places: ids it assessed; missed: {(organisation, rule): how many}."""

    places: frozenset[int] = frozenset()
    rules: frozenset[str] = frozenset()
    missed: Mapping[tuple[int, str], int] = field(default_factory=dict)

    def judged(self, place: Organisation, rule: str) -> bool:
        own = place.parent_id if place.kind == Kind.SMALL_GROUP else place.pk
        return rule in self.rules and own in self.places


def _published(assessment: Assessment | None) -> _Published:
    """Read the frozen reasons of a report: in two statements."""
    if assessment is None:
        return _Published()
    missed: Counter[tuple[int, str]] = Counter()
    for reasons in Score.objects.filter(result__assessment=assessment).order_by().values_list("reasons", flat=True):
        for target in {tuple(row["target"] or ()) for row in reasons if row["kind"] in (MISSING, PARTIAL)}:
            if len(target) > 2 and target[0] == "requirement":
                missed[int(target[1]), str(target[2])] += 1
    places = assessment.results.order_by().values_list("organisation", flat=True)
    read = {measure for _, row in parsed(assessment.scheme).indicators() for measure in row.measures}
    rules = frozenset(row.rule for row in rules_read({measure for measure in read if not measure.startswith(BELOW)}))
    return _Published(frozenset(places), rules, missed)


def _requirements(user: Actor, report: Period, assessment: Assessment | None) -> list[Change]:
    """Of each organisation and rule: in time then and missed since, or the other way round."""
    today = clock.today()
    then, since = Q(due__range=(report.first, report.last)), Q(due__gt=report.last, due__lte=today)
    rows = Fact.objects.visible_to(user).filter(then | since, family=_FAMILY, state__in=(*_DONE, State.OVERDUE))
    missed, done = Q(state=State.OVERDUE), Q(state__in=_DONE)
    published = _published(assessment)
    sums = (
        rows.order_by()
        .values("organisation", "measure")
        .annotate(
            all_then=Count("pk", filter=then),
            missed_then=Count("pk", filter=then & missed),
            missed_since=Count("pk", filter=since & missed),
            done_since=Count("pk", filter=since & done),
            since=Min("due", filter=since & missed),
        )
        .filter(Q(missed_since__gt=0) | Q(done_since__gt=0), all_then__gt=0)
        .filter(
            Q(missed_since__gt=0)
            | Q(missed_then__gt=0)
            | Q(organisation__in=sorted({place for place, _ in published.missed}))
        )
    )
    kept = [row for row in sums if row["measure"].partition(".")[2] in REQUIREMENT_RULES_BY_ID]
    places = Organisation.objects.filter(pk__in={row["organisation"] for row in kept}).select_related("parent")
    names = {row.pk: row for row in places}
    changed = []
    for row in kept:
        place, rule = names[row["organisation"]], row["measure"].partition(".")[2]
        if published.judged(place, rule):
            row["missed_then"] = min(published.missed.get((place.pk, rule), 0), row["all_then"])
        worse = row["missed_since"] and not row["missed_then"]
        if worse or row["missed_then"] and not row["missed_since"]:
            changed.append(row)
    changed.sort(key=lambda row: (-row["missed_since"], -row["missed_then"], row["organisation"], row["measure"]))
    return [_of_rule(row, names[row["organisation"]], report) for row in changed[:MOST]]


def _of_rule(row: Mapping[str, Any], place: Organisation, report: Period) -> Change:
    rule = row["measure"].partition(".")[2]
    name = f"{place.label.removesuffix('党支部')}{REQUIREMENT_RULES_BY_ID[rule].short}"
    query = {"organisation": place.pk, "rule": rule, "scope": "own", "period": str(clock.today().year)}
    url = f"{reverse('requirement_list')}?{urlencode(query)}"
    if row["missed_since"]:
        first: date = row["since"]
        days = (clock.today() - first).days
        why = f"{report.short()}按期，此后 {row['missed_since']} 次未见记录，最早的已逾期 {days} 天"
        return Change(False, f"{name}没有按期开展", why, url, row["missed_since"])
    why = f"{report.short()}缺 {row['missed_then']} 次，此后 {row['done_since']} 次都有记录"
    return Change(True, f"{name}按期开展", why, url, row["missed_then"])


def _stages(report: Period, items: Mapping[int, WorkItem], points: Iterable[SyncPoint]) -> list[Change]:
    """The stages in his charge whose business side took place since: missing ones, and items of which all are in step."""
    by_item: dict[int, list[SyncPoint]] = {}
    for point in points:
        if point.happened is not None and point.happened > report.last:
            by_item.setdefault(point.item, []).append(point)
    found = []
    for pk, own in by_item.items():
        url, name = reverse("work_detail", args=[pk]), quoted(items[pk].name)
        missing = [point for point in own if point.state == SyncState.MISSING]
        same = [point for point in own if point.state == SyncState.SYNCHRONISED]
        if missing:
            worst = max(missing, key=lambda point: point.lag or 0)
            assert worst.happened is not None
            stage = STAGE_SHORT[SyncStageKind(worst.kind)]
            why = f"业务 {clock.in_words(worst.happened)}，已 {worst.lag} 天未见党建记录"
            found.append(Change(False, f"{name}缺同步{stage}", why, f"{url}#stage-{worst.kind}", len(missing)))
        elif same and len(same) == len(own):
            words = "、".join(dict.fromkeys(STAGE_SHORT[SyncStageKind(point.kind)] for point in same))
            found.append(Change(True, f"{name}{len(same)} 个环节同步", f"{words}都有党建记录", url, len(same)))
    return found

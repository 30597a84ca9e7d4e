"""The library: practices that the reader may know of, by stage; what fits his weak figures."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Value, When

from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from common import clock
from common.operator import Actor
from common.pairs import said_in
from responsibilities.policies.models import PolicyVersion
from responsibilities.practices import kept, rules
from responsibilities.practices.models import Adoption, Formalisation, Practice, Stage

# What each stage means, and what it asks.
HINTS = {
    Stage.CANDIDATE: "支部推荐，等待认定",
    Stage.PROVEN: "写明依据，机关党委认定",
    Stage.FORMALISED: "写成制度，有程序有考核",
    Stage.SPREADING: "其他组织采用，逐个记结果",
}
_FIRST = (Stage.SPREADING, Stage.FORMALISED, Stage.PROVEN, Stage.CANDIDATE, Stage.RETIRED)
BY_STAGE, BY_ADOPTED, NEWEST = "stage", "adopted", "newest"
SORTS = {BY_STAGE: "推广中的在前", BY_ADOPTED: "采用多的在前", NEWEST: "新近的在前"}
# More hints than these nobody reads.
MOST_WEAK = 3


@dataclass(frozen=True)
class Card:
    """A practice in the library. measure: name of what it should move; effect: of its own organisation, in words.

    policy: into which it was written.
    """

    practice: Practice
    measure: str
    effect: str
    policy: PolicyVersion | None
    lacks: str

    @property
    def lines(self) -> list[str]:
        return rules.step_lines(self.practice.steps)


def named(text: str) -> Q:
    """Return the condition «the name, or its pinyin initials, hold a text»."""
    said = said_in("title", text)
    return said | Q(initials__contains=text.lower()) if text.isascii() else said


def library(user: Actor, chosen: Mapping[str, Any], most: int) -> Any:
    """Return the practices that `user` may read, in order, with their stages. most: spread_min.

    chosen: cleaned values of the filter: state (a Stage; none: all that are not retired), building, measure, organisation, q, sort.
    """
    rows = readable(user, chosen, most)
    state = chosen.get("state")
    rows = rows.filter(stage=state) if state else rows.exclude(stage=Stage.RETIRED)
    order: dict[str, tuple[Any, ...]] = {
        BY_STAGE: (_by_stage(), "-adopted"),
        BY_ADOPTED: ("-adopted",),
        NEWEST: (),
    }
    return rows.order_by(*order[chosen.get("sort") or BY_STAGE], "-created", "-pk")


def readable(user: Actor, chosen: Mapping[str, Any], most: int) -> Any:
    """Return what `library` does in no order, whatever their stage."""
    rows = Practice.objects.visible_to(user).with_stage(most=most).select_related("organisation__parent").order_by()
    for name in ("building", "measure"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    place = chosen.get("organisation")
    if isinstance(place, Organisation):
        rows = rows.filter(within(place))
    return rows.filter(named(chosen["q"])) if chosen.get("q") else rows


def _by_stage() -> Case:
    places = [When(stage=stage, then=Value(place)) for place, stage in enumerate(_FIRST)]
    return Case(*places, default=Value(len(places)), output_field=IntegerField())


def stage_counts(user: Actor, chosen: Mapping[str, Any], most: int) -> dict[str, int]:
    """Return {stage: how many} of what the filter leaves whatever its state; one statement."""
    rows = readable(user, chosen, most).values("stage").annotate(number=Count("pk", distinct=True))
    return {row["stage"]: row["number"] for row in rows}


def own_case(practice: Practice) -> kept.Case:
    """Return the Case of a practice's own organisation, by the day on which it began."""
    return kept.Case(practice.measure, practice.organisation, practice.started)


def cards_of(practices: Iterable[Practice], most: int) -> list[Card]:
    """Return a Card for each; a constant number of statements."""
    practices = list(practices)
    versions = policies_of([row.pk for row in practices])
    measured = [row for row in practices if row.measure]
    effects = kept.keeper().effects([own_case(row) for row in measured], others=False) if measured else {}
    names = kept.keeper().measures() if measured else {}
    found = []
    for row in practices:
        version = versions.get(row.pk)
        effect = effects.get(own_case(row).key) if row.measure else None
        standing = rules.standing_of(version.state(clock.today())) if version is not None else ""
        lacks = rules.next_words(row.stage, row.kept, most, standing)
        found.append(Card(row, names.get(row.measure, ""), rules.own_words(effect), version, lacks))
    return found


def policies_of(practices: Iterable[int]) -> dict[int, PolicyVersion]:
    """Return {practice id: the version into which it was written last}; one statement."""
    rows = Formalisation.objects.filter(practice__in=practices).select_related("policy_version__policy").order_by("pk")
    return {row.practice_id: row.policy_version for row in rows}


@dataclass(frozen=True)
class Hint:
    """A weak rate of an organisation and how many practices may help it."""

    weak: kept.Weak
    number: int


def hints_for(user: Actor, place: Organisation) -> list[Hint]:
    """Return the weak rates of an organisation for which others have proven practices that it has not adopted."""
    usable = Practice.objects.visible_to(user).usable().exclude(measure="").exclude(organisation=place).order_by()
    mine = Adoption.objects.filter(organisation=place).order_by().values("practice")
    rows = usable.exclude(pk__in=mine).values("measure").annotate(number=Count("pk", distinct=True))
    numbers = {row["measure"]: row["number"] for row in rows}
    if not numbers:
        return []
    weak = kept.keeper().weak(place, list(numbers))
    return [Hint(row, numbers[row.measure]) for row in weak[:MOST_WEAK]]


COLUMNS = [
    *("名称", "所属组织", "状态", "解决什么问题", "做法步骤", "所属方面", "看哪项数据", "开始日期"),
    *("采用组织", "继续采用", "见效", "定型制度", "停用原因"),
]


def export_rows(rows: Iterable[Practice]) -> Iterator[list[Any]]:
    """Yield the rows of the library as a table."""
    names = kept.keeper().measures()
    practices = list(rows)
    versions = policies_of([row.pk for row in practices])
    for row in practices:
        version = versions.get(row.pk)
        yield [
            row.title,
            row.organisation.label,
            Stage(row.stage).label,
            row.problem,
            row.steps,
            row.get_building_display(),
            names.get(row.measure, ""),
            row.started,
            row.adopted,
            row.kept,
            row.better,
            str(version) if version is not None and version.issued_at and row.stage != Stage.PROVEN else "",
            row.retire_reason,
        ]

"""The page of one practice: what it grew from, what was decided, the policy, who adopted it, and what came of that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse

from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.reach import reach
from branches.reach.rights import VIEW
from branches.settings import dated
from common import clock
from common.operator import Actor, account_of
from members.activities.models import Activity
from members.cadres.models import StudyTopic
from responsibilities.assigning import assigning, assigns_anywhere, assigns_work
from responsibilities.campaigns.models import Campaign
from responsibilities.policies.models import PolicyVersion
from responsibilities.practices import kept, rules
from responsibilities.practices.models import (
    EFFECT_MONTHS,
    GOES_ON,
    SPREAD_MIN,
    Adoption,
    AdoptionLevel,
    Practice,
    PracticeDecision,
    Stage,
)
from responsibilities.practices.rights import own_places
from responsibilities.practices.selectors.library import own_case
from responsibilities.practices.services.adoptions import why_not_judge, why_not_report, why_not_stop
from responsibilities.practices.services.practices import written_of

# Adoptions of which the effect is reckoned, the newest first; the others stand without.
REASONED = 24
# How an adoption may stand: keys of chips, what was judged first.
_STATES = (
    *(f"adoption_{level}" for level in AdoptionLevel.values),
    *("adoption_unjudged", "adoption_due", "not_due", "ended"),
)


@dataclass(frozen=True)
class Line:
    """An adoption. effect: None where no measure was named, or the reader sees no figures of this organisation.

    seen: he reads its words; due: the first day on which its result can be compared; mine, stops, judges: what he may do;
    waits: why its superior, the reader, does not judge it yet.
    """

    adoption: Adoption
    effect: kept.Effect | None
    seen: bool
    due: date
    mine: bool
    stops: bool
    judges: bool
    waits: str = ""

    @property
    def place(self) -> str:
        return self.adoption.organisation.label

    @property
    def state(self) -> str:
        """Key of a chip, one of _STATES."""
        row = self.adoption
        if row.level:
            return f"adoption_{row.level}"
        if row.ended:
            return "ended"
        if row.reported_on:
            return "adoption_unjudged"
        return "not_due" if self.early else "adoption_due"

    @property
    def early(self) -> bool:
        """Whether its months have not passed yet."""
        return self.due > clock.today()

    def figure(self, after: bool) -> str:
        """Return a figure in words, "" where there is none."""
        effect = self.effect
        if effect is None:
            return ""
        one = effect.after if after else effect.before
        return rules.figure_words(one, effect.unit) if one is not None else rules.NOT_ENOUGH if not after else ""

    @property
    def before(self) -> str:
        return self.figure(False)

    @property
    def after(self) -> str:
        return self.figure(True)

    @property
    def words(self) -> str:
        return rules.effect_words(self.effect)

    @property
    def figures(self) -> str:
        """The sentence of the figures, "" where there are none: what an organisation reports begins with it, no judgement does."""
        return f"{self.words}。" if self.effect is not None and self.effect.lack is None else ""


@dataclass(frozen=True)
class Source:
    """What a practice grew from. url: "" where the reader may not open it."""

    label: str
    kind: str
    url: str


@dataclass
class Page:
    """Everything of one practice that a reader sees."""

    practice: Practice
    measure: str
    effect: kept.Effect | None
    lines: list[Line]
    decisions: list[PracticeDecision]
    sources: list[Source]
    version: PolicyVersion | None
    version_url: str
    lacks: str
    # What rules.standing_of says of the version, while the practice is not formalised.
    standing: str
    may_edit: bool
    may_prove: bool
    may_formalise: bool
    may_retire: bool
    # Own organisations that may adopt it.
    adopters: list[Organisation] = field(default_factory=list)

    @property
    def words(self) -> str:
        return rules.effect_words(self.effect, rules.BEGUN)

    @property
    def steps(self) -> list[str]:
        return rules.step_lines(self.practice.steps)

    @property
    def proven(self) -> PracticeDecision | None:
        return next((row for row in self.decisions if row.state == "proven"), None)

    @property
    def by_state(self) -> list[tuple[str, list[str]]]:
        """Return [(key of a chip, labels of who stands there)] in the order of _STATES; of several adoptions the last."""
        latest = {line.adoption.organisation_id: line for line in self.lines}
        names = {state: [line.place for line in latest.values() if line.state == state] for state in _STATES}
        return [(state, found) for state, found in names.items() if found]

    def count(self, level: str) -> int:
        return sum(line.adoption.level == level and line.adoption.result in GOES_ON for line in self.lines)


def page_of(user: Actor, practice: Practice) -> Page:
    """Return the Page of a practice (with its stage) that `user` may read; a constant number of statements."""
    own = list(own_places(user))
    assigns = assigns_work(user, practice.organisation)
    adoptions = _adoptions(practice)
    cases, effects = _effects(practice, adoptions)
    version = PolicyVersion.objects.filter(formalisations__practice=practice).select_related("policy").last()
    if practice.stage == Stage.PROVEN and version is not None:
        version = written_of(practice) or version
    proven = version is not None and practice.stage == Stage.PROVEN
    standing = rules.standing_of(version.state(clock.today())) if version is not None and proven else ""
    decisions = list(practice.decisions.select_related("decided_in", "decided_by"))
    candidate, live = practice.stage == Stage.CANDIDATE, practice.retired_on is None
    account = account_of(user)
    taken = {row.organisation_id for row in adoptions if row.ended is None} | {practice.organisation_id}
    return Page(
        practice=practice,
        measure=kept.keeper().measures().get(practice.measure, ""),
        effect=effects.get(own_case(practice).key) if practice.measure else None,
        lines=_lines(user, practice, adoptions, {place.pk for place in own}, (cases, effects)),
        decisions=decisions,
        sources=_sources(user, practice),
        version=version,
        version_url=_version_url(user, version),
        lacks=rules.next_words(practice.stage, practice.kept, dated.whole(SPREAD_MIN), standing),
        standing=standing,
        may_edit=candidate and any(place.pk == practice.organisation_id for place in own),
        may_prove=candidate and assigns and (account is None or account.pk != practice.author_id),
        may_formalise=practice.stage == Stage.PROVEN and assigns and not standing,
        may_retire=live and assigns,
        adopters=[place for place in own if place.pk not in taken] if live and not candidate else [],
    )


def _adoptions(practice: Practice) -> list[Adoption]:
    rows = Adoption.objects.filter(practice=practice)
    return list(
        rows.select_related("organisation__parent", "reported_by", "judged_by", "adopted_by").order_by("starts", "pk")
    )


def _effects(practice: Practice, adoptions: Sequence[Adoption]) -> tuple[dict[int, kept.Case], Any]:
    """Return ({adoption id: its Case}, what the keeper says of them and of the practice's own organisation)."""
    if not practice.measure:
        return {}, {}
    months = dated.whole(EFFECT_MONTHS)
    spans = [(row.organisation_id, row.starts, row.ended or date.max) for row in adoptions]

    def case(place: Organisation, start: date) -> kept.Case:
        before, after = rules.windows(start, months)
        first, last = before[0].first, after[-1].last
        did = {other for other, starts, ends in spans if starts <= last and ends >= first}
        return kept.Case(practice.measure, place, start, frozenset({*did, practice.organisation_id, place.pk}))

    cases = {row.pk: case(row.organisation, row.starts) for row in adoptions[-REASONED:]}
    own = case(practice.organisation, practice.started)
    return cases, kept.keeper().effects([own, *cases.values()])


def effects_of(practice: Practice) -> kept.Effect | None:
    """Return the Effect of a practice at its own organisation, None where no measure was named."""
    if not practice.measure:
        return None
    _, effects = _effects(practice, _adoptions(practice))
    return effects[own_case(practice).key]


def _lines(
    user: Actor,
    practice: Practice,
    adoptions: Sequence[Adoption],
    own: set[int],
    known: tuple[dict[int, kept.Case], Any],
) -> list[Line]:
    cases, effects = known
    ids = [row.organisation_id for row in adoptions]
    owns = access.has_right(user, VIEW, practice.organisation)
    there = Organisation.objects.filter(pk__in=ids).order_by()
    read = set(ids) if owns else set(there.filter(reach(user, VIEW, "")).values_list("pk", flat=True))
    assigned = set(there.filter(assigning(user, "")).values_list("pk", flat=True)) if assigns_anywhere(user) else set()
    months, account = dated.whole(EFFECT_MONTHS), account_of(user)
    found = []
    for row in adoptions:
        case = cases.get(row.pk)
        seen, mine = row.organisation_id in read, row.organisation_id in own
        above = row.organisation_id in assigned and not own & {row.organisation_id, practice.organisation_id}
        why = why_not_judge(row, months) if above else ""
        found.append(
            Line(
                row,
                effects.get(case.key) if case is not None and seen else None,
                seen,
                rules.ready_on(row.starts, months),
                mine=mine and not why_not_report(row),
                stops=mine and not why_not_stop(row),
                judges=above and not why and (account is None or account.pk != row.reported_by_id),
                waits=why if row.reported_on is not None else "",
            )
        )
    return found


def _sources(user: Actor, practice: Practice) -> list[Source]:
    rows = list(practice.sources.select_related("activity", "campaign", "policy_version__policy", "topic"))
    names = ("activity", "campaign", "policy_version", "topic")
    keys = {name: [getattr(row, f"{name}_id") for row in rows] for name in names}
    opened = {
        "activity": _open(Activity.objects.visible_to(user, VIEW), keys["activity"]),
        "campaign": _open(Campaign.objects.visible_to(user), keys["campaign"]),
        "policy_version": _open(PolicyVersion.objects.visible_to(user), keys["policy_version"]),
        "topic": _open(StudyTopic.objects.visible_to(user, VIEW), keys["topic"]),
    }
    found = []
    for row in rows:
        if row.activity is not None:
            open_, name, pk = row.activity_id in opened["activity"], "activity_detail", row.activity_id
            found.append(Source(f"{row.activity.day:%Y-%m-%d} {row.activity}", "活动记录", _url(open_, name, pk)))
        elif row.campaign is not None:
            open_, name, pk = row.campaign_id in opened["campaign"], "campaign_detail", row.campaign_id
            found.append(Source(row.campaign.title, "载体与品牌", _url(open_, name, pk)))
        elif row.policy_version is not None:
            open_, pk = row.policy_version_id in opened["policy_version"], row.policy_version.policy_id
            found.append(Source(str(row.policy_version), "制度", _url(open_, "policy_detail", pk)))
        elif row.topic is not None:
            url = _url(row.topic_id in opened["topic"], "cadres_topic", row.topic_id)
            found.append(Source(row.topic.title, "调研课题", url))
    return found


def _open(rows: Any, keys: Sequence[int | None]) -> set[int]:
    known = [key for key in keys if key is not None]
    return set(rows.filter(pk__in=known).order_by().values_list("pk", flat=True)) if known else set()


def _url(may: bool, name: str, pk: int | None) -> str:
    return reverse(name, args=[pk]) if may and pk is not None else ""


def _version_url(user: Actor, version: PolicyVersion | None) -> str:
    if version is None:
        return ""
    may = PolicyVersion.objects.visible_to(user).filter(pk=version.pk).exists()
    return reverse("policy_detail", args=[version.policy_id]) if may else ""


def line_of(user: Actor, adoption: Adoption) -> Line:
    """Return the Line of one adoption, for the pages that ask what came of it."""
    practice = Practice.objects.select_related("organisation__parent").with_stage().get(pk=adoption.practice_id)
    adoptions = _adoptions(practice)
    own = {place.pk for place in own_places(user)}
    lines = _lines(user, practice, adoptions, own, _effects(practice, adoptions))
    return next(line for line in lines if line.adoption.pk == adoption.pk)

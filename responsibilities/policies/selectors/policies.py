"""Policies with their versions, flags and numbers, for the list and the page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach.reach import reach
from branches.reach.rights import ASSIGN, VIEW
from branches.settings import dated as dated_settings
from common import clock
from common.names import initials_of, named
from common.operator import OPERATOR, Actor
from common.pairs import said_in
from common.periods import add_months
from responsibilities.policies.flags import COMPLETE, FLAGS, NO_MECHANISM, Mechanism, flags_of
from responsibilities.policies.models import Policy, PolicyCheck, PolicyRun, PolicyVersion
from responsibilities.policies.rules import DONE, DONE_LATE, OVERDUE, Judged, closed_on
from responsibilities.policies.selectors.steps import Line, judged_lines, missed, open_runs

IDLE_MONTHS = "policy_idle_months"
CURRENT, DRAFTS, GONE = "in_force", "draft", "repealed"


@dataclass
class Counts:
    """Of a policy: the runs that went on in this year as far as a reader sees them, how many of these are finished and how many
    overdue (a step is, today); how many of the last two years he does not see; all steps of twelve months, in time and
    due: those done before their day too.
    """

    runs: int = 0
    finished: int = 0
    late_runs: int = 0
    others: int = 0
    in_time: int = 0
    due: int = 0


@dataclass
class Card:
    """A policy as the list shows it. version: the one that is shown; state: of that version today."""

    policy: Policy
    version: PolicyVersion
    state: str
    mechanism: Mechanism
    flags: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    has_run: bool = False

    @property
    def words(self) -> str:
        return "、".join(FLAGS[flag] for flag in self.flags)

    @property
    def complete(self) -> bool:
        return self.flags == [COMPLETE]

    @property
    def lives(self) -> bool:
        """Whether the version shown is in force or will be: what lacks of it is worth mending."""
        return self.state in (CURRENT, "coming")

    @property
    def without_mechanism(self) -> bool:
        return NO_MECHANISM in self.flags


def mechanism_of(version: PolicyVersion) -> Mechanism:
    """Return the Mechanism of a version whose steps and rule were read along."""
    try:
        check: PolicyCheck | None = version.check_rule
    except PolicyCheck.DoesNotExist:
        check = None
    return Mechanism(list(version.steps.all()), check)


def shown_version(policy: Policy, today: date) -> PolicyVersion | None:
    """Return the version that stands for a policy: the one in force, else the next to come, the draft, the last."""
    by_state: dict[str, PolicyVersion] = {}
    for version in policy.versions.all():
        by_state[version.state(today)] = version
    for state in ("in_force", "coming", "draft", "repealed", "expired", "revised"):
        if state in by_state:
            return by_state[state]
    return None


def with_versions(rows: QuerySet[Policy], user: Actor) -> QuerySet[Policy]:
    """Return policies with the versions that `user` may read, their steps, rules and addressees."""
    versions = PolicyVersion.objects.visible_to(user, VIEW).select_related("check_rule", "policy")
    versions = versions.prefetch_related("steps", "addressees").order_by("number")
    ever = PolicyRun.objects.order_by().filter(version__policy=OuterRef("pk"), cancelled_on__isnull=True)
    rows = rows.annotate(has_run=Exists(ever))
    return rows.select_related("organisation__parent", "steward").prefetch_related(
        Prefetch("versions", queryset=versions)
    )


def counts_of(policies: Iterable[int], user: Actor, today: date) -> dict[int, Counts]:
    """Return {policy: Counts} of policies (ids); their runs are judged in a constant number of statements."""
    found: dict[int, Counts] = {pk: Counts() for pk in policies}
    since = add_months(today, -12)
    # A step of the last twelve months may belong to a run that began before.
    runs = PolicyRun.objects.filter(version__policy__in=found, opened_on__gte=add_months(since, -12))
    seen = None if user is OPERATOR else set(runs.visible_to(user, VIEW).order_by().values_list("pk", flat=True))
    for run, steps in judged_lines(runs, today).items():
        counts = found[steps[0][0].policy]
        for line, judged in steps:
            # What was done before its day stands beside what fell due, as on the run itself.
            fell_due = judged.state in (DONE, DONE_LATE, OVERDUE) or missed(line, judged)
            if judged.due is not None and judged.due > since and fell_due:
                counts.due += 1
                counts.in_time += judged.state == DONE
        if seen is None or run in seen:
            _count_run(counts, steps, today)
        else:
            counts.others += 1
    return found


def _count_run(counts: Counts, steps: Sequence[tuple[Line, Judged]], today: date) -> None:
    """Count one run, unless it was cancelled or had ended before the year began."""
    first = steps[0][0]
    if first.cancelled_on is not None and first.cancelled_on <= today:
        return
    settled = ((line.optional, judged, line.done_on or line.skipped_on) for line, judged in steps)
    closed = closed_on(first.opened_on, settled)
    if closed is not None and max(closed, first.opened_on).year < today.year:
        return
    counts.runs += 1
    counts.finished += closed is not None
    counts.late_runs += closed is None and any(judged.state == OVERDUE for _, judged in steps)


def cards(user: Actor, rows: QuerySet[Policy], today: date | None = None) -> list[Card]:
    """Return the Cards of policies, those whose mechanism lacks most first. Statements do not grow with their number."""
    return cards_of(list(with_versions(rows, user)), user, today or clock.today())


def cards_of(listed: list[Policy], user: Actor, today: date) -> list[Card]:
    """Return the Cards of policies that `with_versions` has read, as `user` sees them."""
    counts = counts_of([policy.pk for policy in listed], user, today)
    months = dated_settings.whole(IDLE_MONTHS)
    found = []
    for policy in listed:
        version = shown_version(policy, today)
        if version is None:
            continue
        card = Card(policy, version, version.state(today), mechanism_of(version), counts=counts[policy.pk])
        card.has_run = bool(getattr(policy, "has_run", False))
        if card.state == CURRENT and version.in_force_from is not None:
            card.flags = flags_of(
                card.mechanism,
                in_force_from=version.in_force_from,
                idle_months=months,
                has_run=card.has_run,
                in_time=card.counts.in_time,
                due=card.counts.due,
                today=today,
            )
        found.append(card)
    return found


def _lacking(card: Card) -> tuple[int, int, str]:
    lacking = (not card.mechanism.has_procedure) + (not card.mechanism.has_rule) if card.flags else 0
    return -lacking, -len([flag for flag in card.flags if flag != COMPLETE]), card.policy.title


# The list stands worst first: what lacks both, what lacks one, what does not run, the complete ones.
WORST_FIRST = "flag"
_ORDERS: dict[str, Callable[[Card], Any]] = {
    WORST_FIRST: _lacking,
    "title": lambda card: initials_of(card.policy.title),
    "since": lambda card: card.version.in_force_from or date.max,
    "runs": lambda card: (card.counts.runs, card.counts.late_runs),
}
SORTS = tuple(sign + name for name in _ORDERS for sign in ("", "-"))


def in_order(found: list[Card], sort: str = WORST_FIRST) -> list[Card]:
    """Return cards as one of SORTS says; a minus turns it round, equal ones stay in the order of the titles."""
    rows = sorted(found, key=lambda card: card.policy.title)
    return sorted(rows, key=_ORDERS[sort.removeprefix("-")], reverse=sort.startswith("-"))


def titled(rows: QuerySet[Policy], word: str) -> QuerySet[Policy]:
    """Return the policies of which a word is part of the title or of its pinyin initials; one statement where it may be these."""
    if not word.isascii():
        return rows.filter(said_in("title", word))
    keys = [pk for pk, title in rows.order_by().values_list("pk", "title") if named(title, word)]
    return rows.filter(pk__in=keys)


def readable(user: Actor) -> QuerySet[Policy]:
    """Return the policies that `user` may read."""
    return Policy.objects.visible_to(user, VIEW)


def runs_of(user: User, policy: Policy, top: Organisation | None = None) -> QuerySet[PolicyRun]:
    """Return the runs of a policy that `user` may read, ready for a page, the latest first. top: at or below it alone."""
    rows = PolicyRun.objects.visible_to(user, VIEW).filter(version__policy=policy)
    if top is not None:
        rows = rows.filter(organisation__in=Organisation.objects.within(top).values("pk"))
    return rows.select_related("version__policy__organisation", "organisation__parent", "activity")


def parted(rows: QuerySet[PolicyRun], most: int) -> tuple[int, QuerySet[PolicyRun], QuerySet[PolicyRun]]:
    """Return (how many runs go on, those of them that have gone on longest, those that have ended), of runs as of `runs_of`."""
    keys = list(open_runs(rows).order_by("opened_on", "pk").values_list("pk", flat=True))
    return len(keys), rows.filter(pk__in=keys[:most]), rows.exclude(pk__in=keys)


def current_counts(user: Actor) -> dict[str, int]:
    """Return {state: number} of the policies that `user` may read, as many as the list has: in_force (or to come), draft (those
    that he writes), repealed (gone, and no draft follows); one statement.
    """
    today = clock.today()
    versions = PolicyVersion.objects.order_by().filter(policy=OuterRef("pk"))
    live = versions.issued().filter(Q(in_force_to__isnull=True) | Q(in_force_to__gte=today))
    draft = versions.filter(reach(user, ASSIGN, "policy__organisation__"), issued_at__isnull=True)
    gone = versions.issued().filter(in_force_to__lt=today)
    rows = readable(user).order_by().annotate(is_live=Exists(live), is_draft=Exists(draft), is_gone=Exists(gone))
    return rows.aggregate(
        in_force=Count("pk", filter=Q(is_live=True)),
        draft=Count("pk", filter=Q(is_draft=True)),
        repealed=Count("pk", filter=Q(is_gone=True, is_live=False, is_draft=False)),
    )

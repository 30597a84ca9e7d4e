"""What waits of practices: results to report for who adopted; candidates and adoptions to judge above."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from branches.frame.waiting import Sentence, Task, Waiting
from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from branches.reach.reach import reach
from branches.reach.rights import ASSIGN
from branches.settings import dated
from common import clock
from common.operator import Actor, account_of
from responsibilities.assigning import answers, assigns_anywhere
from responsibilities.practices.models import (
    EFFECT_MONTHS,
    SPREAD_MIN,
    Adoption,
    DecisionState,
    Practice,
    PracticeDecision,
    Stage,
)
from responsibilities.practices.rules import latest_start
from responsibilities.practices.selectors.library import stage_counts

# So many of each are read: four are shown.
MOST = 20
_REPORT, _DECIDE, _JUDGE = range(3)


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return what waits for `user` at his organisation and below."""
    months = dated.whole(EFFECT_MONTHS)
    latest = latest_start(clock.today(), months)
    return _to_report(user, organisation, latest, months) + (
        _above(user, organisation, latest) if assigns_anywhere(user) else []
    )


def _to_report(user: Actor, organisation: Organisation, latest: date, months: int) -> list[Task]:
    """Return a line for each adoption that has been lived through long enough and of which nothing was said yet."""
    rows = Adoption.objects.open().filter(answers(user), within(organisation), reported_on__isnull=True)
    rows = rows.filter(starts__lte=latest).select_related("practice")
    return [
        Task(
            "adoption_due",
            row.practice.title,
            f"{row.starts:%-m月%-d日}采用，已满 {months} 个整月，请报告结果",
            reverse("practice_report", args=[row.pk]),
            rank=(_REPORT, row.starts.toordinal()),
        )
        for row in rows.order_by("starts", "pk")[:MOST]
    ]


def _above(user: Actor, organisation: Organisation, latest: date) -> list[Task]:
    """Return the candidates on which `user` decides, and the adoptions that he judges: those begun by `latest`.

    Not those that he entered himself or for whose organisation he answers.
    """
    account = account_of(user)
    known = account.pk if account is not None else 0
    here = within(organisation)
    candidates = candidates_of(Practice.objects.filter(here, reach(user, ASSIGN, "organisation__"))).exclude(
        Q(author=known) | answers(user)
    )
    found = [
        Task(
            "candidate",
            row.title,
            f"{row.organisation.label}　推荐，待认定",
            reverse("practice_detail", args=[row.pk]),
            rank=(_DECIDE, row.pk),
        )
        for row in candidates.select_related("organisation__parent").order_by("created", "pk")[:MOST]
    ]
    adoptions = Adoption.objects.to_judge().filter(here, reach(user, ASSIGN, "organisation__"))
    adoptions = adoptions.filter(starts__lte=latest)
    return found + [
        Task(
            "adoption_unjudged",
            row.practice.title,
            f"{row.organisation.label}　已报告结果，待评定",
            reverse("practice_judge", args=[row.pk]),
            rank=(_JUDGE, row.pk),
        )
        for row in adoptions.exclude(Q(reported_by=known) | answers(user) | answers(user, "practice__organisation__"))
        .select_related("practice", "organisation__parent")
        .order_by("reported_on", "pk")[:MOST]
    ]


def candidates_of(rows: Any) -> Any:
    """Return the candidates among practices."""
    open_ = PracticeDecision.objects.order_by().filter(practice=OuterRef("pk"), ends__isnull=True)
    return rows.filter(Exists(open_.filter(state=DecisionState.CANDIDATE)), retired_on__isnull=True)


def sentences(user: Actor, organisation: Organisation) -> list[Sentence]:
    """Return one line for leaders: how many there are, how many became policies, how many spread."""
    counts = stage_counts(user, {"organisation": organisation}, dated.whole(SPREAD_MIN))
    counts.pop(Stage.RETIRED, None)
    if not counts:
        return []
    spread = counts.get(Stage.SPREADING, 0)
    formal = counts.get(Stage.FORMALISED, 0) + spread
    words = f"典型经验 {sum(counts.values())} 项，{formal} 项已成制度，{spread} 项在推广"
    return [Sentence(words, reverse("practice_list"))]


PRACTICES = Waiting("典型经验", "practice_list", tasks, sentences)

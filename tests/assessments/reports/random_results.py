"""Results of an invented agency of any size, written straight into the tables, for tests of the report made from them."""

import random
from datetime import date
from decimal import Decimal

from assessments import scoring
from assessments.reports.models import Report
from assessments.results.models import Assessment, AssessmentState, Result, Score
from assessments.schemes.models import SchemeVersion
from branches.places import tree
from branches.places.models.organisations import Organisation
from common import clock
from common.operator import OPERATOR

GROUPS = ("agency", "service", "retired")


def branches_of(world, number):
    """Add branches below the committee until there are `number` in all; return them in the order of their ids."""
    there = list(Organisation.objects.filter(kind="branch").order_by("pk"))
    parent = Organisation.objects.get(pk=world.committee.pk)
    for place in range(len(there), number):
        name = f"综合业务保障第{place}处党支部"
        there.append(
            tree.organisation_create(
                by=OPERATOR,
                name=f"中共云川市测试局{name}",
                short_name=name,
                kind="branch",
                parent=parent,
                founded=date(2015, 1, 5),
            )
        )
    return there[:number]


def _tenths(value):
    return scoring.rounded(value)


class Maker:
    """seed: of the random source. version: of the branch's scheme, 1 spreads and 2 does not."""

    def __init__(self, seed, version=2):
        self.chance = random.Random(seed)
        self.version = SchemeVersion.objects.get(key="tongbu-branch", version=version)
        self.scheme = scoring.scheme_from(self.version.body)

    def assessment(self, period, branches, *, number=1, state=AssessmentState.PUBLISHED, incomplete=0, **values):
        """Return an Assessment of `period` with a Result of each branch. incomplete: how many have an unknown indicator."""
        made = Assessment.objects.create(
            scheme=self.version,
            period=str(period),
            version=number,
            as_of=period.last,
            state=AssessmentState.TRIAL,
            sent=clock.now(),
            **values,
        )
        for place, branch in enumerate(branches):
            self._result(made, branch, GROUPS[place % 3], complete=place >= incomplete)
        # Only what is open may be written.
        Assessment.objects.filter(pk=made.pk).update(
            state=state, published=clock.now() if state == AssessmentState.PUBLISHED else None, frozen=clock.now()
        )
        made.refresh_from_db()
        return made

    def _result(self, assessment, branch, group, complete):
        parts, scores = [], []
        for dimension in self.scheme.dimensions:
            mine = [self._score(dimension, row) for row in dimension.indicators]
            known = [score for score in mine if score.points is not None]
            scores += mine
            points = sum((score.points for score in known), Decimal(0))
            most = sum((score.maximum for score in known), Decimal(0))
            parts.append(
                {
                    "key": dimension.key,
                    "name": dimension.name,
                    "points": str(points) if known else None,
                    "maximum": str(most),
                    "nominal": str(most),
                    "lost": str(most - points),
                    "state": "known" if known else "not_due",
                }
            )
        so_far = sum((score.points for score in scores if score.points is not None), Decimal(0))
        out_of = sum((score.maximum for score in scores if score.points is not None), Decimal(0))
        total = _tenths(so_far * 100 / out_of) if out_of else None
        result = Result.objects.create(
            assessment=assessment,
            organisation=branch,
            organisation_name=branch.label,
            state="complete" if complete and total is not None else "incomplete",
            total=total if complete else None,
            so_far=so_far,
            out_of=out_of,
            covered=None if self.scheme.spread else Decimal(70),
            grade=scoring.grade(total, self.scheme.bounds) if complete and total is not None and out_of >= 30 else "",
            body={"dimensions": parts, "group": group},
        )
        for score in scores:
            score.result = result
        Score.objects.bulk_create(scores)

    def _score(self, dimension, row):
        maximum = _tenths(row.points)
        known = self.chance.random() < 0.85
        lost = _tenths(self.chance.choice([0, 0, 1, 2, 3]) * maximum / 4) if known else Decimal(0)
        text, target = self.chance.choice(
            [("7月主题党日未见记录", ["requirement", 1, "life-theme-day", "2026-07"]), ("决议未办结", ["activity", 1])]
        )
        kind = self.chance.choice(["missing", "late"])
        reasons = (
            [{"text": text, "points": str(lost), "kind": kind, "target": target, "regain": str(lost / 2)}]
            if lost
            else []
        )
        return Score(
            indicator=row.key,
            name=row.name,
            dimension=dimension.key,
            state="known" if known else "not_due",
            points=maximum - lost if known else None,
            maximum=maximum,
            nominal=maximum,
            lost=lost,
            reasons=reasons,
            evidence=[],
        )


def kept(assessment, body, world):
    """Keep a body as the published report of an assessment."""
    return Report.objects.create(
        assessment=assessment, organisation=world.root, title=body["title"], body=body, anchor=body["anchor"]
    )

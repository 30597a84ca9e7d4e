"""What a report stands on: the results of an assessment, in their orders, beside those of the period before."""

from decimal import Decimal
from functools import cached_property

from django.db.models import Prefetch, prefetch_related_objects

from assessments import scoring
from assessments.reports import wording
from assessments.reports.moves import moves
from assessments.results.groups import in_groups
from assessments.results.models import Assessment, AssessmentState, Score
from assessments.results.selectors.scores import NOT_BUILT
from assessments.scoring.numbers import exact, plain
from assessments.scoring.totals import COMPLETE
from branches.reach.intervals import tree_order
from common.periods import Period

# So many branches have their records read at a time.
PART = 100


class Basis:
    """The results of an assessment, read once. order: complete ones by group, the highest first. seated: as lists of branches stand.

    changes: {result id: since the earlier period}, where that was counted alike. many: so many branches that the records which
    were counted are read some at a time.
    """

    def __init__(self, assessment):
        self.assessment = assessment
        self.period = Period.parse(assessment.period)
        self.published = assessment.state == AssessmentState.PUBLISHED
        self.scheme = scoring.scheme_from(assessment.scheme.body)
        rows = assessment.results.select_related("organisation")
        self.results = list(rows.order_by(*tree_order("organisation__")))
        # Of many branches the records that were counted, which are most of their scores, are read some at a time.
        self.many = len(self.results) > PART
        prefetch_related_objects(self.results, with_scores(whole=not self.many))
        self.before = self._earlier(self.period.previous())
        self.since = wording.LAST_NAMES[self.period.kind]
        self.countable = not self.scheme.spread
        self.scale = wording.RATES if self.countable else wording.POINTS
        complete = [row for row in self.results if row.state == COMPLETE]
        self.groups = in_groups(sorted(complete, key=lambda row: (-row.total, row.pk)))
        self.order = [row for group in self.groups for row in group.rows]
        self.open = [row for row in self.results if row.state != COMPLETE]
        # As the lists of branches stand: by group, within it in the order of the organisation.
        self.seated = [row for group in in_groups(self.results) for row in group.rows]
        self.changes = {
            row.pk: row.total - self.before[row.organisation_id]
            for row in complete
            if row.organisation_id in self.before
        }

    def _earlier(self, period):
        """Totals by organisation of the newest published assessment of an earlier period, where it was counted alike."""
        found = self.newest_published(period)
        if found is None or found.scheme.counting != self.assessment.scheme.counting:
            return {}
        return dict(found.results.filter(state=COMPLETE).values_list("organisation_id", "total"))

    def newest_published(self, period):
        """Return the newest published assessment of a period by the same scheme, None without one."""
        rows = Assessment.objects.filter(
            scheme__key=self.assessment.scheme.key, period=str(period), state=AssessmentState.PUBLISHED
        )
        return rows.order_by("-version").select_related("scheme").first()

    def trend(self):
        """Means of up to five successive periods, the newest last; only published ones before this."""
        points, period = [], self.period
        for step in range(5):
            totals = [row.total for row in self.order] if step == 0 else list(self._earlier(period).values())
            if not totals:
                break
            points.append(
                {
                    "period": str(period),
                    "mean": str(mean(totals)),
                    "highest": str(max(totals)),
                    "lowest": str(min(totals)),
                }
            )
            period = period.previous()
        return list(reversed(points))

    def moved(self, trend):
        """Why the mean moved since the period before (shape.Moves), None where that is not compared."""
        if not self.changes or len(trend) < 2:
            return None
        earlier = (
            self.newest_published(self.period.previous()).results.filter(state=COMPLETE).prefetch_related(with_scores())
        )
        means = (Decimal(trend[-2]["mean"]), Decimal(trend[-1]["mean"]))
        return moves(self.order, {row.organisation_id: row for row in earlier}, self.scheme.total, means)

    def apart(self):
        """Why the earlier period is not compared, where another version of the scheme counted otherwise."""
        earlier = self.newest_published(self.period.previous())
        if earlier is None or earlier.scheme.counting == self.assessment.scheme.counting:
            return ""
        return f"上期按方案第{earlier.scheme.version}版计算，两期的得分不作比较。"

    @cached_property
    def dimensions(self):
        """The dimensions that apply to any branch, with their points; spread: the most that each can yield here."""
        most = {}
        for row in self.results:
            for part in row.body["dimensions"]:
                if part["state"] in ("known", "unknown"):
                    most[part["key"]] = max(most.get(part["key"], Decimal(0)), Decimal(part["maximum"]))
        return [
            {
                "key": part.key,
                "name": part.name,
                "points": plain(part.points) if self.countable else str(most[part.key]),
            }
            for part in self.scheme.dimensions
            if part.key in most
        ]

    def parts(self):
        """Yield the branches as lists of them stand, PART at a time."""
        for start in range(0, len(self.seated), PART):
            yield self.seated[start : start + PART]

    @cached_property
    def labels(self):
        """{id of a result: its group in words}, also of those that are not complete."""
        return {row.pk: group.label for group in in_groups(self.results) for row in group.rows}

    def not_built(self):
        """The names of the indicators of the scheme for which nothing is measured yet."""
        if not self.results:
            return []
        return [score.name for score in self.results[0].scores.all() if score.note in (NOT_BUILT, "尚未纳入计算")]


def with_scores(*, whole=False):
    """What reads the scores of results with them. whole: the records that were counted, too."""
    return Prefetch("scores", queryset=Score.objects.all() if whole else Score.objects.defer("evidence"))


def mean(values):
    """Return the mean of decimals, rounded as scores are."""
    return scoring.rounded(sum(map(exact, values)) / len(values))

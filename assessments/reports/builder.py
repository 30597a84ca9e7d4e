"""Builds the frozen JSON of a report (shape.py) from an assessment's results; nothing is looked up when rendering."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import Prefetch, prefetch_related_objects

from assessments import scoring
from assessments.reports import shape, wording
from assessments.reports.by_hand import adjustment_rows, entry_notes
from assessments.reports.chapters import about, branches, duties, fusion, opening, overall
from assessments.reports.correction import correction_of, with_correction
from assessments.reports.material import Material, burden
from assessments.reports.moves import moves
from assessments.reports.paper import blocks_of
from assessments.reports.people import committee_and_root, people_on
from assessments.reports.steps import actions_of, problem_blocks, problems, step_blocks, steps
from assessments.reports.work import seen, work_of
from assessments.results.groups import in_groups
from assessments.results.models import Assessment, AssessmentState, Score
from assessments.results.rates import figures_of_score, words_of_rate
from assessments.results.selectors.scores import NOT_BUILT
from assessments.results.selectors.targets import address_of
from assessments.schemes.selectors import assessed_word
from assessments.scoring.methods import ELSEWHERE
from assessments.scoring.numbers import exact, plain
from assessments.scoring.totals import COMPLETE
from branches.places.models.organisations import Organisation
from branches.reach.intervals import tree_order
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.practices.selectors.reported import told_of
from responsibilities.work.selectors.way_matrix import way_matrix

REPORT, CIRCULAR = "report", "circular"
KIND_NAMES = {REPORT: "报告", CIRCULAR: "通报"}
LOW = Decimal(80)
# So many branches have their records read at a time.
PART = 100
BANDS = ((0, 60), (60, 70), (70, 75), (75, 80), (80, 85), (85, 90), (90, 95), (95, 100))


def period_of(assessment):
    """Return the Period of an assessment."""
    return Period.parse(assessment.period)


@dataclass(frozen=True)
class Head:
    """What the office decides before a report is published: the kind of document, its number (or ""), who signs, to whom.

    signer, recipient: "" takes the committee's secretary, and the Party group or all branches.
    """

    kind: str = REPORT
    number: str = ""
    signer: str = ""
    recipient: str = ""


def build(assessment, anchor=None, head=None):
    """Return the report of an assessment as checked JSON-able data; a trial is marked 试算.

    anchor: head of the audit chain as `pos:hash`, for a published one. head: a Head, or None for the usual one.
    """
    return _Builder(assessment, anchor, head or Head()).report()


def _shown(value):
    return None if value is None else str(value)


def _text(material, found):
    """The chapters in the order of judgement 8, their tables numbered through, and what the problems are."""
    wrong = problems(material) if material.of_branches else []
    sections = _sections(material, wrong, found)
    text = {"sections": [{"key": key, "title": title, "blocks": blocks} for key, title, blocks in sections]}
    tables = [block for block in blocks_of(text | {"opening": []}) if block["kind"] == "table"]
    for number, block in enumerate(tables, 1):
        block["caption"] = f"表{number}　{block['caption']}"
    numbers = {block["key"]: f"表{number}" for number, block in enumerate(tables, 1)}
    for block in blocks_of(text | {"opening": []}):
        if block["kind"] == "paragraph":
            block["text"] = re.sub(r"〔表:(\w+)〕", lambda found: numbers[found[1]], block["text"])
    return text | {"problems": [{"text": row.text, "cause": row.cause, "who": row.who} for row in wrong]}


def _sections(material, wrong, found):
    if not material.of_branches:
        # What the agency did as a whole stands in the report on its branches, and once is enough.
        return [("overall", "总体情况", overall(material)), ("branches", "得分情况", branches(material))]
    return [
        ("overall", "总体情况", overall(material)),
        ("fusion", "党建与业务融合", fusion(material)),
        ("duties", "责任落实", duties(material)),
        ("branches", "支部建设", branches(material)),
        ("problems", "主要问题", problem_blocks(wrong)),
        ("steps", "下一步", step_blocks(found, material.kind)),
    ]


class _Builder:
    def __init__(self, assessment, anchor, head):
        self.assessment, self.anchor, self.head = assessment, anchor, head
        self.period = period_of(assessment)
        self.published = assessment.state == AssessmentState.PUBLISHED
        self.scheme = scoring.scheme_from(assessment.scheme.body)
        rows = assessment.results.select_related("organisation")
        self.results = list(rows.order_by(*tree_order("organisation__")))
        # Of many branches the records that were counted, which are most of their scores, are read some at a time.
        self.many = len(self.results) > PART
        prefetch_related_objects(self.results, _scores(whole=not self.many))
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
        found = self._published(period)
        if found is None or found.scheme.counting != self.assessment.scheme.counting:
            return {}
        return dict(found.results.filter(state=COMPLETE).values_list("organisation_id", "total"))

    def _published(self, period):
        rows = Assessment.objects.filter(
            scheme__key=self.assessment.scheme.key, period=str(period), state=AssessmentState.PUBLISHED
        )
        return rows.order_by("-version").select_related("scheme").first()

    def _trend(self):
        """Means of up to five successive periods, the newest last; only published ones before this."""
        points, period = [], self.period
        for step in range(5):
            totals = [row.total for row in self.order] if step == 0 else list(self._earlier(period).values())
            if not totals:
                break
            points.append(
                {
                    "period": str(period),
                    "mean": str(_mean(totals)),
                    "highest": str(max(totals)),
                    "lowest": str(min(totals)),
                }
            )
            period = period.previous()
        return list(reversed(points))

    def report(self):
        committee, root = committee_and_root()
        agency = (committee or root).name.removeprefix("中共").replace("机关委员会", "机关党委")
        published_on = clock.day_of(self.assessment.published).isoformat() if self.published else None
        kind = KIND_NAMES[self.head.kind]
        up = self.head.kind == REPORT
        material = self._material(self._trend(), kind)
        found = steps(material) if material.of_branches else []
        report = {
            "shape": 3,
            "agency": agency,
            "kind": self.head.kind,
            "signer": (self.head.signer or material.people.signer) if up else "",
            "whom": material.whom,
            "version": self.assessment.version,
            "recipient": self.head.recipient or (str(root) if root and up else f"各{material.whom}"),
            "title": f"关于{self.period.label()}{about(material)}的{kind}",
            "number": self.head.number or None,
            "period": str(self.period),
            "as_of": self.assessment.as_of.isoformat(),
            "state": shape.PUBLISHED if self.published else shape.TRIAL,
            "published_on": published_on,
            "scheme": {"title": self.scheme.title, "version": self.assessment.scheme.version},
            "summary": self._summary(material.trend),
            "overall": self._overall(material.trend),
            "dimensions": self._dimensions,
            "branches": self._branches(),
            "comparison": self._comparison(),
            "chapters": self._chapters(),
            "work": work_of(material.seen) if material.of_branches else None,
            "adjustments": adjustment_rows(self.results),
            "actions": actions_of(found),
            "notes": self._notes(),
            "burden": [burden(material)[0]],
            "counting": shape.COUNTABLE if self.countable else shape.SPREAD,
            "anchor": self.anchor if self.published else None,
            "signature": {"name": agency, "on": published_on or self.assessment.as_of.isoformat()},
            "moves": material.moved,
            "opening": opening(material),
            **_text(material, found),
        }
        return shape.check(with_correction(report, correction_of(self.assessment, report)))

    def _material(self, trend, kind):
        return Material(
            assessment=self.assessment,
            period=self.period,
            scheme=self.scheme,
            scale=self.scale,
            since=self.since,
            kind=kind,
            results=self.results,
            order=self.order,
            groups=self.groups,
            changes=self.changes,
            dimensions=self._dimensions,
            trend=trend,
            moved=self._moved(trend),
            apart=self._apart(),
            unmeasured=self._not_built(),
            seen=seen(self.period, self.assessment.as_of),
            people=people_on(self.assessment.as_of),
            practices=told_of(self.assessment.as_of),
            ways=way_matrix(OPERATOR, Organisation.objects.root(), self.period, self.assessment.as_of),
        )

    def _moved(self, trend):
        if not self.changes or len(trend) < 2:
            return None
        earlier = self._published(self.period.previous()).results.filter(state=COMPLETE).prefetch_related(_scores())
        means = (Decimal(trend[-2]["mean"]), Decimal(trend[-1]["mean"]))
        return moves(self.order, {row.organisation_id: row for row in earlier}, self.scheme.total, means)

    def _apart(self):
        """Why the earlier period is not compared, where another version of the scheme counted otherwise."""
        earlier = self._published(self.period.previous())
        if earlier is None or earlier.scheme.counting == self.assessment.scheme.counting:
            return ""
        return f"上期按方案第{earlier.scheme.version}版计算，两期的得分不作比较。"

    @cached_property
    def _dimensions(self):
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

    def _name(self, row):
        return row.organisation_name

    def _summary(self, trend):
        rows = []
        if self.order:
            mean = trend[-1]["mean"]
            text = wording.mean_score(
                self.period.kind,
                [Decimal(point["mean"]) for point in trend],
                list(self.changes.values()),
                scale=self.scale,
            )
            rows.append({"figure": mean, "unit": self.scale.unit.strip(), "text": text, "strong": []})
            top = self.scheme.grades[0].name
            holders = [self._name(row) for row in self.order if row.grade == top]
            rows.append(
                {
                    "figure": str(len(holders)),
                    "unit": f"个{top}",
                    "strong": [],
                    "text": wording.grade_holders(top, holders, None, self.since),
                }
            )
            low = [(self._name(row), self.changes.get(row.pk)) for row in self.order if row.total < LOW]
            rows.append(
                {
                    "figure": str(len(low)),
                    "unit": f"个低于{LOW}{self.scale.unit.strip()}",
                    "strong": [],
                    "text": wording.below(LOW, low, self.since, self.scale),
                }
            )
        return rows

    def _overall(self, trend):
        paragraphs = []
        if self.order:
            paragraphs.append(
                f"本期共考核 {len(self.results)} 个{assessed_word(self.scheme)}，{len(self.order)} 个有完整得分。"
            )
        bands = [
            (low, high, sum(low <= row.total < high or (high == 100 and row.total == 100) for row in self.order))
            for low, high in BANDS
        ]
        first = next((place for place, band in enumerate(bands) if band[2]), len(bands))
        bands = bands[first:]
        distribution = None
        if self.order:
            bars = [
                {
                    "label": f"{low}-{high}",
                    "count": number,
                    "grade": scoring.grade(Decimal(low), self.scheme.bounds) if low else self.scheme.grades[-1].name,
                }
                for low, high, number in bands
            ]
            distribution = {
                "title": wording.distribution_title(bands, scale=self.scale).rstrip("。"),
                "caption": f"各{self.scale.name if self.countable else '分数'}段{assessed_word(self.scheme)}数（个）",
                "bars": bars,
            }
        line = None
        if len(trend) > 1:
            line = {
                "title": wording.mean_score(
                    self.period.kind, [Decimal(point["mean"]) for point in trend], [], scale=self.scale
                ).rstrip("。"),
                "caption": "平均、最高和最低得分率（%）" if self.countable else "平均分与最高、最低分（分）",
                "points": trend,
            }
        return {"paragraphs": paragraphs, "distribution": distribution, "trend": line}

    def _branches(self):
        rows = []
        for row in self.seated:
            parts = {
                part["key"]: part["points"] if part["state"] == "known" else None for part in row.body["dimensions"]
            }
            complete = row.state == COMPLETE
            reasons = [
                (reason["text"], Decimal(reason["points"])) for score in row.scores.all() for reason in score.reasons
            ]
            rows.append(
                self._of_countable(row)
                | {
                    "key": str(row.organisation_id),
                    "name": self._name(row),
                    "score": _shown(row.total) if complete else None,
                    "change": _shown(self.changes.get(row.pk)),
                    "grade": row.grade or None,
                    # Rows stand in the order of the organisation; nobody is ranked.
                    "rank": None,
                    "group": self._labels.get(row.pk, ""),
                    "state": row.state,
                    "scores": {part["key"]: parts.get(part["key"]) for part in self._dimensions},
                    "lost": wording.main_losses(reasons),
                }
            )
        return rows

    def _of_countable(self, row):
        if not self.countable:
            return {}
        maxima = {part["key"]: part["maximum"] for part in row.body["dimensions"] if part["state"] == "known"}
        return {
            "points": str(row.so_far),
            "maximum": str(row.out_of),
            "covered": str(row.covered),
            "bonus": row.body["bonus"]["counted"] if row.bonus else None,
            "maxima": {part["key"]: maxima.get(part["key"]) for part in self._dimensions},
        }

    @cached_property
    def _labels(self):
        """{id of a result: its group in words}, also of those that are not complete."""
        return {row.pk: group.label for group in in_groups(self.results) for row in group.rows}

    def _comparison(self):
        pairs = [
            {
                "key": str(row.organisation_id),
                "name": self._name(row),
                "before": str(self.before[row.organisation_id]),
                "now": str(row.total),
            }
            for row in self.seated
            if row.pk in self.changes
        ]
        if not pairs:
            return None
        rows = [(self._name(row), self.changes[row.pk]) for row in self.order if row.pk in self.changes]
        before, now = (period.within_year(period.year) for period in (self.period.previous(), self.period))
        return {
            "title": wording.comparison_title(rows, self.scale).rstrip("。"),
            "before": str(self.period.previous()),
            "pairs": pairs,
            "caption": f"空心点为{before}，实心点为{now}（{self.scale.unit.strip()}）",
        }

    def _means(self):
        """Means by indicator: of countable points the means of the rates, in per cent, so that none is above its maximum."""
        sums = {}
        for row in self.order:
            for score in row.scores.all():
                found = figures_of_score(row, score)
                value = None if found is None else found.rate if self.countable else found.points
                if value is not None:
                    sums.setdefault(score.indicator, []).append(value)
        return {key: str(_mean(values)) for key, values in sums.items()}

    def _chapters(self):
        means, chapters = self._means(), []
        for start in range(0, len(self.seated), PART):
            rows = self.seated[start : start + PART]
            evidence = self._evidence(rows)
            chapters += [self._chapter(row, means, evidence) for row in rows]
        return chapters

    def _evidence(self, rows):
        """Return {id of a score: the records that were counted} of some results."""
        if self.many:
            return dict(Score.objects.filter(result__in=rows).order_by().values_list("pk", "evidence"))
        return {score.pk: score.evidence for row in rows for score in row.scores.all()}

    def _chapter(self, row, means, evidence):
        """What is said of one branch. evidence: {id of a score: the records that were counted}."""
        parts = [(part["name"], Decimal(part["lost"])) for part in row.body["dimensions"]]
        of = (row.so_far, row.out_of) if self.countable else None
        text = wording.branch_chapter(
            row.total,
            row.grade or None,
            parts,
            self.changes.get(row.pk),
            self.since,
            of=of,
            rate=words_of_rate(row),
        )
        return {
            "key": str(row.organisation_id),
            "name": self._name(row),
            "text": text,
            "indicators": [
                self._indicator(score, means, evidence[score.pk]) for score in row.scores.all() if self._counts(score)
            ],
        }

    def _counts(self, score):
        return score.state in ("known", "unknown", "not_due")

    def _indicator(self, score, means, evidence):
        reasons = [
            {"text": reason["text"], "points": reason["points"], "url": address_of(reason["target"])}
            for reason in _costly(score.reasons)
        ]
        return {
            "name": score.name,
            "points": _shown(score.points),
            "maximum": str(score.maximum),
            "mean": means.get(score.indicator),
            "state": score.state,
            "reasons": reasons,
            "evidence": _most(evidence),
        }

    def _notes(self):
        notes = [
            f"得分由系统按{self.scheme.title}第{self.assessment.scheme.version}版从活动记录计算，"
            "显示到0.1分，分项之和与总分可能因四舍五入相差0.1分。"
        ]
        if self.countable:
            notes.append(
                "得分率为得分与应计分之比，有加分的另加，等次按得分率定；不适用和未到期的分值不计入应计分，同一件事只在一处扣分。"
                f"应计分不足{plain(self.scheme.grade_min_points)}分的暂不定等次。"
            )
        waiting = self._not_built()
        if waiting and self.countable:
            covered = plain(max(row.covered for row in self.results))
            # A name may hold 、 itself: the names stand apart so that they are as many as the number says.
            named = f"{len(waiting)}项指标尚未计量（{'；'.join(waiting)}）"
            notes.append(f"{named}，按已有数据覆盖{covered}/{plain(self.scheme.total)}分。")
        elif waiting:
            notes.append(f"{len(waiting)}项指标尚未纳入计算（{'；'.join(waiting)}），其分值按比例分摊到其他指标。")
        notes += entry_notes(self.results)
        if self._apart():
            notes.append(self._apart())
        unknown = [
            (self._name(row), [score.name for score in row.scores.all() if score.state == "unknown"])
            for row in self.open
        ]
        if wording.unknown(unknown):
            notes.append(wording.unknown(unknown))
        return notes

    def _not_built(self):
        if not self.results:
            return []
        return [score.name for score in self.results[0].scores.all() if score.note in (NOT_BUILT, "尚未纳入计算")]


def _scores(*, whole=False):
    """What reads the scores of results with them. whole: the records that were counted, too."""
    return Prefetch("scores", queryset=Score.objects.all() if whole else Score.objects.defer("evidence"))


def _costly(reasons):
    """The reasons that cost points here; what another indicator counts stands on the page of the score."""
    return [reason for reason in reasons if reason["kind"] != ELSEWHERE]


def _mean(values):
    return scoring.rounded(sum(map(exact, values)) / len(values))


# A report names the first records of an indicator; all of them stand on the page of the score.
EVIDENCE_SHOWN = 4


def _most(rows):
    rest = len(rows) - EVIDENCE_SHOWN
    return rows if rest <= 0 else [*rows[:EVIDENCE_SHOWN], {"text": f"等 {len(rows)} 条", "url": None}]


def newest(period, key):
    """Return the newest assessment of a period, published ones first, or None."""
    rows = Assessment.objects.filter(scheme__key=key, period=str(period)).select_related("scheme")
    return (
        rows.filter(state=AssessmentState.PUBLISHED).order_by("-version").first() or rows.order_by("-version").first()
    )

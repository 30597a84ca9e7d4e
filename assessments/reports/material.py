"""What the chapters of a report are written from: results, what moved, work and duties, people; read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from assessments import scoring
from assessments.hearing.models import Decision, Objection, ObjectionState
from assessments.reports.moves import total_of
from assessments.reports.people import People
from assessments.reports.wording import Scale
from assessments.reports.work import Seen
from assessments.results.groups import GroupOfResults
from assessments.results.models import Assessment, Result
from assessments.schemes.selectors import assessed_word
from assessments.schemes.services import BRANCH_SCHEME
from assessments.scoring.schemes import Scheme
from common import clock
from common.periods import Period
from responsibilities.collects.models import Collect, CollectState
from responsibilities.supervision.models import Supervision
from responsibilities.work.selectors.way_matrix import Matrix


@dataclass(frozen=True)
class Material:
    """order: complete results by group, the highest first. changes: {result id: since the earlier period}. moved: shape.Moves or
    None. apart: why the earlier period is not compared, "" where it is. number: of the kind of document (报告, 通报)."""

    assessment: Assessment
    period: Period
    scheme: Scheme
    scale: Scale
    since: str
    kind: str
    results: Sequence[Result]
    order: Sequence[Result]
    groups: Sequence[GroupOfResults]
    changes: Mapping[int, Decimal]
    dimensions: Sequence[Mapping[str, str]]
    trend: Sequence[Mapping[str, str]]
    moved: Mapping[str, Any] | None
    apart: str
    unmeasured: Sequence[str]
    seen: Seen
    people: People
    ways: Matrix
    # What is told of typical practices, "" where there are none.
    practices: str

    @property
    def of_branches(self) -> bool:
        """Whether this is the assessment of the branches; any other scheme judges something of its own."""
        return bool(self.assessment.scheme.key == BRANCH_SCHEME)

    @property
    def whom(self) -> str:
        return assessed_word(self.scheme)

    @property
    def countable(self) -> bool:
        return not self.scheme.spread

    @property
    def day(self) -> date:
        """The day from which deadlines are reckoned: no deadline lies before the report is read."""
        return max(clock.today(), self.assessment.as_of)

    def rate(self, value: Decimal | str) -> str:
        return f"{value}{self.scale.unit}"


def mean_of(rows: Sequence[Result]) -> Decimal | None:
    """Return the mean of the totals, None of no results."""
    totals = [total_of(row) for row in rows]
    return scoring.rounded(sum(totals, Decimal(0)) / len(totals)) if totals else None


def objection_words(assessment: Assessment, called: str) -> str:
    """Return how many objected, to what, and what came of it."""
    rows = Objection.objects.filter(assessment=assessment).exclude(state=ObjectionState.WITHDRAWN).order_by()
    taken = Q(state=ObjectionState.ANSWERED, decision__in=(Decision.ACCEPTED, Decision.PARTLY))
    found = rows.aggregate(
        number=Count("pk"),
        places=Count("organisation", distinct=True),
        taken=Count("pk", filter=taken),
        answered=Count("pk", filter=Q(state=ObjectionState.ANSWERED)),
    )
    if not found["number"]:
        return f"结果已送各{called}，期限内没有提出异议。" if assessment.sent else ""
    rest = found["number"] - found["answered"]
    tail = f"{rest} 项尚未答复" if rest else "均已答复"
    return f"{found['places']} 个{called}提出异议 {found['number']} 项，采纳和部分采纳 {found['taken']} 项，{tail}。"


def burden(material: Material) -> tuple[str, list[tuple[str, str]]]:
    """Return (sentence, links) of what was really asked beside the records in the period, and what was entered by hand."""
    first, last = material.period.first, min(material.period.last, material.assessment.as_of)
    sent = Collect.objects.exclude(state=CollectState.DRAFT).filter(sent_at__date__gte=first, sent_at__date__lte=last)
    asked = sent.aggregate(number=Count("pk", distinct=True), targets=Count("targets"))
    notices = Supervision.objects.filter(issued_at__date__gte=first, issued_at__date__lte=last).count()
    by_hand = sum(len(row.body.get("by_hand", ())) for row in material.results)
    said = f"考核期内另行征集材料 {asked['number']} 次"
    said += f"（{asked['targets']} 个组织次）" if asked["targets"] else ""
    text = f"{said}，下达督查 {notices} 件；"
    scores = "得分取自活动记录、同步环节和责任清单"
    text += f"{scores}，其中人工登记 {by_hand} 项，见附件。" if by_hand else f"{scores}，没有人工登记的分值。"
    return text, [(f"下达督查 {notices} 件", reverse("supervision_list"))]

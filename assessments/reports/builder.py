"""Builds the frozen JSON of a report (shape.py) from an assessment's results; nothing is looked up when rendering."""

import re
from dataclasses import dataclass

from assessments.reports import shape
from assessments.reports.basis import Basis
from assessments.reports.by_hand import adjustment_rows
from assessments.reports.chapters import about, branches, duties, fusion, opening, overall
from assessments.reports.correction import correction_of, with_correction
from assessments.reports.front import notes, summary
from assessments.reports.front import overall as overall_of
from assessments.reports.material import Material, burden
from assessments.reports.mechanisms import mechanisms_of
from assessments.reports.paper import blocks_of
from assessments.reports.people import committee_and_root, people_on
from assessments.reports.rows import branch_rows, comparison
from assessments.reports.rows import chapters as chapters_of
from assessments.reports.steps import actions_of, problem_blocks, problems, step_blocks, steps
from assessments.reports.work import seen, work_of
from assessments.results.models import Assessment, AssessmentState
from branches.places.models.organisations import Organisation
from common import clock
from common.operator import OPERATOR
from responsibilities.work.selectors.way_matrix import way_matrix

REPORT, CIRCULAR = "report", "circular"
KIND_NAMES = {REPORT: "报告", CIRCULAR: "通报"}


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
    basis, head = Basis(assessment), head or Head()
    material = _material(basis, basis.trend(), KIND_NAMES[head.kind])
    found = steps(material) if material.of_branches else []
    report = _head(basis, material, head)
    report |= {
        "summary": summary(basis, material.trend),
        "overall": overall_of(basis, material.trend),
        "dimensions": basis.dimensions,
        "branches": branch_rows(basis),
        "comparison": comparison(basis),
        "chapters": chapters_of(basis),
        "work": work_of(material.seen) if material.of_branches else None,
        "adjustments": adjustment_rows(basis.results),
        "actions": actions_of(found),
        "notes": notes(basis),
        "burden": [burden(material)[0]],
        "counting": shape.COUNTABLE if basis.countable else shape.SPREAD,
        "anchor": anchor if basis.published else None,
        "signature": {"name": report["agency"], "on": report["published_on"] or report["as_of"]},
        "moves": material.moved,
        "opening": opening(material),
        **_text(material, found),
    }
    return shape.check(with_correction(report, correction_of(assessment, report)))


def addressed(body, head, day):
    """Return a report of the same kind with another number, signer and recipient; nothing is reckoned for it.

    day: of whose people the usual signer is one. Raises ValueError for another kind, whose text is another.
    """
    if head.kind != body["kind"]:
        raise ValueError(head.kind)
    return shape.check(body | _address(head, body["whom"], people_on(day).signer, committee_and_root()[1]))


def _address(head, whom, signer, root):
    up = head.kind == REPORT
    return {
        "signer": (head.signer or signer) if up else "",
        "recipient": head.recipient or (str(root) if root and up else f"各{whom}"),
        "number": head.number or None,
    }


def _head(basis, material, head):
    """Who reports to whom, on what, as of which day."""
    committee, root = committee_and_root()
    assessment = basis.assessment
    return _address(head, material.whom, material.people.signer, root) | {
        "shape": 3,
        "agency": (committee or root).name.removeprefix("中共").replace("机关委员会", "机关党委"),
        "kind": head.kind,
        "whom": material.whom,
        "version": assessment.version,
        "title": f"关于{basis.period.label()}{about(material)}的{material.kind}",
        "period": str(basis.period),
        "as_of": assessment.as_of.isoformat(),
        "state": shape.PUBLISHED if basis.published else shape.TRIAL,
        "published_on": clock.day_of(assessment.published).isoformat() if basis.published else None,
        "scheme": {"title": basis.scheme.title, "version": assessment.scheme.version},
    }


def _material(basis, trend, kind):
    return Material(
        assessment=basis.assessment,
        period=basis.period,
        scheme=basis.scheme,
        scale=basis.scale,
        since=basis.since,
        kind=kind,
        results=basis.results,
        order=basis.order,
        groups=basis.groups,
        changes=basis.changes,
        dimensions=basis.dimensions,
        trend=trend,
        moved=basis.moved(trend),
        apart=basis.apart(),
        unmeasured=basis.not_built(),
        seen=seen(basis.period, basis.assessment.as_of),
        people=people_on(basis.assessment.as_of),
        ways=way_matrix(OPERATOR, Organisation.objects.root(), basis.period, basis.assessment.as_of),
        mechanisms=mechanisms_of(basis.period, basis.assessment.as_of),
    )


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


def newest(period, key):
    """Return the newest assessment of a period, published ones first, or None."""
    rows = Assessment.objects.filter(scheme__key=key, period=str(period)).select_related("scheme")
    return (
        rows.filter(state=AssessmentState.PUBLISHED).order_by("-version").first() or rows.order_by("-version").first()
    )

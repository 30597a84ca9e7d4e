"""The shape of a report: frozen numbers and wording, from which every document is rendered and nothing else.

The classes below say which keys there are. Numbers that are shown are decimal text ("86.8"), dates ISO text, absent
values null. What is stored and rendered is the plain JSON; `check` holds it against the classes.
"""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Strict, ValidationError

from assessments.reports.basics import Day, Figure, Filled, Key, Part, PeriodText, Text, Whole, fits
from assessments.reports.paper import Block, Section, blocks_of
from common.periods import Period
from common.text import quoted

TRIAL, PUBLISHED = "trial", "published"
SPREAD, COUNTABLE = "spread", "countable"
STATE_NAMES = {TRIAL: "试算", PUBLISHED: "已发布"}
_DOCUMENT_NUMBER = r"\S+〔[0-9]{4}〕[1-9][0-9]*号"


class WrongShape(ValueError):
    """A report that cannot be rendered: the message names the place and what is wrong there (Chinese)."""


def is_document_number(value: object) -> bool:
    """Whether a text is the number of a document: 云测党〔2026〕3号."""
    return isinstance(value, str) and re.fullmatch(_DOCUMENT_NUMBER, value) is not None


class SchemeName(Part):
    title: Filled
    version: Whole


class Finding(Part):
    """One line of the summary; `strong`: the pieces of the text to set off."""

    figure: Filled
    unit: Text
    text: Filled
    strong: list[Filled]


class Bar(Part):
    label: Filled
    grade: Text
    count: Whole


class Distribution(Part):
    title: Filled
    caption: Text
    bars: list[Bar]


class TrendPoint(Part):
    period: PeriodText
    mean: Figure | None
    highest: Figure | None
    lowest: Figure | None


class Trend(Part):
    title: Filled
    caption: Text
    points: list[TrendPoint]


class Overall(Part):
    paragraphs: list[Filled]
    distribution: Distribution | None
    trend: Trend | None


class DimensionColumn(Part):
    """A column of the table of branches."""

    key: Filled
    name: Filled
    points: Figure


class BranchRow(Part):
    """state: that of its result. scores, maxima: by key of a dimension. lost: the main lost points.

    Of countable points `score` is their rate, points and maximum what it is the rate of, covered the points of the scheme for
    which there are data, bonus what counts beside them and is in `score`. group: which branches it is compared with; rows stand
    by group. rank: within it, in reports of before.
    """

    key: Key
    name: Filled
    score: Figure | None
    change: Figure | None
    grade: Filled | None
    rank: Whole | None
    state: Literal["complete", "incomplete", "not_applicable"]
    scores: dict[str, Figure | None]
    lost: list[Filled]
    points: Figure | None = None
    maximum: Figure | None = None
    covered: Figure | None = None
    bonus: Figure | None = None
    maxima: dict[str, Figure | None] = {}
    group: Text = ""


class Pair(Part):
    key: Key
    name: Filled
    before: Figure
    now: Figure


class Comparison(Part):
    title: Filled
    caption: Text
    before: PeriodText
    pairs: list[Pair]


class Evidence(Part):
    text: Filled
    url: Text | None


class LossReason(Evidence):
    points: Figure


class IndicatorRow(Part):
    name: Filled
    points: Figure | None
    maximum: Figure | None
    mean: Figure | None
    state: Literal["known", "unknown", "not_applicable", "not_due", "not_measured"]
    reasons: list[LossReason]
    evidence: list[Evidence]


class Chapter(Part):
    """What is said of one branch."""

    key: Key
    name: Filled
    text: Filled
    indicators: list[IndicatorRow]


class StageRow(Part):
    name: Filled
    due: Whole
    synchronised: Whole
    lagging: Whole
    missing: Whole
    waived: Whole


class StageProblem(Part):
    work: Filled
    stage: Filled
    state: Filled
    who: Text
    leader: Text
    url: Text | None


class LevelRow(Part):
    """What fell due at one level: owed, done and overdue are occurrences.

    The others are duties and holders; reports that were published before these were counted lack them.
    """

    name: Filled
    owed: Whole
    done: Whole
    overdue: Whole
    holders: Whole | None = None
    duties: Whole | None = None
    on_time: Whole | None = None
    late: Whole | None = None
    behind: Whole | None = None


class Work(Part):
    """Business work and duties; counts are whole numbers."""

    title: Filled
    paragraphs: list[Filled]
    stages: list[StageRow]
    problems: list[StageProblem]
    levels: list[LevelRow]


class AdjustmentRow(Part):
    """What was entered by hand. before, change, after: points of an indicator; None where it is no change of these."""

    branch: Filled
    indicator: Filled
    before: Figure | None
    change: Figure | None
    after: Figure | None
    reason: Filled
    by: Filled
    on: Day


class Action(Part):
    """A recommended step."""

    text: Filled
    who: Text
    due: Day | None


class Signature(Part):
    name: Filled
    on: Day | None


class OldReport(Part):
    """Shape 1, as reports were published before there was a chapter on business work; they stay as they are.

    agency: who reports. recipient: who is reported to (主送), or "". number: only a report with one has a red head.
    as_of: day of the figures. published_on: null while trial. notes: how it was counted, what is unknown. burden: what it
    asked of branches. anchor: "position:hash" of the audit trail at the moment of freezing, null while trial.
    """

    shape: Literal[1]
    agency: Filled
    recipient: Text
    title: Filled
    number: Annotated[str, Strict(), fits(_DOCUMENT_NUMBER)] | None
    period: PeriodText
    as_of: Day
    state: Literal["trial", "published"]
    published_on: Day | None
    scheme: SchemeName
    summary: list[Finding]
    overall: Overall
    dimensions: list[DimensionColumn]
    branches: list[BranchRow]
    comparison: Comparison | None
    chapters: list[Chapter]
    adjustments: list[AdjustmentRow]
    actions: list[Action]
    notes: list[Filled]
    burden: list[Filled]
    anchor: Annotated[str, Strict(), fits(r"[0-9]+:[0-9a-f]{16,}")] | None
    signature: Signature


class Report(OldReport):
    """counting: whether the weight of what yields nothing was spread, as in all reports that do not say, or points are of countable points."""

    shape: Literal[2]  # type: ignore[assignment]  # the next number, not a narrower one
    work: Work | None
    counting: Literal["spread", "countable"] = "spread"


class MovedIndicator(Part):
    """before, now: what was lost there, of the countable points in per cent; key "": what no indicator explains."""

    key: Text
    name: Filled
    before: Figure | None
    now: Figure | None
    effect: Figure


class MovedBranch(Part):
    key: Filled
    name: Filled
    change: Figure
    effect: Figure


class Moves(Part):
    """Why the mean moved: the effects of the indicators add up to the change. compared: branches with a result in both periods."""

    before: Figure
    now: Figure
    change: Figure
    compared: Whole
    indicators: list[MovedIndicator]
    branches: list[MovedBranch]


class ProblemRow(Part):
    text: Filled
    cause: Text
    who: Text


class NextStep(Action):
    """A step that can be taken over as a supervision of `places`; subject, about: the thing as supervision knows it."""

    leader: Text
    places: list[Whole]
    subject: Filled
    about: Filled
    url: Text
    expected: Filled


class CorrectionRow(Part):
    what: Filled
    before: Text
    after: Text


class Correction(Part):
    """更正说明: of which version, why, who approved it, and what is different in the frozen numbers."""

    version: Whole
    published_on: Day
    reason: Filled
    approved_by: Text
    rows: list[CorrectionRow]


class Letter(Report):
    """Shape 3: a document of numbered chapters. kind: 报告 to who is above, with its signer, or 通报 to who is below.

    opening, sections: the text, with the words as they were edited before publication. The rest is what it was written from.
    """

    shape: Literal[3]  # type: ignore[assignment]  # the next number, not a narrower one
    kind: Literal["report", "circular"]
    signer: Text
    # What the assessed organisations are called together.
    whom: Literal["党支部", "党组织"] = "党支部"
    version: Whole
    opening: list[Block]
    sections: list[Section]
    moves: Moves | None
    problems: list[ProblemRow]
    actions: list[NextStep]  # type: ignore[assignment]  # each says more than an Action
    correction: Correction | None


_SHAPES: dict[int, type[OldReport]] = {1: OldReport, 3: Letter}
_OF_BRANCHES: dict[str, type[Part]] = {"branches": BranchRow, "chapters": Chapter}


def check(report: dict) -> dict:
    """Return the report itself when it has the shape above; WrongShape otherwise."""
    number = report.get("shape") if isinstance(report, dict) else None
    form = _SHAPES.get(number, Report) if isinstance(number, int) else Report
    try:
        if not _fits_in_parts(report, form):
            form.model_validate(report)
    except ValidationError as errors:
        first = errors.errors()[0]
        raise WrongShape(f"{_place(first['loc'])}：{first['msg']}。") from None
    if (report["state"] == PUBLISHED) != (report["published_on"] is not None):
        raise WrongShape("报告.published_on：已发布的报告应有发布日期，试算的没有。")
    if report["state"] == PUBLISHED and report["anchor"] is None:
        raise WrongShape("报告.anchor：已发布的报告应有审计校验码。")
    keys = {row["key"] for row in report["dimensions"]}
    for row in report["branches"]:
        if set(row["scores"]) != keys:
            raise WrongShape(f"报告.branches：{row['name']}的分项得分与各方面不一致。")
    for row in report["summary"]:
        for piece in row["strong"]:
            if piece not in row["text"]:
                raise WrongShape(f"报告.summary：{quoted(piece)}不在句中。")
    if is_letter(report):
        _check_letter(report)
    return report


def _fits_in_parts(report: object, form: type[OldReport]) -> bool:
    """Whether the report has the form, looked at row by row where it has one for each branch.

    All at once it would be held a second time, as the classes of the form.
    """
    if not isinstance(report, dict) or not all(isinstance(report.get(key), list) for key in _OF_BRANCHES):
        return False
    try:
        form.model_validate(report | dict.fromkeys(_OF_BRANCHES, []))
        for key, part in _OF_BRANCHES.items():
            for row in report[key]:
                part.model_validate(row)
    except ValidationError:
        return False
    return True


def is_letter(report: dict) -> bool:
    """Whether the report is a document of chapters; the extract about one branch is none."""
    return report["shape"] == 3 and bool(report["sections"])


def _check_letter(report: dict) -> None:
    """The parts of the change of the mean add up to it, rows are as wide as their heads, and links stand in their text."""
    moves = report["moves"]
    if moves and sum((Decimal(row["effect"]) for row in moves["indicators"]), Decimal(0)) != Decimal(moves["change"]):
        raise WrongShape("报告.moves：各项影响之和与平均的变化不一致。")
    keys = set()
    for block in blocks_of(report):
        if block["kind"] == "heading":
            continue
        if (block["kind"], block["key"]) in keys:
            raise WrongShape(f"报告.sections：{block['key']}重复。")
        keys.add((block["kind"], block["key"]))
        wide = len(block["heads"]) if block["kind"] == "table" else 0
        if wide and (len(block["widths"]) != wide or any(len(row) != wide for row in block["rows"])):
            raise WrongShape(f"报告.sections：表{quoted(block['caption'])}的列数不一致。")


def _place(path: tuple[int | str, ...]) -> str:
    """Return 报告.branches[3].score for where pydantic found something."""
    return "报告" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def period_of(report: dict) -> Period:
    """Return the period of a report."""
    return Period.parse(report["period"])

"""The shape of a report: frozen numbers and wording, from which every document is rendered and nothing else.

Numbers that are shown are decimal text ("86.8"), dates ISO text, absent values null. Keys:

    shape         2; reports published as shape 1 have no `work` and stay as they are
    agency        who reports: 某市发展和改革委员会机关党委
    recipient     who is reported to (主送): 委党组, or ""
    title         2026年第三季度机关党建考核报告
    number        发改党考〔2026〕3号, or null: only a report with a number has a red head
    period        2026Q3 · as_of: day of the figures · state: "trial" (试算) or "published" (已发布)
    published_on  day, or null while trial · scheme: {title, version}
    summary       [{figure "86.8", unit "分", text, strong: [pieces of text to set off]}]
    overall       {paragraphs: [text], distribution: {title, caption, bars: [{label, grade, count}]},
                  trend: {title, caption, points: [{period, mean, highest, lowest}]}}
    dimensions    [{key, name, points}], the columns of `branches`
    branches      [{key, name, score, change, grade, rank, state, scores: {dimension key: text or null},
                  lost: [text]}]; score, change, grade, rank may be null; `lost` the main lost points
    comparison    {title, caption, before: period, pairs: [{key, name, before, now}]} or null
    chapters      [{key, name, text, indicators: [{name, points, maximum, mean, state,
                  reasons: [{text, points, url}], evidence: [{text, url}]}]}]
    work          {title, paragraphs: [text], stages: [{name, due, synchronised, lagging, missing, waived}],
                  problems: [{work, stage, state, who, leader, url}], levels: [{name, owed, done, overdue}]} or null:
                  business work and duties; counts are whole numbers
    adjustments   [{branch, indicator, before, change, after, reason, by, on}]
    actions       [{text, who, due}]: recommended steps; due a day or null
    notes         [text]: how it was counted, what is unknown · burden: [text]: what it asked of branches
    anchor        "position:hash" of the audit trail at the moment of freezing, or null while trial
    signature     {name, on}

`state` of a branch is that of its result: complete, incomplete or not_applicable; of an indicator: known,
unknown, not_applicable or not_due.
"""

import datetime
import re
from decimal import Decimal

from common.periods import Period

TRIAL, PUBLISHED = "trial", "published"
STATE_NAMES = {TRIAL: "试算", PUBLISHED: "已发布"}
LONGEST = 4000


class WrongShape(ValueError):
    """A report that cannot be rendered: the message names the place and what is wrong there (Chinese)."""


def check(report):
    """The report itself when it has the shape above; WrongShape otherwise."""
    older = isinstance(report, dict) and report.get("shape") == 1
    _walk(report, {key: rule for key, rule in REPORT.items() if key != "work"} if older else REPORT, "报告")
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
                raise WrongShape(f"报告.summary：“{piece}”不在句中。")
    return report


def period_of(report):
    """The period of a report."""
    return Period.parse(report["period"])


def characters(report):
    """Characters of the running text, without spaces, tables and attachments."""
    texts = [report["title"], *(row["text"] for row in report["summary"]), *report["overall"]["paragraphs"]]
    texts += [row["text"] for row in report["chapters"]]
    if report.get("work"):
        texts += [report["work"]["title"], *report["work"]["paragraphs"]]
    texts += [row["text"] for row in report["actions"]] + report["notes"] + report["burden"]
    return sum(len(re.sub(r"\s", "", text)) for text in texts)


def length_warning(report, longest=LONGEST):
    """A sentence when the text is longer than a special document may be (app-burden, a setting), else ""."""
    count = characters(report)
    if count <= longest:
        return ""
    return f"正文约 {count} 字，超过 {longest} 字，请精简后再印发。"


def for_branch(report, key):
    """The extract that a branch may read: its own score, grade and reasons, without rank and other branches.

    KeyError for a branch that the report does not assess.
    """
    row = next((row for row in report["branches"] if row["key"] == key), None)
    if row is None:
        raise KeyError(key)
    own = dict(report)
    if own.get("work"):
        own["work"] = None
    own.update(
        title=f"{row['name']}{period_of(report).label()}考核结果",
        number=None,
        recipient=row["name"],
        summary=[],
        overall={"paragraphs": [], "distribution": None, "trend": None},
        branches=[{**row, "rank": None}],
        comparison=None,
        # The mean of all is a comparison with others, which a branch is not shown.
        chapters=[
            {**chapter, "indicators": [{**row, "mean": None} for row in chapter["indicators"]]}
            for chapter in report["chapters"]
            if chapter["key"] == key
        ],
        adjustments=[change for change in report["adjustments"] if change["branch"] == row["name"]],
        actions=[],
    )
    return own


def _text(value):
    return isinstance(value, str)


def _filled(value):
    return isinstance(value, str) and value.strip() != ""


def _whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _figure(value):
    return isinstance(value, str) and re.fullmatch(r"[-−+]?[0-9]+(\.[0-9]+)?", value) is not None


def _day(value):
    try:
        return isinstance(value, str) and bool(datetime.date.fromisoformat(value))
    except ValueError:
        return False


def _period(value):
    try:
        return bool(Period.parse(value))
    except ValueError:
        return False


def _anchor(value):
    return isinstance(value, str) and re.fullmatch(r"[0-9]+:[0-9a-f]{16,}", value) is not None


def is_document_number(value):
    """Whether a text is the number of a document: 云测党〔2026〕3号."""
    return isinstance(value, str) and re.fullmatch(r"\S+〔[0-9]{4}〕[1-9][0-9]*号", value) is not None


def _key(value):
    return _whole(value) or _filled(value)


def _one_of(*names):
    return lambda value: value in names


def _or_null(rule):
    return ("null", rule)


_URL_TEXT = {"text": _filled, "url": _or_null(_text)}
REPORT = {
    "shape": lambda value: value in (1, 2),
    "agency": _filled,
    "recipient": _text,
    "title": _filled,
    "number": _or_null(is_document_number),
    "period": _period,
    "as_of": _day,
    "state": _one_of(TRIAL, PUBLISHED),
    "published_on": _or_null(_day),
    "scheme": {"title": _filled, "version": _whole},
    "summary": [{"figure": _filled, "unit": _text, "text": _filled, "strong": [_filled]}],
    "overall": {
        "paragraphs": [_filled],
        "distribution": _or_null(
            {
                "title": _filled,
                "caption": _text,
                "bars": [{"label": _filled, "grade": _text, "count": _whole}],
            }
        ),
        "trend": _or_null(
            {
                "title": _filled,
                "caption": _text,
                "points": [
                    {
                        "period": _period,
                        "mean": _or_null(_figure),
                        "highest": _or_null(_figure),
                        "lowest": _or_null(_figure),
                    }
                ],
            }
        ),
    },
    "dimensions": [{"key": _filled, "name": _filled, "points": _figure}],
    "branches": [
        {
            "key": _key,
            "name": _filled,
            "score": _or_null(_figure),
            "change": _or_null(_figure),
            "grade": _or_null(_filled),
            "rank": _or_null(_whole),
            "state": _one_of("complete", "incomplete", "not_applicable"),
            "scores": ("each", _or_null(_figure)),
            "lost": [_filled],
        }
    ],
    "comparison": _or_null(
        {
            "title": _filled,
            "caption": _text,
            "before": _period,
            "pairs": [{"key": _key, "name": _filled, "before": _figure, "now": _figure}],
        }
    ),
    "chapters": [
        {
            "key": _key,
            "name": _filled,
            "text": _filled,
            "indicators": [
                {
                    "name": _filled,
                    "points": _or_null(_figure),
                    "maximum": _or_null(_figure),
                    "mean": _or_null(_figure),
                    "state": _one_of("known", "unknown", "not_applicable", "not_due"),
                    "reasons": [{**_URL_TEXT, "points": _figure}],
                    "evidence": [_URL_TEXT],
                }
            ],
        }
    ],
    "work": _or_null(
        {
            "title": _filled,
            "paragraphs": [_filled],
            "stages": [
                {
                    "name": _filled,
                    "due": _whole,
                    "synchronised": _whole,
                    "lagging": _whole,
                    "missing": _whole,
                    "waived": _whole,
                }
            ],
            "problems": [
                {
                    "work": _filled,
                    "stage": _filled,
                    "state": _filled,
                    "who": _text,
                    "leader": _text,
                    "url": _or_null(_text),
                }
            ],
            "levels": [{"name": _filled, "owed": _whole, "done": _whole, "overdue": _whole}],
        }
    ),
    "adjustments": [
        {
            "branch": _filled,
            "indicator": _filled,
            "before": _figure,
            "change": _figure,
            "after": _figure,
            "reason": _filled,
            "by": _filled,
            "on": _day,
        }
    ],
    "actions": [{"text": _filled, "who": _text, "due": _or_null(_day)}],
    "notes": [_filled],
    "burden": [_filled],
    "anchor": _or_null(_anchor),
    "signature": {"name": _filled, "on": _or_null(_day)},
}


def _walk(value, rule, place):
    if isinstance(rule, tuple) and rule[0] == "null":
        if value is not None:
            _walk(value, rule[1], place)
    elif isinstance(rule, tuple):
        if not isinstance(value, dict):
            raise WrongShape(f"{place}：应为对象。")
        for key, part in value.items():
            _walk(part, rule[1], f"{place}.{key}")
    elif isinstance(rule, dict):
        if not isinstance(value, dict) or set(value) != set(rule):
            found = set(value) if isinstance(value, dict) else set()
            missing, more = sorted(set(rule) - found), sorted(found - set(rule))
            raise WrongShape(f"{place}：缺少{missing}，多出{more}。")
        for key, part in rule.items():
            _walk(value[key], part, f"{place}.{key}")
    elif isinstance(rule, list):
        if not isinstance(value, list):
            raise WrongShape(f"{place}：应为列表。")
        for number, part in enumerate(value):
            _walk(part, rule[0], f"{place}[{number}]")
    elif not rule(value):
        raise WrongShape(f"{place}：值“{value}”不符合要求。")


def signed(figure):
    """A change with its sign as print sets it: +3.5, −5.5, 0.0."""
    number = Decimal(figure.replace("−", "-"))
    if number > 0:
        return f"+{abs(number)}"
    return f"−{abs(number)}" if number < 0 else str(abs(number))

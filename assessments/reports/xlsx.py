"""The report as a workbook, from its frozen JSON alone: figures as numbers, text always as text."""

import datetime
import io
from decimal import Decimal

import xlsxwriter

from assessments.reports.reading import grade_word, has_means, is_countable, is_ranked, level_table
from assessments.reports.shape import STATE_NAMES, check, is_letter, period_of
from common.documents.archive import without_clock
from common.periods import Period

# Text of people is never read as a formula, a number or a link, whatever it begins with.
OPTIONS = {
    # Row by row to a file: the sheets of a province are larger than all the rest that is held.
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def render(report):
    """The bytes of the .xlsx file; the same report gives the same bytes. Raises WrongShape."""
    check(report)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    day = datetime.date.fromisoformat(report["published_on"] or report["as_of"])
    book.set_properties(
        {
            "title": report["title"],
            "author": report["agency"],
            "created": datetime.datetime(day.year, day.month, day.day),
        }
    )
    styles = {
        "head": book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}),
        "text": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        "figure": book.add_format({"border": 1, "num_format": "0.0#", "valign": "top"}),
        "whole": book.add_format({"border": 1, "num_format": "0", "valign": "top"}),
    }
    _sheet(book, styles, "说明", ["项目", "内容"], _about(report), [18, 90])
    _of_scores(book, styles, report)
    if report.get("work"):
        _work(book, styles, report["work"])
    if is_letter(report):
        _letter(book, styles, report)
    if report.get("correction"):
        rows = [[row["what"], row["before"], row["after"]] for row in report["correction"]["rows"]]
        _sheet(book, styles, "更正内容", ["事项", "更正前", "更正后"], rows, [28, 36, 36])
    if report["overall"]["trend"]:
        _trend(book, styles, report)
    if report["comparison"]:
        _comparison(book, styles, report)
    if report["adjustments"]:
        _adjustments(book, styles, report["adjustments"])
    book.close()
    return without_clock(out.getvalue())


def _of_scores(book, styles, report):
    """The scores, and what was lost for what."""
    heads, rows = _scores(report)
    more = [10, 10, 10, *([8] if "加分" in heads else [])] if is_countable(report) else []
    parts = len(report["dimensions"]) * (2 if more else 1)
    _sheet(
        book,
        styles,
        "支部得分",
        heads,
        rows,
        [*([22] if heads[0] == "类别" else []), *([6] if "名次" in heads else []), 26, 9, *more, 9, 9]
        + [11] * parts
        + [60],
    )
    reasons = [row for chapter in report["chapters"] for row in _reasons(chapter, has_means(report))]
    mean = ["平均得分率（%）" if is_countable(report) else "平均"] if has_means(report) else []
    heads = ["党支部", "指标", "得分", "满分", *mean, "失分原因", "扣分", "佐证"]
    _sheet(book, styles, "失分明细", heads, reasons, [26, 20, 8, 8, *[8] * len(mean), 60, 8, 40])


def _letter(book, styles, report):
    """What moved the mean, what the problems are, what comes next: the tables of the text with numbers as numbers."""
    if report["moves"]:
        keys = ("before", "now", "effect")
        rows = [[row["name"], *(_number(row[key]) for key in keys)] for row in report["moves"]["indicators"]]
        unit = "%" if is_countable(report) else "分"
        heads = ["指标", f"上期失分（{unit}）", f"本期失分（{unit}）", "影响平均"]
        _sheet(book, styles, "平均变化", heads, rows, [28, 14, 14, 12])
        rows = [[row["name"], _number(row["change"]), _number(row["effect"])] for row in report["moves"]["branches"]]
        _sheet(book, styles, "支部变化", ["党支部", "变化", "影响平均"], rows, [28, 10, 12])
    rows = [[number, row["text"], row["cause"], row["who"]] for number, row in enumerate(report["problems"], 1)]
    _sheet(book, styles, "主要问题", ["序", "问题", "原因", "责任人"], rows, [6, 60, 40, 30])
    rows = [
        [number, row["text"], row["leader"], row["who"], row["due"]] for number, row in enumerate(report["actions"], 1)
    ]
    _sheet(book, styles, "下一步", ["序", "事项", "分管领导", "承办", "时限"], rows, [6, 60, 16, 30, 12])


def _trend(book, styles, report):
    trend, unit = report["overall"]["trend"], "得分率（%）" if is_countable(report) else "分"
    rows = [
        [Period.parse(row["period"]).label(), *(_number(row[key]) for key in ("mean", "highest", "lowest"))]
        for row in trend["points"]
    ]
    _sheet(book, styles, "各期平均", ["考核期", f"平均{unit}", f"最高{unit}", f"最低{unit}"], rows, [20, 10, 10, 10])


def _comparison(book, styles, report):
    before, now = Period.parse(report["comparison"]["before"]), period_of(report)
    rows = [
        [row["name"], _number(row["before"]), _number(row["now"]), _number(row["now"]) - _number(row["before"])]
        for row in report["comparison"]["pairs"]
    ]
    _sheet(book, styles, "与上期比较", ["党支部", before.label(), now.label(), "变化"], rows, [26, 16, 16, 9])


def _adjustments(book, styles, adjustments):
    keys = ("branch", "indicator", "before", "change", "after", "reason", "by", "on")
    heads = ["党支部", "指标", "系统分", "调整", "审定分", "理由", "审定人", "日期"]
    rows = [
        [_number(row[key]) if key in ("before", "change", "after") else row[key] for key in keys] for row in adjustments
    ]
    _sheet(book, styles, "人工调整", heads, rows, [26, 20, 9, 9, 9, 60, 12, 12])


def _about(report):
    state = STATE_NAMES[report["state"]]
    rows = [
        ["单位", report["agency"]],
        ["报告", report["title"]],
        ["文号", report["number"] or "无"],
        ["考核期", f"{period_of(report).label()}（{period_of(report).span()}）"],
        ["数据截至", report["as_of"]],
        ["状态", f"{state}（{report['published_on']}）" if report["published_on"] else state],
        ["考核方案", f"{report['scheme']['title']}（第{report['scheme']['version']}版，本机关设定）"],
        ["审计校验码", report["anchor"] or "试算，尚未冻结"],
    ]
    rows += [["更正说明", block["text"]] for block in report.get("opening", []) if block["key"] == "correction"]
    rows += [["要点", f"{row['figure']}{row['unit']}：{row['text']}"] for row in report["summary"]]
    for row in report["actions"] if not is_letter(report) else ():
        rows.append(["建议", "；".join(part for part in (row["text"], row["who"], row["due"]) if part)])
    return rows + [["说明", text] for text in [*report["notes"], *report["burden"]]]


def _scores(report):
    countable, grouped = is_countable(report), any(row.get("group") for row in report["branches"])
    extra = any(row.get("bonus") for row in report["branches"])
    # Reports of before gave ranks, and keep them.
    ranked = is_ranked(report)
    heads = [
        *(["类别"] if grouped else []),
        *(["名次"] if ranked else []),
        "党支部",
        *(["得分率（%）", "得分", "应计分", "覆盖", *(["加分"] if extra else [])] if countable else ["得分"]),
        "比上期",
        "等次",
    ]
    for part in report["dimensions"]:
        heads += [f"{part['name']}（{part['points']}）", *([f"{part['name']}应计"] if countable else [])]
    heads.append("主要失分")
    states = {"incomplete": "不完整", "not_applicable": "不适用"}
    rows = []
    for row in report["branches"]:
        score = _number(row["score"]) if row["score"] else states.get(row["state"], "")
        cells = [*([row.get("group", "")] if grouped else []), *([row["rank"]] if ranked else []), row["name"], score]
        cells += [_number(row[key]) for key in ("points", "maximum", "covered")] if countable else []
        cells += [_number(row.get("bonus"))] if extra else []
        cells += [_number(row["change"]), grade_word(row)]
        for part in report["dimensions"]:
            cells.append(_number(row["scores"][part["key"]]))
            cells += [_number(row["maxima"][part["key"]])] if countable else []
        rows.append(cells + ["；".join(row["lost"])])
    return heads, rows


def _reasons(chapter, means):
    """One row for each reason, and one for an indicator that lost nothing."""
    states = {"unknown": "未知", "not_applicable": "不适用", "not_due": "未到期"}
    for row in chapter["indicators"]:
        points = _number(row["points"]) if row["points"] else states.get(row["state"], "")
        start = [
            chapter["name"],
            row["name"],
            points,
            _number(row["maximum"]),
            *([_number(row["mean"])] if means else []),
        ]
        evidence = "；".join(part["text"] for part in row["evidence"])
        for reason in row["reasons"] or [{"text": "", "points": None}]:
            yield [*start, reason["text"], _number(reason["points"]), evidence]


def _work(book, styles, work):
    keys = ("name", "due", "synchronised", "lagging", "missing", "waived")
    heads = ["环节", "应同步", "同步", "滞后", "缺失", "免予"]
    _sheet(
        book, styles, "四同步", heads, [[row[key] for key in keys] for row in work["stages"]], [20, 10, 10, 10, 10, 10]
    )
    if work["problems"]:
        keys = ("work", "stage", "state", "who", "leader")
        rows = [[row[key] for key in keys] for row in work["problems"]]
        _sheet(
            book, styles, "滞后和缺失", ["重点业务", "环节", "情况", "承办支部", "分管领导"], rows, [40, 14, 24, 30, 12]
        )
    if work["levels"]:
        heads, rows = level_table(work)
        _sheet(book, styles, "责任落实", heads, rows, [20, *[12] * (len(heads) - 1)])


def _number(figure):
    return None if figure is None else Decimal(figure.replace("−", "-"))


def _sheet(book, styles, name, heads, rows, widths):
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for column, text in enumerate(heads):
        sheet.write_string(0, column, text, styles["head"])
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if value is None:
                sheet.write_blank(at, column, None, styles["text"])
            elif isinstance(value, Decimal):
                sheet.write_number(at, column, value, styles["figure"])
            elif isinstance(value, int):
                sheet.write_number(at, column, value, styles["whole"])
            else:
                sheet.write_string(at, column, value, styles["text"])
    if rows:
        sheet.autofilter(0, 0, len(rows), len(heads) - 1)

"""The report of a branch, and reports as they were published before there were chapters (letter.py), as Word documents."""

import datetime
from decimal import Decimal

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from assessments.reports.reading import grade_word, has_means, is_countable, is_ranked, level_table, points_cell, signed
from assessments.reports.shape import PUBLISHED, check, period_of
from assessments.reports.wording import numeral, tight
from assessments.scoring.numbers import plain
from common.documents import gbt9704
from common.documents.gbt9704 import Fonts
from common.periods import Period

TRIAL_MARK = "（试算稿，未发布）"
NONE = "—"
INDICATOR_STATES = {"unknown": "未知", "not_applicable": "不适用", "not_due": "未到期"}
BRANCH_STATES = {"incomplete": "不完整", "not_applicable": "不适用"}


def render(report, fonts=None):
    """The bytes of the .docx file; the same report gives the same bytes. Raises WrongShape."""
    check(report)
    fonts = fonts or Fonts()
    document = gbt9704.new_document(fonts)
    properties_of(document, report)
    if report["number"]:
        gbt9704.red_head(document, report["agency"], report["number"], fonts)
    _title(document, report, fonts)
    _opening(document, report, fonts)
    sections = [(title, write) for title, needed, write in SECTIONS if needed(report)]
    for number, (title, write) in enumerate(sections, 1):
        document.add_heading(f"{numeral(number)}、{title}", 1)
        write(document, report)
    _closing(document, report, fonts)
    return document.content()


def properties_of(document, report):
    properties = document.core_properties
    day = datetime.date.fromisoformat(report["published_on"] or report["as_of"])
    moment = datetime.datetime(day.year, day.month, day.day)
    properties.author = properties.last_modified_by = report["agency"]
    properties.title, properties.comments, properties.language = report["title"], "", "zh-CN"
    properties.created = properties.modified = moment
    properties.revision = 1


def _title(document, report, fonts):
    document.add_paragraph(report["title"], style="Title")
    if report["state"] != PUBLISHED:
        gbt9704.paragraph(document, [(TRIAL_MARK, fonts.second)], indent=False, align=WD_ALIGN_PARAGRAPH.CENTER)
    gbt9704.paragraph(document, "", indent=False)


def _opening(document, report, fonts):
    if report["recipient"]:
        gbt9704.paragraph(document, f"{report['recipient']}：", indent=False, keep=True)
    period, as_of = period_of(report), chinese_date(report["as_of"])
    scheme = report["scheme"]
    gbt9704.paragraph(
        document,
        f"按照《{scheme['title']}》（第{scheme['version']}版，本机关设定），对{len(report['branches'])}个党支部"
        f"{period.span()}的党建工作进行了考核，数据截至{as_of}。现将有关情况报告如下。",
    )
    for block in report.get("opening", []):
        gbt9704.paragraph(document, tight(block["text"]))
    for row in report["summary"]:
        gbt9704.paragraph(document, _set_off(row, fonts))


def _set_off(row, fonts):
    """The sentence in runs, with the pieces to set off in the font of first headings."""
    rest, pieces = row["text"], []
    for strong in sorted(row["strong"], key=row["text"].index):
        before, found, after = rest.partition(strong)
        if found:
            pieces += [(tight(before), None), (tight(strong), fonts.first)]
            rest = after
    return [piece for piece in [*pieces, (tight(rest), None)] if piece[0]]


def _overall(document, report):
    overall = report["overall"]
    for text in overall["paragraphs"]:
        gbt9704.paragraph(document, tight(text))
    if overall["distribution"]:
        chart = overall["distribution"]
        _caption(document, f"{chart['title']}。")
        rows = [[bar["label"], bar["grade"] or NONE, str(bar["count"])] for bar in chart["bars"]]
        band = "得分率（%）" if is_countable(report) else "分数段"
        gbt9704.table(document, [band, "等次", "支部数"], rows, [52, 52, 52])
    if overall["trend"]:
        chart = overall["trend"]
        _caption(document, f"{chart['title']}。")
        rows = [
            [Period.parse(point["period"]).label()] + [point[key] or NONE for key in ("mean", "highest", "lowest")]
            for point in chart["points"]
        ]
        heads = ["平均（%）", "最高（%）", "最低（%）"] if is_countable(report) else ["平均分", "最高分", "最低分"]
        gbt9704.table(document, ["考核期", *heads], rows, [51, 35, 35, 35], left=(0,))


def _caption(document, text):
    gbt9704.paragraph(document, tight(text), keep=True)


def scores_tables(document, report):
    rows = report["branches"]
    ranked = is_ranked(report)
    countable = is_countable(report)
    score_head = ["得分率", "得分/应计"] if countable else "得分"
    heads = ["名次"] * ranked + ["党支部", score_head, "比上期", "等次"]
    heads += [[part["name"], f"{part['points']}分"] for part in report["dimensions"]]
    each = min(14, 72 / max(len(report["dimensions"]), 1))
    widths = [11] * ranked + [0, 20 if countable else 15, 16, 16] + [each] * len(report["dimensions"])
    widths[ranked] = gbt9704.TEXT_WIDTH_MM - sum(widths)
    body = []
    for row in rows:
        score = row["score"] or BRANCH_STATES.get(row["state"], NONE)
        if countable and row["score"]:
            score = [
                f"{row['score']}%",
                f"{row['points']}/{row['maximum']}",
                *([f"加{row['bonus']}"] if row.get("bonus") else []),
            ]
        cells = [str(row["rank"]) if row["rank"] else NONE] * ranked
        cells += [row["name"], score, signed(row["change"]) if row["change"] else NONE, grade_word(row, NONE)]
        body.append(cells + [_points_of(row, part["key"]) for part in report["dimensions"]])
    for group in dict.fromkeys(row.get("group", "") for row in rows):
        if group:
            _caption(document, f"{group}：")
        mine = [cells for row, cells in zip(rows, body, strict=True) if row.get("group", "") == group]
        gbt9704.table(document, heads, mine, widths, left=(ranked,))
    lost = [[row["name"], [tight(text) for text in row["lost"]]] for row in rows if row["lost"]]
    if lost:
        _caption(document, "主要失分情况如下。")
        gbt9704.table(document, ["党支部", "主要失分"], lost, [46, 110], left=(0, 1))


def _points_of(row, key):
    """Points of a branch in a dimension; with a maximum of its own in two lines, the column is narrow."""
    shown = points_cell(row, key, "\n/")
    return shown.split("\n") if shown and "\n" in shown else shown or NONE


def _comparison(document, report):
    comparison = report["comparison"]
    _caption(document, f"{comparison['title']}。")
    rows = sorted(comparison["pairs"], key=lambda row: Decimal(row["before"]) - Decimal(row["now"]))
    before, now = Period.parse(comparison["before"]), period_of(report)
    body = [
        [row["name"], row["before"], row["now"], signed(str(Decimal(row["now"]) - Decimal(row["before"])))]
        for row in rows
    ]
    heads = ["党支部", before.label(), now.label(), "变化"]
    gbt9704.table(document, heads, body, [60, 36, 36, 24], left=(0,))


def chapter_sheets(document, report):
    means = has_means(report)
    for number, chapter in enumerate(report["chapters"], 1):
        document.add_heading(f"（{numeral(number)}）{chapter['name']}", 2)
        gbt9704.paragraph(document, tight(chapter["text"]), keep=bool(chapter["indicators"]))
        if not chapter["indicators"]:
            continue
        rows = []
        for row in chapter["indicators"]:
            points = f"{row['points']}/{row['maximum']}" if row["points"] else INDICATOR_STATES.get(row["state"], NONE)
            reasons = [f"{tight(reason['text'])}，{_points(reason['points'])}" for reason in row["reasons"]]
            mean = [row["mean"] or NONE] if means else []
            rows.append([row["name"], points, *mean, reasons or [NONE], _evidence(row["evidence"])])
        mean = [["平均", "得分率%"] if is_countable(report) else "平均"] if means else []
        widths = [28, 23, 14, 57, 34] if means else [28, 23, 66, 39]
        left = (0, len(widths) - 2, len(widths) - 1)
        gbt9704.table(document, ["指标", "得分/满分", *mean, "失分原因", "佐证"], rows, widths, left=left)


def _work(document, report):
    work = report["work"]
    for text in [work["title"], *work["paragraphs"]]:
        gbt9704.paragraph(document, tight(text))
    if work["stages"]:
        _caption(document, "各环节情况如下。")
        keys = ("due", "synchronised", "lagging", "missing", "waived")
        rows = [[row["name"], *(str(row[key]) for key in keys)] for row in work["stages"]]
        gbt9704.table(document, ["环节", "应同步", "同步", "滞后", "缺失", "免予"], rows, [46, 22, 22, 22, 22, 22])
    if work["problems"]:
        _caption(document, "滞后和缺失的环节如下。")
        rows = [
            [tight(row["work"]), row["stage"], tight(row["state"]), row["who"] or NONE, row["leader"] or NONE]
            for row in work["problems"]
        ]
        heads = ["重点业务", "环节", "情况", "承办支部", "分管领导"]
        gbt9704.table(document, heads, rows, [42, 20, 36, 36, 22], left=(0, 2, 3))
    if work["levels"]:
        _caption(document, "各层级责任落实情况如下。")
        heads, rows = level_table(work)
        each = 126 // (len(heads) - 1)
        widths = [156 - each * (len(heads) - 1), *[each] * (len(heads) - 1)]
        gbt9704.table(document, heads, [[str(cell) for cell in row] for row in rows], widths)


def _points(figure):
    number = Decimal(figure.replace("−", "-"))
    if not number:
        return "没有改变得分"
    return f"{'加' if number < 0 else '扣'}{plain(abs(number))}分"


def _evidence(rows):
    return [tight(row["text"]) for row in rows] or [NONE]


def _actions(document, report):
    for number, action in enumerate(report["actions"], 1):
        text = f"{number}. {tight(action['text']).rstrip('。')}。"
        tail = [f"责任：{action['who']}"] * bool(action["who"])
        if action["due"]:
            tail.append(f"时限：{chinese_date(action['due'])}")
        gbt9704.paragraph(document, f"{text}（{'；'.join(tail)}）" if tail else text)


def _notes(document, report):
    texts = [*report["notes"], *report["burden"]]
    if report["anchor"]:
        texts.append(f"本报告数据已冻结，审计校验码：{report['anchor']}。")
    else:
        texts.append("本报告为试算结果，数据尚未冻结，不作为考核依据。")
    for number, text in enumerate(texts, 1):
        # The last paragraph stays with the signature: no page carries a signature alone.
        gbt9704.paragraph(
            document,
            f"{number}. {tight(text)}",
            align=WD_ALIGN_PARAGRAPH.LEFT,
            keep=number == len(texts),
        )


def _closing(document, report, fonts):
    if report["adjustments"]:
        gbt9704.paragraph(document, "", indent=False, keep=True)
        gbt9704.paragraph(document, "附件：人工调整情况", keep=True)
    gbt9704.paragraph(document, "", indent=False, keep=True)
    gbt9704.paragraph(document, "", indent=False, keep=True)
    signed_on = report["signature"]["on"] or report["as_of"]
    gbt9704.signature(document, report["signature"]["name"], chinese_date(signed_on))
    if not report["adjustments"]:
        return
    annex_head(document, "附件", "人工调整情况", fonts)
    adjustments_table(document, report)


def annex_head(document, number, title, fonts):
    """A new page: 附件 and its number, a free line, the title."""
    head = gbt9704.paragraph(document, [(number, fonts.first)], indent=False, keep=True)
    head.paragraph_format.page_break_before = True
    gbt9704.paragraph(document, "", indent=False, keep=True)
    line = document.add_paragraph(title, style="Title")
    line.paragraph_format.space_after, line.paragraph_format.keep_with_next = Pt(14), True


def adjustments_table(document, report):
    """What people adjusted: points before, change, points that stand, why, by whom."""
    rows = [
        [
            row["branch"],
            row["indicator"],
            row["before"] or NONE,
            signed(row["change"]) if row["change"] else NONE,
            row["after"] or NONE,
            tight(row["reason"]),
            [row["by"], chinese_date(row["on"])],
        ]
        for row in report["adjustments"]
    ]
    heads = ["党支部", "指标", "系统分", "调整", "审定分", "理由", "审定"]
    gbt9704.table(document, heads, rows, [27, 22, 15, 14, 15, 32, 31], left=(0, 1, 5))


SECTIONS = (
    ("总体情况", lambda report: any(report["overall"].values()), _overall),
    ("各党支部得分", lambda report: report["branches"], scores_tables),
    ("与上期比较", lambda report: report["comparison"], _comparison),
    ("支部分析", lambda report: report["chapters"], chapter_sheets),
    ("业务融合与责任落实", lambda report: report.get("work"), _work),
    ("工作建议", lambda report: report["actions"], _actions),
    ("有关说明", lambda report: True, _notes),
)


def chinese_date(text):
    """2026年11月24日 from ISO text."""
    day = datetime.date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"

"""What screen, paper and workbook ask of a frozen report alike: what it gives, how long it is, its cells in words."""

import re
from decimal import Decimal

from assessments.reports.paper import blocks_of, texts_of
from assessments.reports.shape import COUNTABLE, is_letter

LONGEST = 4000


def is_ranked(report: dict) -> bool:
    """Whether the report gives ranks: those of before did, and keep them."""
    return any(row["rank"] is not None for row in report["branches"])


def has_means(report: dict) -> bool:
    """Whether the report gives means of indicators; the extract about branches compares with nobody."""
    return any(row["mean"] is not None for chapter in report["chapters"] for row in chapter["indicators"])


def level_table(work: dict) -> tuple[list[str], list[list[str | int]]]:
    """Return (heads, rows) of the table of levels, as screen, paper and workbook show it."""
    rows = work["levels"]
    if any(row.get("duties") is None for row in rows):
        return ["层级", "到期项次", "已落实", "逾期"], [
            [row[key] for key in ("name", "owed", "done", "overdue")] for row in rows
        ]
    keys = ("name", "holders", "duties", "on_time", "late", "behind", "owed", "done")
    heads = ["层级", "责任主体", "到期责任", "按期", "补录或补办", "逾期", "应落实项次", "已落实项次"]
    return heads, [[row[key] for key in keys] for row in rows]


def is_countable(report: dict) -> bool:
    """Return whether scores are rates of countable points."""
    return report.get("counting") == COUNTABLE


def points_cell(row: dict, key: str, joint: str = "/") -> str | None:
    """Return the points of a branch in a dimension as a table shows them, with their maximum where it has one of its own."""
    points, maximum = row["scores"].get(key), row.get("maxima", {}).get(key)
    return f"{points}{joint}{maximum}" if points is not None and maximum is not None else points


def grade_word(row: dict, none: str = "") -> str:
    """Return the grade of a branch, or why it has none: too little is due. none: what stands where there is no score either."""
    return row["grade"] or ("暂不定" if row.get("points") and row["score"] else none)


def characters(report: dict) -> int:
    """Return the number of characters of the running text, without spaces and attachments; of a letter its tables too."""
    if is_letter(report):
        titles = [report["title"], *(section["title"] for section in report["sections"])]
        return sum(len(re.sub(r"\s", "", text)) for text in [*titles, *texts_of(blocks_of(report))])
    texts = [report["title"], *(row["text"] for row in report["summary"]), *report["overall"]["paragraphs"]]
    texts += [row["text"] for row in report["chapters"]]
    if report.get("work"):
        texts += [report["work"]["title"], *report["work"]["paragraphs"]]
    texts += [row["text"] for row in report["actions"]] + report["notes"] + report["burden"]
    return sum(len(re.sub(r"\s", "", text)) for text in texts)


def length_warning(report: dict, longest: int = LONGEST) -> str:
    """Return a sentence when the text is longer than a special document may be (app-burden, a setting), else ""."""
    count = characters(report)
    if count <= longest:
        return ""
    return f"正文约 {count} 字，超过 {longest} 字，请精简后再印发。"


def signed(figure: str) -> str:
    """Return a change with its sign as print sets it: +3.5, −5.5, 0.0."""
    number = Decimal(figure.replace("−", "-"))
    if number > 0:
        return f"+{abs(number)}"
    return f"−{abs(number)}" if number < 0 else str(abs(number))

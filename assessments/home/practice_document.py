"""The one-page card of a practice as a Word document, from the same data as its page."""

from typing import Any

from docx.shared import Pt

from assessments.reports.wording import numeral, tight
from common import clock
from common.documents import gbt9704
from common.documents.gbt9704 import Fonts
from responsibilities.practices.models import Adoption, Practice, Stage
from responsibilities.practices.selectors.page import Page

# More lines would not stand on one page.
MOST_ADOPTIONS, MOST_STEPS = 8, 12


def render(page: Page, agency: str) -> bytes:
    """Return the bytes of the .docx file. agency: name of who keeps it."""
    practice = page.practice
    document = gbt9704.new_document(Fonts())
    # A card is one page: smaller than an official document, which it is not.
    for style in document.styles:
        if style.name in ("Normal", "Heading 1"):
            style.font.size, style.paragraph_format.line_spacing = Pt(12), Pt(19)
    document.core_properties.title = practice.title
    document.core_properties.author = agency
    document.add_paragraph(practice.title, style="Title").paragraph_format.space_after = Pt(10)
    parts = [
        ("解决什么问题", [practice.problem]),
        ("做法步骤", _steps(page)),
        ("前后数据", _figures(page)),
        ("认定、定型和采用", _course(page)),
    ]
    for number, (name, lines) in enumerate(parts, 1):
        document.add_heading(f"{numeral(number)}、{name}", 1)
        for line in lines:
            gbt9704.paragraph(document, tight(line))
    _adoptions(document, page)
    gbt9704.paragraph(document, "", indent=False, keep=True)
    gbt9704.signature(document, practice.organisation.label, clock.in_full(clock.today()))
    return document.content()


def _steps(page: Page) -> list[str]:
    lines = [f"{number}. {line}" for number, line in enumerate(page.steps[:MOST_STEPS], 1)]
    more = len(page.steps) - MOST_STEPS
    return [*lines, f"其余 {more} 步见系统。"] if more > 0 else lines


def _figures(page: Page) -> list[str]:
    if not page.measure:
        return ["没有选数据，不作前后比较。"]
    return [f"{page.measure}：{page.words}。数据只作参考，不等于原因。"]


def _course(page: Page) -> list[str]:
    practice = page.practice
    words = [f"现为{Stage(practice.stage).label}"]
    if page.proven is not None:
        words.append(f"{clock.in_full(page.proven.starts)}认定：{page.proven.reason}")
    if page.version is not None and practice.stage in (Stage.FORMALISED, Stage.SPREADING):
        words.append(f"定型为《{page.version.policy.title}》")
    return ["；".join([*words, _adopted(practice)]) + "。"]


def _adopted(practice: Practice) -> str:
    if not practice.adopted:
        return "还没有其他组织采用"
    counts = {"报告继续": practice.kept, "见效": practice.better, "已停止": practice.stopped}
    said = [f"{number} 个{word}" for word, number in counts.items() if number]
    return "，".join([f"{practice.adopted} 个组织采用", *said])


def _judged(adoption: Adoption) -> str:
    """Return how an adoption was judged and whether it has stopped, as a cell says it."""
    level = adoption.get_level_display()
    if adoption.ended is not None:
        return f"{level}，已停止" if level else "已停止"
    return level or ("待评定" if adoption.reported_on else "—")


def _adoptions(document: Any, page: Page) -> None:
    rows = [
        [
            line.adoption.organisation.label,
            f"{line.adoption.starts:%Y-%m-%d}",
            line.before or "—",
            line.after or "—",
            _judged(line.adoption),
        ]
        for line in page.lines[-MOST_ADOPTIONS:]
    ]
    if rows:
        heads = ["采用组织", "采用日期", "采用前", "采用后", "评定"]
        gbt9704.table(document, heads, rows, [46, 28, 30, 30, 22], left=(0,), small=True)

"""目标责任书 of one organisation as a Word document, from the same lines as its page."""

import datetime

from assessments.reports.wording import tight
from assessments.targets.selectors.pages import Tree
from common import clock
from common.documents import gbt9704
from common.documents.gbt9704 import Fonts

HEADS = ["序号", "目标", "应达", "期限", "权重"]
WIDTHS = [16, 66, 36, 22, 16]


def render(tree: Tree, fonts: Fonts | None = None) -> bytes:
    """Return the bytes of the .docx file; the same targets give the same bytes."""
    fonts, plan = fonts or Fonts(), tree.plan
    document = gbt9704.new_document(fonts)
    _properties(document, tree)
    document.add_paragraph(f"{plan.year}年党建目标责任书", style="Title")
    gbt9704.paragraph(document, "", indent=False)
    gbt9704.paragraph(document, f"责任组织：{tree.place.name}", indent=False)
    named = f"（{plan.document}）" if plan.document else ""
    gbt9704.paragraph(document, tight(f"根据{plan.organisation.name}{plan.title}{named}，承担以下目标："), keep=True)
    rows = [
        [
            line.target.code,
            _words(line.target),
            line.aim,
            f"{line.target.first_month}至{line.target.last_month}月",
            f"{line.target.weight.normalize():f}",
        ]
        for line in tree.lines
    ]
    gbt9704.table(document, HEADS, rows, WIDTHS, left=(1,))
    gbt9704.paragraph(document, "", indent=False, keep=True)
    gbt9704.paragraph(document, "下达组织：　　　　　　　　　责任组织：", indent=False, keep=True)
    gbt9704.signature(document, plan.organisation.name, clock.in_full(_dated(tree)))
    return document.content()


def _words(target) -> str:
    stages = [f"{clock.in_full(stage.due)}前：{stage.criterion}（{stage.part}%）" for stage in target.stages.all()]
    return "；".join([target.name, *stages])


def _dated(tree: Tree) -> datetime.date:
    return tree.plan.issued_on or datetime.date(tree.plan.year, 1, 1)


def _properties(document, tree: Tree) -> None:
    properties, signed = document.core_properties, _dated(tree)
    properties.author = properties.last_modified_by = tree.plan.organisation.name
    properties.title, properties.comments, properties.language = f"{tree.place.name}目标责任书", "", "zh-CN"
    properties.created = properties.modified = datetime.datetime(signed.year, signed.month, signed.day)
    properties.revision = 1

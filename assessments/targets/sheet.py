"""目标 as a sheet, both ways: the columns of offices, a row for each target and one for each further stage."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import models

from assessments.targets.measured import MEASURED
from assessments.targets.models import Direction, Split, Target, TargetKind, TargetPlan
from assessments.targets.rules import plain
from assessments.targets.services.aims import StageData, TargetData
from branches.imports.report import Cells, Plan, read_ledger
from branches.places.models.organisations import Kind
from common import clock
from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.words import nearest, words
from common.text import cell_text, fold, is_blank_mark, parse_date, person_name, quoted
from members.activities.models import BuildingField
from responsibilities.portfolios.models import LeaderPortfolio

_OWN, _SHARED = "本组织", "（分解）"
_KINDS = {Kind.BRANCH: "党支部", Kind.GENERAL_BRANCH: "党总支", Kind.COMMITTEE: "机关党委"}
_FIELDS = [
    Field("code", "序号", words("编号 目标序号")),
    Field("name", "目标", words("目标名称 党建目标 目标任务 任务目标"), required=True),
    Field("kind", "类型", words("目标类型")),
    Field("field", "方面", words("所属方面 建设方面")),
    Field("measure", "计量项", words("计量指标 指标 数据来源")),
    Field("planned", "应达", words("目标值 应达值 应达数值")),
    Field("unit", "单位", words("计量单位 量词")),
    Field("weight", "权重", words("分值 权重（%）"), required=True),
    Field("applies", "责任组织", words("承担组织 责任单位 责任主体")),
    Field("holder", "责任领导", words("分管领导 牵头领导")),
    Field("part", "阶段", words("阶段占比 占比")),
    Field("due", "时限", words("完成时限 完成时间 截止日期")),
    Field("criterion", "标准", words("阶段标准 完成标准 评定标准")),
]
_GUIDE = {
    "code": Guide("下级目标写作 2.1；不填的按顺序编号。", "2.1"),
    "name": Guide("同一目标的后续阶段另起一行，这一格空着。", "党课不少于 40 次", width=32),
    "kind": Guide("", "定量", choices=tuple(TargetKind.labels), strict=True),
    "field": Guide("", "思想建设", choices=tuple(BuildingField.labels), strict=True),
    "measure": Guide(
        "定量目标填写，从下拉列表中选择。",
        "党课次数",
        width=30,
        choices=tuple(row.name for row in MEASURED.values() if row.grain),
    ),
    "planned": Guide("数字，比例填 0 至 100；写“不高于 3”的为上限。", "40"),
    "unit": Guide("仅供对照。", "次"),
    "weight": Guide("同级目标合计 100。", "20", kind="number"),
    "applies": Guide(
        f"{_OWN}，或党支部、党总支、机关党委，几类之间用顿号；总量分解的写作“党支部{_SHARED}”。", "党支部"
    ),
    "holder": Guide("领导分工中已有的姓名。"),
    "part": Guide("定性目标的阶段占比，合计 100；都不填的平均分。", "40%"),
    "due": Guide("", "2026-06-30", kind="date"),
    "criterion": Guide("定性目标每一阶段的标准。", "形成方案", width=32),
}
LEDGER = Ledger("targets", "党建目标", _FIELDS, "党建目标", "、".join(one.label for one in _FIELDS), _GUIDE)
# What an export says beside the columns that are read.
STANDING = ("现值", "完成（%）", "状态")
_AT_MOST = re.compile(r"^(不高于|不超过|至多|≤|<=)")
_AT_LEAST = re.compile(r"^(不低于|不少于|至少|≥|>=)")
# 40 次, 90%.
_UNIT = re.compile(r"\s*[%％\u4e00-\u9fff]{1,4}$")


@dataclass
class SheetRow:
    """A target of a file: its row there, its data without the aim above it, and the code of that."""

    row: int
    data: TargetData
    above: str = ""
    parts: list[int | None] = field(default_factory=list)


def rows_of(target: Target) -> list[list[object]]:
    """Return the rows of a target in the columns of LEDGER: its own with its first stage, then one for each further stage."""
    measured = MEASURED.get(target.measure)
    aim = "" if target.planned is None else plain(target.planned)
    own: list[object] = [
        target.code,
        target.name,
        target.get_kind_display(),
        target.get_field_display(),
        measured.name if measured is not None else target.measure,
        f"不高于 {aim}" if aim and target.direction == Direction.AT_MOST else aim,
        measured.unit if measured is not None else "",
        plain(target.weight),
        _applies_words(target),
        target.holder.leader.name if target.holder is not None else "",
    ]
    stages: list[list[object]] = [[f"{stage.part}%", stage.due, stage.criterion] for stage in target.stages.all()]
    first, *further = stages or [["", "", ""]]
    return [own + first, *([""] * len(own) + stage for stage in further)]


def _applies_words(target: Target) -> str:
    if target.split == Split.OWN:
        return _OWN
    kinds = "、".join(_KINDS[kind] for kind in _KINDS if kind in target.applies)
    return f"{kinds}{_SHARED}" if target.split == Split.DIVIDED else kinds


def read_sheet(plan: TargetPlan, data: bytes, filename: str) -> tuple[Plan, list[SheetRow]]:
    """Return (the Plan with what is wrong by cell, the targets) of a file for a plan; nothing is written."""
    read = read_ledger(LEDGER, data, filename)
    holders = _holders(plan)
    found: list[SheetRow] = []
    for row in read.begin() if not read.errors else []:
        cells = Cells(read, row)
        if found and _goes_on(cells, found[-1]):
            _stage(cells, found[-1], plan)
        else:
            found.append(_target(cells, plan, holders))
    for one in found:
        _share(one)
    return read, found


def _goes_on(cells: Cells, before: SheetRow) -> bool:
    """Whether a row is a further stage of the target before it: its name is left out, or is merged over the rows of its stages."""
    if is_blank_mark(cells.value("name")):
        # What says something of a target and nothing of a stage has lost its name.
        stage = any(not is_blank_mark(cells.value(name)) for name in ("criterion", "due", "part"))
        return stage or all(is_blank_mark(cells.value(name)) for name in ("code", "measure", "planned", "weight"))
    same = fold(cell_text(cells.value("name"))) == fold(before.data.name)
    return same and bool(before.data.stages) and not is_blank_mark(cells.value("criterion"))


def _target(cells: Cells, plan: TargetPlan, holders: Mapping[str, list[LeaderPortfolio]]) -> SheetRow:
    name = cells.take("name", _text("目标没有填写。"), "")
    code = cells.take("code", _code, "")
    measure = cells.take("measure", _measure, "")
    direction, planned = cells.take("planned", _aim, (Direction.AT_LEAST, None))
    if planned is not None and measure in MEASURED and MEASURED[measure].rate:
        planned = _of_a_hundred(cells.value("planned"), planned, whole=True)
    weight = cells.take("weight", _number, Decimal(1))
    split, applies = cells.take("applies", _applies, (Split.SAME, []))
    staged = not is_blank_mark(cells.value("criterion"))
    kind = cells.take("kind", _labelled(TargetKind, TargetKind.QUALITATIVE if staged else TargetKind.QUANTITATIVE))
    aspect = cells.take("field", _labelled(BuildingField, ""), "")
    if not aspect and "field" not in cells.wrong:
        cells.error("field", f"方面没有填写，可填：{'、'.join(BuildingField.labels)}。")
    data = TargetData(
        name=name,
        field=aspect,
        weight=_of_a_hundred(cells.value("weight"), weight),
        kind=kind or TargetKind.QUANTITATIVE,
        code=code,
        applies=applies,
        holder=cells.take("holder", lambda value: _holder(value, holders)),
        measure=measure,
        direction=direction,
        planned=planned,
        split=split,
    )
    row = SheetRow(cells.number, data, code.rpartition(".")[0])
    if staged:
        _stage(cells, row, plan)
    return row


def _stage(cells: Cells, row: SheetRow, plan: TargetPlan) -> None:
    criterion = cells.take("criterion", _text("标准没有填写。"), "")
    due = cells.take("due", parse_date) or date(plan.year, 12, 31)
    if due.year != plan.year and "due" not in cells.wrong:
        cells.error("due", f"时限应在 {plan.year} 年内。")
    row.parts.append(cells.take("part", _part))
    row.data.stages.append(StageData(criterion, due, 0))


def _share(row: SheetRow) -> None:
    """Give stages their parts: as written, or alike where nothing is."""
    stages = row.data.stages
    if stages and all(part is None for part in row.parts):
        alike = 100 // len(stages)
        row.parts = [*[alike] * (len(stages) - 1), 100 - alike * (len(stages) - 1)]
    for stage, part in zip(stages, row.parts, strict=True):
        stage.part = part or 0


def _text(empty: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        text = "" if is_blank_mark(value) else " ".join(cell_text(value).split())
        if not text:
            raise ValueError(empty)
        return text

    return read


def _code(value: object) -> str:
    text = "" if is_blank_mark(value) else cell_text(value).strip().rstrip(".、")
    if text and not re.fullmatch(r"\d{1,3}(\.\d{1,3}){0,2}", text):
        raise ValueError(f"序号{quoted(text[:20])}应写作 2 或 2.1。")
    return text


def _measure(value: object) -> str:
    text = "" if is_blank_mark(value) else cell_text(value).strip()
    if not text or (text in MEASURED and MEASURED[text].grain):
        return text
    names = {fold(row.name): row for row in MEASURED.values()}
    if fold(text) in names and not names[fold(text)].grain:
        raise ValueError(f"{quoted(text)}请导入后在页面选择是哪次征集。")
    if fold(text) in names:
        return names[fold(text)].measure
    close = nearest(text, names, 60)
    raise ValueError(
        f"没有{quoted(text[:40])}这个计量项" + (f"，是否为{quoted(names[close].name)}？" if close else "。")
    )


def _aim(value: object) -> tuple[str, Decimal | None]:
    text = "" if is_blank_mark(value) else cell_text(value).strip()
    at_most = bool(_AT_MOST.match(text))
    text = _UNIT.sub("", _AT_LEAST.sub("", _AT_MOST.sub("", text)).strip())
    return (Direction.AT_MOST if at_most else Direction.AT_LEAST), _number(text) if text else None


def _of_a_hundred(value: object, number: Decimal, *, whole: bool = False) -> Decimal:
    """Return the hundredths that a percentage of a workbook means: its cell holds a part of one. whole: one itself is all."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return number * 100 if is_number and (0 < number < 1 or (whole and number == 1)) else number


def _number(value: object) -> Decimal:
    text = cell_text(value).strip().rstrip("%") if not is_blank_mark(value) else ""
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{quoted(text[:20])}不是数字。" if text else "没有填写。") from None
    if not found.is_finite() or abs(found) >= 10**8:
        raise ValueError(f"{quoted(text[:20])}不是可用的数字。")
    return found


def _part(value: object) -> int | None:
    if is_blank_mark(value):
        return None
    number = _of_a_hundred(value, _number(value), whole=True)
    if number != number.to_integral_value() or not 1 <= number <= 100:
        raise ValueError("阶段占比应为 1 至 100 的整数。")
    return int(number)


def _applies(value: object) -> tuple[str, list[str]]:
    text = "" if is_blank_mark(value) else cell_text(value).strip()
    if not text or text == _OWN:
        return Split.OWN, []
    bare = text.replace("(", "（").replace(")", "）")
    split = Split.DIVIDED if bare.endswith(_SHARED) else Split.SAME
    known = {label: str(kind) for kind, label in _KINDS.items()}
    found = []
    for name in re.split("[、,，;；]", bare.removesuffix(_SHARED)):
        if name.strip() not in known:
            raise ValueError(f"没有{quoted(name.strip()[:20])}这类组织，可填：{_OWN}、{'、'.join(known)}。")
        found.append(known[name.strip()])
    return split, found


def _labelled(choices: type[models.TextChoices], default: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if is_blank_mark(value):
            return default
        text = cell_text(value).strip()
        found = {one.label: one.value for one in choices}
        if text not in found:
            raise ValueError(f"没有{quoted(text[:20])}，可填：{'、'.join(found)}。")
        return found[text]

    return read


def _holders(plan: TargetPlan) -> dict[str, list[LeaderPortfolio]]:
    """Return {folded name: the portfolios of today in the plan's tree}, the earliest first."""
    rows = LeaderPortfolio.objects.in_force(clock.today()).filter(organisation__in=plan.organisation.get_family())
    found: dict[str, list[LeaderPortfolio]] = {}
    for row in rows.select_related("leader").order_by("pk"):
        found.setdefault(fold(person_name(row.leader.name)), []).append(row)
    return found


def _holder(value: object, holders: Mapping[str, list[LeaderPortfolio]]) -> LeaderPortfolio | None:
    text = "" if is_blank_mark(value) else person_name(cell_text(value))
    if not text:
        return None
    rows = holders.get(fold(text), [])
    if not rows:
        raise ValueError(f"领导分工中没有{quoted(text[:20])}。")
    if len({row.leader_id for row in rows}) > 1:
        raise ValueError(f"领导分工中有几位{quoted(text[:20])}，请导入后在页面选择。")
    return rows[0]


def columns() -> Iterable[str]:
    """Return the headings of an export: what is read again, then how each target stands."""
    return [*(one.label for one in _FIELDS), *STANDING]

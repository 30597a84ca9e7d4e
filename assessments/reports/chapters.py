"""The chapters of a report up to 支部建设, written from its material (judgement 8); problems and next steps in steps.py."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from assessments import scoring
from assessments.reports import mechanisms, wording
from assessments.reports.material import Material, burden, mean_of, objection_words
from assessments.reports.moves import change_of_means, total_of
from assessments.reports.paper import paragraph, table
from assessments.reports.reading import signed
from assessments.reports.work import Stand
from assessments.results.groups import MEDIAN_FROM
from assessments.results.models import Result
from assessments.results.rates import figures_of_part
from assessments.scoring.numbers import plain
from common.periods import Period
from common.text import quoted
from responsibilities.work.models import SyncStageKind, SyncState

MOST_MOVED, MOST_WORK = 3, 2
# So many points below the median of the own group, and a branch is named in the text.
FAR_BELOW = 10
SCORES, MOVES = "#annex-scores", "#annex-moves"


def about(material: Material) -> str:
    """Return what the report is about, as its title says it."""
    return "机关党建考核情况" if material.of_branches else f"{material.scheme.title.removesuffix('方案')}结果"


def opening(material: Material) -> list[dict[str, Any]]:
    """What is reported on, by which scheme, what the data cover, and that every branch was heard."""
    number = len(material.results)
    scheme, as_of = material.scheme, material.assessment.as_of
    text = (
        f"现将{material.period.label()}{about(material)}{material.kind}如下。本次考核 {number} 个{material.whom}，"
        f"按《{scheme.title}》第{material.assessment.scheme.version}版（本机关设定）计分，"
        f"数据截至{as_of.year}年{as_of.month}月{as_of.day}日。"
    )
    if material.unmeasured and material.countable and material.results:
        covered = plain(max(row.covered or Decimal(0) for row in material.results))
        text += (
            f"{len(material.unmeasured)} 项指标尚未计量，得分按已有数据覆盖 {covered}/{plain(scheme.total)} 分计算，"
        )
        text += "未到期、不适用的事项不计零分。"
    elif material.unmeasured:
        text += f"{len(material.unmeasured)} 项指标尚未计量，其分值按比例分摊到其他指标。"
    text += objection_words(material.assessment, material.whom)
    return [paragraph("opening", text, [(f"{number} 个{material.whom}", SCORES)])]


def overall(material: Material) -> list[dict[str, Any]]:
    """The mean with its whole, the grades, and why it moved: by indicator and by branch."""
    if not material.order:
        return [paragraph("mean", "本期没有完整的得分。")]
    compared = (f"可比的 {len(material.changes)} 个{material.whom}", MOVES)
    blocks = [
        paragraph("mean", _mean_words(material), [(f"{len(material.order)} 个{material.whom}", SCORES), compared])
    ]
    blocks.append(paragraph("grades", _grade_words(material), [("评定等次", SCORES)]))
    moved = material.moved
    if moved is None:
        return [
            *blocks,
            paragraph("cause", material.apart or "没有已发布的上期结果，本期不作比较。"),
            *_trend(material),
        ]
    blocks.append(
        paragraph("cause", _cause_words(material), [(f"全部指标和{material.whom}的影响", MOVES), ("各项影响", MOVES)])
    )
    return [*blocks, *_trend(material)]


def _mean_words(material: Material) -> str:
    order, open_ones = material.order, len(material.results) - len(material.order)
    name = "得分率" if material.countable else "得分"
    text = f"{len(order)} 个{material.whom}平均{name} {material.rate(material.trend[-1]['mean'])}"
    if material.moved:
        change = Decimal(material.moved["change"])
        text += f"，{wording.change_text(change, material.since, material.scale)}"
        signs = Counter((value > 0) - (value < 0) for value in material.changes.values())
        words = [f"{signs[sign]} 个{word}" for sign, word in ((1, "上升"), (-1, "下降"), (0, "持平")) if signs[sign]]
        text += f"；可比的 {len(material.changes)} 个{material.whom}中，{'，'.join(words)}"
    text += f"；最高 {material.rate(max(map(total_of, order)))}，最低 {material.rate(min(map(total_of, order)))}。"
    return text + (f"另有 {open_ones} 个{material.whom}的结果不完整或不适用。" if open_ones else "")


def _grade_words(material: Material) -> str:
    grades = Counter(row.grade for row in material.order if row.grade)
    graded, without = sum(grades.values()), len(material.order) - sum(grades.values())
    words = "、".join(f"{grade.name} {grades[grade.name]} 个" for grade in material.scheme.grades if grades[grade.name])
    text = f"评定等次的 {graded} 个{material.whom}中，{words}" if graded else f"没有{material.whom}评定等次"
    least = plain(material.scheme.grade_min_points)
    return text + (f"；应计分不足 {least} 分的 {without} 个暂不定等次。" if without and material.countable else "。")


def _cause_words(material: Material) -> str:
    """平均得分率下降 5.9 个百分点，主题党日影响最大…; by branch, each with its own change and what it did to the mean."""
    moved, step = material.moved, material.scale.step
    assert moved is not None
    change = Decimal(moved["change"])
    sign = 1 if change > 0 else -1
    named = [row for row in moved["indicators"] if row["key"]]
    along = [row for row in named if Decimal(row["effect"]) * sign > 0][:MOST_MOVED]
    against = [row for row in named if Decimal(row["effect"]) * sign < 0][:2]
    text = ""
    if not change:
        text = "两期平均持平，有升有降。" if named else "各项指标的失分与上期相同。"
    verb, other = ("拉高", "拉低") if sign > 0 else ("拉低", "拉高")
    if along:
        text += f"{'、'.join(_effect(row) for row in along)}{verb}平均，合计 {_total(along)} {step}"
        text += (
            f"；{'、'.join(_effect(row) for row in against)}{other}平均，合计 {_total(against)} {step}。"
            if against
            else "。"
        )
    branches = [row for row in moved["branches"] if Decimal(row["change"]) * sign > 0][:MOST_MOVED]
    if branches:
        names = "、".join(f"{wording.short(row['name'])}（{signed(row['change'])}）" for row in branches)
        word = "上升" if sign > 0 else "下降"
        text += f"按{material.whom}看，{names}{word}最多，合计影响平均 {_total(branches)} {step}。"
    return f"{text}全部指标和{material.whom}的影响见附件。" if text else "各项影响见附件。"


def _effect(row: dict[str, Any]) -> str:
    return f"{row['name']}（{signed(row['effect'])}）"


def _total(rows: Sequence[dict[str, Any]]) -> Decimal:
    return abs(sum((Decimal(row["effect"]) for row in rows), Decimal(0)))


def _trend(material: Material) -> list[dict[str, Any]]:
    """Means of the periods before, where there is more to see than the last step."""
    points = material.trend
    if len(points) < 3:
        return []
    year = material.period.year
    words = "、".join(f"{Period.parse(row['period']).within_year(year)} {material.rate(row['mean'])}" for row in points)
    return [paragraph("trend", f"近 {len(points)} 期平均{'得分率' if material.countable else '得分'}：{words}。")]


def fusion(material: Material) -> list[dict[str, Any]]:
    """四同步, then what campaigns and brand projects brought, then practices that became policies."""
    found = material.mechanisms
    return [*_stages(material), *mechanisms.campaigns(found), *mechanisms.practices(found)]


def _stages(material: Material) -> list[dict[str, Any]]:
    """四同步: how many stages of which work, closure, which work lacks what, which has all."""
    seen = material.seen
    if not seen.mine:
        return [paragraph("stages", "期内没有重点业务环节到期。")]
    due, rate = seen.due, seen.rate
    states = Counter(point.state for point in due)
    wrong = states[SyncState.LAGGING] + states[SyncState.MISSING]
    text = (
        f"期内有环节的重点业务 {len(seen.items)} 项，到期环节 {len(due)} 处，同步 {states[SyncState.SYNCHRONISED]} 处，"
        f"滞后 {states[SyncState.LAGGING]} 处，缺失 {states[SyncState.MISSING]} 处"
    )
    text += f"，同步率 {scoring.rounded(rate.share * 100)}%" if rate.share is not None else ""
    closure = f"到考核 {rate.items} 项，闭环 {rate.closed} 项。" if rate.items else "没有重点业务到考核，暂无闭环。"
    links = [
        (f"到期环节 {len(due)} 处", _board(material)),
        (f"滞后 {states[SyncState.LAGGING]} 处", _board(material, state=SyncState.LAGGING.value)),
        (f"缺失 {states[SyncState.MISSING]} 处", _board(material, state=SyncState.MISSING.value)),
    ]
    said, where = _ways(material)
    blocks = [paragraph("stages", f"{text}。{closure}{said}", [*links, *where])]
    wholes = _whole_items(material)
    if wholes or wrong:
        blocks.append(paragraph("items", _item_words(material, wholes)))
    keys = (
        ("同步", SyncState.SYNCHRONISED),
        ("滞后", SyncState.LAGGING),
        ("缺失", SyncState.MISSING),
        ("免予", SyncState.WAIVED),
    )
    there = {point.kind for point in seen.mine}
    kinds = [kind for kind in SyncStageKind if kind in there]
    rows: list[list[Any]] = []
    for kind in kinds:
        mine = Counter(point.state for point in seen.mine if point.kind == kind)
        rows.append(
            [
                (kind.label, _board(material, stage=kind.value)),
                sum(point.kind == kind for point in due),
                *(mine[state] for _, state in keys),
            ]
        )
    rows.append(["合计", *(sum(row[place] for row in rows) for place in range(1, 6))])
    blocks.append(
        table(
            "stages", "各环节情况（处）", ["环节", "到期", *(word for word, _ in keys)], rows, [46, 22, 22, 22, 22, 22]
        )
    )
    return blocks


def _ways(material: Material) -> tuple[str, list[tuple[str, str]]]:
    """How many records are tied to the business work, and the field with the fewest; with the address of the matrix."""
    ways = material.ways
    if not ways.records:
        return "", []
    text = f"活动记录 {ways.records} 条，{_share(ways.linked, ways.records)}关联业务"
    text += f"，{ways.emptiest}最少。" if ways.emptiest else "。"
    return text, [(f"活动记录 {ways.records} 条", f"{reverse('way_matrix')}?year={material.period.year}")]


def _board(material: Material, **chosen: str) -> str:
    """The board of the four synchronisations in the period, with what is chosen of it."""
    return f"{reverse('sync_board')}?{urlencode({'period': str(material.period)} | chosen)}"


def _whole_items(material: Material) -> list[str]:
    """Names of the work of which every stage that was due is synchronised."""
    states: dict[int, set[str]] = {}
    for point in material.seen.due:
        states.setdefault(point.item, set()).add(point.state)
    return [material.seen.items[pk].name for pk, mine in states.items() if mine == {SyncState.SYNCHRONISED}]


def _item_words(material: Material, wholes: Sequence[str]) -> str:
    due = material.seen.due
    items = len({point.item for point in due})
    text = f"有到期环节的 {items} 项业务中，{len(wholes)} 项到期环节全部同步"
    text += (
        f"：{''.join(quoted(name) for name in wholes[:MOST_WORK])}{'等' if len(wholes) > MOST_WORK else ''}。"
        if wholes
        else "。"
    )
    counted = [point for point in due if point.state == SyncState.MISSING and point.found]
    missing = sum(point.state == SyncState.MISSING for point in due)
    if missing:
        rest = f"{missing - len(counted)} 处未见党建记录，{len(counted)} 处有记录但不计入"
        text += f"缺失的 {missing} 处中，{rest}。" if counted else f"缺失的 {missing} 处均未见党建记录。"
    if material.seen.rate.median_lag is not None:
        text += f"党建与业务相差天数的中位数为 {material.seen.rate.lag_words}。"
    return text


def duties(material: Material) -> list[dict[str, Any]]:
    """责任落实 by level: the upper levels first, in the same words, each with its whole."""
    stands = material.seen.stands
    further = [*mechanisms.aims(material.mechanisms), *mechanisms.policies(material.mechanisms)]
    if not stands:
        return [paragraph("duties", "期内没有到期的责任。"), *further]
    heads = [stand.head for stand in stands]
    number, behind = sum(head.duties for head in heads), sum(head.overdue for head in heads)
    text = (
        f"期内到期的责任 {number} 项，涉及 {sum(head.holders for head in heads)} 个责任主体，"
        f"按期 {sum(head.on_time for head in heads)} 项，补录或补办 {sum(head.late for head in heads)} 项，逾期 {behind} 项；"
        f"按次计应落实 {sum(head.slots for head in heads)} 项次，已落实 {sum(head.fulfilled for head in heads)} 项次。"
    )
    unjudged = sum(head.unjudged for head in heads)
    text += f"其中 {unjudged} 项次已报告、没有上级审核。" if unjudged else ""
    blocks = [paragraph("duties", text)]
    if behind:
        blocks.append(paragraph("levels", _worst_level(stands)))
    blocks += further
    board = f"{reverse('duty_list')}?year={material.period.year}"
    rows = [_level_row((stand.label, f"{board}&level={stand.level.value}"), stand.head) for stand in stands]
    rows.append(["合计", *(sum(row[place] for row in rows) for place in range(1, 6)), _share(behind, number)])
    columns = ["层级", "责任主体", "到期责任", "按期", "补录补办", "逾期", "逾期占比"]
    return [*blocks, table("levels", "各级责任落实情况（项）", columns, rows, [36, 20, 20, 20, 20, 20, 20])]


def _worst_level(stands: Sequence[Stand]) -> str:
    """Which level is behind in the largest share of its own duties, each share with its whole."""
    most = max(Fraction(stand.head.overdue, stand.head.duties) for stand in stands)
    worst = [stand for stand in stands if Fraction(stand.head.overdue, stand.head.duties) == most]
    named = "、".join(f"{stand.label}（{stand.head.overdue}/{stand.head.duties}）" for stand in worst)
    return f"逾期责任占本级到期责任的比例，{named}最高，为 {scoring.rounded(most * 100, 0)}%；各级情况见〔表:levels〕。"


def _level_row(label: tuple[str, str], head: Any) -> list[Any]:
    return [label, head.holders, head.duties, head.on_time, head.late, head.overdue, _share(head.overdue, head.duties)]


def _share(part: int, whole: int) -> str:
    return f"{scoring.rounded(Fraction(100 * part, whole), 0)}%" if whole else "—"


def branches(material: Material) -> list[dict[str, Any]]:
    """支部建设: by group, who rose and who fell and why, what was asked of branches."""
    study = [*mechanisms.trained(material.mechanisms), *mechanisms.kept(material.mechanisms)]
    if not material.order:
        return [*study, paragraph("burden", *burden(material))]
    blocks = [table(*_groups_table(material), left=(0,), note=_group_note(material))]
    whole = [row for row in material.order if not any(score.lost for score in row.scores.all())]
    text = (
        f"{len(material.order)} 个{material.whom}中，{len(whole)} 个没有失分" if whole else f"{material.whom}均有失分"
    )
    text += f"：{wording.places(row.organisation_name for row in whole)}。" if whole else "。"
    blocks.append(paragraph("best", text + _rose(material)))
    text = f"{_far_below(material)}各{material.whom}得分和失分原因见附件。"
    blocks.append(paragraph("lowest", text, [(f"各{material.whom}得分和失分原因", SCORES)]))
    return [*blocks, *study, paragraph("burden", *burden(material))]


def _far_below(material: Material) -> str:
    """Who lies far below the median of his own group; nobody is set beside those who owe other things (judgement 6.5)."""
    said = []
    for group in material.groups:
        if len(group.rows) < MEDIAN_FROM:
            continue
        middle = median(total_of(row) for row in group.rows)
        low = [row for row in group.rows if middle - total_of(row) >= FAR_BELOW]
        if low:
            words = "、".join(f"{wording.short(row.organisation_name)} {material.rate(total_of(row))}" for row in low)
            name = f"{group.label}中" if group.label else ""
            said.append(
                f"{name}低于中位数 {material.rate(scoring.rounded(middle))} {FAR_BELOW} 分以上的 {len(low)} 个：{words}"
            )
    return "；".join(said) + "。" if said else ""


def _rose(material: Material) -> str:
    risen = [row for row in material.order if material.changes.get(row.pk, 0) > 0]
    risen.sort(key=lambda row: -material.changes[row.pk])
    words = "、".join(
        f"{wording.short(row.organisation_name)}（+{material.changes[row.pk]}）" for row in risen[:MOST_MOVED]
    )
    return f"比{material.since}上升的 {len(risen)} 个，{words}上升较多。" if risen else ""


def _group_note(material: Material) -> str:
    said = f"比上期为两期平均之差，分类的只比两期都有得分的{material.whom}。"
    if sum(bool(group.label) for group in material.groups) > 1:
        return f"类别不同，应计事项不同，不作横向比较；{said}"
    return said


def _groups_table(material: Material) -> tuple[str, str, list[str], list[list[Any]], list[int]]:
    parts = list(material.dimensions)
    whole = "平均得分/应计分" if material.countable else "平均得分/满分"
    heads = [
        "类别",
        material.whom,
        *(part["name"] for part in parts),
        "平均得分率" if material.countable else "平均分",
        "比上期",
    ]
    each = min(24, (156 - 26 - 15 - 20 - 15) // max(len(parts), 1))
    widths = [156 - 15 - 20 - 15 - each * len(parts), 15, *[each] * len(parts), 20, 15]
    rows = [_group_row(material, group.label, group.rows) for group in material.groups if group.label and group.rows]
    everything = _group_row(material, "合计", material.order)
    if material.moved:
        everything[-1] = signed(material.moved["change"])
    rows.append(everything)
    return "groups", f"分类情况（{whole}）", heads, rows, widths


def _group_row(material: Material, label: str, rows: Sequence[Result]) -> list[Any]:
    cells: list[Any] = [label, len(rows)]
    for part in material.dimensions:
        known = [
            figures
            for row in rows
            for mine in row.body["dimensions"]
            if mine["key"] == part["key"] and mine["state"] == "known"
            if (figures := figures_of_part(row, part["key"])) is not None
        ]
        if not known:
            cells.append("不适用")
            continue
        points, most = (
            scoring.rounded(sum(values) / len(known))
            for values in ([mine.points for mine in known], [mine.maximum for mine in known])
        )
        cells.append(f"{points}/{most}")
    totals = [(total_of(row), material.changes[row.pk]) for row in rows if row.pk in material.changes]
    change = change_of_means([(total, total - moved) for total, moved in totals])
    mean = mean_of(rows)
    return [
        *cells,
        material.rate(mean) if mean is not None else None,
        signed(str(change)) if change is not None else None,
    ]

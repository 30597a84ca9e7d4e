"""Sentences of findings, shared by reports and dashboards.

Facts are said plainly, people are spared: 「低于 80 分」 and never a label for a branch, 「未见记录」 and
never 「未开展」 until somebody has confirmed it. Numbers come in as exact decimals already rounded; names are
short names (能源处), and whoever calls has checked that the reader may see them.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from common.periods import HALF, MONTH, QUARTER, YEAR

MOST_NAMES = 3


@dataclass(frozen=True)
class Scale:
    """What a score is: its name, the unit that follows a value, and that of a difference."""

    name: str
    unit: str
    step: str


POINTS = Scale("得分", " 分", "分")
# Points of countable points, in per cent.
RATES = Scale("得分率", "%", "个百分点")
LAST_NAMES = {MONTH: "上月", QUARTER: "上季度", HALF: "上一个半年", YEAR: "上年"}
COUNT_NAMES = {MONTH: "个月", QUARTER: "个季度", HALF: "个半年", YEAR: "年"}
NUMERALS = "零一二三四五六七八九"


def names(rows, limit=MOST_NAMES, unit="个支部"):
    """Names in a row: 能源处、社会处; beyond the limit 能源处、信息中心、社会处等 5 个支部."""
    rows = list(rows)
    if len(rows) <= limit:
        return "、".join(rows)
    return f"{'、'.join(rows[:limit])}等 {len(rows)} {unit}"


def short(name):
    """甲处 for 甲处党支部, where the sentence says that it is about branches."""
    return name.removesuffix("党支部")


def places(rows, limit=MOST_NAMES):
    """Branches in a narrow column: 数据处、信息中心党支部; beyond the limit 数据处、信息中心、法规处等 5 个党支部."""
    rows = list(rows)
    ending = "党支部" if rows and all(name.endswith("党支部") for name in rows) else ""
    short = [name.removesuffix(ending) for name in rows]
    if len(rows) <= limit:
        return "、".join(short) + ending
    return f"{'、'.join(short[:limit])}等 {len(rows)} 个{ending or '党组织'}"


def numeral(number):
    """三 for 3, 十二 for 12, up to ninety-nine; figures beyond."""
    if not 0 <= number <= 99:
        return str(number)
    tens, units = divmod(number, 10)
    if not tens:
        return NUMERALS[units]
    return f"{NUMERALS[tens] if tens > 1 else ''}十{NUMERALS[units] if units else ''}"


def overdue(rows, of=None):
    """5 个支部逾期 8 项，能源处最多。 `rows`: pairs (name, number overdue), zeros allowed.

    of: (branches, items) where `rows` are only those with most, more than are ever named.
    """
    rows = sorted(((name, number) for name, number in rows if number), key=lambda row: -row[1])
    if not rows:
        return "没有逾期事项。"
    count, total = of or (len(rows), sum(number for _, number in rows))
    if count == 1:
        return f"{rows[0][0]}逾期 {total} 项。"
    return f"{count} 个支部逾期 {total} 项{_most(rows)}。"


def _most(rows):
    """Who has most, unless too many share it for a name to help."""
    top = [name for name, number in rows if number == rows[0][1]]
    return f"，{'、'.join(top)}最多" if len(top) < min(len(rows), MOST_NAMES + 1) else ""


def missing(label, rows, unit="次"):
    """支委会 3 个支部共 4 次未见记录，能源处最多。 `rows`: pairs (name, number missing)."""
    rows = sorted(((name, number) for name, number in rows if number), key=lambda row: -row[1])
    if not rows:
        return f"{label}均有记录。"
    total = sum(number for _, number in rows)
    if len(rows) == 1:
        return f"{rows[0][0]}{label} {total} {unit}未见记录。"
    return f"{label} {len(rows)} 个支部共 {total} {unit}未见记录{_most(rows)}。"


def mean_score(kind, means, changes, whole="各党支部", scale=POINTS):
    """The mean, its change, a streak, and how many branches rose and fell.

    kind     of the period (branches.periods)
    means    means of successive periods, the newest last (Decimal); at least one
    changes  change of each branch since the last period (Decimal)
    """
    text = f"{whole}平均{scale.name if scale is RATES else ''} {means[-1]}{scale.unit}"
    if len(means) > 1:
        text += f"，{change_text(means[-1] - means[-2], LAST_NAMES[kind], scale)}"
        streak = _streak(means)
        if abs(streak) >= 2:
            direction = "上升" if streak > 0 else "下降"
            text += f"，连续{numeral(abs(streak))}{COUNT_NAMES[kind]}{direction}"
    up, down = sum(1 for change in changes if change > 0), sum(1 for change in changes if change < 0)
    parts = [f"{up} 个支部上升"] * bool(up) + [f"{down} 个{'' if up else '支部'}下降"] * bool(down)
    return f"{text}；{'，'.join(parts)}。" if parts else f"{text}。"


def change_text(change, since, scale=POINTS):
    """比上季度提高 0.5 分, 下降 0.5 分, or 与上季度持平."""
    if not change:
        return f"与{since}持平"
    return f"比{since}{'提高' if change > 0 else '下降'} {abs(change)} {scale.step}"


def _streak(means):
    """How many steps in a row went the same way up to the newest: positive up, negative down."""
    steps = [(b > a) - (b < a) for a, b in zip(means, means[1:], strict=False)]
    count = 0
    for step in reversed(steps):
        if not step or (count and (step > 0) != (count > 0)):
            break
        count += step
    return count


def grade_holders(grade, now, before=None, since="上季度"):
    """人事处、综合处 2 个支部评为优秀，比上季度少 1 个。 `now`, `before`: names, or None: not compared."""
    if not now:
        text = f"没有支部评为{grade}"
    elif len(now) <= 2 * MOST_NAMES:
        text = f"{'、'.join(now)} {len(now)} 个支部评为{grade}"
    else:
        text = f"{names(now)}评为{grade}"
    if before is None:
        return f"{text}。"
    difference = len(now) - len(before)
    compared = f"与{since}数量相同"
    if difference:
        compared = f"比{since}{'多' if difference > 0 else '少'} {abs(difference)} 个"
    fallen = [name for name in before if name not in now]
    tail = f"；{names(fallen)}本期未达到{grade}" if fallen else ""
    return f"{text}，{compared}{tail}。"


def below(bound, rows, since="上季度", scale=POINTS):
    """能源处、社会处得分低于 80 分，均比上季度下降。 `rows`: pairs (name, change or None)."""
    if not rows:
        return f"各支部{scale.name}均在 {bound}{scale.unit}以上。"
    text = f"{names(name for name, _ in rows)}{scale.name}低于 {bound}{scale.unit}"
    if all(change is not None and change < 0 for _, change in rows):
        text += f"，{'均' if len(rows) > 1 else ''}比{since}下降"
    return f"{text}。"


def sync_closure(closed, total, gaps, before=None, since="上季度"):
    """重点业务四同步闭环 19 项（共 31 项），比上季度多 3 项；缺口集中在同步实施环节，滞后 3 项、缺失 1 项。

    `gaps`: stage name → (lagging, missing).
    """
    if not total:
        return "期内没有重点业务。"
    text = f"重点业务四同步闭环 {closed} 项（共 {total} 项）"
    if before is not None and before != closed:
        text += f"，比{since}{'多' if closed > before else '少'} {abs(closed - before)} 项"
    stage = max(gaps, key=lambda name: (gaps[name][1] + gaps[name][0], gaps[name][1]), default=None)
    if stage is None or not sum(gaps[stage]):
        return f"{text}。"
    late, absent = gaps[stage]
    lacks = [f"滞后 {late} 项"] * bool(late) + [f"缺失 {absent} 项"] * bool(absent)
    return f"{text}；缺口集中在{stage}环节，{'、'.join(lacks)}。"


def unknown(rows):
    """信息中心等的党费收缴没有数据，结果不完整。 `rows`: pairs (name, indicator names)."""
    rows = [(name, list(indicators)) for name, indicators in rows if indicators]
    if not rows:
        return ""
    subjects = list(dict.fromkeys(indicator for _, indicators in rows for indicator in indicators))
    what = names(subjects, unit="项指标")
    return f"{names(name for name, _ in rows)}的{what}没有数据，按未知处理，不计零分，总分暂不完整。"


def distribution_title(bands, unit="个支部", scale=POINTS):
    """The largest neighbouring pair of bands: 8 个支部在 80 至 90 分之间。 `bands`: (low, high, count)."""
    if not any(count for _, _, count in bands):
        return "还没有得分"
    pairs = list(zip(bands, bands[1:], strict=False)) or [(bands[0], bands[0])]
    low, high = max(pairs, key=lambda pair: pair[0][2] + pair[1][2])
    count = low[2] + (high[2] if high is not low else 0)
    if scale is RATES:
        return f"{count} {unit}得分率在 {low[0]}% 至 {high[1]}% 之间"
    return f"{count} {unit}在 {low[0]} 至 {high[1]} 分之间"


def comparison_title(rows, scale=POINTS):
    """投资评审中心上升 3.5 分，能源处下降 5.5 分。 `rows`: pairs (name, change)."""
    if not rows:
        return "没有可比较的上期得分"
    best, worst = max(rows, key=lambda row: row[1]), min(rows, key=lambda row: row[1])
    parts = []
    if best[1] > 0:
        parts.append(f"{best[0]}上升 {best[1]} {scale.step}")
    if worst[1] < 0:
        parts.append(f"{worst[0]}下降 {abs(worst[1])} {scale.step}")
    return "，".join(parts) if parts else f"各支部{scale.name}与上期持平"


def branch_chapter(total, grade, dimensions, change=None, since="上季度", *, of=None, rate=""):
    """得分 88.0 分，等次良好，比上季度下降 2.5 分。失分集中在四同步，占全部失分的 38%。

    `dimensions`: pairs (name, points lost); `total` and `grade` None for an incomplete result. `of`: (points, countable
    points) where the total is their rate; then a grade may be missing, for too little is due.
    """
    if total is None:
        return "有指标没有数据，总分暂不完整。"
    scale = RATES if of else POINTS
    text = f"{rate or f'得分率 {total}%'}（得分 {of[0]}，应计 {of[1]}）" if of else f"得分 {total} 分"
    text += f"，等次{grade}" if grade else "，应计分较少，暂不定等次"
    if change is not None:
        text += f"，{change_text(change, since, scale)}"
    lost = sum((points for _, points in dimensions), Decimal(0))
    if lost <= 0:
        return f"{text}。没有失分。"
    name, most = max(dimensions, key=lambda row: row[1])
    percent = int(most * 100 / lost + Decimal("0.5"))
    if percent == 100:
        return f"{text}。失分都在{name}。"
    return f"{text}。失分集中在{name}，占全部失分的 {percent}%。"


def main_losses(reasons, limit=2):
    """The heaviest reasons in short, for a table. `reasons`: pairs (text, points), any order."""
    rows = sorted(((text, points) for text, points in reasons if points > 0), key=lambda row: -row[1])
    return [text for text, _ in rows[:limit]]


def tight(text):
    """The same text as print sets it: no space between Chinese characters and figures."""
    text = re.sub(r"(?<=[一-龥，。；：（）、“”]) (?=[0-9+−])", "", text)
    return re.sub(r"(?<=[0-9%.]) (?=[一-龥，。；：（）、“”])", "", text)

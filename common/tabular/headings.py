"""Which column is which field: headings of any office, in any order, in up to three rows.

Matching goes from certain to likely, one column to one field: by hand, the exact heading, the heading
without its brackets and marks, the lowest of several heading rows, likeness of spelling, and at last the
values themselves.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from rapidfuzz import fuzz

from common.text import cell_text, fold, quoted

LONGEST = 30  # characters; whatever is longer is a sentence
ALIKE = 80.0  # of 100: one letter in five, or one more in three
BY_CONTENT = 0.8  # share of the values that must look right
_MARKS = re.compile(r"[*※★☆✱:：。.、,!?#]+")
_BRACKETS = re.compile(r"[(\[{<【〔《][^()\[\]{}<>【】〔〕《》]*[)\]}>】〕》]")
_NUMBERING = re.compile(r"^(\d{1,2}[.、)]|[(]\d{1,2}[)]|[一二三四五六七八九十]{1,2}、)")

# Two headings that differ in one of these words mean different things, however alike they are spelt.
_TELLING = (  # noqa: SIM905 — a plain list of words
    "申请 上级 下级 上报 介绍 推荐 培养 父 母 配偶 子女 亲属 家庭 转 离 退 拟 原 曾 前 缺 应 实 请假 书记 "
    "委员 主任 组长 "
    "人数 负责 不 非 未 无 预备 正式 积极 对象 出生 成立 届满 批准 确认 审批 录入 填报 更新 到期 开始 结束 "
    "起始 终止 换届 "
    "团 职称 行政 简 全 参加 入职 任职 任 毕业 外 内 备注 编号 序号 讲 办 出 学位 学历 学校 专业 籍贯 地址 "
    "地点 党龄 年龄 工龄 "
    "列席 记录 主持 主题 主讲 主办 总支 支部 小组 党委 党组 类 时长 手机 电话 座机 身份 证 姓名 性别 民族 "
    "邮 层 届 第一 第二 "
    "签到 附件 照片 岗 决议 内容 结果 费 期限"
).split()


@dataclass(frozen=True)
class Field:
    """One field of a ledger.

    `name`: in code; `label`: as pages call it, the first of the accepted headings; `synonyms`: further
    headings, the more telling first; `required`: the table is refused without such a column; `likeness`:
    whether a similar
    spelling may be taken; `looks`: tells of one value whether it can belong here, used only when no heading
    fits.
    """

    name: str
    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    likeness: bool = True
    looks: Callable[[Any], Any] | None = None

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """All accepted headings, folded, the most telling first."""
        return tuple(dict.fromkeys(fold(h) for h in (self.label, *self.synonyms)))

    @cached_property
    def ranks(self) -> dict[str, int]:
        return {heading: rank for rank, heading in enumerate(self.headings)}

    @cached_property
    def by_telling(self) -> dict[frozenset[str], list[str]]:
        """The headings by the set of telling words in them."""
        groups: dict[frozenset[str], list[str]] = {}
        for heading in self.headings:
            groups.setdefault(_telling(heading), []).append(heading)
        return groups


@dataclass(frozen=True)
class Heading:
    """The heading of one column: its texts from top to bottom, without repetition."""

    column: int
    levels: tuple[str, ...]

    @property
    def leaf(self) -> str:
        return self.levels[-1]

    @property
    def joined(self) -> str:
        return "".join(self.levels)


def display(value: object) -> str:
    """Return a heading in one line, as the file has it otherwise."""
    return re.sub(r"\s*\n\s*", "", cell_text(value))


@lru_cache(maxsize=4096)
def keys(text: str) -> tuple[str, ...]:
    """Return the folded forms of a heading, the plainest last."""
    whole = fold(text)
    bare = _MARKS.sub("", _NUMBERING.sub("", _BRACKETS.sub("", whole)))
    unwrapped = _MARKS.sub("", re.sub(r"[()\[\]【】〔〕《》<>]", "", whole))
    first = _MARKS.sub("", re.split(r"[/|\\]", _BRACKETS.sub("", whole))[0])
    return tuple(k for k in dict.fromkeys((whole, bare, unwrapped, first)) if k)


@lru_cache(maxsize=4096)
def _telling(text: str) -> frozenset[str]:
    return frozenset(word for word in _TELLING if word in text)


def likeness(heading: str, field: Field) -> float:
    """Return 0–100: the best likeness of a folded heading to a heading of the field that means the same."""
    known = field.by_telling.get(_telling(heading), ()) if len(heading) <= LONGEST else ()
    return max((fuzz.ratio(heading, k) for k in known), default=0.0)


# How certain a claim of a field on a column is (tier, score, rank, column, the smaller the better), and which.
Claim = tuple[int, float, int, int, str, Heading, str]
# {field name: (heading, how it was found)}
Matches = dict[str, tuple[Heading, str]]


class UnknownColumn(ValueError):
    """A heading or field named by hand that is not there."""


def match(
    headings: Sequence[Heading],
    fields: Sequence[Field],
    columns: Mapping[str, str] | None = None,
    samples: Mapping[int, list[Any]] | None = None,
    *,
    alike: bool = True,
) -> Matches:
    """Return {field name: (Heading, how)} for the Headings of one table; `how` as in Table.how.

    `columns`: {heading text: field name} by hand. `samples`: {column: [values]} to look at when a heading
    tells nothing.
    `alike`: whether likeness of spelling counts. Raises UnknownColumn when `columns` names what is not there.
    """
    by_name = {f.name: f for f in fields}
    claims: list[Claim] = []
    taken_by_hand = set()
    for text, name in (columns or {}).items():
        if name not in by_name:
            raise UnknownColumn(f"没有名为{quoted(name)}的字段，可用：{'、'.join(by_name)}。")
        heading = _named(headings, text)
        claims.append((0, 0, 0, heading.column, name, heading, "by hand"))
        taken_by_hand.add(heading.column)
    for heading in headings:
        for field in fields:
            claim = _exact(heading, field)
            if claim:
                claims.append((*claim, heading.column, field.name, heading, "exact"))
            elif alike and field.likeness:
                texts = {key for text in (heading.joined, heading.leaf) for key in keys(text)}
                score = max((likeness(key, field) for key in texts), default=0.0)
                if score >= ALIKE:
                    claims.append((5, -score, 0, heading.column, field.name, heading, "alike"))
    found = _assign(claims)
    if samples:
        _assign_by_content(found, headings, fields, samples)
    return found


def _named(headings: Sequence[Heading], text: str) -> Heading:
    wanted = fold(text)
    for form in (
        lambda h: {fold(h.leaf)},
        lambda h: {fold(h.joined)},
        lambda h: {*keys(h.leaf), *keys(h.joined)},
    ):
        fitting = [h for h in headings if wanted in form(h)]
        if fitting:
            return fitting[0]
    raise UnknownColumn(f"表中没有标题{quoted(text)}，已有：{'、'.join(h.leaf for h in headings)}。")


def _exact(heading: Heading, field: Field) -> tuple[int, int, int] | None:
    """Return (tier, 0, rank) when the heading is one of the field's, else None."""
    known = field.ranks
    forms = [(1, keys(heading.joined)[:1]), (2, keys(heading.joined))]
    if len(heading.levels) > 1:
        forms += [(2, keys("".join(heading.levels[-2:]))), (3, keys(heading.leaf))]
        if len(heading.leaf) <= 6 and not re.search(r"[\u4e00-\u9fff]", _BRACKETS.sub("", fold(heading.leaf))):
            forms.append((4, keys("".join(heading.levels[:-1]))))  # a row of units or numbers below the headings
    for tier, candidates in forms:
        ranks = [known[k] for k in candidates if k in known]
        if ranks:
            return tier, 0, min(ranks)
    return None


def _assign(claims: Iterable[Claim]) -> Matches:
    found: Matches = {}
    columns = set()
    for _tier, _score, _rank, column, name, heading, how in sorted(claims, key=lambda c: c[:4]):
        if name not in found and column not in columns:
            found[name] = (heading, how)
            columns.add(column)
    return found


def _assign_by_content(
    found: Matches, headings: Sequence[Heading], fields: Sequence[Field], samples: Mapping[int, list[Any]]
) -> None:
    taken = {heading.column for heading, _ in found.values()}
    for field in fields:
        if field.name in found or field.looks is None:
            continue
        fitting = []
        for heading in headings:
            values = [v for v in samples.get(heading.column, ()) if v not in (None, "")]
            if heading.column in taken or len(values) < 3:
                continue
            share = sum(bool(field.looks(v)) for v in values) / len(values)
            if share >= BY_CONTENT:
                fitting.append(heading)
        if len(fitting) == 1:  # two such columns: nobody can tell which
            found[field.name] = (fitting[0], "by content")
            taken.add(fitting[0].column)

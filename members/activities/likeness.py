"""What a record says of a piece of business work: which of its words stand where, and in which sentence. Needs no database."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from common.text import quoted

# Words of most names and titles, which tell nothing about one piece of work; longer ones stand before their parts.
_DULL = (
    "进一步", "党支部", "工作", "活动", "开展", "推进", "会议", "研究", "部署", "年度", "落实", "重点", "专题", "学习", "项目", "服务",
    "建设", "管理", "提升", "行动", "改革", "事项", "任务", "党员", "组织", "支部", "机关", "全市", "全面", "加强", "讨论", "情况",
    "问题", "完成", "方案", "上线", "启动", "重大",
)  # fmt: skip
_SEPARATORS = re.compile(r"[\s、，,。；;：:！!？?（）()《》“”\"'‘’—\-—/·]+|[和与及的]")
_ENDS = re.compile(r"(?<=[。；;！？!?])|\n+")
_BARE = re.compile(r"[\W_]+")
_HAN = re.compile("[\u3400-\u9fff]")
# Of a word longer than this a run of two characters tells nothing: 满意 is not 满意度回访 (decisions 121).
_HALVED = 4
# Longest sentence that is kept; shortest that somebody writes by himself (characters).
LONGEST, SHORTEST = 300, 8
# What the searched words of an address may hold.
_MOST_WORDS = 12


@dataclass(frozen=True)
class Wanted:
    """The words of one piece of work. exact: they were typed and are looked for whole; else a fair share suffices (`_runs`)."""

    words: tuple[str, ...]
    exact: bool = False

    def found_in(self, text: str) -> list[str]:
        """Return the words, or the runs of them, that stand in a text, each once, in the order of the words."""
        plain = folded(text)
        runs: dict[str, None] = {}
        for word in self.words:
            if self.exact:
                runs |= {word: None} if word in plain else {}
            else:
                runs |= dict.fromkeys(_runs(word, plain, 2 if len(word) <= _HALVED else 3))
        return list(runs)


@dataclass(frozen=True)
class Likeness:
    """Where the words of a work stand in a record. title, minutes, decisions: the words found there."""

    title: list[str] = field(default_factory=list)
    minutes: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """All words found, each once."""
        return list(dict.fromkeys([*self.title, *self.decisions, *self.minutes]))

    @property
    def weight(self) -> int:
        """How much of the work's name the record speaks of: characters of the words found, those of the title twice."""
        return sum(map(len, self.words)) + sum(map(len, self.title))

    @property
    def said(self) -> str:
        """「标题、决议写到“数据共享”“攻坚”」, or "" where nothing was found."""
        places = [
            name for name, words in (("标题", self.title), ("议程", self.minutes), ("决议", self.decisions)) if words
        ]
        return f"{'、'.join(places)}写到{''.join(f'{quoted(word)}' for word in self.words[:4])}" if places else ""


def folded(text: str) -> str:
    """Return a text as it is compared: full width and half width alike, small letters."""
    return unicodedata.normalize("NFKC", text or "").lower()


def wanted(*names: str) -> Wanted:
    """Return the Wanted of the names of a work and its milestone, without the words that tell nothing."""
    words: dict[str, None] = {}
    for name in names:
        rest = folded(name)
        for dull in _DULL:
            rest = rest.replace(dull, " ")
        words |= dict.fromkeys(word for word in _SEPARATORS.split(rest) if len(word) >= 2)
    return Wanted(tuple(words))


def typed(text: str) -> Wanted:
    """Return the Wanted of words that somebody typed, separated by blanks or commas."""
    words = [word for word in _SEPARATORS.split(folded(text)[:100]) if word]
    return Wanted(tuple(dict.fromkeys(words))[:_MOST_WORDS], exact=True)


def _runs(word: str, plain: str, shortest: int) -> list[str]:
    """Return the longest runs of at least `shortest` characters of `word` that stand in a folded text, from left to right."""
    found, start = [], 0
    while start <= len(word) - shortest:
        end = start + shortest
        if word[start:end] not in plain:
            start += 1
            continue
        while end < len(word) and word[start : end + 1] in plain:
            end += 1
        run = word[start:end]
        if _HAN.search(run) or len(run) > 2:
            found.append(run)
        start = end
    return found


def likeness(look: Wanted, title: str, minutes: str, decisions: Iterable[str]) -> Likeness:
    """Return where the words of a work stand in the title, the minutes and the decisions of a record."""
    return Likeness(look.found_in(title), look.found_in(minutes), look.found_in("\n".join(decisions)))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, without the blanks round them."""
    return [part.strip() for part in _ENDS.split(text or "") if part and part.strip()]


def matching_sentence(look: Wanted, minutes: str, decisions: Sequence[str]) -> str:
    """Return the sentence of the decisions or the minutes that says most of the work, "" where none says anything.

    A decision stands before a sentence of the minutes that says as much.
    """
    best, most = "", 0
    for sentence in [*decisions, *sentences(minutes)]:
        weight = sum(map(len, look.found_in(sentence)))
        if weight > most and len(sentence) <= LONGEST:
            best, most = sentence.strip(), weight
    return best


def bare(text: str) -> str:
    """Return a sentence without blanks, marks and case: what makes two sentences the same."""
    return _BARE.sub("", folded(text))


def written_by_hand(sentence: str, look: Wanted, title: str, minutes: str, decisions: Sequence[str]) -> bool:
    """Return whether a sentence is not one of the record that speaks of the work: a reviewer then looks at it himself."""
    own = {bare(one) for one in [title, *decisions, *sentences(minutes)]}
    return bare(sentence) not in own or not look.found_in(sentence)


def origin(sentence: str, look: Wanted, minutes: str, decisions: Sequence[str]) -> str:
    """Return where a link's sentence comes from: 「由决议代入，改动 9 字」, 「摘自议程」, "" where the record had none to offer.

    What was offered is reckoned anew, for it is not kept: a record that was corrected since may say something else.
    """
    offered = matching_sentence(look, minutes, decisions)
    if not offered:
        return ""
    place = "决议" if offered in [one.strip() for one in decisions] else "议程"
    if bare(sentence) == bare(offered):
        return f"由{place}代入，未改动"
    for name, own in (("决议", decisions), ("议程", sentences(minutes))):
        if bare(sentence) in {bare(one) for one in own}:
            return f"摘自{name}"
    changed = Levenshtein.distance(bare(offered), bare(sentence), weights=(1, 1, 1))
    return f"由{place}代入，改动 {changed} 字" if changed < len(bare(offered)) else "另写，没有用代入的句子"


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """Return [(part of the text, whether it is one of the words)], longest words first, for `<mark>`."""
    plain = folded(text)
    if len(plain) != len(text):
        return [(text, False)]
    ordered = sorted({word for word in words if word}, key=len, reverse=True)
    if not ordered:
        return [(text, False)]
    pattern = re.compile("|".join(map(re.escape, ordered)))
    parts, last = [], 0
    for match in pattern.finditer(plain):
        parts += [(text[last : match.start()], False)] if match.start() > last else []
        parts.append((text[match.start() : match.end()], True))
        last = match.end()
    return [*parts, (text[last:], False)] if last < len(text) else parts

"""The rulebook: published rules as data, and what a page may say about where each one comes from.

One TOML file per subject; the key is the stable id of the rule. Nothing here changes at run time: a value
that an agency may choose for itself is a setting, not a rule.
"""

import datetime
import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).parent
VERIFIED, SECONDARY, FROM_MEMORY = "V", "S", "M"
OWN_SETTING = "本机关设定"


@dataclass(frozen=True)
class Cite:
    """A regulation and the articles that a rule rests on; `articles` is empty where only the name is sure."""

    name: str
    short: str
    plain: bool
    articles: tuple[str, ...]

    def text(self, articles: bool = True) -> str:
        """The regulation spelled out: 《中国共产党支部工作条例（试行）》第十二条."""
        return self._with(self.name, articles)

    def short_text(self, articles: bool = True, phone: bool = False) -> str:
        """The form for tables: 《支部工作条例（试行）》第十二条; on phones without （试行）."""
        return self._with(self.short.replace("（试行）", "") if phone else self.short, articles)

    def _with(self, name: str, articles: bool) -> str:
        where = "、".join(self.articles) if articles else ""
        if not self.plain:
            return f"《{name}》{where}"
        return f"{name} {where}".strip() if where[:1].isdigit() else name + where


@dataclass(frozen=True)
class Rule:
    """One published rule.

    `zh` is the rule in short, as a page shows it; `params` holds its `name=value` pairs, `conditions` its
    comparisons as written (`present >= expected/2`); `source` is the raw remark, for the record only: pages
    use `citation`. `valid_from` and `valid_to` are dates or None (open).
    """

    id: str
    group: str
    zh: str
    en: str
    applies: str
    period: str
    status: str
    source: str
    params: Mapping[str, str]
    conditions: tuple[str, ...]
    cites: tuple[Cite, ...]
    article_doubtful: bool
    valid_from: datetime.date | None
    valid_to: datetime.date | None

    @property
    def citable(self) -> bool:
        """Whether a page may name a regulation for it (status V)."""
        return self.status == VERIFIED

    def applies_on(self, day: datetime.date) -> bool:
        """Whether the rule is in force on a day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)

    def number(self, name: str) -> int | Decimal | Fraction:
        """The number of a parameter or of a simple comparison (`hours>=32`) as int, Decimal or Fraction.

        Raises KeyError for a name the rule lacks, ValueError where its value holds no number.
        """
        if name in self.params:
            return _number(self.params[name], f"{self.id}.{name}")
        for condition in self.conditions:
            match = re.fullmatch(rf"{re.escape(name)}\s*(?:>=|<=|>|<)\s*([0-9].*)", condition)
            if match:
                return _number(match[1], f"{self.id}.{name}")
        raise KeyError(f"{self.id} has no parameter {name}")


def rule(id: str) -> Rule:
    """The rule with this id; KeyError for an id the rulebook lacks."""
    return _rules()[id]


def all_rules(on: datetime.date | None = None) -> tuple[Rule, ...]:
    """Every rule in the order of the rulebook, or those in force on a date."""
    rules = _rules().values()
    return tuple(rules) if on is None else tuple(rule for rule in rules if rule.applies_on(on))


def citation(rule: Rule) -> str:
    """What a page may say about the source of a rule.

    Verified: regulations and articles, the regulation alone where the article number is in doubt. Everything
    else: 本机关设定, without a regulation.
    """
    if not rule.citable:
        return OWN_SETTING
    return "；".join(cite.text(articles=not rule.article_doubtful) for cite in rule.cites)


def short_citation(rule: Rule, phone: bool = False) -> str:
    """The first source of a rule in the short form for tables, or for phones."""
    if not rule.citable:
        return OWN_SETTING
    return rule.cites[0].short_text(articles=not rule.article_doubtful, phone=phone)


@functools.cache
def _rules() -> Mapping[str, Rule]:
    regulations = _read(FOLDER / "regulations.toml")
    rules = {}
    for path in sorted(FOLDER.glob("[0-9]*.toml")):
        for id, row in _read(path).items():
            if id in rules:
                raise ValueError(f"{path.name}: {id} stands twice in the rulebook")
            rules[id] = _rule(id, path.stem[3:], row, regulations)
    return MappingProxyType(rules)


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _rule(id: str, group: str, row: dict[str, Any], regulations: dict[str, Any]) -> Rule:
    pieces = [piece.strip() for piece in row["params"].split(";") if piece.strip()]
    pairs = [re.fullmatch(r"([a-z0-9_ ]+?)\s*=\s*([^=].*)", piece, re.IGNORECASE) for piece in pieces]
    return Rule(
        id=id,
        group=group,
        zh=row["zh"],
        en=row["en"],
        applies=row["applies"],
        period=row["period"],
        status=row["status"],
        source=row["source"],
        params=MappingProxyType({pair[1]: pair[2] for pair in pairs if pair}),
        conditions=tuple(piece for piece, pair in zip(pieces, pairs, strict=True) if not pair),
        cites=tuple(
            Cite(
                name=regulations[cite["regulation"]]["name"],
                short=regulations[cite["regulation"]]["short"],
                plain=regulations[cite["regulation"]].get("plain", False),
                articles=tuple(cite["articles"]),
            )
            for cite in row.get("cites", ())
        ),
        article_doubtful=row.get("article_doubtful", False),
        valid_from=row.get("valid_from"),
        valid_to=row.get("valid_to"),
    )


def _number(text: str, where: str) -> int | Decimal | Fraction:
    match = re.match(r"([0-9]+)/([0-9]+)|([0-9]+\.[0-9]+)|([0-9]+)(?!\.\.)", text)
    if not match:
        raise ValueError(f"{where} holds no single number: {text}")
    if match[1]:
        return Fraction(int(match[1]), int(match[2]))
    return Decimal(match[3]) if match[3] else int(match[4])

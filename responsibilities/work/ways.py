"""Ways and fields: how a record served the business work, and to which field of Party building it belongs.

「围绕、渗透、融合、对接」 and the five fields are judged by the system from what the record says anyway; nobody fills
anything in, and what somebody has chosen is never overwritten. Pure functions; `ways.toml` holds the words.
"""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_TABLE = Path(__file__).with_name("ways.toml")


class Nature(NamedTuple):
    """What was judged: a Way or "" (it serves no business work), and a BuildingField."""

    way: str
    field: str


@dataclass(frozen=True)
class Facts:
    """What is known of a record. hosts: how many organisations hold it. assigned: a resolution names who does it and by when.

    stages: kinds of the stages it is linked with. shares: it shares words with a piece of work that is open. chair: kinds of
    the seats that its chair holds.
    """

    kinds: Collection[str]
    title: str
    agenda: str
    hosts: int = 1
    assigned: bool = False
    stages: Collection[str] = ()
    shares: bool = False
    chair: Collection[str] = ()


@cache
def table() -> dict[str, list[dict[str, Any]]]:
    """Return {"way": rows, "field": rows} of ways.toml."""
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


def asks_for_words() -> frozenset[str]:
    """Return the kinds of record that are compared with the words of business work."""
    return frozenset(kind for row in table()["way"] for kind in row.get("kinds", ()))


def judge(facts: Facts) -> Nature:
    """Return the Nature of a record: the first row of each list that fits."""
    way = next((row["way"] for row in table()["way"] if _serves(row, facts)), "")
    field = next(row["field"] for row in table()["field"] if _belongs(row, facts))
    return Nature(way, field)


def _serves(row: dict[str, Any], facts: Facts) -> bool:
    linked = bool(set(row.get("stages", ())) & set(facts.stages)) and (facts.assigned or not row.get("assigned"))
    together = facts.hosts >= row["hosts"] if "hosts" in row else False
    named = _says(row.get("title", ()), facts.title)
    like = facts.shares and bool(set(row.get("kinds", ())) & set(facts.kinds))
    return linked or together or named or like


def _belongs(row: dict[str, Any], facts: Facts) -> bool:
    if set(row) == {"field"}:
        return True
    return (
        bool(set(row.get("kinds", ())) & set(facts.kinds))
        or _says(row.get("title", ()), facts.title)
        or _says(row.get("agenda", ()), facts.agenda)
        or row.get("chair", "") in facts.chair
    )


def _says(words: Collection[str], text: str) -> bool:
    return any(word in text for word in words)

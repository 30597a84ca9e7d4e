"""Counted ballots as they are typed: 好 12，较好 3，无效 1. Pure."""

import re

from common.text import quoted

INVALID = "无效"
_PAIR = re.compile(r"(\S+?)\s*[:：]?\s*([0-9]{1,5})票?")


def ballots_from(text: str, levels: tuple[str, ...]) -> dict:
    """Return {"counts": {level: number}, "invalid": number}; ValueError (Chinese) for what is no count of these levels."""
    counts, invalid = dict.fromkeys(levels, 0), 0
    parts = [part for part in re.split(r"[，,；;、\n]+", text) if part.strip()]
    for part in parts:
        found = _PAIR.fullmatch(part.strip())
        if found is None:
            raise ValueError(
                f"{quoted(part.strip())}不是票数，请写成{quoted(f'{levels[0]} 12')}的样式，各档用逗号隔开。"
            )
        name, number = found[1], int(found[2])
        if name == INVALID:
            invalid += number
        elif name in counts:
            counts[name] += number
        else:
            raise ValueError(f"没有{quoted(name)}这一档，可用：{'、'.join(levels)}、{INVALID}。")
    if not sum(counts.values()):
        raise ValueError("请填写各档的票数。")
    return {"counts": counts, "invalid": invalid}


def in_words(ballots: dict) -> str:
    """Return 好 12，较好 3，无效 1."""
    said = [f"{name} {number}" for name, number in ballots["counts"].items() if number]
    return "，".join(said + ([f"{INVALID} {ballots['invalid']}"] if ballots["invalid"] else []))

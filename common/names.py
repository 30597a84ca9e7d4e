"""Names as keys: organisations by normalised full name, people and places by pinyin initials."""

import unicodedata

from pypinyin import Style, lazy_pinyin


def name_key(name: str | None) -> str:
    """Return the key under which an organisation's name is unique: NFKC, no blanks, lower case."""
    return "".join(unicodedata.normalize("NFKC", name or "").split()).lower()


def initials_of(name: str | None) -> str:
    """Return the pinyin initials of a Chinese name ("投资处党支部" → "tzcdzb"), at most 100 characters."""
    return "".join(part[:1] for part in lazy_pinyin(name or "", style=Style.FIRST_LETTER, errors="default"))[
        :100
    ].lower()


def titled(place: str, post: str) -> str:
    """Return a place and a post as one title, what both say said once: 综合处党支部 and 支部书记 make 综合处党支部书记."""
    shared = next((size for size in range(len(post), 0, -1) if place.endswith(post[:size])), 0)
    return place + post[shared:]


def named(name: str, word: str) -> bool:
    """Whether a word, in any case, is part of a name or of its pinyin initials."""
    word = word.lower()
    return word in name.lower() or (word.isascii() and word in initials_of(name))

"""Names as keys: organisations by normalised full name, people and places by pinyin initials."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from common.readings import read_aloud


def name_key(name: str | None) -> str:
    """Return the key under which an organisation's name is unique: NFKC, no blanks, lower case."""
    return "".join(unicodedata.normalize("NFKC", name or "").split()).lower()


def initials_of(name: str | None) -> str:
    """Return the pinyin initials of a Chinese name ("投资处党支部" → "tzcdzb"), at most 100 characters."""
    return "".join(part[:1] for part in read_aloud(name or ""))[:100].lower()


def titled(place: str, post: str) -> str:
    """Return a place and a post as one title, what both say said once: 综合处党支部 and 支部书记 make 综合处党支部书记."""
    shared = next((size for size in range(len(post), 0, -1) if place.endswith(post[:size])), 0)
    return place + post[shared:]


def named(name: str, word: str) -> bool:
    """Whether a word, in any case, is part of a name or of its pinyin initials."""
    word = word.lower()
    return word in name.lower() or (word.isascii() and word in initials_of(name))


# Surnames that are read otherwise than the same character elsewhere.
_READ_AS = """
单 shan 曾 zeng 仇 qiu 解 xie 查 zha 任 ren 盖 ge 朴 piao 区 ou 覃 qin 翟 zhai 缪 miao 乐 yue 冼 xian 员 yun 召 shao
种 chong 秘 bi 折 she 葛 ge 华 hua 纪 ji 洗 xian 燕 yan 宁 ning 尉迟 yuchi 万俟 moqi 长孙 zhangsun 澹台 tantai
"""
_SURNAMES = dict(re.findall(r"(\S+) ([a-z]+)", _READ_AS))
_TRIED = 30


def user_name_of(name: str) -> str:
    """Return the user name proposed for a person: the pinyin of his name ("单雄信" → "shanxiongxin"), `user` for none."""
    size = 2 if name[:2] in _SURNAMES else 1
    surname = _SURNAMES.get(name[:size], "")
    rest = read_aloud(name[size:] if surname else name)
    return re.sub(r"[^a-z0-9]", "", (surname + "".join(rest)).lower().replace("ü", "v"))[:50] or "user"


def free_user_names(names: Sequence[str], taken: Callable[[Iterable[str]], set[str]]) -> list[str]:
    """Return a user name for each person of `names`, none twice: lisi, lisi2, lisi3.

    taken: returns which of the user names that it is given there are already, in lower case; it is asked once.
    """
    if not names:
        return []
    plain = [user_name_of(name) for name in names]
    used = taken(_numbered(base, number) for base in plain for number in range(1, _TRIED))
    found = []
    for base in plain:
        number = 1
        while _numbered(base, number) in used:
            number += 1
        found.append(_numbered(base, number))
        used.add(found[-1])
    return found


def _numbered(base: str, number: int) -> str:
    return base if number == 1 else f"{base}{number}"


def entered_by(account: object, principal: object = None) -> str:
    """Return who entered something, and in whose name: 「某甲（代某乙录）」; "" where nobody is known."""
    name = str(getattr(account, "name", account) or "")
    return f"{name}（代{getattr(principal, 'name', principal)}录）" if principal else name


def entered_for(principal: object) -> str:
    """Return the note that the trail keeps of what somebody entered in another's name, "" of one's own."""
    return f"代录：代{getattr(principal, 'name', principal)}" if principal else ""

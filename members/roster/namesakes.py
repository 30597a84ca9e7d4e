"""Members of one name in one list: what tells them apart, in pickers and lists alike.

His post at work; where that is the same or not known, the month of his birth. Whoever bears his name alone is called by it.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from common.text import person_name, quoted
from members.roster.models.members import Member

# What stands between two names that are typed, and between the cells of a row that is pasted: a hint contains none of it.
_BETWEEN = re.compile(r"[\s、，,;；:：]+")


class Known(NamedTuple):
    """Of one member: his id, his name, and what may tell him from another of that name."""

    pk: int
    name: str
    work_post: str
    birth: date | None

    @property
    def post(self) -> str:
        return _BETWEEN.sub("·", self.work_post.strip())

    @property
    def born(self) -> str:
        return f"{self.birth.year}年{self.birth.month}月生" if self.birth is not None else ""

    @property
    def all(self) -> str:
        return "·".join(filter(None, [self.post, self.born]))


def told_apart(names: Mapping[int, str]) -> dict[int, str]:
    """Return {member id: his name as a list of these people shows it}, in their order.

    One statement, none where everybody bears a name of his own.
    """
    shared = [pk for pks in _shared(names).values() for pk in pks]
    if not shared:
        return dict(names)
    rows = Member.objects.filter(pk__in=shared).order_by().values_list("pk", "name", "work_post", "birth_date")
    apart = _hints(Known(*row) for row in rows)
    return {pk: labelled(name, apart.get(pk, "")) for pk, name in names.items()}


def called(members: Iterable[Member]) -> dict[int, str]:
    """Return the same of members who are read already."""
    people = list(members)
    apart = hints(people)
    return {one.pk: labelled(one.name, apart.get(one.pk, "")) for one in people}


def hints(members: Iterable[Member]) -> dict[int, str]:
    """Return {member id: what tells him apart} of those of some members who share a name."""
    people = {one.pk: one for one in members}
    shared = [pk for pks in _shared({pk: one.name for pk, one in people.items()}).values() for pk in pks]
    return _hints(Known(pk, people[pk].name, people[pk].work_post, people[pk].birth_date) for pk in shared)


def labelled(name: str, hint: str) -> str:
    return f"{name}（{hint}）" if hint else name


def named(labels: Mapping[int, str], text: str) -> list[int]:
    """Return the ids of those whom a typed text names out of labels: by name alone, or as they are told apart."""
    wanted = person_name(text)
    return [pk for pk, label in labels.items() if wanted in (person_name(label), person_name(label.split("（")[0]))]


def names_in(text: str) -> list[str]:
    """Return the names of a typed text, each once: one to a line, or with 、 or a comma between; what stands in brackets stays together."""
    found, depth = [""], 0
    for sign in text:
        depth = 0 if sign == "\n" else max(0, depth + (sign in "（(") - (sign in "）)"))
        if sign == "\n" or sign in "、，," and not depth:
            found.append("")
        else:
            found[-1] += sign
    return list(dict.fromkeys(filter(None, (name.strip() for name in found))))


def which_words(labels: Iterable[str]) -> str:
    """Return what to write where a name alone says too little: 请写成“李文（综合处）”或“李文（财务处）”。"""
    return f"请写成{'或'.join(map(quoted, labels))}。"


def _shared(names: Mapping[int, str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for pk, name in names.items():
        found[name].append(pk)
    return {name: pks for name, pks in found.items() if len(pks) > 1}


def _hints(people: Iterable[Known]) -> dict[int, str]:
    known = {one.pk: one for one in people}
    shared = _shared({pk: one.name for pk, one in known.items()})
    return {pk: hint for pks in shared.values() for pk, hint in _apart([known[pk] for pk in sorted(pks)]).items()}


def _apart(same: Collection[Known]) -> dict[int, str]:
    """Return the hints of people of one name: the first kind that differs for all of them, else all that is known, and a number."""
    for texts in ([one.post for one in same], [one.born for one in same], [one.all for one in same]):
        if all(texts) and len(set(texts)) == len(texts):
            return {one.pk: text for one, text in zip(same, texts, strict=True)}
    return {one.pk: "·".join(filter(None, [one.all, f"第{place}位"])) for place, one in enumerate(same, 1)}

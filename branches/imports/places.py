"""Organisations as ledgers name them: by full name, short name, or a label that means one organisation only."""

import re
from dataclasses import dataclass, field
from datetime import date

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import IMPORT
from common.names import name_key
from common.operator import OPERATOR
from common.tabular.words import nearest
from common.text import cell_text, fold, quoted

_PREFIX = re.compile(r"^(?:中国共产党|中共)")
_GENERAL = re.compile(r"党?总支部?(?:委员会)?$")
_BRANCH = re.compile(r"党?支部(?:委员会)?$")
_ORDINALS = str.maketrans("0123456789", "〇一二三四五六七八九")


@dataclass(eq=False)
class Place:
    """An organisation of the database or of the file. `pk`: None until it is written; `wrong`: its row has an error.

    `within`: the importer may write here. `by_hand`: made or changed by hand since the last import.
    """

    name: str
    short_name: str = ""
    kind: str | None = None
    parent: "Place | None" = None
    founded: date | None = None
    archived_on: date | None = None
    pk: int | None = None
    within: bool = True
    by_hand: bool = False
    row: int | None = None
    aliases: set = field(default_factory=set)
    children: list = field(default_factory=list)

    @property
    def label(self):
        """The same label as Organisation.label."""
        short = self.short_name or self.name
        if self.kind == Kind.SMALL_GROUP and self.parent is not None:
            above = self.parent.short_name or self.parent.name
            return short if short.startswith(above) else above + short
        return short

    def above(self, kind):
        """Return the nearest organisation of this kind at or above this one, or None."""
        place, seen = self, 0
        while place is not None and place.kind != kind and seen < 10:
            place, seen = place.parent, seen + 1
        return place if place is not None and place.kind == kind else None


def _forms(place):
    """Return the further names under which ledgers mention a place, folded."""
    full = fold(place.name)
    bare = _PREFIX.sub("", full)
    shorts = {fold(place.short_name), *map(fold, place.aliases)} - {""}
    found = {full, bare, *shorts, _PREFIX.sub("", fold(place.label))}
    if place.kind == Kind.GENERAL_BRANCH:
        found.add(_GENERAL.sub("党总支", bare))
    if place.kind == Kind.BRANCH:
        found.add(_BRANCH.sub("党支部", bare))
    if place.kind == Kind.SMALL_GROUP and place.parent is not None:
        above = {fold(place.parent.short_name), fold(place.parent.name), _PREFIX.sub("", fold(place.parent.name))}
        found |= {a + s for a in above if a for s in shorts if not s.startswith(a)}
    return found - {""}


def _group_number(text, branch):
    """Return what tells a small group from its sisters: `办公室党支部第1小组` → `一`."""
    text = fold(text)
    for above in (fold(branch.name), fold(branch.short_name)):
        text = text.removeprefix(above) if above else text
    bare = re.sub(r"(?:党小组|支部小组|小组|组)$", "", text).removeprefix("党小组").removeprefix("第")
    return bare.translate(_ORDINALS)


class Places:
    """All organisations that a name may mean: those of the database and those of the file."""

    def __init__(self, by):
        self.by = by
        self.all = []
        self.by_key = {}
        self.by_pk = {}
        self._index = None
        self._found = {}

    @classmethod
    def load(cls, by, right=IMPORT):
        """Read the tree; `within` marks where `by` may import (access rule 3), or holds another right that the ledger asks for."""
        places = cls(by)
        allowed = None
        if by is not OPERATOR:
            allowed = set(access.organisations_for(by, right).order_by().values_list("pk", flat=True))
        for row in Organisation.objects.in_tree_order():
            place = Place(
                name=row.name,
                short_name=row.short_name,
                kind=row.kind,
                parent=places.by_pk.get(row.parent_id),
                founded=row.founded,
                archived_on=row.archived_on,
                pk=row.pk,
                within=allowed is None or row.pk in allowed,
                by_hand=row.imported_version != row.version,
            )
            places.by_pk[row.pk] = place
            places.add(place)
        return places

    def add(self, place):
        self.all.append(place)
        self.by_key.setdefault(name_key(place.name), place)
        if place.parent is not None:
            place.parent.children.append(place)
        self.changed()

    def changed(self):
        """Forget what was looked up: a name or a parent is new."""
        self._index = None
        self._found.clear()

    def _names(self):
        if self._index is None:
            self._index = {}
            for place in self.all:
                for form in _forms(place):
                    self._index.setdefault(form, []).append(place)
        return self._index

    def find(self, value, kinds=None, *, anywhere=False):
        """Return the Place that a cell names.

        kinds: the kinds that fit here; used to choose where several organisations share a name. anywhere: also outside
        the importer's reach. Raises ValueError with a sentence, with the closest known name where one is close.
        """
        text = cell_text(value)
        asked = (text, kinds, anywhere)
        if asked not in self._found:
            self._found[asked] = self._find(text, kinds, anywhere)
        answer = self._found[asked]
        if isinstance(answer, ValueError):
            raise answer
        return answer

    def _find(self, text, kinds, anywhere):
        exact = self.by_key.get(name_key(text))
        folded = fold(text)
        found = [exact] if exact else self._names().get(folded) or self._names().get(_PREFIX.sub("", folded)) or []
        if len(found) > 1 and kinds:
            found = [place for place in found if place.kind in kinds] or found
        if not anywhere and len(found) > 1:
            found = [place for place in found if place.within] or found
        shown = text[:40]
        if len(found) > 1:
            return ValueError(f"有 {len(found)} 个党组织叫{quoted(shown)}，请填写全称。")
        if not found or (not anywhere and not found[0].within):
            return ValueError(self._unknown(shown, folded))
        return found[0]

    def _unknown(self, shown, folded):
        known = {form: place for place in self.all if place.within for form in (fold(place.name), fold(place.label))}
        close = nearest(folded, known, 75)
        # One sentence for "is not there" and "is not yours": what lies outside the reach does not exist for him.
        sentence = f"没有找到党组织{quoted(shown)}" + ("" if self.by is OPERATOR else "，或不在您的导入范围内")
        if close:
            return f"{sentence}，是否为{quoted(known[close].label)}？"
        return sentence + "。"

    def group_in(self, branch, value):
        """Return the small group that a cell names inside `branch`. Raises ValueError."""
        text = cell_text(value)
        groups = [place for place in branch.children if place.kind in (Kind.SMALL_GROUP, None)]
        found = [place for place in groups if fold(text) in _forms(place)]
        if not found:
            number = _group_number(text, branch)
            found = [place for place in groups if number and _group_number(place.label, branch) == number]
        if len(found) == 1:
            return found[0]
        names = "、".join(place.short_name or place.name for place in groups)
        sentence = f"{branch.label}之下没有党小组{quoted(text[:30])}"
        raise ValueError(f"{sentence}，可填：{names}。" if names else sentence + "。")

"""Templates of the duty lists, as data: one TOML file per level, the key is the stable name of the duty.

Nothing here changes at run time; a list made from a template is adjusted by hand (duties/services). A number marked
"setting" is the agency's own choice and is shown as 本机关设定, never under a regulation.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent
SETTING, RULE = "setting", "rule"


@dataclass(frozen=True)
class DutyTemplate:
    """One line of a level's template.

    level: a Level. period, times, unit, due, proof, source: as the columns of Duty. kinds: codes of the activities that
    prove it. topic: a Topic that the record must be about, or "". word: one that its title or content must hold, or "".
    rules: ids of the rulebook. number: RULE or SETTING. parent: key of the duty further up that it serves, or "".
    alive_from: the subject with which its records come; until then it is 尚未启用, whatever rules it names.
    paper: what proves it is a document or minutes; where nobody stands above to judge, words without it do not fulfil it.
    double_life: about organisation life as an ordinary member (双重组织生活), which a leader's own page shows apart.
    """

    key: str
    level: str
    order: int
    text: str
    period: str
    times: int
    unit: str
    rules: tuple[str, ...]
    number: str
    detail: str = ""
    due: str = ""
    proof: str = ""
    source: str = ""
    kinds: tuple[str, ...] = ()
    topic: str = ""
    word: str = ""
    parent: str = ""
    double_life: bool = False
    paper: bool = False
    alive_from: str = ""


def template(key: str) -> DutyTemplate | None:
    """Return the template with this key, or None for a duty written by hand."""
    return _templates().get(key)


def templates(level: str) -> list[DutyTemplate]:
    """Return the templates of a Level, in their order."""
    return [row for row in _templates().values() if row.level == level]


@functools.cache
def _templates() -> Mapping[str, DutyTemplate]:
    found: dict[str, DutyTemplate] = {}
    for path in sorted(FOLDER.glob("[0-9]_*.toml")):
        with path.open("rb") as file:
            rows = tomllib.load(file)
        for order, (key, row) in enumerate(rows.items(), 1):
            if key in found:
                raise ValueError(f"{path.name}: {key} stands twice in the templates")
            row = row | {name: tuple(row.get(name, ())) for name in ("rules", "kinds")}
            found[key] = DutyTemplate(key=key, level=path.stem[2:], order=order, **row)
    return MappingProxyType(found)

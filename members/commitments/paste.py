"""Lines 「姓名：一；二」 that a secretary pastes for members without an account."""

import re
from collections.abc import Collection

from django.core.exceptions import ValidationError

from common.text import clean_text, quoted
from members.commitments.rules import Wanted, number_problem, text_problems
from members.roster.models.members import Member
from members.roster.namesakes import called, named, which_words

_NAME = re.compile(r"[：:\t]")
_PARTS = re.compile(r"[；;]")
# So many wrong lines are named at once.
_SHOWN = 10


def read(text: str, people: Collection[Member], bounds: tuple[int, int]) -> dict[Member, list[Wanted]]:
    """Return {member: what he pledges}. people: the roster. Raises ValidationError with a sentence for each wrong line."""
    members, labels = {one.pk: one for one in people}, called(people)
    found: dict[Member, list[Wanted]] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, _, rest = (part.strip() for part in re.sub(_NAME, "\n", line, count=1).partition("\n"))
        said = [clean_text(part) for part in _PARTS.split(rest) if part.strip()]
        there = named(labels, name)
        problem = _problem(name, said, [labels[pk] for pk in there], bounds)
        if not problem and members[there[0]] in found:
            problem = f"{name}已在前面写过。"
        if problem:
            wrong.append(f"第 {number} 行：{problem}")
        else:
            found[members[there[0]]] = [Wanted(one.rstrip("。")) for one in said]
    if not found and not wrong:
        wrong = ["请每行写一名党员：姓名：第一项；第二项。"]
    if wrong:
        more = [f"另有 {len(wrong) - _SHOWN} 行需要更正。"] if len(wrong) > _SHOWN else []
        raise ValidationError({"text": [*wrong[:_SHOWN], *more]})
    return found


def _problem(name: str, said: list[str], there: list[str], bounds: tuple[int, int]) -> str:
    """there: those of the roster whom the name may mean, as they are told apart."""
    if not name or not said:
        return "没有写成“姓名：第一项；第二项”。"
    if not there:
        return f"本支部名册上没有{quoted(name)}。"
    if len(there) > 1:
        return f"本支部有 {len(there)} 名{name}，{which_words(there)}"
    return number_problem(len(said), *bounds) or next(iter(text_problems(said)), "")

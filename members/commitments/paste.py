"""Lines 「姓名：一；二」 that a secretary pastes for members without an account."""

import re
from collections.abc import Collection

from django.core.exceptions import ValidationError

from common.text import clean_text, person_name, quoted
from members.commitments.rules import Wanted, number_problem, text_problems
from members.roster.models.members import Member

_NAME = re.compile(r"[：:\t]")
_PARTS = re.compile(r"[；;]")
# So many wrong lines are named at once.
_SHOWN = 10


def read(text: str, people: Collection[Member], bounds: tuple[int, int]) -> dict[Member, list[Wanted]]:
    """Return {member: what he pledges}. people: the roster. Raises ValidationError with a sentence for each wrong line."""
    by_name: dict[str, list[Member]] = {}
    for member in people:
        by_name.setdefault(person_name(member.name), []).append(member)
    found: dict[Member, list[Wanted]] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, _, rest = (part.strip() for part in re.sub(_NAME, "\n", line, count=1).partition("\n"))
        said = [clean_text(part) for part in _PARTS.split(rest) if part.strip()]
        problem = _problem(name, said, by_name, bounds)
        if not problem and by_name[person_name(name)][0] in found:
            problem = f"{name}已在前面写过。"
        if problem:
            wrong.append(f"第 {number} 行：{problem}")
        else:
            found[by_name[person_name(name)][0]] = [Wanted(one.rstrip("。")) for one in said]
    if not found and not wrong:
        wrong = ["请每行写一名党员：姓名：第一项；第二项。"]
    if wrong:
        more = [f"另有 {len(wrong) - _SHOWN} 行需要更正。"] if len(wrong) > _SHOWN else []
        raise ValidationError({"text": [*wrong[:_SHOWN], *more]})
    return found


def _problem(name: str, said: list[str], by_name: dict[str, list[Member]], bounds: tuple[int, int]) -> str:
    if not name or not said:
        return "没有写成“姓名：第一项；第二项”。"
    there = by_name.get(person_name(name), [])
    if not there:
        return f"本支部名册上没有{quoted(name)}。"
    if len(there) > 1:
        return f"本支部有 {len(there)} 名{name}，请在各自的页面填写。"
    return number_problem(len(said), *bounds) or next(iter(text_problems(said)), "")

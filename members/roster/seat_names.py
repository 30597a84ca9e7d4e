"""Seats in Party organisations as cells name them: several in one cell, with or without the level."""

import re
from typing import NamedTuple

from common.tabular.words import unknown_word
from common.text import fold, is_blank_mark


class PartyPost(NamedTuple):
    """A seat: code of POSTS and the level named with it (a kind of organisation, `discipline`, or empty)."""

    code: str
    level: str


POSTS = {
    "secretary": "书记",
    "deputy_secretary": "副书记",
    "full_time_deputy_secretary": "专职副书记",
    "organisation_officer": "组织委员",
    "publicity_officer": "宣传委员",
    "discipline_officer": "纪检委员",
    "youth_officer": "青年委员",
    "united_front_officer": "统战委员",
    "mass_work_officer": "群众工作委员",
    "secrecy_officer": "保密委员",
    "study_officer": "学习委员",
    "welfare_officer": "生活委员",
    "culture_officer": "文体委员",
    "committee_member": "委员",
    "party_group_member": "党组成员",
    "group_leader": "党小组组长",
    "deputy_group_leader": "党小组副组长",
}
_OFFICES = {
    "组织": "organisation_officer",
    "组": "organisation_officer",
    "宣传": "publicity_officer",
    "宣": "publicity_officer",
    "纪律检查": "discipline_officer",
    "纪检监察": "discipline_officer",
    "纪检": "discipline_officer",
    "纪": "discipline_officer",
    "青年": "youth_officer",
    "统战": "united_front_officer",
    "统一战线": "united_front_officer",
    "群众工作": "mass_work_officer",
    "群众": "mass_work_officer",
    "群工": "mass_work_officer",
    "群团": "mass_work_officer",
    "保密": "secrecy_officer",
    "学习": "study_officer",
    "生活": "welfare_officer",
    "文体": "culture_officer",
    "文娱": "culture_officer",
}
_LEVEL = re.compile(
    r"^(?:中共)?(?:局|委|厅|处|本)?(?:(党组)|(机关纪委|纪委)|(机关党委|机关委员会|党委)|(党总支部?|总支部?)"
    r"|(党?支部委员会|党?支部|支委会?)|(?:第?[一二三四五六七八九十\d]{1,3})?(党?小组))"
)
_LEVELS = ("party_group", "discipline", "committee", "general_branch", "branch", "small_group")
_OFFICE = re.compile("(?:" + "|".join(sorted(_OFFICES, key=len, reverse=True)) + ")")
_NO_POST = re.compile(r"(?:一般|普通|正式|预备)?党员|群众|否|未担任|没有|无职务|无党内职务")


def _post(text):
    """Return the list of PartyPost in one part of a cell, or None."""
    match = _LEVEL.match(text)
    level = _LEVELS[next(i for i, g in enumerate(match.groups()) if g)] if match else ""
    rest = text[match.end() :] if match else text
    title = re.sub(r"^(?:的|专职|兼职|常务|第一|代理|代)+", "", rest)
    if title == "书记":
        return [PartyPost("secretary", level)]
    if title == "副书记":
        # Only an agency's committee tells them apart.
        full_time = level == "committee" and "专职" in rest
        return [PartyPost("full_time_deputy_secretary" if full_time else "deputy_secretary", level)]
    if title in ("委员", "") and (level == "branch" or title):
        return [PartyPost("committee_member", level)]
    if title == "成员" and level == "party_group":
        return [PartyPost("party_group_member", level)]
    if title in ("组长", "长", "负责人") and level in ("small_group", "") and text != "长" and text != "负责人":
        return [PartyPost("group_leader", "small_group")]
    if title == "副组长":
        return [PartyPost("deputy_group_leader", "small_group")]
    if title.endswith("委员"):
        offices = title.removesuffix("委员")
        found = _OFFICE.findall(offices)
        if found and "".join(found) == offices:
            return [PartyPost(_OFFICES[f], level) for f in found]
    return None


def parse_posts(value):
    """Return the PartyPosts in a cell: `支部书记兼组织委员` → secretary (branch), organisation_officer.

    An empty cell, a dash or `普通党员` gives []. Raises ValueError for a title nobody knows.
    """
    text = re.sub(r"\([^()]*\)", "", fold(value)[:200])
    if is_blank_mark(text) or _NO_POST.fullmatch(text):
        return []
    parts = [p for p in re.split(r"[、,/;+&|]|兼任?|及|与|和", text) if p]
    found = []
    for index, part in enumerate(parts):
        posts = _post(part)
        if posts is None and part in _OFFICES and any(p.endswith("委员") for p in parts[index + 1 :]):
            posts = [PartyPost(_OFFICES[part], "")]  # 组织、宣传委员
        if posts is None:
            raise unknown_word("党内职务", part, POSTS.values())
        found += posts
    return list(dict.fromkeys(found))

"""The kinds of Party organisations as cells name them."""

from branches.places.models.groups import ComparisonGroup
from common.tabular.words import by_pattern
from common.text import cell_text, fold, quoted

ORGANISATION_KINDS = {
    "party_group": "党组",
    "committee": "机关党委",
    "general_branch": "党总支",
    "branch": "党支部",
    "small_group": "党小组",
}

_ADJECTIVES = (
    r"(?:中国共产党的?|中共|党的|基层|机关|临时|联合|独立|单独|离退休(?:干部|人员)?"
    r"|在职|直属|下属|功能型|流动)*"
)
_ORGANISATION_PATTERNS = [
    ("party_group", r"(?:中国共产党|中共)?分?党组(?:性质党委)?"),
    ("small_group", _ADJECTIVES + r"(?:党小组|小组|支部小组)"),
    ("general_branch", _ADJECTIVES + r"党?总支部?(?:委员会)?"),
    ("branch", _ADJECTIVES + r"党?支部(?:委员会)?"),
    ("committee", _ADJECTIVES + r"(?:党委|委员会|党委会)"),
]


def parse_organisation_kind(value):
    """Return a code of ORGANISATION_KINDS: `党的基层委员会`, `机关党委` → `committee`. Raises ValueError."""
    return by_pattern(value, _ORGANISATION_PATTERNS, ORGANISATION_KINDS, "党组织类别")


# How ledgers write the groups of branches that are compared with one another.
COMPARISON_GROUPS = {group.value: str(group.label) for group in ComparisonGroup}
_GROUP_WORDS = {
    ComparisonGroup.AGENCY: "机关 机关支部 机关党支部 机关处室 处室 内设机构",
    ComparisonGroup.SERVICE: "窗口和事业单位 窗口 窗口单位 事业单位 窗口支部 事业单位支部 直属单位 直属单位支部 窗口事业单位",
    ComparisonGroup.RETIRED: "离退休 离退休支部 离退休党支部 离退休干部 离退休干部党支部 老干部 老干部支部",
}


def parse_comparison_group(value):
    """Return the ComparisonGroup that a cell names: 窗口 → service. Raises ValueError."""
    text = fold(cell_text(value))
    for group, named in _GROUP_WORDS.items():
        if text in {fold(word) for word in (*named.split(), COMPARISON_GROUPS[group], group.value)}:
            return group.value
    named = "、".join(COMPARISON_GROUPS.values())
    raise ValueError(f"没有认出考核类别{quoted(cell_text(value)[:20])}，可用：{named}。")

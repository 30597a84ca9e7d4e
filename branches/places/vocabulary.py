"""The kinds of Party organisations as cells name them."""

from common.tabular.words import by_pattern

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

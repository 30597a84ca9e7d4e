"""The rules that make requirements 应办义务: who owes what, how often, and which records meet it.

One row makes one requirement per body (or member) and period. All that makes one rule differ from another stands on its
row: no other code asks for a rule by its id. What no regulation fixes is the agency's own dated setting
(branches/settings/dated.py), whose key the row names.
"""

from dataclasses import dataclass

from common.periods import MONTH, QUARTER, YEAR
from responsibilities.rulebook import rule

BRANCH = "branch"
BRANCH_WITH_COMMITTEE = "branch_with_committee"
SMALL_GROUP = "small_group"
EACH_MEMBER = "each_member"

VOTERS, COMMITTEE = "voters", "committee"


@dataclass(frozen=True)
class RequirementRule:
    """One row of requirements.

    owes: BRANCH; BRANCH_WITH_COMMITTEE (not applicable while it has none); SMALL_GROUP (one for each group; one
    not-applicable row where a branch has no groups); EACH_MEMBER (one of the branch, whose expected number is its members
    on the day of judging).
    period: kind of period (common/periods.py). n: how many in a period. number_setting: key of the dated setting that
    takes the place of `n`, or "".
    kinds: a record with any of these activity kinds meets it; one record meets one requirement of a rule.
    quorum: VOTERS (present at least half), COMMITTEE (half of the committee), or None.
    due_setting: key of the dated setting that names the month at whose end it is due; "": due on the period's last day.
    label: full name as at first mention; short: for tables; narrow: for a column of three characters.
    unit: of `n`; counted_unit: of what is counted towards it. expected_note: what a page adds to the expected number.
    """

    rule: str
    owes: str
    period: str
    n: int
    kinds: tuple[str, ...]
    label: str
    short: str
    quorum: str | None = None
    unit: str = "次"
    counted_unit: str = "次"
    number_setting: str = ""
    due_setting: str = ""
    narrow: str = ""
    expected_note: str = ""

    @property
    def counts_members(self) -> bool:
        """Whether the members who took part are counted, not the records."""
        return self.owes == EACH_MEMBER

    @property
    def column_label(self) -> str:
        """The name above a column of one cell."""
        return self.narrow or self.short

    @property
    def measure(self) -> str:
        """Name of the measure that counts it."""
        return f"requirement.{self.rule}"

    def frequency(self) -> str:
        """How often, in words: 每季度1次."""
        every = {MONTH: "每月", QUARTER: "每季度", YEAR: "每年"}[self.period]
        return f"{every}{'每人' if self.counts_members else ''}{self.n}{self.unit}"


def _count(rule_id: str, name: str) -> int:
    """Return how many a rule of the rulebook asks for, in its parameter `name`."""
    return int(rule(rule_id).number(name))


REQUIREMENT_RULES = (
    RequirementRule(
        rule="life-assembly-q",
        owes=BRANCH,
        period=QUARTER,
        n=_count("life-assembly-q", "per_quarter"),
        # An election is an assembly by its nature: elec-by-assembly.
        kinds=("assembly", "election"),
        label="支部党员大会",
        short="党员大会",
        quorum=VOTERS,
    ),
    RequirementRule(
        rule="life-committee-m",
        owes=BRANCH_WITH_COMMITTEE,
        period=MONTH,
        n=_count("life-committee-m", "per_month"),
        kinds=("committee_meeting",),
        label="支部委员会会议",
        short="支委会",
        quorum=COMMITTEE,
    ),
    RequirementRule(
        rule="life-group-m",
        owes=SMALL_GROUP,
        period=MONTH,
        n=_count("life-group-m", "per_month"),
        kinds=("group_meeting",),
        label="党小组会",
        short="党小组会",
    ),
    RequirementRule(
        rule="life-theme-day",
        owes=BRANCH,
        period=MONTH,
        n=_count("life-theme-day", "per_month"),
        kinds=("theme_day",),
        label="主题党日",
        short="主题党日",
    ),
    RequirementRule(
        rule="life-lecture-frequency",
        owes=BRANCH,
        period=QUARTER,
        n=1,
        kinds=("lecture",),
        label="党课",
        short="党课",
        number_setting="lecture_per_quarter",
    ),
    RequirementRule(
        rule="life-org-meeting",
        owes=BRANCH,
        period=YEAR,
        n=_count("life-org-meeting", "per_year"),
        kinds=("org_life",),
        label="组织生活会",
        short="组织生活会",
        narrow="生活会",
        # The yearly notice may move it.
        due_setting="org_life_due_month",
    ),
    RequirementRule(
        rule="ma-yearly",
        owes=BRANCH,
        period=YEAR,
        n=_count("ma-yearly", "per_year"),
        kinds=("member_review",),
        label="民主评议党员",
        short="民主评议",
        narrow="评议",
    ),
    RequirementRule(
        rule="life-talks",
        owes=EACH_MEMBER,
        period=YEAR,
        n=_count("life-talks", "per_year"),
        kinds=("talk",),
        label="谈心谈话",
        short="谈心谈话",
        narrow="谈心",
        counted_unit="人",
        expected_note="（名册上的党员，已标记不作硬性要求的除外）",
    ),
)

REQUIREMENT_RULES_BY_ID = {row.rule: row for row in REQUIREMENT_RULES}

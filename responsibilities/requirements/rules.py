"""The rules that make requirements 应办义务: who owes what, how often, and which records meet it.

One row makes one requirement per body (or member) and period. Numbers that no regulation fixes are settings:
a row names the key of each and the value to start with.
"""

from dataclasses import dataclass, field

from common.periods import MONTH, QUARTER, YEAR
from responsibilities.rulebook import rule

BRANCH = "branch"
BRANCH_WITH_COMMITTEE = "branch_with_committee"
SMALL_GROUP = "small_group"
EACH_MEMBER = "each_member"

VOTERS, COMMITTEE = "voters", "committee"
PERIOD_END = "period_end"


@dataclass(frozen=True)
class RequirementRule:
    """One row of requirements.

    owes        BRANCH; BRANCH_WITH_COMMITTEE (not applicable while it has none); SMALL_GROUP (one for each
                group; one not-applicable row where a branch has no groups); EACH_MEMBER (one of the branch
                whose expected number is its members on the due date)
    period      kind of period (branches.periods)
    n           how many in a period, before settings
    kinds       a record with any of these activity kinds meets it; one record meets one requirement of a rule
    quorum      VOTERS (present at least half), COMMITTEE (half of the committee), or None
    label       full name as at first mention; short: for tables
    due         PERIOD_END or "MM-DD", before settings
    settings    setting key → value to start with: the parts of this row that an agency may change
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
    due: str = PERIOD_END
    settings: dict = field(default_factory=dict)

    @property
    def measure(self):
        """Name of the measure that counts it."""
        return f"requirement.{self.rule}"

    def frequency(self):
        """How often, in words: 每季度1次."""
        every = {MONTH: "每月", QUARTER: "每季度", YEAR: "每年"}[self.period]
        return f"{every}{'每人' if self.owes == EACH_MEMBER else ''}{self.n}{self.unit}"


REQUIREMENT_RULES = (
    RequirementRule(
        rule="life-assembly-q",
        owes=BRANCH,
        period=QUARTER,
        n=rule("life-assembly-q").number("per_quarter"),
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
        n=rule("life-committee-m").number("per_month"),
        kinds=("committee_meeting",),
        label="支部委员会会议",
        short="支委会",
        quorum=COMMITTEE,
    ),
    RequirementRule(
        rule="life-group-m",
        owes=SMALL_GROUP,
        period=MONTH,
        n=rule("life-group-m").number("per_month"),
        kinds=("group_meeting",),
        label="党小组会",
        short="党小组会",
    ),
    RequirementRule(
        rule="life-theme-day",
        owes=BRANCH,
        period=MONTH,
        n=rule("life-theme-day").number("per_month"),
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
        settings={"life-lecture-frequency.n": 1, "life-lecture-frequency.period": QUARTER},
    ),
    RequirementRule(
        rule="life-org-meeting",
        owes=BRANCH,
        period=YEAR,
        n=rule("life-org-meeting").number("per_year"),
        kinds=("org_life",),
        label="组织生活会",
        short="组织生活会",
        # The yearly notice may move it to the next spring.
        settings={"life-org-meeting.due": "12-31"},
    ),
    RequirementRule(
        rule="ma-yearly",
        owes=BRANCH,
        period=YEAR,
        n=rule("ma-yearly").number("per_year"),
        kinds=("member_review",),
        label="民主评议党员",
        short="民主评议",
        settings={"ma-yearly.due": "12-31"},
    ),
    RequirementRule(
        rule="life-talks",
        owes=EACH_MEMBER,
        period=YEAR,
        n=rule("life-talks").number("per_year"),
        kinds=("talk",),
        label="谈心谈话",
        short="谈心谈话",
    ),
)

REQUIREMENT_RULES_BY_ID = {row.rule: row for row in REQUIREMENT_RULES}

"""What branches and their groups owe of organisation life: 三会一课 and what goes with it."""

from functools import partial

from branches.places.models.organisations import Kind
from common.periods import HALF, MONTH, QUARTER, YEAR
from responsibilities.requirements.rule import (
    BRANCH,
    BRANCH_WITH_COMMITTEE,
    COMMITTEE,
    EACH_MEMBER,
    SMALL_GROUP,
    TALKS,
    VOTERS,
    RequirementRule,
)
from responsibilities.requirements.rules.asked import count

_of_branch = partial(RequirementRule, owes=BRANCH, counted=True)

ORGANISATION_LIFE = (
    _of_branch(
        rule="life-assembly-q",
        period=QUARTER,
        n=count("life-assembly-q", "per_quarter"),
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
        n=count("life-committee-m", "per_month"),
        kinds=("committee_meeting",),
        label="支部委员会会议",
        short="支委会",
        quorum=COMMITTEE,
        counted=True,
    ),
    RequirementRule(
        rule="life-group-m",
        owes=SMALL_GROUP,
        places=(Kind.SMALL_GROUP,),
        period=MONTH,
        n=count("life-group-m", "per_month"),
        kinds=("group_meeting",),
        label="党小组会",
        short="党小组会",
        counted=True,
    ),
    _of_branch(
        rule="life-theme-day",
        period=MONTH,
        n=count("life-theme-day", "per_month"),
        kinds=("theme_day",),
        label="主题党日",
        short="主题党日",
    ),
    _of_branch(
        rule="life-lecture-frequency",
        period=QUARTER,
        n=1,
        kinds=("lecture",),
        label="党课",
        short="党课",
        number_setting="lecture_per_quarter",
    ),
    _of_branch(
        rule="life-org-meeting",
        period=YEAR,
        n=count("life-org-meeting", "per_year"),
        kinds=("org_life",),
        label="组织生活会",
        short="组织生活会",
        narrow="生活会",
        # The yearly notice may move it, also into the next spring.
        due_setting="org_life_due",
    ),
    _of_branch(
        rule="ma-yearly",
        period=YEAR,
        n=count("ma-yearly", "per_year"),
        kinds=("member_review",),
        label="民主评议党员",
        short="民主评议",
        narrow="评议",
        due_setting="org_life_due",
    ),
    RequirementRule(
        rule="life-talks",
        owes=EACH_MEMBER,
        period=YEAR,
        n=count("life-talks", "per_year"),
        kinds=("talk",),
        proof=TALKS,
        label="谈心谈话",
        short="谈心谈话",
        narrow="谈心",
        counted_unit="人",
        expected_note="（名册上的党员，已标记不作硬性要求的除外）",
        narrowing_setting="talks_with_committee",
        counted=True,
    ),
    RequirementRule(
        rule="edu-abroad",
        owes=EACH_MEMBER,
        period=HALF,
        n=1,
        kinds=("talk",),
        proof=TALKS,
        away="abroad",
        label="联系出国（境）党员",
        short="联系出国党员",
        counted_unit="人",
        expected_note="（登记在国（境）外的党员）",
    ),
)

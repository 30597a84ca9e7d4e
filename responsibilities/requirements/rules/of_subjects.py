"""Rules whose records other subjects keep: reviews of activists, dues, care and pledges."""

from functools import partial

from branches.places.models.organisations import Kind
from branches.rulebook import rule
from common.periods import HALF, MONTH, YEAR
from members.activities.models import Topic
from responsibilities.requirements.rule import (
    AMOUNTS,
    BRANCH,
    COLLECTED,
    DUES_KEPT,
    EACH_MEMBER,
    MONTHS_PAID,
    ORGANISATION,
    PLEDGES,
    REVIEWS,
    TALLIES,
    VISITS,
    Edition,
    RequirementRule,
)

# Another subject counts it: `tally` names what.
_counted_elsewhere = partial(RequirementRule, owes=BRANCH, n=1, kinds=(), proof=TALLIES)

OF_SUBJECTS = (
    _counted_elsewhere(
        rule="dev-review-6m",
        period=HALF,
        tally=REVIEWS,
        scored_by=("development.faults",),
        page="development_list",
        label="考察入党积极分子",
        short="积极分子考察",
        unit="人次",
        counted_unit="人次",
        editions=(Edition(starts=rule("dev-review-6m").valid_from),),
    ),
    _counted_elsewhere(
        rule="fee-monthly",
        period=MONTH,
        tally=MONTHS_PAID,
        scored_by=("dues.member-months",),
        page="dues_list",
        form="dues_month",
        label="按月交纳党费",
        short="党费",
        unit="人",
        counted_unit="人",
    ),
    # No text names the day: the branch does, and the agency says whether one is asked for.
    _counted_elsewhere(
        rule="life-dues-day",
        period=MONTH,
        tally=COLLECTED,
        number_setting="dues_day_per_month",
        scored_by=("dues.member-months",),
        page="dues_list",
        form="dues_month",
        label="固定日收缴党费",
        short="固定日收缴党费",
    ),
    _counted_elsewhere(
        rule="fee-fix-yearly",
        period=YEAR,
        tally=AMOUNTS,
        scored_by=("dues.member-months",),
        page="dues_list",
        form="dues_rates",
        label="核定党费月交数额",
        short="核定党费",
        unit="人",
        counted_unit="人",
    ),
    RequirementRule(
        rule="fee-publish",
        owes=ORGANISATION,
        places=(Kind.COMMITTEE, Kind.BRANCH),
        period=YEAR,
        n=int(rule("fee-publish").number("per_year")),
        kinds=("dues",),
        topic=Topic.DUES_PUBLISHED,
        where=DUES_KEPT,
        scored_by=("dues.member-months", "dues.committee-faults"),
        label="公布党费收缴使用情况",
        short="公布党费",
    ),
)

# Scored by measures of their own (care.answered, commitments.fulfilled), in no rate.
OF_CARE = (
    RequirementRule(
        rule="care-holidays",
        owes=ORGANISATION,
        places=(Kind.COMMITTEE, Kind.BRANCH),
        period=YEAR,
        n=1,
        kinds=("visit",),
        proof=VISITS,
        festival=True,
        looked_after=True,
        label="元旦春节走访慰问",
        short="元旦春节走访",
        unit="人次",
        counted_unit="人次",
        expected_note="（支部为关怀名册上的困难党员、老党员、老干部；机关党委为本级至少走访一次）",
    ),
    RequirementRule(
        rule="care-promise",
        owes=EACH_MEMBER,
        period=YEAR,
        n=1,
        kinds=(),
        proof=PLEDGES,
        due_setting="pledge_due",
        label="党员承诺践诺",
        short="承诺",
        unit="份",
        counted_unit="人",
        expected_note="（名册上的党员，不作硬性要求的和第四季度加入的除外）",
    ),
)

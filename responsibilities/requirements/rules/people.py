"""What persons owe, hours of study, and the terms of committees."""

from functools import partial

from branches.places.models.organisations import Kind
from common.periods import YEAR
from responsibilities.requirements.rule import (
    ATTENDANCE,
    COMMITTEE_MEMBER,
    ELECTIONS,
    HOURS,
    LEARNERS,
    LECTURES,
    NEW_MEMBER,
    NEW_SECRETARY,
    POST_HOURS,
    REMINDERS,
    SECRETARY,
    TERM,
    TERMS_BELOW,
    RequirementRule,
)
from responsibilities.requirements.rules.asked import count

_UPPER = (Kind.PARTY_GROUP, Kind.COMMITTEE)
# Organisations that elect a committee of their own.
_ELECTED = (Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH)

# A class of the year that he attended.
_trained = partial(RequirementRule, period=YEAR, kinds=("training",), proof=ATTENDANCE)

PEOPLE = (
    RequirementRule(
        rule="life-lecture-leader",
        owes=SECRETARY,
        places=_UPPER,
        period=YEAR,
        n=count("life-lecture-leader", "secretary_per_year"),
        kinds=("lecture",),
        proof=LECTURES,
        label="书记为基层党员讲党课",
        short="书记讲党课",
    ),
    RequirementRule(
        rule="oa-debrief",
        owes=SECRETARY,
        places=_ELECTED,
        period=YEAR,
        n=count("oa-debrief", "per_year"),
        kinds=("debrief",),
        proof=ATTENDANCE,
        label="书记述职、接受评议考核",
        short="书记述职",
        due_setting="debrief_due",
        scored=True,
        # A committee's meeting is where others debrief; its own secretary does so above.
        own_records=(Kind.GENERAL_BRANCH, Kind.BRANCH),
    ),
    _trained(
        rule="edu-rotation-agency",
        owes=SECRETARY,
        places=_ELECTED,
        n=count("edu-rotation-agency", "per_year"),
        label="书记轮训",
        short="书记轮训",
    ),
    _trained(
        rule="edu-new-secretary",
        owes=NEW_SECRETARY,
        places=_ELECTED,
        n=1,
        label="新任书记任职培训",
        short="任职培训",
        months=count("edu-new-secretary", "induction_months"),
        months_setting="new_secretary_months",
    ),
    _trained(
        rule="edu-new-member",
        owes=NEW_MEMBER,
        n=count("edu-new-member", "classes"),
        label="新党员集中培训",
        short="新党员培训",
        months=12,
        months_setting="new_member_months",
    ),
)

STUDY = (
    RequirementRule(
        rule="edu-32h",
        owes=LEARNERS,
        period=YEAR,
        n=count("edu-32h", "hours"),
        kinds=(),
        proof=HOURS,
        label="党员集中学习培训学时",
        short="集中学习学时",
        unit="学时",
        counted_unit="人",
        expected_note="（应完成学时的党员，当年不满一年的按月折算）",
        number_setting="hours_member",
    ),
    RequirementRule(
        rule="edu-56h",
        owes=COMMITTEE_MEMBER,
        places=_ELECTED,
        period=YEAR,
        n=count("edu-56h", "hours"),
        kinds=(),
        proof=POST_HOURS,
        label="书记和班子成员学时",
        short="班子成员学时",
        unit="学时",
        counted_unit="人",
        number_setting="hours_post",
    ),
)

TERMS = (
    RequirementRule(
        rule="term-on-time",
        owes=TERM,
        places=_ELECTED,
        period=YEAR,
        n=1,
        kinds=("election",),
        proof=ELECTIONS,
        label="按期换届",
        short="按期换届",
        soon_months=count("term-remind-6m", "remind_months"),
    ),
    RequirementRule(
        rule="term-remind-6m",
        owes=TERMS_BELOW,
        places=(Kind.COMMITTEE,),
        period=YEAR,
        n=1,
        kinds=(),
        proof=REMINDERS,
        label="届满前提醒换届",
        short="换届提醒",
        unit="个",
        counted_unit="个",
        expected_note="（下级党组织的届满，一般提前6个月提醒）",
        months=count("term-remind-6m", "remind_months"),
        reminds="term-on-time",
    ),
)

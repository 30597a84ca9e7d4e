"""What committees and Party groups owe themselves."""

from functools import partial

from branches.places.models.organisations import Kind
from branches.rulebook import rule
from common.periods import HALF, MONTH, QUARTER, YEAR
from members.activities.models import Topic
from responsibilities.requirements.rule import (
    COMMITTEE,
    DOCUMENTS,
    ORGANISATION,
    TWO_THIRDS,
    Edition,
    RequirementRule,
)
from responsibilities.requirements.rules.asked import count

_of_committee = partial(RequirementRule, owes=ORGANISATION, places=(Kind.COMMITTEE,))
_of_party_group = partial(RequirementRule, owes=ORGANISATION, places=(Kind.PARTY_GROUP,))
# What is proved by a document that is named for it.
_of_committee_paper = partial(_of_committee, kinds=(), proof=DOCUMENTS, unit="件")
_of_party_group_paper = partial(_of_party_group, kinds=(), proof=DOCUMENTS, unit="件")

UPPER_LEVELS = (
    _of_committee(
        rule="life-all-hands",
        period=YEAR,
        n=count("life-all-hands", "per_year"),
        kinds=("all_hands",),
        label="机关党员干部大会",
        short="党员干部大会",
    ),
    _of_committee_paper(
        rule="life-double-report",
        period=QUARTER,
        n=1,
        label="通报领导干部双重组织生活情况",
        short="双重组织生活通报",
        number_setting="double_report_per_quarter",
        # The circular of a quarter is made from its attendance, so after it: as the duty cm-check has it, whose paper it is.
        circulars=True,
        due_days=15,
    ),
    _of_committee_paper(
        rule="resp-thought-report",
        period=HALF,
        n=1,
        label="汇报机关思想政治工作情况",
        short="思想政治工作汇报",
        number_setting="thought_report_per_half",
    ),
    _of_committee(
        rule="dev-analysis-1y",
        period=YEAR,
        n=count("dev-analysis-1y", "per_year"),
        kinds=("committee_plenary",),
        topic=Topic.DEVELOPMENT,
        label="分析入党积极分子队伍",
        short="积极分子队伍分析",
        editions=(Edition(starts=rule("dev-analysis-1y").valid_from),),
    ),
    _of_party_group(
        rule="oa-party-group-report",
        period=YEAR,
        n=count("oa-party-group-report", "per_year"),
        kinds=("debrief", "all_hands"),
        label="通报抓机关党建情况、接受评议",
        short="通报抓党建情况",
    ),
    _of_party_group(
        rule="resp-party-group-study",
        period=HALF,
        n=1,
        kinds=("party_special",),
        topic=Topic.PARTY_BUILDING,
        label="党组研究机关党建",
        short="研究机关党建",
        number_setting="party_group_study_per_half",
    ),
    _of_party_group(
        rule="resp-half-year",
        period=HALF,
        n=1,
        kinds=("party_special",),
        topic=Topic.GOVERNANCE,
        label="党组专题研究全面从严治党",
        short="研究全面从严治党",
        number_setting="governance_per_half",
    ),
    _of_party_group(
        rule="resp-ideology",
        period=HALF,
        n=1,
        kinds=("party_special",),
        topic=Topic.IDEOLOGY,
        label="党组专题研究意识形态工作",
        short="研究意识形态工作",
        number_setting="ideology_per_half",
    ),
    _of_party_group(
        rule="life-study-group",
        period=QUARTER,
        n=1,
        kinds=("study_group",),
        label="党组理论学习中心组集体学习研讨",
        short="中心组学习",
        number_setting="study_group_per_quarter",
    ),
    _of_party_group(
        rule="life-minsheng",
        period=YEAR,
        n=1,
        kinds=("democratic_life",),
        label="领导班子民主生活会",
        short="民主生活会",
        quorum=TWO_THIRDS,
        number_setting="democratic_life_per_year",
        due_setting="democratic_life_due",
    ),
    _of_party_group(
        rule="resp-party-group-meeting",
        period=MONTH,
        n=0,
        kinds=("party_group_meeting",),
        label="党组会议",
        short="党组会议",
        quorum=COMMITTEE,
        number_setting="party_group_meeting_per_month",
    ),
    _of_party_group_paper(
        rule="resp-list",
        period=YEAR,
        n=1,
        label="制定全面从严治党责任清单",
        short="责任清单",
        number_setting="duty_list_per_year",
        # Issued here, its document is known already and is not named a second time.
        duty_lists=True,
        due_setting="documents_due",
    ),
    _of_party_group_paper(
        rule="resp-annual-plan",
        period=YEAR,
        n=1,
        label="制定年度任务安排",
        short="年度任务安排",
        number_setting="annual_plan_per_year",
        due_setting="documents_due",
    ),
    _of_party_group_paper(
        rule="resp-annual-report",
        period=YEAR,
        n=1,
        label="书面报告上年度落实主体责任情况",
        short="主体责任报告",
        number_setting="annual_report_per_year",
        due_setting="documents_due",
    ),
)

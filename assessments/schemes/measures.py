"""What a scheme can read: each measure that something is counted for, with its name in words (decisions 26)."""

from collections.abc import Collection

from assessments.targets.selectors.faults import FAULTS, PLAN_FAULTS
from assessments.targets.selectors.scored import TARGET, TARGETS_ON_COURSE
from branches.places.models.organisations import Kind
from members.cadres.measured import CADRES_FULLTIME, EDUCATION_POSTS, EDUCATION_SECRETARIES
from members.care.measured import CARE_ANSWERED
from members.commitments.measured import FULFILLED as PLEDGES_FULFILLED
from members.development.measured import COMMITTEE_FAULT_KINDS, COMMITTEE_FAULTS, FAULT_KINDS
from members.development.measured import FAULTS as CASE_FAULTS
from members.dues.measured import COMMITTEE_FAULT_KINDS as DUES_FAULT_KINDS
from members.dues.measured import COMMITTEE_FAULTS as DUES_FAULTS
from members.dues.measured import MEMBER_MONTHS
from members.education.measured import EDUCATION_HOURS
from members.transfers.faults import FAULTS as ROSTER_FAULT_KINDS
from members.transfers.faults import ROSTER_FAULTS
from responsibilities.campaigns.models import CAMPAIGN_MILESTONES
from responsibilities.duties.templates import template
from responsibilities.measures import DUTIES_DONE, RESOLUTIONS_DONE, SYNC_CLOSURE
from responsibilities.policies.measured import NOTED, ON_TIME, POLICY_MEASURES
from responsibilities.practices.models import PRACTICES_ADOPTED
from responsibilities.requirements.rules import REQUIREMENT_RULES, RequirementRule
from responsibilities.supervision.models import SUPERVISIONS_ANSWERED, SUPERVISIONS_CLOSED
from responsibilities.work.models import SyncStageKind

BRANCH_SCHEME, COMMITTEE_SCHEME = "tongbu-branch", "tongbu-committee"
DEBRIEF_SCHEME, STAR_SCHEME = "tongbu-debrief", "tongbu-star"
# In the order in which a year is assessed: each reads results of those before it alone, so that nothing runs in a circle.
SCHEMES = (BRANCH_SCHEME, COMMITTEE_SCHEME, DEBRIEF_SCHEME, STAR_SCHEME)
# The upper levels, of which what lies below them is counted.
UPPER = (Kind.COMMITTEE, Kind.GENERAL_BRANCH)
# Before the name of a requirement: that of every organisation below.
BELOW = "below."
DEPARTMENTS_COVERED = "coverage.departments"

_ALIVE = tuple(row for row in REQUIREMENT_RULES if row.alive)
_OF_ANY = (
    {f"sync.{kind.value}": f"业务环节：{SyncStageKind(kind).label}" for kind in SyncStageKind}
    | {SYNC_CLOSURE: "业务环节：重点业务闭环"}
    | {
        DUTIES_DONE: "责任清单：到期的责任",
        SUPERVISIONS_ANSWERED: "督查：按期回复",
        RESOLUTIONS_DONE: "决议：到期的事项",
        ON_TIME: POLICY_MEASURES[ON_TIME],
        NOTED: POLICY_MEASURES[NOTED],
        TARGETS_ON_COURSE: "党建目标：按进度的目标",
    }
)
_OF_UPPER = {SUPERVISIONS_CLOSED: "督查：下达的按期销号", DEPARTMENTS_COVERED: "组织覆盖：处室有党组织"}

# Named by schemes before anything counted them: only a version that says so (`alive`) counts them (judgement 6.7). A family
# that is built later gets a line here, and comes alive in the versions that name it.
LATER = {
    CAMPAIGN_MILESTONES: "载体与品牌：到期的节点",
    PLAN_FAULTS: "年度计划：报审和分解到支部",
    ROSTER_FAULTS: "名册：应转未转组织关系的人、经核对属实的更正",
    CARE_ANSWERED: "激励关怀：到期的走访慰问",
    PLEDGES_FULFILLED: "承诺践诺：公开承诺的兑现",
    PRACTICES_ADOPTED: "典型经验：被其他组织采用并见效",
    CASE_FAULTS: "发展党员：程序和时限",
    COMMITTEE_FAULTS: "发展党员：队伍分析和审批",
    MEMBER_MONTHS: "党费：到期的人月",
    DUES_FAULTS: "党费：集体决定使用和公布",
    EDUCATION_HOURS: "教育培训：党员集中学习学时",
    EDUCATION_POSTS: "教育培训：书记和班子成员学时、集中培训",
    EDUCATION_SECRETARIES: "教育培训：书记集中轮训、任职培训",
    CADRES_FULLTIME: "党务干部：专职党务人员占机关工作人员",
}
_LATER_OF_UPPER = (PLAN_FAULTS, COMMITTEE_FAULTS, DUES_FAULTS, CADRES_FULLTIME)
# Of a measure that counts faults of several kinds: what each deduction is for, in this order.
FAULTS_OF = {
    PLAN_FAULTS: FAULTS,
    ROSTER_FAULTS: ROSTER_FAULT_KINDS,
    CASE_FAULTS: FAULT_KINDS,
    COMMITTEE_FAULTS: COMMITTEE_FAULT_KINDS,
    DUES_FAULTS: DUES_FAULT_KINDS,
}
# Won and never owed: where there is none it is 0, not 不适用, and only a count scores it. {measure: the page on which it is won}
WON = {PRACTICES_ADOPTED: "practices"}
# Before the key of a duty: how many of its occurrences are fulfilled.
DUTY = "duties."

# What follows from results of other schemes: {measure: the schemes whose results it reads}.
RESULTS_MEAN, RESULTS_OWN, RESULTS_BALLOTS = "results.mean", "results.own", "results.ballots"
SOURCES = {
    RESULTS_MEAN: (BRANCH_SCHEME,),
    RESULTS_OWN: (BRANCH_SCHEME, COMMITTEE_SCHEME),
    RESULTS_BALLOTS: (DEBRIEF_SCHEME,),
}
DERIVED = {
    RESULTS_MEAN: "考核结果：所属支部平均得分",
    RESULTS_OWN: "考核结果：本组织年度得分",
    RESULTS_BALLOTS: "考核结果：述职评议的测评得分",
}
# The kinds of organisation of which those results are.
ASSESSES = {
    BRANCH_SCHEME: (Kind.BRANCH,),
    COMMITTEE_SCHEME: (Kind.COMMITTEE, Kind.GENERAL_BRANCH),
    DEBRIEF_SCHEME: (Kind.GENERAL_BRANCH, Kind.BRANCH),
}

MEASURES = (
    {row.measure: f"应办义务：{row.label}" for row in _ALIVE}
    | {f"{BELOW}{row.rule}": f"所属党组织的应办义务：{row.label}" for row in _ALIVE}
    | _OF_ANY
    | _OF_UPPER
    | DERIVED
)


def is_built(measure: str, alive: Collection[str] = ()) -> bool:
    """Return whether a version of a scheme counts anything for a measure (decisions 26). alive: what it says of LATER."""
    return bool(name_of(measure)) and (measure not in LATER or measure in alive)


def name_of(measure: str) -> str:
    """Return what a measure is called, "" for one that nothing counts."""
    if measure in MEASURES or measure in LATER:
        return MEASURES.get(measure) or LATER[measure]
    if measure.startswith(TARGET):
        return f"党建目标：{measure.removeprefix(TARGET)} 的完成程度"
    line = template(measure.removeprefix(DUTY)) if measure.startswith(DUTY) else None
    return f"责任事项：{line.text}" if line is not None else ""


def counted_choices(applies: Collection[str]) -> dict[str, str]:
    """Return {measure: name} of what can be counted for organisations of the kinds `applies`, without what follows from results."""
    upper = bool({*UPPER} & {*applies})
    found = {row.measure: MEASURES[row.measure] for row in _ALIVE if _owed_by(row, applies)}
    if upper:
        named = (f"{BELOW}{row.rule}" for row in _ALIVE if _owed_by(row, (Kind.GENERAL_BRANCH, Kind.BRANCH)))
        found |= {measure: MEASURES[measure] for measure in named} | _OF_UPPER
    later = {measure: name for measure, name in LATER.items() if upper or measure not in _LATER_OF_UPPER}
    return found | _OF_ANY | later


def _owed_by(row: RequirementRule, kinds: Collection[str]) -> bool:
    places = {*row.places} - {Kind.SMALL_GROUP} or {Kind.BRANCH}
    return bool({str(kind) for kind in places} & {str(kind) for kind in kinds})


def derived_choices(key: str) -> dict[str, str]:
    """Return {measure: name} of what a scheme may take from the results of others."""
    return {measure: name for measure, name in DERIVED.items() if not reads_itself(key, measure)}


def reads_itself(key: str, measure: str) -> bool:
    """Whether a measure would make a scheme read its own results, or those of one that reads it."""
    own = SCHEMES.index(key) if key in SCHEMES else len(SCHEMES)
    return any(SCHEMES.index(source) >= own for source in SOURCES[measure])


def rules_read(measures: Collection[str]) -> tuple[RequirementRule, ...]:
    """Return the rules whose requirements some measures count, at the organisation itself or below it."""
    named = {measure.removeprefix(BELOW) if measure.startswith(BELOW) else measure for measure in measures}
    return tuple(row for row in _ALIVE if row.measure in named or row.rule in named)

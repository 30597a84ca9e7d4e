"""Words of records: kinds, states, ways and fields, topics; what each counts as."""

from collections.abc import Iterable

from django.db import models


class ActivityKindCode(models.TextChoices):
    ASSEMBLY = "assembly", "支部党员大会"
    COMMITTEE_MEETING = "committee_meeting", "支委会"
    GROUP_MEETING = "group_meeting", "党小组会"
    LECTURE = "lecture", "党课"
    THEME_DAY = "theme_day", "主题党日"
    ORG_LIFE = "org_life", "组织生活会"
    MEMBER_REVIEW = "member_review", "民主评议党员"
    TALK = "talk", "谈心谈话"
    ELECTION = "election", "换届选举"
    TRAINING = "training", "集中培训"
    STUDY = "study", "集中学习"
    STUDY_GROUP = "study_group", "中心组学习"
    PARTY_SPECIAL = "party_special", "专题研究党建会议"
    PARTY_GROUP_MEETING = "party_group_meeting", "党组会议"
    COMMITTEE_PLENARY = "committee_plenary", "机关党委会议"
    DEMOCRATIC_LIFE = "democratic_life", "民主生活会"
    ALL_HANDS = "all_hands", "机关党员干部大会"
    DEBRIEF = "debrief", "述职评议会"
    VISIT = "visit", "走访慰问"
    VISIT_BRANCH = "visit_branch", "联系点指导"
    OATH = "oath", "入党宣誓、重温誓词"
    DUES = "dues", "党费收缴"


# Alone, these say whom they met, not who came: persons are picked, and nobody else is expected.
PICKED = frozenset({ActivityKindCode.TALK, ActivityKindCode.VISIT, ActivityKindCode.OATH})


def picks(codes: Iterable[str]) -> bool:
    """Whether a record of these kinds names the persons whom it met."""
    found = set(codes)
    return bool(found) and found <= PICKED


def held_by(place: str, what: str) -> str:
    """Return who held what in one word, nothing of it said twice: 信息中心党支部 + 支部党员大会 → 信息中心党支部党员大会.

    place: label of an organisation. what: label of a kind, or of several.
    """
    doubled = next((size for size in range(min(len(place), len(what)), 0, -1) if what.startswith(place[-size:])), 0)
    return place + what[doubled:]


class ActivityState(models.TextChoices):
    PLANNED = "planned", "已计划"
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    ACCEPTED = "accepted", "已通过"
    RETURNED = "returned", "已退回"
    CANCELLED = "cancelled", "已取消"


class Way(models.TextChoices):
    """How a record serves the business work."""

    AROUND = "around", "围绕"
    PERMEATE = "permeate", "渗透"
    MERGE = "merge", "融合"
    CONNECT = "connect", "对接"


# What is said of a record that serves it in none of these ways.
NO_WAY = "不服务业务"


class BuildingField(models.TextChoices):
    """The five fields of Party building."""

    THOUGHT = "thought", "思想建设"
    ORGANISATION = "organisation", "组织建设"
    CONDUCT = "conduct", "作风建设"
    INSTITUTION = "institution", "制度建设"
    INTEGRITY = "integrity", "党风廉政建设"


class NatureSource(models.TextChoices):
    """Who said which way and field a record has; "": nobody has judged it yet."""

    SYSTEM = "system", "系统判断"
    PERSON = "person", "人工选定"


class Topic(models.TextChoices):
    """What a record says it was about, where rules ask for more than its kind; they count by it."""

    GOVERNANCE = "governance", "全面从严治党"
    IDEOLOGY = "ideology", "意识形态工作"
    PARTY_BUILDING = "party_building", "机关党建"
    DEVELOPMENT = "development", "入党积极分子队伍分析"
    DUES_PUBLISHED = "dues_published", "公布党费收缴使用情况"


# Which kinds of record are asked for their topics.
TOPICS_OF = {
    ActivityKindCode.PARTY_SPECIAL: (Topic.GOVERNANCE, Topic.IDEOLOGY, Topic.PARTY_BUILDING),
    ActivityKindCode.COMMITTEE_PLENARY: (Topic.DEVELOPMENT,),
    ActivityKindCode.DUES: (Topic.DUES_PUBLISHED,),
}


class ReturnField(models.TextChoices):
    """The part of a record that its reviewer asks to be changed; the form opens there."""

    KINDS = "kinds", "类型"
    TITLE = "title", "主题"
    DAY = "day", "日期和时间"
    ATTENDANCE = "attendance", "考勤"
    CONTENT = "content", "议程与决议"
    RESOLUTIONS = "resolutions", "决议事项"
    LINKS = "links", "关联业务"
    FILES = "files", "附件"


# A record counts from submission on; a return takes it out again (decisions 20).
COUNTING_STATES = (ActivityState.SUBMITTED, ActivityState.ACCEPTED)
# What has not left its author's hands; other hosts of a joint record do not see it yet.
UNSUBMITTED = (ActivityState.PLANNED, ActivityState.DRAFT, ActivityState.CANCELLED)


def words_of_kinds(codes: Iterable[str]) -> str:
    """Return how a record of these kinds is called: 支部党员大会＋党课."""
    return "＋".join(ActivityKindCode(code).label for code in codes) or "活动"

"""The three ledgers of an agency: which columns they have, under all the headings that offices give them."""

import re
from itertools import product

from branches.absences import Absentee, absence_state, parse_absentees, split_names
from branches.identity import parse_identity
from branches.posts import POSTS, PartyPost, parse_posts
from branches.tabular.headings import Field
from branches.text import fold, parse_date
from branches.vocabulary import (
    ACTIVITY_KINDS,
    CATEGORIES,
    EDUCATION,
    ORGANISATION_KINDS,
    SEXES,
    STATUSES,
    parse_activity_kinds,
    parse_category,
    parse_education,
    parse_organisation_kind,
    parse_sex,
    parse_status,
)

__all__ = [
    "ACTIVITIES", "ACTIVITY_KINDS", "Absentee", "CATEGORIES", "EDUCATION", "LEDGERS", "MEMBERS",
    "ORGANISATIONS", "ORGANISATION_KINDS", "POSTS", "PartyPost", "SEXES", "STATUSES", "absence_state",
    "parse_absentees", "parse_activity_kinds", "parse_category", "parse_education", "parse_organisation_kind",
    "REMARK", "joined", "parse_posts", "parse_sex", "parse_status", "split_names", "words",
]  # fmt: skip


def words(text):
    """Return the words of a text as a tuple: the other headings of a column."""
    return tuple(text.split())


def joined(*groups):
    """Return every combination of one word of each group; `-` stands for nothing."""
    made = ("".join(w for w in chosen if w != "-") for chosen in product(*(g.split() for g in groups)))
    return tuple(w for w in made if w)


def _is(parser):
    def looks(value):
        try:
            return bool(parser(value))
        except ValueError:
            return False

    return looks


REMARK = words("备注说明 其他说明 说明 备考 附注")

ORGANISATIONS = [
    Field(
        "name",
        "党组织全称",
        words(
            "党组织名称 组织全称 组织名称 党组织全称名称 基层党组织名称 基层党组织全称 党组织规范名称 "
            "规范名称 全称 组织机构名称 机构名称 "
            "党支部全称 党支部名称 支部全称 支部名称 单位全称 单位名称 党组织 名称"
        ),
        required=True,
    ),
    Field(
        "short_name",
        "简称",
        words("组织简称 党组织简称 名称简称 单位简称 支部简称 党支部简称 规范简称 机构简称 常用名称 常用名 通称 缩写"),
    ),
    Field(
        "kind",
        "组织类别",
        words(
            "党组织类别 组织类型 党组织类型 类别 类型 组织性质 党组织性质 组织形式 党组织形式 设置形式 "
            "组织设置类别 组织种类 党组织种类 "
            "组织层级 党组织层级 基层党组织类别 基层党组织类型 机构类别 机构类型 性质"
        ),
        required=True,
        looks=_is(parse_organisation_kind),
    ),
    Field(
        "parent",
        "上级党组织",
        joined(
            "上级 隶属 所属上级 直接上级 直属上级 所隶属 隶属上级 所属 主管 归属 上一级",
            "党组织名称 党组织 组织名称 组织 党组织全称",
        )
        + words(
            "上级 隶属 隶属关系 组织隶属关系 隶属单位 直属上级 直接上级 所属上级 上级单位 上级党委 所属党委 "
            "隶属党委 所在党委 上级机构"
        ),
        required=True,
    ),
    Field(
        "founded",
        "成立日期",
        joined(
            "成立 组建 设立 建立 批准成立 批复成立 党组织成立 支部成立 组织成立 成立批复",
            "日期 时间 年月日 年月 -",
        ),
    ),
    Field(
        "term_ends",
        "本届任期届满日期",
        joined(
            "本届任期 任期 - 本届 现届 本届班子 本届班子任期 现任班子 班子 委员会 届期 本届委员会 "
            "本届委员会任期 本届支委会 换届",
            "届满 到期 截止 结束 终止 期满 截至",
            "日期 时间 年月日 年月 日 -",
        )
        + joined("下次 下届 应 拟 计划 预计", "换届", "日期 时间 -"),
    ),
    Field(
        "department",
        "所在处室",
        joined(
            "所在 依托 对应 对口 所属 覆盖 涵盖 挂靠 行政 所依托 设在 依托行政 所在行政 对应行政 -",
            "处室 部门 单位 科室 处室单位 处室名称 部门名称 机构",
        ),
    ),
    Field("remark", "备注", REMARK),
]

_PARTY_DAY = "日期 时间 年月日 年月 -"

MEMBERS = [
    Field(
        "name",
        "姓名",
        words("党员姓名 人员姓名 本人姓名 名字 中文姓名 同志姓名 党员名称 党员名单 党员 人员"),
        required=True,
    ),
    Field(
        "sex",
        "性别",
        words("男女 党员性别 性别代码"),
        looks=_is(lambda v: fold(v) in ("男", "女", "男性", "女性")),
    ),
    Field(
        "identity",
        "公民身份号码",
        joined(
            "公民身份证 公民 居民身份证 身份证 身份证件 党员身份证 本人身份证 居民 二代身份证 有效身份证",
            "号码 号 编号 证号 身份号码 -",
        )
        + words("身份号码 身份号 证件号码 证件号 有效证件号码 证件编号 身份信息号码"),
        required=True,
        looks=_is(parse_identity),
    ),
    Field("ethnicity", "民族", words("族别 民族成份 民族成分 民族名称 所属民族")),
    Field(
        "birth_date",
        "出生日期",
        joined("出生", "年月日 年月 时间 年份 日 -") + words("生日 出生年、月 出生年月日期"),
    ),
    Field(
        "education",
        "学历",
        words(
            "最高学历 文化程度 学历层次 学历学位 学历及学位 受教育程度 教育程度 文化水平 现学历 全日制学历 "
            "学历情况 最高学历学位 最终学历"
        ),
    ),
    Field(
        "category",
        "人员类别",
        words(
            "党员类别 人员类型 党员类型 类别 政治面貌 政治面貌类别 党员身份 身份类别 人员性质 党员性质 "
            "党员种类 发展阶段 培养阶段 是否正式党员 类型 "
            "党员分类 人员分类 党员状况"
        ),
        required=True,
        looks=_is(parse_category),
    ),
    Field(
        "branch",
        "所在党支部",
        joined(
            "所在 所属 隶属 现所在 - 组织关系所在 党组织关系所在 党员所在 党员所属 现属 编入 归属",
            "党支部名称 党支部 支部名称 支部 党支部全称",
        )
        + joined("所在 所属 - 组织关系所在 隶属 党员所在", "党组织名称 党组织 组织 基层党组织 党组织全称")
        + words("组织关系 单位名称"),
        required=True,
    ),
    Field(
        "group",
        "党小组",
        joined("所在 所属 - 隶属 编入 归属", "党小组名称 党小组 小组名称 小组 支部小组 党小组别"),
    ),
    Field(
        "joined_on",
        "加入党组织日期",
        joined(
            "加入党组织 入党 加入中国共产党 加入中共 加入党 参加党组织 参加中国共产党 成为预备党员 "
            "接收为预备党员 接收预备党员 转为预备党员 吸收为预备党员 "
            "确定为预备党员 批准为预备党员 发展为预备党员 批准入党 支部大会通过入党 预备党员接收",
            _PARTY_DAY,
        ),
        required=True,
    ),
    Field(
        "full_on",
        "转为正式党员日期",
        joined(
            "转为正式党员 转正 转为正式 预备党员转正 成为正式党员 批准转正 预备期转正 转正式党员 党员转正 "
            "转正式 按期转正 批准为正式党员 转入正式党员",
            _PARTY_DAY,
        ),
    ),
    Field(
        "work_post",
        "工作岗位",
        words(
            "岗位 岗位名称 岗位类别 工作岗位类别 工作职务 行政职务 现任职务 现任行政职务 职务职级 单位职务 "
            "单位及职务 工作单位及职务 工作单位及岗位 "
            "职业 职业类别 职业身份 个人身份 人员身份 从事工作 从事岗位 工作性质 行政岗位 职务"
        ),
    ),
    Field(
        "party_post",
        "党内职务",
        words(
            "党内现任职务 现任党内职务 党内任职 党内任职情况 党内职务名称 担任党内职务 党内担任职务 "
            "党务职务 党组织职务 支部职务 支部内职务 支部任职 "
            "党内岗位 党支部职务 支委职务 党职 党内职位 所任党内职务"
        ),
    ),
    Field(
        "phone",
        "手机号码",
        words(
            "联系电话 手机号 手机 移动电话 联系手机 本人手机 本人电话 电话号码 联系方式 联系号码 电话 "
            "移动电话号码 手机电话 本人联系电话"
        ),
        looks=_is(lambda v: re.fullmatch(r"1\d{10}", fold(v))),
    ),
    Field(
        "status",
        "党籍状态",
        words("党籍 党员状态 党籍情况 党籍现状 党员党籍状态 组织关系状态 在册状态 党员在册状态 状态"),
    ),
    Field("remark", "备注", REMARK),
]

_MEETING = (
    "活动 会议 召开 开展 组织 举办 举行 组织生活 活动开展 会议召开 活动举办 活动组织 开展活动 召开会议 活动起始 -"
)
_AWAY = (
    "缺席 缺勤 未到 请假 未参加 未出席 未参会 缺会 未到会 缺席请假 请假缺席 请假及缺席 缺席及请假 "
    "因故未到 因故缺席 缺席和请假 缺席或请假"
)
_COUNTED = (
    "到 到人数 参加人数 参加 出席人数 出席 参会人数 参会 到会人数 到会 到党员 到党员数 到党员人数 到数 "
    "参加党员 参加党员数 参加党员人数 "
    "出席党员数 到会党员数 参会党员数 到会党员 到人员 到人员数 参加人员 出席党员人数 到会党员人数 "
    "参会党员人数 参与人数 参与"
)

ACTIVITIES = [
    Field(
        "date",
        "日期",
        joined(_MEETING, "日期 时间 年月日 日期时间 时间日期"),
        required=True,
        looks=_is(parse_date),
    ),
    Field(
        "organisation",
        "党组织",
        joined(
            "- 所在 所属 开展 组织 主办 承办 召开 举办 责任 参加 填报",
            "党组织名称 党组织 支部名称 党支部名称 党支部 支部 组织名称 单位名称 单位",
        )
        + words("党组织全称 开展活动支部 开展活动党组织 活动单位 活动支部 党组织支部"),
        required=True,
    ),
    Field(
        "kind",
        "活动类型",
        joined(
            "活动 会议 组织生活 三会一课 - 组织活动 党内组织生活 党组织生活 会议活动 党组织活动 支部活动",
            "类型 类别 种类 形式 性质 项目 方式",
        ),
        required=True,
        looks=_is(parse_activity_kinds),
    ),
    Field(
        "topic",
        "主题",
        joined("活动 会议 - 主要 学习 本次 中心 组织生活", "主题 议题")
        + words(
            "主题议题 主题或议题 议题主题 活动主题名称 题目 活动题目 党课题目 标题 主题内容 活动名称 "
            "会议名称 名称 议程 会议议程 主要议程 活动事项 事项"
        ),
    ),
    Field(
        "place",
        "地点",
        joined("活动 会议 召开 开展 举办 举行 组织 - 开展活动", "地点 场所 地址 地点场所 位置")
        + words("何地 会场 会议室"),
    ),
    Field(
        "chair",
        "主持人",
        joined("会议 活动 -", "主持人 主持 主持人姓名 主持者 主持同志 主持人员") + words("会议召集人 召集人"),
    ),
    Field(
        "recorder",
        "记录人",
        joined("会议 活动 -", "记录人 记录员 记录人姓名 记录者 记录同志 记录人员") + words("记录"),
    ),
    Field(
        "expected",
        "应到",
        joined("应", _COUNTED)
        + words("应到会数 应出席数 应参加数 应参会数")
        + joined("出席情况 参会情况 到会情况 参加人数 出席人数 人数", "应到 应参加 应到人数"),
        required=True,
    ),
    Field(
        "present",
        "实到",
        joined("实 实际 实际出 ", _COUNTED)
        + words("实到会数 实出席数 实参加数 实参会数")
        + joined("出席情况 参会情况 到会情况 参加人数 出席人数 人数", "实到 实参加 实到人数")
        + words("出席人数 到会人数 参加人数 参会人数 到场人数 参与人数 参加党员人数 出席党员人数 参会党员人数"),
        required=True,
    ),
    Field(
        "absent",
        "缺席人员及原因",
        joined(
            _AWAY,
            "人员 人员名单 党员 人 人员姓名 党员姓名 同志 名单 者 人员情况 情况 -",
            "及原因 及其原因 和原因 与原因 原因 及事由 及说明 说明 -",
        ),
    ),
    Field(
        "absent_reason",
        "缺席原因",
        joined(_AWAY, "原因 事由 理由 原因说明 事由说明 原因及说明") + words("请假类型 请假种类 缺席类型"),
    ),
    Field(
        "content",
        "主要内容和决议",
        joined(
            "主要 会议 活动 - 会议主要 活动主要 具体 学习 会议活动 研究 组织生活 会议具体 活动具体",
            "内容",
            "及决议 和决议 与决议 决议 及决议事项 和决议事项 及决定 及议定事项 和议定事项 及成效 及效果 "
            "摘要 概述 简述 概要 纪要 记录 及结果 及要点 情况 -",
        )
        + words(
            "会议记录 活动记录 会议纪要 会议决议 决议 决议事项 议定事项 会议议定事项 开展情况 活动情况 "
            "会议情况 活动概况 内容要点 会议要点 活动开展情况 情况摘要"
        ),
    ),
]
# A heading such as 缺席原因 belongs to the column of reasons alone, not to that of the people.
_reasons = set(ACTIVITIES[-2].headings)
ACTIVITIES = [
    Field(
        f.name,
        f.label,
        tuple(s for s in f.synonyms if fold(s) not in _reasons),
        f.required,
        f.likeness,
        f.looks,
    )
    if f.name == "absent"
    else f
    for f in ACTIVITIES
]

LEDGERS = {"organisations": ORGANISATIONS, "members": MEMBERS, "activities": ACTIVITIES}

"""The ledger of activities: its columns under all the headings that offices give them."""

from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.words import joined, understood, words
from common.text import fold, parse_date
from members.activities.vocabulary import ACTIVITY_KINDS, parse_activity_kinds

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
        looks=understood(parse_date),
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
        looks=understood(parse_activity_kinds),
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
# A class may take several days, and say how many hours it was; nothing alike is taken for them.
ACTIVITIES.append(Field("last_day", "结束日期", words("结业日期 结束时间 活动结束日期 培训结束日期"), likeness=False))
ACTIVITIES.append(Field("hours", "培训学时", words("学时 学时数 培训学时数 课时"), likeness=False))
ACTIVITIES.append(Field("state", "状态", words("状态 记录状态 审核状态")))
# Another 补 (补录, 补贴) is something else, so that nothing alike is taken for it.
ACTIVITIES.append(Field("makes_up", "补办", words("补办月份 补办期间 所补月份"), likeness=False))
# A heading such as 缺席原因 belongs to the column of reasons alone, not to that of the people.
_reasons = set(next(f for f in ACTIVITIES if f.name == "absent_reason").headings)
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

_GUIDE = {
    "date": Guide("活动当天的日期，不能晚于今天。", "2026-03-01，也可以写 2026年3月1日", kind="date"),
    "organisation": Guide("开展活动的党组织，全称或简称；党小组会写党小组。", "综合处党支部", width=32),
    "kind": Guide(
        "从下拉列表中选择；一次活动兼有几种的，用顿号分开。",
        "支部党员大会、党课",
        choices=tuple(ACTIVITY_KINDS.values()),
        width=22,
    ),
    "topic": Guide("议题或活动的名称。", "通报支部工作，讨论下季度安排", width=32),
    "place": Guide("", "三楼会议室", width=16),
    "chair": Guide("名册上的姓名。", width=12),
    "recorder": Guide("名册上的姓名。", width=12),
    "expected": Guide("当天应到的人数。", "12", kind="number", width=8),
    "present": Guide("当天实到的人数，不多于应到。", "11", kind="number", width=8),
    "absent": Guide("缺席的人和原因，几个人之间用顿号分开。", "姓名（出差）、姓名（病假）", width=32),
    "absent_reason": Guide("原因单独成列时写在这里，次序同缺席人员。", "出差", width=20),
    "last_day": Guide("连续几天的集中培训写最后一天，其他活动空着。", "2026-03-03", kind="date", width=12),
    "hours": Guide("集中培训的学时；不写的按起止时间或天数计。", "16", width=8),
    "state": Guide("新填的空着；由本系统导出的，计划、草稿、退回和取消的活动不导入。", width=10),
    "makes_up": Guide("补开以前月份的，写所补的月份；只有其中一类是补办的，在括号中写明。", "2026年9月", width=14),
    "content": Guide("主要内容和形成的决议。", "学习……；决议：……", width=48),
}

ACTIVITIES_LEDGER = Ledger(
    "activities",
    "活动",
    ACTIVITIES,
    "活动台账",
    "组织生活台账：日期、党组织、活动类型、应到、实到等",
    _GUIDE,
    aside=("报送时间", "是否迟报", "来源"),
)

"""The ledger of organisations: its columns under all the headings that offices give them."""

from branches.places.vocabulary import (
    COMPARISON_GROUPS,
    ORGANISATION_KINDS,
    parse_organisation_kind,
)
from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.words import REMARK, joined, understood, words

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
        looks=understood(parse_organisation_kind),
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
    Field(
        "group",
        "考核类别",
        joined("考核 考评 比较", "类别 类型 分类 分组 组别 对象类别"),
    ),
    Field("remark", "备注", REMARK),
]

_DAY = "2026-03-01，也可以写 2026年3月1日"
_GUIDE = {
    "name": Guide("批复中的全称，全机关不重名；第二次导入时按全称辨认。", "中共××市××局综合处支部委员会", width=40),
    "short_name": Guide("页面上用的名字，活动台账里也可以用它。", "综合处党支部", width=20),
    "kind": Guide("从下拉列表中选择。", "党支部", choices=tuple(ORGANISATION_KINDS.values()), strict=True),
    "parent": Guide("上级的全称或简称；上级写在同一张表里也可以，次序不限。只有党组没有上级。", "机关党委", width=40),
    "founded": Guide("批复成立的日期。成立以前不计义务。", _DAY, kind="date"),
    "term_ends": Guide("本届委员会任期届满的日期，到期前会提醒换届。", _DAY, kind="date", width=20),
    "department": Guide("这个组织覆盖的处室，几个处室之间用顿号分开。", "综合处、财务处", width=24),
    "group": Guide(
        "只有党支部填写，考核时与同类支部比较。",
        "机关支部",
        choices=tuple(COMPARISON_GROUPS.values()),
        strict=True,
        width=20,
    ),
    "remark": Guide("不导入，自己看的。", width=24),
}

ORGANISATIONS_LEDGER = Ledger(
    "organisations",
    "党组织",
    ORGANISATIONS,
    "党组织台账",
    "党组织基本情况表：全称、简称、类别、上级、成立日期、任期届满日期、处室、考核类别",
    _GUIDE,
)

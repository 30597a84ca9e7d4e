"""The ledger of members: its columns under all the headings that offices give them."""

import re

from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.words import REMARK, joined, understood, words
from common.text import fold
from members.roster.identity import parse_identity
from members.roster.seat_names import POSTS
from members.roster.vocabulary import CATEGORIES, EDUCATION, SEXES, STATUSES, parse_category

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
        looks=understood(lambda v: fold(v) in ("男", "女", "男性", "女性")),
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
        looks=understood(parse_identity),
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
        looks=understood(parse_category),
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
        looks=understood(lambda v: re.fullmatch(r"1\d{10}", fold(v))),
    ),
    Field(
        "status",
        "党籍状态",
        words("党籍 党员状态 党籍情况 党籍现状 党员党籍状态 组织关系状态 在册状态 党员在册状态 状态"),
    ),
    Field("remark", "备注", REMARK),
]

_DAY = "2018-07-01，也可以写 2018年7月1日"
_GUIDE = {
    "name": Guide("与身份证一致。", width=12),
    "sex": Guide("从下拉列表中选择。", "女", choices=tuple(SEXES.values()), strict=True, width=8),
    "identity": Guide("这一列已设为文本；加密保存，第二次导入时按它辨认本人。", "18 位数字，末位可以是 X", width=24),
    "ethnicity": Guide("", "汉族", width=10),
    "birth_date": Guide("与身份证一致。", _DAY, kind="date"),
    "education": Guide("从下拉列表中选择，也可以按原来的写法填。", "大学本科", choices=tuple(EDUCATION.values())),
    "category": Guide("从下拉列表中选择。", "正式党员", choices=tuple(CATEGORIES.values()), strict=True),
    "branch": Guide("党支部的全称或简称。", "综合处党支部", width=32),
    "group": Guide("党小组的名称；没有划分党小组的空着。", "第一党小组", width=18),
    "joined_on": Guide(
        "支部大会接收为预备党员的日期；申请人、积极分子空着。", _DAY, kind="date", width=18, need="党员必填"
    ),
    "full_on": Guide("预备党员空着。", _DAY, kind="date", width=18),
    "work_post": Guide("行政职务或岗位。", "三级主任科员", width=20),
    "party_post": Guide("现任党内职务，几个之间用顿号分开；支部书记由此得知。", "书记", choices=tuple(POSTS.values())),
    "phone": Guide("这一列已设为文本；加密保存，查看要留痕。", "11 位手机号码，或者带区号的固定电话", width=16),
    "status": Guide("空着为正常。", "正常", choices=tuple(STATUSES.values()), strict=True, width=12),
    "remark": Guide("不要写身份号码和电话。", width=24),
}

MEMBERS_LEDGER = Ledger(
    "members",
    "党员",
    MEMBERS,
    "党员台账",
    "党员信息表：姓名、公民身份号码、人员类别、所在党支部、入党日期等",
    _GUIDE,
)

"""The words of a member's data as cells name them: category, sex, education, standing in the Party."""

from common.tabular.words import by_pattern
from common.text import is_blank_mark

CATEGORIES = {
    "full": "正式党员",
    "probationary": "预备党员",
    "candidate": "发展对象",
    "activist": "入党积极分子",
    "applicant": "入党申请人",
}
SEXES = {"male": "男", "female": "女"}
EDUCATION = {
    "doctor": "博士研究生",
    "master": "硕士研究生",
    "postgraduate": "研究生",
    "bachelor": "大学本科",
    "college": "大学专科",
    "vocational": "中专",
    "high_school": "高中",
    "middle_school": "初中",
    "primary": "小学",
}
STATUSES = {
    "normal": "正常",
    "suspended": "停止党籍",
    "lost": "失去联系",
    "transferred": "已转出",
    "left": "已出党",
    "deceased": "已去世",
}

_CATEGORY_PATTERNS = [
    ("full", r"(?:中共|中国共产党)?(?:正式)?党员|正式|中共正式党员|中国共产党正式党员|中国共产党党员"),
    ("probationary", r"(?:中共|中国共产党)?预备(?:期)?(?:党员)?|预备期党员"),
    ("candidate", r"(?:党员)?发展对象"),
    ("activist", r"(?:入党)?积极分子"),
    ("applicant", r"(?:入党)?申请(?:入党)?(?:人|者)"),
]


def parse_category(value):
    """Return a code of CATEGORIES: `中共预备党员` → `probationary`. Raises ValueError."""
    return by_pattern(value, _CATEGORY_PATTERNS, CATEGORIES, "人员类别")


def parse_sex(value):
    """Return `male`, `female`, or an empty string for an empty cell. Raises ValueError."""
    if is_blank_mark(value):
        return ""
    return by_pattern(value, [("male", "男性?|m"), ("female", "女性?|f")], SEXES, "性别")


_DEGREE = r"(?:学位|学历|毕业|肄业|生)*"
_EDUCATION_PATTERNS = [
    ("doctor", r"(?:研究生)?[(/]?博士(?:研究生)?[)]?" + _DEGREE),
    ("master", r"(?:研究生)?[(/]?硕士(?:研究生)?[)]?" + _DEGREE),
    ("postgraduate", r"(?:在职|全日制|党校|中央党校|省委党校)?研究生(?:班|及以上)?" + _DEGREE),
    (
        "bachelor",
        r"(?:在职|全日制|党校|中央党校|省委党校|自考|函授|电大)?(?:大学|大学本科|本科|大本|学士|大学普通班)" + _DEGREE,
    ),
    ("college", r"(?:在职|全日制|党校|自考|函授|电大)?(?:大学专科|大专|专科|高职|大学专修科)" + _DEGREE),
    ("vocational", r"(?:中专|中等专科|中等专业学校|中等职业教育|中技|技校|职高|职业高中)" + _DEGREE),
    ("high_school", r"(?:普通)?高中(?:及中专)?" + _DEGREE),
    ("middle_school", r"初中(?:及以下)?" + _DEGREE),
    ("primary", r"小学(?:及以下)?" + _DEGREE),
]


def parse_education(value):
    """Return a code of EDUCATION, or an empty string for an empty cell. Raises ValueError."""
    return "" if is_blank_mark(value) else by_pattern(value, _EDUCATION_PATTERNS, EDUCATION, "学历")


_STATUS_PATTERNS = [
    ("normal", r"正常|在册|有党籍|党籍正常|在籍|正式|保留党籍"),
    ("suspended", r"(?:已)?停止党籍|党籍停止"),
    ("lost", r"失联|失去联系|失联党员"),
    ("transferred", r"(?:已)?转出|组织关系转出|组织关系已转出"),
    ("left", r"(?:已)?出党|(?:自行)?脱党|退党|开除党籍|(?:已)?除名|取消预备党员资格"),
    ("deceased", r"(?:已)?(?:去世|死亡|病故|逝世)"),
]


def parse_status(value):
    """Return a code of STATUSES; an empty cell means `normal`. Raises ValueError."""
    return "normal" if is_blank_mark(value) else by_pattern(value, _STATUS_PATTERNS, STATUSES, "党籍状态")

"""The words of Party work in cells, and the codes they mean: kinds, categories, education, activities.

Each parser takes one raw cell and raises ValueError with a Chinese sentence for what it does not know, with a
suggestion where one word is close. Codes of activities: rulebook, chapter 7.
"""

import re

from rapidfuzz import fuzz, process

from branches.text import cell_text, clean_text, fold, is_blank_mark

ORGANISATION_KINDS = {
    "party_group": "党组",
    "committee": "机关党委",
    "general_branch": "党总支",
    "branch": "党支部",
    "small_group": "党小组",
}
ACTIVITY_KINDS = {
    "assembly": "支部党员大会",
    "committee_meeting": "支部委员会会议",
    "group_meeting": "党小组会",
    "lecture": "党课",
    "theme_day": "主题党日",
    "org_life": "组织生活会",
    "member_review": "民主评议党员",
    "talk": "谈心谈话",
    "election": "换届选举",
    "study_group": "党组理论学习中心组学习",
    "party_special": "专题研究党建会议",
    "democratic_life": "民主生活会",
    "all_hands": "机关党员干部大会",
    "party_group_meeting": "党组会议",
    "committee_plenary": "机关党委会议",
    "debrief": "述职评议会",
    "training": "集中培训",
    "study": "集中学习",
    "visit": "走访慰问",
    "visit_branch": "联系点指导",
    "oath": "重温入党誓词",
    "dues": "党费收缴",
}
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

# Common names beside the official ones, for suggestions only.
_OTHER_NAMES = (
    "支委会",
    "党员大会",
    "民主评议",
    "谈心",
    "党费收缴公示",
    "换届选举大会",
    "述职评议",
    "理论学习中心组学习",
)


def nearest(text, known, least=60):
    """Return the one of `known` (folded) that is most like a text, None where none is so by `least` of 100."""
    close = process.extractOne(fold(text), list(known), scorer=fuzz.ratio, score_cutoff=least)
    return close[0] if close else None


def suggestion(text, known):
    """Return `是否为“…”？` with the closest of `known`, or the list of what may be written."""
    close = nearest(text, known)
    shown = [k for k in known if k not in _OTHER_NAMES]
    return f"是否为“{close}”？" if close else "可填：" + "、".join(shown) + "。"


def unknown_word(what, value, known):
    """Return the ValueError for a word that is none of `known`."""
    return ValueError(
        f"{what}“{clean_text(cell_text(value))[:30]}”无法识别，{suggestion(cell_text(value), list(known))}"
    )


def _bare(value):
    """Return the folded text without what stands in brackets."""
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】", "", fold(value)).strip(":。.")


def _by_pattern(value, patterns, labels, what):
    if is_blank_mark(value):
        raise ValueError(f"{what}没有填写。")
    whole = fold(value)[:60]
    # 研究生(硕士) says more than 研究生; 党委(党组) and 本科/学士 say it with the first word.
    for text in (re.sub(r"[()\[\]【】]", "", whole), _bare(whole), whole.split("/")[0]):
        for code, pattern in patterns:
            if text == code or text == labels[code] or re.fullmatch(pattern, text):
                return code
    raise unknown_word(what, value, labels.values())


_ADJECTIVES = (
    r"(?:中国共产党的?|中共|党的|基层|机关|临时|联合|独立|单独|离退休(?:干部|人员)?"
    r"|在职|直属|下属|功能型|流动)*"
)
_ORGANISATION_PATTERNS = [
    ("party_group", r"(?:中国共产党|中共)?分?党组(?:性质党委)?"),
    ("small_group", _ADJECTIVES + r"(?:党小组|小组|支部小组)"),
    ("general_branch", _ADJECTIVES + r"党?总支部?(?:委员会)?"),
    ("branch", _ADJECTIVES + r"党?支部(?:委员会)?"),
    ("committee", _ADJECTIVES + r"(?:党委|委员会|党委会)"),
]


def parse_organisation_kind(value):
    """Return a code of ORGANISATION_KINDS: `党的基层委员会`, `机关党委` → `committee`. Raises ValueError."""
    return _by_pattern(value, _ORGANISATION_PATTERNS, ORGANISATION_KINDS, "党组织类别")


_CATEGORY_PATTERNS = [
    ("full", r"(?:中共|中国共产党)?(?:正式)?党员|正式|中共正式党员|中国共产党正式党员|中国共产党党员"),
    ("probationary", r"(?:中共|中国共产党)?预备(?:期)?(?:党员)?|预备期党员"),
    ("candidate", r"(?:党员)?发展对象"),
    ("activist", r"(?:入党)?积极分子"),
    ("applicant", r"(?:入党)?申请(?:入党)?(?:人|者)"),
]


def parse_category(value):
    """Return a code of CATEGORIES: `中共预备党员` → `probationary`. Raises ValueError."""
    return _by_pattern(value, _CATEGORY_PATTERNS, CATEGORIES, "人员类别")


def parse_sex(value):
    """Return `male`, `female`, or an empty string for an empty cell. Raises ValueError."""
    if is_blank_mark(value):
        return ""
    return _by_pattern(value, [("male", "男性?|m"), ("female", "女性?|f")], SEXES, "性别")


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
    return "" if is_blank_mark(value) else _by_pattern(value, _EDUCATION_PATTERNS, EDUCATION, "学历")


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
    return "normal" if is_blank_mark(value) else _by_pattern(value, _STATUS_PATTERNS, STATUSES, "党籍状态")


# Kinds of activities: several may stand in one cell.

_MEETING = r"(?:会|会议|大会)"
_ACTIVITY_PATTERNS = [
    ("all_hands", r"(?:机关)?(?:全体)?党员干部(?:职工)?大会|(?:全体)?干部(?:职工)?大会"),
    (
        "assembly",
        r"(?:党?支部)?(?:全体)?(?:机关)?党员(?:大会|会议?|扩大会议?)|党?支部(?:党员)?大会|(?:接收|发展|吸收)(?:预备)?党员大会"
        r"|(?:预备党员)?转正大会|党员全体大会",
    ),
    (
        "committee_meeting",
        r"(?:党?支部)?支?委会?会议?|(?:党?支部|总支|党总支)委员会(?:会议?|议)?|党?支部委员会?会议?|支委扩大会议?"
        r"|(?:党?支部|总支|党总支)(?:委员)?班子会议?",
    ),
    ("group_meeting", r"(?:党|支部)?小组" + _MEETING + r"|党小组(?:学习|学习会|活动)"),
    (
        "lecture",
        r"(?:书记|支部书记|党支部书记|专题|微|廉政|领导|领导干部|党员|集体|主题|专题辅导)*(?:讲|上|听)?(?:专题|廉政|微|主题)?党课(?:教育|学习|报告)?"
        r"|党课(?:讲座|辅导)|专题党课讲座",
    ),
    ("theme_day", r"(?:支部|党支部|党员)?主题党日|(?:支部|党支部)?党日"),
    ("org_life", r"(?:专题|年度|党?支部|党小组)*组织生活会(?:会议)?"),
    ("member_review", r"(?:开展)?(?:党员)?民主评议(?:党员)?(?:大会|会|会议|工作)?|(?:党员)?评议会"),
    ("talk", r"谈心谈话|谈心|谈话|谈话谈心|谈心谈话会|提醒谈话|廉政谈话"),
    (
        "election",
        r"(?:党?支部|总支|党总支|支委会?|机关党委)?(?:换届)?选举(?:党员)?(?:大会|会议)?|(?:党?支部|总支)?换届(?:选举)?(?:党员)?(?:大会|会议)?"
        r"|(?:支委|书记|委员|支部委员)?(?:补选|增补)(?:支委|委员|书记)?(?:大会|会议)?",
    ),
    (
        "study_group",
        r"(?:党组|党委)?(?:理论)?(?:学习)?中心组(?:理论)?(?:集体|集中|专题)?(?:学习|研讨|学习研讨)?(?:会|会议)?",
    ),
    (
        "party_special",
        r"专题研究(?:党建|机关党建|党建工作|全面从严治党|意识形态)(?:工作)?(?:会|会议)?|党建(?:工作)?(?:专题|领导小组)会议?",
    ),
    ("democratic_life", r"(?:专题|年度|党员领导干部|领导班子)*民主生活会"),
    ("party_group_meeting", r"党组(?:扩大)?(?:会|会议)|党组(?:\(扩大\))?会议"),
    (
        "committee_plenary",
        r"(?:机关)?党委(?:扩大|全体|委员)?(?:会|会议|全会|全体会议)|机关委员会(?:全体)?会议?",
    ),
    ("debrief", r"(?:党?支部书记|书记)?(?:抓党建|党建)?(?:工作)?述职(?:评议)?(?:考核)?(?:会|会议|大会)?"),
    (
        "training",
        r"(?:党员|党务干部|书记|支部书记|党务|集中|专题|脱产|轮训|教育)*(?:集中)?(?:教育)?(?:培训|轮训|培训班|轮训班)(?:会)?",
    ),
    (
        "study",
        r"(?:支部|党支部|党员|政治|理论|业务|集体|专题|集中|自主|交流)*(?:理论|政治)?学习(?:会|研讨|研讨会|教育|交流|交流会|讨论|讨论会)?|专题研讨(?:会)?|学习研讨",
    ),
    ("visit", r"(?:走访|慰问|看望)+(?:困难|老|生活困难|离退休)*(?:党员|群众)*"),
    ("visit_branch", r"(?:党建|支部)?联系点(?:指导|调研|活动)?"),
    ("oath", r"(?:集体)?(?:重温)?入党(?:宣誓|誓词|誓言)(?:仪式)?|重温誓词|入党宣誓仪式"),
    ("dues", r"党费(?:的)?(?:收缴|缴纳|公示|公布|通报)+|(?:收缴|缴纳|交纳)党费"),
]
_LEAD = re.compile(
    r"^(?:\d{4}年)?(?:度)?(?:第?[\d一二三四五六七八九十]{1,3}(?:季度|月份?|次|期|号|届)?(?:的)?)?"
    r"(?:上半年|下半年|年度|月度|季度|本月|固定)?(?:召开|开展|组织|举行|举办|参加|进行)?(?:了)?"
)
_TRAIL = re.compile(r"(?:主题)?(?:系列)?活动$|[\d一二三四五]+$")
_BETWEEN = re.compile(r"[+＋、,，/／;；&｜|\n]|(?:暨|及|和|与|并|兼)")


def _activity_kind(text):
    for form in dict.fromkeys((text, _TRAIL.sub("", text), _LEAD.sub("", text), _TRAIL.sub("", _LEAD.sub("", text)))):
        for code, pattern in _ACTIVITY_PATTERNS:
            if form and (form in (code, ACTIVITY_KINDS[code]) or re.fullmatch(pattern, form)):
                return code
    return None


def parse_activity_kinds(value):
    """Return the codes of ACTIVITY_KINDS in a cell, in its order: `主题党日+党课` → `["theme_day",
    "lecture"]`.

    Raises ValueError that names the first part nobody knows.
    """
    text = fold(value)[:200]
    outside = re.sub(r"[(\[【][^()\[\]【】]*[)\]】]", "", text)
    inside = re.findall(r"[(\[【]([^()\[\]【】]*)[)\]】]", text)
    if not outside.strip("-—/"):
        raise ValueError("活动类型没有填写。")
    parts = [outside] if _activity_kind(outside) else [p for p in _BETWEEN.split(outside) if p]
    apart = [fold(p) for p in clean_text(cell_text(value)).split() if fold(p)]
    if len(parts) == 1 and len(apart) > 1 and not _activity_kind(outside):
        parts = apart  # 主题党日 党课
    kinds = []
    for part in parts:
        code = _activity_kind(part)
        if code is None:
            raise unknown_word("活动类型", part, (*ACTIVITY_KINDS.values(), *_OTHER_NAMES))
        kinds.append(code)
    # Brackets may name a further kind, 主题党日(党课), or only describe the first one, 党员大会(扩大).
    kinds += [code for note in inside for part in _BETWEEN.split(note) if (code := _activity_kind(part))]
    return list(dict.fromkeys(kinds))

"""The words of Party work in cells, and the codes they mean: kinds, categories, posts, absences.

Each parser takes one raw cell and raises ValueError with a Chinese sentence for what it does not know, with a
suggestion where one word is close. Codes of activities: rulebook, chapter 7.
"""

import re
from typing import NamedTuple

from rapidfuzz import fuzz, process

from branches.text import cell_text, clean_text, fold, is_blank_mark, person_name

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


def suggestion(text, known):
    """Return `是否为“…”？` with the closest of `known`, or the list of what may be written."""
    close = process.extractOne(fold(text), known, scorer=fuzz.ratio, score_cutoff=60)
    shown = [k for k in known if k not in _OTHER_NAMES]
    return f"是否为“{close[0]}”？" if close else "可填：" + "、".join(shown) + "。"


def _unknown(what, value, known):
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
    raise _unknown(what, value, labels.values())


_ADJECTIVES = r"(?:中国共产党的?|中共|党的|基层|机关|临时|联合|独立|单独|离退休(?:干部|人员)?|在职|直属|下属|功能型|流动)*"
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
        r"(?:在职|全日制|党校|中央党校|省委党校|自考|函授|电大)?(?:大学|大学本科|本科|大本|学士|大学普通班)"
        + _DEGREE,
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
    for form in dict.fromkeys(
        (text, _TRAIL.sub("", text), _LEAD.sub("", text), _TRAIL.sub("", _LEAD.sub("", text)))
    ):
        for code, pattern in _ACTIVITY_PATTERNS:
            if form and (form in (code, ACTIVITY_KINDS[code]) or re.fullmatch(pattern, form)):
                return code
    return None


def parse_activity_kinds(value):
    """Return the codes of ACTIVITY_KINDS in a cell, in its order: `主题党日+党课` → `["theme_day", "lecture"]`.

    Raises ValueError that names the first part nobody knows.
    """
    text = fold(value)[:200]
    outside = re.sub(r"[(\[【][^()\[\]【】]*[)\]】]", "", text)
    inside = re.findall(r"[(\[【]([^()\[\]【】]*)[)\]】]", text)
    if not outside.strip("-—/"):
        raise ValueError("活动类型没有填写。")
    parts = [outside] if _activity_kind(outside) else [p for p in _BETWEEN.split(outside) if p]
    apart = [fold(p) for p in _plain(value).split() if fold(p)]
    if len(parts) == 1 and len(apart) > 1 and not _activity_kind(outside):
        parts = apart  # 主题党日 党课
    kinds = []
    for part in parts:
        code = _activity_kind(part)
        if code is None:
            raise _unknown("活动类型", part, (*ACTIVITY_KINDS.values(), *_OTHER_NAMES))
        kinds.append(code)
    # Brackets may name a further kind, 主题党日(党课), or only describe the first one, 党员大会(扩大).
    kinds += [code for note in inside for part in _BETWEEN.split(note) if (code := _activity_kind(part))]
    return list(dict.fromkeys(kinds))


# Posts


class PartyPost(NamedTuple):
    """A seat: code of POSTS and the level named with it (a kind of organisation, `discipline`, or empty)."""

    code: str
    level: str


POSTS = {
    "secretary": "书记",
    "deputy_secretary": "副书记",
    "organisation_officer": "组织委员",
    "publicity_officer": "宣传委员",
    "discipline_officer": "纪检委员",
    "youth_officer": "青年委员",
    "united_front_officer": "统战委员",
    "mass_work_officer": "群众工作委员",
    "secrecy_officer": "保密委员",
    "study_officer": "学习委员",
    "welfare_officer": "生活委员",
    "culture_officer": "文体委员",
    "committee_member": "委员",
    "party_group_member": "党组成员",
    "group_leader": "党小组组长",
    "deputy_group_leader": "党小组副组长",
}
_OFFICES = {
    "组织": "organisation_officer", "组": "organisation_officer", "宣传": "publicity_officer", "宣": "publicity_officer",
    "纪律检查": "discipline_officer", "纪检监察": "discipline_officer", "纪检": "discipline_officer", "纪": "discipline_officer",
    "青年": "youth_officer", "统战": "united_front_officer", "统一战线": "united_front_officer", "群众工作": "mass_work_officer",
    "群众": "mass_work_officer", "群工": "mass_work_officer", "群团": "mass_work_officer", "保密": "secrecy_officer",
    "学习": "study_officer", "生活": "welfare_officer", "文体": "culture_officer", "文娱": "culture_officer",
}  # fmt: skip
_LEVEL = re.compile(
    r"^(?:中共)?(?:局|委|厅|处|本)?(?:(党组)|(机关纪委|纪委)|(机关党委|机关委员会|党委)|(党总支部?|总支部?)|(党?支部委员会|党?支部|支委会?)|(?:第?[一二三四五六七八九十\d]{1,3})?(党?小组))"
)
_LEVELS = ("party_group", "discipline", "committee", "general_branch", "branch", "small_group")
_OFFICE = re.compile("(?:" + "|".join(sorted(_OFFICES, key=len, reverse=True)) + ")")
_NO_POST = re.compile(r"(?:一般|普通|正式|预备)?党员|群众|否|未担任|没有|无职务|无党内职务")


def _post(text):
    """Return the list of PartyPost in one part of a cell, or None."""
    match = _LEVEL.match(text)
    level = _LEVELS[next(i for i, g in enumerate(match.groups()) if g)] if match else ""
    title = re.sub(r"^(?:的|专职|兼职|常务|第一|代理|代)+", "", text[match.end() :] if match else text)
    if title == "书记":
        return [PartyPost("secretary", level)]
    if title == "副书记":
        return [PartyPost("deputy_secretary", level)]
    if title in ("委员", "") and (level == "branch" or title):
        return [PartyPost("committee_member", level)]
    if title == "成员" and level == "party_group":
        return [PartyPost("party_group_member", level)]
    if (
        title in ("组长", "长", "负责人")
        and level in ("small_group", "")
        and text != "长"
        and text != "负责人"
    ):
        return [PartyPost("group_leader", "small_group")]
    if title == "副组长":
        return [PartyPost("deputy_group_leader", "small_group")]
    if title.endswith("委员"):
        offices = title.removesuffix("委员")
        found = _OFFICE.findall(offices)
        if found and "".join(found) == offices:
            return [PartyPost(_OFFICES[f], level) for f in found]
    return None


def parse_posts(value):
    """Return the PartyPosts in a cell: `支部书记兼组织委员` → secretary (branch), organisation_officer.

    An empty cell, a dash or `普通党员` gives []. Raises ValueError for a title nobody knows.
    """
    text = re.sub(r"\([^()]*\)", "", fold(value)[:200])
    if is_blank_mark(text) or _NO_POST.fullmatch(text):
        return []
    parts = [p for p in re.split(r"[、,/;+&|]|兼任?|及|与|和", text) if p]
    found = []
    for index, part in enumerate(parts):
        posts = _post(part)
        if posts is None and part in _OFFICES and any(p.endswith("委员") for p in parts[index + 1 :]):
            posts = [PartyPost(_OFFICES[part], "")]  # 组织、宣传委员
        if posts is None:
            raise _unknown("党内职务", part, POSTS.values())
        found += posts
    return list(dict.fromkeys(found))


# Absences


class Absentee(NamedTuple):
    """Who was away: name, reason as written, and the state of attendance: `leave` or `absent`."""

    name: str
    reason: str
    state: str


_NOBODY = re.compile(
    r"0人?|(?:均|都|全部|全体|全员)*(?:无缺席|无人缺席|全勤|到齐|全到|出席|参加|无请假|没有|未缺席)(?:人员)?。?|无缺席人员|无请假人员|无人"
)
_NO_EXCUSE = re.compile(r"无故|旷|缺席|缺勤|未请假|没请假|不请假|无正当|不明|未说明|无理由|未到|擅自")
_REASONS = (
    r"病假|事假|公假|年假|年休假?|休假|产假|陪产假|育儿假|婚假|丧假|探亲假?|补休|调休|公休|公差|公出|出差|借调|挂职|外出|驻村|援[藏疆青]"
    r"|培训|学习|开会|值班|住院|生病|请假|无故.*|旷会|缺席|缺勤|未请假|抽调|下乡|调研|出国|因.+"
)
_NAME_REASON = re.compile(
    rf"^(?P<name>[^\W\d_]{{2,4}}?|[^\W\d_]+·[^\W\d_]+?)(?:同志)?[-:—\s]*(?P<reason>{_REASONS})$"
)
_REASON_FIRST = re.compile(rf"^(?P<reason>{_REASONS})(?:的?人员)?[:：](?P<names>.+)$")
_SHARED = re.compile(r"^(?:均|都|皆|同)(?:为|因|系|是)?")


def absence_state(reason):
    """Return `leave` for a reason, `absent` for none or for 无故, 旷会, 缺席, 未请假."""
    return "absent" if is_blank_mark(reason) or _NO_EXCUSE.search(fold(reason)) else "leave"


def _pieces(text):
    """Split at 、 , ; and line breaks, but not inside brackets."""
    # 张三(病假)李四(事假): a closing bracket ends a person, too.
    text = re.sub(r"([)\]】])\s*(?=[^\s、,;。)\]】(\[【])", r"\1、", text)
    pieces, depth, piece = [], 0, ""
    for character in text:
        depth += (character in "([【") - (character in ")]】" and depth > 0)
        if character in "、,;\n。" and not depth:
            pieces.append((piece, character))
            piece = ""
        else:
            piece += character
    cleaned = (
        (re.sub(r"^(?:\d{1,2}[.、)]|[①-⑳])\s*", "", p.strip()), end) for p, end in [*pieces, (piece, "")]
    )
    return [
        (p, end) for p, end in cleaned if p and not re.fullmatch(r"[共计等]+\s*\d*\s*[人名]?|\d{1,2}\.?", p)
    ]


def parse_absentees(value, reasons=None):
    """Return the Absentees of a cell: `何嘉兰(病假)、石静英(公假)`, `病假：张三、李四；事假：王五`, `张三病假`.

    `reasons`: the cell of a separate column of reasons, when the ledger has one: used in the order of the names, or
    for all of them when it gives one. Nobody away (`无`, `—`, `全勤`, empty) gives [].
    """
    text = _plain(value)
    if is_blank_mark(text) or _NOBODY.fullmatch(fold(text)):
        return _from_reasons_only(reasons)
    found, open_reason = [], ""
    for piece, end in _pieces(text):
        first = _REASON_FIRST.match(piece)
        if first:
            open_reason, piece = first["reason"], first["names"]
        name, reason = _name_and_reason(piece)
        shared = _SHARED.match(reason)
        if shared:
            reason = reason[shared.end() :]
            for index in range(len(found) - 1, -1, -1):
                if found[index][1]:
                    break
                found[index] = (found[index][0], reason)
        if name:
            found.append((name, reason or open_reason))
        if end in (";", "\n", "。"):
            open_reason = ""
    found = _with_reasons(found, reasons)
    return [Absentee(name, reason, absence_state(reason)) for name, reason in found]


def _plain(value):
    text = clean_text(cell_text(value))
    return text.translate(str.maketrans("（）［］，；：", "()[],;:"))


def _name_and_reason(piece):
    match = re.match(r"^(?P<name>[^(\[【]*)[(\[【](?P<reason>.*?)[)\]】]*\s*$", piece)
    if not match:
        match = _NAME_REASON.match(piece)
    if not match:
        return person_name(re.sub(r"同志$", "", piece)), ""
    return person_name(re.sub(r"同志$", "", match["name"].strip(" -:—"))), clean_text(match["reason"])


def _from_reasons_only(reasons):
    return [] if reasons is None or is_blank_mark(reasons) else parse_absentees(reasons)


def _with_reasons(found, reasons):
    given = [] if reasons is None or is_blank_mark(reasons) else [p for p, _ in _pieces(_plain(reasons))]
    if not given or any(reason for _, reason in found):
        return found
    if len(given) == 1 and not re.search(r"[(:]", given[0]):
        return [(name, given[0]) for name, _ in found]
    named = {a.name: a.reason for a in parse_absentees(reasons) if a.reason}
    if named:
        return [(name, named.get(name, "")) for name, _ in found]
    return [(name, given[i] if i < len(given) else "") for i, (name, _) in enumerate(found)]


def split_names(value):
    """Return the names in a cell of several people or organisations, separated by 、 , ; / or line breaks."""
    return [
        p
        for p in (clean_text(x) for x in re.split(r"[、,，;；/\n]", cell_text(value)))
        if p and not is_blank_mark(p)
    ]

"""The kinds of activities as cells name them; codes: rulebook, chapter 7."""

import re

from common.tabular.words import unknown_word
from common.text import cell_text, fold

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
    apart = [fold(p) for p in cell_text(value).split() if fold(p)]
    if len(parts) == 1 and len(apart) > 1 and not _activity_kind(outside):
        parts = apart  # 主题党日 党课
    kinds = []
    for part in parts:
        code = _activity_kind(part)
        if code is None:
            raise unknown_word(
                "活动类型", part, (*ACTIVITY_KINDS.values(), *_OTHER_NAMES), shown=ACTIVITY_KINDS.values()
            )
        kinds.append(code)
    # Brackets may name a further kind, 主题党日(党课), or only describe the first one, 党员大会(扩大).
    kinds += [code for note in inside for part in _BETWEEN.split(note) if (code := _activity_kind(part))]
    return list(dict.fromkeys(kinds))

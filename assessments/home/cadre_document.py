"""The cadre's record as a Word document, from the same data as the page."""

from docx.shared import Pt

from assessments.reports.wording import numeral
from common import clock
from common.documents import gbt9704
from common.documents.gbt9704 import Fonts
from members.education.models import StudyState

NONE = "—"
# Whether he owes a duty in person, or as the head of an organisation that acts together.
WHOSE = {True: "本人", False: "集体"}
STATES = {state.value: state.label for state in StudyState}


def render(record, agency):
    """Return the bytes of the .docx file. record: selectors.cadre.cadre_record; agency: name of who keeps it."""
    document = gbt9704.new_document(Fonts())
    document.core_properties.title = title(record)
    document.core_properties.author = agency
    document.add_paragraph(title(record), style="Title").paragraph_format.space_after = Pt(14)
    as_of = clock.in_full(record["as_of"])
    told = f"{record['name']}，{_posts(record)}。本表由系统按截至{as_of}的记录生成，未要求本人填报。"
    gbt9704.paragraph(document, f"{told}本人责任是其个人应当履行的，集体责任是其所负责的组织共同履行的。")
    parts = [(name, write) for name, write in PARTS if write is not None]
    for number, (name, write) in enumerate(parts, 1):
        document.add_heading(f"{numeral(number)}、{name}", 1)
        write(document, record)
    # Signed by him that it is so, and by who keeps it; the lines stay together.
    gbt9704.paragraph(document, "", indent=False, keep=True)
    gbt9704.paragraph(document, "本人签字：", keep=True)
    gbt9704.paragraph(document, "审核人签字：", keep=True)
    gbt9704.signature(document, agency, as_of)
    return document.content()


def title(record):
    """Return 某某2026年度党建工作实绩."""
    return f"{record['name']}{record['year']}年度党建工作实绩"


def _posts(record):
    return "、".join(row["title"] for row in record["posts"]) or "本年度没有任职"


def _table(document, heads, rows, widths, left, empty):
    if rows:
        gbt9704.table(document, heads, rows, widths, left=left)
    else:
        gbt9704.paragraph(document, empty)


def _duties(document, record):
    head = record["head"]
    if head.duties:
        text = "；".join(filter(None, [f"{len(record['lists'])} 份清单，{head.words()}", head.rest, head.occurrences]))
        gbt9704.paragraph(document, f"{text}。".replace(" ", ""))
    rows = [
        [row["text"], WHOSE[part["own"]], f"{row['done']}/{row['expected']}", str(row["late"]), str(row["overdue"])]
        for part in record["lists"]
        for row in part["rows"]
    ]
    heads = ["责任事项", "责任", "落实", "补录补办", "未落实"]
    _table(document, heads, rows, [78, 18, 22, 19, 19], (0,), "本年度没有责任清单。")


def _work(document, record):
    rows = [
        [row["name"], row["part"], str(row["synchronised"]), str(row["lagging"]), str(row["missing"])]
        + ["是" if row["closed"] else "否"]
        for row in record["work"]
    ]
    heads = ["重点业务", "职责", "同步", "滞后", "缺失", "闭环"]
    _table(document, heads, rows, [70, 26, 15, 15, 15, 15], (0,), "本年度没有分管或承办的重点业务。")


def _supervisions(document, record):
    rows = [
        [row["title"], f"{row['due']:%Y-%m-%d}", row["state"], {True: "逾期", False: "按时", None: NONE}[row["late"]]]
        for row in record["supervisions"]
    ]
    _table(document, ["督查事项", "时限", "状态", "回复"], rows, [92, 24, 20, 20], (0,), "本年度没有收到督查。")


def _training(document, record):
    rows = [
        [f"{row['day']:%m-%d}", row["title"], row["kind"], f"{row['hours']:g}" if row["hours"] is not None else "未知"]
        for row in record["training"]
    ]
    _table(document, ["日期", "内容", "类型", "学时"], rows, [20, 82, 36, 18], (1, 2), "本年度没有学习培训记录。")
    if record["hours"] is not None:
        more = f"，另有 {record['unknown_hours']} 次没有记录时长" if record["unknown_hours"] else ""
        gbt9704.paragraph(document, f"合计 {record['hours']:g} 学时{more}。".replace(" ", ""))


def _seats(document, record):
    rows = [
        [row["title"], row["place"], row["work"] or NONE, str(row["owed"]), str(row["classes"]), STATES[row["state"]]]
        for row in record["seats"]
    ]
    heads = ["党内职务", "党组织", "行政职务", "应完成学时", "集中培训", "完成情况"]
    _table(document, heads, rows, [34, 40, 30, 20, 16, 16], (0, 1, 2), "本年度没有登记党内职务。")


def _topics(document, record):
    rows = [[row["title"], row["part"], row["level"], "、".join(row["uses"]) or NONE] for row in record["topics"]]
    _table(document, ["调研课题", "分工", "评定", "成果转化"], rows, [62, 18, 20, 56], (0, 3), "本年度没有调研课题。")


PARTS = (
    ("责任落实", _duties),
    ("重点业务四同步", _work),
    ("督查整改", _supervisions),
    ("党内职务", _seats),
    ("学习培训", _training),
    ("调研课题", _topics),
)

"""The text of a circular, from its frozen numbers and its own words: one list of parts for screen and paper."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from assessments.circulars.content import Content, Lack, PlaceRow
from assessments.reports.wording import numeral
from common.periods import Period
from responsibilities.circulars.models import Circular


@dataclass(frozen=True)
class Section:
    """A numbered part: heading, sentences, and a table of what organisations lack ((key, name, Lack) each row)."""

    heading: str
    sentences: list[str]
    what: str = ""
    rows: list[tuple[int, str, Lack]] = field(default_factory=list)


def title_of(quarter: Period, *, correction: bool = False) -> str:
    """Return the title that a draft begins with."""
    return f"关于{quarter.label()}四同步和组织生活落实情况的通报" + ("（更正）" if correction else "")


def opening_of(quarter: Period) -> str:
    """Return the opening that a draft begins with; the words are its editor's."""
    return f"现将{quarter.label()}（{quarter.span()}）重点业务四同步和组织生活落实情况通报如下。"


ASKS = "请有关党组织对照所列事项逐项补齐，确有特殊情况的在系统中写明。其他党组织继续按时落实。"
RECIPIENT = "各党总支、党支部"


def day(text: str) -> str:
    """Return 2026年10月8日 for an ISO day."""
    found = date.fromisoformat(text)
    return f"{found.year}年{found.month}月{found.day}日"


def sections(circular: Circular) -> list[Section]:
    """Return the parts of a circular in their order, numbered."""
    content: Content = circular.content
    parts = [_work(content), _life(content), _asks(circular)]
    return [replace(part, heading=f"{numeral(number)}、{part.heading}") for number, part in enumerate(parts, 1)]


def _rows(content: Content, of: Callable[[PlaceRow], list[Lack]]) -> list[tuple[int, str, Lack]]:
    return [(row["key"], row["name"], lack) for row in content["places"] for lack in of(row)]


def _work(content: Content) -> Section:
    numbers, rows = content["work"], _rows(content, lambda row: row["stages"])
    if not numbers["due"]:
        return Section("四同步情况", [f"截至{day(content['as_of'])}，本季度没有到期的环节。"])
    text = f"截至{day(content['as_of'])}，{numbers['items']} 项重点业务应同步 {numbers['due']} 个环节"
    text += f"，同步 {numbers['synchronised']} 个，滞后 {numbers['lagging']} 个，缺失 {numbers['missing']} 个"
    sentences = [f"{text}，涉及 {_places(rows)} 个党组织。" if rows else f"{text}。"]
    return Section("四同步情况", sentences, "环节", rows)


def _life(content: Content) -> Section:
    numbers, rows = content["life"], _rows(content, lambda row: row["requirements"])
    if not numbers["due"]:
        sentences = [f"截至{day(content['as_of'])}，本季度没有到期的事项。"]
    else:
        text = f"截至{day(content['as_of'])}，到期事项 {numbers['due']} 项，落实 {numbers['done']} 项"
        text += f"（其中补录或补办 {numbers['late']} 项）" if numbers["late"] else ""
        text += f"，逾期 {numbers['overdue']} 项"
        sentences = [f"{text}，涉及 {_places(rows)} 个党组织。" if rows else f"{text}。"]
    if numbers["leaders"]:
        sentences.append(f"党员领导干部双重组织生活：应参加 {numbers['leaders']} 人，已参加 {numbers['attended']} 人。")
    return Section("组织生活情况", sentences, "事项", rows)


def _places(rows: list[tuple[int, str, Lack]]) -> int:
    return len({key for key, _, _ in rows})


def _asks(circular: Circular) -> Section:
    content: Content = circular.content
    until = f"{circular.until.year}年{circular.until.month}月{circular.until.day}日"
    sentences = [circular.asks]
    if content["places"]:
        sentences.append(f"以上事项请于{until}前办理完毕，并登记在系统中。")
    return Section("有关要求", sentences)


def correction_words(circular: Circular) -> str:
    """Return what a correction says of the version it takes the place of, "" for a first version."""
    if circular.corrects is None or circular.corrects.issued_on is None:
        return ""
    return f"本通报更正 {day(circular.corrects.issued_on.isoformat())}印发的第 {circular.corrects.version} 版：{circular.reason}"

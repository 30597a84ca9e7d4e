"""The draft of a report: kind, number, signer and recipient chosen, its paragraphs put in other words; its numbers are nobody's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from os.path import commonprefix
from typing import Any

from django.core.exceptions import ValidationError

from assessments.reports import builder, shape
from assessments.reports.builder import Head
from assessments.reports.locked import names_of, what_changed
from assessments.reports.models import DocumentKind, ReportDraft, ReportEdit
from assessments.reports.paper import paragraphs_of
from assessments.reports.people import people_on
from assessments.results.models import Assessment, AssessmentState
from assessments.results.services import locked, root_of_results
from branches import audit
from branches.reach import access
from branches.reach.rights import ASSESS, PUBLISH
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.stale_form import form_mark, require_unchanged
from common.text import clean_text

LONGEST_PARAGRAPH = 1000
# The draft of more organisations than these is written by the worker (drafting.py), never while a page waits.
LARGE = 200
MOVED_ON = "这份草稿刚被他人修改，您填写的内容没有保存。请打开最新内容对照后再改。"


@dataclass(frozen=True)
class Drafted:
    """How the draft of an assessment stands. row: None before anything was chosen or written. lost: keys of paragraphs whose
    words were dropped, because their numbers have changed since."""

    body: dict[str, Any]
    head: Head
    row: ReportDraft | None
    lost: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Mark of what its forms show (common/stale_form.py)."""
        return form_mark(self.shown)

    @property
    def shown(self) -> dict[str, Any]:
        words = {key: block["text"] for key, block in paragraphs_of(self.body).items()}
        return {"kind": self.head.kind, "number": self.head.number, "signer": self.body["signer"]} | {
            "recipient": self.body["recipient"],
            "words": words,
            "changed": self.row.changed if self.row else None,
        }


class NotWritten(Conflict):
    """The draft of a large assessment that the worker has not written yet, or not since its results are others."""

    def __init__(self) -> None:
        super().__init__("考核的党组织多，报告草稿由后台起草。请先在草稿页起草，完成后再继续。")


def is_large(assessment: Assessment) -> bool:
    return assessment.results.count() > LARGE


def moment_of(assessment: Assessment) -> datetime:
    """Return since when the results stand of which a draft is."""
    return assessment.frozen or assessment.made


def is_written(assessment: Assessment, row: ReportDraft | None) -> bool:
    """Whether the draft is kept in the numbers of the present results."""
    return row is not None and row.frozen == moment_of(assessment)


def require_writes(by: Actor) -> None:
    """Raise Forbidden unless `by` assesses or publishes at the root."""
    root = root_of_results()
    if not access.has_right(by, PUBLISH, root):
        access.require(by, ASSESS, root)


def drafted(assessment: Assessment, row: ReportDraft | None = None) -> Drafted:
    """Return the draft as it stands; of a freeze that was undone meanwhile with the numbers of now and the words that still fit.

    Raises NotWritten for a large one that is not kept so: it is asked for (drafting.py).
    """
    row = row or ReportDraft.objects.filter(assessment=assessment).first()
    if not is_written(assessment, row) and is_large(assessment):
        raise NotWritten
    return reckoned(assessment, row)


def reckoned(assessment: Assessment, row: ReportDraft | None) -> Drafted:
    """Return the draft as it stands, reckoned where it is not kept, however long that takes."""
    if row is None:
        return Drafted(builder.build(assessment), Head(), None)
    head = Head(row.kind, row.number, row.signer, row.recipient)
    if is_written(assessment, row):
        return Drafted(row.body, head, row)
    body, lost = with_words(builder.build(assessment, head=head), row)
    return Drafted(body, head, row, lost)


def in_form(assessment: Assessment, stands: Drafted, head: Head) -> Drafted:
    """Return a draft in another form than it was kept in. Another kind has another text: of a large one it is asked for (NotWritten)."""
    if head.kind == stands.head.kind:
        return Drafted(builder.addressed(stands.body, head, assessment.as_of), head, stands.row, stands.lost)
    if is_large(assessment):
        raise NotWritten
    body, row = builder.build(assessment, head=head), stands.row
    return Drafted(with_words(body, row)[0] if row is not None and row.pk else body, head, row)


def kept(assessment: Assessment) -> Drafted | None:
    """Return the draft where somebody has chosen or written something since the freeze; nothing is reckoned for it."""
    row = ReportDraft.objects.filter(assessment=assessment).first()
    return drafted(assessment, row) if row is not None else None


@dataclass(frozen=True)
class Edited:
    """A paragraph whose words are not the computed ones. by: ids of the accounts that edited it; who: their names."""

    before: str
    after: str
    by: frozenset[int | None]
    who: str

    @property
    def pieces(self) -> tuple[str, str, str, str]:
        """What stands before the first change, what was there, what is there now, and what stands after the last change."""
        head = commonprefix([self.before, self.after])
        tail = commonprefix([self.before[len(head) :][::-1], self.after[len(head) :][::-1]])[::-1]
        was, now = (text[len(head) : len(text) - len(tail)] for text in (self.before, self.after))
        return head, was, now, tail


def edited(stands: Drafted | None) -> list[Edited]:
    """Return the paragraphs of a draft that read otherwise than they were computed, in the order of the text."""
    if stands is None or stands.row is None or not stands.row.pk:
        return []
    by_key: dict[str, list[ReportEdit]] = {}
    for edit in stands.row.edits.select_related("made_by").order_by("pk"):
        by_key.setdefault(edit.key, []).append(edit)
    return [
        Edited(
            rows[0].before,
            block["text"],
            frozenset(row.made_by_id for row in rows),
            "、".join(dict.fromkeys(row.made_by.name if row.made_by else "服务器操作员" for row in rows)),
        )
        for key, block in paragraphs_of(stands.body).items()
        if (rows := by_key.get(key)) and rows[-1].after == block["text"] != rows[0].before
    ]


def usual_head(assessment: Assessment) -> dict[str, str]:
    """Return what a report without a draft is published with: a 报告 to the root, signed by the committee's secretary."""
    signer = people_on(assessment.as_of).signer
    return {"kind": DocumentKind.REPORT, "number": "", "signer": signer, "recipient": str(root_of_results())}


def with_words(body: dict[str, Any], row: ReportDraft) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Put the words of the edits into a body made anew, paragraph by paragraph, where the computed text is still the same."""
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    for edit in row.edits.order_by("pk"):
        first.setdefault(edit.key, edit.before)
        last[edit.key] = edit.after
    lost = []
    blocks = paragraphs_of(body)
    for key, before in first.items():
        if key in blocks and blocks[key]["text"] == before:
            _put(blocks[key], last[key])
        elif last[key] != blocks.get(key, {}).get("text"):
            lost.append(key)
    return body, tuple(lost)


def _put(block: dict[str, Any], text: str) -> None:
    block["text"] = text
    block["links"] = [link for link in block["links"] if link["text"] in text]


def _held(by: Actor, assessment: Assessment, seen: str) -> tuple[Drafted, ReportDraft]:
    """Return the draft with its row locked and in the numbers of the present freeze; Conflict where it was seen otherwise."""
    require_writes(by)
    assessment = locked(assessment, AssessmentState.FROZEN, "修改报告草稿")
    stands = drafted(assessment, ReportDraft.objects.select_for_update().filter(assessment=assessment).first())
    require_unchanged(seen, stands.shown, MOVED_ON)
    row = stands.row or ReportDraft(assessment=assessment)
    row.body, row.frozen = stands.body, moment_of(assessment)
    return stands, row


def audit_view(row: ReportDraft) -> dict[str, Any]:
    """Return a draft as the trail keeps it: what was chosen; the words stand in its edits."""
    return {name: value for name, value in audit.snapshot(row).items() if name != "body"}


def checked(data: Mapping[str, str]) -> Head:
    """Return the Head of what was chosen; ValidationError by field."""
    kind, number = data.get("kind", ""), clean_text(data.get("number"))
    signer, recipient = clean_text(data.get("signer")), clean_text(data.get("recipient"))
    errors = {}
    if kind not in DocumentKind.values:
        errors["kind"] = "请选择报告或通报。"
    if number and not shape.is_document_number(number):
        errors["number"] = "文号应写成“×党〔2026〕3号”的样式，或留空。"
    elif kind == DocumentKind.CIRCULAR and not number:
        errors["number"] = "通报须有文号，请按办公室发文登记填写。"
    if kind == DocumentKind.REPORT and not signer:
        errors["signer"] = "报告是上行文，请填写签发人。"
    if not recipient:
        errors["recipient"] = "请填写主送机关。"
    if errors:
        raise ValidationError(errors)
    return Head(kind, number, signer if kind == DocumentKind.REPORT else "", recipient)


def readdressed(head: Head, stands: Drafted) -> Head:
    """The head with the usual recipient of its kind, where another kind was chosen and the recipient left as it stood."""
    left = head.kind != stands.head.kind and head.recipient == stands.body["recipient"]
    return replace(head, recipient="") if left else head


@one_transaction
def draft_head(*, by: Actor, assessment: Assessment, data: Mapping[str, str], seen: str = "") -> ReportDraft:
    """Choose kind, number, signer and recipient of a draft. Raises ValidationError by field, Conflict for a stale form."""
    head = checked(data)
    stands, row = _held(by, assessment, seen)
    head = readdressed(head, stands)
    root = root_of_results()
    with audit.change(by=by, verb="report.draft_head", obj=row, organisation=root, view=audit_view):
        row.kind, row.number, row.signer, row.recipient = head.kind, head.number, head.signer, head.recipient
        if head != stands.head:
            row.body = in_form(row.assessment, stands, head).body
        row.changed = clock.now()
        row.full_clean(exclude=["assessment", "body"])
        row.save()
    return row


def _check_words(before: str, after: str, names: Iterable[str]) -> None:
    if not after:
        raise ValidationError({"text": "请写明文字；不能把整段删去。"})
    if len(after) > LONGEST_PARAGRAPH:
        raise ValidationError({"text": f"一段最多 {LONGEST_PARAGRAPH} 字。"})
    if changed := what_changed(before, after, names):
        raise ValidationError(
            {"text": f"数字、名称和升降、按期逾期等判断由系统得出，只能改其他文字，次序不变：{changed}。"}
        )


@one_transaction
def draft_words(*, by: Actor, assessment: Assessment, key: str, text: str, seen: str = "") -> ReportDraft:
    """Put a paragraph in other words, what is computed in it as it is (locked.py). Raises ValidationError on "text", Conflict for a stale form."""
    _, row = _held(by, assessment, seen)
    block = paragraphs_of(row.body).get(key)
    if block is None:
        raise Conflict("草稿里没有这一段，请打开最新内容。")
    before, after = block["text"], " ".join(clean_text(text).split())
    _check_words(before, after, names_of(row.body))
    if before == after:
        return row
    with audit.change(by=by, verb="report.draft_words", obj=row, organisation=root_of_results(), view=audit_view):
        _put(block, after)
        row.changed = clock.now()
        row.save()
        ReportEdit.objects.create(
            draft=row, key=key, before=before, after=after, made_by=account_of(by), made=row.changed
        )
    return row


@one_transaction
def draft_refresh(*, by: Actor, assessment: Assessment, seen: str = "") -> Drafted:
    """Take work, duties and deadlines of a draft anew; words stay where their numbers did."""
    stands, row = _held(by, assessment, seen)
    with audit.change(by=by, verb="report.draft_refresh", obj=row, organisation=root_of_results(), view=audit_view):
        body, lost = builder.build(row.assessment, head=stands.head), tuple[str, ...]()
        if row.pk:
            body, lost = with_words(body, row)
        row.body, row.changed = body, clock.now()
        row.save()
    return Drafted(body, stands.head, row, lost)

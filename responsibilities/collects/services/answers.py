"""What an asked organisation answers, and asking it once more."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from branches import audit
from branches.reach import access
from branches.reach.rights import DUTIES, RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.uploads import sniffing as uploads
from responsibilities.assigning import answers_for, require_assigns
from responsibilities.collects.models import CollectAnswer, CollectField, CollectState, CollectTarget, FieldKind
from responsibilities.collects.services.collects import tell
from responsibilities.collects.values import plain_answer
from responsibilities.proof_files.models import ProofFile
from responsibilities.proof_files.services import proof_file_keep

# {field pk: text or UploadedFile}
Given = Mapping[int, Any]
# {name under which a field is posted: sentences}
Errors = dict[str, list[str]]


def may_answer(user: Actor, target: CollectTarget) -> bool:
    """Return whether `user` may answer for the asked organisation: who records there, or answers for it."""
    if user is access.OPERATOR:
        return True
    return access.has_right(user, RECORD, target.organisation) or answers_for(user, target.organisation)


SETTLED = "已过填报时限，不能再修改；确需更改的，请上级退回后重填。"


def is_settled(target: CollectTarget) -> bool:
    """Whether what was answered can no longer be changed: its deadline has passed."""
    return target.answered_at is not None and clock.today() > target.collect.due


def name_of(field: CollectField) -> str:
    """Return the name under which a field's answer is posted and its error is shown."""
    return f"f{field.pk}"


def _locked(by: Actor, target: CollectTarget) -> CollectTarget:
    target = (
        CollectTarget.objects.select_for_update(of=("self", "collect"))
        .select_related("collect", "organisation__parent")
        .get(pk=target.pk)
    )
    if not may_answer(by, target):
        raise access.Forbidden(DUTIES, target.organisation)
    if target.collect.state != CollectState.OPEN:
        raise Conflict("征集已经结束，不能再填报。", record=target.collect)
    if is_settled(target):
        raise Conflict(SETTLED, record=target.collect)
    return target


def _read(fields: Iterable[CollectField], given: Given) -> tuple[dict[int, str], Errors]:
    """Return ({field id: its answer as it is kept}, what is wrong in them)."""
    texts: dict[int, str] = {}
    errors: Errors = {}
    for field in fields:
        try:
            texts[field.pk] = plain_answer(field, given.get(field.pk) or "")
        except ValidationError as error:
            errors[name_of(field)] = error.messages
    return texts, errors


def _keep_files(
    by: Actor, target: CollectTarget, fields: Iterable[CollectField], given: Given, kept: Collection[int]
) -> dict[int, ProofFile]:
    """Keep the files that were sent, one for each field; a file that was sent before (ids of fields, `kept`) stays."""
    files: dict[int, ProofFile] = {}
    errors: Errors = {}
    for field in fields:
        file = given.get(field.pk)
        if file is None or not hasattr(file, "read"):
            if field.required and field.pk not in kept:
                errors[name_of(field)] = [f"请上传{field.label}。"]
            continue
        try:
            files[field.pk] = proof_file_keep(by=by, organisation=target.organisation, file=file)
        except ValidationError as error:
            errors[name_of(field)] = error.messages
    if errors:
        for proof_file in files.values():
            uploads.remove(proof_file.path)
        raise ValidationError(errors)
    return files


@one_transaction
def collect_answer(*, by: Actor, target: CollectTarget, given: Given) -> CollectTarget:
    """Keep the answers of one organisation, or change them until the deadline; a first late answer is accepted and marked.

    given: {field pk: text or UploadedFile}. Raises ValidationError under `name_of(field)` for each wrong answer; then
    nothing is written.
    """
    target = _locked(by, target)
    fields = [field for field in target.collect.fields.all() if not field.figure]
    of_files = [field for field in fields if field.kind == FieldKind.FILE]
    before = {answer.field_id: answer for answer in target.answers.select_related("paper")}
    texts, errors = _read([field for field in fields if field.kind != FieldKind.FILE], given)
    if errors:
        raise ValidationError(errors)
    kept = {pk for pk, answer in before.items() if answer.paper_id}
    files = _keep_files(by, target, of_files, given, kept)
    # The entry is about the collection; what it keeps are the answers of this organisation.
    with audit.change(
        by=by,
        verb="collect.answer",
        obj=target.collect,
        organisation=target.organisation_id,
        view=lambda _: _words(fields, target.answers.all()),
    ):
        for field in fields:
            if field.pk in texts:
                _write(target, field, before.get(field.pk), texts[field.pk], None)
            elif field.pk in files:
                _write(target, field, before.get(field.pk), files[field.pk].name, files[field.pk])
        _say_answered(by, target)
    return target


def _write(
    target: CollectTarget, field: CollectField, answer: CollectAnswer | None, value: str, proof_file: ProofFile | None
) -> None:
    answer = answer or CollectAnswer(target=target, field=field)
    answer.value, answer.paper = value, proof_file
    answer.full_clean(exclude=["target", "field", "paper"])
    answer.save()


def _say_answered(by: Actor, target: CollectTarget) -> None:
    if target.answered_at is None:
        # Asked once more by the sender, an answer is not late by that.
        overdue = clock.today() > target.collect.due
        target.late = target.late or (overdue and not target.return_reason)
    target.answered_by = account_of(by)
    target.answered_at, target.return_reason = clock.now(), ""
    target.save()


def _words(fields: Iterable[CollectField], answers: Iterable[CollectAnswer]) -> dict[str, str]:
    labels = {field.pk: field.label for field in fields}
    return {labels[answer.field_id]: answer.value for answer in answers if answer.field_id in labels}


@one_transaction
def collect_return(*, by: Actor, target: CollectTarget, reason: str) -> CollectTarget:
    """Ask one organisation again with a reason; its answers stay until it has changed them."""
    collect = target.collect
    require_assigns(by, collect.organisation)
    if not reason.strip():
        raise ValidationError({"reason": "请写明退回原因。"})
    if collect.state != CollectState.OPEN:
        raise Conflict("征集已经结束，不能退回。", record=collect)
    changed = CollectTarget.objects.filter(pk=target.pk, answered_at__isnull=False).update(
        answered_at=None, return_reason=reason.strip()
    )
    if changed != 1:
        raise Conflict("该组织还没有填报。", record=collect)
    target.refresh_from_db()
    audit.record(
        by=by,
        verb="collect.return",
        obj=collect,
        organisation=target.organisation_id,
        note=f"{target.organisation.label}：{reason.strip()}",
    )
    tell(by, target, collect, f"被退回，请重新填报：{reason.strip()}")
    return target

"""What an asked organisation answers, and asking it once more."""

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.reach import access
from branches.reach.rights import DUTIES, RECORD
from common import clock
from common.errors import Conflict
from common.uploads import sniffing as files
from responsibilities.assigning import answers_for, require_assigns
from responsibilities.collects.models import CollectAnswer, CollectState, CollectTarget, FieldKind
from responsibilities.collects.services.collects import tell
from responsibilities.collects.values import plain_answer
from responsibilities.proof_files.services import proof_file_keep


def may_answer(user, target):
    """Return whether `user` may answer for the asked organisation: who records there, or answers for it."""
    if user is access.OPERATOR:
        return True
    return access.has_right(user, RECORD, target.organisation) or answers_for(user, target.organisation)


def name_of(field):
    """Return the name under which a field's answer is posted and its error is shown."""
    return f"f{field.pk}"


def _locked(by, target):
    target = (
        CollectTarget.objects.select_for_update(of=("self", "collect"))
        .select_related("collect", "organisation__parent")
        .get(pk=target.pk)
    )
    if not may_answer(by, target):
        raise access.Forbidden(DUTIES, target.organisation)
    if target.collect.state != CollectState.OPEN:
        raise Conflict("征集已经结束，不能再填报。", record=target.collect)
    return target


def _files(by, target, fields, given, kept):
    """Keep the files that were sent, one for each field; a file that was sent before stays."""
    papers, errors = {}, {}
    for field in fields:
        file = given.get(field.pk)
        if file is None or not hasattr(file, "read"):
            if field.required and field.pk not in kept:
                errors[name_of(field)] = f"请上传{field.label}。"
            continue
        try:
            papers[field.pk] = proof_file_keep(by=by, organisation=target.organisation, file=file)
        except ValidationError as error:
            errors[name_of(field)] = error.messages
    if errors:
        for paper in papers.values():
            files.remove(paper.path)
    return papers, errors


@transaction.atomic
def collect_answer(*, by, target, given):
    """Keep the answers of one organisation, or change them while the collection is open; late is accepted and marked.

    given: {field pk: text or UploadedFile}. Raises ValidationError under `name_of(field)` for each wrong answer; then
    nothing is written.
    """
    target = _locked(by, target)
    collect = target.collect
    fields = [field for field in collect.fields.all() if not field.held]
    old = {answer.field_id: answer for answer in target.answers.select_related("paper")}
    texts, errors = {}, {}
    for field in fields:
        if field.kind == FieldKind.FILE:
            continue
        try:
            texts[field.pk] = plain_answer(field, given.get(field.pk) or "")
        except ValidationError as error:
            errors[name_of(field)] = error.messages
    if not errors:
        kept = {pk for pk, answer in old.items() if answer.paper_id}
        papers, errors = _files(by, target, [f for f in fields if f.kind == FieldKind.FILE], given, kept)
    if errors:
        raise ValidationError(errors)
    before = _words(fields, old.values())
    for field in fields:
        if field.kind == FieldKind.FILE and field.pk not in papers:
            continue
        paper = papers.get(field.pk)
        answer = old.get(field.pk) or CollectAnswer(target=target, field=field)
        answer.value, answer.paper = (paper.name, paper) if paper else (texts[field.pk], None)
        answer.full_clean(exclude=["target", "field", "paper"])
        answer.save()
    today = clock.today()
    if target.answered_at is None:
        # Asked once more by the sender, an answer is not late by that.
        target.late = target.late or (today > collect.due and not target.return_reason)
    target.answered_by = None if by is access.OPERATOR else by
    target.answered_at, target.return_reason = clock.now(), ""
    target.save()
    audit.record(
        by=by,
        verb="collect.answer",
        obj=collect,
        organisation=target.organisation_id,
        before=before,
        after=_words(fields, target.answers.all()),
    )
    return target


def _words(fields, answers):
    labels = {field.pk: field.label for field in fields}
    return {labels[answer.field_id]: answer.value for answer in answers if answer.field_id in labels}


@transaction.atomic
def collect_return(*, by, target, reason):
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

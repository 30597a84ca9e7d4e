"""Adopt a practice, say what came of it, judge that."""

from django.core.exceptions import ValidationError

from branches import audit
from branches.places.models.organisations import Organisation
from branches.settings import dated
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text
from responsibilities.assigning import answers_for, require_assigns
from responsibilities.campaigns.services.campaigns import reason_of
from responsibilities.practices.marks import mark_practice
from responsibilities.practices.models import (
    EFFECT_MONTHS,
    GOES_ON,
    Adoption,
    AdoptionLevel,
    AdoptionResult,
    Practice,
)
from responsibilities.practices.rights import KINDS, require_own
from responsibilities.practices.rules import (
    NOT_REPORTED,
    OWN_ADOPTION,
    OWN_DECISION,
    OWN_PLACE,
    early_words,
    short_words,
)
from responsibilities.practices.services.practices import held, is_candidate, tell


def why_not_adopt(practice: Practice, organisation: Organisation) -> str:
    """Return why an organisation may not adopt a practice, "" where it may."""
    if practice.retired_on is not None:
        return "这项典型经验已停用，不再接受采用。"
    if is_candidate(practice):
        return "这项典型经验还没有认定，认定后可以采用。"
    if organisation.pk == practice.organisation_id:
        return OWN_ADOPTION
    if organisation.archived_on:
        return f"{organisation.label}已于 {organisation.archived_on:%Y-%m-%d} 撤销，不能再采用。"
    if organisation.kind not in KINDS:
        return "请由党支部或党总支采用。"
    row = Adoption.objects.open().filter(practice=practice, organisation=organisation).first()
    return f"已在采用（{row.starts:%Y-%m-%d}起）。" if row is not None else ""


@one_transaction
def practice_adopt(*, by: Actor, practice: Practice, organisation: Organisation, adapted: str = "") -> Adoption:
    """Adopt a practice from today on. adapted: how it is done otherwise here, if so. ValidationError where it may not."""
    practice = held(practice)
    require_own(by, organisation)
    if why := why_not_adopt(practice, organisation):
        raise ValidationError(why)
    adapted = clean_text(adapted)
    row = Adoption(
        practice=practice,
        organisation=organisation,
        starts=clock.today(),
        adapted=adapted,
        adopted_by=account_of(by),
    )
    with audit.change(by=by, verb="practice.adopt", obj=row, organisation=organisation, note=practice.title):
        row.full_clean(exclude=["practice", "organisation", "adopted_by", "reported_by", "judged_by"])
        row.save()
    require_own(by, organisation)
    return row


def _locked(adoption: Adoption) -> Adoption:
    Practice.objects.select_for_update().get(pk=adoption.practice_id)
    rows = Adoption.objects.select_for_update(of=("self",))
    return rows.select_related("practice__organisation__parent", "organisation__parent").get(pk=adoption.pk)


def early_of(adoption: Adoption) -> str:
    """Return why nothing but that it was dropped can be said of an adoption yet, "" once its months have passed."""
    return early_words(adoption.starts, dated.whole(EFFECT_MONTHS), clock.today())


def why_not_report(adoption: Adoption) -> str:
    """Return why an organisation says nothing more of an adoption, "" where it may."""
    if adoption.ended is not None:
        return "已经不再采用。"
    return "上级已经评定，不能再改结果。" if adoption.judged_on is not None else ""


@one_transaction
def adoption_report(*, by: Actor, adoption: Adoption, result: str, text: str) -> Adoption:
    """Say what came of an adoption; it ends today where the practice is dropped. Conflict once it was judged or has ended.

    ValidationError where it shall go on and its months have not passed: nobody knows yet whether it was worth it.
    """
    row = _locked(adoption)
    require_own(by, row.organisation)
    if why := why_not_report(row):
        raise Conflict(why, record=row.practice)
    if result not in AdoptionResult.values:
        raise ValidationError({"result": "请选择结果。"})
    if result in GOES_ON and (early := early_of(row)):
        raise ValidationError({"result": early})
    text, before = reason_of(text, "说明", "text"), row.reported_on
    with audit.change(
        by=by, verb="practice.report", obj=row, organisation=row.organisation_id, note=row.practice.title
    ):
        row.result, row.text = result, text
        row.reported_by, row.reported_on = account_of(by), clock.today()
        row.ends = clock.today() if result == AdoptionResult.DROPPED else None
        row.full_clean(exclude=["practice", "organisation", "adopted_by", "reported_by", "judged_by"])
        row.save()
    mark_practice(row.practice, before)
    require_own(by, row.organisation)
    return row


def why_not_stop(adoption: Adoption) -> str:
    """Return why an organisation does not stop with a reason, "" where it may: before the judgement its report says so."""
    if adoption.ended is not None:
        return "已经不再采用。"
    return "" if adoption.judged_on is not None else "上级还没有评定，不再采用的请在结果中报告。"


@one_transaction
def adoption_stop(*, by: Actor, adoption: Adoption, reason: str) -> Adoption:
    """End today an adoption that was judged, with a reason; what was reported and judged stays as it is."""
    row = _locked(adoption)
    require_own(by, row.organisation)
    if why := why_not_stop(row):
        raise Conflict(why, record=row.practice)
    reason = reason_of(reason, "停止原因")
    with audit.change(by=by, verb="practice.stop", obj=row, organisation=row.organisation_id, note=row.practice.title):
        row.ends, row.stop_reason = clock.today(), reason
        row.full_clean(exclude=["practice", "organisation", "adopted_by", "reported_by", "judged_by"])
        row.save()
    mark_practice(row.practice, row.reported_on, row.judged_on)
    require_own(by, row.organisation)
    tell(by, row.practice.organisation, row.practice, f"：{row.organisation.label}不再采用")
    return row


def why_not_judge(adoption: Adoption, months: int | None = None) -> str:
    """Return why an adoption is not judged now, whoever asks, "" where it may be. months: effect_months, where it was read."""
    months = dated.whole(EFFECT_MONTHS) if months is None else months
    short = short_words(adoption.starts, adoption.ended, months)
    early = short or early_words(adoption.starts, months, clock.today())
    return early or ("" if adoption.reported_on is not None else NOT_REPORTED)


@one_transaction
def adoption_judge(*, by: Actor, adoption: Adoption, level: str, reason: str) -> Adoption:
    """Judge what came of an adoption, with a reason, once its months have passed.

    Not whoever reported it, nor whoever answers for the organisation that adopted, or whose practice it is.
    """
    row = _locked(adoption)
    require_assigns(by, row.organisation)
    if why := why_not_judge(row):
        raise Conflict(why, record=row.practice)
    account = account_of(by)
    if account is not None and account.pk == row.reported_by_id:
        raise Conflict(OWN_DECISION, record=row.practice)
    if answers_for(by, row.organisation) or answers_for(by, row.practice.organisation):
        raise Conflict(OWN_PLACE, record=row.practice)
    if level not in AdoptionLevel.values:
        raise ValidationError({"level": "请选择评定。"})
    reason, before = reason_of(reason, "评定理由"), row.judged_on
    with audit.change(by=by, verb="practice.judge", obj=row, organisation=row.organisation_id, note=row.practice.title):
        row.level, row.reason, row.judged_by = level, reason, account
        # Judged anew, it stays in the month in which it was judged first.
        row.judged_on = row.judged_on or clock.today()
        row.full_clean(exclude=["practice", "organisation", "adopted_by", "reported_by", "judged_by"])
        row.save()
    mark_practice(row.practice, before)
    require_assigns(by, row.organisation)
    tell(by, row.organisation, row.practice, f"的采用已评定：{row.get_level_display()}")
    return row

"""Write circulars: a draft in one click, its words, issuing with one notice to each branch named, corrections as new versions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from assessments.circulars import wording
from assessments.circulars.content import gather, named
from assessments.reports.shape import is_document_number
from branches import audit
from branches.jobs.marks import mark
from branches.notices.services import notice_send
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.periods import QUARTER, YEAR, Period
from common.stale_form import require_unchanged
from common.text import clean_text
from responsibilities.assigning import require_assigns
from responsibilities.circulars.models import Circular, CircularState
from responsibilities.requirements.services import responsible_for

FIRST_YEAR = 2000
# What is asked is due so many days after the numbers, unless somebody sets another day.
DAYS_TO_MEND = 15
WORDS = ("title", "number", "recipient", "opening", "asks", "until")
MOVED_ON = "这份通报刚被他人修改，您填写的内容没有保存。请打开最新内容对照后再改。"


def audit_view(circular: Circular) -> dict[str, Any]:
    """Return a circular as the trail keeps it: its words, of its numbers only the day they are of."""
    columns = {name: value for name, value in audit.snapshot(circular).items() if name != "content"}
    return columns | {"as_of": circular.content["as_of"]}


def shown(circular: Circular) -> dict[str, Any]:
    """Return what the page of a draft shows of it, for the mark of its forms (common/stale_form.py)."""
    return {name: getattr(circular, name) for name in WORDS} | {"content": circular.content}


def _check_quarter(quarter: Period) -> None:
    if quarter.kind != QUARTER or quarter.year < FIRST_YEAR:
        raise ValidationError({"period": "通报按季度生成，请选择季度。"})
    if quarter.first > clock.today():
        raise ValidationError({"period": f"{quarter.label()}还没有开始。"})


def latest(organisation: Organisation, quarter: Period) -> Circular | None:
    """Return the circular of a quarter that stands: its draft, else the version issued last, None for none."""
    rows = Circular.objects.filter(organisation=organisation, period=str(quarter))
    return rows.order_by("-version").first()


@one_transaction
def circular_make(*, by: Actor, organisation: Organisation, quarter: Period) -> tuple[Circular, bool]:
    """Make the draft of a committee's circular of a quarter; return (Circular, whether it was made now).

    The same quarter twice gives the draft that is there, or the issued one. Raises ValidationError on "organisation" for
    one that is no committee, on "period" for a quarter that has not begun; Forbidden without assign_work there.
    """
    require_assigns(by, organisation)
    if organisation.kind != Kind.COMMITTEE:
        raise ValidationError({"organisation": "通报由机关党委印发，请选择机关党委。"})
    _check_quarter(quarter)
    there = latest(organisation, quarter)
    if there is not None:
        return there, False
    today = clock.today()
    circular = Circular(
        organisation=organisation,
        period=str(quarter),
        title=wording.title_of(quarter),
        recipient=wording.RECIPIENT,
        opening=wording.opening_of(quarter),
        asks=wording.ASKS,
        until=today + timedelta(days=DAYS_TO_MEND),
        content=gather(organisation, quarter, today),
        made_by=account_of(by),
        made_at=clock.now(),
    )
    try:
        with transaction.atomic():
            _save_new(by, circular)
    except IntegrityError:
        # Two clicks at once: the second opens what the first made.
        there = latest(organisation, quarter)
        if there is None:
            raise
        return there, False
    return circular, True


def _save_new(by: Actor, circular: Circular, note: str = "") -> None:
    verb = "circular.correct" if circular.corrects else "circular.make"
    place = circular.organisation
    with audit.change(by=by, verb=verb, obj=circular, organisation=place, note=note, view=audit_view):
        circular.full_clean(
            exclude=["organisation", "corrects", "issued_by", "made_by", "content"],
            validate_unique=False,
            validate_constraints=False,
        )
        circular.save()


def _draft(by: Actor, circular: Circular, seen: str) -> Circular:
    """Lock a draft, check the right and that it stands as it was seen; Conflict once it is issued."""
    require_assigns(by, circular.organisation)
    now = (
        Circular.objects.select_for_update(of=("self",))
        .filter(pk=circular.pk)
        .select_related("organisation", "corrects")
        .first()
    )
    if now is None:
        raise Conflict("这份草稿刚刚已被删去。")
    if now.state != CircularState.DRAFT:
        raise Conflict("通报已印发，不能再改；需要改动的，请更正为新版本。")
    require_unchanged(seen, shown(now), MOVED_ON)
    return now


@one_transaction
def circular_change(*, by: Actor, circular: Circular, data: Mapping[str, Any], seen: str = "") -> Circular:
    """Change the words of a draft (WORDS); its numbers are nobody's to change. Raises ValidationError by field."""
    now = _draft(by, circular, seen)
    with audit.change(by=by, verb="circular.change", obj=now, organisation=now.organisation, view=audit_view):
        for name in WORDS:
            if name in data:
                value = data[name]
                setattr(now, name, clean_text(value) if isinstance(value, str) and name != "asks" else value)
        _check_words(now)
        now.save()
    return now


def _check_words(circular: Circular) -> None:
    if circular.number and not is_document_number(circular.number):
        raise ValidationError({"number": "文号应写成“×党〔2026〕3号”的样式，或留空。"})
    if circular.until < clock.today():
        raise ValidationError({"until": "办理时限不能早于今天。"})
    circular.full_clean(
        exclude=["organisation", "corrects", "issued_by", "made_by", "content"], validate_constraints=False
    )


@one_transaction
def circular_refresh(*, by: Actor, circular: Circular, seen: str = "") -> Circular:
    """Take the numbers of a draft anew, as they stand today; its words stay."""
    now = _draft(by, circular, seen)
    with audit.change(by=by, verb="circular.refresh", obj=now, organisation=now.organisation, view=audit_view):
        now.content = gather(now.organisation, now.quarter, clock.today())
        now.save(update_fields=["content"])
    return now


@one_transaction
def circular_drop(*, by: Actor, circular: Circular) -> None:
    """Throw a draft away; what was issued stays."""
    now = _draft(by, circular, "")
    audit.record(by=by, verb="circular.drop", obj=now, organisation=now.organisation, before=audit_view(now))
    now.delete()


@one_transaction
def circular_issue(*, by: Actor, circular: Circular, seen: str = "") -> int:
    """Issue a draft as of today; each branch that it names gets one notice. Return how many notices were sent.

    From then on it does not change; the committee's duties of the quarter read it. Raises Conflict for one that is issued
    already, ValidationError on "until" where the day has passed meanwhile.
    """
    now = _draft(by, circular, seen)
    _check_words(now)
    with audit.change(by=by, verb="circular.issue", obj=now, organisation=now.organisation, view=audit_view):
        now.state, now.issued_on, now.issued_by = CircularState.ISSUED, clock.today(), account_of(by)
        now.save(update_fields=["state", "issued_on", "issued_by"])
    year = Period(YEAR, now.quarter.year)
    mark(now.organisation_id, year.first, year.last, "duty")
    return _tell(by, now)


def _tell(by: Actor, circular: Circular) -> int:
    """Send one line to those who answer for each organisation named, of a correction also to those named before."""
    numbers = named(circular.content)
    before = named(circular.corrects.content) if circular.corrects else {}
    url, sent = reverse("circular_detail", args=[circular.pk]), 0
    for place in Organisation.objects.filter(pk__in={*numbers, *before}).in_tree_order():
        number = numbers.get(place.pk, 0)
        text = f"{number} 处需补，请办理" if number else "更正后没有需补的事项"
        for user in responsible_for(place):
            if user != by:
                notice_send(
                    by=by,
                    to=user,
                    kind="circular",
                    text=f"{circular.title}已印发：{place.label}有 {text}"
                    if number
                    else f"{circular.title}已印发：{place.label}{text}",
                    url=f"{url}#place-{place.pk}" if number else url,
                    about=f"circular/{circular.pk}",
                )
                sent += 1
    return sent


@one_transaction
def circular_correct(*, by: Actor, circular: Circular, reason: str) -> Circular:
    """Begin a correction of an issued circular: a draft of the next version with its words and today's numbers.

    Raises ValidationError without a reason, Conflict where a newer version or a draft is there.
    """
    require_assigns(by, circular.organisation)
    reason = clean_text(reason)
    if not reason:
        raise ValidationError({"reason": "请写明更正的原因。"})
    now = Circular.objects.select_for_update(of=("self",)).get(pk=circular.pk)
    last = latest(now.organisation, now.quarter)
    if now.state != CircularState.ISSUED or last is None or last.pk != now.pk:
        raise Conflict("只有最近印发的一版可以更正，请打开最新的一版。")
    today = clock.today()
    draft = Circular(
        organisation=now.organisation,
        period=now.period,
        version=now.version + 1,
        corrects=now,
        reason=reason[:300],
        title=wording.title_of(now.quarter, correction=True),
        recipient=now.recipient,
        opening=now.opening,
        asks=now.asks,
        until=max(now.until, today + timedelta(days=DAYS_TO_MEND)),
        content=gather(now.organisation, now.quarter, today),
        made_by=account_of(by),
        made_at=clock.now(),
    )
    try:
        with transaction.atomic():
            _save_new(by, draft, reason)
    except IntegrityError:
        raise Conflict("这份通报刚刚已有人开始更正，请重新打开。") from None
    return draft

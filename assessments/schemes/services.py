"""Versions of schemes: shipped ones come in force by themselves, the agency's own are proposed and approved by two persons."""

from copy import deepcopy
from datetime import date

from django.core.exceptions import ValidationError

from assessments.schemes.applying import check_applied
from assessments.schemes.data import VERSIONS, shipped
from assessments.schemes.measures import BRANCH_SCHEME, LATER
from assessments.schemes.models import SchemeState, SchemeVersion
from assessments.schemes.selectors import approving_meetings
from assessments.scoring import scheme_from
from assessments.scoring.schemes import Scheme, indicators_from
from branches import audit
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ASSESS, SET_RULES
from branches.settings.start import EARLIEST
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from common.periods import MONTHS_IN, Period
from common.text import quoted
from members.activities.models import Activity


def scheme_for(period: Period, key: str = BRANCH_SCHEME) -> SchemeVersion:
    """Return the version of `key` that is in force for a whole period; SchemeVersion.DoesNotExist before `install_defaults`."""
    return SchemeVersion.objects.in_force(key).for_period(period)[:1].get()


def scheme_of(period: Period, key: str = BRANCH_SCHEME) -> SchemeVersion:
    """Return the version by which a period is assessed: that of its published results, else the one in force for it."""
    settled = SchemeVersion.objects.filter(key=key, assessments__period=str(period), assessments__state="published")
    return settled.order_by("-assessments__version").first() or scheme_for(period, key)


def parsed(version: SchemeVersion) -> Scheme:
    """Return the pure Scheme of a stored version."""
    return scheme_from(version.body)


# ---- what is shipped


def install_defaults(**_: object) -> None:
    """Put the shipped versions in force, after migrate; safe to run again."""
    for key, numbers in VERSIONS.items():
        for number in numbers:
            scheme_install(by=OPERATOR, key=key, number=number)


@one_transaction
def scheme_install(*, by: Actor, key: str, number: int) -> SchemeVersion:
    """Store a shipped version, unless one of its number is there; return the SchemeVersion.

    It is in force from the beginning where nothing was assessed by an earlier one, else from its first whole period. Where
    the agency has made a version of that number itself, its own holds. Raises ValueError (Chinese) for a scheme that says
    what the system does not apply.
    """
    data = shipped(key, number)
    scheme = scheme_from(data)
    check_applied(scheme)
    found, made = SchemeVersion.objects.get_or_create(
        key=key,
        version=number,
        defaults={
            "title": scheme.title,
            "body": data,
            "state": SchemeState.IN_FORCE,
            "in_force_from": _first_period(scheme),
        },
    )
    if made:
        audit.record(by=by, verb="scheme.install", obj=found, after=audit.snapshot(found, hide={"body"}))
    return found


def _first_period(scheme: Scheme) -> date:
    if not SchemeVersion.objects.filter(key=scheme.key, assessments__isnull=False).exists():
        return EARLIEST
    today = clock.today()
    period = Period.containing(_shortest(scheme), today)
    return period.first if period.first == today else period.next().first


def _shortest(scheme: Scheme) -> str:
    return min(scheme.periods, key=MONTHS_IN.__getitem__)


# ---- the agency's own versions


def _root() -> Organisation:
    root = Organisation.objects.root()
    if root is None:
        raise ValidationError("还没有建立组织，不能编制考核方案。")
    return root


def _locked(version: SchemeVersion, state: str, what: str) -> SchemeVersion:
    """Return the version with its row locked; Conflict when it is not in `state`, so that one cannot do `what` with it."""
    fresh = SchemeVersion.objects.select_for_update().get(pk=version.pk)
    if fresh.state != state:
        raise Conflict(f"这一版方案现在的状态是{quoted(fresh.get_state_display())}，不能{what}。")
    return fresh


def _counting(body: dict) -> dict:
    """Return a body that says which of the measures that came alive later it counts: all that it reads (judgement 6.7)."""
    read = {measure for part in body["dimensions"] for row in part["indicators"] for measure in row.get("measures", ())}
    alive = sorted(read & {*LATER} | {*body.get("alive", ())} & read)
    rest = {key: value for key, value in body.items() if key != "alive"}
    return rest | ({"alive": alive} if alive else {})


def _seen(version: SchemeVersion) -> dict:
    return audit.snapshot(version, hide={"body"})


@one_transaction
def scheme_draft(*, by: Actor, version: SchemeVersion) -> SchemeVersion:
    """Copy a version to a draft of the next number and return it; Conflict while another is in preparation."""
    root = _root()
    access.require(by, ASSESS, root)
    rows = SchemeVersion.objects.filter(key=version.key)
    # One at a time: a second draft would not know what the first changes.
    open_one = rows.exclude(state=SchemeState.IN_FORCE).first()
    if open_one is not None:
        raise Conflict(f"第{open_one.version}版正在编制，批准或删除后才能再新建。")
    number = rows.values_list("version", flat=True).first() or 0
    draft = SchemeVersion(
        key=version.key,
        version=number + 1,
        title=version.title,
        body=_counting(deepcopy(version.body) | {"version": number + 1}),
        drafted_by=account_of(by),
    )
    with audit.change(by=by, verb="scheme.draft", obj=draft, organisation=root, view=_seen):
        draft.save()
    return draft


@one_transaction
def scheme_change(*, by: Actor, version: SchemeVersion, body: dict, reason: str, about: str = "") -> SchemeVersion:
    """Put a changed body into a draft. about: key of the indicator that changed, "" for what holds for the whole.

    Whether it adds up is asked when it is proposed; that each indicator can be scored is asked here.
    """
    root = _root()
    access.require(by, ASSESS, root)
    version = _locked(version, SchemeState.DRAFT, "修改")
    if not reason.strip():
        raise ValidationError({"reason": "请写明为什么改。"})
    try:
        indicators_from(body)
    except ValueError as error:
        raise ValidationError(str(error)) from None
    with audit.change(by=by, verb="scheme.change", obj=version, organisation=root, note=reason.strip()):
        version.body, version.title = _counting(body), body["title"]
        version.reasons = {**version.reasons, about: reason.strip()}
        version.save()
    return version


@one_transaction
def scheme_discard(*, by: Actor, version: SchemeVersion) -> None:
    """Delete a draft, or a proposal that is not decided yet."""
    root = _root()
    access.require(by, ASSESS, root)
    fresh = SchemeVersion.objects.select_for_update().get(pk=version.pk)
    if fresh.fixed:
        raise Conflict("施行中或施行过的方案版本不能删除。")
    audit.record(by=by, verb="scheme.discard", obj=fresh, before=_seen(fresh), organisation=root)
    fresh.delete()


@one_transaction
def scheme_propose(*, by: Actor, version: SchemeVersion, in_force_from: date) -> SchemeVersion:
    """Propose a draft for approval. in_force_from: first day of a period that it is for, none of which is settled already."""
    root = _root()
    access.require(by, ASSESS, root)
    version = _locked(version, SchemeState.DRAFT, "报送批准")
    try:
        scheme = parsed(version)
        check_applied(scheme)
    except ValueError as error:
        raise ValidationError(str(error)) from None
    _check_day(version, scheme, in_force_from)
    with audit.change(by=by, verb="scheme.propose", obj=version, organisation=root, view=_seen):
        version.state, version.in_force_from = SchemeState.PROPOSED, in_force_from
        version.proposed_by, version.proposed = account_of(by), clock.now()
        version.save()
    return version


def _check_day(version: SchemeVersion, scheme: Scheme, day: date) -> None:
    period = Period.containing(_shortest(scheme), day)
    if day != period.first:
        raise ValidationError({"in_force_from": "施行日期应为考核期的第一天，如 1月1日、4月1日。"})
    settled = SchemeVersion.objects.filter(key=version.key, assessments__state__in=("frozen", "published"))
    for text in settled.order_by().values_list("assessments__period", flat=True).distinct():
        if Period.parse(text).first >= day:
            raise ValidationError(
                {"in_force_from": f"{Period.parse(text).label()}的结果已按以前的版本确定，施行日期应在其后。"}
            )


@one_transaction
def scheme_return(*, by: Actor, version: SchemeVersion, reason: str) -> SchemeVersion:
    """Give a proposal back as a draft, with the reason."""
    root = _root()
    access.require(by, SET_RULES, root)
    if not reason.strip():
        raise ValidationError({"reason": "请写明退回的原因。"})
    version = _locked(version, SchemeState.PROPOSED, "退回")
    with audit.change(by=by, verb="scheme.return", obj=version, organisation=root, note=reason.strip(), view=_seen):
        version.state, version.proposed_by, version.proposed = SchemeState.DRAFT, None, None
        version.save()
    return version


@one_transaction
def scheme_approve(*, by: Actor, version: SchemeVersion, meeting: Activity) -> SchemeVersion:
    """Put a proposed version in force from its day, by another person than who proposed it (judgement 6.8).

    meeting: the accepted record of the Party group's or the committee's meeting that approved it.
    """
    root = _root()
    access.require(by, SET_RULES, root)
    version = _locked(version, SchemeState.PROPOSED, "批准")
    if version.proposed_by_id is not None and version.proposed_by_id == getattr(account_of(by), "pk", None):
        raise ValidationError("自己报送的方案由他人批准。")
    if version.in_force_from is None:
        raise ValidationError({"in_force_from": "请填写施行日期。"})
    _check_day(version, parsed(version), version.in_force_from)
    if not approving_meetings(by, version).filter(pk=meeting.pk).exists():
        raise ValidationError({"meeting": "请选择报送之后召开、已审核通过的党组会议或机关党委会议记录。"})
    with audit.change(by=by, verb="scheme.approve", obj=version, organisation=root, view=_seen):
        version.state = SchemeState.IN_FORCE
        version.approved_by, version.approved, version.approved_in = account_of(by), clock.now(), meeting
        version.save()
    return version

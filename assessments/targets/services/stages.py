"""Stages of qualitative targets: reported by who owes them, or by themselves from a record, judged by who stands above."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.urls import reverse

from assessments.targets.models import PlanState, StageLevel, StageReport, StageState, TargetStage
from assessments.targets.selectors.places import owes, places_owing
from branches import audit
from branches.jobs.models import ChangeMark
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import DUTIES, REVIEW, VIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text
from members.activities.models import COUNTING_STATES, Activity, ActivityHost
from responsibilities.assigning import answers_for, assigns_work

TEXT_MOST, REASON_MOST = 300, 200
OWN_ENTRY = "本人登记的事项由他人审定。"


def may_report(user: Actor, organisation: Organisation) -> bool:
    """Whether `user` answers for an organisation with a stage."""
    return answers_for(user, organisation)


def may_judge(user: Actor, organisation: Organisation) -> bool:
    """Whether `user` judges what an organisation reported: who reviews it; of the committee and the Party group who arranges there."""
    return access.has_right(user, REVIEW, organisation) or assigns_work(user, organisation)


@one_transaction
def stage_report(
    *,
    by: Actor,
    stage: TargetStage,
    organisation: Organisation,
    own_level: str,
    text: str,
    activity: Activity | None = None,
) -> StageReport:
    """Report how far an organisation came in a stage; again once it was returned. ValidationError by field.

    Where nobody stands above it counts as reported.
    """
    if not may_report(by, organisation):
        access.require(by, VIEW, organisation)
        raise access.Forbidden(DUTIES, organisation)
    # Held, so that of two who report for one organisation the second finds the first one's report.
    rows = TargetStage.objects.select_for_update(of=("self",), no_key=True).select_related("target__plan__organisation")
    stage = rows.get(pk=stage.pk)
    _check_owed(stage, organisation)
    errors = {}
    text = clean_text(text)
    if own_level not in StageLevel.values:
        errors["own_level"] = "请选择自评等次。"
    if not text:
        errors["text"] = "请填写完成情况。"
    elif len(text) > TEXT_MOST:
        errors["text"] = f"完成情况不超过 {TEXT_MOST} 字，现有 {len(text)} 字。"
    if activity is not None and not _counts_for(activity, organisation, by):
        errors["activity"] = "请选择本组织已提交、有效的活动记录。"
    if errors:
        raise ValidationError(errors)
    return _written(by, stage, organisation, own_level, text, activity)


def _check_owed(stage: TargetStage, organisation: Organisation) -> None:
    require_reportable(stage, None)
    if not owes(stage.target, organisation):
        raise ValidationError("这个组织不承担这个目标。")


def require_reportable(stage: TargetStage, report: StageReport | None) -> None:
    """Raise Conflict where a stage cannot be reported (any more). report: what the organisation has said of it."""
    target = stage.target
    if target.plan.state != PlanState.ISSUED:
        raise Conflict("目标计划还没有下达，或已经结束。", record=target.plan)
    if target.stopped_on is not None:
        raise Conflict("这个目标已经停止。", record=target.plan)
    if report is not None and report.state == StageState.ACCEPTED:
        raise Conflict("这个阶段已经评定，不能再报告。", record=report)


def _counts_for(activity: Activity, organisation: Organisation, by: Actor) -> bool:
    rows = Activity.objects.filter(pk=activity.pk, state__in=COUNTING_STATES).visible_to(by)
    return rows.exists() and activity.judgements.filter(organisation=organisation, valid=True).exists()


def _written(
    by: Actor, stage: TargetStage, organisation: Organisation, own_level: str, text: str, activity: Activity | None
) -> StageReport:
    report = StageReport.objects.select_for_update(of=("self",)).filter(stage=stage, organisation=organisation).first()
    require_reportable(stage, report)
    # Late is judged by the first report: the days of who sent it back cost nobody anything (judgement 1.4).
    report = report or StageReport(stage=stage, organisation=organisation, reported_on=clock.today())
    nobody = not _judges(by, organisation)
    with audit.change(by=by, verb="target.report", obj=report, organisation=organisation):
        report.own_level, report.text, report.activity = own_level, text, activity
        report.reported_by = account_of(by)
        report.state = StageState.ACCEPTED if nobody else StageState.REPORTED
        report.level, report.reason, report.reviewed_by = (own_level if nobody else ""), "", None
        report.no_reviewer = nobody
        report.save()
    return report


def _judges(by: Actor, organisation: Organisation) -> bool:
    """Whether anybody but the reporter may judge what an organisation reported."""
    account = account_of(by)
    return any(account is None or row.user_id != account.pk for row in access.who_can(REVIEW, organisation, 2))


@one_transaction
def stage_judge(*, by: Actor, report: StageReport, level: str, reason: str) -> StageReport:
    """Say how far an organisation came in a stage, with the reason; not who reported it. ValidationError by field."""
    fresh = _held(by, report)
    reason = clean_text(reason)
    errors = {}
    if level not in StageLevel.values:
        errors["level"] = "请选择评定等次。"
    if not reason:
        errors["reason"] = "请写明评定的理由。"
    elif len(reason) > REASON_MOST:
        errors["reason"] = f"理由不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"
    if errors:
        raise ValidationError(errors)
    with audit.change(by=by, verb="target.judge", obj=fresh, organisation=fresh.organisation, note=reason):
        fresh.state, fresh.level, fresh.reason = StageState.ACCEPTED, level, reason
        fresh.reviewed_by = account_of(by)
        fresh.save()
    _tell(by, fresh, "accepted", f"目标阶段已评定为{fresh.get_level_display()}：{fresh.stage.criterion}")
    return fresh


@one_transaction
def stage_return(*, by: Actor, report: StageReport, reason: str) -> StageReport:
    """Send a report back with a reason; its own level and words stay until it is changed."""
    fresh = _held(by, report)
    reason = clean_text(reason)
    if not reason:
        raise ValidationError({"reason": "请写明退回原因。"})
    if len(reason) > REASON_MOST:
        raise ValidationError({"reason": f"退回原因不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"})
    with audit.change(by=by, verb="target.return", obj=fresh, organisation=fresh.organisation, note=reason):
        fresh.state, fresh.reason, fresh.reviewed_by = StageState.RETURNED, reason, account_of(by)
        fresh.save()
    _tell(by, fresh, "returned", f"目标阶段被退回：{fresh.stage.criterion}：{reason}")
    return fresh


def _held(by: Actor, report: StageReport) -> StageReport:
    rows = StageReport.objects.select_for_update(of=("self",))
    fresh = rows.select_related("organisation__parent", "stage__target__plan", "reported_by").get(pk=report.pk)
    if not may_judge(by, fresh.organisation):
        access.require(by, REVIEW, fresh.organisation)
    require_waiting(by, fresh)
    return fresh


def require_waiting(by: Actor, report: StageReport) -> None:
    """Raise Conflict unless a report waits for a judgement, and not for that of its reporter."""
    account = account_of(by)
    if account is not None and report.reported_by_id == account.pk:
        raise Conflict(OWN_ENTRY, record=report)
    if report.state != StageState.REPORTED:
        raise Conflict("这份报告已由他人评定或退回。", record=report)


def _tell(by: Actor, report: StageReport, kind: str, text: str) -> None:
    if report.reported_by is not None:
        url = reverse("target_detail", args=[report.stage.target_id])
        notice_send(
            by=by, to=report.reported_by, kind=kind, text=text[:300], url=url, about=f"stage_report/{report.pk}"
        )


def marked_records() -> set[int]:
    """Return the records that wait for the next fill: what they report, they report after it."""
    marks = ChangeMark.objects.filter(subject="activity", thing__isnull=False).order_by()
    return {pk for pk in marks.values_list("thing", flat=True) if pk is not None}


def stages_by_records(ids: Collection[int]) -> int:
    """Let these records report the stages that wait for them (`reported_by_record`); return how many they did."""
    if not ids or not TargetStage.objects.filter(target__plan__state=PlanState.ISSUED).exclude(word="").exists():
        return 0
    rows = Activity.objects.filter(pk__in=ids, state__in=COUNTING_STATES).prefetch_related("kinds")
    return sum(reported_by_record(record) for record in rows.order_by("day", "pk"))


@one_transaction
def reported_by_record(activity: Activity) -> int:
    """Let a counting record report the stages that wait for such a record, and return how many it did.

    A stage with kinds and a word is reported for each of the record's hosts that owes it, when its day lies after the stage
    before and not after its own, and nothing was reported yet. What the level is, is for the superior to say; the own level
    reads 达到.
    """
    kinds = set(activity.codes)
    hosts = [
        activity.organisation_id,
        *ActivityHost.objects.filter(activity=activity, confirmed_at__isnull=False).values_list(
            "organisation", flat=True
        ),
    ]
    stages = TargetStage.objects.filter(
        target__plan__state=PlanState.ISSUED, target__plan__year=activity.day.year, due__gte=activity.day
    ).exclude(word="")
    found = 0
    for stage in stages.select_related("target__plan__organisation").order_by("due", "pk"):
        if not kinds & set(stage.kinds) or stage.word not in f"{activity.title}\n{activity.content}":
            continue
        before = stage.target.stages.filter(order__lt=stage.order).order_by("-order").first()
        if before is not None and activity.day <= before.due:
            continue
        found += sum(_report_of(stage, place, activity) for place in hosts)
    return found


def _report_of(stage: TargetStage, place: int, activity: Activity) -> bool:
    """Report a stage for one host by its record; False where it owes nothing, or has reported already."""
    owing = places_owing(stage.target).filter(pk=place).first()
    if owing is None or StageReport.objects.filter(stage=stage, organisation=place).exists():
        return False
    if not activity.judgements.filter(organisation=place, valid=True).exists():
        return False
    report = StageReport(
        stage=stage,
        organisation=owing,
        own_level=StageLevel.REACHED,
        text=f"{clock.in_full(activity.day)}{activity}"[:TEXT_MOST],
        activity=activity,
        reported_on=clock.today(),
    )
    report.save()
    audit.record(by=access.OPERATOR, verb="target.report", obj=report, organisation=owing, after=audit.snapshot(report))
    return True

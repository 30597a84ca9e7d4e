"""Who takes part: invited, joined, left; and what an organisation says of its milestones, outcomes and the whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from branches import audit
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import ASSIGN
from branches.settings import dated as dated_settings
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text
from members.care.models import Honour
from members.care.services.honours import honour_note
from responsibilities.assigning import assigns_work, require_assigns
from responsibilities.campaigns.models import (
    LIVE,
    Campaign,
    CampaignClosing,
    CampaignMilestone,
    CampaignOutcome,
    CampaignState,
    Level,
    MilestoneResult,
    OutcomeKind,
    Participation,
    ParticipationSource,
)
from responsibilities.campaigns.rights import require_own
from responsibilities.campaigns.rules import NO_HONOUR, ONLY_OF_AWARD, crowded, named_days, why_not_said
from responsibilities.campaigns.selectors.steps import spans_of, steps_of
from responsibilities.campaigns.services.campaigns import changed, held, reason_of, tell, written
from responsibilities.campaigns.ties import mark_campaign

KINDS = (Kind.BRANCH, Kind.GENERAL_BRANCH)


def invitable(campaign: Campaign) -> QuerySet[Organisation]:
    """Return the branches and general branches below a campaign's organisation that neither take part nor are invited."""
    rows = Organisation.objects.within(campaign.organisation).filter(kind__in=KINDS, archived_on__isnull=True)
    there = Participation.objects.filter(campaign=campaign, ends__isnull=True).order_by()
    return rows.exclude(pk__in=there.values("organisation")).select_related("parent").in_tree_order()


def running_in(organisation: Organisation, without: Campaign | None = None) -> int:
    """Return how many campaigns, brand projects left out, run today in which an organisation takes part."""
    today = clock.today()
    rows = Participation.objects.in_force(today).filter(
        organisation=organisation, campaign__state=CampaignState.PUBLISHED, campaign__ends__gte=today
    )
    if without is not None:
        rows = rows.exclude(campaign=without)
    return rows.order_by().values("campaign").distinct().count()


def crowd_words(organisation: Organisation, campaign: Campaign) -> str:
    """Return 「已参加 2 项载体，建议并入或错开。」 where one more would pass the setting, else ""."""
    number = running_in(organisation, campaign)
    return crowded(number) if number >= dated_settings.whole("campaigns_at_once") else ""


def _open(campaign: Campaign) -> Campaign:
    campaign = held(campaign)
    if campaign.state != CampaignState.PUBLISHED or campaign.last_day < clock.today():
        raise Conflict("载体不在开展期间，不能再参加或退出。", record=campaign)
    return campaign


@one_transaction
def campaign_invite(*, by: Actor, campaign: Campaign, places: Iterable[Organisation] | None) -> int:
    """Invite organisations (None: all branches below); return how many were asked. Those that are there already stay."""
    campaign = _open(campaign)
    require_assigns(by, campaign.organisation)
    may = {place.pk: place for place in invitable(campaign)}
    if places is None:
        chosen = [place for place in may.values() if place.kind == Kind.BRANCH]
    else:
        chosen = [may[place.pk] for place in places if place.pk in may]
    rows = [
        Participation(campaign=campaign, organisation=place, source=ParticipationSource.INVITED) for place in chosen
    ]
    Participation.objects.bulk_create(rows)
    if chosen:
        names = "、".join(place.label for place in chosen)
        audit.record(
            by=by,
            verb="campaign.invite",
            obj=campaign,
            organisation=campaign.organisation_id,
            after={"invited": names},
            note=names[:300],
        )
    for place in chosen:
        tell(by, place, campaign, "邀请参加，可参加，也可写明原因不参加")
    return len(chosen)


@one_transaction
def campaign_publish(*, by: Actor, campaign: Campaign, everybody: bool = False) -> int:
    """Publish a draft, and invite all branches of its organisation where `everybody`; return how many were invited."""
    campaign = held(campaign)
    require_assigns(by, campaign.organisation)
    if campaign.state != CampaignState.DRAFT:
        raise Conflict("载体已经发布。", record=campaign)
    if campaign.ends < clock.today():
        raise ValidationError("结束日期已过，请先修改。")
    with written(by, campaign, "publish"):
        campaign.state, campaign.issued_on = CampaignState.PUBLISHED, clock.today()
        changed(campaign, by)
        campaign.save()
        mark_campaign(campaign)
    return campaign_invite(by=by, campaign=campaign, places=None) if everybody else 0


def _part_of(campaign: Campaign, organisation: Organisation) -> Participation | None:
    rows = Participation.objects.select_for_update().filter(campaign=campaign, organisation=organisation)
    return rows.filter(ends__isnull=True).first()


@one_transaction
def campaign_join(*, by: Actor, campaign: Campaign, organisation: Organisation) -> Participation:
    """Take part from today on (an invitation is taken up); twice gives the first one."""
    campaign = _open(campaign)
    require_own(by, organisation)
    if organisation.archived_on:
        raise ValidationError(f"{organisation.label}已于 {organisation.archived_on:%Y-%m-%d} 撤销，不能再参加。")
    if organisation.kind not in KINDS or not campaign.organisation.contains(organisation):
        raise ValidationError("请由党支部或党总支参加。")
    part = _part_of(campaign, organisation)
    if part is not None and part.starts is not None:
        return part
    part = part or Participation(campaign=campaign, organisation=organisation, source=ParticipationSource.JOINED)
    with audit.change(by=by, verb="campaign.join", obj=part, organisation=organisation):
        part.starts = max(clock.today(), campaign.starts)
        part.full_clean(exclude=["campaign", "organisation"])
        part.save()
        mark_campaign(campaign)
    return part


@one_transaction
def campaign_leave(*, by: Actor, campaign: Campaign, organisation: Organisation, reason: str) -> Participation:
    """Leave from tomorrow on, or decline an invitation, with a reason; what falls due more than NEAR days later is not owed.

    Who leaves on the day on which he joined, or before the campaign began, never took part.
    """
    campaign = _open(campaign)
    require_own(by, organisation)
    part = _part_of(campaign, organisation)
    if part is None:
        raise Conflict("本组织没有参加这项载体。", record=campaign)
    reason = reason_of(reason, "退出原因")
    with audit.change(by=by, verb="campaign.leave", obj=part, organisation=organisation, note=reason):
        if part.starts is not None and part.starts >= clock.today():
            part.starts = None
        part.ends, part.reason = clock.today(), reason
        part.save()
        mark_campaign(campaign)
    return part


def leaving_words(campaign: Campaign, organisation: Organisation) -> str:
    """Return what leaving today means: which milestones are still owed, and what stays."""
    today = clock.today()
    parts = Participation.objects.taken().filter(campaign=campaign, organisation=organisation, ends__isnull=True)
    if parts.filter(starts__gte=today).exists():
        return "今天才参加的，退出后视为没有参加。"
    near = [step for step in steps_of([campaign.pk], organisations=[organisation.pk]) if step.state == "due_soon"]
    owed = named_days((step.name, step.due) for step in near)
    said = f"节点{owed}已经临近，退出后仍须办结；再往后的节点不再应办" if owed else "以后的节点不再应办"
    return f"{said}；已经开展的活动仍然计入。不参加不扣分。"


def owed_again(campaign: Campaign, organisation: Organisation) -> str:
    """Return what fell due since an organisation left, named with its days: it owes that again once it joins, "" for nothing."""
    span = spans_of([campaign.pk], [organisation.pk]).get((campaign.pk, organisation.pk))
    if span is None or span.ends is None:
        return ""
    rows = campaign.milestones.filter(Q(organisation__isnull=True) | Q(organisation=organisation))
    rows = rows.filter(due__gt=span.ends, due__lt=clock.today())
    return named_days(rows.order_by("due", "pk").values_list("name", "due"))


def takes_part(campaign: Campaign, organisation: Organisation) -> bool:
    """Return whether an organisation takes part, or did."""
    return Participation.objects.taken().filter(campaign=campaign, organisation=organisation).exists()


def _require_part(by: Actor, campaign: Campaign, organisation: Organisation) -> None:
    require_own(by, organisation)
    if not takes_part(campaign, organisation):
        raise Conflict("本组织没有参加这项载体。", record=campaign)


def require_said(milestone: CampaignMilestone) -> None:
    """Raise Conflict for a milestone that a record alone closes."""
    if why := why_not_said(milestone.name, milestone.kinds):
        raise Conflict(why, record=milestone.campaign)


@one_transaction
def milestone_done(
    *, by: Actor, milestone: CampaignMilestone, organisation: Organisation, done_on: date, text: str
) -> MilestoneResult:
    """Say that a milestone was reached where no record shows it. ValidationError for a day to come.

    Conflict for one that names kinds of record; what was said of such a one before stands as it is.
    """
    campaign = held(milestone.campaign)
    _require_part(by, campaign, organisation)
    milestone = CampaignMilestone.objects.get(pk=milestone.pk)
    require_said(milestone)
    if campaign.state not in LIVE:
        raise Conflict("载体不在开展期间，不能再登记节点。", record=campaign)
    if milestone.organisation_id not in (None, organisation.pk):
        raise ValidationError("这个节点由其他组织办理。")
    if done_on > clock.today():
        raise ValidationError({"done_on": "完成日期不能晚于今天。"})
    if done_on < campaign.starts:
        raise ValidationError({"done_on": "完成日期不能早于载体开始日期。"})
    joined = spans_of([campaign.pk], [organisation.pk])[campaign.pk, organisation.pk].starts
    if done_on < joined:
        raise ValidationError({"done_on": f"完成日期不能早于参加载体的日期（{joined:%Y-%m-%d}）。"})
    text = reason_of(text, "结果", "text")
    row = MilestoneResult.objects.filter(milestone=milestone, organisation=organisation).first()
    row = row or MilestoneResult(milestone=milestone, organisation=organisation)
    with audit.change(by=by, verb="campaign.milestone", obj=row, organisation=organisation, note=milestone.name):
        if row.done_on != done_on:
            # Other words for the same day were not said later.
            row.done_on, row.added = done_on, clock.now()
        row.text, row.added_by = text, account_of(by)
        row.save()
        mark_campaign(campaign)
    return row


@dataclass(frozen=True)
class Award:
    """An award that is entered as an honour with the outcome."""

    level: str
    granted_by: str
    document: str = ""


@dataclass(frozen=True)
class Outcome:
    """What the form says of an outcome. honour: the award that is among the honours already; award: one that is not yet."""

    kind: str
    text: str
    day: date
    before: Decimal | None = None
    figure: Decimal | None = None
    unit: str = ""
    honour: Honour | None = None
    award: Award | None = None


@one_transaction
def outcome_add(*, by: Actor, campaign: Campaign, organisation: Organisation, data: Outcome) -> CampaignOutcome:
    """Add an outcome: an organisation that took part its own, whoever set the campaign up that of the whole.

    An award rests on an honour of the organisation, one that is there or one that is entered with it; who enters one keeps
    the roster there (honour_note).
    """
    campaign = held(campaign)
    if not (organisation.pk == campaign.organisation_id and assigns_work(by, campaign.organisation)):
        _require_part(by, campaign, organisation)
    if campaign.state not in (*LIVE, CampaignState.ACCEPTED):
        raise Conflict("载体没有开展，不能登记成效。", record=campaign)
    if data.day > clock.today():
        raise ValidationError({"day": "日期不能晚于今天。"})
    if data.before is not None and data.figure is None:
        raise ValidationError({"figure": "填了之前的数，请把之后的数也填上。"})
    row = CampaignOutcome(campaign=campaign, organisation=organisation, kind=data.kind, text=data.text, day=data.day)
    row.before, row.figure, row.unit = data.before, data.figure, data.unit
    if data.kind == OutcomeKind.AWARD:
        row.honour = _honour(by, campaign, organisation, data)
        row.text, row.day = row.text or row.honour.title, row.honour.granted_on
    elif data.honour is not None or data.award is not None:
        raise ValidationError({"honour": ONLY_OF_AWARD})
    with audit.change(by=by, verb="campaign.outcome", obj=row, organisation=organisation):
        row.full_clean(exclude=["campaign", "organisation"])
        row.save()
    return row


def _honour(by: Actor, campaign: Campaign, organisation: Organisation, data: Outcome) -> Honour:
    """Return the honour of an award: of the organisation itself, standing, no outcome of this campaign yet; entered where it is new."""
    if data.award is not None:
        return honour_note(
            by=by, organisation=organisation, title=data.text[:60], granted_on=data.day, **vars(data.award)
        )
    found = None if data.honour is None else Honour.objects.select_for_update().filter(pk=data.honour.pk).first()
    if found is None:
        raise ValidationError({"honour": NO_HONOUR})
    if found.organisation_held_id != organisation.pk or found.cancelled_on is not None:
        raise ValidationError({"honour": f"请选择{organisation.label}已登记、没有作废的表彰。"})
    if CampaignOutcome.objects.filter(campaign=campaign, honour=found).exists():
        raise ValidationError({"honour": "这项表彰已经是本载体的成效。"})
    return found


@one_transaction
def closing_write(
    *, by: Actor, campaign: Campaign, organisation: Organisation, own_level: str, own_text: str
) -> CampaignClosing:
    """Sum up for one that took part, after the last day; it may be written anew until the superior has judged."""
    campaign = held(campaign)
    _require_part(by, campaign, organisation)
    if campaign.is_brand or campaign.state != CampaignState.PUBLISHED:
        raise Conflict("这项载体现在不能小结。", record=campaign)
    if clock.today() <= campaign.last_day:
        raise Conflict(f"载体 {campaign.last_day:%m-%d} 结束，结束后再小结。", record=campaign)
    return write_closing(by, campaign, organisation, own_level, own_text)


def write_closing(
    by: Actor, campaign: Campaign, organisation: Organisation, own_level: str, own_text: str
) -> CampaignClosing:
    """Keep the own rating of one that took part, inside the caller's transaction. Conflict once it was judged."""
    own_text = clean_text(own_text)
    if not own_text:
        raise ValidationError({"own_text": "请填写小结。"})
    if own_level not in Level.values:
        raise ValidationError({"own_level": "请选择自评。"})
    row = CampaignClosing.objects.select_for_update().filter(campaign=campaign, organisation=organisation).first()
    if row is not None and row.judged_on and not campaign.is_brand:
        raise Conflict("上级已经评定，不能再改小结。", record=campaign)
    row = row or CampaignClosing(campaign=campaign, organisation=organisation)
    with audit.change(by=by, verb="campaign.close", obj=row, organisation=organisation):
        row.own_level, row.own_text = own_level, own_text
        row.written_by, row.written_on = account_of(by), clock.today()
        row.full_clean(exclude=["campaign", "organisation", "written_by", "judged_by"])
        row.save()
    return row


@one_transaction
def closing_judge(*, by: Actor, closing: CampaignClosing, level: str, reason: str) -> CampaignClosing:
    """Rate what one that took part did, beside its own rating; not who wrote that."""
    campaign = held(closing.campaign)
    access.require(by, ASSIGN, campaign.organisation)
    row = CampaignClosing.objects.select_for_update().get(pk=closing.pk)
    judge_closing(by, row, level, reason, Level.values)
    tell(by, closing.organisation, campaign, f"已评定：{Level(level).label}")
    return row


def judge_closing(by: Actor, row: CampaignClosing, level: str, reason: str, levels: Iterable[str]) -> None:
    """Keep the superior's rating, inside the caller's transaction. Conflict for who wrote the other one."""
    account = account_of(by)
    if account is not None and row.written_by_id == account.pk:
        raise Conflict("本人登记的事项由他人审定。")
    if level not in levels:
        raise ValidationError({"level": "请选择评定。"})
    reason = reason_of(reason, "评定理由")
    with audit.change(by=by, verb="campaign.judge", obj=row, organisation=row.organisation, note=reason):
        row.level, row.reason, row.judged_by, row.judged_on = level, reason, account, clock.today()
        row.save()

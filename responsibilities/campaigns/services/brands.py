"""Brand projects of a branch: applied → approved or returned → submitted → accepted or not; prolonged once."""

from datetime import date

from django.core.exceptions import ValidationError

from branches import audit
from branches.places.models.organisations import Organisation
from branches.reach.rights import ASSIGN
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from members.activities.models import Activity
from members.care.models import HonourLevel
from members.care.services.honours import honour_note
from responsibilities.assigning import require_assigns
from responsibilities.campaigns.models import (
    Campaign,
    CampaignClosing,
    CampaignKind,
    CampaignOutcome,
    CampaignState,
    OutcomeKind,
    Participation,
    ParticipationSource,
    Verdict,
)
from responsibilities.campaigns.rights import require_own
from responsibilities.campaigns.rules import NO_MILESTONE, application_problems, unfinished
from responsibilities.campaigns.selectors.steps import steps_of
from responsibilities.campaigns.selectors.summary import open_of
from responsibilities.campaigns.services.campaigns import (
    CampaignData,
    changed,
    check_version,
    held,
    reason_of,
    tell,
    write_data,
    written,
)
from responsibilities.campaigns.services.taking_part import KINDS, judge_closing, write_closing
from responsibilities.campaigns.ties import mark_campaign

OWN = "本人登记的事项由他人审定。"
# What an accepted project is honoured with.
NAMED = "品牌命名"


def _check_application(data: CampaignData) -> None:
    missing = application_problems(data.problem, data.difference)
    if not data.milestones:
        missing["milestones"] = [NO_MILESTONE]
    if missing:
        raise ValidationError(missing)


@one_transaction
def brand_apply(
    *,
    by: Actor,
    organisation: Organisation,
    data: CampaignData,
    campaign: Campaign | None = None,
    version: int | None = None,
) -> Campaign:
    """Apply for a brand project of a branch, or apply anew with one that was returned or still waits.

    ValidationError by field; Conflict where it has been decided, or another saved meanwhile.
    """
    if campaign is None:
        campaign = Campaign(organisation=organisation, author=account_of(by), created=clock.now())
    else:
        campaign = held(campaign)
        check_version(campaign, version)
        if campaign.state not in (CampaignState.APPLIED, CampaignState.RETURNED):
            raise Conflict("申报已经审定，不能再改。", record=campaign)
        organisation = campaign.organisation
    require_own(by, organisation)
    if organisation.archived_on:
        raise ValidationError(f"{organisation.label}已于 {organisation.archived_on:%Y-%m-%d} 撤销，不能再申报。")
    if organisation.kind not in KINDS:
        raise ValidationError("品牌项目由党支部或党总支申报。")
    data.kind, data.contest = CampaignKind.BRAND, ""
    _check_application(data)
    with written(by, campaign, "apply"):
        campaign.state, campaign.issued_on = CampaignState.APPLIED, clock.today()
        campaign.return_reason = ""
        campaign.author = account_of(by)
        write_data(by, campaign, data)
    return campaign


def _not_own(by: Actor, *accounts: int | None) -> None:
    account = account_of(by)
    if account is not None and account.pk in accounts:
        raise Conflict(OWN)


def require_applied(campaign: Campaign) -> None:
    """Raise Conflict unless an application waits for its decision."""
    if campaign.state != CampaignState.APPLIED:
        raise Conflict("这项申报现在不待审定。", record=campaign)


def require_under_way(campaign: Campaign) -> None:
    """Raise Conflict unless a project goes on and may be submitted."""
    if not campaign.is_brand or campaign.state != CampaignState.APPROVED:
        raise Conflict("项目不在实施中，不能报验收。", record=campaign)


def require_submitted(campaign: Campaign) -> None:
    """Raise Conflict unless a project was submitted for its acceptance."""
    if campaign.state != CampaignState.SUBMITTED:
        raise Conflict("这个项目没有报验收。", record=campaign)


@one_transaction
def brand_approve(*, by: Actor, campaign: Campaign, meeting: Activity | None = None) -> Campaign:
    """Approve an application; `meeting`: the record of the meeting that decided it, if any."""
    campaign = _to_decide(by, campaign)
    if meeting is not None and not Activity.objects.filter(pk=meeting.pk).visible_to(by).exists():
        raise ValidationError({"meeting": "请从列表中选择审定的会议。"})
    with written(by, campaign, "approve"):
        campaign.state, campaign.decided_on, campaign.decided_in = CampaignState.APPROVED, clock.today(), meeting
        changed(campaign, by)
        campaign.save()
        Participation.objects.create(
            campaign=campaign,
            organisation=campaign.organisation,
            source=ParticipationSource.OWN,
            starts=campaign.starts,
        )
        mark_campaign(campaign)
    tell(by, campaign.organisation, campaign, "已批准，可以实施")
    return campaign


def _to_decide(by: Actor, campaign: Campaign) -> Campaign:
    campaign = held(campaign)
    require_assigns(by, campaign.organisation)
    require_applied(campaign)
    _not_own(by, campaign.author_id, campaign.changed_by_id)
    return campaign


@one_transaction
def brand_return(*, by: Actor, campaign: Campaign, reason: str) -> Campaign:
    """Return an application with a reason; the branch may change it and apply anew."""
    campaign = _to_decide(by, campaign)
    reason = reason_of(reason, "退回原因")
    with written(by, campaign, "return", reason):
        campaign.state, campaign.return_reason = CampaignState.RETURNED, reason
        campaign.version += 1
        campaign.save()
    tell(by, campaign.organisation, campaign, f"申报已退回：{reason}")
    return campaign


def require_prolongable(campaign: Campaign) -> None:
    """Raise Conflict unless a project goes on and was not prolonged yet."""
    if not campaign.is_brand or campaign.state != CampaignState.APPROVED:
        raise Conflict("项目不在实施中，不能延期。", record=campaign)
    if campaign.prolonged_to is not None:
        raise Conflict("第二次延期请重新申报。", record=campaign)


@one_transaction
def brand_prolong(*, by: Actor, campaign: Campaign, until: date, reason: str) -> Campaign:
    """Give a project a later last day, once."""
    campaign = held(campaign)
    require_assigns(by, campaign.organisation)
    require_prolongable(campaign)
    if until <= campaign.ends:
        raise ValidationError({"until": "延期日期应晚于原定结束日期。"})
    reason = reason_of(reason, "延期原因")
    with written(by, campaign, "prolong", reason):
        campaign.prolonged_to, campaign.prolong_reason = until, reason
        changed(campaign, by)
        campaign.save()
        mark_campaign(campaign)
    tell(by, campaign.organisation, campaign, f"延期至 {until:%Y-%m-%d}")
    return campaign


@one_transaction
def brand_submit(*, by: Actor, campaign: Campaign, own_level: str, own_text: str) -> Campaign:
    """Submit a project for its acceptance, with the branch's own rating."""
    campaign = held(campaign)
    require_own(by, campaign.organisation)
    require_under_way(campaign)
    with written(by, campaign, "submit"):
        write_closing(by, campaign, campaign.organisation, own_level, own_text)
        campaign.state = CampaignState.SUBMITTED
        changed(campaign, by)
        campaign.save()
        mark_campaign(campaign)
    return campaign


@one_transaction
def brand_accept(*, by: Actor, campaign: Campaign, level: str, reason: str) -> Campaign:
    """Accept a project or not, with a reason; neither who applied for it nor who submitted it. Accepted, it bears its name.

    ValidationError at the verdict where milestones stand against it, also those that fall due later.
    """
    campaign = held(campaign)
    require_assigns(by, campaign.organisation)
    require_submitted(campaign)
    _not_own(by, campaign.author_id)
    if why := unfinished(*open_of(steps_of([campaign.pk])), level):
        raise ValidationError({"level": why})
    row = CampaignClosing.objects.select_for_update().get(campaign=campaign, organisation=campaign.organisation)
    with written(by, campaign, "accept", reason):
        judge_closing(by, row, level, reason, Verdict.values)
        passed = level != Verdict.FAILED
        campaign.state = CampaignState.ACCEPTED if passed else CampaignState.FAILED
        campaign.accepted_on = clock.today()
        campaign.version += 1
        campaign.save()
        if not passed:
            # What falls due after it failed is not owed any more. Of what passed nothing is open, and all of it counts.
            ends = max(clock.today(), campaign.starts)
            Participation.objects.filter(campaign=campaign, ends__isnull=True).update(ends=ends)
        mark_campaign(campaign)
        if passed:
            _named(by, campaign)
    tell(by, campaign.organisation, campaign, f"验收：{Verdict(level).label}")
    return campaign


def _named(by: Actor, campaign: Campaign) -> None:
    """Enter the name of an accepted project among the honours of its organisation, and as its outcome."""
    text, giver = f"{NAMED}：{campaign.title}", campaign.organisation.parent or campaign.organisation
    honour = honour_note(
        by=by,
        organisation=campaign.organisation,
        title=text[:60],
        level=HonourLevel.OWN,
        granted_on=clock.today(),
        granted_by=giver.name[:60],
        right=ASSIGN,
    )
    row = CampaignOutcome(campaign=campaign, organisation=campaign.organisation, kind=OutcomeKind.AWARD)
    row.text, row.day, row.honour = text, honour.granted_on, honour
    with audit.change(by=by, verb="campaign.outcome", obj=row, organisation=campaign.organisation):
        row.save()

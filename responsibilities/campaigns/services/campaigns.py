"""Write theme campaigns and contests: draft → published → cancelled; goals, milestones, the work they serve; new dates."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.database import one_transaction
from common.errors import Conflict, changed_by
from common.operator import Actor, account_of
from common.text import clean_text, quoted
from responsibilities.assigning import places_assigned, require_assigns
from responsibilities.campaigns.figures import measure_names
from responsibilities.campaigns.links import CampaignPolicy, CampaignWork
from responsibilities.campaigns.models import (
    LIVE,
    Campaign,
    CampaignGoal,
    CampaignMilestone,
    CampaignState,
    Participation,
)
from responsibilities.campaigns.rules import (
    Planned,
    kind_problems,
    milestone_problems,
    planned_again,
    problems,
    published_problems,
)
from responsibilities.campaigns.selectors.steps import steps_of
from responsibilities.campaigns.ties import mark_campaign
from responsibilities.policies.models import PolicyVersion
from responsibilities.requirements.services import responsible_for
from responsibilities.work.models import WorkItem

# Who sets campaigns up: the committee, or the Party group where its staff has no committee.
SEATS = (Kind.PARTY_GROUP, Kind.COMMITTEE)
MOST_MILESTONES, MOST_GOALS, MOST_CRITERIA = 12, 8, 20
REASON_MOST = 200


@dataclass(frozen=True)
class Goal:
    """A row of the form: so many records of `kinds`, or a measure that the system keeps."""

    name: str
    planned: Decimal
    kinds: tuple[str, ...] = ()
    measure: str = ""
    unit: str = "次"


@dataclass
class CampaignData:
    """What the form says. words: what records of it will say, beside its name. criteria: of a contest, one line each."""

    kind: str
    title: str
    approach: str
    occasion: str
    starts: date
    ends: date
    contest: str = ""
    document: str = ""
    words: str = ""
    criteria: list[str] = field(default_factory=list)
    goals: Sequence[Goal] = ()
    milestones: Sequence[Planned] = ()
    items: Sequence[WorkItem] = ()
    policies: Sequence[PolicyVersion] = ()
    problem: str = ""
    difference: str = ""


COLUMNS = (
    *("kind", "contest", "title", "approach", "occasion", "document", "starts", "ends", "words", "criteria"),
    *("problem", "difference"),
)


def written(by: Actor, campaign: Campaign, verb: str, note: str = "") -> AbstractContextManager[audit.Change]:
    """Write a campaign inside the block; leaves one entry of the trail."""
    return audit.change(
        by=by, verb=f"campaign.{verb}", obj=campaign, organisation=campaign.organisation_id, note=note[:300]
    )


def held(campaign: Campaign) -> Campaign:
    """Return the campaign with its row locked."""
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("organisation__parent", "changed_by")
    return rows.get(pk=campaign.pk)


def changed(campaign: Campaign, by: Actor) -> None:
    """Note who changed it last."""
    campaign.version += 1
    campaign.changed_by = account_of(by)


def check_version(row: Any, version: int | None) -> None:
    """Raise Conflict where the form was opened before somebody else saved. row: keeps `version` and `changed_by`."""
    if version is not None and version != row.version:
        raise changed_by(row.changed_by and row.changed_by.name, row)


def reason_of(text: str, label: str, name: str = "reason") -> str:
    """Return a reason as it is kept. ValidationError at `name` where it is empty or too long."""
    reason = clean_text(text)
    if not reason:
        raise ValidationError({name: f"请填写{label}。"})
    if len(reason) > REASON_MOST:
        raise ValidationError({name: f"{label}不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"})
    return reason


def tell(by: Actor, place: Organisation, campaign: Campaign, text: str) -> int:
    """Send one line to those who answer for an organisation; return how many were told."""
    people = [user for user in responsible_for(place) if user != by]
    for user in people:
        notice_send(
            by=by,
            to=user,
            kind="campaign",
            text=f"{campaign.kind_label}{quoted(campaign.title)}{text}",
            url=reverse("campaign_detail", args=[campaign.pk]),
            about=f"campaign/{campaign.pk}/{place.pk}",
        )
    return len(people)


def known_milestones(campaign: Campaign | None) -> set[tuple[str, date]]:
    """Return the names and due dates of the milestones that a campaign has, none of one that is new."""
    return set(campaign.milestones.values_list("name", "due")) if campaign is not None and campaign.pk else set()


def check_data(data: CampaignData, known: Iterable[tuple[str, date]] = ()) -> None:
    """Raise ValidationError, at the fields, for what is wrong with a campaign as it is written."""
    found = problems(data.starts, data.ends, data.occasion) | kind_problems(data.kind, data.contest)
    if said := milestone_problems(data.starts, data.ends, data.milestones, set(known)):
        found["milestones"] = said
    if len(data.milestones) > MOST_MILESTONES:
        found.setdefault("milestones", []).append(f"节点最多 {MOST_MILESTONES} 个，请合并。")
    if len(data.goals) > MOST_GOALS:
        found["goals"] = [f"目标最多 {MOST_GOALS} 项。"]
    if wrong := [row.name for row in data.goals if row.measure and row.measure not in measure_names()]:
        found.setdefault("goals", []).append(f"目标{quoted(wrong[0])}的计量项不存在，请重新选择。")
    if len(data.criteria) > MOST_CRITERIA or any(len(line) > 120 for line in data.criteria):
        found["criteria"] = [f"标准最多 {MOST_CRITERIA} 条，每条不超过 120 字。"]
    if found:
        raise ValidationError(found)


def write_data(by: Actor, campaign: Campaign, data: CampaignData) -> None:
    """Put what the form says into a campaign and save it with its goals, milestones and work; ValidationError by field."""
    check_data(data, known_milestones(campaign))
    for name in COLUMNS:
        setattr(campaign, name, getattr(data, name))
    changed(campaign, by)
    campaign.full_clean(exclude=["organisation", "author", "changed_by", "decided_in"])
    campaign.save()
    _write_goals(campaign, data.goals)
    _write_milestones(campaign, data.milestones)
    _write_links(campaign, CampaignWork, "item", data.items)
    _write_links(campaign, CampaignPolicy, "version", data.policies)


def _write_links(campaign: Campaign, table: type[Model], name: str, wanted: Iterable[Model]) -> None:
    """Keep the rows of `table` that name what is wanted (foreign key `name`), drop the others, add what is new."""
    rows = table._default_manager.filter(campaign=campaign)
    keys = {row.pk: row for row in wanted}
    rows.exclude(**{f"{name}__in": keys}).delete()
    have = set(rows.values_list(name, flat=True))
    new = [table(campaign=campaign, **{name: row}) for pk, row in keys.items() if pk not in have]
    table._default_manager.bulk_create(new)


def _write_goals(campaign: Campaign, goals: Iterable[Goal]) -> None:
    campaign.goals.all().delete()
    for row in goals:
        goal = CampaignGoal(
            campaign=campaign,
            name=row.name,
            kinds=[*row.kinds],
            measure=row.measure,
            planned=row.planned,
            unit=row.unit,
        )
        goal.full_clean(exclude=["campaign"])
        goal.save()


def _write_milestones(campaign: Campaign, rows: Sequence[Planned]) -> None:
    """Keep the milestones that are said again, so that what was said of them stands; of a draft the others are dropped."""
    before = list(campaign.milestones.all())
    if campaign.state in LIVE and (said := published_problems(rows, before, clock.today())):
        raise ValidationError({"milestones": said})
    again = planned_again(rows, before)
    for old in before:
        if old.pk not in again:
            old.delete()
    kept = {id(again[old.pk]): old for old in before if old.pk in again}
    for row in rows:
        milestone = kept.get(id(row)) or CampaignMilestone(campaign=campaign, first_due=row.due)
        milestone.name, milestone.due, milestone.kinds = row.name, row.due, [*row.kinds]
        milestone.full_clean(exclude=["campaign", "organisation"])
        milestone.save()


@one_transaction
def campaign_save(
    *, by: Actor, data: CampaignData, campaign: Campaign | None = None, version: int | None = None
) -> Campaign:
    """Write a draft (a new one, or `campaign`), or change a published campaign; return it.

    version: as the form was opened. ValidationError by field; Conflict where another saved meanwhile or it has ended.
    """
    verb = "create" if campaign is None else "update"
    if campaign is None:
        seats = list(places_assigned(by).filter(kind__in=SEATS)[:2])
        seat = next((place for place in seats if place.kind == Kind.COMMITTEE), next(iter(seats), None))
        if seat is None:
            raise ValidationError("您没有部署工作的权限，不能设立载体。")
        campaign = Campaign(organisation=seat, author=account_of(by), created=clock.now())
    else:
        campaign = held(campaign)
        require_assigns(by, campaign.organisation)
        check_version(campaign, version)
        if campaign.is_brand or campaign.state not in (CampaignState.DRAFT, CampaignState.PUBLISHED):
            raise Conflict("载体已经结束，不能再改。", record=campaign)
    with written(by, campaign, verb):
        write_data(by, campaign, data)
        require_assigns(by, campaign.organisation)
        if campaign.state == CampaignState.PUBLISHED:
            mark_campaign(campaign)
    return campaign


@one_transaction
def campaign_cancel(*, by: Actor, campaign: Campaign, reason: str) -> Campaign:
    """End a campaign before its time, with a reason: its milestones leave all numbers.

    Conflict once it is over: what was missed would be gone.
    """
    campaign = held(campaign)
    require_assigns(by, campaign.organisation)
    if campaign.state not in LIVE or campaign.last_day < clock.today():
        raise Conflict("载体不在开展期间，不能终止。", record=campaign)
    reason = reason_of(reason, "终止原因")
    with written(by, campaign, "cancel", reason):
        campaign.state, campaign.cancel_reason = CampaignState.CANCELLED, reason
        changed(campaign, by)
        campaign.save()
        mark_campaign(campaign)
    parts = Participation.objects.filter(campaign=campaign, ends__isnull=True).select_related("organisation__parent")
    for part in parts:
        tell(by, part.organisation, campaign, f"已终止：{reason}")
    return campaign


@one_transaction
def campaign_discard(*, by: Actor, campaign: Campaign) -> None:
    """Delete a draft that was never published."""
    campaign = held(campaign)
    require_assigns(by, campaign.organisation)
    if campaign.state != CampaignState.DRAFT:
        raise Conflict("载体已经发布，不能删除。", record=campaign)
    audit.record(
        by=by,
        verb="campaign.discard",
        obj=campaign,
        organisation=campaign.organisation_id,
        before=audit.snapshot(campaign),
        after={},
    )
    campaign.delete()


@one_transaction
def milestone_move(*, by: Actor, milestone: CampaignMilestone, due: date, reason: str) -> CampaignMilestone:
    """Give a milestone another date, with a reason; the first one is kept. Whoever has not done it is told."""
    campaign = held(milestone.campaign)
    require_assigns(by, campaign.organisation)
    if campaign.state not in LIVE:
        raise Conflict("载体不在开展期间，不能改期。", record=campaign)
    milestone = CampaignMilestone.objects.select_for_update().get(pk=milestone.pk)
    reason = reason_of(reason, "改期原因")
    if due > campaign.last_day:
        raise ValidationError({"due": f"节点{quoted(milestone.name)}在载体结束之后。"})
    if due < campaign.starts:
        raise ValidationError({"due": f"节点{quoted(milestone.name)}在载体开始之前。"})
    if due < clock.today():
        raise ValidationError({"due": "新的时限不能早于今天。"})
    before, owing = milestone.due, _owing(milestone)
    with audit.change(
        by=by, verb="campaign.milestone_move", obj=milestone, organisation=campaign.organisation_id, note=reason
    ):
        milestone.due, milestone.move_reason = due, reason
        milestone.save()
        mark_campaign(campaign)
    # Who joined after the first date owes it with the new one.
    places = Organisation.objects.filter(pk__in=owing | _owing(milestone)).select_related("parent")
    for place in places.in_tree_order():
        tell(
            by,
            place,
            campaign,
            f"的节点{quoted(milestone.name)}由 {before:%-m月%-d日}改期至 {due:%-m月%-d日}：{reason}",
        )
    return milestone


def _owing(milestone: CampaignMilestone) -> set[int]:
    """Return the organisations (ids) that owe a milestone and have not done it."""
    rows = steps_of([milestone.campaign_id])
    return {step.organisation for step in rows if step.milestone == milestone.pk and not step.done}

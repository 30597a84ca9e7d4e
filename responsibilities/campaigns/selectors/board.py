"""The list: campaigns in four columns by approach, brand projects on a board by stage."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from branches.reach.rights import VIEW
from common import clock
from common.names import named
from common.operator import Actor
from members.activities.models import Activity
from responsibilities.campaigns.models import (
    APPROACH_HINTS,
    Approach,
    Campaign,
    CampaignClosing,
    CampaignKind,
    CampaignState,
    Participation,
)
from responsibilities.campaigns.rights import seen_whole
from responsibilities.campaigns.rules import OPEN, RUNS, Stage, stage_of, sums_up
from responsibilities.campaigns.selectors.steps import Step, counted_in, held_in, steps_of

# Cards of one column; what is beyond is counted.
MOST = 24
COLUMNS = [
    "名称",
    "类别",
    "用法",
    "主办组织",
    "开始",
    "结束",
    "状态",
    "参加组织",
    "活动次数",
    "节点完成",
    "节点应办",
    "逾期",
]


@dataclass(frozen=True)
class Card:
    """One campaign. whole: the reader sees its numbers; opens: he may open each of its `records`, so that they bear a link.

    done, owed: milestones of all that take part, owed so far and to come.

    late: the overdue Step that is overdue longest; near: the next one to come. elapsed: 0–100, of its days.
    """

    campaign: Campaign
    stage: Stage
    whole: bool
    opens: bool
    branches: int
    records: int
    done: int
    owed: int
    elapsed: int
    late: Step | None
    near: Step | None
    overdue: int
    today: date

    @property
    def late_days(self) -> int:
        if self.late is not None:
            return (self.today - self.late.due).days
        return (self.today - self.campaign.last_day).days if self.stage == Stage.DUE else 0


@dataclass(frozen=True)
class Column:
    """A column of cards. key: of an approach, or of a stage; more: how many are not shown."""

    key: str
    name: str
    hint: str
    cards: list[Card] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class Board:
    campaigns: list[Column]
    brands: list[Column]
    cards: list[Card]

    @property
    def words(self) -> str:
        """Return what runs, in the words of the start pages."""
        return running_words(self.cards) or "没有在办的载体"


def running_words(cards: Sequence[Card]) -> str:
    """Return 「在办载体 2 个，品牌项目 1 个在实施，3 个节点逾期，1 个到期未报验收」, "" where nothing runs.

    What is applied for or was handed in does not run. A milestone counts once however many organisations miss it, and only in
    what the reader sees whole, as on its card.
    """
    running = [card for card in cards if card.stage in RUNS]
    if not running:
        return ""
    projects = sum(card.campaign.is_brand for card in running)
    late = sum(card.overdue for card in running if card.whole)
    due = sum(card.stage == Stage.DUE for card in running)
    return "，".join(
        [
            f"在办载体 {len(running) - projects} 个",
            *([f"品牌项目 {projects} 个在实施"] if projects else []),
            *([f"{late} 个节点逾期"] if late else []),
            *([f"{due} 个到期未报验收"] if due else []),
        ]
    )


def readable(user: Actor, chosen: dict[str, Any], year: int) -> list[Campaign]:
    """Return the campaigns of a year that `user` may read, as a filter narrows them. chosen: kind, approach, organisation, q."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    ending = Coalesce(F("prolonged_to"), F("ends"))
    rows = Campaign.objects.visible_to(user).annotate(ending=ending).filter(starts__lte=last)
    open_brand = Q(state__in=(CampaignState.APPLIED, CampaignState.RETURNED, CampaignState.SUBMITTED))
    still = Q(ending__gte=first) | open_brand | Q(state=CampaignState.APPROVED) | Q(accepted_on__gte=first)
    rows = rows.filter(still).select_related("organisation__parent")
    for name in ("kind", "approach"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    place = chosen.get("organisation")
    if isinstance(place, Organisation):
        part = Participation.objects.taken().filter(within(place)).order_by()
        rows = rows.filter(within(place) | Q(pk__in=part.values("campaign")))
    word = chosen.get("q")
    return [row for row in rows if not word or named(row.title, word)]


def cards_of(user: Actor, campaigns: Sequence[Campaign]) -> list[Card]:
    """Return a Card for each; a constant number of statements."""
    ids = [row.pk for row in campaigns]
    today, whole = clock.today(), seen_whole(user, ids)
    rows = Participation.objects.taken().filter(campaign__in=ids).order_by()
    taking = list(rows.values_list("campaign", "organisation", "ends", "organisation__archived_on"))
    parts = Counter(campaign for campaign, _, ends, _ in taking if ends is None)
    closings = CampaignClosing.objects.filter(campaign__in=ids).order_by()
    written = set(closings.values_list("campaign", "organisation"))
    asked = {(campaign, place) for campaign, place, ends, gone in taking if sums_up(ends, gone, today)}
    unwritten = Counter(campaign for campaign, _ in asked - written)
    held = held_in(ids, today)
    records = counted_in(held, {(campaign, place) for campaign, place, _, _ in taking})
    opened = _opened(user, records)
    by_campaign: dict[int, list[Step]] = defaultdict(list)
    for step in steps_of(ids, today, held=held):
        by_campaign[step.campaign].append(step)
    return [
        _card(
            row,
            by_campaign[row.pk],
            (parts[row.pk], len(records[row.pk]), unwritten[row.pk]),
            (row.pk in whole, records[row.pk] <= opened),
            today,
        )
        for row in campaigns
    ]


def _opened(user: Actor, records: Mapping[int, set[int]]) -> set[int]:
    """Return those of some records that `user` may open."""
    ids = {pk for rows in records.values() for pk in rows}
    return set(Activity.objects.visible_to(user, VIEW).filter(pk__in=ids).order_by().values_list("pk", flat=True))


def _card(
    campaign: Campaign, own: list[Step], counts: tuple[int, int, int], seen: tuple[bool, bool], today: date
) -> Card:
    (parts, records, unwritten), (whole, opens) = counts, seen
    stage = stage_of(campaign, today, unwritten)
    live = stage in RUNS
    late = [step for step in own if step.state == "overdue"] if live else []
    near = [step for step in own if step.state in ("due_soon", "not_due")]
    return Card(
        campaign,
        stage,
        whole,
        opens,
        parts,
        records,
        sum(step.done for step in own),
        len(own),
        elapsed(campaign.starts, campaign.last_day, today),
        min(late, key=lambda step: step.due, default=None),
        min(near, key=lambda step: step.due, default=None),
        len({step.milestone for step in late}),
        today,
    )


def elapsed(first: date, last: date, day: date) -> int:
    """Return how far a day lies between two others, 0–100."""
    total = max((last - first).days, 1)
    return max(0, min(100, round(100 * (day - first).days / total)))


# What a column of the board holds.
_STAGES = (
    ("applied", "申报", "支部申报，写明问题和特色", (Stage.APPLIED, Stage.RETURNED)),
    ("running", "实施", "按节点推进", (Stage.PLANNED, Stage.RUNNING, Stage.DUE)),
    ("submitted", "报验收", "上级看成效", (Stage.SUBMITTED,)),
    ("accepted", "验收", "看成效、定去留", (Stage.BRAND, Stage.FAILED, Stage.CANCELLED)),
)


def board(user: Actor, chosen: dict[str, Any], year: int) -> Board:
    """Return the Board of a year as `user` reads it."""
    cards = cards_of(user, readable(user, chosen, year))
    themes = [card for card in cards if card.campaign.kind != CampaignKind.BRAND]
    brands = [card for card in cards if card.campaign.kind == CampaignKind.BRAND]
    columns = [
        _column(key.value, key.label, APPROACH_HINTS[key], [card for card in themes if card.campaign.approach == key])
        for key in Approach
    ]
    stages = [
        _column(key, name, hint, [card for card in brands if card.stage in held]) for key, name, hint, held in _STAGES
    ]
    return Board(columns, stages, cards)


def _column(key: str, name: str, hint: str, cards: list[Card]) -> Column:
    cards = sorted(cards, key=lambda card: (card.stage not in OPEN, -card.late_days, card.campaign.last_day))
    return Column(key, name, hint, cards[:MOST], max(len(cards) - MOST, 0))


def export_rows(found: Board, words: dict[str, str]) -> list[list[Any]]:
    """Return the rows of the list as a table. words: {stage: its word}. Numbers that the reader does not see are empty."""
    rows = []
    for card in found.cards:
        campaign = card.campaign
        numbers = [card.branches, card.records, card.done, card.owed, card.overdue] if card.whole else [""] * 5
        rows.append(
            [
                campaign.title,
                campaign.kind_label,
                campaign.get_approach_display(),
                campaign.organisation.label,
                campaign.starts,
                campaign.last_day,
                words[card.stage],
                *numbers,
            ]
        )
    return rows

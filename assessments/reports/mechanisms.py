"""What the report says of aims, policies, campaigns and practices: at most one paragraph each, with its whole (judgement 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from assessments.facts.models import Fact
from assessments.reports.paper import paragraph
from assessments.targets.models import PlanState, TargetPlan
from assessments.targets.rules import GOOD, ShareState
from assessments.targets.selectors.pages import Line, Tree, tree_of
from assessments.targets.selectors.standings import Asked, asked_now
from branches.places.models.organisations import Kind
from common.operator import OPERATOR
from common.periods import Period
from common.text import quoted
from members.cadres.measured import EDUCATION_POSTS, EDUCATION_SECRETARIES
from members.care.measured import CARE_ANSWERED, sum_told
from members.care.rules import is_few
from members.commitments.measured import FULFILLED as PLEDGES_FULFILLED
from members.development.measured import IN_TIME
from members.dues.measured import MEMBER_MONTHS
from members.education.measured import EDUCATION_HOURS
from responsibilities.campaigns.models import COUNTED, Campaign, CampaignOutcome
from responsibilities.campaigns.selectors.steps import held_in
from responsibilities.policies.models import Policy
from responsibilities.policies.selectors.policies import CURRENT, Card, cards
from responsibilities.practices.selectors.reported import told_of

# Those behind, and those without a mechanism, that are named in a sentence; campaigns that have a line (mechanisms C).
MOST_NAMED, MOST_CAMPAIGNS = 3, 5
UPPER = (Kind.PARTY_GROUP, Kind.COMMITTEE)
BEHIND = (ShareState.BEHIND, ShareState.MISSED)


@dataclass(frozen=True)
class Carried:
    """A campaign or brand project of the period. records: that counted in it; outcomes: what came of it so far."""

    campaign: Campaign
    records: int
    outcomes: Sequence[CampaignOutcome]


@dataclass(frozen=True)
class Mechanisms:
    """trees: of the plans of the upper levels, from the top down. policies: in force on the day. carried: campaigns. told: of
    practices, "" where there are none. trained: {measure: (numerator, denominator)} of hours and classes, and of what else is kept of
    people, in the period's year, as facts have them of the whole agency.
    """

    trees: Sequence[Tree]
    policies: Sequence[Card]
    carried: Sequence[Carried]
    told: str
    trained: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def mechanisms_of(period: Period, as_of: date) -> Mechanisms:
    """Return how the aims of the year and the policies stood on `as_of`, and the campaigns that ran in `period`."""
    in_force = [card for card in cards(OPERATOR, Policy.objects.all(), as_of) if card.state == CURRENT]
    return Mechanisms(_trees(period, as_of), in_force, _carried(period, as_of), told_of(as_of), _trained(period, as_of))


_TRAINED = (EDUCATION_HOURS, EDUCATION_POSTS, EDUCATION_SECRETARIES)
# What else is kept of people, each with its whole and what was done of it in words; nobody is named.
_KEPT = {
    IN_TIME: "发展党员到期的环节 {1} 个，已办 {0} 个",
    MEMBER_MONTHS: "到期的党费 {1} 人月，已交 {0} 人月",
    PLEDGES_FULFILLED: "党员公开承诺 {1} 项，已兑现 {0} 项",
    CARE_ANSWERED: "到期的走访慰问 {1} 人次，已走访 {0} 人次",
}


def _trained(period: Period, as_of: date) -> dict[str, tuple[int, int]]:
    rows = Fact.objects.filter(
        measure__in=[*_TRAINED, *_KEPT], period=str(period.year), organisation__parent__isnull=True
    )
    found = rows.order_by().values_list("measure", "numerator", "denominator")
    counts = {measure: (done, owed) for measure, done, owed in found if owed}
    # Of those looked after no number so small is told, nor a sum from which one could be reckoned.
    if CARE_ANSWERED in counts and (
        is_few(counts[CARE_ANSWERED][1]) or not sum_told(Period("year", period.year), as_of)
    ):
        del counts[CARE_ANSWERED]
    return counts


def trained(found: Mechanisms) -> list[dict[str, Any]]:
    """教育培训: how many posts and secretaries have their hours and classes of the year, each with its whole; nobody is named."""
    said = []
    if counts := found.trained.get(EDUCATION_POSTS):
        said.append(f"书记和班子成员 {counts[1]} 人次中 {counts[0]} 人次完成年度学时和集中培训")
    if counts := found.trained.get(EDUCATION_SECRETARIES):
        said.append(f"书记 {counts[1]} 名中 {counts[0]} 名参加集中轮训、任职培训")
    if counts := found.trained.get(EDUCATION_HOURS):
        said.append(f"党员应完成集中学习 {counts[1]} 学时，已完成 {counts[0]} 学时")
    return [paragraph("trained", f"{'；'.join(said)}。")] if said else []


def kept(found: Mechanisms) -> list[dict[str, Any]]:
    """What is kept of members in the year: development, dues, commitments, care, each with its whole."""
    said = [words.format(*counts) for measure, words in _KEPT.items() if (counts := found.trained.get(measure))]
    return [paragraph("kept", f"{'；'.join(said)}。")] if said else []


def _trees(period: Period, as_of: date) -> list[Tree]:
    plans = TargetPlan.objects.filter(year=period.year, organisation__kind__in=UPPER, issued_on__lte=as_of)
    plans = plans.exclude(state=PlanState.DRAFT).select_related("organisation").order_by("organisation__level", "pk")
    filled = asked_now().day
    asked = Asked(None if filled is None else min(filled, as_of))
    return [tree_of(plan, plan.organisation, asked) for plan in plans]


def _carried(period: Period, as_of: date) -> list[Carried]:
    rows = Campaign.objects.filter(state__in=COUNTED).annotate(ending=Coalesce(F("prolonged_to"), F("ends")))
    rows = rows.filter(Q(ending__gte=period.first) | Q(accepted_on__gte=period.first), starts__lte=period.last)
    found = {row.pk: row for row in rows}
    tied: dict[int, set[int]] = {}
    for (campaign, _), held in held_in(list(found), as_of).items():
        tied.setdefault(campaign, set()).update(pk for pk, one in held.items() if one.day in period)
    outcomes: dict[int, list[CampaignOutcome]] = {}
    for row in CampaignOutcome.objects.filter(campaign__in=found, day__lte=as_of):
        outcomes.setdefault(row.campaign_id, []).append(row)
    return [Carried(row, len(tied.get(pk, ())), outcomes.get(pk, [])) for pk, row in found.items()]


def aims(found: Mechanisms) -> list[dict[str, Any]]:
    """党建目标 by level: how many are on course, which are behind, with value, aim and the leader who holds them."""
    said: list[str] = []
    links: list[tuple[str, str]] = []
    for tree in found.trees:
        if not tree.total:
            continue
        lines = [line for line in tree.lines if not line.children]
        behind = [line for line in lines if line.standing.state in BEHIND]
        unknown = tree.count(ShareState.UNKNOWN)
        url = f"{reverse('target_list')}?plan={tree.plan.pk}"
        whole = f"{tree.plan.organisation}年度目标 {tree.total} 项"
        words = [whole, f"按进度或已达到 {tree.count(*GOOD)} 项"]
        words += [f"落后或未达到 {len(behind)} 项"] if behind else []
        words += [f"暂无数据 {unknown} 项"] if unknown else []
        named = "；".join(_behind(line) for line in behind[:MOST_NAMED])
        said.append("，".join(words) + (f"：{named}。" if named else "。"))
        links += [(whole, url), (f"落后或未达到 {len(behind)} 项", f"{url}&state=behind")]
    return [paragraph("targets", "".join(said), links)] if said else []


def _behind(line: Line) -> str:
    holder = line.target.holder.leader.name if line.target.holder and line.target.holder.leader else ""
    return f"{quoted(line.target.name)}现为 {line.value}，要求{line.aim}" + (f"（{holder}）" if holder else "")


def policies(found: Mechanisms) -> list[dict[str, Any]]:
    """制度落实: how many are in force, which have no mechanism, how often they were run and how often late."""
    rows = found.policies
    if not rows:
        return []
    bare = [card for card in rows if card.without_mechanism]
    text = f"有效制度 {len(rows)} 项"
    text += f"，制度有、机制无 {len(bare)} 项（{_named(bare)}）" if bare else "，均有程序和考核规则"
    runs, late = (sum(getattr(card.counts, name) for card in rows) for name in ("runs", "late_runs"))
    text += f"；本年按程序运行 {runs} 次" + (f"，其中 {late} 次逾期。" if late else "。")
    url = reverse("policy_list")
    links = [(f"有效制度 {len(rows)} 项", url), (f"制度有、机制无 {len(bare)} 项", f"{url}?flag=no_mechanism")]
    return [paragraph("policies", text, links)]


def _named(rows: Sequence[Card]) -> str:
    titles = "".join(f"《{card.policy.title.strip('《》')}》" for card in rows[:MOST_NAMED])
    return titles + ("等" if len(rows) > MOST_NAMED else "")


def campaigns(found: Mechanisms) -> list[dict[str, Any]]:
    """载体与品牌: how many ran with how many records, and what came of them, the outcome first."""
    rows = found.carried
    if not rows:
        return []
    text = f"期内开展载体和品牌项目 {len(rows)} 项，关联活动 {sum(row.records for row in rows)} 次"
    shown = sorted((row for row in rows if row.outcomes), key=lambda row: (-len(row.outcomes), row.campaign.pk))
    lines = [f"{quoted(row.campaign.title)}{'、'.join(map(_outcome, row.outcomes))}" for row in shown[:MOST_CAMPAIGNS]]
    text += f"。取得成效的 {len(shown)} 项：{'；'.join(lines)}。" if shown else "，尚未登记成效。"
    return [paragraph("campaigns", text, [(f"载体和品牌项目 {len(rows)} 项", reverse("campaign_list"))])]


def practices(found: Mechanisms) -> list[dict[str, Any]]:
    """典型经验: those that became policies, each with its effect line."""
    where = [(found.told.partition("：")[0], reverse("practice_list"))]
    return [paragraph("practices", found.told, where)] if found.told else []


def _outcome(row: CampaignOutcome) -> str:
    if row.figure is None:
        return row.text
    before = f"{row.before.normalize():f}→" if row.before is not None else ""
    return f"{row.text} {before}{row.figure.normalize():f}{row.unit}"

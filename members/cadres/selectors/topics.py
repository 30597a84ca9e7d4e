"""Study topics as lists and pages show them: stages on a rail, how a topic stands, where its finding went."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse

from branches.places.models.organisations import Organisation
from branches.reach.rights import ASSIGN
from common import clock
from common.operator import Actor
from common.together import count_together
from members.activities.models import Activity
from members.activities.selectors.meetings import meeting_among, meetings_offered
from members.cadres.models import StudyTopic, TopicUse

# Pages of what may come of a finding, by the word before the id in TopicUse.about.
ABOUT = {
    "policy": "policy_detail",
    "practice": "practice_detail",
    "target": "target_detail",
    "campaign": "campaign_detail",
}
# Days ahead of which a finding is called for.
SOON = 15
_MOST = 40


@dataclass(frozen=True)
class Stage:
    """One stop of the rail. state: of c-rail (done, now, later, late)."""

    name: str
    state: str
    note: str


@dataclass
class TopicLine:
    row: StudyTopic
    state: str
    stages: list[Stage] = field(default_factory=list)
    uses: list[TopicUse] = field(default_factory=list)
    said: str = ""


def topics_visible(user: Actor) -> QuerySet[StudyTopic]:
    """Return the topics that `user` reads: within his reach, or of his own group."""
    within = StudyTopic.objects.visible_to(user).order_by().values("pk")
    # The person behind the account is found in the same statement.
    account = getattr(user, "pk", None)
    own = StudyTopic.objects.filter(Q(lead__account=account) | Q(others__account=account)).order_by().values("pk")
    found = Q(pk__in=within) | Q(pk__in=own) if account is not None else Q(pk__in=within)
    return StudyTopic.objects.filter(found).select_related("organisation__parent", "lead__home")


def chosen_of(rows: QuerySet[StudyTopic], state: str, organisation: Organisation | None) -> QuerySet[StudyTopic]:
    """Return the topics of a list with the filter applied."""
    if organisation is not None:
        rows = rows.filter(organisation__in=Organisation.objects.within(organisation).order_by().values("pk"))
    if state == "cancelled":
        return rows.filter(cancelled_on__isnull=False)
    rows = rows.filter(cancelled_on__isnull=True) if state else rows
    if state == "open":
        rows = rows.filter(found_on__isnull=True)
    elif state == "found":
        rows = rows.filter(found_on__isnull=False, level="")
    elif state == "reviewed":
        rows = rows.exclude(level="")
    elif state == "used":
        rows = rows.filter(pk__in=TopicUse.objects.order_by().values("topic"))
    return rows


def topics_of(rows: Iterable[StudyTopic]) -> list[TopicLine]:
    """Return a TopicLine for each topic, in their order; one statement for the uses."""
    rows = list(rows)
    uses: dict[int, list[TopicUse]] = {}
    for use in TopicUse.objects.filter(topic__in=[row.pk for row in rows]):
        uses.setdefault(use.topic_id, []).append(use)
    return [line_of(row, uses.get(row.pk, [])) for row in rows]


def line_of(row: StudyTopic, uses: list[TopicUse]) -> TopicLine:
    state = state_of(row, bool(uses))
    return TopicLine(row, state, _stages(row, uses), uses, _said(row, uses))


def state_of(row: StudyTopic, used: bool) -> str:
    """Return the key of the chip of a topic."""
    if row.cancelled_on is not None:
        return "topic_cancelled"
    if used:
        return "topic_used"
    if row.level:
        return f"topic_{row.level}"
    if row.found_on is not None:
        return "topic_found"
    return "topic_overdue" if row.due < clock.today() else "topic_open"


def _stages(row: StudyTopic, uses: list[TopicUse]) -> list[Stage]:
    late = row.found_on is None and row.due < clock.today()
    found = "done" if row.found_on else ("late" if late else "now")
    return [
        Stage("立题", "done", f"{row.first:%m-%d}"),
        Stage("中期", "done" if row.interim_on else "later", f"{row.interim_on:%m-%d}" if row.interim_on else "可不填"),
        Stage("结题", found, f"{row.found_on or row.due:%m-%d}" + ("" if row.found_on else " 前")),
        Stage(
            "成果转化",
            "done" if uses else ("now" if row.level and row.level != "not_taken" else "later"),
            f"{uses[0].day:%m-%d}" if uses else ("待用" if row.level else ""),
        ),
    ]


def _said(row: StudyTopic, uses: list[TopicUse]) -> str:
    today = clock.today()
    if row.cancelled_on is not None:
        return f"已终止：{row.cancel_reason}"
    if uses:
        return f"{row.get_level_display() or '已用'}，用在{'、'.join(use.name for use in uses)}"
    if row.found_on is None:
        days = (today - row.due).days
        return f"逾期 {days} 天未结题" if days > 0 else f"{clock.in_words(row.due)}前结题"
    days = (today - row.found_on).days
    since = f"结题已 {days} 天" if days > 0 else "已结题"
    if not row.level:
        return f"{since}，待评定"
    return f"{row.get_level_display()}：{row.reason}" if row.level == "not_taken" else f"{since}，还没登记用在哪里"


def use_url(use: TopicUse) -> str:
    """Return the address of what came of a finding, "" where its page is not there."""
    kind, _, pk = use.about.partition("/")
    try:
        return reverse(ABOUT[kind], args=[int(pk)])
    except (KeyError, ValueError, NoReverseMatch):
        return ""


def due_for(user: Actor, organisation: Organisation, today: date) -> tuple[int, int, int]:
    """Return (late or soon due, waiting for a review, reviewed and used nowhere) of the topics of an organisation and below."""
    below = Organisation.objects.within(organisation).order_by().values("pk")
    rows = StudyTopic.objects.standing().filter(organisation__in=below).order_by()
    used = TopicUse.objects.order_by().values("topic")
    counted = {
        "soon": rows.filter(found_on__isnull=True, due__lte=today + timedelta(days=SOON)),
        "reviewing": rows.filter(found_on__isnull=False, level="").visible_to(user, ASSIGN),
        "unused": rows.filter(level__in=("taken", "reference")).exclude(pk__in=used),
    }
    numbers = count_together({name: found.values_list("pk") for name, found in counted.items()})
    return numbers["soon"], numbers["reviewing"], numbers["unused"]


def meetings_of(topic: StudyTopic) -> list[tuple[str, str]]:
    """Return [(id, words)] of recent records of a topic's organisation, or of one above it, at which it may have been presented."""
    above: Collection[int] = set(Organisation.objects.above(topic.organisation).order_by().values_list("pk", flat=True))
    return meetings_offered({topic.organisation_id, *above}, most=_MOST)


def meeting_of(topic: StudyTopic, pk: str) -> Activity | None:
    """Return the record that was chosen out of `meetings_of`; None where none was."""
    return meeting_among(meetings_of(topic), pk)

"""Reads of supervision: lists with their counts, what waits for whom, and what scores and exports count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from branches.access.models import User
from branches.places.models.organisations import Organisation, tree_order, within
from branches.reach.reach import reach_of
from branches.reach.rights import VIEW
from branches.settings.joining import since_joining
from branches.settings.start import agency_start
from common import clock
from common.operator import Actor
from common.periods import Period
from members.activities.models import COUNTING_STATES, Activity, ActivityKind, ActivityKindCode
from responsibilities.assigning import answers
from responsibilities.supervision.models import (
    AWAITING,
    Supervision,
    SupervisionDraft,
    SupervisionProblem,
    SupervisionReplyDraft,
    SupervisionState,
)
from responsibilities.supervision.of_cadres import answered_by

Notices = QuerySet[Supervision]

RECEIVED, ISSUED, ALL = "received", "issued", "all"
_CLOSED_LAST = Case(When(state=SupervisionState.CLOSED, then=1), default=0)
_IN_THE_TREE = tree_order("organisation__")
SORTS: dict[str, list[Any]] = {
    # What is still open first, what was struck off last.
    "due": [_CLOSED_LAST, "due", "pk"],
    "-due": [_CLOSED_LAST, "-due", "-pk"],
    "issued": ["issued_at", "pk"],
    "-issued": ["-issued_at", "-pk"],
    "organisation": [*_IN_THE_TREE, "due"],
    "-organisation": [*(f"-{name}" for name in _IN_THE_TREE), "due"],
}
OVERDUE = "overdue"
COLUMNS = [
    *("文号", "事项", "对象", "督查内容", "承办", "要求", "下达人", "下达日期", "首次时限", "时限"),
    *("状态", "首次回复", "是否按时", "未销号问题", "销号日期"),
]


def _mine(user: User) -> Q:
    persons = [user.pk, *reach_of(user).principals]
    return Q(holder__in=persons) | (Q(holder__isnull=True) & answers(user))


def overdue(today: date | None = None, start: date | None = None) -> Q:
    """Return the condition «an answer is owed and the due date has passed», since the agency's start (read here unless given)."""
    start = agency_start() if start is None else start
    late = Q(state__in=AWAITING, due__lt=today or clock.today(), due__gte=start)
    return late & since_joining("due", "organisation__")


def side_of(user: User, side: str, rows: Notices) -> Notices:
    """Narrow notices to those received or issued by `user`."""
    if side == RECEIVED:
        return rows.filter(_mine(user))
    return rows.filter(issued_by=user) if side == ISSUED else rows


def listed(user: User, side: str) -> Notices:
    """Return the notices within reach of `user` on one side: received, issued, or all."""
    return side_of(user, side, Supervision.objects.readable(user))


def open_about(user: User, about: str) -> list[Supervision]:
    """Return the open notices about one thing that `user` may read, the newest first; none about nothing in particular."""
    found: list[Supervision] = Supervision.objects.open_about(user, {about} if about else ()).get(about, [])
    return found


def drafts_of(user: User) -> QuerySet[SupervisionDraft]:
    """Return the notices that are drafted for `user`, or that he has drafted for his leader."""
    return SupervisionDraft.objects.visible_to(user).select_related("leader", "author", "organisation")


def reply_begun(user: User, supervision: Supervision) -> SupervisionReplyDraft | None:
    """Return the answer to a notice that `user`, or who acts for him, has begun."""
    rows = SupervisionReplyDraft.objects.visible_to(user).filter(supervision=supervision)
    return rows.select_related("author").first()


def filtered(rows: Notices, chosen: Mapping[str, Any]) -> Notices:
    """Narrow notices by the filter of the list: state (or overdue), organisation and below, subject, issuer's name, year, who answers."""
    state, place = chosen.get("state"), chosen.get("organisation")
    if state == OVERDUE:
        rows = rows.filter(overdue())
    elif state:
        rows = rows.filter(state=state)
    if place:
        rows = rows.filter(within(place))
    if chosen.get("subject"):
        rows = rows.filter(subject=chosen["subject"])
    if chosen.get("issuer"):
        rows = rows.filter(issued_by__name__icontains=chosen["issuer"])
    if chosen.get("year"):
        rows = rows.filter(year=chosen["year"])
    if chosen.get("answers"):
        rows = rows.filter(answered_by(chosen["answers"]))
    return rows


def counts(rows: Notices) -> dict[str, int]:
    """Return {"total", "waiting", "review", "overdue"} of notices in one statement."""
    return rows.order_by().aggregate(
        total=Count("pk"),
        waiting=Count("pk", filter=Q(state__in=AWAITING)),
        review=Count("pk", filter=Q(state=SupervisionState.REPORTED)),
        overdue=Count("pk", filter=overdue()),
    )


def with_open_problems(rows: Notices) -> Notices:
    """Add `open_problems`, the number of problems that are not struck off, to each notice; counted for those that are read."""
    left = SupervisionProblem.objects.filter(supervision=OuterRef("pk"), done_on__isnull=True).order_by()
    number = left.values("supervision").annotate(number=Count("pk")).values("number")
    return rows.annotate(open_problems=Coalesce(Subquery(number), 0))


def of_page(rows: Notices, ids: QuerySet[Supervision, Any], order: list[Any]) -> Notices:
    """Return the notices of a page in their order. ids: those of one page of `rows`, as values of pk, asked along with them: what
    stands in a row is looked up for these alone.
    """
    return with_open_problems(rows.filter(pk__in=ids)).order_by(*order)


def export_row(row: Any) -> list[object]:
    """Return the cells of COLUMNS for one notice of `with_open_problems`."""
    answered = row.answered_at and clock.day_of(row.answered_at)
    return [
        row.label,
        row.title,
        row.get_subject_display(),
        row.about_name,
        row.recipient,
        row.expected,
        row.issued_by.name if row.issued_by else "服务器操作员",
        clock.day_of(row.issued_at),
        row.first_due,
        row.due,
        f"逾期{row.overdue_days}天" if row.overdue_days else row.get_state_display(),
        answered,
        "" if not answered else ("逾期" if row.late else "按时"),
        row.open_problems,
        row.closed_at and clock.day_of(row.closed_at),
    ]


def supervisions_for(user: User, organisation: Organisation) -> Notices:
    """Return the notices that `user` has to answer for `organisation` (or in person there), the most urgent first."""
    rows = Supervision.objects.readable(user).filter(organisation=organisation, state__in=AWAITING)
    return rows.filter(Q(holder=user.pk) | Q(holder__isnull=True)).order_by("due", "pk")


def evidence_for(user: Actor, supervision: Supervision) -> QuerySet[Activity]:
    """Return the submitted records that may prove a reply: of the recipient and below, of the year before today."""
    rows = Activity.objects.visible_to(user, VIEW).filter(
        state__in=COUNTING_STATES, day__gte=clock.today() - timedelta(days=365), day__lte=clock.today()
    )
    if not supervision.holder_id:
        rows = rows.filter(within(supervision.organisation))
    return rows.select_related("organisation__parent").prefetch_related("kinds").order_by("-day", "-pk")


def found_among(records: QuerySet[Activity], words: str, most: int) -> list[Activity]:
    """Return at most so many of these records that hold every word: in the title, of the kind, or of the organisation's names.

    words: what somebody typed, divided by blanks; the latest where it is empty.
    """
    for word in words.split():
        kinds = [code for code, label in ActivityKindCode.choices if word in label]
        place = "organisation__"
        records = records.filter(
            Q(title__icontains=word)
            | Q(pk__in=ActivityKind.objects.filter(kind__in=kinds).order_by().values("activity"))
            | Q(**{f"{place}name__icontains": word})
            | Q(**{f"{place}short_name__icontains": word})
            | Q(**{f"{place}initials__icontains": word.lower()})
        )
    return list(records[:most])


def problems(user: Actor, chosen: Mapping[str, Any]) -> QuerySet[SupervisionProblem]:
    """Return the problems of the notices that `user` may read, in the order of notices: the list of 销号.

    chosen: organisation (and below), done ("0" open, "1" struck off).
    """
    rows = SupervisionProblem.objects.visible_to(user, VIEW).select_related(
        "supervision__organisation__parent", "supervision__holder", "done_by"
    )
    place, done = chosen.get("organisation"), chosen.get("done")
    if place:
        rows = rows.filter(within(place, "supervision__organisation__"))
    if done:
        rows = rows.filter(done_on__isnull=done == "0")
    return rows.order_by("supervision__due", "supervision__pk", "order")


@dataclass(frozen=True)
class SupervisionItem:
    """A notice as scores count it. due: date in force. state: met, met_late, overdue or not_due."""

    organisation: int
    pk: int
    name: str
    due: date
    state: str


def supervision_items(
    period: Period, organisations: Iterable[int] | None = None, as_of: date | None = None
) -> list[SupervisionItem]:
    """Return the SupervisionItems of the notices to organisations whose due date in force lies within `period`.

    period: a Period. organisations: ids (all when None). as_of: day of judging (default today): later notices and
    answers are left out, and what was due before the agency's start. Answered in time is met, later met_late. A notice
    withdrawn before any answer (closed at once) and one to a person are nobody's score.
    """
    as_of = as_of or clock.today()
    rows = _due_in(period, as_of)
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    return [_item(row, as_of) for row in rows.order_by("due", "pk")]


def supervision_closings(period: Period, as_of: date | None = None) -> list[SupervisionItem]:
    """Return the same notices as whoever issued them is judged by: met once struck off, late where the answer was."""
    as_of = as_of or clock.today()
    return [_closing(row, as_of) for row in _due_in(period, as_of).order_by("due", "pk")]


def _due_in(period: Period, as_of: date) -> Notices:
    return Supervision.objects.filter(
        since_joining("due", "organisation__"),
        holder__isnull=True,
        due__range=(max(period.first, agency_start()), period.last),
        issued_at__date__lte=as_of,
    ).exclude(state=SupervisionState.CLOSED, answered_at__isnull=True, closed_at__date__lte=as_of)


def _closing(row: Supervision, as_of: date) -> SupervisionItem:
    if row.closed_at is not None and clock.day_of(row.closed_at) <= as_of:
        state = "met_late" if row.answered_late else "met"
    else:
        state = "overdue" if as_of > row.due else "not_due"
    return SupervisionItem(row.organisation_id, row.pk, row.title, row.due, state)


def _item(row: Supervision, as_of: date) -> SupervisionItem:
    if row.answered_at is not None and clock.day_of(row.answered_at) <= as_of:
        state = "met_late" if row.answered_late else "met"
    else:
        state = "overdue" if as_of > row.due else "not_due"
    return SupervisionItem(row.organisation_id, row.pk, row.title, row.due, state)

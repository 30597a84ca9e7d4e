"""What waits for the reader of the dashboard himself, over all periods, as one sentence with links (judgement 9)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from assessments.facts.models import Fact
from assessments.hearing.models import Objection, ObjectionState
from assessments.hearing.selectors import UNANSWERED
from assessments.results.models import AssessmentState
from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.rights import ASSESS, PUBLISH
from branches.settings.start import start_in, start_rows
from common import clock
from common.together import Rows
from responsibilities.duties.headline import OVERDUE
from responsibilities.duties.kept import keeper
from responsibilities.duties.models import Duty
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.selectors.own import own_duties
from responsibilities.duties.tallies import key_of
from responsibilities.requirements.models import RequirementState
from responsibilities.supervision.models import AWAITING, Supervision, SupervisionState
from responsibilities.supervision.selectors.notices import RECEIVED, overdue, side_of


@dataclass(frozen=True)
class Mine:
    """A part of the sentence, and where it leads."""

    words: str
    url: str


def reads_of_mine(user: User, scope: Appointment | None) -> dict[str, QuerySet[Any, Any]]:
    """Return the few rows that `mine_of` needs, for the page to read along with its own (`read_together`)."""
    reads: dict[str, QuerySet[Any, Any]] = {"start": start_rows()}
    if (owed := _owed(scope)) is not None:
        reads["owed"] = owed
    if any(access.holds_anywhere(user, right) for right in (ASSESS, PUBLISH)):
        reads["heard"] = _heard(user)
        reads["unanswered"] = _unanswered()
    return reads


def mine_of(user: User, scope: Appointment | None, found: dict[str, Rows]) -> list[Mine]:
    """Return the parts of his sentence: duties past their date, what his organisation owes, supervision, objections.

    found: what `reads_of_mine` gave. Four statements more: his duties, who answers for their lists, how they stand, supervision.
    """
    parts = [
        Mine(duty_words(user), reverse("own_duties")),
        Mine(_owed_words(scope, found.get("owed", [])), _owed_address(scope)),
        Mine(_supervision_words(user, start_in(found["start"])), reverse("supervision_list")),
        Mine(_hearing_words(found.get("heard", [])), _hearing_address(found.get("unanswered", []))),
    ]
    return [part for part in parts if part.words]


def duty_words(user: User) -> str:
    """Return what of his own duties is past its date, over all periods and years: 「2 项本人责任逾期：督查问题按期销号等」; "" for nothing."""
    today = clock.today()
    late = _late(own_duties(user), today)
    if not late:
        return ""
    texts = list(dict.fromkeys(duty.text for duty in late))
    before = sum(duty.list.year < today.year for duty in late)
    said = f"（其中以前年度 {before} 项）" if before else ""
    return f"您负责的 {len(late)} 项责任逾期{said}：{'、'.join(texts[:2])}" + ("等" if len(texts) > 2 else "")


def _late(duties: list[Duty], today: date) -> list[Duty]:
    """Return those of these duties that are past a date, as the last fill judged them.

    What it did not judge, or of which the kept numbers do not say which of several duties it is, is judged now.
    """
    keep = keeper()
    known = keep.standing({duty.list_id: duty.list.year for duty in duties}) if keep and duties else {}
    named: dict[tuple[int, str], list[Duty]] = {}
    for duty in duties:
        named.setdefault((duty.list_id, key_of(duty)), []).append(duty)
    late, open_ones = set(), []
    for (pk, key), alike in named.items():
        tally = known[pk].keys.get(key) if pk in known else None
        if tally is not None and tally.ways[OVERDUE] in (0, len(alike)):
            late |= {duty.pk for duty in alike if tally.ways[OVERDUE]}
        else:
            open_ones += alike
    slots = duty_slots(open_ones, as_of=today) if open_ones else {}
    late |= {pk for pk, mine in slots.items() if any(slot.behind(today) for slot in mine)}
    return [duty for duty in duties if duty.pk in late]


def _supervision_words(user: User, start: date) -> str:
    """Return what of supervision waits for him, over all periods: 「2 件督查待您回复（逾期 1 件）」; "" for nothing."""
    past, to_judge = overdue(start=start), Q(issued_by=user, state=SupervisionState.REPORTED)
    mine = side_of(user, RECEIVED, Supervision.objects.readable(user)).filter(state__in=AWAITING)
    to_him = Q(pk__in=mine.order_by().values("pk"))
    found = Supervision.objects.filter(to_him | Q(issued_by=user)).aggregate(
        asked=Count("pk", filter=to_him),
        late=Count("pk", filter=to_him & past),
        judged=Count("pk", filter=to_judge),
        owed=Count("pk", filter=Q(issued_by=user) & past),
    )
    late = f"（逾期 {found['late']} 件）" if found["late"] else ""
    words = [
        f"{found['asked']} 件督查待您回复{late}" if found["asked"] else "",
        f"{found['judged']} 件督查的回复待您审核" if found["judged"] else "",
        f"您签发的 {found['owed']} 件督查逾期未回复" if found["owed"] else "",
    ]
    return "，".join(filter(None, words))


def _sent() -> QuerySet[Objection, Any]:
    return Objection.objects.filter(assessment__state=AssessmentState.SENT)


def _heard(user: User) -> QuerySet[Objection, Any]:
    """Return (to be answered, of them late, drafted answers for him to release) of the objections of others, in one row."""
    opened, drafted = Q(state=ObjectionState.OPEN), Q(state=ObjectionState.DRAFTED, turn=1) & ~Q(drafted_by=user)
    rows = _sent().exclude(made_by=user).filter(state__in=(ObjectionState.OPEN, ObjectionState.DRAFTED)).order_by()
    return rows.values_list("assessment__state").annotate(
        open=Count("pk", filter=opened),
        late=Count("pk", filter=opened & Q(due__lt=clock.today())),
        drafted=Count("pk", filter=drafted),
    )


def _hearing_words(rows: Rows) -> str:
    """Return what of the hearing of results waits for the office: 「3 项异议待答复（逾期 1 项），1 份答复待您复核」; "" for nothing."""
    opened, late, drafted = rows[0][1:] if rows else (0, 0, 0)
    overdue_ones = f"（逾期 {late} 项）" if late else ""
    words = [
        f"{opened} 项异议待答复{overdue_ones}" if opened else "",
        f"{drafted} 份异议答复待您复核" if drafted else "",
    ]
    return "，".join(filter(None, words))


def _unanswered() -> QuerySet[Objection, Any]:
    return _sent().filter(state__in=UNANSWERED).order_by("due", "pk").values_list("pk")[:1]


def _hearing_address(rows: Rows) -> str:
    """Return the page on which the objections that wait are answered."""
    return reverse("objection_detail", args=rows[0]) if rows else reverse("result_list")


def _owed(scope: Appointment | None) -> QuerySet[Fact, Any] | None:
    """Return (place, how many, of them from the years before) of what the general branch or committee that he answers for has
    not done, in one row; None where it is another place.
    """
    place: Organisation | None = scope.organisation if scope else None
    if place is None or place.kind not in (Kind.GENERAL_BRANCH, Kind.COMMITTEE):
        return None
    rows = Fact.objects.filter(organisation=place, family="requirement", state=RequirementState.OVERDUE).order_by()
    before = Count("pk", filter=Q(due__lt=date(clock.today().year, 1, 1)))
    return rows.values_list("organisation").annotate(all=Count("pk"), before=before)


def _owed_words(scope: Appointment | None, rows: Rows) -> str:
    place: Organisation | None = scope.organisation if scope else None
    if not rows or place is None:
        return ""
    _, number, past = rows[0]
    before = f"（其中往年 {past} 项）" if past else ""
    return f"{place.label}本级 {number} 项应办逾期{before}"


def _owed_address(scope: Appointment | None) -> str:
    """Return the list of what the place itself owes this year."""
    place = scope.organisation if scope else None
    query = {"organisation": place.pk if place else "", "scope": "own", "period": str(clock.today().year)}
    return f"{reverse('requirement_list')}?{urlencode(query)}"

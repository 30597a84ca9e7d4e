"""What waits for one person, over all periods (judgement 9): his duties, the fields in his charge, supervision, reports.

For the start page of the leading group. Each line is one thing, however many of its periods or stages are behind, and
leads to the page where its next step is done.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from django.db.models import Q
from django.urls import reverse

from assessments.hearing.selectors import answers_waiting
from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation
from branches.reach.models import Appointment
from common import clock
from common.text import quoted
from responsibilities.duties.models import Duty, DutyList
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.reading import read_by
from responsibilities.duties.selectors.own import own_lists, reports_waiting
from responsibilities.duties.services.reports import reportable
from responsibilities.duties.slot import OPEN, RETURNED, DutySlot
from responsibilities.portfolios.rights import places_supervised
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.own import own_owed
from responsibilities.supervision.models import AWAITING, Subject, Supervision, SupervisionState
from responsibilities.supervision.selectors.notices import RECEIVED, side_of
from responsibilities.work.models import SyncState, WorkItem
from responsibilities.work.selectors.items import stage_name
from responsibilities.work.stages import SyncPoint

# How far ahead a thing is worth a line, in days: a leader's diary is filled a month before.
AHEAD = timedelta(days=35)


@dataclass(frozen=True)
class Wait:
    """One thing that waits: its tag says why it is his, its verb what to do next.

    days: days past its date (late) or left until it; None where it has none. word: under the days, such as 已逾期 or 12月31日.
    chip: state of the chip beside the title, "" for none.
    """

    tag: str
    title: str
    note: str
    verb: str
    url: str
    late: bool = False
    days: int | None = None
    word: str = ""
    chip: str = ""


@dataclass(frozen=True)
class Date:
    """A day to come that concerns him: what it is, and a word beside it."""

    day: date
    text: str
    note: str
    url: str


def ordered(found: Iterable[Wait]) -> list[Wait]:
    """Return what is past its date first, the longest of it before; then by date; what has none comes last."""

    def rank(row: Wait) -> tuple[int, int]:
        if row.late:
            return 0, -(row.days or 0)
        return (1, row.days) if row.days is not None else (2, 0)

    return sorted(found, key=rank)


def coming(found: Iterable[Date], most: int = 4) -> list[Date]:
    """Return the next dates from today on, the same day and text once, at most so many."""
    first = {(row.day, row.text): row for row in found if row.day >= clock.today()}
    return sorted(first.values(), key=lambda row: row.day)[:most]


def of_duties(user: User) -> tuple[list[Wait], list[Date], set[str]]:
    """Return (what waits, dates to come, ids of the rules behind what waits) of the duty lists that `user` answers for.

    A duty is one line, however many of its periods are behind.
    """
    today = clock.today()
    lists = own_lists(user)
    duties = list(
        Duty.objects.filter(list__in=[row.pk for row in lists])
        .select_related("list__organisation", "list__holder", "list__member__account")
        .order_by("order", "pk")
    )
    slots = duty_slots(duties, as_of=today)
    waits = [_to_note(row) for row in lists if row.noted_at is None]
    dates: list[Date] = []
    rules: set[str] = set()
    for duty in duties:
        mine = [slot for slot in read_by(user, duty, slots[duty.pk]) if _presses(slot, today)]
        if mine:
            waits.append(_of_duty(duty, mine, today))
            rules.update(duty.rules.split())
        url = reverse("duty_detail", args=[duty.pk])
        dates += [
            Date(slot.due, duty.text, slot.name, url)
            for slot in slots[duty.pk]
            if slot.state == OPEN and not slot.waits(today)
        ]
    return waits, dates, rules


def _presses(slot: DutySlot, today: date) -> bool:
    soon = slot.state == OPEN and slot.due <= today + AHEAD and not slot.waits(today)
    return slot.behind(today) or slot.state == RETURNED or soon


def _of_duty(duty: Duty, slots: list[DutySlot], today: date) -> Wait:
    slot = min(slots, key=lambda row: (not row.behind(today), row.due))
    late, detail = slot.behind(today), reverse("duty_detail", args=[duty.pk])
    more = f"；另有 {len(slots) - 1} 项" if len(slots) > 1 else ""
    words = "，".join(filter(None, [slot.name, slot.said]))
    report = f"{reverse('duty_report', args=[duty.pk])}?slot={quote(slot.key)}"
    return Wait(
        "本人责任" if duty.list.holder_id else "本级责任",
        duty.text,
        f"{words}{more}",
        verb="报告" if reportable(slot) else "查看",
        url=report if reportable(slot) else f"{detail}#{slot.anchor}",
        late=late,
        days=abs(slot.days(today)),
        word="已逾期" if late else clock.in_words(slot.due),
        chip="overdue" if late else "returned" if slot.state == RETURNED else "",
    )


def _to_note(row: DutyList) -> Wait:
    url = reverse("duty_list_detail", args=[row.pk])
    return Wait("责任清单", f"{row}已下达", f"{row.document}，请知悉", verb="知悉", url=url)


def of_reports(user: User) -> list[Wait]:
    """Return the one line of the duty reports that wait for the user's judgement, or none."""
    rows = reports_waiting(user)
    if not rows:
        return []
    first = clock.day_of(rows[0].reported_at)
    title, note = f"{len(rows)} 份责任报告待您审核", f"最早一份 {clock.in_words(first)}报送"
    return [Wait("待审报告", title, note, verb="审核", url=f"{reverse('own_duties')}#waiting")]


def of_fields(
    user: User, items: dict[int, WorkItem], points: Iterable[SyncPoint], names: dict[int, str]
) -> tuple[list[Wait], list[Date]]:
    """Return (what waits, dates to come) of the work in his charge: an item with missing stages is one line.

    items: {id: WorkItem}; points: their SyncPoints; names: {organisation id: label}.
    """
    missing: dict[int, list[SyncPoint]] = {}
    dates = []
    for point in points:
        if point.left_out:
            continue
        name, url = items[point.item].name, reverse("work_detail", args=[point.item])
        if point.state == SyncState.MISSING:
            missing.setdefault(point.item, []).append(point)
        elif point.happened is None and point.planned is not None and point.state == SyncState.NOT_DUE:
            text = f"{quoted(name)}{stage_name(point).removeprefix('同步')}节点"
            dates.append(Date(point.planned, text, "您分管", url))
    worst = {pk: max(rows, key=lambda point: point.lag or 0) for pk, rows in missing.items()}
    things = [f"stage/{point.stage}" for point in worst.values()]
    followed = Supervision.objects.open_about(user, things)
    carrying = {carrier for point in worst.values() for carrier in point.carriers}
    # As the page behind the link asks: only where one of those who carry it is in his portfolio or reach.
    may = set(places_supervised(user).filter(pk__in=carrying).values_list("pk", flat=True)) if carrying else set()
    waits = []
    for pk, point in worst.items():
        thing, others = f"stage/{point.stage}", len(missing[pk]) - 1
        verb, url = "查看", f"{reverse('work_detail', args=[pk])}#stage-{point.kind}"
        notice = next(iter(followed.get(thing, [])), None)
        if notice is not None:
            verb, url = "看督查", reverse("supervision_detail", args=[notice.pk])
        elif may.intersection(point.carriers):
            verb = "督办"
            url = f"{reverse('supervision_new')}?subject={Subject.STAGE.value}&about={thing}"
        # A stage is missing from its business date on.
        assert point.happened is not None
        carrier = names.get(point.carriers[0], "") if point.carriers else ""
        words = [f"{carrier}承办" if carrier else "没有支部承办", f"业务 {clock.in_words(point.happened)}"]
        words += [f"{notice.label}已督查"] if notice is not None else []
        title = f"{quoted(items[pk].name)}缺{stage_name(point)}{f'等 {others + 1} 处' if others else ''}"
        waits.append(Wait("分管领域", title, "，".join(words), verb, url, True, point.lag, "已缺失", "missing"))
    return waits, dates


def of_supervision(user: User) -> tuple[list[Wait], list[Date]]:
    """Return (what waits, dates to come) of notices to him, and of those that he issued: answers to judge, answers owed."""
    today = clock.today()
    rows = Supervision.objects.readable(user)
    waits, dates = [], []
    for row in side_of(user, RECEIVED, rows).filter(state__in=AWAITING).order_by("due", "pk"):
        late, url = row.overdue_days > 0, reverse("supervision_reply", args=[row.pk])
        days, word = (row.overdue_days, "未回复") if late else ((row.due - today).days, clock.in_words(row.due))
        asker = row.issued_by.name if row.issued_by else ""
        note = f"{asker}督查，{clock.in_words(row.due)}前回复"
        waits.append(Wait("督查您的", row.title, note, "回复", url, late, abs(days), word, "overdue" if late else ""))
    open_ones = Q(state__in=(*AWAITING, SupervisionState.REPORTED))
    for row in rows.filter(open_ones, issued_by=user).order_by("due", "pk"):
        url, title = reverse("supervision_detail", args=[row.pk]), f"{row.label}　{row.title}"
        if row.state == SupervisionState.REPORTED:
            waits.append(Wait("您签发的督查", title, f"{row.recipient}已回复，请审核", "审核", url, chip="reported"))
        elif row.overdue_days:
            note = f"{row.recipient}应在 {clock.in_words(row.due)}前回复"
            waits.append(Wait("您签发的督查", title, note, "查看", url, True, row.overdue_days, "未回复", "overdue"))
        else:
            dates.append(Date(row.due, f"{row.recipient}回复{row.label}", "您签发", url))
    return waits, dates


def of_organisation(scope: Appointment, said: Collection[str]) -> list[Wait]:
    """Return what the Party group itself owes and its secretary answers for: past its date, or due within days.

    said: ids of the rules that a duty among his lines already stands for, so that nothing is told twice.
    """
    place: Organisation | None = scope.organisation
    if place is None or scope.role != "party_group_secretary" or place.kind != Kind.PARTY_GROUP:
        return []
    found = []
    for line in own_owed(place).lines:
        late = line.state == RequirementState.OVERDUE
        if line.row.rule not in said and (late or line.state == RequirementState.DUE_SOON):
            word = "已逾期" if late else clock.in_words(line.row.due)
            chip = "overdue" if late else ""
            note = f"{place.label}应办，{clock.in_words(line.row.due)}截止"
            found.append(Wait("党组应办", line.name, note, "查看", line.url, late, line.days, word, chip))
    return found


def of_results(user: User) -> list[Wait]:
    """Return the drafted answers to further objections, which the Party group's secretary releases."""
    found = []
    for row in answers_waiting(user).select_related("organisation").order_by("due", "pk"):
        late, days = clock.today() > row.due, abs((row.due - clock.today()).days)
        title = f"{row.organisation.label}对{quoted(row.name)}的再次异议"
        word = "已逾期" if late else clock.in_words(row.due)
        note = f"拟{row.get_decision_display()}，请复核"
        url = reverse("objection_detail", args=[row.pk])
        found.append(Wait("考核异议", title, note, "复核", url, late, days, word, "overdue" if late else ""))
    return found

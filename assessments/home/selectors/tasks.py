"""What waits for an organisation beyond its requirements: stages, duties, supervision, questions, resolutions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from assessments.hearing.selectors import to_hear
from assessments.home.selectors.waiting import own_lists, waiting_at
from branches.access.models import User
from branches.frame.waiting import Task
from branches.places.models.organisations import Kind, Organisation
from branches.settings.joining import start_at
from branches.settings.start import timelines_and_start
from common import clock
from common.periods import Period
from common.together import Rows
from responsibilities.duties.models import Duty, DutyList
from responsibilities.duties.progress import duty_slots, progress
from responsibilities.duties.proofs.scope import Known
from responsibilities.requirements.selectors import YearOfBranch
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import STAGE_SHORT, SyncState, WorkCarrier
from responsibilities.work.selectors.stage_words import pick_url
from responsibilities.work.stages import SyncPoint, sync_points

# How far ahead a thing is worth a line, in days.
AHEAD = timedelta(days=14)
SHOWN = 4


@dataclass(frozen=True)
class Group:
    """Tasks of one kind: the most urgent, how many there are in all, and the list that holds them."""

    name: str
    tasks: list
    total: int
    url: str


def tasks_of(
    user: User,
    organisation: Organisation,
    year: YearOfBranch | None = None,
    waiting: Mapping[str, Rows] | None = None,
) -> list[Group]:
    """Return the Groups of what `user` finds waiting at his organisation, empty ones left out.

    year: what it owes this year, waiting: of `waiting_at`, where the caller has read them. The number of statements does
    not depend on how much there is.
    """
    waiting = waiting_at(user, organisation) if waiting is None else waiting
    points = sync_points(WorkCarrier.objects.filter(organisation=organisation).order_by().values("item"))
    known = None
    if year is not None and organisation.kind == Kind.BRANCH:
        rows = year.rows
        known = Known(lambda _: rows, year.exempt, points, year.told)
    groups = [
        ("考核结果", _results(user, organisation) if waiting["results"] else [], reverse("score_list")),
        ("四同步", _stages(organisation, points), f"{reverse('sync_board')}?branch={organisation.pk}"),
        ("责任清单", _duties(organisation, known, waiting["unnoted"]), reverse("own_duties")),
        (
            "督查",
            _supervisions(organisation, waiting["supervisions"]),
            f"{reverse('supervision_list')}?side=received",
        ),
        ("信息征集", _collects(waiting["collects"]), reverse("collect_list")),
        (
            "决议落实",
            _resolutions(organisation, waiting["resolutions"]),
            f"{reverse('resolution_list')}?organisation={organisation.pk}",
        ),
    ]
    return [Group(name, rows[:SHOWN], len(rows), url) for name, rows, url in groups if rows]


def _results(user: User, organisation: Organisation) -> list[Task]:
    """Results that were sent to the branch: its secretary confirms or objects until a day."""
    return [
        Task(
            "sent",
            f"{Period.parse(row.assessment.period).label()}考核结果",
            f"{heard.until:%-m月%-d日}前确认或提出异议" if heard.until else "",
            reverse("result_checkup", args=[row.assessment_id, row.organisation_id]),
        )
        for row, heard in to_hear(user, organisation)
    ]


def _stages(organisation: Organisation, points: Sequence[SyncPoint]) -> list[Task]:
    """Stages whose Party side is missing, is to come within days, or whose business date nobody has noted."""
    points = [point for point in points if organisation.pk in point.carriers]
    today, found = clock.today(), []
    for point in points:
        name = point.work.name if point.work is not None else ""
        title = f"{name}：{STAGE_SHORT[point.kind]}{f'（{point.name}）' if point.name else ''}"
        url = f"{reverse('work_detail', args=[point.item])}#stage-{point.kind}"
        if point.state == SyncState.MISSING:
            found.append(
                (
                    0,
                    -(point.lag or 0),
                    Task("missing", title, _missing_words(point), pick_url(point)),
                )
            )
        elif point.state == SyncState.TO_CONFIRM:
            found.append((4, 0, Task("to_confirm", title, "佐证已报上级确认", url)))
        elif point.state == SyncState.NOT_DUE and point.happened:
            found.append(
                (
                    1,
                    -(point.lag or 0),
                    Task("due_soon", title, f"业务 {point.happened:%-m月%-d日}，等党建记录", url, "待同步"),
                )
            )
        elif point.waits and point.planned and point.planned < today:
            note = f"计划 {point.planned:%-m月%-d日} 已过，请登记业务日期"
            found.append((2, 0, Task("not_due", title, note, url, "待登记")))
        elif point.state == SyncState.NOT_DUE and point.planned and point.planned <= today + AHEAD:
            found.append((3, 0, Task("not_due", title, f"业务计划 {point.planned:%-m月%-d日}", url)))
    return [task for _, _, task in sorted(found, key=lambda row: row[:2])]


def _missing_words(point: SyncPoint) -> str:
    words = f"业务 {point.happened:%-m月%-d日}，已 {point.lag} 天"
    return f"{words}，有记录但不计入（{point.found}）" if point.found else words


def _duties(organisation: Organisation, known: Known | None, unnoted: Rows) -> list[Task]:
    rows_of_lists = Duty.objects.filter(list__in=own_lists(organisation).order_by().values("pk"))
    duties = list(rows_of_lists.select_related("list__organisation", "list__holder", "list__member"))
    found = [
        Task("open", f"{row}已下达", f"{row.document}，请知悉", reverse("duty_list_detail", args=[row.pk]), "待知悉")
        for row in _lists(unnoted, duties)
    ]
    slots = duty_slots(duties, known=known)
    rows = []
    for duty in duties:
        come = progress(slots[duty.pk])
        url = reverse("duty_detail", args=[duty.pk])
        if come.overdue:
            rows.append((0, -(come.days or 0), Task("overdue", duty.text, f"{come.overdue} 项逾期", url)))
        elif come.state == "returned":
            rows.append((1, 0, Task("returned", duty.text, "修改后重报", url)))
        elif (
            come.next_due
            and come.next_due <= clock.today() + AHEAD
            and any(slot.words and slot.due == come.next_due for slot in slots[duty.pk])
        ):
            rows.append((2, come.days or 0, Task("due_soon", duty.text, f"{come.next_due:%-m月%-d日}前报告", url)))
    return found + [task for _, _, task in sorted(rows, key=lambda row: row[:2])]


def _lists(ids: Rows, duties: Sequence[Duty]) -> list[DutyList]:
    """Return the lists of these rows of ids: most were read with their duties."""
    read = {duty.list_id: duty.list for duty in duties}
    missing = [pk for (pk,) in ids if pk not in read]
    if missing:
        read |= {row.pk: row for row in DutyList.objects.filter(pk__in=missing).select_related("organisation")}
    return [read[pk] for (pk,) in ids]


def _supervisions(organisation: Organisation, rows: Rows) -> list[Task]:
    found = []
    for pk, title, due, state, said in rows:
        row = Supervision(pk=pk, title=title, due=due, state=state, organisation=organisation)
        row.start_said = said
        late = row.overdue_days
        word = "" if late else row.get_state_display()
        url = reverse("supervision_detail", args=[pk])
        found.append(Task("overdue" if late else state, title, f"{due:%-m月%-d日}前回复", url, word))
    return found


def _collects(rows: Rows) -> list[Task]:
    today = clock.today()
    return [
        Task(
            "overdue" if due < today else "open",
            title,
            f"{due:%-m月%-d日}前填报",
            reverse("collect_answer", args=[collect, target]),
            "" if due < today else "待填报",
        )
        for title, due, collect, target in rows
    ]


def _resolutions(organisation: Organisation, rows: Rows) -> list[Task]:
    # Asked only where there is any: most workbenches show none.
    today, start = clock.today(), start_at(organisation, timelines_and_start()[1]) if rows else date.min
    return [
        Task(
            "overdue" if due and due < today else "open",
            text,
            "，".join(filter(None, [owner or "", f"{due:%-m月%-d日}前" if due else ""])),
            reverse("activity_detail", args=[record]),
        )
        for text, owner, due, record in rows
        if due is None or start <= due <= today + AHEAD
    ]

"""What a supervision is about: a duty, a stage, a requirement, a result, a target or a free text, read from its address."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.http import Http404
from django.urls import reverse

from branches.access.models import User
from branches.places.models.organisations import Organisation, OrganisationQuerySet
from branches.reach import access
from branches.reach.rights import VIEW
from common import clock
from common.operator import Actor
from common.periods import Period
from common.text import quoted
from common.workdays import UnknownYear, is_workday
from responsibilities.assigning import answers
from responsibilities.duties.models import Duty, Level, ListState
from responsibilities.policies.models import RunStep
from responsibilities.portfolios.rights import places_supervised
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.selectors import one_requirement, requirement_name
from responsibilities.requirements.services import address
from responsibilities.supervision.models import Subject
from responsibilities.work.models import SyncStage

# Further parameters of an address.
Given = Mapping[str, str]
DAYS_TO_ANSWER = 14


@dataclass
class About:
    """The thing and what is proposed for the notice.

    about: "duty/12/2026Q3"; name, url: of the thing. organisation, holder: the recipient proposed (None: to be chosen).
    fixed: the recipients that fit (organisations and accounts); empty: whoever is within reach. due: two weeks on, a
    working day. untrue: why nothing new is to be asked about it, "" where it stands as the title says.
    """

    subject: str = Subject.FREE
    about: str = ""
    name: str = ""
    url: str = ""
    organisation: Organisation | None = None
    holder: User | None = None
    title: str = ""
    expected: str = ""
    due: date | None = None
    untrue: str = ""
    fixed: list[Organisation | User] = field(default_factory=list)


def proposed_due(today: date | None = None) -> date:
    """Return the first working day on or after two weeks from `today`; a year whose holidays are unknown is not moved."""
    day = (today or clock.today()) + timedelta(days=DAYS_TO_ANSWER)
    try:
        while not is_workday(day):
            day += timedelta(days=1)
    except UnknownYear:
        pass
    return day


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 12:
        raise Http404
    return int(text)


def _place(user: Actor, pk: str) -> Organisation:
    return access.get_for(Organisation.objects.select_related("parent"), user, VIEW, pk=_whole(pk))


def _duty(user: Actor, rest: str, _given: Given) -> About:
    pk, _, slot = rest.partition("/")
    rows = Duty.objects.select_related("list__organisation__parent", "list__holder", "list__member")
    duty = access.get_for(rows, user, VIEW, pk=_whole(pk))
    if duty.list.state != ListState.ISSUED:
        raise Http404
    holder = duty.list.holder if duty.list.level == Level.LEADER else None
    try:
        period = f"（{Period.parse(slot).label()}）" if slot else ""
    except ValueError:
        period = ""
    proof = f"，并附佐证：{duty.proof}" if duty.proof else "，并附佐证"
    return About(
        name=f"{duty.text}{period}",
        url=reverse("duty_detail", args=[duty.pk]),
        organisation=duty.list.organisation,
        holder=holder,
        title=f"落实{quoted(duty.text)}{period}",
        expected=f"请报告落实情况{proof}。",
        fixed=[holder or duty.list.organisation],
    )


def _stage(user: Actor, rest: str, _given: Given) -> About:
    rows = SyncStage.objects.select_related("item__leader", "item__organisation__parent")
    stage = access.get_for(rows, user, VIEW, pk=_whole(rest))
    carriers = stage.item.carriers.filter(ended__isnull=True).select_related("organisation__parent")
    places = [row.organisation for row in carriers]
    # A leader supervises those of them that are in his portfolio.
    within = set(places_supervised(user).filter(pk__in=[place.pk for place in places]).values_list("pk", flat=True))
    places = [place for place in places if place.pk in within] or places
    word = stage.get_stage_display()
    return About(
        name=f"{stage.item.name}：{word}",
        url=reverse("work_detail", args=[stage.item_id]),
        organisation=places[0] if places else stage.item.organisation,
        title=f"{stage.item.name}{word}",
        expected="请报告这一环节党的工作怎样跟进，并补齐佐证记录。",
        fixed=places or [stage.item.organisation],
    )


def _requirement(user: Actor, rest: str, _given: Given) -> About:
    parts = rest.split("/")
    if len(parts) != 3:
        raise Http404
    organisation = _place(user, parts[0])
    try:
        row = one_requirement(organisation, parts[1], Period.parse(parts[2]))
    except ValueError:
        row = None
    if row is None:
        raise Http404
    name = requirement_name(row)
    late = row.state == State.OVERDUE
    return About(
        name=f"{organisation.label}{name}",
        url=address(row),
        organisation=organisation,
        title=f"{name}{'逾期未办' if late else '办理情况'}",
        expected="已开展的请补录；未开展的请说明原因，补办后报送记录。" if late else "请按期办理并报送记录。",
        fixed=[organisation],
    )


# What belongs to an upper room is named by it, under its Subject: name(user, id, organisation) of the thing, raising Http404
# outside the reach of `user`.
ABOVE: dict[str, Callable[[Actor, int, Organisation], str]] = {}
# Likewise: untrue(id, organisation), in a sentence; a subject without one always stands as its title says.
UNTRUE: dict[str, Callable[[int, Organisation], str]] = {}


def _of_above(user: Actor, subject: str, pk: int, place: str, words: tuple[str, str, str]) -> About:
    """Return what belongs to an upper room: the address names the organisation and the thing, the room says its name.

    place: id of the organisation, as typed. words: name of the thing's address; what follows its name in the title; what is
    asked.
    """
    organisation = _place(user, place)
    if subject not in ABOVE:
        raise Http404
    name = ABOVE[subject](user, pk, organisation)
    return About(
        name=name,
        url=reverse(words[0], args=[pk]),
        organisation=organisation,
        title=f"{name}{words[1]}",
        expected=words[2],
        untrue=UNTRUE[subject](pk, organisation) if subject in UNTRUE else "",
        fixed=[organisation],
    )


def _result(user: Actor, rest: str, given: Given) -> About:
    words = ("result_detail", "整改", "请对照扣分原因逐项提出整改措施和完成时间。")
    return _of_above(user, Subject.RESULT, _whole(rest), given.get("organisation") or "", words)


def _target(user: Actor, rest: str, _given: Given) -> About:
    pk, _, place = rest.partition("/")
    words = ("target_detail", "进度落后", "请说明落后的原因，提出补上进度的措施和完成时间。")
    return _of_above(user, Subject.TARGET, _whole(pk), place, words)


def _run(user: Actor, rest: str, _given: Given) -> About:
    rows = RunStep.objects.select_related("run__organisation__parent", "step", "organisation__parent", "holder")
    row = access.get_for(rows, user, VIEW, pk=_whole(rest))
    name = f"{row.run.subject}：{row.step.title}"
    return About(
        name=name,
        url=reverse("policy_run_detail", args=[row.run_id]),
        organisation=row.organisation,
        holder=row.holder,
        title=f"办理{quoted(row.step.title)}（{row.run.subject}）",
        expected="请办结这一步并登记形成的记录；不能办结的请说明原因和新的时间。",
        fixed=[row.holder or row.organisation],
    )


def _free(user: Actor, _rest: str, given: Given) -> About:
    organisation = _place(user, given["organisation"]) if given.get("organisation") else None
    return About(organisation=organisation, expected="请报告办理情况，并附佐证。")


_READERS: dict[str, Callable[[Actor, str, Given], About]] = {
    Subject.DUTY: _duty,
    Subject.STAGE: _stage,
    Subject.REQUIREMENT: _requirement,
    Subject.RESULT: _result,
    Subject.RUN: _run,
    Subject.TARGET: _target,
    Subject.FREE: _free,
}


def about_of(user: Actor, subject: str, about: str, given: Given | None = None) -> About:
    """Return the About that an address names; Http404 outside the reach of `user` or where nothing is there.

    subject: a Subject. about: "duty/12/2026Q3", with or without the leading subject. given: further parameters of the
    address (organisation, for results and free texts).
    """
    if subject not in _READERS:
        raise Http404
    rest = about.removeprefix(f"{subject}/")
    thing = _READERS[subject](user, rest, given or {})
    thing.subject = subject
    thing.about = f"{subject}/{rest}"[:120] if rest else ""
    thing.title = thing.title[:120]
    thing.name, thing.due = thing.name[:200], proposed_due()
    return thing


def askable(by: Actor, places: Iterable[int]) -> OrganisationQuerySet:
    """Return those of some organisations that `by` supervises and does not answer for himself."""
    return places_supervised(by).filter(pk__in=places, archived_on__isnull=True).exclude(answers(by, ""))

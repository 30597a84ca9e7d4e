"""Chips of development in 「还属于」: the open steps that a record of this kind would show, of people whom it names."""

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from branches.reach.rights import MEMBERS
from common.operator import Actor
from members.activities.belonging import Belonging, Chip, Draft
from members.activities.likeness import wanted
from members.activities.models import Activity, ActivityJudgement
from members.activities.ties import uncounted_words
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.rights import may_hold
from members.development.selectors.cases import Case, standings, with_all
from members.development.selectors.records import replaces_committee
from members.development.services.steps import StepData, step_add, step_remove
from members.development.steps import Step, step, steps

LETTER = "d"
# A key holds case and step: the case's id times this, and the place of the step.
_STEPS = 100
# Cases that are looked through for one record.
MOST = 60
# What a vote or a decision says besides is entered on the page of the step, not by a click in the form of a record.
_BY_CLICK = frozenset({"2", "11", "12", "15a", "16", "16a", "20", "23a"})
_KINDS = frozenset(kind for one in steps().values() if one.key in _BY_CLICK for kind in one.records)


def _key(case: int, spec: Step) -> str:
    return f"{LETTER}{case * _STEPS + spec.order}"


def _cases(user: Actor, place: Organisation) -> list[Case]:
    rows = DevelopmentCase.objects.visible_to(user, MEMBERS).open().filter(within(place, "member__home__"))
    return standings(with_all(rows.order_by("pk")[:MOST]))


def suggest(draft: Draft) -> list[Chip]:
    """Return a Chip for each step that the record may show, likest where it names the person or he took part."""
    kinds = _KINDS.intersection(draft.kinds)
    if not kinds:
        return []
    found = [
        (case, view.step)
        for case in _cases(draft.user, draft.organisation)
        for view in case.standing.steps
        if view.open and view.step.key in _BY_CLICK and kinds.intersection(view.step.records)
        if may_hold(case.row, view.step, draft.organisation) and draft.day >= case.row.opened_on
    ]
    # An assembly does nothing that is for the committee of the branch.
    for_committee = next((spec for _, spec in found if spec.of_the_committee), None)
    if for_committee is not None and replaces_committee(for_committee, draft.organisation, kinds, draft.day):
        found = [(case, spec) for case, spec in found if not spec.of_the_committee]
    return [_chip(draft, case, spec) for case, spec in found]


def _chip(draft: Draft, case: Case, spec: Step) -> Chip:
    name = case.row.member.name
    took_part = case.row.member_id in draft.people
    like = draft.like(wanted(name))
    weight = 2 * len(name) if took_part else like.weight
    return Chip(
        _key(case.pk, spec),
        f"发展党员：{name} {spec.label}",
        why="参加人员中有本人" if took_part else like.said,
        likeness=weight,
        fits=weight > 0 or not spec.names,
        url=reverse("development_detail", args=[case.pk]),
    )


def tied(user: Actor, activity: Activity) -> list[Chip]:
    """Return a Chip for each step that the record shows, of cases that the reader may read."""
    rows = CaseStep.objects.standing().visible_to(user).filter(activity=activity).select_related("case__member")
    found = list(rows.order_by("pk"))
    judged = list(ActivityJudgement.objects.filter(activity=activity)) if found else []
    return [
        Chip(
            _key(row.case_id, step(row.key)),
            f"发展党员：{row.case.member.name} {step(row.key).label}",
            chosen=True,
            standing=uncounted_words(
                activity, (one for one in judged if one.kind in step(row.key).records), is_confirmed=True
            ),
            url=reverse("development_detail", args=[row.case_id]),
        )
        for row in found
    ]


def _of_key(by: Actor, pk: int) -> tuple[DevelopmentCase, Step] | None:
    """Return the case and step of a key, None where there is none that `by` may read."""
    case = DevelopmentCase.objects.visible_to(by).select_related("member__home__parent").filter(pk=pk // _STEPS).first()
    spec = next((one for one in steps().values() if one.order == pk % _STEPS), None)
    return None if case is None or spec is None or spec.key not in _BY_CLICK else (case, spec)


def tie(by: Actor, activity: Activity, pk: int, system: bool) -> None:
    """Enter the step by the record; ValidationError where it cannot show it."""
    found = _of_key(by, pk)
    if found is None:
        raise ValidationError("没有这项发展进程。")
    case, spec = found
    if CaseStep.objects.standing().filter(case=case, key=spec.key, activity=activity).exists():
        return
    try:
        step_add(by=by, case=case, key=spec.key, data=StepData(activity=activity))
    except ValidationError as error:
        # The form of the record knows no field of a step: what is wrong is said of the tie.
        raise ValidationError([f"{case.member.name} {spec.name}：{words}" for words in error.messages]) from error


def untie(by: Actor, activity: Activity, pk: int, reason: str) -> None:
    """Take a step back that the record showed; nothing where there is none."""
    found = _of_key(by, pk)
    if found is None:
        return
    case, spec = found
    entry = CaseStep.objects.standing().filter(case=case, key=spec.key, activity=activity).first()
    if entry is not None:
        step_remove(by=by, entry=entry, reason=reason)


BELONGING = Belonging(LETTER, "发展党员", suggest, tied, tie, untie)

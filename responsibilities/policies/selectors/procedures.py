"""Procedures as what is above asks for them: which an organisation runs, and which of its runs are finished."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from branches.access.models import User
from branches.places.models.organisations import Organisation, OrganisationQuerySet
from common.operator import Actor
from responsibilities.assigning import answers
from responsibilities.policies.models import Policy, PolicyRun, PolicyVersion
from responsibilities.policies.rules import closed_on
from responsibilities.policies.selectors.steps import judged_lines
from responsibilities.policies.services.runs import addresses


class Finish(NamedTuple):
    """A run as it stands. closed: the day on which the last step that must be done was, None while one is open.

    records: ids of the records that closed steps of it.
    """

    run: int
    policy: int
    organisation: int
    opened: date
    closed: date | None
    records: tuple[int, ...] = ()


def begin_places(user: Actor, version: PolicyVersion) -> OrganisationQuerySet:
    """Return the living organisations at which `user` may begin a run of a version, in tree order: those for which he answers."""
    mine = Organisation.objects.filter(answers(user, ""), archived_on__isnull=True).select_related("parent")
    keys = [place.pk for place in mine if addresses(version, place)]
    return Organisation.objects.filter(pk__in=keys).in_tree_order()


def procedures_at(user: Actor, place: Organisation, first: date, last: date) -> QuerySet[Policy]:
    """Return the policies that `user` reads and whose procedure an organisation runs on some day between two days."""
    rows = PolicyVersion.objects.issued().filter(in_force_from__lte=last)
    rows = rows.filter(Q(in_force_to__isnull=True) | Q(in_force_to__gte=first))
    rows = rows.select_related("policy__organisation").prefetch_related("addressees", "steps")
    ids = {
        version.policy_id
        for version in rows
        if addresses(version, place) and any(not step.optional for step in version.steps.all())
    }
    found = Policy.objects.visible_to(user) if isinstance(user, User) else Policy.objects.all()
    return found.filter(pk__in=ids).order_by("title", "pk")


def finishes(policies: Collection[int], places: Collection[int], first: date, last: date, as_of: date) -> list[Finish]:
    """Return how the runs stand that organisations began between two days, as of a day; none that was cancelled by then.

    policies, places: ids. Three statements, whatever their number.
    """
    rows = PolicyRun.objects.filter(
        Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=as_of),
        version__policy__in=policies,
        organisation__in=places,
        opened_on__range=(first, min(last, as_of)),
    )
    judged = judged_lines(rows, as_of)
    columns = ("pk", "policy", "organisation_id", "opened_on")
    listed = rows.annotate(policy=F("version__policy")).order_by("opened_on", "pk").values_list(*columns)
    return [
        Finish(
            run,
            policy,
            place,
            opened,
            closed_on(opened, ((line.optional, one, line.done_on or line.skipped_on) for line, one in judged[run])),
            tuple(line.activity for line, _ in judged[run] if line.activity is not None),
        )
        for run, policy, place, opened in listed
        if run in judged
    ]

"""Classes in 「还属于」: a record of training may be a class that its organisation, or one above it, has planned about that day."""

from django.urls import reverse

from branches.places.models.organisations import Organisation
from common.operator import Actor
from members.activities.belonging import Belonging, Chip, Draft
from members.activities.likeness import wanted
from members.activities.models import Activity, ActivityJudgement, ActivityKindCode
from members.activities.selectors.rosters import is_upper
from members.activities.ties import uncounted_words
from members.cadres import ties
from members.cadres.models import ClassRecord, TrainingClass
from members.cadres.selectors.called import near

LETTER = "k"


def suggest(draft: Draft) -> list[Chip]:
    """Return a Chip for each class planned about the day that has no record yet; of a training alone."""
    if ActivityKindCode.TRAINING not in draft.kinds:
        return []
    above = Organisation.objects.above(draft.organisation).order_by().values_list("pk", flat=True)
    rows = near({draft.organisation.pk, *above}, draft.day)
    held = ClassRecord.objects.active().order_by()
    if draft.activity is not None:
        held = held.exclude(activity=draft.activity)
        own = ClassRecord.objects.active().filter(activity=draft.activity).order_by()
        rows = rows.exclude(pk__in=own.values("training_class"))
    rows = rows.exclude(pk__in=held.values("training_class"))
    return [_chip(row, draft) for row in rows[:50]]


def _chip(row: TrainingClass, draft: Draft) -> Chip:
    like = draft.like(wanted(row.title))
    fits = row.first <= draft.day <= row.last
    return Chip(
        f"{LETTER}{row.pk}",
        f"班次：{row.title}",
        why=like.said or f"{row.first:%-m月%-d日}",
        likeness=like.weight,
        fits=fits,
        url=reverse("cadres_class", args=[row.pk]),
    )


def tied(user: Actor, activity: Activity) -> list[Chip]:
    """Return a Chip for each class that the record is."""
    rows = ClassRecord.objects.active().with_confirmed().filter(activity=activity).select_related("training_class")
    judged = list(ActivityJudgement.objects.filter(activity=activity)) if rows else []
    return [
        Chip(
            f"{LETTER}{row.training_class_id}",
            f"班次：{row.training_class.title}",
            chosen=True,
            standing=uncounted_words(
                activity, judged, is_confirmed=row.is_confirmed or is_upper(activity.organisation)
            ),
            url=reverse("cadres_class", args=[row.training_class_id]),
        )
        for row in rows
    ]


def _tie(by: Actor, activity: Activity, pk: int, system: bool) -> None:
    above = Organisation.objects.above(activity.organisation).order_by().values_list("pk", flat=True)
    row = TrainingClass.objects.filter(pk=pk, organisation__in={activity.organisation_id, *above}).first()
    if row is not None:
        ties.record_tie(by=by, activity=activity, training_class=row, system=system)


def _untie(by: Actor, activity: Activity, pk: int, reason: str) -> None:
    tie = ClassRecord.objects.active().filter(activity=activity, training_class=pk).first()
    if tie is not None:
        ties.record_untie(by=by, tie=tie, reason=reason)


CLASSES = Belonging(LETTER, "培训班次", suggest, tied, _tie, _untie, ties.TABLE)

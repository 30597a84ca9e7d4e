"""What stands on the page of one requirement beside it: its records, papers, explanations, exemptions, what was asked about it."""

from typing import Any

from django.db.models import F

from branches.access.models import User
from branches.notices.selectors import notices_about
from branches.places.models.organisations import Organisation
from members.activities.models import Activity, ActivityJudgement
from members.activities.selectors.records import NO_FIGURES, without_figures
from responsibilities.requirements.models import Exemption, Explanation, RequirementDocument
from responsibilities.requirements.requirement import Requirement
from responsibilities.requirements.services import about
from responsibilities.supervision.models import Supervision


def records_of(user: User, row: Requirement) -> tuple[list[Activity], list[tuple[Activity | None, str]]]:
    """Return (records that meet the row, [(record, why it does not count)] of what else was found), in one read.

    Only what `user` may read; None for another that was found.
    """
    wanted = {*row.records, *(one.activity for one in row.found)}
    readable = Activity.objects.visible_to(user).filter(pk__in=wanted)
    rows = readable.select_related("organisation__parent").prefetch_related("kinds").order_by("day", "pk")
    records = {record.pk: record for record in rows}
    counted = set(row.records)
    judged = ActivityJudgement.objects.filter(activity__in=counted, kind__in=row.row.every_kind(), late=True)
    # What a person did, and with whom one talked, is recorded by whoever held it.
    elsewhere = bool(row.person) or row.row.counts_members
    judged = judged.filter(organisation=F("activity__organisation") if elsewhere else row.organisation)
    late = set(judged.order_by().values_list("activity_id", flat=True))
    alone = without_figures(counted)
    for record in records.values():
        # A record may be late with one of its kinds and in time with another.
        record.late, record.no_figures = record.pk in late, NO_FIGURES if record.pk in alone else ""
    return (
        [record for pk, record in records.items() if pk in counted],
        [(records.get(one.activity), one.reason) for one in row.found],
    )


def beside(user: User, organisation: Organisation, row: Requirement) -> dict[str, Any]:
    """Return the context of a requirement's page that is read by its organisation, rule and period."""
    exemptions = Exemption.objects.touching(row.period.first, row.period.last).filter(organisation=organisation)
    explanations = Explanation.objects.filter(organisation=organisation, rule=row.rule, period=str(row.period))
    # One to several people within a minute is one reminder.
    reminded = {notice.sent.replace(second=0, microsecond=0) for notice in notices_about(about(row))}
    return {
        "reminders": sorted(reminded, reverse=True),
        "exemptions": [one for one in exemptions.select_related("approved_by") if row.rule in one.rules],
        "documents": RequirementDocument.objects.filter(pk__in=row.documents).select_related("author"),
        "explanations": explanations.select_related("author"),
        "supervisions": Supervision.objects.about(user, about(row)),
    }

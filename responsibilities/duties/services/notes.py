"""Remind those who answer for issued lists of which nobody has yet said that he read them."""

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.notices.models import Notice
from common import clock, database
from common.database import one_transaction
from common.operator import Actor, account_of
from responsibilities.duties.selectors.lists import people_to_remind, reminding

REMIND_LOCK = 7_302_047
BATCH = 500


@one_transaction
def duty_lists_remind(*, by: Actor, year: int) -> int:
    """Send one notice to each holder with an account of an issued list of `year` not taken note of; return how many.

    Of the lists that `by` makes; nobody is told twice on one day. Raises ValidationError when nobody is to be told.
    """
    # Two clicks at once: the second finds the notices of the first.
    database.advisory_lock(REMIND_LOCK)
    people = people_to_remind(by, year)
    if not people:
        raise ValidationError("没有需要提醒的人：都已知悉，或今天已提醒过。")
    Notice.objects.bulk_create(
        [
            Notice(
                recipient=user,
                sender=account_of(by),
                kind="reminder",
                text=f"请知悉 {year} 年责任清单：{'、'.join(row.holder_name for row in lists)}"[:300],
                url=reverse("own_duties"),
                about=reminding(year),
                sent=clock.now(),
            )
            for user, lists in people.items()
        ],
        batch_size=BATCH,
    )
    number = sum(len(lists) for lists in people.values())
    audit.record(by=by, verb="duty_list.remind", after={"year": year, "people": len(people), "lists": number})
    return len(people)

"""Which classes people attended: the one answer for posts, secretaries, pages and measures.

A class is a record of training that counts; a branch's own word of it counts once whoever reviews the branch has accepted it.
"""

from collections.abc import Collection
from datetime import date

from branches.places.models.organisations import Kind, Organisation
from members.activities.models import ActivityKindCode
from members.activities.selectors.counting import CountingRecord, Talked, is_vouched

UPPER = (Kind.PARTY_GROUP, Kind.COMMITTEE)


def classes_had(members: Collection[int], first: date, last: date, as_of: date) -> dict[int, list[CountingRecord]]:
    """Return {member id: the classes he attended between two days, each once, by day}; a constant number of statements."""
    if not members:
        return {}
    upper = set(Organisation.objects.filter(kind__in=UPPER).order_by().values_list("pk", flat=True))
    asked = Talked(first, last, [ActivityKindCode.TRAINING], list(members), as_of)
    found: dict[int, list[CountingRecord]] = {}
    for member, records in asked.had(asked.rows()).items():
        once = {one.activity: one for one in records if is_vouched(one, upper)}
        if once:
            found[member] = sorted(once.values(), key=lambda one: (one.day, one.activity))
    return found

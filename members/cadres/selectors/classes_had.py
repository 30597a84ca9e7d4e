"""Which classes people attended: the one answer for posts, secretaries, pages and measures.

A class is a record of training that counts; a branch's own word of it counts once whoever reviews the branch has accepted it.
"""

from collections.abc import Collection
from datetime import date

from branches.places.models.organisations import Kind, Organisation
from common.together import read_or_each
from members.activities.models import ActivityKindCode
from members.activities.selectors.counting import CountingRecord, Talked, is_vouched

# Of so many members all is read together.
FEW = 300
UPPER = (Kind.PARTY_GROUP, Kind.COMMITTEE)


def classes_had(members: Collection[int], first: date, last: date, as_of: date) -> dict[int, list[CountingRecord]]:
    """Return {member id: the classes he attended between two days, each once, by day}; a constant number of statements."""
    if not members:
        return {}
    asked = Talked(first, last, [ActivityKindCode.TRAINING], list(members), as_of)
    reads = {"upper": Organisation.objects.filter(kind__in=UPPER).order_by().values_list("pk"), "had": asked.rows()}
    read = read_or_each({}, reads, few=len(members) <= FEW)
    upper = {pk for (pk,) in read["upper"]}
    found: dict[int, list[CountingRecord]] = {}
    for member, records in asked.had(read["had"]).items():
        once = {one.activity: one for one in records if is_vouched(one, upper)}
        if once:
            found[member] = sorted(once.values(), key=lambda one: (one.day, one.activity))
    return found

"""Who owes it to have taken note of a policy, by when, and who has: derived, nobody is ever listed beforehand."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import F, QuerySet

from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import VIEW
from branches.settings import dated as dated_settings
from branches.settings.joining import start_at
from branches.settings.start import agency_start
from common import clock
from common.operator import Actor
from responsibilities.assigning import answers
from responsibilities.policies.models import PolicyReceipt, PolicyStudy, PolicyVersion
from responsibilities.policies.rules import OVERDUE, due_after, receipt_state

RECEIPT_DAYS = "receipt_days"


class Receipt(NamedTuple):
    """What one organisation owes for one version. due None: `why` says why it cannot be said. activity: the record that studied it."""

    version: int
    organisation: int
    since: date
    due: date | None
    why: str
    noted_on: date | None
    state: str
    activity: int | None = None


def noted(versions: Iterable[int], as_of: date) -> dict[tuple[int, int], tuple[date, int | None]]:
    """Return {(version, organisation): (day, record or None)}: clicked, or a counting record that studied it; two statements."""
    keys = list(versions)
    found: dict[tuple[int, int], tuple[date, int | None]] = {}
    clicked = PolicyReceipt.objects.filter(version__in=keys).order_by()
    for version, place, at in clicked.values_list("version", "organisation", "noted_at"):
        if clock.day_of(at) <= as_of:
            found[version, place] = clock.day_of(at), None
    studied = PolicyStudy.objects.counting().filter(
        version__in=keys, activity__day__lte=as_of, activity__judgements__valid=True
    )
    columns = ("version", "activity__judgements__organisation", "activity__day", "activity")
    for version, place, day, record in studied.order_by("-activity__day").values_list(*columns):
        before = found.get((version, place))
        if before is None or day <= before[0]:
            found[version, place] = day, record
    return found


def receipts(
    versions: Iterable[PolicyVersion], places: Iterable[Organisation], as_of: date | None = None
) -> list[Receipt]:
    """Return the Receipts that organisations among `places` owe for issued versions.

    versions: with policy__organisation and addressees at hand. Owed by what exists of the kinds addressed below the issuer
    while the version is in force, since its issue, its entry here or the founding; what would have been owed before the start is not.
    """
    today = as_of or clock.today()
    rows = [row for row in versions if row.issued_at is not None and row.issued_on is not None]
    if not rows:
        return []
    days = {row.pk: dated_settings.whole(RECEIPT_DAYS, row.issued_on) for row in rows}
    read, start = noted([row.pk for row in rows], today), agency_start()
    by_kind: dict[str, list[Organisation]] = defaultdict(list)
    for place in places:
        by_kind[place.kind].append(place)
    found = []
    for row in rows:
        issuer = row.policy.organisation
        for kind in {one.kind for one in row.addressees.all()}:
            for place in by_kind[kind]:
                since = _since(row, place, start, today)
                if since is None or place.pk == issuer.pk or not issuer.contains(place):
                    continue
                due, why = due_after(since, days[row.pk])
                on, record = read.get((row.pk, place.pk), (None, None))
                state = receipt_state(due, on, today)
                found.append(Receipt(row.pk, place.pk, since, due, why, on, state, record))
    return found


def _since(version: PolicyVersion, place: Organisation, start: date, today: date) -> date | None:
    """Return the day from which an organisation owes its note, None where it never does.

    Not before the version was put in force here: what was issued earlier and entered later was not to be read till then.
    """
    assert version.issued_on is not None and version.issued_at is not None
    if version.issued_on < start_at(place, start):
        return None
    since = max(version.issued_on, clock.day_of(version.issued_at), place.founded or date.min)
    last = min(version.in_force_to or date.max, place.archived_on or date.max)
    return since if since <= min(last, today) else None


def receipts_at(version: PolicyVersion, places: Iterable[Organisation]) -> list[tuple[Organisation, Receipt]]:
    """Return [(organisation, Receipt)] of one version for those of `places` that owe it."""
    by_key = {place.pk: place for place in places}
    found = receipts(readable_for(PolicyVersion.objects.filter(pk=version.pk)), by_key.values())
    return [(by_key[one.organisation], one) for one in found]


def own_receipts(user: Actor, version: PolicyVersion) -> list[tuple[Organisation, Receipt]]:
    """Return what organisations for which `user` answers still owe of one version."""
    rows = receipts_at(version, Organisation.objects.filter(answers(user, "")).select_related("parent"))
    return [row for row in rows if row[1].noted_on is None]


def receipt_counts(version: PolicyVersion) -> dict[str, int]:
    """Return {owed, noted, left: number of organisations} of one version, whoever reads it."""
    found = receipts_at(version, Organisation.objects.within(version.policy.organisation).in_tree_order())
    left = sum(one.noted_on is None for _, one in found)
    return {"owed": len(found), "left": left, "noted": len(found) - left}


def readable_for(versions: QuerySet[PolicyVersion]) -> QuerySet[PolicyVersion]:
    """Return issued versions with what `receipts` asks of them."""
    return (
        versions.filter(issued_at__isnull=False)
        .select_related("policy__organisation")
        .prefetch_related("addressees")
        .order_by(F("issued_on").desc(nulls_last=True), "-pk")
    )


def open_receipts(places: Iterable[Organisation], as_of: date | None = None) -> list[tuple[PolicyVersion, Receipt]]:
    """Return [(version in force, Receipt)] that these organisations still owe, the most urgent first."""
    today = as_of or clock.today()
    listed = list(places)
    rows = {row.pk: row for row in readable_for(PolicyVersion.objects.in_force(today))}
    owed = [one for one in receipts(rows.values(), listed, today) if one.noted_on is None]
    owed.sort(key=lambda one: (one.due or date.max, one.version))
    return [(rows[one.version], one) for one in owed]


def unnoted(user: Actor, versions: Iterable[PolicyVersion]) -> dict[int, int]:
    """Return {version in force: number of organisations that `user` reads and that are late in taking note of it}."""
    rows = PolicyVersion.objects.in_force(clock.today()).filter(pk__in=[version.pk for version in versions])
    issued = list(readable_for(rows))
    places = list(access.organisations_for(user, VIEW)) if issued else []
    return Counter(one.version for one in receipts(issued, places) if one.state == OVERDUE)

"""The way forward: which duty lists may rest on what was just written, so that facts reckon no other anew."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Kind, Organisation
from members.activities.models import ActivityKindCode
from members.care.marks import SUBJECT as CARE
from members.development.services.effects import SUBJECT as DEVELOPMENT
from members.dues.marks import SUBJECT as DUES
from members.roster.models.members import Membership
from responsibilities.duties.models import BY_POLICY, Duty, DutyList, Level, ListState
from responsibilities.duties.proofs.asks import kinds_of
from responsibilities.duties.proofs.scope import BY_PERSON
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.policies.marks import RUNS
from responsibilities.policies.measured import runs_written
from responsibilities.policies.models import PolicyRun
from responsibilities.work.models import EVIDENCE, WorkItem

# Levels whose lists rest on more than what happens at their own organisation.
WIDE = (Level.PARTY_GROUP, Level.PARTY_GROUP_SECRETARY, Level.LEADER, Level.COMMITTEE, Level.DISCIPLINE)
# Who belongs, sits, is appointed or in charge, what runs out, is ordered or listed: it concerns the lists above as well.
_ABOVE_TOO = frozenset(
    {"term", "supervision", "duty", "membership", "post", "appointment", "coverage", DEVELOPMENT, DUES, CARE}
)
_EVERY_KIND = frozenset(kind.value for kind in ActivityKindCode)


def lists_touched(
    marks: Sequence[ChangeMark], items: Collection[int], carriers: Collection[int], day: date
) -> set[int]:
    """Return the ids of the issued duty lists that may rest on what these marks say: for a record, one list or a few.

    items: ids of the business work that was written, or of which a written record is evidence. carriers: ids of who carries
    it. day: of judging. A list rests on what its own organisation does, with its small groups; a branch's also on the work it
    carries and the debriefing it attended; the upper ones on records that name their holders, wherever held (judgement 4.1),
    and on business work as it is arranged. What a branch's record proves of it concerns of them the leaders in charge alone.
    """
    by_runs = _resting_on_runs(runs_written(marks))
    # Of a run nothing else is asked than what it proves.
    rest = [mark for mark in marks if mark.subject != RUNS]
    return by_runs | _lists_touched(rest, items, carriers, day) if rest else by_runs


def _resting_on_runs(runs: Collection[int]) -> set[int]:
    """Return the ids of the issued lists with a duty that these runs (ids) prove, or would."""
    if not runs:
        return set()
    mine = PolicyRun.objects.filter(
        pk__in=runs,
        version__policy=OuterRef("policy"),
        organisation=OuterRef("list__organisation"),
        opened_on__year=OuterRef("list__year"),
    )
    duties = Duty.objects.filter(Exists(mine.order_by()), source=BY_POLICY, list__state=ListState.ISSUED)
    return set(duties.order_by().values_list("list", flat=True))


def _lists_touched(
    marks: Sequence[ChangeMark], items: Collection[int], carriers: Collection[int], day: date
) -> set[int]:
    years = {year for mark in marks for year in range(mark.first_day.year, mark.last_day.year + 1)}
    issued = DutyList.objects.filter(year__in=years, state=ListState.ISSUED).exclude(level=Level.MEMBER).order_by()
    records = [mark for mark in marks if mark.subject == "activity"]
    kinds = {kind for mark in records for kind in (mark.kinds.split(",") if mark.kinds else _EVERY_KIND)}
    if ActivityKindCode.DEBRIEF in kinds:
        # It proves a duty of each branch whose people attended it.
        return set(issued.values_list("pk", flat=True))
    at = _with_branches({mark.organisation_id for mark in marks})
    condition = Q(organisation__in=at) | Q(organisation__in=carriers, level=Level.BRANCH)
    others = {mark.organisation_id for mark in marks if mark.subject in _ABOVE_TOO}
    if others or any(mark.subject == "work" and mark.kinds != EVIDENCE for mark in marks):
        condition |= Q(organisation__in=_above(others)) | Q(level__in=WIDE)
        return set(issued.filter(condition).values_list("pk", flat=True))
    if items:
        condition |= _of_leaders_in_charge(items)
    if records:
        condition |= Q(pk__in=_naming_holders(issued.filter(level__in=WIDE), kinds, at, day))
    found = set(issued.filter(condition).values_list("pk", flat=True))
    if items:
        stages = Duty.objects.filter(list__in=issued, source="stages").exclude(list__level=Level.BRANCH)
        found |= set(stages.order_by().values_list("list", flat=True))
    return found


def _of_leaders_in_charge(items: Collection[int]) -> Q:
    """Return the condition over DutyList «the list of a leader who is in charge of some of this work», by account or as written."""
    rows = list(WorkItem.objects.filter(pk__in=items).order_by().values_list("leader", "leader_name"))
    accounts, names = {leader for leader, _ in rows if leader}, {name for leader, name in rows if name and not leader}
    return Q(level=Level.LEADER) & (Q(holder__in=accounts) | Q(holder__name__in=names))


def _with_branches(places: set[int]) -> set[int]:
    """Return the ids of these organisations and of the branches that the small groups among them belong to."""
    groups = Organisation.objects.filter(pk__in=places, kind=Kind.SMALL_GROUP).order_by()
    return places | set(groups.values_list("parent", flat=True))


def _above(places: set[int]) -> set[int]:
    """Return the ids of all that stands above these organisations."""
    found: set[int] = set()
    while places:
        rows = Organisation.objects.filter(pk__in=places, parent__isnull=False).order_by()
        places = set(rows.values_list("parent", flat=True)) - found
        found |= places
    return found


def _naming_holders(lists: QuerySet[DutyList], kinds: set[str], at: Iterable[int], day: date) -> set[int]:
    """Return the ids of those of upper lists that look for their holders in records of these kinds, or in a branch of `at`."""
    duties = Duty.objects.filter(list__in=lists, source__in=(*BY_PERSON, "contact", "chaired", "care")).select_related(
        "list"
    )
    found = {duty.list_id for duty in duties if kinds & set(kinds_of(duty))}
    rows = list(lists.filter(duties__source="attendance").distinct().select_related("organisation", "holder", "member"))
    holders = holders_each(rows, day)
    accounts = {user.pk for users in holders.values() for user in users}
    homes = Membership.objects.filter(organisation__in=at, member__account__in=accounts).order_by()
    at_home = set(homes.values_list("member__account", flat=True)) if accounts else set()
    return found | {row.pk for row in rows if any(user.pk in at_home for user in holders[row.pk])}

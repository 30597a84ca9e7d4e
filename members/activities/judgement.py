"""How a record counts: judged for each host and kind, never for the record as a whole (judgement 1).

`judge` is the one function. What it says is kept in ActivityJudgement, so that everything that counts reads the same rows:
requirements, duties, the panel, the page of the record, scores, reports.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from branches.places.models.organisations import Kind, Organisation
from branches.settings import dated as dated_settings
from common import clock
from members.activities.lateness import Saying, late_among, sayings, which
from members.activities.models import Activity, ActivityJudgement, AttendanceState
from members.activities.quorum import Counts, Quorum, counts_from_attendance, counts_from_ledger, quorums_of
from members.activities.selectors.rosters import committee, is_upper, roster


@dataclass(frozen=True)
class Judged:
    """One host and kind of a record.

    late: reported after its grace. makes_up_for: a day of the earlier period it makes up for, or None. since: the day from
    which the record exists for this host, None where it always has (a ledger).
    """

    host: int
    kind: str
    quorum: Quorum
    late: bool
    makes_up_for: date | None
    since: date | None

    @property
    def valid(self) -> bool:
        return self.quorum.valid

    def row(self, activity: Activity) -> ActivityJudgement:
        """Return it as a row of `activity`, not saved."""
        quorum = self.quorum
        return ActivityJudgement(
            activity=activity,
            organisation_id=self.host,
            kind=self.kind,
            valid=quorum.valid,
            late=self.late,
            makes_up_for=self.makes_up_for,
            since=self.since,
            body=quorum.body or "",
            expected=quorum.expected,
            present=quorum.present,
            needed=quorum.needed,
        )


def judge(activity: Activity) -> list[Judged]:
    """Return the Judged of a saved record: its own organisation first, then each host that confirmed it, kind by kind.

    Each host is judged on its own people, whoever of the hosts wrote their attendance down.
    """
    kinds = list(activity.kinds.values_list("kind", "made_up"))
    rows = list(activity.attendance.order_by().values_list("member_id", "state", "organisation_id"))
    states = {member: state for member, state, _ in rows}
    codes = [kind for kind, _ in kinds]
    found = []
    for host, since, late in _hosts(activity, codes):
        picked = [member for member, _, place in rows if place == host.pk] if is_upper(host) else []
        quorums = quorums_of(codes, _counts(activity, host, states, picked), _is_group(host))
        found += [
            Judged(host.pk, kind, quorums[kind], kind in late, activity.makes_up_for if made_up else None, since)
            for kind, made_up in kinds
        ]
    return found


def _hosts(activity: Activity, kinds: list[str]) -> Iterable[tuple[Organisation, date | None, set[str]]]:
    """Yield (host, day from which the record exists there, the kinds with which it is late there)."""
    sent = clock.day_of(activity.submitted_at) if activity.submitted_at else None
    said = sayings(activity)
    # Late with none of its kinds as a whole: nothing to ask, kind by kind.
    late = late_among(activity, kinds, said) if activity.late else set()
    yield activity.organisation, sent, late
    for host in activity.hosts.filter(confirmed_at__isnull=False).select_related("organisation__parent"):
        confirmed = clock.day_of(host.confirmed_at) if host.confirmed_at else activity.day
        begun = sent or activity.day
        allowed = timedelta(days=dated_settings.whole("host_confirm_days", activity.day))
        slow = set(kinds) if confirmed > _told(activity, said, begun) + allowed else set()
        # What the owner added afterwards, this host did not confirm in time either.
        added = {kind for kind in late if (one := which(said, kind, activity.day)) and one != said[0]}
        yield host.organisation, max(confirmed, begun), slow | added


def _told(activity: Activity, said: list[Saying], begun: date) -> date:
    """Return the day from which another host has its days to confirm: the first submission, or that after a return."""
    first = [] if activity.returned_at is not None or activity.submitted_at is None else said[:1]
    return min([begun, *(clock.day_of(one.at) for one in first)])


def _is_group(host: Organisation) -> bool:
    return host.kind == Kind.SMALL_GROUP


def _counts(activity: Activity, host: Organisation, states: dict[int, str], picked: Collection[int]) -> Counts:
    members = list(roster(host, activity.day))
    if activity.origin == "import" and host.pk == activity.organisation_id and activity.written_expected is not None:
        absent = {pk for pk, state in states.items() if state in (AttendanceState.LEAVE, AttendanceState.ABSENT)}
        without_vote = [member for member in members if not member.votes_on(activity.day)]
        return counts_from_ledger(activity.written_expected, activity.written_present, without_vote, absent)
    if activity.origin == "import" and host.pk == activity.organisation_id and _nobody_entered(states):
        # A ledger without figures is taken at its word, also when a roster changes later (decisions 15).
        return Counts()
    seats = [member.pk for member in committee(host, activity.day)]
    return counts_from_attendance(members, states, activity.day, seats, picked)


def _nobody_entered(states: dict[int, str]) -> bool:
    """Whether the ledger's row still stands alone: a correction that counts people names the state of each."""
    return not states or AttendanceState.NOT_RECORDED in states.values()


_KEPT = ("organisation_id", "kind", "valid", "late", "makes_up_for", "since", "body", "expected", "present", "needed")


def judgements_write(activity: Activity) -> bool:
    """Keep what `judge` says of a record, in the caller's transaction; to be called after each change that it reads.

    Returns whether that is something else than was kept.
    """
    return bool(judgements_keep([(activity, judge(activity))]))


def judgements_keep(judged: Collection[tuple[Activity, Iterable[Judged]]]) -> set[int]:
    """Keep of each record what was judged, as `judge` would; returns the ids of those of which something else was kept.

    A constant number of statements, whatever the number of records.
    """
    kept: dict[int, set[tuple]] = defaultdict(set)
    rows = ActivityJudgement.objects.filter(activity__in=[activity.pk for activity, _ in judged]).order_by()
    for activity_id, *values in rows.values_list("activity_id", *_KEPT):
        kept[activity_id].add(tuple(values))
    new = {activity.pk: [one.row(activity) for one in ones] for activity, ones in judged}
    other = {
        pk for pk, ones in new.items() if kept[pk] != {tuple(getattr(row, name) for name in _KEPT) for row in ones}
    }
    if other:
        ActivityJudgement.objects.filter(activity__in=other).delete()
        ActivityJudgement.objects.bulk_create((row for pk in sorted(other) for row in new[pk]), batch_size=2000)
    return other

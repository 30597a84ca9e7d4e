"""Judge the records there are, for each host and kind, as members/activities/judgement.py does when one is saved."""

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

from django.db import migrations, models
from django.utils import timezone

CHUNK = 500
ATTENDING = ("present", "online")
SEATS = ("secretary", "deputy", "organisation", "publicity", "discipline", "youth", "welfare", "commissioner")
ANYONE = "anyone"
BODIES = {
    "election": "election",
    "assembly": "assembly",
    "org_life": "assembly",
    "member_review": "assembly",
    "committee_meeting": "committee",
    "party_group_meeting": "party_group",
    "democratic_life": "democratic_life",
    **dict.fromkeys(("group_meeting", "lecture", "theme_day", "training", "study"), ANYONE),
}
ORDER = ("election", "assembly", "committee", "party_group", "democratic_life")
SHARES = {"election": Fraction(4, 5), "democratic_life": Fraction(2, 3)}
OF_VOTERS = ("election", "assembly")
CONFIRM_DAYS = 15


def judge_all(apps, schema_editor):
    """Judge every record as members/activities/judgement.py does when one is saved."""
    Activity = apps.get_model("members", "Activity")
    Activity.objects.filter(state="returned").update(returned_at=models.F("reviewed_at"))
    ids = list(Activity.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        _judge(apps, ids[start : start + CHUNK])


def _judge(apps, ids):
    Activity = apps.get_model("members", "Activity")
    Judgement = apps.get_model("members", "ActivityJudgement")
    kinds, hosts, attendance = defaultdict(list), defaultdict(list), defaultdict(dict)
    for pk, kind in apps.get_model("members", "ActivityKind").objects.filter(activity__in=ids).order_by("pk").values_list(
        "activity_id", "kind"
    ):
        kinds[pk].append(kind)
    for host in apps.get_model("members", "ActivityHost").objects.filter(activity__in=ids, confirmed_at__isnull=False):
        hosts[host.activity_id].append(host)
    for pk, member, state in apps.get_model("members", "Attendance").objects.filter(activity__in=ids).values_list(
        "activity_id", "member_id", "state"
    ):
        attendance[pk][member] = state
    rows, changed = [], []
    for record in Activity.objects.filter(pk__in=ids).select_related("organisation"):
        places = [(record.organisation, record.late, _day(record.submitted_at))]
        for host in hosts[record.pk]:
            confirmed, sent = _day(host.confirmed_at), _day(record.submitted_at) or record.day
            late = record.late or confirmed > sent + timedelta(days=CONFIRM_DAYS)
            places.append((host.organisation, late, max(confirmed, sent)))
        for place, late, since in places:
            figures = _Figures(apps, record, place, attendance[record.pk])
            mine = [_row(Judgement, figures, kind, late, since) for kind in kinds[record.pk]]
            rows += mine
            if place.pk == record.organisation_id and _of_record(record, mine):
                changed.append(record)
    Judgement.objects.bulk_create(rows)
    Activity.objects.bulk_update(changed, ["voters_expected", "voters_present", "valid"])


def _day(moment):
    return timezone.localtime(moment).date() if moment else None


def _row(Judgement, figures, kind, late, since):
    record, place = figures.record, figures.place
    body = BODIES.get(kind)
    if body and place.kind == "small_group":
        body = ANYONE
    expected, present = figures.of(body)
    needed = None
    if body is None or present is None or (expected is None and body != ANYONE):
        body, expected, present = None, None, None
    elif body == ANYONE:
        needed, present = 1, max(0, present)
    else:
        expected = max(0, expected)
        present = min(max(0, present), expected)
        needed = -(-expected * SHARES.get(body, Fraction(1, 2)) // 1)
    return Judgement(
        activity=record,
        organisation=place,
        kind=kind,
        valid=needed is None or present >= needed,
        late=late,
        makes_up_for=record.makes_up_for,
        since=since,
        body=body or "",
        expected=expected,
        present=present,
        needed=needed,
    )


def _of_record(record, rows):
    """Set the columns of a record that follow from the judgements of its own organisation; return whether any changed."""
    before = (record.voters_expected, record.voters_present, record.valid)
    deciding = sorted((row for row in rows if row.body in ORDER), key=lambda row: ORDER.index(row.body))
    record.voters_expected = deciding[0].expected if deciding else None
    record.voters_present = deciding[0].present if deciding else None
    record.valid = any([row.valid for row in deciding or rows] or [True])
    return before != (record.voters_expected, record.voters_present, record.valid)


class _Figures:
    """The people of one host at one record, read when a kind asks for them."""

    def __init__(self, apps, record, place, states):
        self.apps, self.record, self.place, self.states = apps, record, place, states
        self.written = (
            record.origin == "import" and place.pk == record.organisation_id and record.written_expected is not None
        )

    def of(self, body):
        """Return (expected, present) for a body, None for what nobody knows."""
        record = self.record
        if body is None:
            return None, None
        if self.written:
            return self._from_ledger(body)
        if body == ANYONE:
            return self._anyone()
        people = self._voters() if body in OF_VOTERS else self._seats()
        return len(people), sum(self.states.get(pk) in ATTENDING for pk in people)

    def _from_ledger(self, body):
        record = self.record
        expected, present = record.written_expected, record.written_present
        if present is None or body not in OF_VOTERS:
            return (expected, present) if present is not None else (None, None)
        probationers = [row.member_id for row in self._roster() if not self._votes(row.member)]
        absent = {pk for pk, state in self.states.items() if state in ("leave", "absent")}
        return expected - len(probationers), present - sum(pk not in absent for pk in probationers)

    def _anyone(self):
        people = {row.member_id for row in self._roster()} | set(self._seats())
        there = {pk for pk in people if self.states.get(pk, "not_recorded") != "not_recorded"}
        return len(people), sum(self.states[pk] in ATTENDING for pk in there) if there else None

    def _roster(self):
        day, place = self.record.day, self.place
        rows = self.apps.get_model("members", "Membership").objects.filter(
            models.Q(organisation=place) | models.Q(small_group=place), starts__lte=day, member__joined_on__lte=day
        )
        return rows.filter(models.Q(ends__isnull=True) | models.Q(ends__gte=day)).select_related("member")

    def _votes(self, member):
        return member.full_on is not None and self.record.day >= member.full_on

    def _voters(self):
        return [row.member_id for row in self._roster() if self._votes(row.member)]

    def _seats(self):
        day = self.record.day
        rows = self.apps.get_model("members", "Post").objects.filter(organisation=self.place, kind__in=SEATS)
        rows = rows.filter(models.Q(starts__isnull=True) | models.Q(starts__lte=day))
        rows = rows.filter(models.Q(ends__isnull=True) | models.Q(ends__gte=day))
        return set(rows.values_list("member_id", flat=True))


class Migration(migrations.Migration):
    dependencies = [("members", "0007_judgements_of_records")]

    operations = [migrations.RunPython(judge_all, migrations.RunPython.noop, elidable=True)]

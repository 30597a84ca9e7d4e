"""What upper levels owe for business work, and what holders chaired, reckoned one row at a time (judgement 4.1)."""

from datetime import date, timedelta

from django.utils.timezone import localdate

from responsibilities.duties.templates import template
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import WorkItem
from tests.responsibilities.duties.slow_duties import SlowDuties
from tests.responsibilities.duties.slow_ground import HERE
from tests.responsibilities.work.slow_sync import is_confirmed, points_of, standing_of, value_on

OWES_NOTHING = ("waived", "ended", "early")


class SlowUpper(SlowDuties):
    """SlowDuties that also knows stages, what was minuted, led, chaired, and debriefing meetings."""

    def parts(self, item):
        """Yield (kind, key of the slot, its row, the links that serve it, day, state) of each business date."""
        states = {(kind, part): (day, state) for kind, part, day, state, _ in points_of(item, 7, self.as_of)}
        for stage in item.stages.all():
            pieces = list(stage.milestones.all())
            for part in pieces or [None]:
                number = part.pk if part else None
                day, state = states[stage.stage, number]
                links = [
                    link
                    for link in stage.evidence.all()
                    if link.removed_at is None and link.milestone_id in (None, number)
                ]
                key = f"node/{number}" if part else f"stage/{stage.pk}"
                yield stage.stage, key, part or stage, links, day, state

    def allowed_until(self, row, day):
        return day + timedelta(days=value_on("sync_tolerance_days", day, 7))

    def in_charge(self, item, holder):
        return item.leader_id == holder.pk or (item.leader_id is None and item.leader_name == holder.name)

    # -- sources ------------------------------------------------------------------------

    def _stages(self, duty, member, holder):
        found = []
        for item in WorkItem.objects.order_by("pk"):
            if duty.list.level == "leader" and not self.in_charge(item, holder):
                continue
            for _, key, row, _, day, state in self.parts(item):
                if day is None or day.year != self.year:
                    continue
                here = [one.organisation_id for one in item.carriers.all() if one.ended is None or one.ended >= day]
                if duty.list.level == "branch" and duty.list.organisation_id not in here:
                    continue
                due = self.allowed_until(row, day)
                if row.happened_on is None or state == "to_confirm":
                    due = max(due, self.as_of)
                numbers = (state not in OWES_NOTHING, state in ("synchronised", "lagging"), state == "lagging")
                found.append((key, self.judged(duty, key, tuple(map(int, numbers)), due)))
        return found or [self.whole_year(duty)]

    def _minuted(self, duty, member, holder):
        kinds, found = template(duty.key).kinds, []
        for item in WorkItem.objects.order_by("pk"):
            parts = [
                part
                for part in self.parts(item)
                if part[0] in ("study", "arrangement") and (part[4] is None or part[4].year == self.year)
            ]
            if not any(day for *_, day, _ in parts):
                continue
            owed = [part for part in parts if part[5] not in OWES_NOTHING]
            held = [
                row.happened_on is None or link.activity.day <= self.last_day(row)
                for kind, _, row, links, day, _ in owed
                for link in links
                if self.is_meeting_of(link, duty.list.organisation, kinds, item, kind, day)
            ]
            due = max(
                self.last_day(row) if row.happened_on else max(self.last_day(row, day), self.as_of)
                for _, _, row, _, day, _ in owed or parts
            )
            numbers = (int(bool(owed)), int(bool(held)), int(bool(held) and not any(held)))
            key = f"work/{item.pk}"
            found.append((key, self.judged(duty, key, numbers, due)))
        return found or [self.whole_year(duty)]

    def last_day(self, row, day=None):
        start = row.happened_on or day or self.as_of
        return start + timedelta(days=value_on("sync_tolerance_days", row.happened_on or self.as_of, 7))

    def is_meeting_of(self, link, place, kinds, item, stage, day):
        record = link.activity
        if record is None or record.day > self.as_of or standing_of(link, item, stage, day, self.as_of) != "counts":
            return False
        if record.submitted_at is not None and localdate(record.submitted_at) > self.as_of:
            return False
        return any(
            judged.organisation_id == place.pk
            and judged.kind in kinds
            and judged.valid
            and (judged.since is None or judged.since <= self.as_of)
            for judged in record.judgements.all()
        )

    def _led(self, duty, member, holder):
        found = []
        for item in WorkItem.objects.order_by("pk"):
            stopped = item.stopped_on is not None and item.stopped_on <= self.as_of
            lives = item.starts <= date(self.year, 12, 31) and item.ends >= date(self.year, 1, 1)
            if stopped or not lives or not self.in_charge(item, holder):
                continue
            key = f"work/{item.pk}"
            acted = self.took_part(item, member, holder) or self.pressed(item, holder)
            due = min(item.ends, date(self.year, 12, 31))
            found.append((key, self.judged(duty, key, (1, int(acted), 0), due)))
        return found or [self.whole_year(duty)]

    def within(self, item, day):
        return item.starts <= day <= min(item.ends, self.as_of)

    def took_part(self, item, member, holder):
        for stage in item.stages.all():
            for link in stage.evidence.all():
                record = link.activity
                if record is None or link.removed_at is not None or not self.within(item, record.day):
                    continue
                if record.state not in ("submitted", "accepted") or not is_confirmed(link):
                    continue
                if record.submitted_at is not None and localdate(record.submitted_at) > self.as_of:
                    continue
                if not any(
                    judged.valid and (judged.since is None or judged.since <= self.as_of)
                    for judged in record.judgements.all()
                ):
                    continue
                mine = member is not None and (record.chair_id == member.pk or self.state_of(record, member.pk) in HERE)
                if mine or record.chair_name == holder.name:
                    return True
        return False

    def pressed(self, item, holder):
        keys = {f"stage/{stage.pk}" for stage in item.stages.all()}
        return any(
            row.subject == "stage"
            and row.about in keys
            and row.issued_by_id == holder.pk
            and self.within(item, localdate(row.issued_at))
            for row in Supervision.objects.all()
        )

    def _chaired(self, duty, member, holder):
        found = [
            row
            for row in self.records(template(duty.key).kinds, {duty.list.organisation_id})
            if self.has_chair(row, member, holder)
        ]
        yield from self.held(duty, found)

    def has_chair(self, record, member, holder):
        return (member is not None and record.chair_id == member.pk) or record.chair_name == holder.name

    def held(self, duty, records):
        place = duty.list.organisation
        for key, first, last, due in self.periods(duty):
            gone = (place.founded and place.founded > due) or (place.archived_on and place.archived_on < first)
            nothing = self.judged(duty, key, (0, 0, 0), due)
            yield key, nothing if gone else self.counted(duty, key, records, first, last, due)

    def _debrief(self, duty, member, holder):
        kinds, own = template(duty.key).kinds, {duty.list.organisation_id}
        if duty.list.level not in ("branch", "general_branch"):
            own |= {pk for pk, place in self.places.items() if place.kind in ("party_group", "committee")}
        found = list({row.pk: row for row in self.records(kinds, own)}.values())
        if duty.list.level == "party_group_secretary":
            found = [row for row in found if self.has_chair(row, member, holder)]
        if duty.list.level in ("branch", "general_branch"):
            found = self.vouched(found)
        yield from self.held(duty, found)

"""What members did of a year, reckoned one record at a time: presence, reviews, talks, hours of study."""

from django.utils.timezone import localdate

from members.activities.models import Resolution
from tests.responsibilities.duties.slow_ground import HERE, LIFE, STUDY, SlowGround
from tests.responsibilities.requirements.slow_requirements import bounds, days


class SlowPeople(SlowGround):
    """SlowGround that also knows what proves the duties of persons."""

    def _attendance(self, duty, member, holder):
        for key, first, last, due in self.periods(duty):
            if member is None:
                yield key, self.judged(duty, key, (duty.times, 0, 0), due)
            elif duty.list.level == "member":
                yield key, self._called(duty, key, first, last, due, member)
            else:
                yield key, self._present(duty, key, first, last, due, member)

    def _called(self, duty, key, first, last, due, member):
        if member.exempt_from and member.exempt_from <= due:
            return self.judged(duty, key, (0, 0, 0), due)
        held = [row for row in self.own(member.pk, LIFE | {"lecture"}) if first <= row.day <= last]
        states = [self.state_of(row, member.pk) for row in held]
        called = [state for state in states if state in ("present", "online", "leave", "absent")]
        done = sum(state != "absent" for state in called)
        if not called and "not_recorded" in states:
            return self.judged(duty, key, (1, 0, 0), due, unknown=True)
        return self.judged(duty, key, (len(called), done, 0), due)

    def _votes(self, duty, member, holder):
        """Elections of his branch; no admission is voted on in the random agency (test_votes_and_tasks.py)."""
        for key, first, last, due in self.periods(duty):
            held = [row for row in self.own(member.pk, {"election"}) if first <= row.day <= last]
            states = [self.state_of(row, member.pk) for row in held if self.has_a_vote(member, row.day)]
            called = [state for state in states if state in ("present", "online", "leave", "absent")]
            done = sum(state != "absent" for state in called)
            if not called and "not_recorded" in states:
                yield key, self.judged(duty, key, (1, 0, 0), due, unknown=True)
            else:
                yield key, self.judged(duty, key, (len(called), done, 0), due)

    def has_a_vote(self, member, day):
        full = any(
            row.stage == "full" and (row.starts is None or row.starts <= day) and (row.ends is None or row.ends >= day)
            for row in member.stage_spells.all()
        )
        watched = any(
            row.state == "under_watch" and row.starts <= day and (row.ends is None or row.ends >= day)
            for row in member.party_statuses.all()
        )
        return full and not watched

    def _tasks(self, duty, member, holder):
        """Each resolution of a record that counts, which names him and a day of the year."""
        found = []
        for row in Resolution.objects.filter(owner=member, due__year=self.year).select_related("activity"):
            record = row.activity
            sent = record.submitted_at is None or localdate(record.submitted_at) <= self.as_of
            if record.state not in ("submitted", "accepted") or not record.valid or record.day > self.as_of or not sent:
                continue
            if row.due < self.slow.start:
                continue
            said = row.counted_on or row.done_on
            done = said is not None and said <= self.as_of
            found.append((f"task/{row.pk}", (1, int(done), int(done and said > row.due)), row.due))
        if not found:
            yield self.whole_year(duty)
        for key, numbers, due in found:
            yield key, self.judged(duty, key, numbers, due)

    def _present(self, duty, key, first, last, due, member):
        held = [row for row in self.own(member.pk, LIFE) if first <= row.day <= last]
        there = [row for row in held if self.state_of(row, member.pk) in HERE]
        when = [self.time_of(row, first, last, due) for row in there]
        done = sum(one is not None for one in when)
        late = max(0, min(done, duty.times) - when.count("on_time"))
        silent = any(self.state_of(row, member.pk) == "not_recorded" for row in held)
        over = self.as_of > due
        if done < duty.times and not held and over:
            return self.judged(duty, key, (0, 0, 0), due)
        return self.judged(duty, key, (duty.times, done, late), due, unknown=silent and over)

    def _review(self, duty, member, holder):
        held = self.own(member.pk, {"member_review"})
        there = [row for row in held if self.state_of(row, member.pk) in HERE]
        for key, first, last, due in self.periods(duty):
            silent = any(
                self.state_of(row, member.pk) == "not_recorded" and self.time_of(row, first, last, due) for row in held
            )
            when = [self.time_of(row, first, last, due) for row in there]
            done = sum(one is not None for one in when)
            late = max(0, min(done, 1) - when.count("on_time"))
            yield key, self.judged(duty, key, (1, done, late), due, unknown=silent)

    def talks_of(self, member):
        return [row for row in self.records({"talk"}) if row.chair_id == member or self.state_of(row, member) in HERE]

    def _talks(self, duty, member, holder):
        if duty.list.level != "member":
            yield self.whole_year(duty)
            return
        for key, first, last, due in self.periods(duty):
            yield key, self.counted(duty, key, self.talks_of(member.pk), first, last, due)

    def _hours(self, duty, member, holder):
        if duty.list.level == "member":
            times = self.hours_owed(member, duty.times)
            if not times:
                yield self.whole_year(duty)
                return
            found = [
                row
                for row in self.records(STUDY)
                if self.state_of(row, member.pk) in (*HERE, "not_recorded") or self.taught(row, member)
            ]
            unsure = {
                row.pk
                for row in found
                if self.state_of(row, member.pk) == "not_recorded" and not self.taught(row, member)
            }
        else:
            found, times = self.records(STUDY, {duty.list.organisation_id}), duty.times
            unsure = set()
        for key, first, last, due in self.periods(duty):
            mine = [row for row in found if self.time_of(row, first, last, due)]
            known = [
                row
                for row in mine
                if row.starts_at and row.ends_at and row.ends_at > row.starts_at and row.pk not in unsure
            ]
            total, in_time = self.hours_of(known), self.hours_of(row for row in known if row.day <= due)
            silent = len(mine) > len(known)
            unknown = silent and int(total) < times and (self.as_of > due or not total)
            # Held in the next year to make up for this one, it is late.
            late = max(0, min(int(total), times) - int(in_time))
            yield key, self.judged(duty, key, (times, int(total), late), due, unknown=unknown)

    def taught(self, row, member):
        """Whether he gave it: a lecture that names nobody else and that he chaired; by name in his own branch alone."""
        if row.lecturer_name:
            homes = [m.organisation_id for m in member.memberships.all() if self.lasts(m, row.day)]
            here = {row.place.pk, row.place.parent_id if row.place.kind == "small_group" else row.place.pk}
            return row.lecturer_name == member.name and bool(here & set(homes))
        kinds = {kind.kind for kind in row.record.kinds.all()}
        return "lecture" in kinds and row.chair_id == member.pk

    @staticmethod
    def lasts(row, day):
        return (row.starts is None or row.starts <= day) and (row.ends is None or day <= row.ends)

    def hours_owed(self, member, hours):
        """The hours of a year, by the months of which he was a member here for half of the days and not spared, rounded up."""
        spared = [row for row in member.party_statuses.all() if row.state in ("suspended", "lost", "left")]
        spared += [row for row in member.aways.all() if row.kind == "abroad"]
        party = [row for row in member.stage_spells.all() if row.stage in ("probationary", "full")]
        months = 0
        for number in range(1, 13):
            first, last = bounds(1, self.year, number)
            month = list(days(first, last))
            good = [
                day
                for day in month
                if any(self.lasts(row, day) for row in member.memberships.all())
                and any(self.lasts(row, day) for row in party)
                and not any(self.lasts(row, day) for row in spared)
                and not (member.exempt_from and member.exempt_from <= day)
            ]
            months += 2 * len(good) >= len(month)
        return -(-hours * months // 12)

    def hours_of(self, records):
        """No day is worth more than eight hours."""
        days = {}
        for row in records:
            minutes = row.ends_at.hour * 60 + row.ends_at.minute - row.starts_at.hour * 60 - row.starts_at.minute
            days[row.day] = days.get(row.day, 0) + minutes
        return sum(min(minutes, 8 * 60) for minutes in days.values()) / 60

"""The year's appraisal of the demo agency as far as it has come: the debriefing with its ballots, a bonus of the committee, and
trials of all four schemes."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from assessments.entries.services import entry_approve, entry_make
from assessments.results.services import assessment_trial
from assessments.schemes.measures import COMMITTEE_SCHEME, DEBRIEF_SCHEME, SCHEMES
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.periods import YEAR, Period
from members.activities.models import ActivityState, AttendanceState
from members.activities.selectors.rosters import expected
from members.activities.services.records import RecordData, activity_create
from members.activities.services.states import activity_accept, activity_submit

LEVELS = ("好", "较好", "一般", "差")
# How many came to the vote, and how many papers could not be read.
CAME, UNREAD = 24, 1


class Appraisal:
    """Votes on the secretaries of a `people.Maker` nine days ago, and tries the year by every scheme."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.period = Period.containing(YEAR, self.today)
        self.staff, self.secretary = maker.users["ganbu"], maker.users["dangwei"]
        self.general = list(Organisation.objects.filter(kind=Kind.GENERAL_BRANCH).in_tree_order())
        # Nothing is drawn from the common chance, so that the rest of the year stays.
        self.number = 0

    def live(self):
        day = self.today - timedelta(days=9)
        if day.year != self.today.year:
            return
        with clock.at(_moment(day + timedelta(days=1), 10)):
            meeting = self._meeting(day)
            for branch in self.maker.branches:
                self._vote(branch.place, "vote-superior", 9, meeting)
                self._vote(branch.place, "vote-members", CAME, meeting)
            for place in self.general:
                self._vote(place, "vote-superior", 9, meeting)
                self._vote(place, "vote-members", CAME, meeting)
        with clock.at(_moment(self.today - timedelta(days=3), 15)):
            self._of_committee()
        with clock.at(_moment(self.today - timedelta(days=2), 9)):
            for key in SCHEMES:
                assessment_trial(by=self.staff, period=self.period, key=key)

    def _meeting(self, day):
        data = RecordData(
            kinds=["debrief"],
            day=day,
            title="党组织书记抓党建述职评议会",
            starts_at=time(14, 30),
            ends_at=time(17, 0),
            place="四楼会议室",
            chair_name=self.secretary.name,
            recorder_name=self.staff.name,
            attendance={
                member.pk: (AttendanceState.PRESENT, "") for member in expected(self.maker.committee, ["debrief"], day)
            },
            content="一、各党组织书记述职。\n二、评议组点评。\n三、发放、收回和清点测评票。",
        )
        record = activity_submit(
            by=self.staff, activity=activity_create(by=self.staff, organisation=self.maker.committee, data=data)
        )
        if record.state != ActivityState.ACCEPTED:
            record = activity_accept(by=self.secretary, activity=record)
        return record

    def _vote(self, place, item, papers, meeting):
        """Counts that differ from place to place in a fixed way; every vote adds up to the papers that were issued."""
        self.number += 1
        lower = 1 + self.number % 4 if papers > 9 else self.number % 3
        lowest = (self.number * 5) % 3 if papers > 9 else 0
        counts = dict(zip(LEVELS, (papers - UNREAD - lower - lowest, lower, lowest, 0), strict=True))
        row = entry_make(
            by=self.staff,
            period=self.period,
            key=DEBRIEF_SCHEME,
            organisation=place,
            item=f"score/{item}",
            reason="述职后当场发票、当场清点",
            document=f"{meeting.day:%Y-%m-%d} {meeting.title}",
            tally={"activity": meeting, "counts": counts, "invalid": UNREAD, "expected": papers},
        )
        entry_approve(by=self.secretary, entry=row)

    def _of_committee(self):
        """The Party group's secretary adds what the committee's own office does not give it."""
        row = entry_make(
            by=self.maker.users["dangzu"],
            period=self.period,
            key=COMMITTEE_SCHEME,
            organisation=self.maker.committee,
            item="bonus/0",
            reason="一项做法被上级转发推广",
            document="党组会议纪要",
        )
        entry_approve(by=self.secretary, entry=row)


def _moment(day, hour):
    return timezone.make_aware(datetime.combine(day, time(hour, 0)))

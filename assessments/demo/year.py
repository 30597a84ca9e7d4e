"""Lets the demo agency live through its year: records, reviews, late and missing ones, published quarters."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from assessments.demo import agency
from assessments.hearing.services import assessment_freeze, assessment_send
from assessments.reports.services import assessment_publish
from assessments.results.services import assessment_trial, closed_on
from branches.settings.services import start_set
from common import clock
from common.periods import MONTH, QUARTER, Period
from common.text import quoted
from members.activities.models import AttendanceState as State
from members.activities.models import Resolution
from members.activities.services.hosts import host_confirm
from members.activities.services.records import RecordData, activity_create
from members.activities.services.resolutions import resolution_done
from members.activities.services.states import activity_accept, activity_record, activity_return, activity_submit
from responsibilities.requirements.exemptions import requirement_exempt
from responsibilities.requirements.selectors import one_requirement
from responsibilities.requirements.services import requirement_explain, requirement_remind


class Year:
    """Twelve months up to today for every branch of a `people.Maker`."""

    def __init__(self, maker):
        self.maker, self.chance = maker, maker.chance
        self.today = clock.today()
        self.staff = maker.users["ganbu"]
        month = Period.containing(MONTH, self.today)
        months = [month]
        while len(months) < 12:
            months.append(months[-1].previous())
        self.months = list(reversed(months))

    def begin(self):
        """The agency reckons from its first month on."""
        start_set(by=self.maker.users["dangwei"], day=self.months[0].first)

    def live(self):
        for month in self.months:
            for branch in self.maker.branches:
                self._month(branch, month)
        self._joint()
        self._open_ends()
        self._explain()
        self._carry_out()

    def _due(self, branch, month):
        """Whether the branch gets this thing done this month; the shown branch misses one on purpose."""
        return self.chance.random() < branch.order or self._last(month) and branch.order > 0.95

    def _last(self, month):
        return month.first <= self.today <= month.last

    def _day(self, month, low=2, high=26):
        day = month.first + timedelta(days=self.chance.randrange(low, high))
        return day if day <= self.today else None

    def _month(self, branch, month):
        kinds = ["theme_day"]
        if branch.has_committee:
            kinds.append("committee_meeting")
        if month.first.month % 3 == 2:
            kinds.append("assembly")
        if month.first.month % 3 == 0 or (self._last(month) and branch.order > 0.9):
            kinds.append("lecture")
        for kind in kinds:
            day = self._day(month)
            missed = str(branch.place) == "项目处党支部" and kind == "committee_meeting" and month == self.months[-2]
            if day and not missed and self._due(branch, month):
                self._hold(branch, branch.place, [kind], day)
        for group in branch.groups:
            day = self._day(month)
            if day and self._due(branch, month):
                self._hold(branch, group, ["group_meeting"], day)
        if month.first.month in (4, 7, 9, 10):
            self._talks(branch, month)

    def _talks(self, branch, month):
        for member in branch.people[1:]:
            if self.chance.random() > branch.order * 0.36:
                continue
            day = self._day(month)
            if day and day >= member.joined_on:
                attendance = {member.pk: (State.PRESENT, "")}
                self._submit(
                    branch,
                    branch.place,
                    RecordData(
                        kinds=["talk"],
                        day=day,
                        title=f"与{member.name}同志谈心谈话",
                        chair=branch.people[0],
                        attendance=attendance,
                        place="办公室",
                        content="",
                        starts_at=time(16, 0),
                        ends_at=time(16, 30),
                    ),
                )

    def _expected(self, branch, place, kind, day):
        """The members a kind of meeting expects on a day, as the roster will say too."""
        return [member for member in self._seated(branch, place, kind) if member.joined_on <= day]

    def _seated(self, branch, place, kind):
        if kind == "committee_meeting":
            return branch.people[: 5 if len(branch.people) >= 12 else 3]
        if kind == "group_meeting":
            number = [group.pk for group in branch.groups].index(place.pk)
            return branch.people[number :: len(branch.groups)]
        return branch.people

    def _attendance(self, people):
        states = {}
        for member in people:
            if member.exempt_from:
                states[member.pk] = (State.EXEMPT, "年老体弱")
            elif self.chance.random() < 0.9 or member is people[0]:
                states[member.pk] = (State.PRESENT, "")
            else:
                states[member.pk] = (State.LEAVE, self.chance.choice(agency.REASONS))
        return states

    def _content(self, place, title, people, day):
        """What was said, in words of the place and the month; nothing is drawn, so that the rest of the year stays."""
        number = sum(map(ord, place.name)) + 5 * day.month
        focus, step = (words[number % len(words)] for words in (agency.FOCUS, agency.STEPS))
        first, second = (people[(day.day + more) % len(people)].name for more in (0, 1))
        return (
            f"一、学习有关文件和会议精神。\n二、围绕{quoted(title)}交流讨论，{first}、{second}结合{focus}发言。\n"
            f"三、{step}，由{people[0].name}负责，{day.month}月底前完成。"
        )

    def _data(self, branch, place, kinds, day):
        kind = kinds[0]
        title = agency.TOPICS[kind][(day.month - 1) % len(agency.TOPICS[kind])]
        people = self._expected(branch, place, kind, day)
        hour = self.chance.choice([9, 14, 15])
        content = self._content(place, title, people, day)
        resolutions = (
            [(f"落实{quoted(title)}有关事项", people[1 % len(people)], day + timedelta(days=20))]
            if kind == "assembly"
            else []
        )
        place_name, attendance = self.chance.choice(agency.PLACES), self._attendance(people)
        if kind in ("theme_day", "committee_meeting", "assembly", "lecture"):
            # A draw that nothing depends on any more: without it the agency would live another year.
            self.chance.random()
        return RecordData(
            kinds=kinds,
            day=day,
            title=title,
            starts_at=time(hour, 0),
            ends_at=time(hour + 2, 0),
            place=place_name,
            chair=people[0],
            recorder_name=people[-1].name,
            content=content,
            attendance=attendance,
            resolutions=resolutions,
        )

    def _hold(self, branch, place, kinds, day):
        return self._submit(branch, place, self._data(branch, place, kinds, day))

    def _submit(self, branch, place, data):
        """Record and submit; mostly in time, sometimes late; reviewed a few days later unless that is still to come."""
        wait = self.chance.randrange(0, 4) if self.chance.random() < 0.88 else self.chance.randrange(9, 16)
        if data.day + timedelta(days=wait) > self.today:
            wait = (self.today - data.day).days
        submitted = data.day + timedelta(days=wait)
        with clock.at(_moment(submitted, 17)):
            record = activity_record(by=branch.secretary, organisation=place, data=data)
        # A small group's record is written here by its branch secretary, so the next above reviews it.
        reviewed = submitted + timedelta(days=self.chance.randrange(1, 5))
        if record.state == "submitted" and reviewed <= self.today - timedelta(days=1):
            with clock.at(_moment(reviewed, 10)):
                record = activity_accept(by=self._reviewer(branch), activity=record)
        return record

    def _reviewer(self, branch):
        """The nearest reviewer: the general-branch secretary, or the committee's staff."""
        return self.maker.users["zongzhi"] if branch.place.parent_id == self.maker.general.pk else self.staff

    def _joint(self):
        """One lecture held by two branches; the second has confirmed it, a third is still asked."""
        first, second, third = self.maker.branches[2], self.maker.branches[5], self.maker.branches[6]
        day = max(self.today - timedelta(days=9), self.months[-1].first)
        data = self._data(first, first.place, ["lecture", "theme_day"], day)
        data.title, data.hosts = "联学联建：数据共享难点怎么破", [second.place, third.place]
        record = self._submit(first, first.place, data)
        host = record.hosts.get(organisation=second.place)
        host_confirm(
            by=second.secretary,
            host=host,
            attendance=self._attendance([one for one in second.people if one.joined_on <= day]),
        )

    def _open_ends(self):
        """What is still open today: a returned record, a draft, a meeting below its quorum, and a plan."""
        shown = next(branch for branch in self.maker.branches if branch.secretary == self.maker.users["shuji"])
        day = max(self.today - timedelta(days=6), self.months[-1].first)
        record = activity_create(
            by=shown.secretary, organisation=shown.place, data=self._data(shown, shown.place, ["lecture"], day)
        )
        record = activity_submit(by=shown.secretary, activity=record)
        activity_return(by=self.staff, activity=record, reason="应到与签到人数不一致，请核对后再报。")
        draft = self._data(shown, shown.place, ["theme_day"], self.today)
        draft.title, draft.content, draft.attendance = "走进重大项目现场", "", {}
        activity_create(by=shown.secretary, organisation=shown.place, data=draft)
        weak = self.maker.branches[8]
        data = self._data(weak, weak.place, ["assembly"], day)
        for pk in list(data.attendance)[2:]:
            data.attendance[pk] = (State.LEAVE, "出差")
        record = activity_create(by=weak.secretary, organisation=weak.place, data=data)
        activity_submit(by=weak.secretary, activity=record)
        plan = self._data(shown, shown.place, ["lecture"], self.today + timedelta(days=8))
        plan.content, plan.attendance = "", {}
        activity_create(by=shown.secretary, organisation=shown.place, data=plan)

    def _explain(self):
        """A superior exempts one requirement, a branch explains another, and one has been reminded of."""
        month = self.months[-2]
        for branch in (self.maker.branches[8], self.maker.branches[9]):
            row = one_requirement(branch.place, "life-theme-day", month)
            if row and row.state == "overdue":
                requirement_explain(
                    by=branch.secretary, organisation=branch.place, row=row, text="当月全员参加应急值守，已安排补办。"
                )
        other = self.maker.branches[7]
        row = one_requirement(other.place, "life-theme-day", self.months[-3])
        if row and row.state == "overdue":
            requirement_exempt(
                by=self.maker.users["dangwei"],
                organisation=other.place,
                row=row,
                reason="当月承担全市专项值守，同意免予。",
            )
        shown = self.maker.branches[5]
        row = one_requirement(shown.place, "life-committee-m", month)
        if row and row.state == "overdue":
            requirement_remind(by=self.staff, rows=[row], places={shown.place.pk: shown.place})

    def _carry_out(self):
        """Most resolutions that were due are carried out, some late; a few are still open."""
        rows = Resolution.objects.tasks().filter(due__lte=self.today).select_related("activity__organisation")
        secretaries = {branch.place.pk: branch.secretary for branch in self.maker.branches}
        for row in rows.order_by("pk"):
            if self.chance.random() < 0.15:
                continue
            day = max(
                row.due + timedelta(days=5 if self.chance.random() < 0.2 else -1), row.activity.day + timedelta(days=1)
            )
            if day > self.today:
                continue
            with clock.at(_moment(day, 11)):
                resolution_done(by=secretaries[row.activity.organisation_id], resolution=row, done_on=day)

    def publish(self):
        """Publish every quarter of the year that is closed by today, as it would have been."""
        quarter = Period.containing(QUARTER, self.months[0].first)
        while closed_on(quarter) <= self.today:
            if quarter.first >= self.months[0].first:
                day = closed_on(quarter)
                with clock.at(_moment(day, 9)):
                    assessment = assessment_trial(by=self.staff, period=quarter, as_of=day)
                    assessment = assessment_send(by=self.staff, assessment=assessment)
                # Nobody objected: silence until the last day is as good as a yes.
                day = assessment.heard_until + timedelta(days=1)
                if day > self.today:
                    return
                with clock.at(_moment(day, 9)):
                    assessment = assessment_freeze(by=self.maker.users["dangwei"], assessment=assessment)
                    assessment_publish(by=self.maker.users["dangwei"], assessment=assessment)
            quarter = quarter.next()


def _moment(day, hour):
    """That hour of a day, and of today never later than it is."""
    return min(timezone.make_aware(datetime.combine(day, time(hour, 0))), clock.now())

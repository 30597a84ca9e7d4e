"""What is still open about attendance in the demo agency: leave that waits for its answer, a record of unknown length. All invented."""

from datetime import timedelta

from assessments.demo.duties import moment
from common import clock
from members.activities.models import Activity, ActivityState
from members.activities.selectors.rosters import roster
from members.activities.services.leave import leave_ask
from members.activities.services.records import RecordData
from members.activities.services.states import activity_accept, activity_record


class Attending:
    """Acts for the shown branch of a `people.Maker`; it draws nothing, so that nothing else of the year changes."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.shown = next(one for one in maker.branches if one.secretary == maker.users["shuji"])

    def live(self):
        self._without_times()
        self._leave()

    def _leave(self):
        """Somebody cannot come to what is planned; his secretary has not answered yet."""
        user = self.maker.users["dangyuan"]
        plan = Activity.objects.filter(organisation=self.shown.place, state=ActivityState.PLANNED, day__gte=self.today)
        planned = plan.order_by("day", "pk").first()
        if planned is not None:
            leave_ask(by=user, member=user.member, activity=planned, reason="当天在省里参加项目评审会，晚上才能返回")

    def _without_times(self):
        """A session of study of which nobody wrote down when it began and ended: its hours are unknown until somebody states them."""
        day = self.today - timedelta(days=17)
        attendance = {
            member.pk: ("exempt", "年老体弱") if member.exempt_on(day) else ("present", "")
            for member in roster(self.shown.place, day)
        }
        data = RecordData(
            kinds=["study"],
            day=day,
            title="集中学习政务数据共享条例",
            place="五楼小会议室",
            chair=self.shown.people[0],
            recorder_name=self.shown.people[1].name,
            content="一、逐章学习条例。\n二、结合在建项目讨论数据目录编制和共享责任。",
            attendance=attendance,
        )
        with clock.at(moment(day)):
            record = activity_record(by=self.shown.secretary, organisation=self.shown.place, data=data)
        if record.state == ActivityState.SUBMITTED:
            with clock.at(moment(day + timedelta(days=2))):
                activity_accept(by=self.maker.users["ganbu"], activity=record)

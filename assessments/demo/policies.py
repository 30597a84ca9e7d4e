"""The demo agency's own rules: whole ones that run, ones with demands alone, a draft, one repealed. All invented."""

from datetime import timedelta

from assessments.demo.duties import moment
from branches.places.models.organisations import Organisation
from common import clock
from members.activities.models import COUNTING_STATES, Activity, BuildingField
from responsibilities.duties.models import DutyList, DutyPeriod, Level, ListState
from responsibilities.duties.services.duties import duty_add
from responsibilities.policies.models import PolicyRun
from responsibilities.policies.selectors.steps import run_views
from responsibilities.policies.services import issuing, runs
from responsibilities.policies.services.opening import open_of
from responsibilities.policies.services.policies import CheckData, PolicyData, StepData, policy_save
from responsibilities.policies.services.receipts import policy_note
from responsibilities.policies.services.ties import step_tie

_BRANCH, _STAFF = "branch_secretary", "staff"
_JOINT = (
    StepData("提出议题", _BRANCH, 3, ["document"]),
    StepData("支委会研究", "branch_committee", 5, ["committee_meeting"]),
    StepData("印发分工", _BRANCH, 3, ["document"]),
    StepData("回报落实", _BRANCH, 20, ["decision"]),
)
_MONTHLY = (
    StepData("主题党日", _BRANCH, 18, ["theme_day"], counted_from="trigger"),
    StepData("党委办公室汇总", _STAFF, 5, ["document"]),
)


class Policies:
    """Gives the agency of a `people.Maker` its policies and lets their procedures run."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.staff, self.head = maker.users["ganbu"], maker.users["dangwei"]
        self.committee = Organisation.objects.get(kind="committee")
        self.secretaries = {branch.place.pk: branch.secretary for branch in maker.branches}

    def live(self):
        joint = self._policy("重点业务联席研究制度", 4, 260, _JOINT, CheckData(90, "列入述职评议"))
        self._policy("党员志愿服务管理办法", 11, 330)
        self._policy("谈心谈话制度", 7, 300, _JOINT[:1])
        monthly = self._policy("主题党日备案制度", 9, 70, _MONTHLY, CheckData(85), trigger="month")
        self._policy("意见建议办理制度", 15, 4, _JOINT, CheckData(90), trial=True)
        gone = self._policy("会议登记制度", 2, 340)
        with clock.at(moment(self.today - timedelta(days=30))):
            issuing.policy_repeal(
                by=self.head, version=gone, day=self.today - timedelta(days=30), reason="并入重点业务联席研究制度"
            )
        self._draft("党务公开办法")
        self._run(joint)
        self._monthly(monthly)
        self._owed(joint)

    def _owed(self, version):
        """A line of three branches' lists that a run of the procedure proves."""
        lists = DutyList.objects.filter(year=self.today.year, level=Level.BRANCH, organisation__in=self.secretaries)
        line = {"text": "重点业务按联席研究制度议定", "period": DutyPeriod.YEAR, "times": 1, "unit": "次"}
        for row in lists.filter(state=ListState.ISSUED).order_by("organisation")[:3]:
            duty_add(by=self.staff, duty_list=row, data=line | {"policy": version.policy}, reason="制度已印发")

    def _data(self, title, number, issued, **changes):
        values = {
            "organisation": self.committee,
            "title": title,
            "building": BuildingField.INSTITUTION,
            "steward": self.staff,
            "document": f"机党发〔{issued.year}〕{number}号" if number else "",
            "issued_on": issued,
            "addressed": ["branch"],
            "summary": "写明谁在几个工作日内形成什么，按期率列入考核。",
        }
        return PolicyData(**values | changes)

    def _policy(self, title, number, ago, steps=(), check=None, **changes):
        issued = self.today - timedelta(days=ago)
        with clock.at(moment(issued)):
            data = self._data(title, number, issued, **changes)
            version = policy_save(by=self.staff, data=data, steps=list(steps), check=check)
            until = self.today + timedelta(days=40) if changes.get("trial") else None
            version = issuing.policy_put_in_force(
                by=self.head, version=version, in_force_from=issued, in_force_to=until
            )
        for number, (place, secretary) in enumerate(sorted(self.secretaries.items())):
            # The shown branch, and every fifth, has still to take note of what came last.
            if ago > 10 or number % 5 > 1:
                with clock.at(moment(issued + timedelta(days=min(ago, 2 + number % 4)))):
                    policy_note(by=secretary, version=version, organisation=Organisation.objects.get(pk=place))
        return version

    def _draft(self, title):
        policy_save(by=self.staff, data=self._data(title, 0, self.today), steps=list(_JOINT[:2]), check=CheckData(90))

    def _run(self, version):
        """Every third branch ran the procedure: what began long ago is done, what began lately is under way or late."""
        subjects = ("政务数据共享攻坚", "窗口服务提质", "满意度回访和整改", "信访积案化解", "项目审批提速")
        for number, (place, secretary) in enumerate(sorted(self.secretaries.items())):
            if number % 3 == 2:
                continue
            began = self.today - timedelta(days=(90, 60, 40, 12, 6, 3)[number % 6])
            # A subject is handed in for the meeting that comes next.
            meeting = self._record(place, "committee_meeting", began)
            if meeting is not None:
                began = max(began, meeting.day - timedelta(days=5))
            with clock.at(moment(began)):
                run = runs.run_begin(
                    by=secretary,
                    version=version,
                    organisation=Organisation.objects.get(pk=place),
                    subject=subjects[number % len(subjects)],
                )
            self._go_on(run, secretary, late=number % 4 == 0)

    def _go_on(self, run, secretary, *, late):
        day = run.opened_on + timedelta(days=9 if late else 2)
        while day <= self.today:
            waits = run_views([run])[0].next
            if waits is None or (late and waits.row.step.order == 3):
                return
            if waits.row.step.kinds:
                # What a meeting yields is shown by its record alone.
                record = self._record(run.organisation_id, waits.row.step.kinds[0], day)
                if record is None:
                    return
                self._tie(run, waits.row, record)
                following = run_views([run])[0].next
                if following is not None and following.row.pk == waits.row.pk:
                    return
                day = record.day
            else:
                with clock.at(moment(day)):
                    runs.step_done(by=secretary, step=waits.row, text=f"已形成{waits.row.step.yields_label}")
            day += timedelta(days=10 if waits.row.step.order == 3 else 3)

    def _record(self, place, kind, since, days=31):
        """Return the first counting record of a kind at a place within `days` days of a day."""
        rows = Activity.objects.filter(organisation=place, kinds__kind=kind, state__in=COUNTING_STATES)
        return rows.filter(day__gte=since, day__lt=since + timedelta(days=days)).order_by("day", "pk").first()

    def _tie(self, run, step, record):
        with clock.at(record.submitted_at):
            step_tie(by=self.secretaries[run.organisation_id], activity=record, step=step)

    def _monthly(self, version):
        """The theme days that branches held anyway close the step of their month."""
        open_of(version, self.today)
        for run in PolicyRun.objects.filter(version=version).order_by("pk"):
            step = run.steps.order_by("step__order").first()
            record = self._record(run.organisation_id, "theme_day", run.opened_on)
            if record is not None and run.organisation_id in self.secretaries:
                self._tie(run, step, record)
                self._gathered(run)

    def _gathered(self, run):
        """The office gathers what came, three days later."""
        waits = run_views([run])[0].next
        if waits is None or waits.row.step.order == 1:
            return
        day = waits.judged.due - timedelta(days=2) if waits.judged.due else self.today
        if day <= self.today:
            with clock.at(moment(day)):
                runs.step_done(by=self.staff, step=waits.row, text="已汇总")

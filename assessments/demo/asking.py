"""What the demo's office asked its branches once: one form under way, one finished, one still a draft. All invented."""

from datetime import timedelta

from assessments.demo.duties import moment
from branches.places.models.organisations import Kind, Organisation
from common import clock
from responsibilities.collects.models import FieldKind
from responsibilities.collects.services.answers import collect_answer
from responsibilities.collects.services.collects import FieldData, collect_close, collect_save, collect_send


class Asking:
    """Asks the branches of a `people.Maker`."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.staff = maker.users["ganbu"]
        self.places = list(
            Organisation.objects.filter(kind=Kind.BRANCH, pk__in=[row.place.pk for row in maker.branches])
        )

    def live(self):
        done = self._ask(
            "青年理论学习小组情况", 40, 12, [FieldData("学习小组个数"), FieldData("党员人数", figure="members")]
        )
        self._answer(done, 34, lambda number: {0: str(1 + number % 3)})
        with clock.at(moment(self.today - timedelta(days=25))):
            collect_close(by=self.staff, collect=done)
        fields = [
            FieldData("窗口延时服务人次"),
            FieldData("党员人数", figure="members"),
            FieldData("是否设立党员先锋岗", FieldKind.CHOICE, ("是", "否")),
            FieldData("下次开放日", FieldKind.DATE, required=False),
            FieldData("典型做法", FieldKind.TEXT, required=False),
        ]
        running = self._ask("便民服务情况", 6, 14, fields)
        self._answer(running, 3, lambda number: {0: str(20 + 7 * number), 2: "是" if number % 4 else "否"}, every=2)
        self._ask("明年学习计划需求", 1, 20, [FieldData("拟申请课程数"), FieldData("说明", FieldKind.TEXT)], send=False)

    def _ask(self, title, ago, days, fields, send=True):
        with clock.at(moment(self.today - timedelta(days=ago))):
            collect = collect_save(
                by=self.staff,
                title=title,
                purpose="汇总全局情况，结果在系统内公开，不再另行要表。",
                due=self.today - timedelta(days=ago - days),
                fields=fields,
                targets=self.places,
            )
            if send:
                collect_send(by=self.staff, collect=collect)
        return collect

    def _answer(self, collect, ago, values, every=1):
        fields = list(collect.fields.order_by("order"))
        targets = collect.targets.select_related("organisation", "collect").order_by("pk")
        secretaries = {branch.place.pk: branch.secretary for branch in self.maker.branches}
        for number, target in enumerate(targets):
            # The shown branch has still to answer what is under way.
            if number % every or (every > 1 and str(target.organisation) == "项目处党支部"):
                continue
            given = {fields[at].pk: value for at, value in values(number).items()}
            with clock.at(moment(self.today - timedelta(days=ago), 16)):
                collect_answer(by=secretaries[target.organisation_id], target=target, given=given)

"""What the demo's branches share: rooms, a lecturer, books, an exhibition; used, asked for, and one plan to join. All invented."""

from datetime import time, timedelta

from assessments.demo.duties import moment
from common import clock
from members.activities.models import COUNTING_STATES, Activity
from members.activities.services.records import RecordData, activity_create
from members.resources.services.library import ResourceData, resource_save
from members.resources.services.offers import offer_ask, offer_open
from members.resources.services.uses import use_answer, use_ask

# Branch, kind, name, detail, capacity.
SHARED = (
    ("服务大厅", "venue", "党群服务中心会议室", "二楼东侧，有投影和视频会议设备，提前两天申请", 60),
    ("信息中心", "venue", "数字党建体验厅", "可上党课、看演示，每周三下午维护", 30),
    ("法规处", "lecturer", "", "以案说法，一小时", None),
    ("审批处", "material", "政策解读学习包", "图解和问答，电子版随时可取", None),
    ("服务大厅", "exhibit", "窗口先锋事迹展板", "可借出巡展，一套八块", None),
)
# Whose records used what of it: branch, number of records, resource.
USED = (("数据处", 2, 0), ("督查处", 1, 0), ("审批处", 2, 1), ("数据处", 3, 3), ("信息中心", 1, 4), ("督查处", 1, 2))


class Sharing:
    """Shares among the branches of a `people.Maker`."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.branches = {str(branch.place).removesuffix("党支部"): branch for branch in maker.branches}

    def live(self):
        with clock.at(moment(self.today - timedelta(days=200))):
            resources = [self._enter(*row) for row in SHARED]
        for branch, number, which in USED:
            self._use(branch, number, resources[which])
        self._ahead(resources[0])

    def _enter(self, branch, kind, name, detail, capacity):
        owner = self.branches[branch]
        name = name or owner.people[-1].name
        data = ResourceData(kind=kind, name=name, detail=detail, capacity=capacity, agreed=kind == "lecturer")
        return resource_save(by=owner.secretary, organisation=owner.place, data=data)

    def _use(self, branch, number, resource):
        """Records of the last half year, asked for and agreed to the day before they were held."""
        guest = self.branches[branch]
        first = self.today - timedelta(days=180)
        rows = Activity.objects.filter(organisation=guest.place, day__gte=first, state__in=COUNTING_STATES)
        rows = rows.filter(kinds__kind__in=("theme_day", "lecture", "assembly")).order_by("day", "pk").distinct()
        owner = next(one for one in self.branches.values() if one.place.pk == resource.organisation_id)
        for activity in rows[:number]:
            with clock.at(moment(activity.day - timedelta(days=1))):
                use = use_ask(by=guest.secretary, activity=activity, resource=resource)
                use_answer(by=owner.secretary, use=use, agree=True)

    def _ahead(self, resource):
        """Two plans for next month: one has asked for a room, the other lets others join, and one has asked to."""
        day = self.today + timedelta(days=9)
        guest, host, other = (self.branches[name] for name in ("数据处", "法规处", "督查处"))
        plan = self._plan(guest, "数据安全专题党课", day, "lecture")
        use_ask(by=guest.secretary, activity=plan, resource=resource)
        plan = self._plan(host, "宪法宣传进社区", day + timedelta(days=2), "theme_day")
        offer = offer_open(by=host.secretary, activity=plan, places=2, until=day)
        offer_ask(by=other.secretary, offer=offer, organisation=other.place)

    def _plan(self, branch, title, day, kind):
        data = RecordData(
            kinds=[kind], day=day, title=title, starts_at=time(14, 30), ends_at=time(16), place="党群服务中心会议室"
        )
        return activity_create(by=branch.secretary, organisation=branch.place, data=data)

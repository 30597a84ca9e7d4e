"""Who comes and goes in the demo agency: transfers under way and done, a letter that waits for its slip, members abroad and posted;
what members asked to have put right. All invented."""

from datetime import timedelta

from assessments.demo.duties import moment
from common import clock
from members.corrections.services import correction_ask, correction_decide
from members.roster.services.standing import away_set, status_set
from members.transfers.services.arrivals import Letter, transfer_in
from members.transfers.services.transfers import transfer_ask, transfer_out, transfer_receive

_DAY = timedelta(days=1)


class Moving:
    """Moves people of a `people.Maker`; nobody holds a seat or has an account among them."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.branches = {str(branch.place).removesuffix("党支部"): branch for branch in maker.branches}
        self.staff = maker.users["ganbu"]

    def live(self):
        self._inside("数据处", "审批处", received=True)
        self._inside("综合处", "项目处", received=False)
        self._out("信息中心", 20)
        self._out("服务大厅", 110)
        self._arrives("法规处")
        self._away("评审中心", "posted", "云西县", 230)
        self._away("人事处", "abroad", "某国高校", 150)
        self._away("财务处", "floating", "海州市", 60)
        self._lost("离退休第二")
        self._asks("dangyuan", "项目处", "education", "大学本科", 2)
        self._asks(
            "dangyuan", "项目处", "stage", "入党日期应为 7 月 1 日", 40, right=False, reason="与志愿书所载日期不符"
        )
        self._asks("zuwei", "法规处", "work", "法规处三级调研员", 9, right=True)

    def _inside(self, giver, taker, *, received):
        """One asked six days ago and received two days later, or one that has waited for two days."""
        left, right = self.branches[giver], self.branches[taker]
        with clock.at(moment(self.today - (6 if received else 2) * _DAY)):
            transfer = transfer_ask(by=left.secretary, member=left.people[-2], taker=right.place, reason="工作调动")
        if received:
            with clock.at(moment(self.today - 4 * _DAY)):
                transfer_receive(by=right.secretary, transfer=transfer)

    def _out(self, giver, days):
        branch = self.branches[giver]
        with clock.at(moment(self.today - days * _DAY)):
            transfer_out(
                by=branch.secretary,
                member=branch.people[-3],
                outside="中共云江市财政局机关委员会",
                letter=f"云江政数组转〔{clock.today().year}〕{days}号",
                reason="工作调动",
            )

    def _arrives(self, taker):
        branch, born = self.branches[taker], self.today.replace(year=self.today.year - 36, day=1)
        self.maker.number += 1
        joined = born.replace(year=born.year + 23)
        values = {
            "name": self.maker._name(),
            "sex": "女",
            "birth_date": born,
            "identity": self.maker._identity(born, "女"),
            "stage": "full",
            "joined_on": joined,
            "full_on": joined.replace(year=joined.year + 1),
        }
        on = self.today - 3 * _DAY
        with clock.at(moment(on)):
            letter = Letter("中共海州市数据局机关委员会", "海数组转〔9〕号", on - 10 * _DAY)
            transfer_in(by=branch.secretary, branch=branch.place, letter=letter, received_on=on, values=values)

    def _away(self, name, kind, place, days):
        branch, day = self.branches[name], self.today - days * _DAY
        with clock.at(moment(day)):
            away_set(
                by=self.staff, member=branch.people[-2], kind=kind, place=place, starts=day, fixed=kind == "posted"
            )

    def _lost(self, name):
        branch, day = self.branches[name], self.today - 40 * _DAY
        with clock.at(moment(day)):
            status_set(by=self.staff, member=branch.people[-4], state="lost", starts=day, ground="多次联系未果")

    def _asks(self, username, name, item, text, days, *, right=None, reason=""):
        """A correction asked for some days ago, and decided on the day after where `right` says how."""
        user, branch = self.maker.users[username], self.branches[name]
        with clock.at(moment(self.today - days * _DAY)):
            correction = correction_ask(by=user, member=user.member, item=item, text=text)
        if right is not None:
            with clock.at(moment(self.today - (days - 1) * _DAY)):
                correction_decide(by=branch.secretary, correction=correction, right=right, reason=reason)

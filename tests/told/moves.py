"""Who moved in the told year, who lives elsewhere, and what a member asked to have put right."""

from datetime import date

from members.corrections.services import correction_ask, correction_decide
from members.roster.models.members import Member
from members.roster.services.standing import away_set, status_set
from members.transfers.services.transfers import (
    transfer_ask,
    transfer_out,
    transfer_receive,
    transfer_return,
    transfer_withdraw,
)
from tests.told.clock import YEAR, on


def moves(w):
    """Transfers in each of their states, who lives elsewhere, who has to mend his ways; what a member asked to have put right."""
    a, b, c = (w.people(place) for place in ("branch_a", "branch_b", "branch_c"))
    with on(3, 10):
        away_set(by=w.secretary_b, member=b[-1], kind="posted", place="云北县", starts=date(YEAR, 3, 9), fixed=True)
        transfer_out(by=w.secretary_c, member=c[1], outside="中共云川市档案馆支部委员会", letter="云测组〔2026〕3号")
    with on(9, 15):
        status_set(
            by=w.secretary_b, member=b[2], state="correcting", starts=date(YEAR, 9, 15), ends=date(2027, 3, 14),
            ground="不按期参加组织生活", document="机关党委〔2026〕9号",
        )  # fmt: skip
        w.letter = transfer_out(by=w.secretary_b, member=b[1], outside="中共云北县委", letter="云测组〔2026〕8号")
    with on(10, 20):
        back = transfer_ask(by=w.secretary_a, member=a[-1], taker=w.branch_b, reason="工作调动")
        gone = transfer_ask(by=w.secretary_a, member=a[-2], taker=w.branch_c)
    with on(10, 22):
        transfer_return(by=w.secretary_b, transfer=back, reason="尚未到岗")
        transfer_withdraw(by=w.secretary_a, transfer=gone)
    with on(11, 16):
        w.come = transfer_ask(
            by=w.secretary_c, member=Member.objects.get(name="乙四"), taker=w.branch_b, reason="借调结束"
        )
        w.waits = transfer_ask(by=w.secretary_a, member=a[2], taker=w.branch_b, reason="机构调整")
    with on(11, 18):
        transfer_receive(by=w.secretary_b, transfer=w.come)
    _corrections(w)


def _corrections(w):
    own = Member.objects.get(account=w.member)
    with on(9, 3):
        right = correction_ask(by=w.member, member=own, item="education", text="大学本科")
        wrong = correction_ask(by=w.member, member=own, item="stage", text="入党日期为 2014 年 5 月 20 日")
    with on(9, 5):
        correction_decide(by=w.secretary_a, correction=right, right=True)
        correction_decide(by=w.organiser_a, correction=wrong, right=False, reason="志愿书所载为 2015 年 5 月 20 日")
    with on(11, 20):
        w.asked_for = correction_ask(by=w.member, member=own, item="work", text="综合处一级主任科员")

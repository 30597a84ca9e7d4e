"""Which duties a record serves, before it is saved and after."""

from collections.abc import Collection
from datetime import date

from django.urls import reverse

from assessments.home.selectors.record_effects.effect import Effect
from branches.access.models import User
from branches.places.models.organisations import Organisation
from members.activities.models import Activity
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.selectors.of_record import branch_duties, duties_of_record
from responsibilities.work.models import WorkItem
from responsibilities.work.stages import SyncPoint


def duty_lines(
    organisation: Organisation,
    codes: Collection[str],
    day: date,
    lines: list[Effect],
    counts: bool,
    links: list[tuple[WorkItem, SyncPoint]],
    *,
    sure: bool,
) -> list[Effect]:
    """One line for each duty of the branch that the record will serve; they close by themselves.

    lines: those of its requirements. counts: False below the quorum, where it proves nothing. links: the stages that
    it is linked to. sure: False while nobody's attendance is entered.
    """
    rows = [line.owed for line in lines if line.owed]
    carriers = {place for _, point in links for place in point.carriers}
    found = branch_duties(organisation, rows, codes, day, carriers) if counts else []
    if not found:
        return [Effect("责任清单", "不对应责任事项", "能由记录证明的事项自动办结", "—", "none")]
    if not sure:
        note = "登记考勤、有人到会即计入"
        urls = [reverse("duty_detail", args=[duty.pk]) for duty in found]
        return [Effect("责任清单", duty.text, note, "待登记", "soon", url) for duty, url in zip(found, urls)]
    return [_duty_line(duty, "由这条记录自动计入，不用另行填报", "自动计入") for duty in found]


def _duty_line(duty: Duty, note: str, mark: str) -> Effect:
    return Effect("责任清单", duty.text, note, mark, "ok", reverse("duty_detail", args=[duty.pk]), counts=True)


def duties_proved(activity: Activity, user: User | None) -> list[Effect]:
    """The duties a saved record proves: the branches' first, then those above; members' folded, one line for each text."""
    found = list(dict.fromkeys(duty for duty, _ in duties_of_record(activity, user=user)))
    if not found:
        return [Effect("责任清单", "不对应责任事项", "", "—", "none")]
    others = [duty for duty in found if duty.list.level != Level.MEMBER]
    others.sort(key=lambda duty: duty.list.level != Level.BRANCH)
    folded: dict[str, list[Duty]] = {}
    for duty in found:
        if duty.list.level == Level.MEMBER:
            folded.setdefault(duty.text, []).append(duty)
    lines = [_duty_line(duty, f"{duty.list.holder_name}责任清单", "已计入") for duty in others]
    return lines + [_members_line(text, rows) for text, rows in folded.items()]


def _members_line(text: str, rows: list[Duty]) -> Effect:
    if len(rows) == 1:
        return _duty_line(rows[0], f"{rows[0].list.holder_name}责任清单", "已计入")
    names = tuple((duty.list.holder_name, reverse("duty_detail", args=[duty.pk])) for duty in rows)
    return Effect("责任清单", f"{len(rows)} 名党员：{text}", "", "已计入", "ok", names=names, counts=True)

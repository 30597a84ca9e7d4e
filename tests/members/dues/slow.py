"""A slow reference of member × month: one member, one month, asked of the rows one by one, in other words than the code's."""

from datetime import date, timedelta

from branches.settings.models import Setting
from common.periods import MONTH, QUARTER, Period
from members.dues.models import DuesPayment, DuesRate
from members.roster.models.members import Member
from members.roster.models.standing import PARTY_STAGES
from members.transfers.models import Transfer

DAY = timedelta(days=1)


def _covers(row, day):
    return (row.starts is None or row.starts <= day) and (row.ends is None or row.ends >= day)


def branch(member, month):
    """The branch of the last day, or the one that a received transfer of before names for this month."""
    told = [
        row
        for row in Transfer.objects.filter(member=member, state="received")
        if row.dues_until and row.received_on <= month.last <= row.dues_until
    ]
    if told:
        return max(told, key=lambda row: (row.received_on, row.pk)).giver_id
    stays = [row for row in member.memberships.all() if _covers(row, month.last)]
    return stays[0].organisation_id if stays else None


def _belongs(member, month):
    last = month.last
    if member.joined_on and (member.joined_on.year, member.joined_on.month) > (last.year, last.month):
        return False
    stages = [row.stage for row in member.stage_spells.all() if _covers(row, last)]
    gone = [row for row in member.party_statuses.all() if row.state == "suspended" and _covers(row, last)]
    return any(stage in PARTY_STAGES for stage in stages) and not gone


def _last_day_in_time(month, rate, approved):
    day = month.last
    if rate.quarterly:
        day = Period.containing(QUARTER, day).last
    if approved and approved > day:
        day = Period.containing(MONTH, approved).last
    return day


def state(member: Member, month: Period, as_of: date, approved: date | None = None) -> str:
    if branch(member, month) is None or not _belongs(member, month):
        return "not_applicable"
    rates = [row for row in DuesRate.objects.filter(member=member, year=month.year) if _covers(row, month.last)]
    if not rates:
        return "unknown" if month.first <= as_of else "not_due"
    rate = rates[0]
    if not rate.amount:
        return "waived"
    latest = _last_day_in_time(month, rate, approved)
    rows = DuesPayment.objects.filter(member=member, month=month.first, cancelled_at=None, paid_on__lte=as_of)
    enough = [row for row in rows if row.amount >= rate.amount]
    if enough:
        return "paid" if enough[0].paid_on <= latest else "paid_late"
    return "owed" if as_of > latest else "not_due"


def asks_for_a_day(day):
    """Whether the agency asks each branch to collect once a month (dues_day_per_month): the newest word of before the day."""
    said = [row for row in Setting.objects.filter(key="dues_day_per_month") if row.valid_from <= day]
    return bool(said) and max(said, key=lambda row: row.valid_from).value == "1"


def asked(states, month, as_of):
    """Of the states of a branch's months those of whom dues are asked: of what is not due yet, while the month runs."""
    running = ["not_due"] if as_of <= month.last else []
    return [one for one in states if one in ("paid", "paid_late", "owed", *running)]


def collection(states, month, as_of):
    """How the collection of a branch's month stands (done, state), None where none is owed. states: as of `asked`."""
    if not asks_for_a_day(month.first) or not states:
        return None
    if "paid" in states:
        return 1, "met"
    if "paid_late" in states:
        return 1, "met_late"
    if as_of > month.last:
        return 0, "overdue"
    return 0, "due_soon" if (month.last - as_of).days <= 7 else "not_due"

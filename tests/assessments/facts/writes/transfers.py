"""Writes of standing, absence and transfers."""

from datetime import date, timedelta

from branches.settings.services import setting_set
from common.operator import OPERATOR
from members.corrections.models import Correction
from members.corrections.services import correction_decide
from members.roster.models.standing import Away
from members.roster.services.standing import away_end, away_set, status_end, status_set
from members.transfers.models import Transfer
from members.transfers.services.ends import membership_end
from members.transfers.services.transfers import (
    letter_issue,
    transfer_ask,
    transfer_out,
    transfer_receive,
    transfer_withdraw,
)
from tests.assessments.facts.writes.agency import TODAY, YEAR, write

LONG = TODAY - timedelta(days=250)


def _away(a, **more):
    return away_set(
        by=OPERATOR, member=a.people["branch_a"][3], kind="posted", place="外地", starts=LONG, fixed=True, **more
    )


def _letter(a, issued):
    transfer = transfer_out(by=OPERATOR, member=a.people["branch_a"][3], outside="外单位", letter="1号")
    Transfer.objects.filter(pk=transfer.pk).update(asked_on=issued, issued_on=issued)
    transfer.refresh_from_db()
    return transfer


@write
def member_away_for_long(a):
    yield
    _away(a)


@write
def member_back_since(a):
    row = _away(a)
    yield
    away_end(by=OPERATOR, row=row, ends=date(YEAR, 10, 3))


@write
def transfer_of_whoever_is_away(a):
    row = _away(a)
    Away.objects.filter(pk=row.pk).update(starts=LONG)
    yield
    transfer_ask(by=OPERATOR, member=a.people["branch_a"][3], taker=a.world.branch_b)


@write
def transfer_received_since(a):
    transfer = transfer_ask(by=OPERATOR, member=a.people["branch_a"][2], taker=a.world.branch_b)
    Transfer.objects.filter(pk=transfer.pk).update(asked_on=date(YEAR, 7, 1), issued_on=date(YEAR, 7, 1))
    transfer.refresh_from_db()
    yield
    transfer_receive(by=OPERATOR, transfer=transfer, on=date(YEAR, 8, 1), known=True)


@write
def expired_letter_withdrawn(a):
    transfer = _letter(a, TODAY - timedelta(days=120))
    yield
    transfer_withdraw(by=OPERATOR, transfer=transfer)


@write
def expired_letter_issued_anew(a):
    transfer = _letter(a, TODAY - timedelta(days=120))
    yield
    letter_issue(by=OPERATOR, transfer=transfer, letter="2号", issued_on=TODAY)


@write
def letters_good_for_less(a):
    _letter(a, TODAY - timedelta(days=60))
    yield
    setting_set(by=OPERATOR, key="letter_days", value="30", valid_from=date(YEAR, 1, 1))


@write
def membership_suspended(a):
    yield
    status_set(
        by=OPERATOR,
        member=a.people["branch_a"][2],
        state="suspended",
        starts=date(YEAR, 8, 1),
        ground="x",
        document="x",
    )


@write
def suspension_over(a):
    row = status_set(
        by=OPERATOR,
        member=a.people["branch_a"][2],
        state="suspended",
        starts=date(YEAR, 5, 1),
        ground="x",
        document="x",
    )
    yield
    status_end(by=OPERATOR, row=row, ends=date(YEAR, 8, 1))


@write
def membership_ended(a):
    yield
    membership_end(by=OPERATOR, member=a.people["branch_a"][2], ground="deceased", on=date(YEAR, 8, 1))


@write
def correction_found_right(a):
    member = a.people["branch_a"][3]
    row = Correction.objects.create(
        member=member, item="education", text="应为硕士", asked_on=TODAY - timedelta(days=3)
    )
    yield
    correction_decide(by=OPERATOR, correction=row, right=True)

"""Proposals for the settings of the business: made by whoever assesses (the office), decided by whoever sets the rules."""

from datetime import date

from django.core.exceptions import ValidationError
from django.http import Http404

from branches import audit
from branches.reach.reach import fresh
from branches.reach.rights import ASSESS, SET_RULES
from branches.settings.dated import KNOWN
from branches.settings.models import ProposalState, SettingProposal
from branches.settings.services import not_past, setting_check, setting_set
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of


def proposable(key: str) -> bool:
    """Return whether a key is one of the business, for which proposals are made."""
    return key in KNOWN and KNOWN[key].right == SET_RULES


def _require(by: Actor, right: str) -> None:
    if by is not OPERATOR and not fresh(by).anywhere(right):
        raise Http404


@one_transaction
def setting_propose(*, by: Actor, key: str, value: object, valid_from: date, reason: str) -> SettingProposal:
    """Propose a value; raises ValidationError by field where it could not be set, Http404 without `assess`."""
    _require(by, ASSESS)
    if not proposable(key):
        raise Http404
    text = setting_check(key=key, value=value, valid_from=valid_from)
    not_past(key, valid_from)
    if not reason.strip():
        raise ValidationError({"reason": "请写明理由。"})
    row = SettingProposal(key=key, value=text, valid_from=valid_from, reason=reason.strip(), proposed_by=account_of(by))
    row.full_clean(exclude=["proposed_by", "decided_by", "decided_at"])
    with audit.change(by=by, verb="setting.propose", obj=row):
        row.save()
    return row


def _decide(by: Actor, row: SettingProposal, state: str, answer: str = "") -> SettingProposal:
    row = SettingProposal.objects.select_for_update().get(pk=row.pk)
    if row.state != ProposalState.OPEN:
        raise Conflict("这项建议刚刚已由他人处理，请重新打开。")
    with audit.change(by=by, verb=f"setting.proposal_{state}", obj=row):
        row.state, row.answer = state, answer.strip()
        row.decided_by, row.decided_at = account_of(by), clock.now()
        row.save()
    return row


@one_transaction
def proposal_take(*, by: Actor, row: SettingProposal) -> SettingProposal:
    """Set what was proposed, from the day proposed or from today where that has passed; by somebody else than its author."""
    _require(by, SET_RULES)
    if row.proposed_by_id is not None and row.proposed_by_id == getattr(account_of(by), "pk", None):
        raise ValidationError("自己提出的建议由他人决定。")
    row = _decide(by, row, ProposalState.TAKEN)
    setting_set(by=by, key=row.key, value=row.value, valid_from=max(row.valid_from, clock.today()))
    return row


@one_transaction
def proposal_decline(*, by: Actor, row: SettingProposal, answer: str) -> SettingProposal:
    """Decline a proposal, with the reason; its author withdraws it the same way."""
    own = row.proposed_by_id is not None and row.proposed_by_id == getattr(account_of(by), "pk", None)
    _require(by, ASSESS if own else SET_RULES)
    if not answer.strip():
        raise ValidationError({"text": "请写明原因。"})
    return _decide(by, row, ProposalState.WITHDRAWN if own else ProposalState.DECLINED, answer)

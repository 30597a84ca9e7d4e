"""The list of a supervision: problem → measure → done (销号)."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError

from branches import audit
from branches.reach import access
from branches.reach.rights import DUTIES
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.names import entered_for
from common.operator import Actor, account_of
from responsibilities.supervision.models import Supervision, SupervisionProblem, SupervisionState
from responsibilities.supervision.rights import in_whose_name, may_judge, may_reply
from responsibilities.supervision.services.notices import MOST_PROBLEMS, NOT_CLOSED, recipients, tell, written

# What the form sends of one line: the row there is, or None; its problem; its measure.
ProblemRow = tuple[SupervisionProblem | None, str, str]

_BEFORE_ACCEPTANCE = (SupervisionState.OPEN, SupervisionState.REPORTED, SupervisionState.RETURNED)


def _lines(supervision: Supervision) -> str:
    return "；".join(f"{row.problem}→{row.measure}" for row in supervision.problems.all())


def _entered(by: Actor, supervision: Supervision) -> str:
    return "" if by is access.OPERATOR else entered_for(in_whose_name(by, supervision))


def _locked(by: Actor, supervision: Supervision) -> Supervision:
    supervision = Supervision.objects.select_for_update().get(pk=supervision.pk)
    if not (may_judge(by, supervision) or may_reply(by, supervision)):
        raise access.Forbidden(DUTIES, supervision.organisation)
    if supervision.state not in NOT_CLOSED:
        raise Conflict("这件督查已销号，清单不能再改。", record=supervision)
    return supervision


@one_transaction
def problems_write(*, by: Actor, supervision: Supervision, rows: Iterable[ProblemRow]) -> Supervision:
    """Write the list anew: rows of (SupervisionProblem or None, problem, measure), in their order; "" removes a row.

    Whoever judges the notice writes problems and measures; the recipient only measures. Nothing that is struck off
    changes, and nothing is removed once the reply is accepted.
    """
    supervision = _locked(by, supervision)
    judges, before = may_judge(by, supervision), _lines(supervision)
    _write(supervision, rows, judges=judges)
    if supervision.problems.count() > MOST_PROBLEMS:
        raise ValidationError(f"问题最多列 {MOST_PROBLEMS} 条。")
    after = _lines(supervision)
    if after != before:
        audit.record(
            by=by,
            verb="supervision.problems",
            obj=supervision,
            organisation=supervision.organisation_id,
            before={"问题清单": before},
            after={"问题清单": after},
            note=_entered(by, supervision),
        )
        others = {supervision.issued_by, *recipients(supervision)}
        tell(by, others, supervision, "的问题清单有修改")
    return supervision


def _write(supervision: Supervision, rows: Iterable[ProblemRow], *, judges: bool) -> None:
    # As they stand now that the notice is locked: what was struck off or removed meanwhile stays so.
    stored = {row.pk: row for row in supervision.problems.all()}
    last = max((row.order for row in stored.values()), default=0)
    for sent, problem, measure in rows:
        if sent is None:
            if not judges or not problem:
                continue
            last += 1
            row = SupervisionProblem(supervision=supervision, order=last)
        else:
            if sent.supervision_id != supervision.pk:
                raise ValidationError("清单中有不属于这件督查的问题。")
            if sent.pk not in stored or stored[sent.pk].done_on is not None:
                continue
            row = stored[sent.pk]
        if judges and not problem:
            if supervision.state not in _BEFORE_ACCEPTANCE:
                raise ValidationError("回复审核通过后，问题不能删除。")
            row.delete()
            continue
        if judges:
            row.problem = problem
        row.measure = measure
        row.full_clean(exclude=["supervision", "done_by"])
        row.save()


@one_transaction
def problem_done(*, by: Actor, problem: SupervisionProblem, done_on: date) -> Supervision:
    """Strike one problem off on the day `done_on`; with the last one the notice is closed.

    Only after the reply is accepted, with a measure, between the issue and today.
    """
    supervision = Supervision.objects.select_for_update().get(pk=problem.supervision_id)
    if not (may_judge(by, supervision) or may_reply(by, supervision)):
        raise access.Forbidden(DUTIES, supervision.organisation)
    if supervision.state != SupervisionState.ACCEPTED:
        words = "这件督查已销号。" if supervision.state == SupervisionState.CLOSED else "回复审核通过后才能销号。"
        raise ValidationError({"done_on": words})
    if not problem.measure:
        raise ValidationError({"done_on": "请先写明整改措施，再销号。"})
    issued = clock.day_of(supervision.issued_at)
    if not issued <= done_on <= clock.today():
        raise ValidationError({"done_on": f"销号日期应在下达（{issued:%-m月%-d日}）之后，不晚于今天。"})
    said = "；".join(filter(None, [_entered(by, supervision), problem.problem]))
    with written(by, supervision, "problem_done", said):
        changed = SupervisionProblem.objects.filter(pk=problem.pk, done_on__isnull=True).update(
            done_on=done_on, done_by=account_of(by)
        )
        if changed != 1:
            raise Conflict("这个问题已经销号。", record=supervision)
        if not supervision.problems.filter(done_on__isnull=True).exists():
            supervision.state, supervision.closed_at = SupervisionState.CLOSED, clock.now()
            supervision.save(update_fields=["state", "closed_at"])
            tell(by, {supervision.issued_by, *recipients(supervision)}, supervision, "问题全部销号")
    return supervision

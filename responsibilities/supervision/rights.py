"""Who may judge a supervision notice, and who answers it."""

from branches.access.models import User
from branches.reach import access
from branches.reach.reach import Reach, reach_of
from branches.reach.rights import RECORD, SUPERVISE
from common.operator import Actor
from responsibilities.assigning import answers_for
from responsibilities.portfolios.rights import require_supervises, supervises
from responsibilities.supervision.models import Supervision, SupervisionReply


def is_own(user: Actor, supervision: Supervision) -> bool:
    """Return whether the notice addresses `user` himself, or an organisation that he answers for."""
    if supervision.holder_id:
        return supervision.holder_id == getattr(user, "pk", None)
    return answers_for(user, supervision.organisation)


def may_judge(user: Actor, supervision: Supervision) -> bool:
    """Return whether `user` may prolong, close and review: by the right there, and not about himself.

    By his portfolio a leader judges what he himself raised, no other's notice.
    """
    there = supervision.organisation
    may = supervises(user, there) if raised_by(user, supervision) else access.has_right(user, SUPERVISE, there)
    return may and not is_own(user, supervision)


def raised_by(user: Actor, supervision: Supervision) -> bool:
    """Return whether `user` himself issued the notice."""
    return supervision.issued_by_id is not None and supervision.issued_by_id == user.pk


def may_reply(user: Actor, supervision: Supervision) -> bool:
    """Return whether `user` may answer: the person addressed, or who acts for him; else who records at or answers for the organisation.

    Whoever issued a notice does not answer it.
    """
    if user is access.OPERATOR:
        return True
    if supervision.holder_id:
        return supervision.holder_id == user.pk or in_whose_name(user, supervision) is not None
    if supervision.issued_by_id == user.pk:
        return False
    return access.has_right(user, RECORD, supervision.organisation) or answers_for(user, supervision.organisation)


def in_whose_name(user: Actor, supervision: Supervision, now: Reach | None = None) -> User | None:
    """Return the leader addressed where `user` acts for him, else None; now: rights as read anew, before a write."""
    principals = (reach_of(user) if now is None else now).principals
    return supervision.holder if supervision.holder_id in principals else None


def require_judge(by: Actor, supervision: Supervision) -> None:
    """Raise unless `by` may judge the notice by his rights as they are now."""
    require_supervises(by, supervision.organisation, own=raised_by(by, supervision))
    if is_own(by, supervision):
        raise access.Forbidden(SUPERVISE, supervision.organisation)


def wrote(user: Actor, reply: SupervisionReply) -> bool:
    """Return whether `user` wrote a reply: then he neither reviews it nor closes the notice over it (access rule 5)."""
    return reply.author_id is not None and reply.author_id == getattr(user, "pk", None)

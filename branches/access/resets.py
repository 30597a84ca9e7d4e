"""Who may ask for a new one-time code or an end of a second factor, who may confirm it, and whose records these two may not review (access rule 10)."""

from datetime import timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from branches.access.beside import HIGHEST, hands_of, of_one_hand
from branches.access.models import CodeSlip, PasswordReset, ResetState, User
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.reach import fresh
from branches.reach.rights import APPOINT, MEMBERS
from common import clock
from common.operator import OPERATOR, Actor

WAITING_DAYS = 7
TOLD_DAYS = 30
BARRED_DAYS = 7
_ASKED_FIRST = 20


def _now_or_later() -> Q:
    """Return the condition «has not ended» over appointments: one that begins tomorrow gives power tomorrow."""
    return Q(ends__isnull=True) | Q(ends__gte=clock.today())


def posts_of(owner: User) -> list[Appointment]:
    """Return the appointments of an account that have not ended."""
    return list(
        Appointment.objects.filter(_now_or_later(), user=owner).select_related(
            "organisation__parent", "principal__organisation"
        )
    )


def _offered() -> QuerySet[CodeSlip]:
    """Return the slips of accounts that were made for a member of a branch and have not said yet that his file is theirs."""
    return CodeSlip.objects.filter(
        role="", user__member__isnull=True, user__link_proposals__member__home=F("organisation")
    )


def _home_of(owner: User) -> Any:
    """Return the organisation whose roster holds the owner, or will when he has answered the offer; None: none does.

    The room above links members to accounts; here only what the link leads to is read.
    """
    linked = getattr(getattr(owner, "member", None), "home", None)
    if linked is not None:
        return linked
    slip = _offered().filter(user=owner).select_related("organisation").first()
    return slip.organisation if slip else None


def _manages(user: Actor, owner: User) -> bool:
    home = _home_of(owner)
    return home is not None and fresh(user, at=home.pk).holds(MEMBERS, home.pk)


def may_confirm(user: Actor, owner: User) -> bool:
    """Return whether `user` may appoint to every post of `owner` (without a post: manages the linked member).

    To every one, because the code opens them all. Administrators and auditors are appointed by nobody but the server's
    operator, so only he confirms for them; he may for everybody.
    """
    if user is OPERATOR:
        return True
    if user.pk == owner.pk:
        return False
    posts = posts_of(owner)
    if posts:
        return all(access.may_give(user, row) for row in posts)
    return _manages(user, owner)


def may_ask(user: Actor, owner: User) -> bool:
    """Return whether `user` may ask: the administrator, or a superior, who may appoint to one of the posts of `owner`."""
    if user.pk == owner.pk:
        return False
    if access.holds_system_role(user, "system_administrator"):
        return True
    posts = posts_of(owner)
    if posts:
        return any(access.may_give(user, row) for row in posts)
    return _manages(user, owner)


def confirmers(owner: User, asked_by: Actor) -> list[User]:
    """Return the accounts nearest to `owner` that may confirm what `asked_by` asks; empty: only the operator can."""
    posts = [row.organisation for row in posts_of(owner)]
    right, places = (APPOINT, posts) if posts else (MEMBERS, [_home_of(owner)])
    near = {row.user_id: row.user for place in places for row in access.who_can(right, place, limit=_ASKED_FIRST)}
    able = [user for user in near.values() if user.pk != asked_by.pk and may_confirm(user, owner)]
    ever = _is_of_the_highest(owner)
    return [user for user in able if not of_one_hand(asked_by, user, ever=ever)]


def _is_of_the_highest(owner: User) -> bool:
    return any(row.role in HIGHEST for row in posts_of(owner))


def is_of_one_hand(by: Actor, reset: PasswordReset) -> bool:
    """Return whether `by` is no second person beside the asker of a reset (beside.py)."""
    return reset.asked_by is not None and of_one_hand(reset.asked_by, by, ever=_is_of_the_highest(reset.owner))


def _living() -> Q:
    return Q(state=ResetState.WAITING, asked_at__gt=clock.now() - timedelta(days=WAITING_DAYS))


def has_run_out(reset: PasswordReset) -> bool:
    """Return whether a reset waits for longer than it may."""
    return reset.state == ResetState.WAITING and reset.asked_at <= clock.now() - timedelta(days=WAITING_DAYS)


def waiting_for(user: User) -> QuerySet[PasswordReset]:
    """Return the resets that `user` may confirm or refuse now, the longest waiting first.

    One statement, and where something waits a few more: whether asker and he are two (beside.py).
    """
    held = Appointment.objects.filter(_now_or_later(), user=OuterRef("owner")).order_by()
    by_post = Exists(held) & ~Exists(held.exclude(access.givable(user, assistants=True)))
    places = access.organisations_for(user, MEMBERS).order_by().values("pk")
    by_member = ~Exists(held) & (
        Q(owner__member__home__in=places)
        | Q(owner__in=_offered().filter(organisation__in=places).order_by().values("user"))
    )
    rows = PasswordReset.objects.filter(_living()).exclude(owner=user).exclude(asked_by=user)
    rows = rows.filter(by_post | by_member)
    rows = rows.exclude(pk__in=_of_his_hand(user, rows))
    return rows.select_related("owner", "asked_by").order_by("asked_at", "pk")


def _of_his_hand(user: User, rows: QuerySet[PasswordReset]) -> list[int]:
    """Return the ids of those of `rows` whose asker and `user` may be one person."""
    highest = Exists(Appointment.objects.filter(_now_or_later(), user=OuterRef("owner"), role__in=HIGHEST))
    asked = list(rows.annotate(highest=highest).order_by().values_list("pk", "asked_by", "highest"))
    found = []
    for ever in {of_highest for _, _, of_highest in asked}:
        theirs = [(pk, asker) for pk, asker, of_highest in asked if of_highest == ever and asker]
        hands = hands_of({user.pk, *(asker for _, asker in theirs)}, ever=ever)
        found += [pk for pk, asker in theirs if hands[asker] & hands[user.pk]]
    return found


def asked_by(user: User) -> QuerySet[PasswordReset]:
    """Return what `user` asked in the last 30 days, the newest first."""
    since = clock.now() - timedelta(days=TOLD_DAYS)
    return PasswordReset.objects.filter(asked_by=user, asked_at__gt=since).select_related("owner", "decided_by")


def waiting_accounts(users: list[User]) -> set[tuple[int, str]]:
    """Return (id, kind) of those `users` for whom a reset of a kind waits."""
    return set(PasswordReset.objects.filter(_living(), owner__in=users).values_list("owner", "kind"))


def confirmed_lately(owner: User) -> QuerySet[PasswordReset]:
    """Return the resets of the last 30 days of which the owner is told at each sign-in."""
    since = clock.now() - timedelta(days=TOLD_DAYS)
    rows = PasswordReset.objects.filter(owner=owner, state=ResetState.CONFIRMED, decided_at__gt=since)
    return rows.select_related("asked_by", "decided_by").order_by("decided_at")


def barred(reviewer: Any, author: str, moment: str) -> Exists:
    """Return the condition «`reviewer` may not review this row» (access rule 10).

    Whoever asked for or confirmed a reset of its author in the seven days before may have signed in as him.
    author, moment: the columns of the row that hold who entered it and when.
    """
    until = ExpressionWrapper(F("decided_at") + timedelta(days=BARRED_DAYS), output_field=DateTimeField())
    rows = PasswordReset.objects.filter(
        Q(asked_by=reviewer) | Q(decided_by=reviewer),
        owner=OuterRef(author),
        state=ResetState.CONFIRMED,
        decided_at__lte=OuterRef(moment),
    )
    return Exists(rows.order_by().annotate(until=until).filter(until__gt=OuterRef(moment)))

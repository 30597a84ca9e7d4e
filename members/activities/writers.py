"""Who wrote a record: nobody of them reviews it (access rule 5, domain truth 7).

Writers are whoever made the record, and everybody who changed, completed or submitted it since its last return: its own
columns, attendance, resolutions, files, and the attendance of another host. A return begins anew; only whoever made the
record stays, because what he wrote may still stand in it. A ledger is no way round this: imported records are accepted
when they are written, and an import changes those alone.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from branches.access.beside import BESIDE_DAYS, givers_of
from branches.access.resets import barred
from common.operator import Actor, account_of
from members.activities.models import Activity, ActivityWriter

GIVEN = "不能审核其登记的内容，由其他有审核权的人审核。"
# Up to this many names the page says; the rest is a number.
_NAMED = 6


def writer_add(by: Actor, activity: Activity) -> None:
    """Note that `by` wrote in a record; the caller holds the transaction and the row. The operator is no reviewer."""
    if (account := account_of(by)) is not None:
        ActivityWriter.objects.bulk_create([ActivityWriter(activity=activity, user=account)], ignore_conflicts=True)


def writers_begin_anew(activity: Activity) -> None:
    """Forget at a return who wrote so far, all but whoever made the record."""
    ActivityWriter.objects.filter(activity=activity).exclude(user=activity.author_id or 0).delete()


def wrote(user: Actor, activity: Activity) -> bool:
    """Return whether `user` wrote in the record and may not review it; one statement at most."""
    account = account_of(user)
    if account is None:
        return False
    return activity.author_id == account.pk or ActivityWriter.objects.filter(activity=activity, user=account).exists()


def written_by(user: int) -> Exists:
    """Return the condition «the account `user` (an id) wrote in this record» over Activity rows."""
    return Exists(ActivityWriter.objects.filter(activity=OuterRef("pk"), user=user))


def _after_reset(reviewer: int) -> QuerySet[ActivityWriter]:
    """Return the writers whose password `reviewer` (an id) had asked or confirmed to be reset shortly before the submission."""
    sent = Coalesce("activity__revised_at", "activity__submitted_at")
    return ActivityWriter.objects.annotate(sent=sent).filter(barred(reviewer, "user", "sent")).order_by()


def reset_bars(reviewer: int, activity: Activity) -> bool:
    """Return whether somebody wrote in the record whose password `reviewer` (an id) just reset (access rule 10)."""
    return _after_reset(reviewer).filter(activity=activity).exists()


def written_after_reset(reviewer: int) -> Exists:
    """Return the condition of `reset_bars` over Activity rows."""
    return Exists(_after_reset(reviewer).filter(activity=OuterRef("pk")))


def giver_wrote(user: Actor, activity: Activity) -> bool:
    """Return whether somebody wrote in the record beside whom `user` is no second person (access rule 10)."""
    givers = givers_of(user)
    if not givers:
        return False
    return activity.author_id in givers or ActivityWriter.objects.filter(activity=activity, user__in=givers).exists()


def written_by_givers(user: Actor) -> Q:
    """Return the condition of `giver_wrote` over Activity rows; it asks nothing of most users."""
    givers = givers_of(user)
    if not givers:
        return Q(pk__in=[])
    return Q(author__in=givers) | Q(Exists(ActivityWriter.objects.filter(activity=OuterRef("pk"), user__in=givers)))


def bars_of(user: Actor, activity: Activity) -> tuple[str, str]:
    """Return (why `user` may not review the record, names of all who may not) for the pages; "" where nothing stands so.

    Both are about having written in it, and asked in one statement.
    """
    rows = list(ActivityWriter.objects.filter(activity=activity).order_by("pk").values_list("user", "user__name"))
    names = [name for _, name in rows]
    everybody = "、".join(names[:_NAMED]) + ("等" if len(names) > _NAMED else "")
    account = account_of(user)
    if account is None:
        return "", everybody
    if activity.author_id == account.pk:
        return "这是您本人登记的记录，您不能审核，由其他有审核权的人审核。", everybody
    if account.pk in {pk for pk, _ in rows}:
        return "您修改或提交过这条记录，不能审核，由其他有审核权的人审核。", everybody
    givers = givers_of(user)
    if givers & {activity.author_id, *(pk for pk, _ in rows)}:
        return f"您的一次性口令由登记人发放，使用未满 {BESIDE_DAYS} 天，{GIVEN}", everybody
    return "", everybody

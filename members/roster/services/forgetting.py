"""Delete what is held of people who left, once their years are over and the committee secretary has confirmed it (C47)."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db.models import F

from branches import audit
from branches.reach import access
from branches.reach.rights import IDENTITY
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from members.roster.models.members import Member
from members.roster.retention import CLEARED, overdue

# So many at once are confirmed by somebody who read their names.
MOST = 100


@one_transaction
def members_forget(*, by: Actor, ids: Collection[int]) -> int:
    """Remove ciphertexts, blind index and what else is personal of these members; returns how many.

    Name, uid, stage, branches, posts and attendance stay, so that every report and fact keeps its counts. The entry of
    each names the columns, never what stood in them. Raises Conflict where one of them is no longer on the list.
    """
    if not ids or len(ids) > MOST:
        raise ValidationError(f"请选择 1 至 {MOST} 人。")
    rows = {row.member.pk: row.member for row in overdue(by)}
    if not set(ids) <= set(rows):
        raise Conflict("名单已有变化，没有清除任何内容，请重新核对。")
    today = clock.today()
    for pk in sorted(ids):
        member = rows[pk]
        empty = {name: None if Member._meta.get_field(name).null else "" for name in CLEARED}
        changed = Member.objects.filter(pk=pk, version=member.version, forgotten_on__isnull=True).update(
            **empty, identity_index=None, forgotten_on=today, version=F("version") + 1
        )
        if changed != 1:
            raise Conflict("名单已有变化，没有清除任何内容，请重新核对。")
        access.require(by, IDENTITY, member.home)
        words = "、".join(CLEARED.values())
        audit.record(by=by, verb="member.forget", obj=member, organisation=member.home, after={"已清除": words})
    return len(ids)

"""A joint record counts for an invited organisation once that has confirmed it, with the attendance of its own people."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError

from branches import audit
from branches.reach import access
from branches.reach.rights import RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from members.activities.entry_rules import exempt_check
from members.activities.judgement import judgements_write
from members.activities.models import COUNTING_STATES, ActivityHost, AttendanceState
from members.activities.selectors.rosters import roster
from members.activities.services.parts import attendance_write
from members.activities.services.records import locked, mark_activity
from members.activities.writers import writer_add


@one_transaction
def host_confirm(*, by: Actor, host: ActivityHost, attendance: Mapping[int, tuple[str, str]]) -> ActivityHost:
    """Confirm a joint record for one's own organisation, with its attendance {member id: (state, reason)}."""
    record = locked(host.activity)
    host = ActivityHost.objects.select_for_update().select_related("organisation").get(pk=host.pk)
    host.activity = record
    if host.confirmed_at:
        raise Conflict("本组织已确认这条共同活动。", record=host.activity)
    if host.activity.state not in COUNTING_STATES:
        raise Conflict("主办组织还没有提交这条记录，暂不能确认。", record=host.activity)
    access.require(by, RECORD, host.organisation)
    host.confirmed_by, host.confirmed_at = account_of(by), clock.now()
    host.save()
    members = list(roster(host.organisation, host.activity.day))
    mine = {member.pk for member in members}
    if set(attendance) - mine:
        raise ValidationError({"attendance": "考勤名单中有不属于本组织的人员。"})
    exempt_check(members, host.activity.day, attendance, {})
    # A branch and its small group share people: whom the other host has registered is registered.
    others = host.activity.attendance.exclude(organisation=host.organisation)
    mine -= set(others.order_by().values_list("member_id", flat=True))
    if any(state == AttendanceState.NOT_RECORDED for state, _ in attendance.values()) or (mine and not attendance):
        raise ValidationError({"attendance": "请登记本组织全部应到人员的考勤。"})
    attendance_write(host.activity, host.organisation, attendance)
    judgements_write(host.activity)
    writer_add(by, host.activity)
    audit.record(
        by=by,
        verb="activity.host_confirm",
        obj=host.activity,
        organisation=host.organisation,
        note=str(host.organisation),
    )
    mark_activity(host.activity)
    return host

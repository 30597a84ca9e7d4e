"""What the security auditors are told at once, beside the trail that they read."""

from branches.notices.services import notice_send
from branches.reach.models import Appointment
from common import clock
from common.operator import OPERATOR


def tell_auditors(*, text: str, about: str = "") -> None:
    """Send one line to every security auditor in office whose account is not locked; about: as for `notice_send`."""
    rows = Appointment.objects.filter(role="security_auditor", user__is_active=True).in_force(clock.today())
    for row in rows.select_related("user"):
        notice_send(by=OPERATOR, to=row.user, kind="security", text=text, about=about)

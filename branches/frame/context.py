"""What every page shows around its content: navigation by role, the organisation switch, notices."""

from django.conf import settings
from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce

from branches.frame.navigation import navigation, tabs
from branches.notices.models import Notice
from branches.places.models.organisations import Organisation
from common import clock


def _root_and_unread(user):
    """Return (full name of the root, number of unread notices) in one statement: every page asks both."""
    notices = Notice.objects.filter(recipient=user, read_at__isnull=True).order_by().values("recipient")
    number = Coalesce(Subquery(notices.annotate(number=Count("pk")).values("number")), 0)
    roots = Organisation.objects.filter(parent__isnull=True).order_by().annotate(unread=number)
    return roots.values_list("name", "unread").first() or ("", 0)


def page(request):
    """Context processor of the shell (templates/base.html)."""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    root, unread = _root_and_unread(user.pk if known else 0)
    shell = {
        "agency_name": root.removeprefix("中共").removesuffix("党组") or "尚未建立组织",
        "demo": settings.DEMO,
        "today": clock.today(),
        "unread": unread,
    }
    if not known:
        return shell
    scope = getattr(request, "scope", None)
    menu = navigation(request, scope)
    shell.update(
        nav=menu,
        tabs=tabs(request, scope, menu),
        scope=scope
        and {
            "id": scope.pk,
            "label": scope.organisation.label if scope.organisation else scope.get_role_display(),
            "role": scope.title if scope.principal else scope.get_role_display(),
        },
        scopes=[
            {
                "id": row.pk,
                "label": row.organisation.label if row.organisation else "全系统",
                "role": row.title if row.principal else row.get_role_display(),
                "current": row.pk == scope.pk,
            }
            for row in request.appointments
        ],
    )
    return shell

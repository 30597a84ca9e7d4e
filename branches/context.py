"""What every page shows around its content: navigation by role, the organisation switch, notices."""

from django.conf import settings

from branches import clock
from branches.models import Notice, Organisation
from branches.navigation import navigation, tabs


def page(request):
    """Context processor of the shell (templates/base.html)."""
    root = Organisation.objects.filter(parent__isnull=True).values_list("name", flat=True).first() or ""
    shell = {
        "agency_name": root.removeprefix("中共").removesuffix("党组") or "尚未建立组织",
        "demo": settings.DEMO,
        "today": clock.today(),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return shell
    scope = getattr(request, "scope", None)
    shell.update(
        nav=navigation(request, scope),
        tabs=tabs(request, scope),
        scope=scope
        and {
            "id": scope.pk,
            "label": scope.organisation.label if scope.organisation else scope.get_role_display(),
            "role": scope.get_role_display(),
        },
        scopes=[
            {
                "id": row.pk,
                "label": row.organisation.label if row.organisation else "全系统",
                "role": row.get_role_display(),
                "current": row.pk == scope.pk,
            }
            for row in request.appointments
        ],
        unread=Notice.objects.filter(recipient=user, read_at__isnull=True).count(),
    )
    return shell

"""Whether the service's database role could set the guards of the trail aside (control C58; docs/deployment.md)."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError, connection

from branches.audit.guards import AUDIT_TABLES

_ASKED = """
SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
       OR EXISTS (SELECT 1 FROM pg_tables
                  WHERE schemaname = current_schema() AND tablename = ANY(%s) AND pg_has_role(tableowner, 'MEMBER'))
"""


def may_set_guards_aside() -> bool:
    """Return whether the role in use owns the tables of the trail or is a superuser; False on SQLite, which has no roles.

    Without an answer of the database False: that it does not answer is the business of /readyz.
    """
    if connection.vendor != "postgresql":
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ASKED, [list(AUDIT_TABLES)])
            return bool(cursor.fetchone()[0])
    except DatabaseError:
        return False


def check_role(**_: Any) -> list[CheckMessage]:
    """Warn in `manage.py check --deploy` where one role migrates and serves."""
    if settings.DEMO or settings.DEBUG or not may_set_guards_aside():
        return []
    return [
        Warning(
            "the service's database role owns the tables of the audit trail: it could switch their triggers off.",
            hint="Let one role own and migrate, another serve, as docs/deployment.md says; verify_audit and its anchors"
            " tell of changes until then.",
            id="tongbu.W001",
        )
    ]

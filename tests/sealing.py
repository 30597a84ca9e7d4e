"""Wait until the whole trail is sealed; tamper with it."""

import time

from django.db import connection

from branches.audit import guards, seal
from branches.audit.models import AuditEntry, AuditSeal


def seal_everything(seconds=60):
    """Seal until nothing waits; on PostgreSQL that needs every older transaction of the whole cluster to end first.

    Another process of the suite may hold one for as long as its test runs.
    """
    deadline = time.monotonic() + seconds
    while True:
        seal.seal_all()
        if not AuditEntry.objects.exclude(pk__in=AuditSeal.objects.values("entry_id")).exists():
            return
        assert time.monotonic() < deadline, "entries stay unsealed"
        time.sleep(0.1)


def past_the_guards(*statements):
    """Do what the owner of the database could do: set the triggers aside, tamper, put them back.

    statements: SQL, or (SQL, parameters).
    """
    guards.remove_audit_guards()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(*((statement,) if isinstance(statement, str) else statement))
    guards.install_audit_guards()

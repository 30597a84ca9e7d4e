"""Wait until the whole trail is sealed."""

import time

from branches.audit import seal
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

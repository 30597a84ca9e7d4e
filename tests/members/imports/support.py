"""What the tests of imports share: the ledgers, an installation without any organisation, ledgers typed in a test."""

import csv
import io
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from branches.audit.guards import AUDIT_TABLES
from branches.jobs import services as jobs
from members.imports.models import ImportBatch

_APPENDED_ONLY = set(AUDIT_TABLES)
_ROOMS = ("branches", "members", "responsibilities", "assessments")


def tables():
    """Return the tables of the four apps, without the append-only ones."""
    models = [model for room in _ROOMS for model in apps.get_app_config(room).get_models(include_auto_created=True)]
    return sorted({model._meta.db_table for model in models} - _APPENDED_ONLY)


@contextmanager
def empty_installation(blocker):
    """Hide the standing world for the while: ledgers bring their own root. Foreign keys are deferred, all is undone."""
    with blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            for table in tables():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        try:
            yield
        finally:
            transaction.set_rollback(True)


def row_counts():
    """Return {table: rows} of everything, the audit trail included."""
    found = {}
    with connection.cursor() as cursor:
        for table in [*tables(), *_APPENDED_ONLY]:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")
            found[table] = cursor.fetchone()[0]
    return found


def run(*arguments, **options):
    """Run a command; returns (exit code, stdout, lines of stderr)."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*map(str, arguments), stdout=out, stderr=err, **options)
    except CommandError as error:
        return error.returncode, out.getvalue(), err.getvalue().splitlines() + [str(error)]
    return 0, out.getvalue(), err.getvalue().splitlines()


def written(folder, name, rows, encoding="utf-8-sig"):
    """Write rows (the first holds the headings) as `name`.csv and return the path."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path = Path(folder) / f"{name}.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def worked(batch):
    """Do the job of a batch as the worker does; returns the batch as it stands."""
    batch.refresh_from_db()
    jobs.run(batch.job_id)
    batch.refresh_from_db()
    return batch


def uploaded(client, start="/imports/", **sent):
    """Upload and let the worker check the files; returns (response of the upload, the newest batch or None)."""
    answer = client.post(start, sent)
    batch = ImportBatch.objects.order_by("-pk").first()
    return answer, worked(batch) if answer.status_code == 302 else batch


def applied(client, batch, start="/imports/"):
    """Confirm a batch and let the worker write it; returns (response of the confirmation, the batch)."""
    answer = client.post(f"{start}{batch.uid}/apply/")
    return answer, worked(batch) if answer.status_code == 302 else batch


def assigned(client, batch, data, start="/imports/"):
    """Name headings by hand, or choose another mode, and let the worker check anew; returns (response, the batch)."""
    answer = client.post(f"{start}{batch.uid}/columns/", data)
    return answer, worked(batch)

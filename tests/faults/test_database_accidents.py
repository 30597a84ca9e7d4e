"""What a database does to us and we to it: deadlocks, migrations that fail half-way, a role that owns nothing (F30, F19; C58)."""

import threading

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.test import Client

from branches.access.models import User
from branches.audit import guards
from branches.audit import views as audit_views
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from tests.faults.at_once import at_once

POSTGRESQL = pytest.mark.skipif(
    "__import__('django.db').db.connection.vendor != 'postgresql'", reason="PostgreSQL's own"
)


@POSTGRESQL
def test_of_two_that_wait_for_each_other_one_is_undone_with_a_sentence_and_the_other_goes_through(
    live_world, monkeypatch
):
    first, second = live_world.secretary_a.pk, live_world.secretary_b.pk
    both_hold, order = threading.Barrier(2), {}

    def crossed():
        pair = order[threading.get_ident()]
        with transaction.atomic():
            Notice.objects.create(recipient_id=pair[0], kind="session", text="交叉")
            User.objects.select_for_update().get(pk=pair[0])
            both_hold.wait(10)
            User.objects.select_for_update().get(pk=pair[1])
        return []

    def ask(pair):
        def go():
            order[threading.get_ident()] = pair
            client = Client(raise_request_exception=False)
            client.force_login(live_world.auditor, backend="branches.backends.AppointmentBackend")
            return client.get("/audit/")

        return go

    monkeypatch.setattr(audit_views, "verbs_in_use", crossed)
    answers = at_once(ask((first, second)), ask((second, first)))
    assert sorted(answer.status_code for answer in answers) == [200, 503], answers
    page = next(answer for answer in answers if answer.status_code == 503).content.decode()
    assert "与别人的操作同时进行" in page and "没有保存" in page and "事件编号" in page
    assert Notice.objects.filter(text="交叉").count() == 1


def _fails(found, editor):
    raise RuntimeError("half-way")


def test_a_migration_that_fails_half_way_leaves_nothing_of_itself(live_world):
    """Its table, its column with a default on rows that are there, its rows: all undone, and its name is not noted."""
    state = ProjectState.from_apps(apps)
    before = list(User.objects.order_by("pk").values())

    class Half(migrations.Migration):
        operations = [
            migrations.CreateModel("HalfMade", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("user", "half", models.IntegerField(default=7)),
            migrations.RunSQL("UPDATE branches_user SET name = 'half'"),
            migrations.RunPython(_fails, migrations.RunPython.noop),
        ]

    with pytest.raises(RuntimeError), connection.schema_editor(atomic=True) as editor:
        Half("9999_half", "branches").apply(state, editor)
    with connection.cursor() as cursor:
        assert "branches_halfmade" not in connection.introspection.table_names(cursor)
        columns = [row.name for row in connection.introspection.get_table_description(cursor, "branches_user")]
    assert "half" not in columns and list(User.objects.order_by("pk").values()) == before
    assert guards.broken_audit_guards() == []


@POSTGRESQL
def test_a_role_that_owns_nothing_writes_records_and_cannot_touch_the_trail(live_world):
    """The grants of docs/deployment.md, on a role that is gone with the transaction."""
    appended = guards.AUDIT_TABLES
    refused = [
        *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in appended),
        *(f"TRUNCATE {table} CASCADE" for table in appended),
        *(f"UPDATE {table} SET {key} = {key}" for table, key in guards.KEYS.items()),
        *(f"DELETE FROM {table}" for table in appended),
        f"DROP TABLE {appended[0]} CASCADE",
        "SET session_replication_role = replica",
        "ALTER TABLE branches_user ADD COLUMN x int",
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE tongbu_tried NOLOGIN")
        cursor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tongbu_tried")
        cursor.execute("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO tongbu_tried")
        cursor.execute(f"REVOKE UPDATE, DELETE ON {', '.join(appended)} FROM tongbu_tried")
        cursor.execute("SET LOCAL ROLE tongbu_tried")
        notice = Notice.objects.create(recipient=live_world.auditor, kind="session", text="以服务角色")
        notice.delete()
        entry = AuditEntry.objects.first()
        entry.pk = None
        entry.save(force_insert=True)
        for statement in refused:
            with pytest.raises(DatabaseError) as refusal, transaction.atomic():
                cursor.execute(statement)
            assert "permission denied" in str(refusal.value) or "must be owner" in str(refusal.value), statement
        transaction.set_rollback(True)

"""What a database does to us and we to it: deadlocks, migrations that fail half-way, a role that owns nothing (F30, F19; C58)."""

import threading

import pytest
from django.apps import apps
from django.db import DatabaseError, OperationalError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.test import Client

from branches.access.models import User
from branches.audit import guards, roles
from branches.audit import views as audit_views
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common.database import one_transaction
from tests.faults.at_once import at_once

POSTGRESQL = pytest.mark.skipif(
    "__import__('django.db').db.connection.vendor != 'postgresql'", reason="PostgreSQL's own"
)


def _crossing(pairs):
    """Return a function that notes itself, takes one account and then another; `pairs` says which, by thread.

    Both hold their first before either asks for its second: one of them must be undone.
    """
    both_hold, begun = threading.Barrier(2), []

    def crossed():
        me = threading.get_ident()
        Notice.objects.create(recipient_id=pairs[me][0], kind="session", text="交叉")
        User.objects.select_for_update().get(pk=pairs[me][0])
        if me not in begun:
            begun.append(me)
            both_hold.wait(10)
        User.objects.select_for_update().get(pk=pairs[me][1])
        return []

    return crossed


def _two_that_cross(world, pairs):
    def ask(pair):
        def go():
            pairs[threading.get_ident()] = pair
            client = Client(raise_request_exception=False)
            client.force_login(world.auditor, backend="branches.backends.AppointmentBackend")
            return client.get("/audit/")

        return go

    first, second = world.secretary_a.pk, world.secretary_b.pk
    return at_once(ask((first, second)), ask((second, first)))


@POSTGRESQL
def test_of_two_services_that_wait_for_each_other_the_one_that_is_undone_runs_again(live_world, monkeypatch):
    pairs = {}
    monkeypatch.setattr(audit_views, "verbs_in_use", one_transaction(_crossing(pairs)))
    answers = _two_that_cross(live_world, pairs)
    assert [answer.status_code for answer in answers] == [200, 200], answers
    assert Notice.objects.filter(text="交叉").count() == 2


@POSTGRESQL
def test_what_is_undone_outside_a_service_answers_with_a_sentence_and_the_other_goes_through(live_world, monkeypatch):
    pairs = {}
    monkeypatch.setattr(audit_views, "verbs_in_use", transaction.atomic(_crossing(pairs)))
    answers = _two_that_cross(live_world, pairs)
    assert sorted(answer.status_code for answer in answers) == [200, 503], answers
    page = next(answer for answer in answers if answer.status_code == 503).content.decode()
    assert "与别人的操作同时进行" in page and "没有保存" in page and "事件编号" in page
    assert Notice.objects.filter(text="交叉").count() == 1


@POSTGRESQL
def test_a_service_that_runs_again_gets_its_arguments_as_they_were_given(live_world):
    seen = []

    @one_transaction
    def renamed(*, user):
        seen.append(user.name)
        user.name = f"{user.name}甲"
        user.save()
        if len(seen) < 3:
            raise OperationalError("deadlock detected")

    user = live_world.secretary_a
    name = user.name
    renamed(user=user)
    assert seen == [name, name, name]
    assert user.name == User.objects.get(pk=user.pk).name == f"{name}甲"


@POSTGRESQL
def test_a_service_that_is_undone_again_and_again_is_told_so_after_three_times(live_world):
    tried = []

    @one_transaction
    def never():
        tried.append(True)
        raise OperationalError("deadlock detected")

    with pytest.raises(OperationalError):
        never()
    assert len(tried) == 3


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
        assert roles.may_set_guards_aside()
        cursor.execute("SET LOCAL ROLE tongbu_tried")
        assert not roles.may_set_guards_aside()
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


def test_the_check_of_an_installation_warns_where_one_role_owns_and_serves(live_world, settings):
    settings.DEMO = settings.DEBUG = False
    found = [message.id for message in roles.check_role()]
    assert found == (["tongbu.W001"] if connection.vendor == "postgresql" else [])
    settings.DEMO = True
    assert roles.check_role() == []

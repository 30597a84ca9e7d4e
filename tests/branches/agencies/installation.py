"""Two agencies on one installation, made in this process on PostgreSQL: the same tree, accounts and ids, other keys."""

import contextlib
import os
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import psycopg2
from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.db import connections, models
from django.test import Client, override_settings
from django.utils import timezone

from branches.access.models import User
from branches.agencies import adding, fitness
from common import agencies, agencies_file
from common.sessions import SessionStore
from tests.world import build

CANARY = "金丝雀"
HOSTS = {"a": "jia.example.cn", "b": "yi.example.cn"}
NOBODYS = {"ENGINE": "common.no_agency", "NAME": "none"}
# Rows of Django's own, and of the trail: the migrations' names, and what a code stands for.
_KEPT = ("django_migrations", "django_content_type", "auth_permission", "django_session")


class NoMigrations(dict):
    """The tables as the models say, as `pytest --nomigrations` makes them."""

    def __contains__(self, app):
        return True

    def __getitem__(self, app):
        return None


@contextmanager
def two_agencies(folder, monkeypatch):
    """Yield .a and .b (Agency), .file, and .admin (address); template, databases and roles are dropped again."""
    row = connections["default"].settings_dict
    place = f"{row['HOST'] or '127.0.0.1'}:{row['PORT'] or 5432}"
    secret = f":{row['PASSWORD']}" if row["PASSWORD"] else ""
    admin = f"postgres://{row['USER']}{secret}@{place}/postgres"
    mark = f"{os.getpid()}"
    file = folder / "agencies.toml"
    file.write_text(f'template = "postgres://tongbu_t{mark}:t-{mark}@{place}/tongbu_t{mark}"\n')
    file.chmod(0o600)
    before, nobody = connections["default"], connections.settings["default"]
    connections.settings["default"] = connections.configure_settings({"default": dict(NOBODYS)})["default"]
    del connections["default"]
    names = [f"tongbu_t{mark}", f"tongbu_a{mark}", f"tongbu_b{mark}"]
    try:
        with override_settings(
            REDIS_URL="redis://127.0.0.1:1/0", MEDIA_ROOT="",
            AGENCIES={}, AGENCY_HOSTS={}, AGENCY_TEMPLATE=agencies_file.read(file).template, MIGRATION_MODULES=NoMigrations(),
            AGENCIES_FILE=str(file), AGENCIES_ADMIN_URL=admin, MIDDLEWARE=["config.agency_door.AgencyDoor", *settings.MIDDLEWARE],
            ALLOWED_HOSTS=list(HOSTS.values()),
        ):  # fmt: skip
            for name in ("AUDIT_KEY", "FIELD_KEYS", "SITE_URL", "AUDIT_ANCHOR_FILE"):
                delattr(settings, name)
            monkeypatch.setattr(
                adding, "call_command", lambda *_, **__: call_command("migrate", run_syncdb=True, verbosity=0)
            )
            adding.template_make()
            for key, host in HOSTS.items():
                adding.agency_add(
                    file=file, key=f"{key}{mark}", name=f"{key} 机关", hosts=[host], folder=folder / key, state=folder / key / "state"
                )  # fmt: skip
            yield _ready(file, mark, admin)
    finally:
        agencies.close_all()
        fitness.forget()
        connections.settings["default"] = nobody
        connections["default"] = before
        with closing(psycopg2.connect(admin)) as raw:
            raw.autocommit = True
            for name in names:
                with contextlib.suppress(psycopg2.Error):
                    adding.drop(raw, name)


def _ready(file, mark, admin):
    use(file)
    made = SimpleNamespace(file=file, admin=admin, mark=mark)
    for key in HOSTS:
        setattr(made, key, settings.AGENCIES[f"{key}{mark}"])
        with agencies.entered(getattr(made, key)):
            build()
    agencies.close_all()
    sing(made.b, admin)
    return made


def use(file):
    """Read agencies.toml as a start does."""
    found = agencies_file.read(Path(file))
    settings.AGENCIES, settings.AGENCY_HOSTS = found.agencies, found.hosts
    fitness.forget()


def sing(agency, admin):
    """Put the canary into every text of the agency's database that may hold one, empty texts included."""
    with closing(psycopg2.connect(admin, dbname=agency.database["NAME"])) as raw, raw.cursor() as cursor:
        # The trail refuses a change, also this one.
        cursor.execute("SET session_replication_role = replica")
        for model in apps.get_models():
            if model._meta.db_table in _KEPT or not model._meta.managed:
                continue
            for field in model._meta.concrete_fields:
                if can_sing(field):
                    room = (field.max_length or 10_000) - len(CANARY)
                    table, column = model._meta.db_table, field.column
                    cursor.execute(
                        f'UPDATE "{table}" SET "{column}" = "{column}" || %s WHERE length("{column}") <= {room}',
                        [CANARY],
                    )
        raw.commit()


def can_sing(field):
    """Whether a text may be any: no choice, no address, no code, nothing that is found again by it."""
    words = "path sha256 kind role key value code digest mac hash prev state verb password username secret salt"
    return (
        isinstance(field, models.CharField | models.TextField)
        and not (field.choices or field.unique or field.primary_key or getattr(field, "encrypted", False))
        and not any(word in field.name for word in words.split())
        and not field.name.endswith("index")
    )


def client_of(agency, username=None):
    """Return a client of the agency's host, signed in there with the agency's own session."""
    client = Client(raise_request_exception=False, HTTP_HOST=agency.hosts[0])
    if username:
        with agencies.entered(agency):
            client.cookies[settings.SESSION_COOKIE_NAME] = session_of(User.objects.get(username=username)).session_key
    return client


def session_of(user):
    session, moment = SessionStore(), int(timezone.now().timestamp())
    session.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "branches.backends.AppointmentBackend"})
    session.update({HASH_SESSION_KEY: user.get_session_auth_hash(), "epoch": user.session_epoch})
    session.update({"entered": moment, "seen": moment, "confirmed": moment})
    session.create()
    return session


def in_threads(number, work):
    """Do `work(number of the thread)` in so many threads at once; raises what any of them raised."""
    wrong = []

    def one(index):
        try:
            work(index)
        except BaseException as error:
            wrong.append(error)
        finally:
            agencies.close_all()

    threads = [threading.Thread(target=one, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]

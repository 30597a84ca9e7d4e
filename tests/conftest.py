"""The standing tree and the standing cast: who every test may count on."""

import pytest
from django.conf import settings as django_settings
from django.test import TransactionTestCase
from django.test.client import Client

from branches import database
from tests.browser.chromium import why_not
from tests.world import World, build, find

# Cheap hashes: the suite logs in thousands of times. The real hasher has tests of its own.
REAL_HASHERS = list(django_settings.PASSWORD_HASHERS)
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

_plain_teardown = TransactionTestCase._fixture_teardown


def _teardown_past_the_guards(self):
    # A flush deletes; the append-only triggers refuse deletes, also here. Only tests may set them aside.
    database.remove_audit_guards()
    try:
        _plain_teardown(self)
    finally:
        database.install_audit_guards()


TransactionTestCase._fixture_teardown = _teardown_past_the_guards


def pytest_report_header():
    return [f"The browser tests are left out: {why_not()}."] if why_not() else []


def pytest_collection_modifyitems(config, items):
    """Leave the browser tests out where they cannot run; where they can, one process walks all pages, one does the rest."""
    browser = [item for item in items if item.get_closest_marker("browser")]
    if why_not():
        config.hook.pytest_deselected(items=browser)
        items[:] = [item for item in items if item not in browser]
    for item in browser:
        # Each of the two processes has one Chromium and one demo agency.
        item.add_marker(pytest.mark.xdist_group("walk" if item.path.name == "test_pages.py" else "browser"))
    if django_settings.IS_POSTGRES:
        # What never asks the database has run on SQLite already and cannot answer differently here.
        pure = [item for item in items if not _asks_the_database(item)]
        config.hook.pytest_deselected(items=pure)
        items[:] = [item for item in items if _asks_the_database(item)]


def _asks_the_database(item):
    return bool({"db", "transactional_db"} & set(item.fixturenames)) or bool(item.get_closest_marker("django_db"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Build the standing world once per database; each test sees it through its own transaction."""
    with django_db_blocker.unblock():
        build()


@pytest.fixture
def world(db) -> World:
    """The standing tree and cast; built anew after a test that emptied the database."""
    return find() or build()


@pytest.fixture
def live_world(transactional_db) -> World:
    """The same world for tests whose transactions really commit (threads, workers, a live server)."""
    return find() or build()


@pytest.fixture
def as_(world):
    """Return a logged-in client: as_("secretary_a"), as_(user)."""

    def login(who):
        client = Client()
        user = who if hasattr(who, "pk") else world.user(who)
        client.force_login(user, backend="branches.backends.AppointmentBackend")
        session = client.session
        session["confirmed"] = session["entered"]
        session.save()
        return client

    return login

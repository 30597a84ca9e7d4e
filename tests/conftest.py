"""The standing tree and the standing cast: who every test may count on."""

import gc
import os
from functools import lru_cache

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.signals import setting_changed
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.db.models.expressions import BaseExpression, Col
from django.test import TransactionTestCase
from django.test.client import Client, ClientHandler
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import standing
from tests.browser.chromium import CHROMIUM, PHONE, listen, why_not
from tests.examples import BRIEF
from tests.groups import Groups, beginning_with_the_longest, can_differ
from tests.world import World, build, find

# How quickly examples come says how busy the machine is, and nothing of what is tested.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")

# Cheap hashes: the suite logs in thousands of times. The real hasher has tests of its own.
REAL_HASHERS = list(django_settings.PASSWORD_HASHERS)
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Django's flush after a test that commits truncates, and makes content types, permissions and the triggers anew.
TransactionTestCase._fixture_teardown = lambda self: standing.restore()

# Each new Client would put the middleware together anew, and WhiteNoise then looks at every static file: a fifth of the
# suite. The chain keeps nothing between requests, so all clients go through one; a changed setting makes a new one.
_load_middleware, _chains = ClientHandler.load_middleware, {}


def _load_middleware_once(self, is_async=False):
    chain = _chains.get(is_async)
    if chain is None:
        _load_middleware(self, is_async)
        _chains[is_async] = {name: value for name, value in vars(self).items() if name != "enforce_csrf_checks"}
    else:
        vars(self).update(chain)


ClientHandler.load_middleware = _load_middleware_once
setting_changed.connect(lambda **_: _chains.clear(), weak=False)

# Every ordered query hashes the columns that it selects, and Django binds a signature for each: a twentieth of the suite.
Col.__hash__ = lambda self: hash((self.alias, self.target))


def _copied(expression):
    """Return what copy.copy makes of an expression, not by way of pickling: another twentieth, since queries copy theirs."""
    made = object.__new__(type(expression))
    made.__dict__.update(expression.__getstate__())
    return made


BaseExpression.__copy__ = _copied

# SQLite's other marks for parameters are put into each statement anew; there are few statements: a hundredth.
_convert, _converted = SQLiteCursorWrapper.convert_query, lru_cache(4096)(lambda query: _convert(None, query))
SQLiteCursorWrapper.convert_query = lambda self, query, *, param_names=None: (
    _converted(query) if param_names is None else _convert(self, query, param_names=param_names)
)


def pytest_report_header():
    return [f"The browser tests are left out: {why_not()}."] if why_not() else []


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Groups(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave out what cannot run here or cannot answer differently; after pytest-django, which sorts by use of the database."""
    if why_not():
        _leave_out(config, items, lambda item: item.get_closest_marker("browser"))
    if BRIEF:
        _leave_out(config, items, lambda item: item.get_closest_marker("whole"))
    if django_settings.IS_POSTGRES:
        # What never asks the database has run on SQLite already and cannot answer differently here.
        _leave_out(config, items, lambda item: not _asks_the_database(item))
        if os.environ.get("LEG") == "where it can differ":
            _leave_out(config, items, lambda item: not can_differ(item.nodeid))
    items[:] = beginning_with_the_longest(items)


def pytest_collection_finish(session):
    """What is there before the first test stays: the collector need not look at it again and again (a tenth of the time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _leave_out(config, items, unwanted):
    left = [item for item in items if unwanted(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if not unwanted(item)]


def _asks_the_database(item):
    return bool({"db", "transactional_db", "two"} & set(item.fixturenames)) or bool(
        item.get_closest_marker("django_db")
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Build the standing world once per database; each test sees it through its own transaction."""
    with django_db_blocker.unblock():
        build()
        standing.keep()


@pytest.fixture
def world(db) -> World:
    """The standing tree and cast."""
    return find() or build()


@pytest.fixture
def live_world(transactional_db) -> World:
    """The same world for tests whose transactions really commit (threads, workers, a live server)."""
    return find() or build()


def session_of(user):
    """Return a new session as a login just now leaves it; far cheaper than the login, which has tests of its own."""
    session, moment = SessionStore(), int(timezone.now().timestamp())
    session.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "branches.backends.AppointmentBackend"})
    session.update({HASH_SESSION_KEY: user.get_session_auth_hash(), "epoch": user.session_epoch})
    session.update({"entered": moment, "seen": moment, "confirmed": moment})
    session.create()
    return session


@pytest.fixture
def as_(world):
    """Return a logged-in client: as_("secretary_a"), as_(user)."""

    def login(who):
        client = Client()
        user = who if hasattr(who, "pk") else world.user(who)
        client.cookies[django_settings.SESSION_COOKIE_NAME] = session_of(user).session_key
        return client

    return login


@pytest.fixture(scope="session")
def chromium():
    """The one browser of the session."""
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread, and Django would refuse the database to any test after it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def complaints():
    """What consoles and scripts have complained of; each test empties it."""
    return []


@pytest.fixture(scope="session")
def contexts(chromium, complaints):
    """Return a function that makes a browser context whose pages are listened to."""

    def make(**options):
        context = chromium.new_context(**{"viewport": PHONE, "reduced_motion": "reduce", **options})
        context.on("page", lambda page: listen(page, complaints))
        return context

    return make

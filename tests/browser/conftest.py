"""One demo agency, and pages opened as whoever is named. The one Chromium is in tests/conftest.py, also for others."""

import pytest
from django.test.client import Client

from branches.access import demo as demo_accounts
from common import clock
from tests.browser.installation import Installation
from tests.demo_agency import copy_of_the_demo


@pytest.fixture(autouse=True)
def _no_complaints(chromium, complaints):
    """No page may complain; whatever a test opened is closed after it."""
    complaints.clear()
    yield
    for context in list(chromium.contexts):
        context.close()
    assert complaints == []


@pytest.fixture
def open_page(live_world, live_server, contexts, settings):
    """Return a function that opens an address of the live server as one of the cast: open_page("staff", "/reviews/").

    confirmed: as somebody who gave his password just now.
    """

    def opened(who, path, confirmed=False, **options):
        client = Client()
        client.force_login(live_world.user(who), backend="branches.backends.AppointmentBackend")
        if confirmed:
            session = client.session
            session["confirmed"] = clock.real_now().timestamp()
            session.save()
        name = settings.SESSION_COOKIE_NAME
        context = contexts(**options)
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    return opened


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The demo agency, served with worker and beat."""
    folder = tmp_path_factory.mktemp("demo") / "var"
    copy_of_the_demo(tmp_path_factory, folder)
    installation = Installation(folder)
    try:
        yield installation.start()
    finally:
        installation.stop()


@pytest.fixture(scope="session")
def signed_in(demo, contexts):
    """Return a function that gives a page signed in at the demo agency: signed_in("shuji"); None for nobody.

    Each account signs in once, through the page; later contexts go on with its session, or with the one that a page has
    when it is given to `signed_in.remember`. `page.home` is the address.
    """
    sessions = {None: {}}

    def opened(who, **options):
        if who not in sessions:
            context = contexts()
            sign_in(context.new_page(), demo.url, who, demo_accounts.PASSWORD)
            sessions[who] = context.storage_state()
            context.close()
        page = contexts(storage_state=sessions[who], **options).new_page()
        page.home = demo.url
        return page

    opened.remember = lambda who, page: sessions.update({who: page.context.storage_state()})
    return opened


def sign_in(page, address, username, password):
    """Fill in the login page and wait until it is left."""
    page.goto(f"{address}/login/")
    page.fill("#id_username", username)
    page.fill("#id_password", password)
    page.click("main button:has-text('登录')")
    page.wait_for_url(lambda url: "/login/" not in url or "/login/first/" in url)

"""Every page of the matrix in a real browser: the policy is never broken, and axe finds nothing (C22)."""

import os
import shutil
from pathlib import Path

import pytest
from django.test.client import Client
from django.urls import reverse

from tests.matrix import all_rows, assessments
from tests.world import CAST

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
SIZES = [({"width": 1440, "height": 900}, "light"), ({"width": 390, "height": 844}, "dark")]
# Answers of machines, files and fragments are no pages.
NO_PAGES = {"healthz", "readyz", "attachment_download", "report_download", "logout", "first_login"}
ROWS = {name: row for name, row in all_rows().items() if row.get and name not in NO_PAGES}
# Pages that need a published result each build their own, in a world of their own; all others share one.
ALONE = sorted(name for name in ROWS if name in assessments.ROWS)
GROUPS = [sorted(set(ROWS) - set(ALONE)), *([name] for name in ALONE)]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine"),
]


def _reader(row):
    """Return the first of the cast who gets the page itself."""
    return next((who for who in CAST if row.expected("get", who) == 200), None)


@pytest.fixture
def cookie(live_world, settings):
    def sign_in(who):
        client = Client()
        client.force_login(live_world.user(who), backend="branches.backends.AppointmentBackend")
        session = client.session
        session["confirmed"] = session["entered"]
        session.save()
        name = settings.SESSION_COOKIE_NAME
        return {"name": name, "value": client.cookies[name].value}

    return sign_in


@pytest.mark.parametrize("names", GROUPS, ids=lambda names: names[0] if len(names) == 1 else "all others")
def test_every_page_keeps_the_policy_and_can_be_used_by_all(names, live_world, live_server, cookie, monkeypatch):
    playwright = pytest.importorskip("playwright.sync_api")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    pages = []
    for name in names:
        row, who = ROWS[name], _reader(ROWS[name])
        assert who or row.public
        pages.append((name, who, reverse(name, kwargs=row.kwargs(live_world)) + row.query))
    cookies = {who: cookie(who) for who in {who for _, who, _ in pages} if who}
    faults = {}
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for size, theme in SIZES:
            for name, who, path in pages:
                context = browser.new_context(viewport=size)
                if who:
                    context.add_cookies([cookies[who] | {"url": live_server.url}])
                context.add_init_script(f"localStorage.setItem('tongbu-theme', '{theme}')")
                page, complaints = context.new_page(), []
                page.on(
                    "console", lambda entry, to=complaints: to.append(entry.text) if entry.type == "error" else None
                )
                page.on("pageerror", lambda error, to=complaints: to.append(str(error)))
                page.goto(live_server.url + path)
                page.evaluate(AXE)
                found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
                complaints += [f"{v['id']}: {v['nodes'][0]['target']}" for v in found["violations"]]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    complaints.append("wider than the screen")
                if complaints:
                    faults[f"{name} {size['width']} {theme}"] = complaints
                context.close()
        browser.close()
    assert faults == {}

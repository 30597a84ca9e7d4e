"""The pages of records as people meet them: no barrier that axe knows, no sideways scrolling, in both themes."""

import os
import shutil
from pathlib import Path

import pytest
from django.test.client import Client
from django.urls import reverse

from tests.members.records import draft, submitted

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js"
RUN = """axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}).then(result =>
  result.violations.map(rule => rule.id + ': ' + rule.nodes.map(node => node.html.slice(0, 120)).join(' | ')))"""
DESK, PHONE = (1440, 900), (390, 844)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine"),
]


@pytest.fixture
def pages(live_world):
    people = live_world.people("branch_a")
    states = {people[3]: "leave", people[4]: "absent"}
    sent = submitted(live_world.branch_a, live_world.secretary_a, states=states)
    mine = draft(live_world.branch_a, live_world.secretary_a)
    joint = submitted(live_world.branch_b, live_world.secretary_b, kinds=["theme_day"], hosts=[live_world.branch_a])
    return [
        ("secretary_a", reverse("activity_new") + "?kind=assembly"),
        ("secretary_a", reverse("activity_new") + "?kind=talk"),
        ("secretary_a", reverse("activity_edit", args=[mine.pk])),
        ("secretary_a", reverse("activity_list")),
        ("secretary_a", reverse("activity_detail", args=[sent.pk])),
        ("secretary_a", reverse("activity_host_confirm", args=[joint.hosts.get().pk])),
        ("staff", reverse("review_queue")),
        ("staff", reverse("review_detail", args=[sent.pk])),
        ("staff", reverse("activity_return", args=[sent.pk])),
    ]


def _collect(wrong, path):
    """Return a listener that keeps what the console calls an error."""

    def hear(said):
        if said.type == "error":
            wrong.append((path, said.text))

    return hear


@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (PHONE, "dark"), (PHONE, "light"), (DESK, "dark")])
def test_the_pages_have_no_barriers_and_do_not_scroll_sideways(
    live_world, live_server, pages, size, theme, monkeypatch, settings
):
    playwright = pytest.importorskip("playwright.sync_api")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    wrong = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for who, path in pages:
            client = Client()
            client.force_login(live_world.user(who), backend="branches.backends.AppointmentBackend")
            name = settings.SESSION_COOKIE_NAME
            context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
            page = context.new_page()
            page.on("console", _collect(wrong, path))
            page.goto(live_server.url + path)
            page.wait_for_load_state("networkidle")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append((path, "scrolls sideways"))
            page.evaluate(AXE.read_text())
            wrong += [(path, rule) for rule in page.evaluate(RUN)]
            context.close()
        browser.close()
    assert wrong == []

"""The import pages in a real browser: on a phone and on a desk, nothing overflows and axe finds nothing of ours."""

import os
import shutil
from pathlib import Path

import pytest
from django.test.client import Client
from django.urls import reverse

from members.models import ImportBatch
from tests.members.test_import_pages import members_file, table
from tests.members.test_import_rows import ACTIVITY_HEADS, MEMBER_HEADS, meeting, person

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine"),
]


@pytest.fixture
def client(live_world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = Client()
    client.force_login(live_world.user("staff"), backend="branches.backends.AppointmentBackend")
    return client


def _batches(client):
    """Upload one ledger with errors and an unknown heading, and two that can be imported; return their addresses."""
    heads = ["奇怪的列", *MEMBER_HEADS]
    client.post("/imports/", {"members": table("名册.csv", heads, ["x", *person(人员类别="团员", 备注="长期病休")])})
    good = {"members": members_file(), "activities": table("台账.csv", ACTIVITY_HEADS, meeting(应到="5"))}
    client.post("/imports/", good)
    return [reverse("import_preview", args=[batch.uid]) for batch in ImportBatch.objects.all()]


def test_pages_fit_a_phone_and_axe_finds_nothing(client, live_server, monkeypatch, settings):
    playwright = pytest.importorskip("playwright.sync_api")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    addresses = ["/imports/", *_batches(client)]
    assert len(addresses) == 3
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for width in (390, 1280):
            context = browser.new_context(viewport={"width": width, "height": 844}, bypass_csp=True)
            context.add_cookies([cookie])
            page = context.new_page()
            for address in addresses:
                page.goto(live_server.url + address)
                root = "document.documentElement"
                assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), (address, width)
                page.add_script_tag(path=str(AXE))
                found = page.evaluate("axe.run('main')")["violations"]
                assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        browser.close()

"""The import pages in a real browser: on a phone and on a desk, nothing overflows and axe finds nothing of ours."""

import pytest
from django.test.client import Client
from django.urls import reverse

from branches.jobs.models import JobRun
from common import clock
from members.imports.models import KEPT, ImportBatch
from tests.browser.chromium import scrolls_sideways, violations
from tests.members.imports.rows import ACTIVITY_HEADS, MEMBER_HEADS, meeting, person
from tests.members.imports.support import applied, uploaded, worked
from tests.members.imports.test_pages import members_file, table

pytestmark = pytest.mark.browser


@pytest.fixture
def client(live_world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = Client()
    client.force_login(live_world.user("staff"), backend="branches.backends.AppointmentBackend")
    return client


def _batches(client):
    """Upload a ledger with errors and an unknown heading, two that change something, and one that waits for the worker."""
    heads = ["奇怪的列", *MEMBER_HEADS]
    uploaded(client, members=table("名册.csv", heads, ["x", *person(人员类别="团员", 备注="长期病休")]))
    applied(client, uploaded(client, members=members_file())[1])
    changed = members_file(person(备注="转来"), person("另一人", 41))
    uploaded(client, members=changed, activities=table("台账.csv", ACTIVITY_HEADS, meeting(应到="5")), mode="update")
    client.post("/imports/", {"members": members_file()})
    return [reverse("import_preview", args=[batch.uid]) for batch in ImportBatch.objects.all()]


@pytest.mark.whole("browser/test_pages.py looks at each of these pages, in one state")
def test_pages_fit_a_phone_and_axe_finds_nothing(client, open_page):
    addresses = ["/imports/", *_batches(client)]
    assert len(addresses) == 5
    for width in (390, 1280):
        for address in addresses:
            page = open_page("staff", address, viewport={"width": width, "height": 844})
            assert not scrolls_sideways(page), (address, width)
            assert violations(page) == []


def test_the_page_asks_how_far_it_is_and_then_shows_the_result(client, open_page):
    client.post("/imports/", {"members": members_file()})
    batch = ImportBatch.objects.get()
    page = open_page("staff", reverse("import_preview", args=[batch.uid]))
    assert "排队等候" in page.text_content("main")
    JobRun.objects.update(state="running", step="正在核对党员台账", total=400, done=100, lease_until=clock.now() + KEPT)
    page.wait_for_selector("text=正在核对党员台账，共 400 行")
    JobRun.objects.update(state="queued")
    worked(batch)
    page.wait_for_selector("h1:has-text('可以导入')")

"""The import pages in a real browser: on a phone and on a desk, nothing overflows and axe finds nothing of ours."""

import pytest
from django.test.client import Client
from django.urls import reverse

from members.imports.models import ImportBatch
from tests.browser.chromium import scrolls_sideways, violations
from tests.members.imports.rows import ACTIVITY_HEADS, MEMBER_HEADS, meeting, person
from tests.members.imports.test_pages import members_file, table

pytestmark = pytest.mark.browser


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


def test_pages_fit_a_phone_and_axe_finds_nothing(client, open_page):
    addresses = ["/imports/", *_batches(client)]
    assert len(addresses) == 3
    for width in (390, 1280):
        for address in addresses:
            page = open_page("staff", address, viewport={"width": width, "height": 844})
            assert not scrolls_sideways(page), (address, width)
            assert violations(page) == []

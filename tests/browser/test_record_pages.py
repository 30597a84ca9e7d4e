"""The pages of records as people meet them: no barrier that axe knows, no sideways scrolling, in both themes."""

import pytest
from django.urls import reverse

from tests.browser.chromium import DESK, faults
from tests.members.activities.records import draft, submitted

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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


def test_the_pages_have_no_barriers_and_do_not_scroll_sideways(open_page, pages):
    wrong = []
    for who, path in pages:
        page = open_page(who, path, viewport=DESK, color_scheme="light")
        wrong += [(path, fault) for fault in faults(page)]
    assert wrong == []

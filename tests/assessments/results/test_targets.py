"""Each reason of a lost point leads to the page that mends it."""

import pytest
from django.urls import reverse

from assessments.results.selectors.targets import address_of
from responsibilities.duties.slot import anchor
from responsibilities.requirements.addresses import requirement_url


@pytest.mark.parametrize(
    ("target", "address"),
    [
        (("requirement", 3, "life-theme-day", "2026-09"), lambda: requirement_url(3, "life-theme-day", "2026-09")),
        (("stage", 5, "study"), lambda: f"{reverse('work_detail', args=[5])}#stage-study"),
        (("supervision", 7), lambda: reverse("supervision_detail", args=[7])),
        (("activity", 8), lambda: reverse("activity_detail", args=[8])),
        (("duty", 9), lambda: reverse("duty_detail", args=[9])),
        (("duty", 9, "q3"), lambda: f"{reverse('duty_detail', args=[9])}?show=all#{anchor('q3')}"),
        (("unknown", 1), lambda: None),
        (None, lambda: None),
    ],
)
def test_a_reason_leads_to_its_page(target, address):
    assert address_of(target) == address()

"""The pages of development ask as many statements of many cases as of few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.development.waiting import tasks
from tests.members.development.written import applicant, at, enter

pytestmark = pytest.mark.django_db


def statements(as_, who, url):
    with at("2026-08-01"), CaptureQueriesContext(connection) as asked:
        assert as_(who).get(url).status_code == 200
    return len(asked)


def test_board_list_and_queue_ask_no_more_of_many_cases(world, as_):
    def more(number):
        for one in range(number):
            case = applicant(world, name=f"申请{chr(0x4E00 + one + number)}")
            enter(world, case, "2", "2026-06-20", kind="talk")
            enter(world, case, "3", "2026-07-01", kind="committee_meeting", text="党员推荐")

    urls = [reverse("development_list"), reverse("development_list") + "?view=list", reverse("development_queue")]
    more(2)
    few = [statements(as_, "staff", url) for url in urls]
    more(6)
    assert [statements(as_, "staff", url) for url in urls] == few
    with at("2026-08-01"), CaptureQueriesContext(connection) as asked:
        assert len(tasks(world.staff, world.committee)) == 8
    assert len(asked) < 25

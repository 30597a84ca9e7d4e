"""Counted ballots: from a recorded meeting, through the page, bad input said beside its field."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from assessments.ballots.models import Tally
from assessments.entries.models import ManualEntry
from common import clock
from tests.assessments.results.test_results import hold

pytestmark = pytest.mark.django_db
DAY = timezone.make_aware(datetime(2027, 2, 1, 9))
URL = "/results/entries/ballots/?scheme=tongbu-debrief&period=2026&item=score/vote-members"


def typed(world, meeting, **changes):
    values = {
        "organisation": world.branch_a.pk,
        "activity": meeting.pk,
        "expected": "20",
        "invalid": "2",
        "reason": "党员代表参加测评",
        "level_0": "9",
        "level_1": "4",
        "level_2": "1",
        "level_3": "",
    }
    return values | changes


def test_the_counts_and_their_meeting_are_typed_and_another_approves(world, as_):
    staff, secretary = as_("staff"), as_("committee_secretary")
    with clock.at(DAY):
        meeting = hold(world.committee, "debrief", date(2026, 12, 20), valid=True)
        answer = staff.post(URL, typed(world, meeting))
        assert answer.status_code == 302 and answer["Location"].endswith("scheme=tongbu-debrief&period=2026")
        row = ManualEntry.objects.get()
        assert (row.tally.activity, row.tally.invalid, row.tally.expected) == (meeting, 2, 20)
        assert row.tally.levels == {"好": 9, "较好": 4, "一般": 1, "差": 0} and row.tally.valid == 14
        assert row.document == "2026-12-20 debrief"
        page = secretary.get(answer["Location"]).content.decode()
        assert "好 9，较好 4，一般 1，无效 2（发出 20）" in page and f"/activities/{meeting.pk}/" in page
        secretary.post(f"/results/entries/{row.pk}/approve/")
    row.refresh_from_db()
    assert row.state == "approved"


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"expected": "15"}, "各档合计 14 张，无效 2 张，多于发出的 15 张"),
        ({"level_0": "", "level_1": "", "level_2": ""}, "请填写各档的票数。"),
        ({"activity": ""}, "请选择“会议记录”。"),
        ({"activity": "0"}, "请选择已审核通过的会议记录。"),
        ({"level_0": "-1"}, "不能小于 0。"),
        ({"level_0": "九"}, "整数"),
        ({"reason": ""}, "请填写“说明”。"),
    ],
)
def test_what_does_not_add_up_is_said_and_nothing_is_kept(world, as_, changes, sentence):
    with clock.at(DAY):
        meeting = hold(world.committee, "debrief", date(2026, 12, 20), valid=True)
        answer = as_("staff").post(URL, typed(world, meeting, **changes))
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page
    assert not Tally.objects.exists() and not ManualEntry.objects.exists()
    assert 'value="4"' in page or "level_1" in changes, "what was typed is kept"


def _meetings(answer):
    """The list of meetings of the page."""
    return answer.content.decode().partition('name="activity"')[2].partition("</select>")[0]


def test_only_accepted_meetings_of_the_time_are_offered_and_found_by_a_word(world, as_):
    with clock.at(DAY):
        kept = hold(world.committee, "debrief", date(2026, 12, 20), valid=True)
        spring = hold(world.committee, "all_hands", date(2027, 1, 20), valid=True)
        before = hold(world.committee, "debrief", date(2025, 12, 20), valid=True)
        other = hold(world.branch_a, "theme_day", date(2026, 12, 1), valid=True)
        draft = hold(world.committee, "debrief", date(2026, 12, 21), valid=True)
        type(draft).objects.filter(pk=draft.pk).update(state="submitted")
        client = as_("staff")
        offered = _meetings(client.get(URL))
        for row, is_there in ((kept, 1), (spring, 1), (before, 0), (other, 0), (draft, 0)):
            assert (f'<option value="{row.pk}"' in offered) == bool(is_there), row
        found = _meetings(client.get(f"{URL}&q=all_hands"))
        assert f'<option value="{spring.pk}"' in found and f'<option value="{kept.pk}"' not in found
        assert client.post(f"{URL}", typed(world, draft)).status_code == 422
        for odd in ("item=score/none", "item=veto/0", "period=2026Q3", "scheme=nothing"):
            assert client.get(f"{URL}&{odd}").status_code == 404, odd
        assert client.get("/results/entries/ballots/?scheme=tongbu-branch").status_code == 404, "no votes in it"


def test_the_vote_on_a_branch_is_held_by_itself_or_above_it(world, as_):
    with clock.at(DAY):
        other = hold(world.branch_b, "assembly", date(2026, 12, 20), valid=True)
        answer = as_("staff").post(URL, typed(world, other))
        assert answer.status_code == 422 and "请选择甲处党支部或其上级召开的会议。" in answer.content.decode()
        own = hold(world.branch_a, "assembly", date(2026, 12, 21), valid=True)
        assert as_("staff").post(URL, typed(world, own)).status_code == 302
    assert Tally.objects.get().activity == own

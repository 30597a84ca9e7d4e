"""A returned record: the part its reviewer names, the answer to him, and what comes back as it was."""

import pytest
from django.urls import reverse

from common import clock
from members.activities.models import Activity
from members.activities.services.states import activity_return
from members.reviews.forms import USUAL
from tests.members.activities.records import filled, only, submitted


@pytest.fixture
def record(world):
    return submitted(world.branch_a, world.secretary_a)


def back(client, record, **said):
    return client.post(reverse("activity_return", args=[record.pk]), {"version": record.version, **said})


def test_it_opens_at_the_part_that_the_reviewer_named(world, as_, record):
    assert back(as_("staff"), record, field="attendance", reason="请核对").status_code == 302
    page = as_("secretary_a").get(reverse("activity_edit", args=[record.pk])).content.decode()
    assert 'data-open-at="attendance"' in page and "到要修改的“考勤”" in page and 'id="attendance"' in page


def test_usual_reasons_are_chosen_and_a_word_may_be_added(world, as_, record):
    nothing = back(as_("staff"), record)
    assert nothing.status_code == 422 and "请写明退回原因" in nothing.content.decode()
    assert only().state == "submitted"
    assert back(as_("staff"), record, usual=USUAL[0], reason="少一人").status_code == 302
    assert only().return_reason == f"{USUAL[0]} 少一人" and only().return_field == ""


@pytest.mark.parametrize("said", [{"field": "secret", "reason": "x"}, {"usual": "x"}])
def test_only_listed_parts_and_reasons_are_taken(world, as_, record, said):
    assert back(as_("staff"), record, **said).status_code == 422
    assert only().state == "submitted"


def test_every_part_that_can_be_named_is_on_the_form(world, as_, record):
    from members.activities.forms.record import PARTS

    activity_return(by=world.staff, activity=record, reason="请改")
    for field, place in PARTS.items():
        Activity.objects.update(return_field=field)
        page = as_("secretary_a").get(reverse("activity_edit", args=[record.pk])).content.decode()
        assert f'data-open-at="{place}"' in page and page.count(f'id="{place}"') == 1, field


def test_what_comes_back_as_it_was_is_warned_of_and_an_answer_reaches_the_reviewer(world, as_, record):
    activity_return(by=world.staff, activity=record, reason="请核对", field="content")
    client = as_("secretary_a")
    edit = reverse("activity_edit", args=[record.pk])
    page = client.get(edit).content.decode()
    assert "退回之后没有修改，也没有答复审核人" in page
    assert "仍然提交" in client.get(reverse("activity_detail", args=[record.pk])).content.decode()
    same = filled(world.branch_a, content=only().content, title=only().title, do="submit", record=record.pk)
    same |= {
        "starts_at": "",
        "ends_at": "",
        "place": "",
        "recorder_name": "",
        "form_key": "",
        "day": str(clock.today()),
    }
    same["version"] = only().version
    answered = same | {"answer": "已与本人核对，人数无误"}
    checks = client.post(reverse("activity_checks"), answered).content.decode()
    assert "没有修改" not in checks
    assert client.post(edit, answered).status_code == 302
    assert (only().state, only().answer) == ("submitted", "已与本人核对，人数无误")
    assert "已与本人核对，人数无误" in as_("staff").get(reverse("review_detail", args=[record.pk])).content.decode()
    # The next return asks for a new answer.
    activity_return(by=world.staff, activity=only(), reason="还是不对")
    assert only().answer == "" and only().as_returned

"""What waits of the mechanisms on the start pages: groups for whoever acts, sentences for whoever reads."""

import pytest
from django.urls import reverse

from assessments.home.selectors import mechanisms
from branches.frame.waiting import Sentence, Task, Waiting

pytestmark = pytest.mark.django_db


def _tasks(user, organisation):
    return [Task("open", f"第 {number} 件", "说明", "/x/", rank=(-number,)) for number in range(1, 7)]


def _sentences(user, organisation):
    return [Sentence(f"{organisation.label}：年度目标 24 项，落后 4 项", "/y/")]


@pytest.fixture
def subjects(monkeypatch):
    empty = Waiting("空的", "activity_list", lambda user, organisation: [])
    monkeypatch.setattr(mechanisms, "SUBJECTS", (empty, Waiting("试题", "activity_list", _tasks, _sentences)))


def page(as_, who, **headers):
    return as_(who).get(reverse("home_waiting"), headers=headers).content.decode()


def test_at_most_four_lines_the_worst_first_and_the_list_behind_them(as_, world, subjects):
    text = page(as_, "secretary_a", **{"HX-Request": "true"})
    assert [text.count(f"第 {number} 件") for number in range(1, 7)] == [0, 0, 1, 1, 1, 1]
    assert text.index("第 6 件") < text.index("第 3 件") and "共 6 项" in text
    assert f'href="{reverse("activity_list")}"' in text and "空的" not in text


def test_leaders_read_sentences_and_no_lines(as_, world, subjects):
    text = page(as_, "leader", **{"HX-Request": "true"})
    assert "年度目标 24 项，落后 4 项" in text and "第 6 件" not in text


def test_where_nothing_waits_nothing_is_left_of_the_slot(as_, world, monkeypatch):
    monkeypatch.setattr(mechanisms, "SUBJECTS", ())
    assert page(as_, "secretary_a", **{"HX-Request": "true"}).strip() == ""
    assert "没有机制待办" in page(as_, "secretary_a")


def test_every_start_page_has_the_slot(as_, world):
    url = reverse("home_waiting")
    for who in ("secretary_a", "staff", "leader"):
        assert f'hx-get="{url}"' in as_(who).get(reverse("home")).content.decode(), who

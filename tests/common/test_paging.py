"""Long lists: nobody counts beyond a thousand, and every row is on some page."""

import pytest

from branches.access.models import User
from common import paging
from common.paging import LongPaginator, counted, number_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(monkeypatch):
    monkeypatch.setattr(paging, "MOST", 10)
    User.objects.bulk_create(User(username=f"p{number:03}", name=f"人{number}") for number in range(37))
    return User.objects.filter(username__startswith="p0").order_by("username")


def walked(paginator, first=1):
    """Return the rows of all pages that follow one another."""
    page, found = paginator.get_page(first), []
    while True:
        found += [row.username for row in page]
        if not page.has_next():
            return found
        page = paginator.get_page(page.next_page_number())


def test_each_row_is_on_one_page_and_the_last_says_that_none_follows(rows):
    every = [row.username for row in rows]
    for per_page in (1, 5, 37, 38):
        assert walked(LongPaginator(rows, per_page)) == every
    pages = LongPaginator(rows, 10)
    assert pages.more and pages.said == "10+" and pages.get_page("4").has_previous()
    assert pages.get_page("4").previous_page_number() == 3 and not pages.get_page("4").has_next()


def test_few_rows_are_counted_and_paged_as_ever(rows):
    few = LongPaginator(rows.filter(username__lt="p007"), 5)
    assert not few.more and few.count == 7 and few.said == "7" and few.num_pages == 2
    assert walked(few) == [f"p00{number}" for number in range(7)]


@pytest.mark.parametrize("wrong", ["", "x", None, "-1", "0", "1.5", "９", "99999999999999999999"])
def test_what_is_no_number_is_the_first_page(rows, wrong):
    assert LongPaginator(rows, 10).get_page(wrong).number == 1


def test_a_page_beyond_the_end_is_the_last_that_was_counted(rows):
    page = LongPaginator(rows, 5).get_page("999")
    assert page.number == 2 and page.has_next()


def test_several_counts_take_one_statement(rows, django_assert_num_queries):
    with django_assert_num_queries(1):
        numbers = counted(rows, rows.filter(username="p001"), rows.none(), rows.filter(username="nobody"))
    assert numbers == [11, 1, 0, 0] and [number_words(number) for number in numbers] == ["10+", "1", "0", "0"]

"""What pages say of supervision that is under way: once about one thing, what is behind, what comes first, what was typed."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from branches.places.models.organisations import Organisation
from common import clock
from common.operator import OPERATOR
from common.periods import YEAR, Period
from responsibilities.measures import item_counts
from responsibilities.supervision.models import SupervisionProblem
from responsibilities.supervision.selectors.notices import SupervisionItem, supervision_items
from responsibilities.supervision.services.notices import (
    MOST_PROBLEMS,
    supervision_accept,
    supervision_close,
    supervision_reply,
)
from responsibilities.supervision.services.problems import problem_done, problems_write
from tests.matrix.supervision import answered
from tests.responsibilities.supervision.test_story import at, issued, text_of
from tests.responsibilities.work.support import ago, happened, item_at

pytestmark = pytest.mark.django_db


def test_a_stage_under_supervision_is_not_offered_for_it_again(world, as_):
    item = item_at(world.committee, [world.branch_a])
    stage = happened(item, "study", ago(40))
    link = f"/supervision/new/?subject=stage&about=stage/{stage.pk}"
    client = as_("staff")
    assert link.replace("&", "&amp;") in text_of(client.get("/sync/"))
    assert "已有没有销号的督查" not in text_of(client.get(link))
    notice = issued(world, subject="stage", about=f"stage/{stage.pk}", about_name="能源保供")
    for address in ("/sync/", f"/sync/{item.pk}/"):
        page = text_of(client.get(address))
        assert link.replace("&", "&amp;") not in page and "督办中" in page, address
        assert f'href="/supervision/{notice.pk}/"' in page
    page = text_of(client.get(link))
    assert "已有没有销号的督查" in page and notice.label in page
    supervision_close(by=world.staff, supervision=notice, reason="已办")
    assert link.replace("&", "&amp;") in text_of(client.get("/sync/"))


def test_problems_not_struck_off_in_time_are_said_to_be_past_the_limit(world, as_):
    notice = issued(world, days=5, problems=["没有计划"])
    supervision_reply(by=world.secretary_a, supervision=notice, text="已补录。")
    supervision_accept(by=world.staff, supervision=notice)
    client = as_("staff")
    assert "已过时限" not in text_of(client.get("/supervision/"))
    notice.due = notice.first_due = clock.today() - timedelta(days=16)
    notice.save()
    for address in ("/supervision/", f"/supervision/{notice.pk}/"):
        assert "已过时限 16 天" in text_of(client.get(address)), address


def test_what_is_open_comes_before_what_is_struck_off_and_other_years_are_named(world, as_):
    closed = issued(world, days=1)
    supervision_close(by=OPERATOR, supervision=closed, reason="已办")
    late, later = issued(world, days=9), issued(world, days=400)
    page = as_("staff").get("/supervision/")
    assert [row.pk for row in page.context["page"]] == [late.pk, later.pk, closed.pk]
    assert f"{later.due:%Y-%m-%d}" in text_of(page)


def test_a_reply_to_what_was_struck_off_meanwhile_keeps_what_was_typed_and_leads_to_it(world, as_):
    notice = issued(world)
    supervision_close(by=OPERATOR, supervision=notice, reason="已办")
    answer = as_("secretary_a").post(f"/supervision/{notice.pk}/reply/", {"text": "九月已补课，\n附记录。"})
    assert answer.status_code == 409 and notice.replies.count() == 0
    page = text_of(answer)
    assert "九月已补课，<br>附记录。" in page and f'href="/supervision/{notice.pk}/"' in page and "已销号" in page


def test_a_title_in_quotation_marks_is_quoted_once(world, as_):
    notice = issued(world)
    notice.title = "落实“三会一课”"
    notice.save()
    supervision_reply(by=world.secretary_a, supervision=notice, text="已补录。")
    assert "“落实‘三会一课’”" in world.staff.notices.latest("pk").text


def test_a_reply_counts_on_the_day_on_which_it_is_given_and_not_before(world):
    with at(-9):
        notice = issued(world, days=6)
    with at(-4):
        supervision_reply(by=world.secretary_a, supervision=notice, text="已补录。")
    day, year = clock.today(), Period.containing(YEAR, clock.today())
    states = {days: supervision_items(year, as_of=day - timedelta(days=days))[0].state for days in (0, 4, 5)}
    assert states == {0: "met", 4: "met", 5: "not_due"}


@pytest.mark.parametrize(("who", "rows"), [("staff", ["改过的", "三", "新加的"]), ("secretary_a", ["一", "二", "三"])])
def test_who_judges_writes_the_list_and_who_answers_its_measures(world, who, rows):
    notice = issued(world, problems=["一", "二", "三"])
    first, second, third = notice.problems.all()
    sent = [
        (first, "改过的", "马上办"),
        (second, "", "也办"),
        (third, "三", "再办"),
        (None, "新加的", ""),
        (None, "", "空行"),
    ]
    problems_write(by=world.user(who), supervision=notice, rows=sent)
    kept = list(notice.problems.values_list("problem", "measure", "order"))
    assert [row[0] for row in kept] == rows and kept[0][1] == "马上办" and kept[-1][2] == (4 if who == "staff" else 3)


def test_once_the_reply_is_accepted_no_problem_is_taken_out(world):
    notice = issued(world, problems=["一", "二"])
    supervision_reply(by=world.secretary_a, supervision=notice, text="已补录。")
    supervision_accept(by=world.staff, supervision=notice)
    first, second = notice.problems.all()
    with pytest.raises(ValidationError, match="问题不能删除"):
        problems_write(by=world.staff, supervision=notice, rows=[(first, "", ""), (second, "二", "办")])
    assert notice.problems.count() == 2


def test_a_problem_struck_off_while_the_list_was_open_stays_struck_off(world):
    notice = answered(world, ["一", "二"])
    rows = list(notice.problems.all())
    problems_write(by=world.secretary_a, supervision=notice, rows=[(row, row.problem, "措施") for row in rows])
    supervision_accept(by=world.staff, supervision=notice)
    old = list(SupervisionProblem.objects.order_by("order"))
    problem_done(by=world.staff, problem=SupervisionProblem.objects.get(order=1), done_on=clock.today())
    problems_write(by=world.secretary_a, supervision=notice, rows=[(row, row.problem, "另一措施") for row in old])
    first, second = SupervisionProblem.objects.order_by("order")
    assert (first.done_on, first.measure) == (clock.today(), "措施")
    assert (second.done_on, second.measure) == (None, "另一措施")


def test_an_organisation_is_supervised_until_the_day_on_which_it_ends(world):
    Organisation.objects.filter(pk=world.branch_c.pk).update(archived_on=clock.today())
    assert issued(world, place=Organisation.objects.get(pk=world.branch_c.pk)).pk
    Organisation.objects.filter(pk=world.branch_c.pk).update(archived_on=clock.today() - timedelta(days=1))
    with pytest.raises(ValidationError, match="已撤销"):
        issued(world, place=Organisation.objects.get(pk=world.branch_c.pk))


def test_what_was_answered_late_is_counted_as_done_and_as_late():
    items = [
        SupervisionItem(place, pk, "督查", date(2026, 9, 1), state)
        for pk, (place, state) in enumerate([(1, "met"), (1, "met_late"), (1, "overdue"), (1, "not_due"), (2, "met")])
    ]
    assert item_counts(items) == {1: [2, 4, 1, 1], 2: [1, 1, 0, 0]}


def test_a_notice_names_as_many_problems_as_are_allowed_and_may_be_due_today(world):
    names = [f"问题{number}" for number in range(MOST_PROBLEMS)]
    notice = issued(world, days=0, problems=names)
    assert notice.problems.count() == MOST_PROBLEMS and notice.due == clock.today()
    for options in ({"problems": [*names, "再一条"]}, {"days": -1}):
        with pytest.raises(ValidationError):
            issued(world, **options)
    rows = [(row, row.problem, "") for row in notice.problems.all()]
    problems_write(by=world.staff, supervision=notice, rows=rows)
    with pytest.raises(ValidationError, match="最多列"):
        problems_write(by=world.staff, supervision=notice, rows=[*rows, (None, "再一条", "")])

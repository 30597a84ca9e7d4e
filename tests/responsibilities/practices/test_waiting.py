"""What waits of practices: for who adopted, for the office, for leaders, and at a handover; the card as a file."""

import io

import docx
import pytest
import time_machine
from django.urls import reverse

from branches.reach.models import Appointment
from members.organisations.handover import open_items
from responsibilities.practices.models import Adoption
from responsibilities.practices.waiting import sentences, tasks
from tests.responsibilities.practices.support import adopted, ago, candidate, formalised, judged, proven, reported

pytestmark = pytest.mark.django_db


def titles(user, place):
    return [(task.state, task.title) for task in sorted(tasks(user, place), key=lambda one: one.rank)]


def test_a_result_is_asked_for_once_the_months_have_passed(world):
    row = adopted(world)
    assert titles(world.secretary_b, world.branch_b) == []
    Adoption.objects.filter(pk=row.pk).update(starts=ago(150))
    assert titles(world.secretary_b, world.branch_b) == [("adoption_due", "周五联席半小时")]
    assert titles(world.secretary_c, world.branch_c) == []
    assert titles(world.staff, world.root) == [], "the office does not report in its place"


def test_candidates_and_adoptions_wait_for_the_office(world):
    candidate(world, title="待认定的")
    reported(world)
    assert titles(world.staff, world.root) == [("candidate", "待认定的"), ("adoption_unjudged", "周五联席半小时")]
    assert titles(world.secretary_a, world.branch_a) == []


def test_leaders_read_a_sentence(world):
    assert sentences(world.leader, world.root) == []
    formalised(world)
    proven(world, title="一案一改")
    (line,) = sentences(world.leader, world.root)
    assert line.text == "典型经验 2 项，1 项已成制度，0 项在推广"


def test_a_handover_names_what_is_open(as_, world):
    candidate(world, title="待认定的")
    adopted(world)
    found = {row.label: row.count for row in open_items(world.branch_a, world.secretary_a)}
    assert (found["待认定的典型经验"], found["没有报告结果的采用"]) == (1, 0)
    seat = Appointment.objects.get(user=world.secretary_b)
    page = as_("committee_secretary").get(reverse("appointment_end", args=[seat.pk])).content.decode()
    assert "没有报告结果的采用" in page


def test_the_card_says_what_the_page_says(as_, world):
    row = judged(world, formalised(world))
    answer = as_("secretary_c").post(reverse("practice_document", args=[row.practice_id]))
    document = docx.Document(io.BytesIO(answer.content))
    text = "\n".join(part.text for part in document.paragraphs)
    assert "一项业务走两遍会" in text and "1.对好议题" in text.replace(" ", "")
    assert "定型为《周五联席半小时制度》" in text and "1个组织采用" in text.replace(" ", "")
    cells = [cell.text for cell in document.tables[0].rows[1].cells]
    # The sister's figures are not hers to read.
    assert cells[0] == "乙处党支部" and cells[2:4] == ["—", "—"] and cells[4] == "见效"


@time_machine.travel("2026-11-24T10:00:00+08:00")
def test_the_page_says_from_when_it_can_be_compared(as_, world):
    row = adopted(world)
    page = as_("secretary_b").get(reverse("practice_detail", args=[row.practice_id])).content.decode()
    assert "2027-03 起可以比较" in page and "数据不足，尚不能比较" in page

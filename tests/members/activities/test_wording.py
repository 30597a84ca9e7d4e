"""One wording of who came: the panel while typing, the form of a draft, the record's page and its review say the same."""

import html
import re

import pytest
from django.urls import reverse

from branches.places.models.organisations import Kind
from common import clock
from members.activities.entry_rules import HELD_AT
from members.activities.models import ActivityKindCode, held_by
from members.activities.quorum import BODIES, Body, Quorum
from members.activities.selectors.rosters import roster
from members.activities.services.records import RecordData
from members.activities.services.states import activity_record
from members.activities.submission import quorum_words
from members.reviews.findings import findings_for
from members.roster.services.members import post_give
from tests.examples import BRIEF
from tests.members.activities.records import filled, only, submitted

pytestmark = pytest.mark.django_db
# Kinds that are asked of a branch and whose people come from its roster.
KINDS = [code for code in ActivityKindCode if code != ActivityKindCode.TALK and Kind.BRANCH in HELD_AT[code]]
THERE = ("all", "one", "nobody")
# Kinds of one body are alike, and so are those without: in a brief run the first of them meets all three, the others one each.
FIRST_OF_BODY = {BODIES.get(kind): kind for kind in reversed(KINDS)}.values()
CASES = [
    (kind, there)
    for number, kind in enumerate(KINDS)
    for place, there in enumerate(THERE)
    if kind in FIRST_OF_BODY or not BRIEF or place == number % 3
]


def quorum_line(page):
    found = re.search(r'<div class="dj-quorum[^>]*?(hidden)?>.*?<span>(.*?)</span>', page, re.DOTALL)
    return html.unescape(found[2]).strip() if found and not found[1] else ""


def uncounted(page):
    """Return what a page says of kinds that do not count."""
    return sorted(set(re.findall(r"([^<>：\s]+不计入任何应办事项[^<>]*)<", html.unescape(page))))


@pytest.mark.parametrize("kind, there", CASES)
def test_panel_form_page_and_review_say_the_same(world, as_, kind, there):
    people = world.people("branch_a")
    for person, seat in zip(people, ("organisation", "publicity", "discipline"), strict=False):
        post_give(by=world.staff, member=person, organisation=world.branch_a, kind=seat)
    place = world.group_a1 if kind == ActivityKindCode.GROUP_MEETING else world.branch_a
    data = filled(place, kinds=[kind], day=clock.today())
    keys = [key for key in data if key.startswith("att-")]
    present = {"all": len(keys), "one": 1, "nobody": 0}[there]
    data |= {key: "present" if number < present else "leave" for number, key in enumerate(keys)}
    client = as_("secretary_a")
    panel = client.post(reverse("activity_checks"), data).content.decode()
    assert client.post(reverse("activity_new"), data | {"do": "save"}).status_code == 302
    record = only()
    pages = [panel, client.get(reverse("activity_edit", args=[record.pk])).content.decode()]
    pages.append(client.get(reverse("activity_detail", args=[record.pk])).content.decode())
    client.post(reverse("activity_submit", args=[record.pk]))
    assert only().state == "submitted"
    pages.append(client.get(reverse("activity_detail", args=[record.pk])).content.decode())
    pages.append(as_("staff").get(reverse("review_detail", args=[record.pk])).content.decode())
    said = [(quorum_line(page), uncounted(page)) for page in pages]
    assert said == [said[0]] * len(pages)
    if BODIES.get(kind) == Body.ASSEMBLY:
        assert said[0][0].startswith("应到会有表决权 ") and "实到会有表决权 " in said[0][0]
    if kind in BODIES and there == "nobody":
        assert said[0][1], kind


def test_while_attendance_is_not_entered_the_pages_judge_nothing(world, as_):
    client = as_("secretary_a")
    data = filled(world.branch_a) | {f"att-{member.pk}": "not_recorded" for member in world.people("branch_a")}
    panel = client.post(reverse("activity_checks"), data).content.decode()
    client.post(reverse("activity_new"), data | {"do": "save"})
    detail = client.get(reverse("activity_detail", args=[only().pk])).content.decode()
    assert "人未登记" in quorum_line(detail) and quorum_line(detail) == quorum_line(panel)
    assert uncounted(detail) == uncounted(panel) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (Body.ASSEMBLY, "应到会有表决权 8 人，实到会有表决权 3 人，至少需 4 人，还差 1 人，不能表决"),
        (Body.ELECTION, "应到会有选举权 8 人，实到会有选举权 3 人，至少需 4 人，还差 1 人，不能选举"),
        (Body.COMMITTEE, "应到委员 8 人，实到委员 3 人，至少需 4 人，还差 1 人，会议无效"),
    ],
)
def test_voters_are_called_voters(body, words):
    assert quorum_words({"assembly": Quorum(body, 8, 3, 4)})[0] == words


def test_a_talk_on_paper_names_its_two_sides_and_no_content(world, as_):
    one, other = world.people("branch_a")[3:5]
    said = RecordData(["talk"], clock.today(), title="谈心谈话", chair=one, attendance={other.pk: ("present", "")})
    talk = activity_record(by=world.secretary_a, organisation=world.branch_a, data=said)
    page = as_("secretary_a").get(reverse("activity_detail", args=[talk.pk])).content.decode()
    paper = page[page.index('class="record-minutes"') :]
    assert "谈话人签字" in paper and "<th>谈话对象</th>" in paper and "不记内容" in paper
    assert "主持人" not in paper and "<h3>内容</h3>" not in paper and "列席" not in paper


def test_who_held_what_says_nothing_twice(world, as_):
    assert held_by("信息中心党支部", "支部党员大会") == "信息中心党支部党员大会"
    assert held_by("机关党委", "机关党委会议") == "机关党委会议"
    assert held_by("第一党小组", "党小组会、党课") == "第一党小组会、党课"
    assert held_by("甲处党支部", "党课") == "甲处党支部党课"
    # Two kinds of one body below its quorum are one sentence and one word in the queue.
    people = list(roster(world.branch_a, clock.today()))
    few = dict.fromkeys(people[1:], "absent")
    record = submitted(world.branch_a, world.secretary_a, kinds=("assembly", "org_life"), states=few)
    page = as_("staff").get(reverse("review_detail", args=[record.pk])).content.decode()
    assert page.count("甲处党支部党员大会、组织生活会：到会 1 人，不足法定人数 3 人") == 1
    assert "支部支部" not in page
    chips = [one.chip for one in findings_for(world.staff, [only()])[record.pk]]
    assert chips.count("不足法定人数，差 2 人") == 1

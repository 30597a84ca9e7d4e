"""What is worth a look in a waiting record, from one function; the queue filtered by it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common import clock
from members.activities.models import Activity, Attendance
from members.activities.services import corrections, states
from members.activities.services.records import record_data
from members.reviews.findings import _pairs, findings_for, likeness, plain
from members.reviews.selectors import queue
from tests.members.activities.records import draft, filled, submitted

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 14)
LONG = "会议传达学习了上级关于机关党建工作的部署要求，逐项讨论了本支部下一步在窗口服务中发挥党员作用的具体措施，并明确了分工。"


@pytest.fixture(autouse=True)
def _in_october():
    with time_machine.travel("2026-10-15T10:00:00+08:00", tick=False):
        yield


def chips(world, record):
    row = queue(world.staff).get(pk=record.pk)
    return {one.chip: one.text for one in findings_for(world.staff, [row]).get(row.pk, [])}


def with_resolution(record):
    record.resolutions.create(order=1, text="三名党员包联窗口")
    return record


def test_a_record_without_anything_odd_has_no_finding(world):
    assert chips(world, with_resolution(submitted(world.branch_a, world.secretary_a, day=DAY))) == {}


def test_a_meeting_below_its_quorum_says_by_how_many(world):
    people = world.people("branch_a")
    away = dict.fromkeys(people, "absent")
    record = with_resolution(submitted(world.branch_a, world.secretary_a, day=DAY, states=away))
    found = chips(world, record)
    assert "无人到会" in found and "不计入应办事项" in found["无人到会"]
    assert f"{len(people)} 人缺席未写原因" in found
    Attendance.objects.filter(activity=record, member=people[0]).update(state="present")
    states.judgements_write(record)
    short = next(chip for chip in chips(world, record) if chip.startswith("不足法定人数，差"))
    row = record.judgements.get()
    assert short == f"不足法定人数，差 {row.needed - row.present} 人"


def test_people_who_were_not_on_the_roster_that_day_are_named(world):
    record = with_resolution(submitted(world.branch_a, world.secretary_a, day=DAY))
    stranger = world.people("branch_b")[0]
    record.attendance.create(member=stranger, organisation=world.branch_a, state="present")
    assert chips(world, record)["到会人员不在名册"] == f"{stranger.name}当天不在名册上"


def test_a_meeting_that_decides_without_a_resolution(world):
    assert "没有列出决议" in chips(world, submitted(world.branch_a, world.secretary_a, day=DAY))
    lecture = submitted(world.branch_a, world.secretary_a, day=DAY, kinds=["lecture"])
    assert chips(world, lecture) == {}


def test_what_a_branch_says_of_others_is_worth_a_look(world):
    kinds = ["lecture", "debrief", "training", "theme_day", "org_life"]
    record = submitted(world.branch_a, world.secretary_a, day=DAY, kinds=kinds)
    Activity.objects.filter(pk=record.pk).update(lecturer_name="外来人")
    found = chips(world, record)
    assert (
        found["证明他人履责"].startswith("述职评议会、") and "授课人外来人不是本支部党员" in found["授课人不在本支部"]
    )
    assert "5 个类型" in found
    Activity.objects.filter(pk=record.pk).update(lecturer_name=world.people("branch_a")[0].name)
    assert "授课人不在本支部" not in chips(world, record)


def test_a_host_that_has_not_confirmed(world):
    record = submitted(world.branch_a, world.secretary_a, day=DAY, kinds=["theme_day"], hosts=[world.branch_b])
    assert world.branch_b.label in chips(world, record)["共同举办待确认"]


def test_late_and_long_after_the_day(world):
    record = submitted(world.branch_a, world.secretary_a, day=DAY - timedelta(days=80), kinds=["lecture"])
    assert {"迟报", "81 天后报送"} <= set(chips(world, record))


def test_the_correction_of_an_accepted_record(world):
    record = submitted(world.branch_a, world.secretary_a, day=DAY, kinds=["lecture"])
    states.activity_accept(by=world.staff, activity=record)
    corrections.correction_begin(by=world.secretary_a, activity=record, reason="改主题")
    data = record_data(record)
    data.title = "更正后的主题"
    corrections.correction_submit(by=world.secretary_a, activity=record, data=data)
    assert "更正" in chips(world, Activity.objects.get(pk=record.pk))


@pytest.mark.parametrize(
    ("other", "same"),
    [(LONG, True), ("　" + LONG.replace("，", "、"), True), (LONG[:-8] + "并明确责任", True), (LONG[:30], False)],
)
def test_the_same_text_as_another_record_of_the_organisation(world, other, same):
    submitted(world.branch_a, world.secretary_a, day=DAY - timedelta(days=30), kinds=["lecture"], content=other)
    record = submitted(world.branch_a, world.secretary_a, day=DAY, kinds=["lecture"], content=LONG)
    assert ("与另一条记录相同" in chips(world, record)) is same


def test_the_words_of_another_branch_are_found_only_word_for_word_and_within_reach(world):
    submitted(world.branch_b, world.secretary_b, day=DAY, kinds=["lecture"], content=LONG)
    record = submitted(world.branch_a, world.secretary_a, day=DAY, kinds=["lecture"], content=LONG)
    assert world.branch_b.label in chips(world, record)["与另一条记录相同"]
    own = findings_for(world.secretary_a, [queue(world.staff).get(pk=record.pk)])
    assert own == {}
    Activity.objects.filter(pk=record.pk).update(content=LONG + "会后参观。")
    assert "与另一条记录相同" not in chips(world, record)


def test_a_draft_and_a_short_text_are_compared_with_nothing(world):
    draft(world.branch_a, world.secretary_a, day=DAY, kinds=["lecture"], content=LONG)
    record = submitted(world.branch_a, world.secretary_a, day=DAY, kinds=["lecture"], content=LONG)
    assert chips(world, record) == {}
    for _ in range(2):
        short = submitted(world.branch_a, world.secretary_a, day=DAY, kinds=["theme_day"], content="传达文件并讨论")
    assert chips(world, short) == {}


def test_likeness_is_a_share_of_pairs():
    assert likeness(_pairs("甲乙丙丁"), _pairs("甲乙丙丁")) == 1
    assert likeness(_pairs("甲乙丙丁"), _pairs("戊己庚辛")) == 0
    assert likeness(_pairs("甲乙丙"), _pairs("甲乙丁")) == 0.5
    assert plain("一、2026 年。A-b") == "一年Ab"


def test_the_findings_of_a_page_ask_the_same_number_of_statements_at_any_size(world):
    def asked():
        rows = list(queue(world.staff))
        with CaptureQueriesContext(connection) as seen:
            findings_for(world.staff, rows)
        return len(seen)

    for number in range(3):
        submitted(world.branch_a, world.secretary_a, day=DAY, kinds=["lecture"], content=LONG, title=f"甲{number}")
    few = asked()
    for number in range(8):
        submitted(world.branch_b, world.secretary_b, day=DAY, kinds=["lecture"], content=LONG, title=f"乙{number}")
    assert asked() == few <= 14


def test_the_queue_is_filtered_by_findings_in_the_address(world, as_):
    odd = submitted(world.branch_a, world.secretary_a, day=DAY, title="没有决议的大会")
    fine = submitted(world.branch_b, world.secretary_b, day=DAY, kinds=["lecture"], title="没有疑点的党课")
    url, client = reverse("review_queue"), as_("staff")
    everything = client.get(url).content.decode()
    assert odd.title in everything and fine.title in everything and "没有列出决议" in everything
    with_findings = client.get(url, {"found": "1"}).content.decode()
    assert odd.title in with_findings and fine.title not in with_findings
    without = client.get(url, {"found": "0"}).content.decode()
    assert fine.title in without and odd.title not in without
    ticked = client.get(url, {"select": "clean"}).content.decode()
    boxes = [line for line in ticked.split("<input") if f'value="{odd.pk}v' in line]
    assert len(boxes) == 1 and "checked" not in boxes[0].split(">")[0]
    clean = [line for line in ticked.split("<input") if f'value="{fine.pk}v' in line]
    assert len(clean) == 1 and "checked" in clean[0].split(">")[0]


def test_days_waited_are_counted_from_the_correction(world):
    record = submitted(world.branch_a, world.secretary_a, day=DAY, kinds=["lecture"])
    Activity.objects.filter(pk=record.pk).update(revised_at=clock.now() - timedelta(days=2))
    assert queue(world.staff).get(pk=record.pk).sent == clock.now() - timedelta(days=2)


def test_every_finding_has_a_look_in_the_queue_and_on_the_page(world, as_):
    record = submitted(world.branch_a, world.secretary_a, day=DAY - timedelta(days=80))
    found = chips(world, record)
    assert "81 天后报送" in found and "迟报" in found
    pages = {reverse("review_queue"): "81 天后报送", reverse("review_detail", args=[record.pk]): "活动过去 81 天才报送"}
    for path, words in pages.items():
        page = as_("staff").get(path)
        assert page.status_code == 200 and words in page.content.decode(), path


def test_a_record_longer_than_a_day_may_count_is_a_doubt_and_a_warning_in_the_form(world, as_):
    record = with_resolution(submitted(world.branch_a, world.secretary_a, day=DAY))
    Activity.objects.filter(pk=record.pk).update(starts_at="00:00", ends_at="23:59")
    assert "一天最多计 8 学时" in chips(world, record)["时长 23.9 小时"]
    typed = filled(world.branch_a, ("theme_day",), DAY, starts_at="00:00", ends_at="23:59")
    client = as_("secretary_a")
    assert "时长 23.9 小时，一天最多计 8 学时" in client.post(reverse("activity_checks"), typed).content.decode()
    uses = client.post("/uses/", typed).context["uses"]
    assert [line.title.partition("，")[2] for line in uses if line.kind == "出勤"] == ["时长 23.9 小时"]


def test_thirteen_kinds_around_the_clock_are_said_in_the_queue_for_several_and_in_the_review(world, as_):
    kinds = (
        "assembly", "committee_meeting", "lecture", "theme_day", "org_life", "member_review", "election",
        "training", "study", "visit", "oath", "dues", "debrief",
    )  # fmt: skip
    data = filled(world.branch_a, kinds, DAY, starts_at="00:00", ends_at="23:59")
    answer = as_("secretary_a").post(reverse("activity_new"), data | {"do": "submit"})
    assert answer.status_code == 302, answer.context["form"].errors
    record = Activity.objects.get(state="submitted")
    client, ticked = as_("staff"), {"record": f"{record.pk}v{record.version}"}
    queue_page = client.get(reverse("review_queue")).content.decode()
    several = client.get(reverse("activities_accept"), ticked).content.decode()
    review = client.get(reverse("review_detail", args=[record.pk])).content.decode()
    assert "13 个类型" in queue_page and "时长 23.9 小时" in queue_page
    for page in (several, review):
        assert "一条记录登记了 13 个类型，请逐项核对" in page and "请核对起止时间" in page

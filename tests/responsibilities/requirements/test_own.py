"""What one's own organisation owes on the start page, what a person owes in his file, papers that prove a requirement."""

import html
import re
from datetime import date, timedelta

import pytest

from assessments.home.selectors.record_effects.panel import effects_of_record
from branches.places.models.terms import Term
from common import clock
from common.periods import Period
from members.activities.models import Activity, ActivityKind, Attendance
from responsibilities.requirements.models import RequirementDocument
from responsibilities.requirements.selectors import one_requirement
from tests.records import counted

pytestmark = pytest.mark.django_db
YEAR = clock.today().year
PLAN = f"resp-annual-plan/{YEAR}"


@pytest.mark.parametrize(
    ("who", "said", "unsaid"),
    [
        ("party_secretary", ("局党组应办事项", "年度任务安排"), "双重组织生活通报"),
        ("leader", ("局党组应办事项", "年度任务安排"), "双重组织生活通报"),
        ("committee_secretary", ("机关党委应办事项", "双重组织生活通报"), "年度任务安排"),
        ("staff", ("机关党委应办事项", "双重组织生活通报"), "年度任务安排"),
        ("general_secretary", ("直属单位党总支应办事项", "所属党支部应办"), "主题党日"),
        ("secretary_b", ("书记、换届等事项", "书记述职（乙一）"), "党员大会"),
    ],
)
def test_each_start_page_has_what_its_own_organisation_owes(who, said, unsaid, world, as_):
    client = as_(who)
    # The leading group's page names what is owed among what waits (assessments/home/selectors/leader.py).
    assert ("/requirements/own/" in client.get("/").content.decode()) is (who not in ("party_secretary", "leader"))
    panel = client.get("/requirements/own/", headers={"HX-Request": "true"}).content.decode()
    assert all(words in panel for words in said) and unsaid not in panel
    assert panel.lstrip().startswith("<section") and "scope=own" in panel


def test_a_general_branch_sees_the_sum_of_what_its_branches_owe(world, as_):
    client = as_("general_secretary")

    def said():
        panel = client.get("/requirements/own/", headers={"HX-Request": "true"}).content.decode()
        found = re.search(r'href="([^"]+scope=below[^"]*)">所属党支部应办 (\d+) 项，已办 (\d+) 项', panel)
        return html.unescape(found[1]), int(found[2]), int(found[3]), panel

    url, owed, met, _ = said()
    day = date(YEAR, 1, 12)
    record = Activity.objects.create(
        organisation=world.branch_c, day=day, title="主题党日", state="accepted", late=True,
        submitted_at=clock.now(),
    )  # fmt: skip
    ActivityKind.objects.create(activity=record, kind="theme_day")
    people = world.people("branch_c")
    record.attendance.bulk_create(
        [Attendance(activity=record, member=one, organisation=world.branch_c, state="present") for one in people]
    )
    counted(record)
    url, now_owed, now_met, panel = said()
    assert (now_owed, now_met) == (owed, met + 1) and "其中补录或补办 1 项" in panel and "项逾期" in panel
    # The list that the sum leads to says the same.
    assert f"应办 {owed} 项，已办 {met + 1} 项" in client.get(url).content.decode()


def test_the_list_of_one_organisation_is_the_same_page_at_every_level(world, as_, to_come):
    staff = as_("staff")
    own = staff.get(f"/requirements/?organisation={world.committee.pk}&scope=own").content.decode()
    assert "双重组织生活通报" in own and "元旦春节走访" in own and "<td>甲处党支部" not in own
    below = staff.get(f"/requirements/?organisation={world.general.pk}").content.decode()
    assert "丙中心" in below and "主题党日" in below
    later = staff.get("/requirements/?state=not_alive").content.decode()
    assert "固定日收缴党费" in later and "都不计应办" in later


def test_a_person_reads_what_he_owes_in_his_file_and_nobody_elses(world, as_):
    first, second = world.people("branch_a")[0], world.people("branch_a")[3]
    page = as_("secretary_a").get(f"/requirements/of-member/{first.pk}/").content.decode()
    assert "书记述职（甲一）" in page and "书记轮训（甲一）" in page
    assert "没有本人应办事项" in as_("member").get(f"/requirements/of-member/{second.pk}/").content.decode()
    assert as_("member").get(f"/requirements/of-member/{first.pk}/").status_code == 404
    assert f"/requirements/of-member/{second.pk}/" in as_("member").get("/members/own/").content.decode()


def test_a_paper_proves_a_plan_until_it_is_withdrawn(world, as_):
    secretary, address = as_("party_secretary"), f"/requirements/{world.root.pk}/{PLAN}/"
    data = {"title": "年度任务安排", "number": "云测党组〔2026〕1号", "dated_on": f"{YEAR}-02-03"}
    for wrong in (
        {"title": ""},
        {"dated_on": f"{YEAR - 1}-12-30"},
        {"dated_on": str(clock.today() + timedelta(days=1))},
    ):
        answer = secretary.post(f"{address}document/", data | wrong)
        assert answer.status_code == 422 and "云测党组〔2026〕1号" in answer.content.decode()
    assert secretary.post(f"{address}document/", data).status_code == 302
    row = one_requirement(world.root, "resp-annual-plan", Period.parse(str(YEAR)))
    assert (row.state, row.on_time) == ("met", 1)
    assert "云测党组〔2026〕1号" in secretary.get(address).content.decode()
    document = RequirementDocument.objects.get()
    assert as_("secretary_a").post(f"/requirements/documents/{document.pk}/withdraw/").status_code == 404
    secretary.post(f"/requirements/documents/{document.pk}/withdraw/")
    assert one_requirement(world.root, "resp-annual-plan", Period.parse(str(YEAR))).done == 0
    late = data | {"dated_on": f"{YEAR}-04-01"}
    secretary.post(f"{address}document/", late)
    assert one_requirement(world.root, "resp-annual-plan", Period.parse(str(YEAR))).state == "met_late"
    assert secretary.get(f"/requirements/{world.root.pk}/life-study-group/{YEAR}Q1/document/").status_code == 404


def test_a_secretarys_debriefing_is_a_meeting_and_takes_no_paper(world, as_):
    address = f"/requirements/{world.branch_a.pk}/oa-debrief/{YEAR}/"
    assert "登记文件" not in as_("secretary_a").get(address).content.decode()
    data = {"title": "述职报告", "number": "", "dated_on": f"{YEAR}-02-03"}
    assert as_("secretary_a").post(f"{address}document/", data).status_code == 404
    assert not RequirementDocument.objects.exists()


def test_the_panel_of_a_record_says_which_subject_it_lacks(world):
    record = Activity.objects.create(
        organisation=world.root, day=date(YEAR, 9, 10), title="专题", state="accepted", topics=["governance"]
    )
    ActivityKind.objects.create(activity=record, kind="party_special")
    counted(record)
    told = {line.title: (line.note, line.mark) for line in effects_of_record(record) if line.kind == "义务"}
    assert told["下半年研究全面从严治党"][1] == "完成"
    Activity.objects.filter(pk=record.pk).update(state="submitted")
    record.refresh_from_db()
    told = {line.title: (line.note, line.mark) for line in effects_of_record(record) if line.kind == "义务"}
    # The word of the requirement's own page.
    assert told["下半年研究全面从严治党"][1] == "待审核"
    assert told["下半年研究意识形态工作"] == ("没有标明议题“意识形态工作”，不计入", "不计入")


def test_a_general_branchs_secretary_debriefs_and_its_term_is_owed_too(world, as_):
    Term.objects.create(organisation=world.general, expires=date(YEAR, 12, 20))
    rows = (
        one_requirement(world.general, "oa-debrief", Period.parse(str(YEAR))),
        one_requirement(world.general, "term-on-time", Period.parse(str(YEAR))),
    )
    assert [row.expected for row in rows] == [1, 1]
    page = as_("general_secretary").get("/requirements/own/").content.decode()
    assert "书记述职" in page and "按期换届" in page and "今年应办 0 项" not in page

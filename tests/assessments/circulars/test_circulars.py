"""A committee's circular of a quarter: one click to a draft, words by hand, numbers never; issued it stands."""

import io
from datetime import date, timedelta

import pytest
import time_machine
from django.http import Http404
from docx import Document

from assessments.circulars import services
from assessments.circulars.content import gather
from assessments.circulars.services import circular_change, circular_issue, circular_make
from branches.access.services.appointments import appointment_make
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.places import tree
from branches.reach.access import Forbidden
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.circulars.models import Circular
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.rules import REQUIREMENT_RULES
from responsibilities.requirements.selectors import requirements
from responsibilities.work.models import SyncStage, SyncStageKind, WorkCarrier, WorkItem
from tests.members.activities.records import submitted
from tests.responsibilities.duties.world import duty, html, issued, record, slot
from tests.responsibilities.work.support import linked
from tests.world import CAST

pytestmark = pytest.mark.django_db
Q3 = Period.parse("2026Q3")
NOW = "2026-10-12T09:00:00+08:00"


def at(day, hour="09"):
    return time_machine.travel(f"{day}T{hour}:00:00+08:00", tick=False)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def item(world):
    """An item that branch B and branch A carry: its study is missing, its arrangement not due."""
    found = WorkItem.objects.create(
        organisation=world.committee, name="能源保供", starts=date(2026, 1, 1), ends=date(2026, 12, 31)
    )
    for place, leads in ((world.branch_b, True), (world.branch_a, False)):
        WorkCarrier.objects.create(item=found, organisation=place, leads=leads)
    for kind in SyncStageKind:
        day = date(2026, 7, 2) if kind == SyncStageKind.STUDY else None
        SyncStage.objects.create(item=found, stage=kind, happened_on=day)
    return found


def draft(world, quarter=Q3):
    return circular_make(by=world.staff, organisation=world.committee, quarter=quarter)[0]


def made(world, quarter=Q3):
    found = draft(world, quarter)
    circular_issue(by=world.staff, circular=found)
    found.refresh_from_db()
    return found


def form_of(client, circular, **changes):
    """Return the POST of the draft's form as it is drawn, with changes."""
    form = client.get(f"/circulars/{circular.pk}/").context["form"]
    return {name: form[name].value() for name in form.fields} | changes


# ---- one click


@pytest.mark.parametrize(("path", "where"), [("/sync/", "board"), ("/dashboard/?period=2026Q3", "heat map")])
def test_one_click_from_board_or_heat_map_makes_the_draft_and_the_second_opens_it(world, as_, item, path, where):
    staff = as_("staff")
    page = html(staff.get(path))
    assert 'action="/circulars/make/"' in page and "生成通报" in page
    # Without a quarter: the one that is over and not told of yet.
    answer = staff.post("/circulars/make/", {"period": "2026Q3"} if "period" in path else {})
    found = Circular.objects.get()
    assert answer["Location"] == f"/circulars/{found.pk}/" and (found.period, found.state) == ("2026Q3", "draft")
    assert found.number == "" and found.issued_on is None
    again = staff.post("/circulars/make/", {"period": "2026Q3"})
    assert again["Location"] == answer["Location"] and Circular.objects.count() == 1
    circular_issue(by=world.staff, circular=found)
    assert staff.post("/circulars/make/", {"period": "2026Q3"})["Location"] == answer["Location"]
    # Now the running quarter is the next.
    staff.post("/circulars/make/")
    assert set(Circular.objects.values_list("period", flat=True)) == {"2026Q3", "2026Q4"}


@pytest.mark.parametrize("who", [who for who in CAST if who not in ("staff", "committee_secretary")])
def test_nobody_without_assign_work_at_the_committee_makes_changes_or_issues_one(world, as_, item, who):
    found = draft(world)
    client = as_(who)
    for path in ("/sync/", "/dashboard/"):
        assert "生成通报" not in html(client.get(path, follow=True))
    assert client.post("/circulars/make/", {"period": "2026Q4"}).status_code == 404
    for step in ("", "issue/", "refresh/", "drop/"):
        assert client.post(f"/circulars/{found.pk}/{step}", {"title": "改过的"}).status_code == 404
    with pytest.raises((Forbidden, Http404)):
        circular_issue(by=world.user(who), circular=found)
    found.refresh_from_db()
    assert (found.state, Circular.objects.count(), Notice.objects.filter(kind="circular").count()) == ("draft", 1, 0)


def test_a_committee_circulates_about_itself_only(world, as_, item):
    """Another committee beside: its staff neither reads the draft nor issues it, and its quarter is its own."""
    other = tree.organisation_create(
        by=OPERATOR,
        name="中共云川市测试局第二机关委员会",
        short_name="第二机关党委",
        kind="committee",
        founded=date(2015, 5, 20),
        parent=world.root,
    )
    appointment_make(
        by=OPERATOR, user=world.outsider, role="committee_staff", starts=date(2015, 5, 20), organisation=other
    )
    found = draft(world)
    client = as_("outsider")
    assert client.get(f"/circulars/{found.pk}/").status_code == 404
    assert client.post(f"/circulars/{found.pk}/issue/").status_code == 404
    answer = client.post("/circulars/make/", {"organisation": world.committee.pk, "period": "2026Q3"})
    assert answer.status_code == 422 and Circular.objects.count() == 1
    assert client.post("/circulars/make/", {"period": "2026Q3"}).status_code == 302
    mine = Circular.objects.get(organisation=other)
    assert mine.content["places"] == [] and mine.content["work"]["due"] == 0
    circular_issue(by=world.staff, circular=found)
    assert client.get(f"/circulars/{found.pk}/").status_code == 404, "it does not go to that committee"


@pytest.mark.parametrize("period", ["2027Q1", "2026", "2026-07", "abc"])
def test_only_a_quarter_that_has_begun(world, as_, period):
    answer = as_("staff").post("/circulars/make/", {"period": period})
    assert answer.status_code == 422 and not Circular.objects.exists()


# ---- what it says


def test_the_numbers_are_those_of_board_and_requirements_and_branches_stand_in_tree_order(world, as_, item):
    content = gather(world.committee, Q3, clock.today())
    assert content["work"] == {"items": 1, "due": 1, "synchronised": 0, "lagging": 0, "missing": 1}
    keys = [row["key"] for row in content["places"]]
    order = list(world.committee.get_descendants().values_list("pk", flat=True))
    assert keys == sorted(keys, key=order.index) and world.branch_a.pk in keys and world.branch_b.pk in keys
    for row in content["places"]:
        assert len(row["stages"]) == (row["key"] in (world.branch_a.pk, world.branch_b.pk))
    branches = [world.branch_a, world.branch_b, world.branch_c]
    rows = [
        row
        for row in requirements(Period.parse("2026"), organisations=[place.pk for place in branches])
        if row.due in Q3 and row.state == RequirementState.OVERDUE
    ]
    assert content["life"]["overdue"] == len(rows) > 10
    assert sum(len(row["requirements"]) for row in content["places"]) == len(rows)


def test_what_was_done_in_time_or_late_is_counted_and_only_what_lacks_is_named(world, item):
    before = gather(world.committee, Q3, clock.today())
    meeting = submitted(world.branch_b, world.secretary_b, day=date(2026, 7, 20))
    linked(item, "study", meeting)
    record(world, world.branch_a, "theme_day", date(2026, 7, 15))
    content = gather(world.committee, Q3, clock.today())
    assert content["work"] == {"items": 1, "due": 1, "synchronised": 0, "lagging": 1, "missing": 0}
    (lack,) = next(row for row in content["places"] if row["key"] == world.branch_b.pk)["stages"]
    assert lack["text"] == "滞后 18 天，业务 7月2日" and lack["mend"] == ""
    assert content["life"]["done"] > before["life"]["done"]
    assert content["life"]["overdue"] < before["life"]["overdue"]


def test_no_person_no_points_no_rank(world, as_, item):
    issued(world)
    found = draft(world)
    page = html(as_("staff").get(f"/circulars/{found.pk}/"))
    text = str(found.content) + page[page.index("<article") : page.index("</article>")]
    for words in ("甲一", "乙一", "名次", "排名", "得分"):
        assert words not in text
    assert found.content["life"]["leaders"] in (0, 1, 2)


def test_words_can_be_changed_and_numbers_cannot(world, as_, item):
    found, staff = draft(world), as_("staff")
    typed = form_of(
        staff, found, asks="请尽快补齐。\n不能补的写明原因。", number="测机党通〔2026〕2号", until="2026-10-31"
    )
    numbers = found.content
    answer = staff.post(f"/circulars/{found.pk}/", typed | {"content": "{}", "state": "issued", "period": "2026Q1"})
    assert answer.status_code == 302
    found.refresh_from_db()
    assert (found.number, found.until, found.period, found.state) == (
        "测机党通〔2026〕2号",
        date(2026, 10, 31),
        "2026Q3",
        "draft",
    )
    assert found.content == numbers and found.asks.startswith("请尽快补齐。")
    page = html(staff.get(f"/circulars/{found.pk}/"))
    assert "应同步 1 个环节，同步 0 个，滞后 0 个，缺失 1 个" in page and "2026年10月31日前办理完毕" in page
    for wrong in ({"number": "2号"}, {"until": "2026-10-11"}, {"title": ""}, {"until": "x"}):
        assert staff.post(f"/circulars/{found.pk}/", form_of(staff, found, **wrong)).status_code == 422
    # A form that was drawn before somebody else changed the draft writes nothing.
    old = form_of(staff, found, title="旧窗口")
    circular_change(by=world.committee_secretary, circular=found, data={"title": "新的标题"})
    assert staff.post(f"/circulars/{found.pk}/", old).status_code == 409
    assert Circular.objects.get().title == "新的标题"


def test_numbers_are_taken_anew_on_demand_and_words_stay(world, as_, item):
    found = draft(world)
    circular_change(by=world.staff, circular=found, data={"asks": "按期补齐。"})
    record(world, world.branch_a, "theme_day", date(2026, 7, 15))
    with at("2026-10-14"):
        assert as_("staff").post(f"/circulars/{found.pk}/refresh/").status_code == 302
    before, found = found.content, Circular.objects.get()
    assert found.content["as_of"] == "2026-10-14" and found.asks == "按期补齐。"
    assert found.content["life"]["overdue"] < before["life"]["overdue"]


# ---- issuing


def test_issuing_tells_each_branch_named_with_a_link_that_opens_what_it_lacks(world, as_, item):
    found, staff = draft(world), as_("staff")
    asked = staff.get(f"/circulars/{found.pk}/issue/")
    assert "各收到一条通知" in html(asked)
    seen = asked.context["form"].initial["seen"]
    assert staff.post(f"/circulars/{found.pk}/issue/", {"seen": seen}).status_code == 302
    found.refresh_from_db()
    assert (found.state, found.issued_on, found.issued_by) == ("issued", date(2026, 10, 12), world.staff)
    notices = {row.recipient: row for row in Notice.objects.filter(kind="circular")}
    assert {world.secretary_a, world.secretary_b, world.secretary_c} == set(notices)
    assert len(notices) == Notice.objects.filter(kind="circular").count()
    notice = notices[world.secretary_b]
    assert notice.url == f"/circulars/{found.pk}/#place-{world.branch_b.pk}" and "乙处党支部有 " in notice.text
    client = as_("secretary_b")
    page = html(client.get(f"/circulars/{found.pk}/"))
    assert f'id="place-{world.branch_b.pk}"' in page and f'id="place-{world.branch_a.pk}"' not in page
    (part,) = client.get(f"/circulars/{found.pk}/").context["lacks"]
    for _, url, word in part["lines"]:
        assert word == "去补" and client.get(url).status_code == 200, url
    # Another branch's lacks are read, and lead nowhere that he may not go.
    assert "甲处党支部" in page and f"/requirements/{world.branch_a.pk}/" not in page


def test_an_issued_one_does_not_change_and_is_corrected_by_a_new_version_with_a_reason(world, as_, item):
    found, staff = made(world), as_("staff")
    before = Circular.objects.values().get()
    for step in ("", "issue/", "refresh/", "drop/"):
        assert staff.post(f"/circulars/{found.pk}/{step}", {"title": "改过的"}).status_code == 409, step
    with pytest.raises(Conflict):
        circular_change(by=OPERATOR, circular=found, data={"title": "改过的"})
    assert Circular.objects.values().get() == before
    assert staff.post(f"/circulars/{found.pk}/correct/", {"reason": " "}).status_code == 422
    record(world, world.branch_a, "theme_day", date(2026, 7, 15))
    assert staff.post(f"/circulars/{found.pk}/correct/", {"reason": "甲处7月已开展"}).status_code == 302
    newer = Circular.objects.get(version=2)
    assert (newer.corrects, newer.state, newer.number) == (found, "draft", "")
    assert staff.post(f"/circulars/{found.pk}/correct/", {"reason": "再改"}).status_code == 409
    # Until it is issued nobody else knows of it.
    assert "更正" not in html(as_("secretary_a").get(f"/circulars/{found.pk}/"))
    circular_issue(by=world.staff, circular=newer)
    assert "这一版已有第 2 版更正" in html(as_("secretary_a").get(f"/circulars/{found.pk}/"))
    page = html(as_("secretary_a").get(f"/circulars/{newer.pk}/"))
    assert "本通报更正 2026年10月12日印发的第 1 版：甲处7月已开展" in page
    assert Circular.objects.values().get(pk=found.pk) == before


def test_a_draft_is_thrown_away_and_each_step_leaves_its_entry(world, as_, item):
    staff = as_("staff")
    staff.post("/circulars/make/", {"period": "2026Q3"})
    pk = Circular.objects.get().pk
    assert staff.get(f"/circulars/{pk}/drop/").status_code == 200
    assert staff.post(f"/circulars/{pk}/drop/").status_code == 302 and not Circular.objects.exists()
    made(world)
    found = Circular.objects.get()
    paper = as_("secretary_a").post(f"/circulars/{found.pk}/docx/")
    assert paper.status_code == 200
    verbs = list(AuditEntry.objects.filter(verb__startswith="circular.").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["circular.make", "circular.drop", "circular.make", "circular.issue", "circular.export"]


def test_the_document_reads_as_the_page_does(world, as_, item):
    found = draft(world)
    circular_change(by=world.staff, circular=found, data={"number": "测机党通〔2026〕2号"})
    circular_issue(by=world.staff, circular=found)
    answer = as_("secretary_a").post(f"/circulars/{found.pk}/docx/")
    paper = Document(io.BytesIO(answer.content))
    texts = [row.text for row in paper.paragraphs]
    for words in ("测机党通〔2026〕2号", "各党总支、党支部：", "一、四同步情况", "三、有关要求", "2026年10月12日"):
        assert words in texts, words
    assert texts[-2:] == [world.committee.name, "2026年10月12日"]
    first = [cell.text for cell in paper.tables[0].rows[1].cells]
    assert first == ["甲处党支部", "能源保供　同步研究", "缺失，业务7月2日，未见党建记录"]
    body = html(as_("secretary_a").get(f"/circulars/{found.pk}/"))
    assert "缺失，业务 7月2日，未见党建记录" in body


# ---- the committee's duties


@pytest.mark.parametrize(
    ("day", "state", "late"),
    [("2026-10-15", "closed", 0), ("2026-10-16", "closed", 1), ("2026-11-20", "closed", 1)],
)
def test_the_circular_closes_both_duties_of_its_quarter_and_is_late_from_the_day_after(world, day, state, late):
    issued(world)
    with at(day, "23"):
        made(world)
        for key in ("cm-sync", "cm-check"):
            found = slot(duty(key), "2026Q3")
            assert (found.state, found.late, found.due) == (state, late, date(2026, 10, 15)), key


def test_a_draft_proves_nothing_and_the_step_leads_to_the_form(world, as_):
    issued(world)
    one = duty("cm-sync")
    with at("2026-10-15"):
        draft(world)
        assert slot(one, "2026Q3").state == "open"
    with at("2026-10-16"):
        found = slot(one, "2026Q3")
        assert (found.state, found.mend[0], found.text) == ("overdue", "生成通报", "未见印发的通报")
        page = html(as_("staff").get(f"/duties/{one.pk}/"))
        assert f"/circulars/make/?organisation={world.committee.pk}&amp;period=2026Q3" in page
        form = as_("staff").get(str(found.mend[1]))
        assert form.status_code == 200 and form.context["form"].initial["period"] == "2026Q3"
        # What branches did closes nothing, and what was issued is seen from its day on only.
        made(world)
    with at("2026-10-20"):
        later = slot(one, "2026Q3")
        assert (later.state, later.late, later.text) == ("closed", 1, "10月16日印发通报")


def test_a_correction_makes_nothing_late(world, as_):
    issued(world)
    first = made(world)
    with at("2026-11-20"):
        as_("staff").post(f"/circulars/{first.pk}/correct/", {"reason": "数字有误"})
        circular_issue(by=world.staff, circular=Circular.objects.get(version=2))
        found = slot(duty("cm-check"), "2026Q3")
    assert (found.state, found.done, found.late) == ("closed", 1, 0)


def test_a_circular_of_another_quarter_or_committee_proves_nothing(world):
    issued(world)
    one = duty("cm-sync")
    made(world, Period.parse("2026Q2"))
    assert (slot(one, "2026Q2").state, slot(one, "2026Q2").late) == ("closed", 1)
    assert slot(one, "2026Q3").done == 0
    Circular.objects.update(organisation=world.root)
    assert slot(one, "2026Q2").done == 0


def test_two_clicks_at_once_find_one_draft(world, item, monkeypatch):
    """The second had looked before the first had written."""
    first, looked = draft(world), []

    def blind(organisation, quarter):
        looked.append(quarter)
        return None if len(looked) == 1 else first

    monkeypatch.setattr(services, "latest", blind)
    assert circular_make(by=world.staff, organisation=world.committee, quarter=Q3) == (first, False)
    assert Circular.objects.count() == 1


def test_a_day_that_has_passed_meanwhile_is_not_issued(world, as_, item):
    found = draft(world)
    with at(str(found.until + timedelta(days=1))):
        as_("staff").post(f"/circulars/{found.pk}/issue/")
    found.refresh_from_db()
    assert found.state == "draft"


# ---- what it fulfils beside the two duties


def told_of(world, as_of=None):
    (row,) = [
        row
        for row in requirements(Q3, organisations=[world.committee.pk], as_of=as_of, rules=REQUIREMENT_RULES)
        if row.rule == "life-double-report"
    ]
    return row


def test_it_meets_the_report_on_double_organisation_life_where_it_tells_of_it(world, as_):
    address = f"/requirements/{world.committee.pk}/life-double-report/2026Q3/"
    assert (told_of(world).state, told_of(world).due) == (RequirementState.DUE_SOON, date(2026, 10, 15))
    assert "生成通报" in html(as_("staff").get(address)) and "生成通报" not in html(as_("leader").get(address))
    # Nobody of the leading group has a list yet, so the circular cannot say who took part.
    silent = made(world)
    page = html(as_("staff").get(address))
    assert silent.title in page and "没有写明领导干部双重组织生活情况，不计入" in page and "生成通报</a>" not in page
    assert told_of(world).done == 0
    issued(world)
    correction = services.circular_correct(by=world.staff, circular=silent, reason="漏写双重组织生活")
    assert correction.content["life"]["leaders"] > 0 and told_of(world).done == 0, "a draft tells nobody"
    circular_issue(by=world.staff, circular=correction)
    row = told_of(world)
    assert (row.state, row.on_time, row.circulars) == (RequirementState.MET, 1, [correction.pk])
    assert told_of(world, date(2026, 10, 11)).done == 0
    assert f'href="/circulars/{correction.pk}/"' in html(as_("staff").get(address))


def test_after_the_days_that_the_duty_allows_it_is_late(world):
    issued(world)
    with at("2026-10-16"):
        made(world)
        assert (told_of(world).state, told_of(world).late) == (RequirementState.MET_LATE, 1)

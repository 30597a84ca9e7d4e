"""The board and the rates: filters, order, counts, drill-down, exports, and how many statements they take."""

import copy
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.audit.models import AuditEntry
from common.operator import OPERATOR
from members.activities.services.states import activity_accept
from responsibilities.work.models import SyncStage, WorkCarrier, WorkItem
from responsibilities.work.selectors import boards
from responsibilities.work.selectors.items import next_step
from responsibilities.work.services.stages import stage_waive
from responsibilities.work.stages import sync_points
from tests.examples import BRIEF
from tests.responsibilities.work.support import ago, department, happened, item_at, linked, record_on
from tests.shared import made_once

pytestmark = pytest.mark.django_db


def make_items(world):
    """One item with each kind of state: missing and lagging, all synchronised, waiting, waived."""
    energy, price = department("能源处", world.branch_a), department("价格处", world.branch_b)
    bad = item_at(world.committee, [world.branch_a], name="能源保供", lead=energy, leader=world.leader)
    happened(bad, "study", ago(60))
    linked(bad, "study", record_on(world.branch_a, world.secretary_a, ago(40)))
    happened(bad, "arrangement", ago(30))
    good = item_at(world.committee, [world.branch_a, world.branch_b], name="价格监测", lead=price, kind="agency")
    for number, stage in enumerate(("study", "arrangement", "implementation", "assessment")):
        happened(good, stage, ago(80 - 10 * number))
        linked(good, stage, record_on(world.branch_b, world.secretary_b, ago(78 - 10 * number), kinds=("theme_day",)))
    waiting = item_at(world.committee, [world.branch_c], name="数字经济", leader_name="外单位领导")
    happened(waiting, "study", None, planned=ago(9))
    waived = item_at(world.committee, [world.branch_c], name="节能审查")
    happened(waived, "study", ago(50))
    stage_waive(by=OPERATOR, stage=waived.stages.get(stage="study"), reason="上级统一组织")
    return {"bad": bad, "good": good, "waiting": waiting, "waived": waived}


kept_items = made_once(make_items)


@pytest.fixture
def items(kept_items, world):
    return copy.deepcopy(kept_items)


def shown(answer):
    """Return the names of the items on a page of the board, in order."""
    assert answer.status_code == 200
    return [line.item.name for line in answer.context["lines"]]


def test_the_board_finds_what_is_wrong_and_puts_it_first(as_, items):
    answer = as_("staff").get("/sync/")
    assert answer.context["title"] == "2 处不同步，同步研究最多"
    assert shown(answer) == ["能源保供", "数字经济", "节能审查", "价格监测"]
    line = answer.context["lines"][0]
    assert (line.done, line.owed, line.closed) == (0, 4, False)
    assert line.next.text == "甲处党支部补“同步安排”的佐证"
    assert [cell.show.state for cell in line.cells] == ["lagging", "missing", "not_due", "not_due"]
    assert answer.context["lines"][-1].closed
    page = answer.content.decode()
    assert "已 30 天未见" in page and "相差 20 天" in page and "已闭环" in page
    assert 'href="/activities/' in page, "the evidence leads to its record"


def test_the_chip_says_of_a_record_that_it_waits_for_review(world, as_, items):
    def chip():
        (line,) = as_("staff").get("/sync/?word=能源").context["lines"]
        return line.cells[0].label

    assert chip().endswith("（待审核）")
    record = items["bad"].stages.get(stage="study").evidence.get().activity
    activity_accept(by=world.staff, activity=record, version=record.version)
    assert chip() and "待审核" not in chip()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=missing", ["能源保供"]),
        ("state=lagging&stage=study", ["能源保供"]),
        ("state=lagging&stage=arrangement", []),
        ("state=waits", ["数字经济"]),
        ("state=closed", ["价格监测"]),
        ("state=open", []),
        ("state=given_up", []),
        ("state=to_confirm", []),
        ("state=waived", ["节能审查"]),
        ("state=due", ["能源保供", "价格监测"]),
        ("kind=agency", ["价格监测"]),
        ("word=保供", ["能源保供"]),
        ("leader=外单位领导", ["数字经济"]),
        ("period=2020", []),
    ],
)
def test_each_filter_of_the_address_keeps_its_items(as_, items, query, names):
    assert shown(as_("staff").get(f"/sync/?{query}")) == names


def test_filters_by_branch_department_and_leader(world, as_, items):
    client = as_("staff")
    assert shown(client.get(f"/sync/?branch={world.branch_b.pk}")) == ["价格监测"]
    assert shown(client.get(f"/sync/?branch={world.general.pk}")) == ["数字经济", "节能审查"]
    assert shown(client.get(f"/sync/?department={items['bad'].lead_id}")) == ["能源保供"]
    assert shown(client.get(f"/sync/?leader={world.leader.pk}")) == ["能源保供"]
    wrong = client.get("/sync/?branch=99999&state=quatsch&stage=x&period=2026Q9")
    assert len(shown(wrong)) == 4 and "已忽略" in wrong.content.decode()


def test_everybody_sees_his_own_part(world, as_, items):
    assert shown(as_("secretary_a").get("/sync/")) == ["能源保供", "价格监测"]
    assert shown(as_("secretary_c").get("/sync/")) == ["数字经济", "节能审查"]
    assert shown(as_("leader_a1").get("/sync/")) == []
    # Of another branch's record the label is read, its page is not.
    foreign = [line for line in as_("secretary_a").get("/sync/").context["lines"] if line.item.name == "价格监测"]
    assert all(cell.label and not cell.url for cell in foreign[0].cells)
    own = as_("leader").get("/sync/")
    assert "我分管的" in own.content.decode()
    assert "我分管的" not in as_("staff").get("/sync/").content.decode()


def test_the_board_goes_out_as_a_workbook(as_, items):
    answer = as_("staff").post("/sync/export/?state=missing")
    book = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [row for row in book.iter_rows(values_only=True) if row[0] == "能源保供"]
    assert [row[5] for row in rows] == ["同步研究", "同步安排", "同步实施", "同步考核"]
    assert [row[10] for row in rows] == ["滞后", "缺失", "未到期", "未到期"]
    assert AuditEntry.objects.filter(verb="sync.export").count() == 1


def test_each_number_of_the_rates_opens_the_items_that_make_it(as_, items):
    client = as_("staff")
    answer = client.get("/sync/rates/")
    assert answer.context["title"] == "同步率 66.7%，应同步 6 处，同步 4 处"
    whole = answer.context["whole"]["rate"]
    assert (whole.due, whole.synchronised, whole.lagging, whole.missing, whole.waived) == (6, 4, 1, 1, 1)
    assert (whole.closed, whole.items, whole.median_lag) == (1, 1, 2)
    rows = [answer.context["whole"], *answer.context["stages"], *answer.context["rows"]]
    for by in ("department", "leader"):
        rows += client.get(f"/sync/rates/?by={by}").context["rows"]
    assert len(rows) > 14
    names = {"应同步": "due", "同步": "synchronised", "滞后": "lagging", "缺失": "missing", "免予": "waived"}
    for row in rows:
        if row["label"] == "未填":
            continue
        for word, number, url in row["numbers"]:
            if not number:
                continue
            board = client.get(url)
            wanted = ("synchronised", "lagging", "missing") if word == "应同步" else (names[word],)
            found = 0
            for column in board.context["columns"]:
                found += sum(column.get(name, 0) for name in wanted)
            if word != "免予":
                assert found == number, (row["label"], word, url)
            assert shown(board), url
        closed = client.get(row["closed_url"])
        assert len(shown(closed)) == row["rate"].closed, row["label"]


def test_rates_stand_at_every_place_up_the_tree_and_count_a_shared_item_once(world, as_, items):
    rows = {row["label"]: row["rate"] for row in as_("staff").get("/sync/rates/").context["rows"]}
    assert rows["局党组"].due == rows["机关党委"].due == 6
    assert (rows["甲处党支部"].due, rows["乙处党支部"].due) == (6, 4)
    assert rows["丙中心党支部"].due == 0 and rows["丙中心党支部"].percent is None
    own = {row["label"]: row["rate"] for row in as_("secretary_b").get("/sync/rates/").context["rows"]}
    assert own["乙处党支部"].due == 4
    export = as_("staff").post("/sync/rates/export/?by=department")
    book = openpyxl.load_workbook(io.BytesIO(export.content)).active
    assert {"能源处", "价格处"} <= {row[0] for row in book.iter_rows(values_only=True)}


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("staff", True),
        ("committee_secretary", True),
        ("party_secretary", True),
        ("leader", False),
        ("discipline", False),
        ("secretary_a", False),
    ],
)
def test_leaders_stand_side_by_side_only_for_those_who_assess_or_publish(world, as_, items, who, sees):
    client = as_(who)
    answer = client.get("/sync/rates/?by=leader")
    assert ("按分管领导" in answer.content.decode()) == sees
    assert (answer.context["by"] == "leader") == sees
    assert (world.leader.name in {row["label"] for row in answer.context["rows"]}) == sees
    sheet = openpyxl.load_workbook(io.BytesIO(client.post("/sync/rates/export/?by=leader").content)).active
    cells = {row[0] for row in sheet.iter_rows(values_only=True)}
    assert ("分管领导" in cells) == (world.leader.name in cells) == sees


def many(world, number):
    """Put `number` items with four dated stages and a carrier straight into the tables."""
    for place in range(number):
        item = WorkItem.objects.create(
            organisation=world.committee,
            name=f"业务{place}",
            kind="city",
            starts=ago(200),
            ends=ago(-90),
            leader=world.leader,
        )
        WorkCarrier.objects.create(item=item, organisation=world.branch_a, leads=True)
        SyncStage.objects.bulk_create(
            SyncStage(item=item, stage=stage, happened_on=ago(150 - 30 * order - place % 20))
            for order, stage in enumerate(("study", "arrangement", "implementation", "assessment"))
        )


def statements(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_board_asks_the_same_number_of_statements_for_32_and_for_many_items(world, as_, items, monkeypatch):
    # Judged for the page, as where nothing is kept yet.
    monkeypatch.setattr(boards, "RECKONED", 1000)
    client = as_("staff")
    shell = statements(client, "/rules/")
    many(world, 28)
    few = {url: statements(client, url) for url in ("/sync/", "/sync/rates/", "/sync/?state=missing")}
    number = 150 if BRIEF else 500
    many(world, number - 32)
    assert WorkItem.objects.count() == number
    assert {url: statements(client, url) for url in few} == few
    assert few["/sync/"] - shell <= 14, (few, shell)
    assert as_("staff").get("/sync/").context["number"] == number
    assert len(shown(as_("staff").get("/sync/?all=1"))) == number, "the whole board on one page, for printing"
    item = WorkItem.objects.last()
    assert statements(client, f"/sync/{item.pk}/") == statements(client, f"/sync/{items['waiting'].pk}/")


def test_who_owes_the_next_step_is_said_in_words(world, items):
    names = {world.branch_a.pk: "甲处", world.branch_c.pk: "丙中心"}

    def words(key):
        item = items[key]
        return next_step(sync_points([item.pk]), names, item).text

    assert words("bad") == "甲处补“同步安排”的佐证"
    assert words("waiting") == "丙中心登记“同步研究”的业务日期"
    assert words("good") == "已闭环"
    happened(items["waiting"], "study", ago(2))
    assert words("waiting") == f"丙中心在 {ago(-5):%m-%d} 前开展“同步研究”"
    happened(items["waived"], "arrangement", None, planned=ago(-30))
    assert words("waived").startswith("丙中心准备“同步安排”，业务计划")


def test_closure_stands_once_on_the_page_of_rates_and_not_beside_a_single_stage(as_, items):
    page = as_("staff").get("/sync/rates/").content.decode()
    stages, places = page.split("四个环节", 1)[1].split("按党组织</h2>", 1)
    assert stages.count("闭环业务") == 1 and places.count(">闭环业务</th>") == 1


def test_the_form_of_a_stage_is_headed_by_how_it_stands(as_, items):
    stage = items["bad"].stages.get(stage="arrangement")
    page = as_("staff").get(f"/sync/stages/{stage.pk}/").content.decode()
    assert "<h1>同步安排：缺失，业务开展后已 30 天未见党建记录</h1>" in page


def test_only_a_missing_stage_can_be_put_under_supervision_from_the_board(as_, items):
    cells = [cell for line in as_("staff").get("/sync/").context["lines"] for cell in line.cells]
    assert {cell.show.state for cell in cells if cell.supervise} == {"missing"}
    assert all(cell.supervise for cell in cells if cell.show.state == "missing" and not cell.supervised)
    asked = [cell for line in as_("secretary_a").get("/sync/").context["lines"] for cell in line.cells]
    assert not any(cell.supervise for cell in asked)

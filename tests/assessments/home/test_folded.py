"""The folded map: what a group says is what its branches say unfolded, on trees that change, in every reach."""

import re
from datetime import date

import pytest
import time_machine

from assessments.facts import fill as rollups
from assessments.home.selectors import folded as folding
from assessments.home.selectors.dashboard import heat_map, totals
from branches.templatetags.heat import heat_cell, heat_cells, pct_cell
from common.forms import sought
from common.periods import Period
from tests.assessments.facts.random_agency import build
from tests.shared import made_once

pytestmark = pytest.mark.django_db
TODAY = "2026-11-25T10:00:00+08:00"


@time_machine.travel(TODAY, tick=False)
def make_branches(world):
    build(world, 77, branches=5, records=60)
    rollups.fill()


branches = made_once(make_branches)


@pytest.fixture
def filled(branches, world):
    with time_machine.travel(TODAY, tick=False):
        yield world


@pytest.mark.parametrize("quarter", ["2026Q4", "2026Q3", "2026Q1"])
@pytest.mark.parametrize("who", ["staff", "general_secretary"])
def test_a_group_says_what_its_branches_say(filled, quarter, who):
    user, quarter = getattr(filled, who), Period.parse(quarter)
    columns, groups = heat_map(user, quarter)
    found, page, figures = folding.folded(user, quarter)
    folded = page.object_list
    assert [column.key for column in found] == [column.key for column in columns]
    assert [(one.name, one.count, one.overdue, one.rate) for one in folded] == [
        (one.name, len(one.rows), one.overdue, one.rate) for one in groups
    ]
    whole = totals(groups)
    assert {name: figures[name] for name in ("branches", "due", "done", "overdue", "lag", "rate")} == {
        name: whole[name] for name in ("branches", "due", "done", "overdue", "lag", "rate")
    }
    assert [row.overdue for row in figures["lagging"]] == [row.overdue for row in whole["lagging"][: folding.NAMED]]
    names = {row.organisation: (row.name, set(row.overdue_names)) for row in whole["lagging"]}
    assert all(names[row.organisation] == (row.name, set(row.overdue_names)) for row in figures["lagging"])
    for one, group in zip(folded, groups):
        assert folding.opened(user, quarter, one.place) == group.rows


@pytest.mark.parametrize("state", ["overdue", "due_soon", "submitted", "returned"])
def test_a_state_shows_the_groups_that_have_it(filled, state):
    _, page, _ = folding.folded(filled.staff, Period.parse("2026Q4"), state=state)
    folded = page.object_list
    _, groups = heat_map(filled.staff, Period.parse("2026Q4"), state=state)
    # A branch with small groups shows the worst of a cell, the count is of each.
    counts = {group.name: group.count for group in folded}
    assert {group.name for group in groups} <= set(counts)
    assert all(counts[group.name] >= len(group.rows) > 0 for group in groups)


def test_many_branches_are_folded_and_one_group_opens_with_and_without_script(filled, as_, monkeypatch):
    client = as_("staff")
    assert not client.get("/dashboard/").context["folded"]
    monkeypatch.setattr(folding, "UNFOLDED", 2)
    page = client.get("/dashboard/")
    text = page.content.decode()
    group = page.context["groups"][0]
    assert page.context["folded"] and "data-of" not in text
    assert 'aria-expanded="false"\n' in text and f'href="?group={group.place}#group-{group.place}"' in text
    cell = next(one for one in group.cells if one.overdue and one.percent is not None)
    assert f'aria-label="{group.name} {cell.name}：{cell.percent}%，逾期{cell.overdue}项"' in text
    opened = client.get(f"/dashboard/?group={group.place}")
    rows = re.findall(r"<tr data-of=.*?</tr>", opened.content.decode(), re.S)
    assert len(rows) == group.count and 'aria-expanded="true"' in opened.content.decode()
    part = client.get(f"/dashboard/?group={group.place}", headers={"HX-Request": "true"}).content.decode()
    assert re.findall(r"<tr data-of=.*?</tr>", part, re.S) == rows and "<html" not in part
    # Of so many places upper levels are offered, and a branch that the address names.
    assert f'<option value="{filled.general.pk}"' in text and f'<option value="{filled.branch_a.pk}"' not in text
    one = client.get(f"/dashboard/?top={filled.branch_a.pk}")
    assert f'<option value="{filled.branch_a.pk}" selected' in one.content.decode() and not one.context["folded"]
    # Where these are too many as well, one is found by its name, a branch too.
    monkeypatch.setattr(sought, "OFFERED", 0)
    text = client.get("/dashboard/").content.decode()
    assert 'name="top_q"' in text and f'<option value="{filled.general.pk}"' not in text
    for place in (filled.general, filled.branch_a):
        found = client.get(f"/dashboard/?top_q={place.short_name}")
        assert f'<option value="{place.pk}" selected' in found.content.decode()
        assert found.context["form"].chosen()["top"] == place
    for wrong in ("0", "9223372036854775808", "x", "999999"):
        assert client.get(f"/dashboard/?top={wrong}").status_code == 200
        assert client.get(f"/dashboard/?group={wrong}").status_code == 200
    nothing = client.get("/dashboard/?group=999999", headers={"HX-Request": "true"})
    assert "data-of" not in nothing.content.decode()


def test_many_groups_are_shown_in_pages_and_none_is_lost(filled, as_, monkeypatch):
    monkeypatch.setattr(folding, "UNFOLDED", 0)
    monkeypatch.setattr(folding, "SHOWN", 1)
    monkeypatch.setattr(folding, "PER_PAGE", 1)
    client, quarter = as_("staff"), Period.parse("2026Q4")
    found = {}
    for order in ("lag", "tree"):
        pages = [folding.folded(filled.staff, quarter, order=order, number=number) for number in (1, 2)]
        assert pages[0][1].paginator.num_pages == 2 and pages[0][2] == pages[1][2], "figures are of all groups"
        found[order] = [group for _, page, _ in pages for group in page.object_list]
        assert [group.place for group in found[order]] == [
            client.get(f"/dashboard/?order={order}&page={number}").context["groups"][0].place for number in (1, 2)
        ]
    whole = {group.name: (len(group.rows), group.overdue, group.rate) for group in heat_map(filled.staff, quarter)[1]}
    for groups in found.values():
        assert {group.name: (group.count, group.overdue, group.rate) for group in groups} == whole
    assert [group.overdue for group in found["lag"]] == sorted((row[1] for row in whole.values()), reverse=True)
    page = client.get("/dashboard/?page=2&order=tree").content.decode()
    assert "共 2 个总支、直属单位，第 2 / 2 页" in page and 'href="?page=1&amp;order=tree"' in page


@pytest.mark.parametrize("who", ["staff", "general_secretary"])
def test_below_a_chosen_place_the_sums_are_those_of_its_branches(filled, who):
    quarter = Period.parse("2026Q4")
    for top in (filled.committee, filled.general, filled.branch_a):
        _, groups = heat_map(getattr(filled, who), quarter, top=top)
        _, page, figures = folding.folded(getattr(filled, who), quarter, top=top)
        whole = totals(groups)
        names = ("branches", "due", "done", "overdue", "lag", "rate")
        assert [figures[name] for name in names] == [whole[name] for name in names]
        assert {one.name: [(cell.due, cell.done, cell.overdue) for cell in one.cells] for one in page.object_list} == {
            group.name: _shares(filled, who, quarter, top, group) for group in groups
        }


def _shares(world, who, quarter, top, group):
    """Sum the cells of a group from its branches' facts, one by one."""
    found, facts = folding.facts_of(getattr(world, who), quarter, top, date.today())
    branches, shares = {row.organisation for row in group.rows}, {column.key: [0, 0, 0] for column in found}
    for fact in facts:
        if fact.branch in branches:
            share = shares[fact.measure.removeprefix("requirement."), fact.period]
            due = fact.due <= date.today()
            share[0] += due and fact.state in ("met", "met_late", "overdue")
            share[1] += due and fact.state in ("met", "met_late")
            share[2] += fact.state == "overdue"
    return [tuple(shares[column.key]) for column in found]


def test_nobody_opens_a_group_out_of_his_reach(filled, as_, monkeypatch):
    monkeypatch.setattr(folding, "UNFOLDED", 0)
    client = as_("general_secretary")
    groups = [group.place for group in client.get("/dashboard/").context["groups"]]
    assert groups == [filled.general.pk]
    other = client.get(f"/dashboard/?group={filled.committee.pk}", headers={"HX-Request": "true"})
    assert other.status_code == 200 and "data-of" not in other.content.decode()


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (heat_cell("overdue", 24, "/a/", True, "能源处 10月支委会"), 'aria-label="能源处 10月支委会：逾期24天"'),
        (heat_cell("due_soon", 3, "/a/"), 'class="dj-cell is-soon near" href="/a/" title="临期，还有3天"'),
        (heat_cell("met"), '<span class="dj-cell is-ok" title="已完成" role="img" aria-label="已完成">'),
        (heat_cell("met", of='"<b>'), 'aria-label="&quot;&lt;b&gt;：已完成"'),
        (pct_cell(None), "未知"),
        (pct_cell(59, "/a/", "能源处谈心"), 'aria-label="能源处谈心：59%"><i class="w-p59 is-low">'),
        (pct_cell(60), 'title="60%"><i class="w-p60 is-middle">'),
        (pct_cell(85), '<i class="w-p85"></i><span>85</span>'),
    ],
)
def test_a_cell_is_named_and_escaped(made, says):
    assert says in made


def test_a_row_has_a_cell_for_each_column(filled):
    columns, groups = heat_map(filled.staff, Period.parse("2026Q4"))
    row = groups[0].rows[0]
    made = heat_cells(row.name, row.cells)
    assert made.count("<td>") == len(columns)
    assert [cell.url for cell in row.cells if cell.state] == re.findall(r'href="(/[^"]*)" ?(?:data-pop|aria)', made)
    assert date.today() == date(2026, 11, 25)

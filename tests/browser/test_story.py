"""The main story, in a browser, against an installation of its own with a real worker: from the ledgers to the report.

Nothing depends on the day of the run but this: the meeting is held today, and the quarter assessed is the last closed one.
"""

import re
import sqlite3
import time
from datetime import timedelta

import docx
import pytest

from common import clock
from common.periods import MONTH, QUARTER, Period
from tests.browser.chromium import DESK, PHONE, violations
from tests.browser.installation import Installation
from tests.browser.steps import accept, appoint, enter_first, make_account, prove, record_a_theme_day
from tests.demo_agency import copy_of_the_empty
from tests.members.imports.support import written
from tests.paths import DATA

ROOT = (
    ["党组织全称", "简称", "组织类别", "上级党组织", "成立日期"],
    ["中共江州市发展和改革委员会党组", "党组", "党组", "", "2014-06-05"],
)
FIRST = (
    ("admin", "钱立", "system_administrator"),
    ("ganbu", "孙敏", "committee_staff"),
    ("dangwei", "李正", "committee_secretary"),
    ("lingdao", "周远", "leader"),
)
GRACE = 7
NUMBER = "江发改党〔2026〕1号"
PASSWORDS = {name: f"tall-Boat-{name}-4192" for name in ("admin", "ganbu", "dangwei", "lingdao", "shuji")}

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def installation(tmp_path, tmp_path_factory):
    """An installation as its operator leaves it: the root, and one account for each first duty, with their codes."""
    copy_of_the_empty(tmp_path_factory, tmp_path / "var")
    made = Installation(tmp_path / "var")
    _, *said = made.manage_each(
        ("import_organisations", written(tmp_path, "root", ROOT)),
        *(("create_account", name, "--name", person, "--role", role, "--at", "党组") for name, person, role in FIRST),
    )
    made.codes = {name: words.split("：")[-1].strip() for (name, _, _), words in zip(FIRST, said)}
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def enter(installation, contexts):
    """Return a function: the first login of an account with its one-time code, which sets the password."""

    def entered(name, code, size=DESK):
        page = contexts(viewport=size, accept_downloads=True).new_page()
        enter_first(page, installation.url, name, code, PASSWORDS[name])
        return page

    return entered


def last_closed_quarter():
    quarter = Period.containing(QUARTER, clock.today()).previous()
    return quarter if quarter.last + timedelta(days=GRACE) < clock.today() else quarter.previous()


def import_the_agency(page):
    """Upload the three ledgers, look at what was found, apply."""
    page.goto(page.home + "/imports/")
    for ledger in ("organisations", "members", "activities"):
        page.set_input_files(f"#id_{ledger}", DATA / "agency" / f"{ledger}.xlsx")
    page.click("text=上传并核对")
    page.wait_for_selector("h1:has-text('可以导入')")
    # The root is there already; its row is known again.
    assert "新增 688 条" in page.text_content("h1")
    page.click("main button:has-text('导入')")
    page.wait_for_selector("h1:has-text('台账已导入')")


def theme_day_cells(page):
    """Return {branch: (address, words)} of this month's theme days in the heat map, after an update."""
    page.goto(page.home + "/dashboard/")
    page.click("form[action^='/dashboard/update/'] button")
    page.wait_for_selector("text=汇总已更新")
    month = Period.containing(MONTH, clock.today())
    cells = page.locator(f"a.dj-cell[href*='/life-theme-day/{month}/']").all()
    words = [(cell.get_attribute("href"), cell.get_attribute("aria-label")) for cell in cells]
    return {words.split(" ")[0]: (address, words.split("：")[-1]) for address, words in words}


def appoint_the_secretary(administrator, secretary, branch):
    """The administrator makes the account, the secretary of the committee gives it the branch; return the secretary's code.

    The administrator's own ends with it.
    """
    first = make_account(administrator, "shuji", "吴晓", PASSWORDS["admin"])
    prove(secretary, "/appointments/new/?q=吴晓", PASSWORDS["dangwei"])
    code = appoint(secretary, "吴晓（shuji）", "branch_secretary", branch)
    assert code != first
    return code


def rows(installation, statement, *values):
    with sqlite3.connect(installation.folder / "tongbu.sqlite3", timeout=20) as database:
        return database.execute(statement, values).fetchall()


def wait_for_the_fact(installation, branch):
    """Send the beat's task to the worker and wait until the month's count of theme days is that of the records."""
    month = Period.containing(MONTH, clock.today())
    ((held,),) = rows(
        installation,
        "SELECT count(*) FROM members_activity a JOIN members_activitykind k ON k.activity_id = a.id"
        " WHERE a.organisation_id = ? AND k.kind = 'theme_day' AND a.state = 'accepted' AND a.day BETWEEN ? AND ?",
        branch,
        month.first.isoformat(),
        month.last.isoformat(),
    )
    assert held == 1
    installation.task("assessments.tasks.fill_facts")
    for _ in range(120):
        found = rows(
            installation,
            "SELECT own_numerator FROM assessments_fact"
            " WHERE measure = 'activities.theme_day' AND period = ? AND organisation_id = ?",
            str(month),
            branch,
        )
        # One family is filled after the other: the map is right once the requirement's fact is.
        owed = rows(
            installation,
            "SELECT state FROM assessments_fact"
            " WHERE measure = 'requirement.life-theme-day' AND period = ? AND organisation_id = ?",
            str(month),
            branch,
        )
        if found == [(held,)] and owed == [("met",)]:
            return
        time.sleep(0.5)
    raise AssertionError((found, owed))


def assess(staff, secretary, period):
    """Trial by staff, who send it; freeze and publish by the secretary of the committee, who ends on the report."""
    staff.goto(staff.home + "/results/")
    staff.select_option("#id_period", str(period))
    staff.click("text=开始试算")
    staff.wait_for_selector("text=试算完成")
    assert violations(staff) == []
    staff.click("text=送各党支部确认")
    staff.wait_for_selector("text=结果已送达")
    secretary.goto(staff.url)
    secretary.click("text=冻结结果")
    secretary.wait_for_selector("text=结果已冻结")
    secretary.click("text=发布报告")
    secretary.fill("#id_number", NUMBER)
    assert violations(secretary) == []
    secretary.click("main button[type=submit]")
    secretary.wait_for_selector("text=得分已锁定")


def read(page, period, folder):
    """Open the report from the list, follow a lost point, download the document; return (scores on screen, document)."""
    page.goto(page.home + "/reports/")
    page.click(f"tbody tr:has-text('{period.label()}') a")
    page.wait_for_selector("h1.report-title")
    scores = {}
    for row in page.locator("#annex-scores table >> nth=0").locator("tbody tr:has(td)").all():
        cells = row.locator("td").all_text_contents()
        found = [re.match(r"\s*(\d+\.\d)", cell) for cell in cells]
        scores[row.locator("a").text_content()] = next(one.group(1) for one in found if one)
    report = page.url
    lost = page.locator(".report-paper a[href*='/requirements/']").first
    words = lost.text_content()
    lost.click()
    page.wait_for_url("**/requirements/**")
    assert page.locator("h1").count() == 1 and violations(page) == []
    page.goto(report)
    with page.expect_download() as waiting:
        page.click("text=导出 Word")
    waiting.value.save_as(folder / "report.docx")
    return scores, words, docx.Document(folder / "report.docx")


def test_from_the_ledgers_to_the_report_in_the_hands_of_the_leader(installation, enter, tmp_path):
    staff = enter("ganbu", installation.codes["ganbu"])
    import_the_agency(staff)
    ((organisations,),) = rows(installation, "SELECT count(*) FROM branches_organisation")
    assert organisations == 36

    before = theme_day_cells(staff)
    assert len(before) == 16
    branch, (cell, _) = next((name, found) for name, found in before.items() if found[1].startswith(("未到期", "临期")))
    secretary = enter("dangwei", installation.codes["dangwei"])
    code = appoint_the_secretary(enter("admin", installation.codes["admin"]), secretary, branch)

    phone = enter("shuji", code, PHONE)
    record = record_a_theme_day(phone)
    accept(staff, record)
    wait_for_the_fact(installation, int(cell.split("/")[2]))
    staff.goto(staff.home + "/dashboard/")
    assert staff.get_attribute(f"a.dj-cell[href='{cell}']", "aria-label").endswith("：已完成")

    quarter = last_closed_quarter()
    installation.hears_nobody()
    assess(staff, secretary, quarter)
    scores, lost, document = read(enter("lingdao", installation.codes["lingdao"]), quarter, tmp_path)
    assert len(scores) == 16
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    table = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert NUMBER in text and quarter.label() in text
    for name, score in scores.items():
        assert any(name in line and any(cell.startswith(score) for cell in line) for line in table), (name, score)
    assert re.sub(r"\s", "", lost) in re.sub(r"\s", "", text + "".join(map("".join, table)))

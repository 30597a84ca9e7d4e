"""The newcomer's walk: from the first account's code to the first accepted record, all of it in the browser.

Only what the first start tells the operator to do on the command line is done there: the top of the tree, and its two accounts.
"""

import re
import time

from common import clock
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.steps import accept, appoint, enter_first, make_account, prove, record_a_theme_day
from tests.members.imports.support import written
from tests.world import identity

PASSWORD = "鼓楼东边第三棵银杏树-2026"
PLACES = (
    ["党组织全称", "简称", "组织类别", "上级党组织", "成立日期", "所在处室"],
    ["中共江州市测试局综合处支部委员会", "综合处党支部", "党支部", "机关党委", "2015-01-05", "综合处"],
)
PEOPLE = (
    ["姓名", "公民身份号码", "人员类别", "所在党支部", "加入党组织日期", "转为正式党员日期", "党内职务"],
    *(
        [name, identity(number), "正式党员", "综合处党支部", "2018-03-01", "2019-03-01", post]
        for number, (name, post) in enumerate([("吴晓", "书记"), ("乙", "组织委员"), ("丙", "")], start=60)
    ),
)


class Walk:
    """home: the address of the installation. manage: runs a command of it. contexts: makes a browser context."""

    def __init__(self, home, manage, contexts, folder):
        self.home, self.manage, self.contexts, self.folder = home, manage, contexts, folder

    def to_the_first_accepted_record(self, code):
        """code: of the first account. Returns the pages by account."""
        administrator = self.enter("admin", code)
        assert "还有 4 步" in administrator.inner_text("main")
        secretary = self.enter("dangwei", self.operator_makes_the_top())
        assert "还有 8 步" in secretary.inner_text("main") and violations(secretary) == []
        self.bring_in_the_ledgers(secretary)
        self.say_the_start(secretary)
        staff = self.staff(administrator, secretary)
        phone = self.enter("wuxiao", self.slip_of_the_secretary(secretary), PHONE)
        phone.click("button:has-text('是我本人')")
        phone.wait_for_selector("text=已确认")
        phone.goto(self.home)
        assert not scrolls_sideways(phone) and violations(phone) == []
        record = record_a_theme_day(phone)
        accept(staff, record)
        self.it_counts(staff, record)
        # The same address with its #counts would only scroll.
        phone.goto(self.home + record.partition("#")[0])
        assert "已通过" in phone.inner_text("main")

    def enter(self, username, code, size=DESK):
        page = self.contexts(viewport=size).new_page()
        enter_first(page, self.home, username, code, PASSWORD)
        return page

    def operator_makes_the_top(self):
        """Make the top of the tree, its secretary and the auditor; return the secretary's code."""
        names = ("--party-group=中共江州市测试局党组", "--committee=中共江州市测试局机关委员会", "--secretary=李正")
        return re.search(r"dangwei，一次性口令：(\S+)", self.manage("begin", *names, "--auditor=周明"))[1]

    def bring_in_the_ledgers(self, page):
        page.click("main a:has-text('导入') >> nth=0")
        for ledger, lines in (("organisations", PLACES), ("members", PEOPLE)):
            page.set_input_files(f"#id_{ledger}", written(self.folder, ledger, lines))
        page.click("text=上传并核对")
        page.wait_for_selector("h1:has-text('可以导入')")
        page.click("main button:has-text('导入')")
        page.wait_for_selector("h1:has-text('台账已导入')")

    def say_the_start(self, page):
        page.goto(self.home)
        assert "3 名党员" in page.inner_text("main")
        page.click("main a:has-text('确定日期')")
        page.fill("#id_day", clock.today().replace(day=1).isoformat())
        page.click("text=下一步：核对")
        page.click("main button:has-text('确定启用日期')")
        page.wait_for_selector("text=起计算义务和得分，正在重新汇总")

    def staff(self, administrator, secretary):
        """The administrator makes an account, the secretary appoints it: the committee's staff, signed in."""
        make_account(administrator, "ganbu", "孙敏", PASSWORD)
        prove(secretary, "/appointments/new/?q=孙敏", PASSWORD)
        return self.enter("ganbu", appoint(secretary, "孙敏（ganbu）", "committee_staff", "机关党委"))

    def slip_of_the_secretary(self, page):
        """Appoint whom the roster names; return the code from his slip."""
        page.goto(self.home)
        page.click("main a:has-text('任命书记')")
        assert page.get_by_label("吴晓").is_checked()
        page.click("main button:has-text('核对所选')")
        page.click("main button:has-text('任命并建立账号')")
        page.wait_for_selector(".slip-sheet")
        return page.inner_text(".slip-code")

    def it_counts(self, page, record):
        """The worker sums up: until then the dashboard says so, afterwards the requirement names the record."""
        deadline = time.monotonic() + 90
        while True:
            page.goto(self.home + "/dashboard/")
            main = page.inner_text("main")
            page.goto(self.home + "/requirements/")
            if "正在汇总" not in main and re.search(r"已办 [1-9]", page.inner_text("h1")):
                break
            assert time.monotonic() < deadline, page.inner_text("h1") + main[:500]
            page.goto(self.home + "/dashboard/")
            page.locator("form[action^='/dashboard/update/'] button").click()
        month = f"{clock.today():%Y-%m}"
        page.click(f"main a[href*='/life-theme-day/{month}/'] >> nth=0")
        page.wait_for_url("**/life-theme-day/**")
        assert page.locator(f"main a[href^='{record.partition('#')[0]}']").count()
        page.goto(self.home + "/first-steps/")
        assert "1 条记录" in page.inner_text("main")

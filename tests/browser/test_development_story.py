"""An applicant from his application to full membership, over invented years, in a real browser: each stop is met and mended."""

import os
from datetime import date

import pytest

from members.development.checks import DOCUMENTS
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.models.papers import PublicNotice
from members.development.selectors.cases import case_of
from members.roster.models.members import Member
from members.roster.services.standing import status_set
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand
from tests.members.development.written import HEARD, at, record

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Story:
    """Opens the case on a day as somebody, and enters steps as he would."""

    def __init__(self, open_page, live_world, home):
        self.open_page, self.world, self.home = open_page, live_world, home

    @property
    def case(self):
        return DevelopmentCase.objects.get()

    @property
    def member(self):
        return Member.objects.get(pk=self.case.member_id)

    def address(self, path):
        return f"/development/{self.case.pk}/{path}"

    def shown(self, day, who="secretary_a", path=""):
        """Return the text of a page of the case on a day, and the addresses of its links."""
        with at(day):
            page = self.open_page(who, self.address(path), viewport=DESK)
            assert not scrolls_sideways(page) and violations(page) == []
            links = page.eval_on_selector_all("main a", "links => links.map(one => one.getAttribute('href'))")
            text = page.inner_text("main")
            page.context.close()
            return text, links

    def send(self, on, path, label, /, who="secretary_a", **fields):
        """Fill in a page of the case on a day and send it. Returns the text of the page after it."""
        with at(on):
            page = self.open_page(who, self.address(path), viewport=DESK)
            for name, value in fields.items():
                chosen = page.locator(f"#id_{name}")
                (chosen.select_option if chosen.evaluate("one => one.tagName") == "SELECT" else chosen.fill)(value)
            Hand(page).send(label)
            said = page.inner_text("body")
            page.context.close()
            return said

    def enter(self, day, key, who="secretary_a", kind="", place=None, voters=(6, 6), **fields):
        """Enter a step on its day; kind: of the record that shows it, made beforehand. Returns the text of the page after it."""
        with at(day):
            shown = self.held(day, kind, place, voters) if kind else None
        named = {"activity": str(shown.pk)} if shown is not None else {}
        return self.send(day, f"steps/{key}/", "登记这一步", who, **named, **fields)

    def again(self, on, key, /, who="secretary_a", **fields):
        """Enter a step once more with what was typed before; fields: what is said otherwise."""
        return self.send(on, f"steps/{key}/", "登记这一步", who, **fields)

    def held(self, day, kind, place=None, voters=(6, 6)):
        there = self.member if kind in ("training", "talk", "oath") else None
        return record(place or self.world.branch_a, day, kind, there=there, voters=voters)

    def people(self, day, role, names, **fields):
        """Choose who accompanies the case by name. Returns the text of the page after it."""
        with at(day):
            page = self.open_page("secretary_a", self.address(f"people/{role}/"), viewport=DESK)
            for label in page.locator("label:has(input[name=people])").all():
                label.locator("input").set_checked(label.inner_text().strip() in names)
            for name, value in fields.items():
                page.fill(f"#id_{name}", value)
            Hand(page).send("保存")
            said = page.inner_text("main")
            page.context.close()
            return said

    def state(self, key, day):
        with at(day):
            return case_of(self.case).standing.of(key).state

    def note(self, key, day):
        with at(day):
            return case_of(self.case).standing.of(key).note

    def remove(self, day, key, who="secretary_a"):
        with at(day):
            entry = CaseStep.objects.standing().filter(key=key).latest("pk")
            page = self.open_page(who, f"/development/entries/{entry.pk}/remove/", viewport=DESK)
            page.fill("#id_reason", "登记有误")
            Hand(page).send("撤下")
            page.context.close()


BEHAVED = "政治立场坚定，工作表现突出"


def _applicant(story):
    """Application, talk, activist (dev-age, dev-talk-1m, dev-activist)."""
    with at("2026-06-01"):
        page = story.open_page("secretary_a", "/development/new/", viewport=PHONE)
        assert not scrolls_sideways(page) and violations(page) == []
        # The first stop: nobody applies before he is eighteen.
        for name, value in (("opened_on", "2026-06-01"), ("name", "申一"), ("birth_date", "2010-01-02")):
            page.fill(f"#id_{name}", value)
        page.click("main button[type=submit]")
        page.wait_for_url("**/development/*/")
        assert "未满 18 周岁" in page.inner_text("main")
        page.context.close()
        page = story.open_page("secretary_a", f"/members/{story.case.member_id}/edit/", viewport=PHONE)
        page.fill("#id_birth_date", "1996-01-02")
        Hand(page).send("保存")
        page.context.close()
    text, _ = story.shown("2026-06-01")
    assert "未满" not in text and "2 派人谈话" in text
    # A talk with somebody else is not his; the form of one opens with him named.
    with at("2026-06-20"):
        record(story.world.branch_a, "2026-06-19", "talk")
        page = story.open_page("secretary_a", story.address("steps/2/"), viewport=PHONE)
        assert page.locator("#id_activity option").count() == 1 and not scrolls_sideways(page)
        page.click("a:has-text('记谈心谈话')")
        assert "申一" in page.inner_text("main")
        page.context.close()
    assert "已登记" in story.enter("2026-06-20", "2", kind="talk")
    # Nobody accompanies an activist before he is one.
    refused = story.people("2026-06-25", "contact", ("甲一",))
    assert "须先办推荐和确定积极分子" in refused and "第九条" in refused
    # A meeting below its quorum stands there with the reason, and an activist of whom nobody says how he was found is none.
    with at("2026-07-01"):
        short = story.held("2026-06-30", "committee_meeting")
        short.judgements.update(valid=False, present=2, needed=4)
        text, _ = story.shown("2026-07-01", path="steps/3/")
        assert "到会 2 人，不足法定人数 4 人" in text
    assert "请填写" in story.enter("2026-07-01", "3", kind="committee_meeting")
    assert story.member.stage == "applicant"
    story.enter("2026-07-02", "3", kind="committee_meeting", text="党员推荐")
    assert story.member.stage == "activist"


def _activist(story):
    """Filing, contacts, reviews (dev-contacts, dev-review-6m)."""
    story.enter("2026-07-03", "4", who="staff")
    assert "最多 2 名" in story.people("2026-07-05", "contact", ("甲一", "甲二", "甲三"))
    story.people("2026-07-05", "contact", ("甲一", "甲二"))
    # The day was wrong: the same people with another day, and why.
    assert "请填写更正原因" in story.people("2026-07-06", "contact", ("甲一", "甲二"), starts="2026-07-04")
    story.people("2026-07-06", "contact", ("甲一", "甲二"), starts="2026-07-04", reason="日期登记错了")
    with at("2026-07-06"):
        assert case_of(story.case).standing.of("5").entry.day == date(2026, 7, 4)
    # The first review comes a week late and stays marked; the second comes in time.
    text, _ = story.shown("2027-01-05")
    assert "半年考察应在 2027-01-02 前进行，没有进行。" in text
    for day in ("2027-01-09", "2027-06-30"):
        story.send(day, "review/", "登记", text="积极参加活动，表现良好")
    assert "迟 7 天" in story.shown("2027-06-30")[0]


def _listed(story):
    """Proposed, consented to, on notice, listed (dev-object-1y, dev-object-consent, dev-public-5wd)."""
    # A year has to pass: it is not offered before, recorded without effect, and the consent above is refused while it has not.
    text, links = story.shown("2027-07-01")
    assert story.address("steps/7/") not in links and "2027-07-02 起可以办理" in text
    story.enter("2027-07-01", "7", kind="committee_meeting", text=HEARD)
    assert story.state("7", "2027-07-01") == "stopped"
    assert "须先办" in story.enter("2027-07-01", "8", who="staff", document="同意〔2027〕3号")
    story.remove("2027-07-02", "7")
    story.enter("2027-07-02", "7", kind="committee_meeting", text=HEARD)
    # The notice hangs after the consent; a superior who says no is asked anew.
    refused = story.send("2027-07-05", "notice/", "登记公示", posted_on="2027-07-05", places="一楼公示栏")
    assert "须先办上级党委同意，再公示" in refused and "第十三条" in refused
    story.enter("2027-07-06", "8", who="staff", result="failed", document="不同意〔2027〕1号")
    assert story.note("8", "2027-07-06").endswith("结论为不通过。")
    story.enter("2027-07-08", "8", who="staff", document="同意〔2027〕3号")
    refused = story.send("2027-07-09", "notice/", "登记公示", posted_on="2027-07-07", places="一楼公示栏")
    assert "不能早于上级党委同意（2027-07-08）" in refused
    story.send("2027-07-09", "notice/", "登记公示", posted_on="2027-07-08", places="一楼公示拦")
    # It was wrong: another one takes its place, and the first stays in the history.
    story.send("2027-07-09", "notice/", "更换公示", posted_on="2027-07-09", places="一楼公示栏", reason="地点写错")
    PublicNotice.objects.standing().update(first=date(2027, 7, 12), last=date(2027, 7, 16))
    # Before the five working days are over nobody is listed.
    text, links = story.shown("2027-07-15")
    assert "2027-07-17 起可列为发展对象" in text and "2027-07-08 张贴的公示已更换：地点写错" in text
    assert story.address("steps/8a/") not in links
    story.enter("2027-07-15", "8a", objections="0")
    assert story.state("8a", "2027-07-15") == "stopped" and story.member.stage == "activist"
    story.again("2027-07-19", "8a", day="2027-07-19")
    assert story.member.stage == "candidate"


def _prepared(story):
    """Introducers, political review, training, pre-review (dev-introducers-2, dev-introducer-bar, dev-political-review, dev-training)."""
    with at("2027-07-20"):
        watched = next(one for one in story.world.people("branch_a") if one.name == "甲三")
        spell = {"starts": date(2027, 7, 1), "ends": date(2028, 6, 30), "ground": "违纪", "document": "纪〔2027〕1号"}
        status_set(by=story.world.staff, member=watched, state="under_watch", **spell)
    story.people("2027-07-20", "introducer", ("甲一",))
    assert "现有 1 名" in story.note("9", "2027-07-20")
    story.people("2027-07-20", "introducer", ("甲一", "甲三"))
    assert "甲三在留党察看期间" in story.note("9", "2027-07-20")
    story.people("2027-07-21", "introducer", ("甲一", "甲二"), reason="甲三在留党察看期间")
    assert story.state("9", "2027-07-21") == "done"
    story.enter("2027-07-21", "10", result="failed", document="人事处")
    assert "结论为不通过" in story.note("10", "2027-07-21")
    # Reviewed by the branch's committee before all of it is there: no effect, and the pre-review is refused.
    story.enter("2027-07-21", "12", kind="committee_meeting")
    assert "须先办政治审查、集中培训" in story.note("12", "2027-07-21")
    assert "须先办" in story.enter("2027-07-21", "13", who="staff", document="预审〔2027〕1号")
    story.enter("2027-07-22", "10", document="人事处")
    # One day of training is too little; the others are added to it.
    story.enter("2027-07-22", "11", kind="training", place=story.world.committee)
    assert story.state("11", "2027-07-22") == "stopped"
    for day in ("2027-07-23", "2027-07-26"):
        story.enter(day, "11", kind="training", place=story.world.committee)
    assert story.state("11", "2027-07-26") in ("done", "done_late")
    story.enter("2027-08-02", "12", kind="committee_meeting")
    # Whom the superior does not find fit is examined anew.
    story.enter("2027-08-04", "13", who="staff", result="failed", document="预审〔2027〕2号")
    assert "结论为不通过" in story.note("13", "2027-08-04")
    story.enter("2027-08-05", "13", who="staff", document="预审〔2027〕3号")
    story.enter("2027-08-06", "14")


def _admitted(story):
    """The vote, the talk above, the Party group, approval, a late oath (dev-meeting-*, dev-talk-before, dev-approver, dev-oath-1m)."""
    # Fewer than half of those with a vote are there; more, and too few of them say yes; then what was typed wrong is put right.
    story.enter("2027-08-10", "15", kind="assembly", voters=(6, 3), yes="3", text=BEHAVED)
    assert "应到 6 人，实到 3 人，须超过半数（4 人）" in story.note("15", "2027-08-10")
    story.enter("2027-08-20", "15", kind="assembly", yes="3", no="3", text=BEHAVED)
    assert "赞成 3 票，须超过应到半数（4 票）" in story.note("15", "2027-08-20")
    story.again("2027-08-21", "15", yes="5", no="1")
    assert story.state("15", "2027-08-21") == "done"
    assert CaseStep.objects.filter(key="15", remove_reason="更正后重新登记").count() == 1
    # Without the talk above the approval is refused.
    refused = story.enter("2027-09-01", "17", who="staff", kind="committee_plenary", place=story.world.committee)
    assert "须先办上级派人谈话" in refused and story.member.stage == "candidate"
    story.enter("2027-09-02", "16", who="staff", kind="talk", place=story.world.committee, text="组织委员")
    story.enter("2027-09-03", "16a", who="staff", kind="party_group_meeting", place=story.world.root)
    above = {"who": "staff", "kind": "committee_plenary", "place": story.world.committee}
    story.enter("2027-09-06", "17", **above, result="failed")
    assert "结论为不通过" in story.note("17", "2027-09-06") and story.member.stage == "candidate"
    story.enter("2027-09-08", "17", **above)
    assert (story.member.stage, story.member.joined_on) == ("probationary", date(2027, 8, 20))
    # The oath comes late: it stands, marked, and its reason is accepted above.
    story.enter("2027-10-20", "20", kind="oath")
    assert story.state("20", "2027-10-20") == "done_late"
    with at("2027-10-21"):
        entry = CaseStep.objects.get(key="20")
        page = story.open_page("secretary_a", f"/development/entries/{entry.pk}/explain/", viewport=DESK)
        page.fill("#id_reason", "本人外出学习")
        Hand(page).send("提交说明")
        page.context.close()
        page = story.open_page("staff", "/development/queue/", viewport=PHONE)
        assert not scrolls_sideways(page)
        Hand(page).send("采纳")
        page.context.close()
        assert not [fault for fault in case_of(story.case).standing.faults if fault.key == "20"]


def _full(story):
    """The end of the probation, the vote, the approval, the papers (dev-full-flow, dev-probation-*, dev-full-approve-3m, dev-archive)."""
    # Decided on before its end, and without having been asked for, nothing comes of it.
    assert "须先办提出转正申请" in story.shown("2028-08-01", path="steps/23/")[0]
    story.enter("2028-08-01", "23", kind="assembly", about="full", yes="6", text=BEHAVED)
    found = story.note("23", "2028-08-01")
    assert "须先办提出转正申请" in found and "预备期至 2028-08-20，还差 19 天" in found
    story.enter("2028-08-20", "22")
    # Too few say yes; an extension of three months is none; what was typed wrong is put right by the same meeting.
    story.enter("2028-08-25", "23", kind="assembly", about="full", yes="3", no="3", text=BEHAVED)
    assert "赞成 3 票，须超过应到半数（4 票）" in story.note("23", "2028-08-25")
    story.enter("2028-09-01", "23", kind="assembly", about="extend", months="3", yes="6", no="0", text=BEHAVED)
    assert "不少于 6 个月、不超过 12 个月" in story.note("23", "2028-09-01")
    story.again("2028-09-01", "23", about="full")
    assert story.state("23", "2028-09-01") == "done"
    story.enter("2028-09-05", "23a", who="staff", kind="party_group_meeting", place=story.world.root)
    above = {"who": "staff", "kind": "committee_plenary", "place": story.world.committee}
    story.enter("2028-09-08", "24", **above, result="failed")
    assert story.member.stage == "probationary" and story.case.closed_on is None
    story.enter("2028-09-10", "24", **above)
    assert (story.member.stage, story.member.full_on) == ("full", date(2028, 8, 20))
    assert story.case.outcome == "full"
    # The papers are filed after the approval; the last step closes with all of them.
    text, _ = story.shown("2028-09-11")
    assert "现在等什么" not in text and "逾期" not in text
    two = list(DOCUMENTS)[:2]
    paper = {f"{name}_{kind}": value for kind in two for name, value in (("day", "2028-09-11"), ("kept", "档案室"))}
    story.send("2028-09-11", "documents/", "保存", **paper)
    with at("2028-09-11"):
        assert "缺 4 件" in str(case_of(story.case).standing.of("25").faults)
    with at("2028-09-11"):
        page = story.open_page("secretary_a", f"/development/{story.case.pk}/documents/", viewport=PHONE)
        for kind in DOCUMENTS:
            page.fill(f"#id_day_{kind}", "2028-09-11")
            page.fill(f"#id_kept_{kind}", "人事处档案室")
        page.click("main button[type=submit]")
        page.context.close()
        assert case_of(story.case).standing.of("25").state == "done"
        for name, size, theme in (("desk", DESK, "light"), ("phone", PHONE, "dark")):
            page = story.open_page("secretary_a", f"/development/{story.case.pk}/", viewport=size, color_scheme=theme)
            assert not scrolls_sideways(page) and violations(page) == []
            if os.environ.get("SHOTS"):
                page.screenshot(path=f"{os.environ['SHOTS']}/case-{name}.png", full_page=True)
            page.context.close()


@pytest.mark.whole("tests/members/development/test_services.py goes the same way through the services")
def test_an_applicant_becomes_a_full_member_and_every_stop_is_met_and_mended(
    open_page, live_world, live_server, complaints
):
    story = Story(open_page, live_world, live_server.url)
    _applicant(story)
    _activist(story)
    _listed(story)
    _prepared(story)
    _admitted(story)
    _full(story)
    complaints.clear()

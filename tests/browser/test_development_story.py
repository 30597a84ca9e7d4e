"""An applicant from his application to full membership, over invented years, in a real browser: each stop is met and mended."""

import os
from datetime import date

import pytest

from members.development.checks import DOCUMENTS
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.models.papers import PublicNotice
from members.development.selectors.cases import case_of
from members.development.services import cases
from members.roster.models.members import Member
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand
from tests.members.development.written import HEARD, at, record

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Story:
    """Opens the case on a day as somebody, and enters steps as he would."""

    def __init__(self, open_page, live_world, home):
        self.open_page, self.world, self.home, self.typed = open_page, live_world, home, 0

    def on(self, day, who="secretary_a", path=None, **options):
        page = self.open_page(who, path or f"/development/{self.case.pk}/", **({"viewport": DESK} | options))
        assert not scrolls_sideways(page)
        return page

    @property
    def case(self):
        return DevelopmentCase.objects.get()

    @property
    def member(self):
        return Member.objects.get(pk=self.case.member_id)

    def enter(self, day, key, who="secretary_a", kind="", place=None, **fields):
        """Enter a step on its day; kind: of the record that shows it, made beforehand. Returns the text of the page after it."""
        with at(day):
            shown = self.held(day, kind, place) if kind else None
            page = self.open_page(who, f"/development/{self.case.pk}/steps/{key}/", viewport=DESK)
            hand = Hand(page)
            if shown is not None:
                page.select_option("#id_activity", str(shown.pk))
            for name, value in fields.items():
                (page.select_option if name in ("result", "about") else page.fill)(f"#id_{name}", value)
            hand.send("登记这一步")
            self.last = page.inner_text("body")
            page.context.close()
            return self.last

    def held(self, day, kind, place=None):
        there = self.member if kind in ("training", "talk", "oath") else None
        return record(place or self.world.branch_a, day, kind, there=there)

    def state(self, key, day):
        with at(day):
            return case_of(self.case).standing.of(key).state

    def remove(self, day, key, who="secretary_a"):
        with at(day):
            entry = CaseStep.objects.standing().filter(key=key).latest("pk")
            page = self.open_page(who, f"/development/entries/{entry.pk}/remove/", viewport=DESK)
            page.fill("#id_reason", "登记有误")
            page.click("main button:has-text('撤下')")
            page.context.close()


def vote(yes, present="9", expected="9"):
    return {"expected": expected, "present": present, "yes": yes, "text": "政治立场坚定，工作表现突出"}


def _activist(story):
    """Application, talk, activist, contacts and reviews."""
    with at("2026-06-01"):
        page = story.open_page("secretary_a", "/development/new/", viewport=PHONE)
        assert not scrolls_sideways(page) and violations(page) == []
        # The first stop: nobody applies before he is eighteen.
        for name, value in (("opened_on", "2026-06-01"), ("name", "申一"), ("birth_date", "2010-01-02")):
            page.fill(f"#id_{name}", value)
        page.click("main button[type=submit]")
        page.wait_for_url("**/development/*/")
        assert "未满 18 周岁" in page.inner_text("main")
        Member.objects.filter(name="申一").update(birth_date=date(1996, 1, 2))
        page.reload()
        assert "未满" not in page.inner_text("main") and "2 派人谈话" in page.inner_text("main")
        page.context.close()
    assert "已登记" in story.enter("2026-06-20", "2", kind="talk")
    # An activist of whom nobody says how he was found is none.
    assert "没有写明" in story.enter("2026-07-01", "3", kind="assembly")
    assert story.member.stage == "applicant"
    story.remove("2026-07-01", "3")
    story.enter("2026-07-02", "3", kind="assembly", text="党员推荐")
    assert story.member.stage == "activist"
    story.enter("2026-07-03", "4", who="staff")
    with at("2026-07-05"):
        page = story.open_page("secretary_a", f"/development/{story.case.pk}/people/contact/", viewport=DESK)
        for box in page.locator("input[name=people]").all()[:2]:
            box.check()
        page.click("main button[type=submit]")
        page.context.close()
    for day in ("2026-12-30", "2027-06-30"):
        with at(day):
            page = story.open_page("secretary_a", f"/development/{story.case.pk}/review/", viewport=DESK)
            page.fill("#id_text", "积极参加活动，表现良好")
            page.click("main button[type=submit]")
            page.context.close()


def _listed(story):
    """Proposed, consented to, on notice, listed."""
    # A year has to pass; the consent above is refused while it has not.
    story.enter("2027-07-01", "7", kind="assembly", text=HEARD)
    assert story.state("7", "2027-07-01") == "stopped"
    assert "未生效" in story.enter("2027-07-01", "8", who="staff", document="同意〔2027〕3号")
    story.remove("2027-07-02", "7")
    story.enter("2027-07-02", "7", kind="assembly", text=HEARD)
    story.enter("2027-07-08", "8", who="staff", document="同意〔2027〕3号")
    with at("2027-07-09"):
        notice = cases.notice_post(
            by=story.world.secretary_a, case=story.case, posted_on=date(2027, 7, 9), places=["一楼公示栏", "内网"]
        )
        PublicNotice.objects.filter(pk=notice.pk).update(first=date(2027, 7, 12), last=date(2027, 7, 16))
    # Before the five working days are over nobody is listed.
    story.enter("2027-07-15", "8a", objections="0")
    assert story.state("8a", "2027-07-15") == "stopped" and story.member.stage == "activist"
    story.remove("2027-07-16", "8a")
    story.enter("2027-07-19", "8a", objections="0")
    assert story.member.stage == "candidate"


def _admitted(story):
    """Introducers, political review, training, pre-review, the vote."""
    with at("2027-07-20"):
        page = story.open_page("secretary_a", f"/development/{story.case.pk}/people/introducer/", viewport=DESK)
        for box in page.locator("input[name=people]").all()[:2]:
            box.check()
        page.click("main button[type=submit]")
        page.context.close()
    story.enter("2027-07-21", "10", document="人事处")
    # One day of training is too little; the others are added to it.
    story.enter("2027-07-22", "11", kind="training", place=story.world.committee)
    assert story.state("11", "2027-07-22") == "stopped"
    for day in ("2027-07-23", "2027-07-26"):
        story.enter(day, "11", kind="training", place=story.world.committee)
    assert story.state("11", "2027-07-26") in ("done", "done_late")
    story.enter("2027-08-02", "12", kind="assembly")
    story.enter("2027-08-05", "13", who="staff", document="预审〔2027〕2号")
    story.enter("2027-08-06", "14")
    # A vote of fewer than half of those expected admits nobody; the next one does.
    story.enter("2027-08-10", "15", kind="assembly", **vote("4", present="4"))
    assert story.state("15", "2027-08-10") == "stopped"
    story.enter("2027-08-20", "15", kind="assembly", **vote("8", present="8"))
    assert story.state("15", "2027-08-20") == "done"


def _approved(story):
    """Talk above, the Party group, approval, a late oath."""
    # Without the talk above the approval is refused.
    refused = story.enter("2027-09-01", "17", who="staff", kind="committee_plenary", place=story.world.committee)
    assert "未生效" in refused and story.member.stage == "candidate"
    story.enter("2027-09-02", "16", who="staff", text="组织委员")
    story.enter("2027-09-03", "16a", who="staff", kind="party_group_meeting", place=story.world.root)
    story.enter("2027-09-08", "17", who="staff", kind="committee_plenary", place=story.world.committee)
    assert (story.member.stage, story.member.joined_on) == ("probationary", date(2027, 8, 20))
    # The oath comes late: it stands, marked, and its reason is accepted above.
    story.enter("2027-10-20", "20", kind="oath")
    assert story.state("20", "2027-10-20") == "done_late"
    with at("2027-10-21"):
        entry = CaseStep.objects.get(key="20")
        page = story.open_page("secretary_a", f"/development/entries/{entry.pk}/explain/", viewport=DESK)
        page.fill("#id_reason", "本人外出学习")
        page.click("main button[type=submit]")
        page.context.close()
        page = story.open_page("staff", "/development/queue/", viewport=PHONE)
        page.click("button:has-text('采纳')")
        assert not scrolls_sideways(page)
        page.context.close()
        assert not [fault for fault in case_of(story.case).standing.faults if fault.key == "20"]


def _full(story):
    """The end of the probation, the vote, the approval, the papers."""
    # Probation is a year: decided on before its end, nothing comes of it.
    story.enter("2028-07-20", "22")
    story.enter("2028-08-01", "23", kind="assembly", about="full", **vote("8"))
    assert story.state("23", "2028-08-01") == "stopped"
    story.remove("2028-08-02", "23")
    story.remove("2028-08-02", "22")
    story.enter("2028-08-20", "22")
    story.enter("2028-09-01", "23", kind="assembly", about="full", **vote("8"))
    story.enter("2028-09-05", "23a", who="staff", kind="party_group_meeting", place=story.world.root)
    story.enter("2028-09-10", "24", who="staff", kind="committee_plenary", place=story.world.committee)
    assert (story.member.stage, story.member.full_on) == ("full", date(2028, 8, 20))
    assert story.case.outcome == "full"
    with at("2028-09-11"):
        # The papers are filed after the approval; the last step closes with them.
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
    _activist(story)
    _listed(story)
    _admitted(story)
    _approved(story)
    _full(story)
    complaints.clear()

"""关联业务 in the record form, in a real browser: chosen before a draft exists, and with one click afterwards."""

import pytest

from responsibilities.work.models import StageEvidence
from tests.browser.chromium import DESK, settled
from tests.members.activities.records import draft
from tests.responsibilities.work.support import ago, happened, item_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def item(live_world):
    item = item_at(live_world.committee, [live_world.branch_a])
    happened(item, "study", ago(12))
    happened(item, "arrangement", ago(2))
    return item


def chip(page, item, stage, control):
    key = f"s{item.stages.get(stage=stage).pk}"
    return page.wait_for_selector(f"#links {control.format(key)}")


def linked():
    return set(StageEvidence.objects.active().values_list("stage__stage", flat=True))


def test_a_choice_is_linked_as_soon_as_the_draft_has_saved_itself_and_the_next_one_at_once(open_page, item):
    page = open_page("secretary_a", "/activities/new/?kind=assembly")
    page.fill("#id_title", "讨论保供方案")
    page.fill("#id_content", "研究能源保供的分工。")
    chip(page, item, "arrangement", "input[data-link='{}']").check()
    page.wait_for_selector("#links .stage-linked li")
    assert linked() == {"arrangement"}
    chip(page, item, "study", "button[value='{}']").click()
    page.wait_for_selector("#links .stage-linked li >> nth=1")
    assert linked() == {"arrangement", "study"}


def test_a_choice_is_not_lost_when_the_record_is_sent_before_it_saved_itself(open_page, item):
    page = open_page("secretary_a", "/activities/new/?kind=assembly")
    page.wait_for_selector("#links .stage-chip")
    page.evaluate("document.getElementById('id_title').value = '讨论保供方案'")
    page.evaluate("document.getElementById('id_content').value = '研究能源保供的分工。'")
    chip(page, item, "study", "input[data-link='{}']").check()
    page.click("button[value=save]")
    page.wait_for_url("**/activities/*/")
    page.wait_for_selector("text=撤下")
    assert linked() == {"study"}


def test_the_panel_of_uses_says_what_a_stage_gains_as_soon_as_its_chip_is_clicked(open_page, live_world, item):
    content = "研究能源保供的分工。"
    record = draft(live_world.branch_a, live_world.secretary_a, day=ago(1), content=content)
    page = open_page("secretary_a", f"/activities/{record.pk}/edit/", viewport=DESK)
    page.wait_for_selector("#uses :text('未关联重点业务')")
    settled(page)
    chip(page, item, "arrangement", "button[value='{}']").click()
    page.wait_for_selector(f"#uses a[href='/sync/{item.pk}/#stage-arrangement']")
    assert "未关联重点业务" not in page.inner_text("#uses")
    chip(page, item, "study", "button[value='{}']").click()
    page.wait_for_selector(f"#uses a[href='/sync/{item.pk}/#stage-study']")
    assert linked() == {"arrangement", "study"}


def test_where_the_record_says_nothing_of_the_work_the_form_asks_for_a_sentence(open_page, item):
    page = open_page("secretary_a", "/activities/new/?kind=assembly")
    page.fill("#id_title", "参观展览")
    chip(page, item, "study", "input[data-link='{}']").check()
    field = page.wait_for_selector("#links .stage-ask input")
    assert linked() == set()
    field.fill("参观时讨论了保供的分工和时限")
    page.click("#links .stage-ask button")
    page.wait_for_selector("#links .stage-linked li")
    assert linked() == {"study"} and StageEvidence.objects.get().by_hand


def test_a_chip_takes_its_sentence_from_what_was_typed_a_moment_ago(open_page, live_world, item):
    record = draft(live_world.branch_a, live_world.secretary_a, day=ago(1), content="学习文件。")
    page = open_page("secretary_a", f"/activities/{record.pk}/edit/")
    point = chip(page, item, "study", "button[value='{}']")
    settled(page)
    page.fill("#id_content", "学习文件。研究能源保供的分工和时限。")
    # Before the form has saved itself.
    point.click()
    page.wait_for_selector("#links .stage-linked li")
    assert not page.query_selector("#links .stage-ask")
    link = StageEvidence.objects.get()
    assert link.sentence == "研究能源保供的分工和时限。" and not link.by_hand


def test_a_link_is_shown_although_the_slot_was_asked_anew_around_the_click(open_page, live_world, item):
    record = draft(live_world.branch_a, live_world.secretary_a, day=ago(1), content="研究能源保供的分工。")
    page = open_page("secretary_a", f"/activities/{record.pk}/edit/")
    chip(page, item, "study", "button[value='{}']")
    settled(page)
    # The refresh is asked for before the click, and its answer comes after that of the link.
    page.evaluate("""() => new Promise((answered) => {
        const slot = document.getElementById("links").getAttribute("hx-post");
        const { open, send } = XMLHttpRequest.prototype;
        XMLHttpRequest.prototype.open = function (method, url, ...rest) {
            this.late = url === slot;
            return open.call(this, method, url, ...rest);
        };
        XMLHttpRequest.prototype.send = function (...body) {
            const shown = this.onload;
            if (this.late) {
                this.onload = (event) => setTimeout(() => { shown.call(this, event); answered(); }, 1500);
            }
            return send.apply(this, body);
        };
        htmx.trigger("#links", "tongbu:links");
        document.querySelector("#links .stage-chip").click();
    })""")
    page.wait_for_selector("#links .stage-linked li")
    settled(page)
    assert page.locator("#links .stage-linked li").count() == 1
    assert StageEvidence.objects.count() == 1


def test_a_sentence_that_was_typed_and_not_linked_is_not_passed_over_when_the_record_is_sent(
    open_page, live_world, item
):
    record = draft(live_world.branch_a, live_world.secretary_a, day=ago(1), content="学习了文件。")
    page = open_page("secretary_a", f"/activities/{record.pk}/edit/", viewport=DESK)
    chip(page, item, "study", "button[value='{}']").click()
    page.fill("#links [data-ask] input[name=sentence]", "支部分工到人，定了时限")
    page.click("button[value=submit]")
    page.wait_for_selector("text=写好的这句话还没有关联")
    record.refresh_from_db()
    assert record.state == "draft"
    # The minutes name the work now: the chips follow, and what was begun stays.
    page.fill("#id_content", "研究能源保供的分工。")
    page.locator("#id_content").blur()
    page.wait_for_selector("#links .stage-chip :text('写到')")
    assert page.input_value("#links [data-ask] input[name=sentence]") == "支部分工到人，定了时限"
    page.click("#links [data-ask] button")
    page.wait_for_selector("#links .stage-linked li")
    assert linked() == {"study"}

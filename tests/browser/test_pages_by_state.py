"""Pages that the walk over the demo agency does not come by, each in the state that its row of the matrix makes."""

import pytest

from tests.answers import ROWS, address
from tests.browser.chromium import DESK, faults
from tests.matrix import EVERYBODY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What stands in no state of the demo agency that a link leads to; the walk (test_pages.py) meets every other page.
BY_STATE = (
    "belongings_waiting",
    "cadres_class_people",
    "cadres_topic_found",
    "cadres_topic_interim",
    "cadres_topic_review",
    "cadres_work_end",
    "campaign_accept",
    "campaign_cancel",
    "campaign_close",
    "campaign_discard",
    "campaign_invite",
    "campaign_join",
    "campaign_leave",
    "campaign_milestone_done",
    "campaign_milestone_move",
    "campaign_own_outcome",
    "campaign_prolong",
    "campaign_publish",
    "campaign_reapply",
    "campaign_submit",
    "care_event_note",
    "care_import_preview",
    "care_mark_end",
    "care_mark_note",
    "case_import_preview",
    "commitment_appraise",
    "commitment_return",
    # While facts are made nobody is reminded.
    "dashboard_remind",
    "development_analysis",
    "development_entry_except",
    "development_entry_explain",
    "development_entry_remove",
    "development_notice",
    "development_notice_text",
    "development_people",
    "development_resolution",
    "development_resume",
    "development_review",
    "development_take_over",
    "dues_payment_cancel",
    "duty_remind",
    "duty_report_review",
    "education_bring",
    "education_brought_return",
    "education_mend",
    "education_mend_return",
    "honour_import_preview",
    "leave_detail",
    "member_away_end",
    "member_status_end",
    "offer_ask",
    "offer_ask_decline",
    "offer_close",
    "own_rating",
    "policy_begin",
    "policy_discard",
    "policy_edit",
    "policy_import_preview",
    "policy_issue",
    "policy_points",
    "policy_remind_steps",
    "policy_revise",
    "policy_step_done",
    "practice_edit",
    "practice_formalise",
    "practice_prove",
    "practice_stop",
    "record_belongs",
    "report_document_progress",
    "resource_agree",
    "result_trial_progress",
    "scheme_indicator",
    "stage_judge",
    "stage_queue",
    "stage_report",
    "stage_return",
    "target_edit",
    "target_import",
    "target_plan_approve",
    "target_remove",
    "target_share_out",
    "work_decline",
    "work_take_in",
    "worker_import_preview",
)


@pytest.mark.whole("tests/test_matrix.py opens every url as everybody")
@pytest.mark.parametrize("name", BY_STATE)
def test_a_page_in_its_state_is_free_of_barriers(name, live_world, live_server, open_page):
    row = ROWS[name]
    who = next(who for who in EVERYBODY if who != "anonymous" and row.expected("get", who) == 200)
    page = open_page(who, address(row, name, live_world), confirmed=True, viewport=DESK, color_scheme="light")
    assert page.locator("#content, main").count(), "is a page"
    assert list(faults(page)) == []

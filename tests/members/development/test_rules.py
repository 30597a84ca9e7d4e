"""Each demand of the text on developing members (发展党员工作细则, in force since 2026-05-11), by its rule and article.

A stop takes no effect: the person stays what he was and later steps are closed. A warning takes effect and is marked.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from branches.rulebook import citation, rule
from members.development.checks import CHECKS
from members.development.file import CANCEL, CONTACT, EXTEND, INTRODUCER, Notice
from members.development.selectors.board import chip_of
from members.development.standing import (
    DONE,
    DONE_LATE,
    LATER,
    NOT_DUE,
    OVERDUE,
    PAPER,
    READY,
    SKIPPED,
    STOPPED,
    UNCOUNTED,
    WAITING,
)
from members.development.steps import STOP, WARN, steps
from members.roster.models.members import MemberStage
from tests.members.development.made import a_file, day, entries, person, standing, vote, without


def state(file, key, today="2030-01-01"):
    return standing(file, today).of(key).state


def words(file, key, today="2030-01-01"):
    return " ".join(fault.words for fault in standing(file, today).of(key).faults)


def said(file, key, rule_id, level):
    """The words of the fault that rests on one rule; it has to be of the level that the table says."""
    found = [fault for fault in standing(file).of(key).faults if fault.rule == rule_id]
    assert found and {fault.level for fault in found} == {level}, standing(file).of(key)
    return " ".join(fault.words for fault in found)


def test_a_case_that_lacks_nothing_makes_a_full_member_from_the_end_of_his_probation():
    found = standing(a_file())
    assert not found.faults, [fault.words for fault in found.faults]
    assert found.outcome == "full" and found.stage == MemberStage.FULL
    # Voted on 29 February: the year of probation ends on 28 February (第三十一条), and 转正 counts from there (第三十三条).
    assert found.joined_on == day("2028-02-29") and found.full_on == day("2029-02-28")
    assert {key for key in steps() if found.of(key).state != DONE} == {"15a", "25"}


def test_every_rule_named_by_a_step_is_in_the_rulebook_and_may_be_cited():
    for step in steps().values():
        for one in (*step.rules, *(check.rule for check in step.checks)):
            assert rule(one).citable and citation(rule(one)).startswith("《"), one
        assert all(check.check in CHECKS for check in step.checks)
        assert all(key in steps() and steps()[key].order < step.order for key in step.needs)


def test_whoever_is_not_eighteen_has_not_applied():
    """dev-age, 第五条."""
    file = a_file("1", born=day("2008-06-02"))
    assert "未满 18 周岁" in said(file, "1", "dev-age", STOP)
    assert state(file, "2") == LATER and standing(file).stage == MemberStage.APPLICANT
    assert state(a_file("1", born=day("2008-06-01")), "1") == DONE
    assert state(a_file("1", born=None), "1") == DONE


def test_a_talk_later_than_a_month_is_marked_and_takes_effect():
    """dev-talk-1m, 第七条."""
    file = a_file("2", {"s2": {"day": "2026-07-02"}})
    assert "应在 2026-07-01 前办理，迟 1 天" in said(file, "2", "dev-talk-1m", WARN)
    assert state(file, "2") == DONE_LATE and state(file, "3") == READY
    assert state(a_file("2", {"s2": {"day": "2026-07-01"}}), "2") == DONE
    assert state(a_file("1"), "2", "2026-07-01") == "due_soon"
    late = standing(a_file("1"), "2026-07-11").of("2")
    assert late.state == OVERDUE and "已逾期 10 天" in late.faults[0].words and late.faults[0].day == day("2026-07-02")


def test_activists_are_proposed_by_members_or_mass_organisations():
    """dev-activist, 第八条."""
    file = a_file("3", {"s3": {"text": ""}})
    assert "没有写明怎样产生人选" in said(file, "3", "dev-activist", STOP)
    assert standing(file).stage == MemberStage.APPLICANT
    assert standing(a_file("3")).stage == MemberStage.ACTIVIST


def test_contacts_are_one_or_two_full_members():
    """dev-contacts, 第九条."""
    one = person(CONTACT, "2026-12-08")
    assert state(a_file("4", people=[one]), "5", "2027-01-01") == DONE
    three = [one, person(CONTACT, "2026-12-08", "二"), person(CONTACT, "2026-12-08", "三")]
    assert "现有 3 名" in said(a_file("4", people=three), "5", "dev-contacts", STOP)
    probationer = person(CONTACT, "2026-12-08", full=None)
    assert "须为正式党员" in said(a_file("4", people=[probationer]), "5", "dev-contacts", STOP)
    assert state(a_file("4", people=[]), "5") == READY


def test_an_activist_is_reviewed_in_every_half_year_from_the_day_he_became_one():
    """dev-review-6m, 第十一条."""
    assert state(a_file("4", reviews=[]), "6", "2027-05-01") == NOT_DUE
    assert standing(a_file("4", reviews=[]), "2027-05-01").of("6").due == day("2027-06-01")
    late = standing(a_file("4", reviews=[]), "2027-06-02").of("6")
    assert late.state == OVERDUE and late.faults[0].rule == "dev-review-6m"
    # Late once, in time for the next half year: one mark, and the next is owed from the same days on.
    file = a_file("4", reviews=[day("2027-06-11"), day("2027-11-01")])
    view = standing(file, "2027-12-10").of("6")
    assert [fault.words for fault in view.faults] == ["半年考察应在 2027-06-01 前进行，迟 10 天。"]
    assert view.due == day("2028-06-01")
    # Two in one half year are no two half years.
    assert standing(a_file("4", reviews=[day("2027-01-05"), day("2027-05-05")]), "2027-12-10").of("6").state == OVERDUE


def test_nobody_is_proposed_before_a_year_of_cultivation():
    """dev-object-1y, 第十三条."""
    file = a_file("7", {"s7": {"day": "2027-11-30"}})
    assert "距确定为积极分子还差 1 天满一年" in said(file, "7", "dev-object-1y", STOP)
    assert state(file, "8") == LATER
    assert state(a_file("7", {"s7": {"day": "2027-12-01"}}), "7") == DONE
    waits = standing(a_file("4"), "2027-03-01").of("7")
    assert waits.state == NOT_DUE and waits.from_day == day("2027-12-01")


def test_four_are_heard_and_the_superior_consents():
    """dev-object-consent, 第十三条."""
    file = a_file("7", {"s7": {"text": "听取党小组和党员意见"}})
    assert "没有写明听取联系人、群众意见" in said(file, "7", "dev-object-consent", WARN)
    assert state(file, "7") == DONE_LATE
    refused = a_file("8a", {"s8": {"result": "failed"}})
    assert state(refused, "8") == STOPPED and state(refused, "8a") == STOPPED
    assert standing(refused).stage == MemberStage.ACTIVIST


def test_before_2026_the_superior_filed_and_nobody_was_posted():
    """dev-version, 第四十四条: what was decided before keeps the text of its day."""
    old = {
        "s1": {"day": "2024-03-01"},
        "s2": {"day": "2024-03-20"},
        "s3": {"day": "2024-06-01"},
        "s4": {"day": "2024-06-05"},
        "s7": {"day": "2025-06-10"},
        "s8": {"day": "2025-06-20"},
    }
    file = a_file("8", old, opened_on=day("2024-03-01"), notice=None, people=[person(CONTACT, "2024-06-05")])
    file = replace(file, reviews=[day("2024-11-20"), day("2025-05-20")])
    found = standing(file, "2026-01-10")
    assert found.of("8a").state == SKIPPED and found.stage == MemberStage.CANDIDATE
    assert found.stage_since[MemberStage.CANDIDATE] == day("2025-06-20") and found.of("9").state == READY
    # A consent after the new text asks the notice, though the case began before.
    new = replace(
        file, entries=[replace(one, day=day("2026-05-11")) if one.key == "8" else one for one in file.entries]
    )
    assert (
        standing(new, "2026-06-10").of("8a").state == READY
        and standing(new, "2026-06-10").stage == MemberStage.ACTIVIST
    )


def test_the_notice_hangs_five_working_days():
    """dev-public-5wd, 第十三条."""
    early = a_file("8a", {"s8a": {"day": "2027-12-17"}})
    assert "公示期至 2027-12-17，次日起可列为发展对象" in said(early, "8a", "dev-public-5wd", STOP)
    assert standing(early).stage == MemberStage.ACTIVIST and state(early, "9") == LATER
    assert standing(a_file("8a", {"s8a": {"day": "2027-12-18"}})).stage == MemberStage.CANDIDATE
    waits = standing(a_file("8"), "2027-12-15").of("8a")
    assert waits.state == WAITING and waits.from_day == day("2027-12-18")
    before = Notice(day("2027-12-03"), day("2027-12-06"), day("2027-12-10"), ("公示栏",))
    assert "早于上级党委同意" in said(a_file("8a", notice=before), "8a", "dev-public-5wd", STOP)
    unknown = Notice(day("2027-12-10"), None, None, ("公示栏",))
    assert "尚未收录" in said(a_file("8a", notice=unknown), "8a", "dev-public-5wd", STOP)
    assert "两地" not in words(a_file("8a"), "8a")
    assert "流出地、流入地同时公示" in said(a_file("8a", floating=True), "8a", "dev-public-5wd", STOP)
    heard = replace(a_file("8a").notice, objections=2)
    assert "须写明处理情况" in said(a_file("8a", notice=heard), "8a", "dev-public-5wd", STOP)
    assert state(a_file("8a", {"s8a": {"text": "已核实"}}, notice=heard), "8a") == DONE


def test_two_full_members_introduce():
    """dev-introducers-2, 第十四条."""
    contact = person(CONTACT, "2026-12-08")
    one = [contact, person(INTRODUCER, "2028-01-05")]
    assert "现有 1 名" in said(a_file("8a", people=one), "9", "dev-introducers-2", STOP)
    probationer = [*one, person(INTRODUCER, "2028-01-05", "二", full="2028-01-06")]
    assert "须为正式党员：二" in said(a_file("8a", people=probationer), "9", "dev-introducers-2", STOP)


def test_whoever_is_under_sanction_does_not_introduce():
    """dev-introducer-bar, 第十四条."""
    spell = [(day("2027-06-01"), day("2028-06-01"))]
    contact, two = person(CONTACT, "2026-12-08"), person(INTRODUCER, "2028-01-05", "二")
    barred = [contact, two, person(INTRODUCER, "2028-01-05", "一", barred=spell)]
    assert "一在留党察看期间" in said(a_file("8a", people=barred), "9", "dev-introducer-bar", STOP)
    warned = [contact, two, person(INTRODUCER, "2028-01-05", "一", sanctioned=spell)]
    assert "不宜作介绍人" in said(a_file("8a", people=warned), "9", "dev-introducer-bar", WARN)
    assert state(a_file("8a", people=warned), "9") == DONE_LATE


def test_without_a_political_review_nobody_goes_on():
    """dev-political-review, 第十六条."""
    file = a_file("12", {"s10": {"result": "failed"}})
    assert "结论为不通过" in said(file, "10", "dev-political-review", STOP)
    assert state(file, "12") == STOPPED and "须先办政治审查" in words(file, "12")


def test_three_days_or_twenty_four_hours_of_training():
    """dev-training, 第十七条."""
    file = a_file("12", {"s11": {"days": 2, "hours": 16.0}})
    assert "集中培训 16/24 学时" in said(file, "11", "dev-training", STOP) and state(file, "12") == STOPPED
    assert state(a_file("12", {"s11": {"days": 3, "hours": None}}), "11") == DONE
    assert state(a_file("12", {"s11": {"days": 1, "hours": 24.0}}), "11") == DONE
    assert "没有时长" in said(a_file("12", {"s11": {"days": 1, "hours": None}}), "11", "dev-training", STOP)
    # 个别特殊情况除外: excepted by the committee, it stands and stays marked.
    excepted = a_file("12", {"s11": {"days": 2, "hours": 16.0, "excepted": True}})
    assert state(excepted, "12") == DONE and not standing(excepted).faults
    assert standing(excepted).of("11").faults[0].settled


def test_a_pre_review_comes_before_the_meeting_and_whoever_leaves_soon_is_marked():
    """dev-pre-review, dev-leaving-3m, 第十八条."""
    assert state(a_file("15", {"s13": None}), "15") == STOPPED
    leaves = a_file("13", leaving=day("2028-05-10"))
    assert "三个月内离开的一般不办理" in said(leaves, "13", "dev-leaving-3m", WARN)
    assert state(leaves, "13") == DONE_LATE
    assert state(a_file("13", leaving=day("2028-05-11")), "13") == DONE


def test_the_meeting_follows_within_a_month_of_the_pre_review():
    """dev-meeting-1m, 第十九条; not asked of meetings before the text of 2026."""
    file = a_file("15", {"s15": {"day": "2028-03-11"}})
    assert "应在 2028-03-10 前办理，迟 1 天" in said(file, "15", "dev-meeting-1m", WARN)


@pytest.mark.parametrize(
    ("expected", "present", "enough"), [(13, 6, False), (13, 7, True), (12, 6, False), (12, 7, True)]
)
def test_more_than_half_of_those_with_a_vote_are_there(expected, present, enough):
    """dev-meeting-quorum, 第十九条."""
    file = a_file(
        "15", {"s15": {"vote": vote(expected=expected, present=present, yes=present, written=expected - present)}}
    )
    if enough:
        assert state(file, "15") == DONE
    else:
        assert f"应到 {expected} 人，实到 {present} 人，须超过半数" in said(file, "15", "dev-meeting-quorum", STOP)


@pytest.mark.parametrize(("yes", "written", "enough"), [(6, 0, False), (7, 0, True), (6, 1, True), (5, 1, False)])
def test_more_than_half_of_those_expected_say_yes_in_writing_or_there(yes, written, enough):
    """dev-meeting-pass, 第二十条."""
    file = a_file("15", {"s15": {"vote": vote(expected=13, present=11, yes=yes, no=11 - yes, written=written)}})
    if enough:
        assert state(file, "15") == DONE
    else:
        assert f"赞成 {yes + written} 票，须超过应到半数（7 票）" in said(file, "15", "dev-meeting-pass", STOP)
    beyond = a_file("15", {"s15": {"vote": vote(expected=11, present=10, yes=10, written=2)}})
    assert "票数合计多于到会和书面意见人数" in said(beyond, "15", "dev-meeting-pass", STOP)


def test_the_resolution_says_how_the_person_behaved():
    """dev-resolution-fields, 第二十一条."""
    file = a_file("15", {"s15": {"text": ""}})
    assert "没有写明主要表现" in said(file, "15", "dev-resolution-fields", WARN)


def test_only_a_committee_admits_after_general_branch_and_party_group():
    """dev-approver 第二十二条, dev-agency-approval (机关条例第三十七条), org-temp-no-admit."""
    none = a_file("17", approver="没有有审批权限的机关党委，须由上级工委审批。")
    assert "没有有审批权限" in said(none, "17", "dev-approver", STOP)
    assert standing(none).stage == MemberStage.CANDIDATE and standing(none).joined_on is None
    assert "没有报党组讨论决定的记录" in said(a_file("17", {"s16a": None}), "17", "dev-agency-approval", WARN)
    later = a_file("17", {"s16a": {"day": "2028-04-11"}})
    assert "晚于审批" in words(without(later), "17") or state(later, "17") == DONE_LATE
    general = a_file("17", general_branch=True)
    assert "没有党总支审议的记录" in said(general, "17", "dev-approver", WARN)


def test_somebody_of_the_committee_talks_before_the_approval():
    """dev-talk-before, 第二十三条."""
    file = a_file("17", {"s16": None})
    assert state(file, "17") == STOPPED and "须先办上级派人谈话" in words(file, "17")
    after = a_file("17", {"s16": {"day": "2028-04-11"}})
    assert state(after, "17") == STOPPED and "早于上级派人谈话" in words(after, "17")


def test_the_committee_approves_within_three_months():
    """dev-approve-3m, 第二十五条."""
    file = a_file("17", {"s17": {"day": "2028-05-30"}})
    assert "应在 2028-05-29 前办理，迟 1 天" in said(file, "17", "dev-approve-3m", WARN)
    assert standing(file).joined_on == day("2028-02-29")
    refused = a_file("17", {"s17": {"result": "failed"}})
    assert state(refused, "17") == STOPPED and standing(refused).stage == MemberStage.CANDIDATE


def test_the_oath_follows_within_a_month():
    """dev-oath-1m, 第二十九条."""
    assert "迟 1 天" in said(a_file("20", {"s20": {"day": "2028-05-11"}}), "20", "dev-oath-1m", WARN)


def test_probation_lasts_a_year_from_the_vote():
    """dev-probation-1y, 第三十一条."""
    assert standing(a_file("20"), "2028-06-01").probation_ends == day("2029-02-28")
    early = a_file("24", {"s23": {"day": "2029-02-20"}, "s22": {"day": "2029-02-10"}})
    assert "预备期至 2029-02-28，还差 8 天" in said(early, "23", "dev-probation-1y", STOP)
    assert standing(early).outcome == "" and standing(early).stage == MemberStage.PROBATIONARY
    waits = standing(a_file("20"), "2029-02-20").of("22")
    assert waits.state == "due_soon" and waits.due == day("2029-02-28")


def test_who_came_on_probation_is_discussed_at_most_half_a_year_late():
    """dev-postpone-6m, 第三十五条: 转正 counts from the end of the probation all the same."""
    came = {"moved_on": day("2028-09-01")}
    waits = a_file("22", **came)
    assert standing(waits, "2029-03-10").of("23").due == day("2029-08-28")
    overdue = standing(waits, "2029-08-29").of("23")
    assert overdue.state == OVERDUE and overdue.faults[0].rule == "dev-postpone-6m"
    late = {"s23": {"day": "2029-08-30"}, "s23a": {"day": "2029-09-01"}, "s24": {"day": "2029-09-10"}}
    file = a_file("24", late, **came)
    assert "应在 2029-08-28 前讨论，迟 2 天" in said(file, "23", "dev-postpone-6m", WARN)
    assert standing(file).full_on == day("2029-02-28")
    for moved_on in (None, day("2027-01-05")):
        settled = a_file("24", late, moved_on=moved_on)
        assert state(settled, "23") == DONE and standing(a_file("22", moved_on=moved_on)).of("23").due is None


def extended(months, approved="2029-03-20", **more):
    """A vote on an extension of 2029-03-10, approved on a day, or not."""
    file = a_file("23", {"s23": {"vote": vote(EXTEND, months=months), **more}})
    if approved is None:
        return file
    above = [
        replace(file.entries[-1], pk=90 + n, key=key, day=day(approved), vote=None)
        for n, key in enumerate(("23a", "24"))
    ]
    return replace(file, entries=[*file.entries, *above])


def decided_anew(file, **changed):
    """What comes after an extension: asked again, voted, heard, approved."""
    days = {"s22": "2029-08-29", "s23": "2029-09-05", "s23a": "2029-09-10", "s24": "2029-09-20"}
    more = entries("24", **{key: {"day": when} | changed.get(key, {}) for key, when in days.items()})
    later = [replace(one, pk=100 + one.pk) for one in more if f"s{one.key}" in days]
    return replace(file, entries=[*file.entries, *later])


def test_probation_is_extended_once_by_six_to_twelve_months():
    """dev-probation-extend, 第三十一条."""
    file = extended(6)
    found = standing(file, "2029-04-01")
    assert found.probation_ends == day("2029-08-29") and found.stage == MemberStage.PROBATIONARY
    assert found.of("22").state == NOT_DUE
    # Nobody has to apply for a probation to be cancelled: the vote is open, its day the end of the extension.
    assert found.of("23").state == NOT_DUE and found.of("23").from_day == found.probation_ends
    assert [found.of(key).state for key in ("23a", "24")] == [LATER] * 2
    for months in (5, 13):
        assert "不少于 6 个月、不超过 12 个月" in said(extended(months, None), "23", "dev-probation-extend", STOP)
    twice = replace(file, entries=[*file.entries, *[replace(file.entries[-3], pk=99, day=day("2029-09-10"))]])
    assert "只能延长一次" in said(twice, "23", "dev-probation-extend", STOP)
    whole = standing(decided_anew(file))
    assert whole.outcome == "full" and whole.full_on == day("2029-08-29")


def test_an_extension_takes_effect_with_its_approval():
    """dev-full-flow, 第三十二条: 党员大会表决 > 上级党委审批."""
    waits = standing(extended(6, None), "2029-04-01")
    assert waits.probation_ends == day("2029-02-28")
    assert waits.of("23").state == DONE
    assert waits.of("24").due == day("2029-06-10") and "延长预备期 6 个月" in waits.of("24").note
    assert standing(extended(6, None), "2029-07-01").of("24").state == "overdue"
    # Not approved, the vote may be held again, and is then no second extension.
    refused = extended(6)
    refused = replace(refused, entries=[*refused.entries[:-1], replace(refused.entries[-1], result="failed")])
    found = standing(refused, "2029-04-01")
    assert found.probation_ends == day("2029-02-28") and found.of("24").state == STOPPED
    again = replace(refused.entries[-3], pk=99, day=day("2029-04-10"))
    anew = standing(replace(refused, entries=[*refused.entries, again]), "2029-04-20")
    assert anew.of("23").state == DONE
    # An approval of what was decided later is none of the extension.
    unapproved = standing(decided_anew(extended(6, None)))
    assert unapproved.probation_ends == day("2029-02-28") and unapproved.full_on == day("2029-02-28")


def test_an_extension_approved_late_stays_marked_when_the_probation_goes_on():
    """dev-full-approve-3m, 第三十三条."""
    late = extended(6, "2029-06-11")
    assert "应在 2029-06-10 前办理，迟 1 天" in said(late, "24", "dev-full-approve-3m", WARN)
    assert "应在 2029-06-10 前办理，迟 1 天" not in str(standing(extended(6, "2029-06-10")).of("24").faults)
    unheard = without(late, "23a")
    assert "没有转正报党组讨论决定的记录" in said(unheard, "24", "dev-agency-approval", WARN)


def test_whoever_does_not_become_a_full_member_is_no_member():
    """dev-full-flow, 第三十二条."""
    file = a_file("24", {"s23": {"vote": vote(CANCEL)}})
    assert standing(file).outcome == "cancelled" and standing(file).full_on is None
    unasked = a_file("24", {"s22": None})
    assert "须先办提出转正申请" in said(unasked, "23", "dev-full-flow", STOP) and standing(unasked).outcome == ""


def test_becoming_a_full_member_is_approved_within_three_months():
    """dev-full-approve-3m, 第三十三条."""
    assert "迟 1 天" in said(a_file("24", {"s24": {"day": "2029-06-11"}}), "24", "dev-full-approve-3m", WARN)


def test_standing_counts_from_the_end_of_the_probation_unless_the_agency_says_from_the_vote():
    """dev-standing-start, 第三十三条."""
    assert standing(a_file()).full_on == day("2029-02-28")
    assert standing(a_file(expiry_is_full=False)).full_on == day("2029-03-10")


def test_six_papers_are_kept():
    """dev-archive, 第三十六条."""
    file = a_file(documents=frozenset({"application", "volunteer"}))
    assert "缺 4 件" in said(file, "25", "dev-archive", WARN)


def test_what_was_on_paper_before_is_neither_proof_nor_fault():
    """Taken over as a probationer: the days of 3, 15 and 17 count, everything else up to 18 rests on paper."""
    given = entries("17", s3={"day": "2025-03-01"}, s15={"day": "2026-04-10"}, s17={"day": "2026-06-20"})
    kept = [one for one in given if one.key in ("1", "3", "15", "17")]
    kept = [
        replace(one, day=day("2024-01-10"), vote=None) if one.key == "1" else replace(one, vote=None) for one in kept
    ]
    file = a_file(
        opened_on=day("2024-01-10"), paper="18", taken_over_on=day("2026-07-01"), notice=None, people=[], reviews=[]
    )
    found = standing(replace(file, entries=kept), "2026-07-05")
    assert found.stage == MemberStage.PROBATIONARY and not found.faults
    assert {found.of(key).state for key in ("2", "8a", "12", "15", "17", "18")} == {PAPER}
    # The oath within a month of the approval is still owed, the probation counts from the vote.
    assert found.of("20").due == day("2026-07-20") and found.probation_ends == day("2027-04-10")


def test_a_limit_that_passed_on_paper_is_told_as_such():
    """Taken over after the month in which the oath was owed: nothing is late here, and no rule is said to be without a limit."""
    given = entries("17", s3={"day": "2025-03-01"}, s15={"day": "2026-04-10"}, s17={"day": "2026-05-20"})
    kept = [one for one in given if one.key in ("1", "3", "15", "17")]
    opened = replace(kept[0], day=day("2024-01-10"), vote=None)
    file = a_file(
        opened_on=day("2024-01-10"), paper="18", taken_over_on=day("2026-07-01"), notice=None, people=[], reviews=[]
    )
    found = standing(replace(file, entries=[opened, *kept[1:]]), "2026-07-05").of("20")
    assert found.state == READY and found.due is None and not found.faults
    assert chip_of(found, day("2026-07-05")) == ("on_paper", "接续前已过")


def test_what_has_to_be_done_again_keeps_its_limit():
    failed = a_file("15", {"s15": {"day": "2028-02-20", "vote": vote(yes=3)}})
    found = standing(failed, "2028-03-01").of("15")
    assert found.state == STOPPED and found.due == day("2028-03-10")
    assert chip_of(found, day("2028-03-01"))[1] == "未生效，3月10日前"


def test_a_record_that_does_not_count_closes_nothing():
    file = a_file("3", {"s3": {"uncounted": "已关联，未计入：记录已退回"}})
    assert state(file, "3") == UNCOUNTED and standing(file).stage == MemberStage.APPLICANT and state(file, "4") == LATER


def test_an_explanation_that_was_accepted_takes_a_warning_out_and_never_a_stop():
    late = {"day": "2026-07-09", "explained": True}
    assert not standing(a_file("2", {"s2": late}), "2026-08-01").faults
    assert state(a_file("2", {"s2": late}), "2") == DONE_LATE
    stopped = a_file("3", {"s3": {"text": "", "explained": True}})
    assert state(stopped, "3") == STOPPED


def test_what_came_before_its_condition_takes_no_effect():
    file = a_file("3", {"s3": {"day": "2026-06-19"}})
    assert "早于派人谈话（2026-06-20）" in words(file, "3") and standing(file).stage == MemberStage.APPLICANT


def test_the_card_shows_the_worst_of_what_is_next():
    file = a_file("4", reviews=[])
    assert standing(file, "2027-05-01").next.step.key == "6"
    assert standing(file, "2027-12-02").next.step.key == "6"
    reviewed = a_file("4")
    assert standing(reviewed, "2027-12-02").next.step.key == "7"
    assert standing(a_file("8"), "2027-12-15").next.step.key == "8a"
    assert standing(a_file("8"), "2027-12-15").column == "object" and standing(a_file("4")).column == "activist"
    assert standing(a_file("15")).column == "admit" and standing(a_file("17")).column == "probation"
    assert standing(a_file("3"), "2026-12-05").next.due is None
    assert standing(a_file("17"), "2028-04-12").of("17").entry.day + timedelta(days=2) == day("2028-04-12")

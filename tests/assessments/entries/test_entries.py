"""Bonus, veto, adjustment, quota: entered by one, approved by another, applied to the result and told in it and its report."""

import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import Http404
from django.utils import timezone

from assessments import scoring
from assessments.entries.items import entry_items
from assessments.entries.models import ManualEntry, SelfRating
from assessments.entries.selectors import Applied
from assessments.entries.services import entry_approve, entry_decline, entry_make, self_rate
from assessments.hearing.services import assessment_freeze, assessment_send
from assessments.reports import builder, documents, shape
from assessments.results.by_hand import quota_shares
from assessments.results.rates import total_with, words_of_rate
from assessments.results.selectors.estimates import estimate_of
from assessments.results.services import assessment_trial
from assessments.schemes.data import default_scheme
from assessments.schemes.models import SchemeVersion
from branches.access.services.appointments import appointment_make
from branches.audit.models import AuditEntry
from branches.reach.access import Forbidden
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from common.periods import Period
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import Q3, publish, quarter, run  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = timezone.make_aware(datetime(2026, 10, 20, 9))


def enter(world, item, place="branch_a", by=None, approve=True, **more):
    row = entry_make(
        by=by or world.staff,
        period=Q3,
        organisation=getattr(world, place),
        item=item,
        reason="经研究认定",
        document="云测党〔2026〕8号",
        **more,
    )
    return entry_approve(by=world.committee_secretary, entry=row) if approve else row


def result_of(world, place="branch_a"):
    return run(world).results.get(organisation=getattr(world, place))


def test_bonus_counts_the_highest_level_each_item_to_its_cap_and_all_together_to_theirs(quarter):  # noqa: F811
    before = result_of(quarter, "branch_b")
    for item in ("bonus/1/市", "bonus/1/省", "bonus/0", "bonus/0", "bonus/0"):
        enter(quarter, item, "branch_b")
    after = result_of(quarter, "branch_b")
    # Of the levels the province's 2, of three adoptions the item's cap of 2.
    assert (before.total, after.total) == (Decimal("64.3"), Decimal("68.3"))
    assert after.body["bonus"] == {"counted": "4.0", "listed": "4.0"} and len(after.body["by_hand"]) == 5
    # The rate is that of the points; the bonus stands beside it.
    assert words_of_rate(after) == "得分率 64.3%，加 4 分，合计 68.3"
    assert total_with(after, Decimal("1.4")) == Decimal("78.3") and total_with(after, Decimal(5)) == 100
    enter(quarter, "bonus/2", "branch_b")
    enter(quarter, "bonus/1/中央和国家", "branch_b")
    capped = result_of(quarter, "branch_b")
    assert (capped.total, capped.body["bonus"]) == (Decimal("69.3"), {"counted": "5.0", "listed": "6.0"})
    assert (capped.so_far, capped.out_of) == (before.so_far, before.out_of)


def test_nothing_counts_before_another_person_has_approved_it(quarter):  # noqa: F811
    waiting = enter(quarter, "bonus/2", "branch_b", approve=False)
    assert result_of(quarter, "branch_b").total == Decimal("64.3")
    for nobody in (quarter.staff, quarter.secretary_a):
        with pytest.raises((Forbidden, Http404)):
            entry_approve(by=nobody, entry=waiting)
    own = enter(quarter, "bonus/2", by=quarter.committee_secretary, approve=False)
    with pytest.raises(ValidationError, match="另一位"):
        entry_approve(by=quarter.committee_secretary, entry=own)
    with pytest.raises(ValidationError, match="原因"):
        entry_decline(by=quarter.staff, entry=waiting, answer=" ")
    assert entry_decline(by=quarter.staff, entry=waiting, answer="弄错了").state == "withdrawn"
    with pytest.raises(Conflict):
        entry_approve(by=quarter.committee_secretary, entry=waiting)
    assert AuditEntry.objects.filter(verb__startswith="entry.").count() == 3


def test_a_veto_caps_the_grade_and_sets_the_indicator_to_zero_where_the_scheme_says_so(quarter):  # noqa: F811
    with pytest.raises(ValidationError) as caught:
        enter(quarter, "veto/1")
    assert "indicator" in caught.value.message_dict
    body = SchemeVersion.objects.get(key="tongbu-branch", version=2)
    scheme = scoring.scheme_from(body.body | {"grade_min_points": 0})
    assert scheme.vetoes[1].zero_indicator
    enter(quarter, "veto/1", indicator="life-theme")
    row = result_of(quarter)
    # 23 of 23 points less the 6 of the theme days; too little is due for a grade, and the veto gives none.
    assert (row.so_far, row.out_of, row.grade) == (17, 23, "")
    score = row.scores.get(indicator="life-theme")
    assert (score.points, score.reasons[-1]["kind"]) == (0, "veto")
    enter(quarter, "veto/0")
    outcome = scoring.score(scheme, {}, vetoes=[scoring.VetoEvent("x", "合格")])
    assert outcome.state == "not_applicable"
    text = "\n".join(builder.build(run(quarter))["notes"])
    assert "甲处党支部否决情形：班子成员或党员严重违纪违法受到处理" in text and "云测党〔2026〕8号" in text


def test_an_adjustment_stays_within_its_indicator_and_stands_in_the_report(quarter):  # noqa: F811
    for points in (Decimal("6.5"), Decimal("-7"), Decimal(0), None):
        with pytest.raises(ValidationError) as caught:
            enter(quarter, "adjust/life-theme", "branch_b", points=points)
        assert "points" in caught.value.message_dict
    enter(quarter, "adjust/life-theme", "branch_b", points=Decimal("1.5"))
    with pytest.raises(ValidationError, match="已经登记过"):
        enter(quarter, "adjust/life-theme", "branch_b", points=Decimal("1"))
    enter(quarter, "adjust/sync-study", "branch_b", points=Decimal("1"))
    report = publish(quarter, run(quarter), by=OPERATOR)
    rows = shape.check(report.body)["adjustments"]
    assert [(row["before"], row["change"], row["after"], row["by"]) for row in rows] == [
        ("4.0", "1.5", "5.5", quarter.committee_secretary.name),
        (None, None, None, quarter.committee_secretary.name),
    ]
    assert "没有计入" in rows[1]["reason"] and "人工登记 2 项" in report.body["burden"][0]
    result = report.assessment.results.get(organisation=quarter.branch_b)
    assert (result.so_far, result.total) == (Decimal("10.5"), Decimal("75.0"))
    assert [row["idle"] for row in result.body["by_hand"]] == [False, True], "nothing is due of the second"


def test_freezing_waits_for_what_is_open_and_for_a_new_trial(quarter):  # noqa: F811
    with clock.at(DAY):
        assessment = run(quarter)
        waiting = enter(quarter, "bonus/2", approve=False)
        with pytest.raises(ValidationError, match="1 项待审定"):
            assessment_freeze(by=quarter.committee_secretary, assessment=heard(assessment))
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 11))):
        entry_approve(by=quarter.committee_secretary, entry=waiting)
        with pytest.raises(ValidationError, match="重新试算"):
            assessment_freeze(by=quarter.committee_secretary, assessment=heard(assessment))
        again = assessment_trial(by=quarter.staff, period=Q3)
        assessment_freeze(by=quarter.committee_secretary, assessment=heard(again))
        with pytest.raises(Conflict, match="已冻结"):
            enter(quarter, "bonus/2", "branch_b")


def test_whoever_entered_something_does_not_publish_it(quarter):  # noqa: F811
    own = enter(quarter, "bonus/2", by=quarter.committee_secretary, approve=False)
    entry_approve(by=quarter.party_secretary, entry=own)
    assessment = run(quarter)
    with pytest.raises(Conflict, match="您登记的"):
        publish(quarter, assessment, by=quarter.committee_secretary)


def test_the_estimate_counts_what_is_approved(world):
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        before = estimate_of(world.branch_b)["result"]
        row = entry_make(
            by=world.staff,
            period=Period.parse("2026Q4"),
            organisation=world.branch_b,
            item="bonus/2",
            reason="验收通过",
            document="通报",
        )
        entry_approve(by=OPERATOR, entry=row)
        after = estimate_of(world.branch_b)["result"]
    assert after.total - before.total == 1 and after.bonus == 1


def outcome(total):
    """A result of the year with so many points in the only dimension that is due."""
    scheme = default_scheme(version=2)
    items = tuple(scoring.Item("met" if place < total else "overdue", str(place)) for place in range(100))
    return scheme, scoring.score(
        scheme, {row.key: scoring.Fact(items=items) for _, row in scheme.indicators() if row.method == "ratio"}
    )


def test_a_quota_takes_the_grade_by_points_and_leaves_a_tie_to_a_person():
    year = Period.parse("2026")
    scheme, _ = outcome(0)
    rows = {place: outcome(total)[1] for place, total in enumerate((99, 95, 95, 95, 91, 85, 80, 75, 70, 60))}
    assert [rows[place].grade for place in range(6)] == ["优秀"] * 5 + ["良好"]
    shares = quota_shares(scheme, year, rows, {})
    # Three places of ten: the first, and two of the three that are level.
    assert shares[4].grade == "良好" and "名额 3 个（参评 10 个）" in shares[4].text
    assert {place for place, share in shares.items() if share.tied} == {1, 2, 3} and 0 not in shares
    chosen = {place: Applied(places={"优秀"}) for place in (1, 3)}
    decided = quota_shares(scheme, year, rows, chosen)
    assert {place: share.grade for place, share in decided.items()} == {4: "良好", 2: "良好"}
    assert quota_shares(scheme, year, rows, {1: Applied(places={"优秀"})})[2].tied, "one place is still open"
    assert quota_shares(scheme, Q3, rows, {}) == {}, "a quarter has no quota"


def test_an_open_tie_stops_the_freeze(quarter):  # noqa: F811
    assessment = run(quarter)
    row = assessment.results.first()
    row.body["tied"] = "优秀名额还剩 1 个，2 个党组织并列，须由人决定"
    row.save()
    with clock.at(DAY), pytest.raises(ValidationError, match="并列"):
        assessment_freeze(by=quarter.committee_secretary, assessment=heard(assessment))


def test_the_items_are_those_of_the_scheme():
    scheme = default_scheme(version=2)
    items = entry_items(scheme, "year")
    kinds = [item.kind for item in items.values()]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"bonus": 5, "veto": 4, "adjust": 23, "quota": 1}
    assert "quota/优秀" not in entry_items(scheme, "quarter")


def test_the_page_keeps_what_was_typed_and_says_beside_the_field_what_is_wrong(quarter, as_):  # noqa: F811
    staff, secretary = as_("staff"), as_("committee_secretary")
    with clock.at(DAY):
        url = "/results/entries/?period=2026Q3"
        typed = {
            "organisation": quarter.branch_b.pk,
            "item": "adjust/life-theme",
            "points": "9",
            "reason": "督查发现",
            "document": "通报",
        }
        refused = staff.post(url, typed)
        text = refused.content.decode()
        assert (
            refused.status_code == 422
            and "分值应在 -6 至 6 之间" in text
            and 'value="9"' in text
            and "督查发现" in text
        )
        assert not ManualEntry.objects.exists()
        assert staff.post(url, typed | {"points": "-1"}).status_code == 302
        entry = ManualEntry.objects.get()
        page = secretary.get(url).content.decode()
        assert "1 项待审定" in page and f"/results/entries/{entry.pk}/approve/" in page
        assert "/approve/" not in staff.get(url).content.decode(), "not by its author"
        assert secretary.post(f"/results/entries/{entry.pk}/approve/").status_code == 302
        assert staff.get("/results/entries/?period=2026-07").status_code == 404
    entry.refresh_from_db()
    assert entry.state == "approved"
    result = result_of(quarter, "branch_b")
    page = staff.get(f"/scores/{result.pk}/").content.decode()
    assert "人工调整：督查发现，扣 1.00 分" in page and "加分、调整和否决情形" in page


def test_what_people_judge_is_open_until_they_have_and_nothing_is_deducted_before(quarter):  # noqa: F811
    version = SchemeVersion.objects.get(key="tongbu-branch", version=2)
    hand = [
        {"key": "a", "name": "班子配备", "points": 4, "method": "graded", "levels": {"健全": 4, "一般": 2}},
        {"key": "b", "name": "台账质量", "points": 6, "method": "manual"},
        {"key": "c", "name": "培训率", "points": 4, "method": "bands", "bands": [[0.9, 4], [0.6, 2], [None, 0]]},
        {"key": "d", "name": "创新", "points": 3, "method": "count", "points_each": 1},
        {
            "key": "e",
            "name": "制度",
            "points": 3,
            "method": "deduct",
            "deductions": [{"when": "缺一项", "points": 1, "per": "each"}, {"when": "其他"}],
        },
    ]
    hand = [row if row["method"] == "manual" else row | {"measures": ["by-hand"]} for row in hand]
    part = {"key": "own", "name": "自定", "points": 20, "indicators": hand}
    body = version.body | {"version": 9, "dimensions": [part, *version.body["dimensions"]], "total": 120}
    SchemeVersion.objects.create(
        key="tongbu-branch", version=9, title="三", body=body, state="in_force", in_force_from=date(2026, 7, 1)
    )
    before = result_of(quarter)
    states = {row.indicator: row.state for row in before.scores.all() if row.dimension == "own"}
    assert states == {"a": "unknown", "b": "unknown", "c": "unknown", "d": "unknown", "e": "known"}
    assert (before.state, before.total) == ("incomplete", None)
    for item, more in (
        ("score/a/一般", {}),
        ("score/b", {"points": Decimal("4.5")}),
        ("score/c", {"points": Decimal("0.75")}),
        ("score/d", {"points": Decimal(2)}),
        ("deduct/e/0", {}),
        ("deduct/e/0", {}),
        ("deduct/e/1", {"points": Decimal("0.5")}),
    ):
        enter(quarter, item, **more)
    for said_once in ("score/a/健全", "deduct/e/1"):
        with pytest.raises(ValidationError, match="已经登记过"):
            enter(quarter, said_once, points=Decimal(1) if "deduct" in said_once else None)
    after = result_of(quarter)
    points = {row.indicator: row.points for row in after.scores.all() if row.dimension == "own"}
    assert points == {"a": 2, "b": Decimal("4.5"), "c": 2, "d": 2, "e": Decimal("0.5")}
    assert (after.state, after.so_far, after.out_of) == ("complete", Decimal("34.0"), 43)
    text = [reason["text"] for reason in after.scores.get(indicator="e").reasons]
    assert text == ["缺一项：经研究认定", "缺一项：经研究认定", "其他：经研究认定"]


def test_places_are_reckoned_in_each_group_and_small_groups_share_theirs():
    scheme, _ = outcome(0)
    totals = (99, 98, 97, 96, 95, 94, 93, 92)
    rows = {place: outcome(total)[1] for place, total in enumerate(totals)}
    groups = {
        0: "agency",
        1: "agency",
        2: "agency",
        3: "agency",
        4: "service",
        5: "service",
        6: "retired",
        7: "retired",
    }
    shares = quota_shares(scheme, Period.parse("2026"), rows, {}, groups)
    # One place of the agency's four; one of the four that two small groups share.
    assert sorted(set(rows) - set(shares)) == [0, 4]


def own_version(*rows, **changes):
    """Put a third version in force that has, beside what the second has, indicators of its own."""
    version = SchemeVersion.objects.get(key="tongbu-branch", version=2)
    points = sum(row["points"] for row in rows)
    part = {"key": "own", "name": "自定", "points": points, "indicators": list(rows)}
    parts = [part, *version.body["dimensions"]] if rows else version.body["dimensions"]
    body = version.body | {"version": 9, "dimensions": parts, "total": 100 + points} | changes
    return SchemeVersion.objects.create(
        key="tongbu-branch", version=9, title="三", body=body, state="in_force", in_force_from=date(2026, 7, 1)
    )


HAND = {"measures": ["by-hand"]}


def of_own(world):
    return {row.indicator: row for row in result_of(world).scores.all() if row.dimension == "own"}


def test_the_lowest_of_several_aspects_counts_once_all_are_judged(quarter):  # noqa: F811
    levels = {"优": 4, "良": 3, "差": 0}
    own_version(
        {"key": "a", "name": "班子", "points": 4, "method": "graded", "aspects": ["配备", "履职"], "levels": levels}
        | HAND
    )
    enter(quarter, "score/a/0/优")
    assert of_own(quarter)["a"].state == "unknown" and of_own(quarter)["a"].note == "还有方面没有评定"
    with pytest.raises(ValidationError, match="已经登记过"):
        enter(quarter, "score/a/0/差")
    enter(quarter, "score/a/1/良")
    assert of_own(quarter)["a"].points == 3


def test_each_sub_item_ends_at_zero_and_one_case_costs_its_heaviest_fault(quarter):  # noqa: F811
    rules = [
        {"when": "缺会议", "points": 1, "per": "each", "part": 0},
        {"when": "缺计划", "points": 1, "per": "each", "part": 1},
    ]
    sanctions = [
        {"when": name, "points": points, "per": "each", "case": "处分"} for name, points in (("诫勉", 1), ("警告", 3))
    ]
    own_version(
        {"key": "a", "name": "台账", "points": 4, "method": "deduct", "sub_items": [2, 2], "deductions": rules} | HAND,
        {"key": "b", "name": "纪律", "points": 8, "method": "deduct", "deductions": sanctions} | HAND,
    )
    for _ in range(3):
        enter(quarter, "deduct/a/0")
    for item in ("deduct/b/0", "deduct/b/1", "deduct/b/1"):
        enter(quarter, item)
    rows = of_own(quarter)
    # Three faults on a sub-item of two points; three people in one paper cost three points, once.
    assert (rows["a"].points, rows["b"].points) == (2, 5)
    other = entry_make(
        by=quarter.staff, period=Q3, organisation=quarter.branch_a, item="deduct/b/1", reason="另一件", document="另文"
    )
    entry_approve(by=quarter.committee_secretary, entry=other)
    assert of_own(quarter)["b"].points == 2


def test_a_grade_with_a_condition_is_given_once_somebody_has_said_that_it_is_fulfilled(quarter):  # noqa: F811
    version = SchemeVersion.objects.get(key="tongbu-branch", version=2)
    grades = [dict(row) for row in version.body["grades"]]
    grades[0]["condition"] = "有创新项目"
    own_version(grades=grades, grade_min_points=0)
    before = result_of(quarter)
    assert (before.total, before.grade) == (100, "良好")
    enter(quarter, "condition/优秀")
    after = result_of(quarter)
    assert (after.total, after.grade) == (100, "优秀")
    assert "等次条件：优秀另需：有创新项目（已具备）" in [row["what"] for row in after.body["by_hand"]]


def test_its_own_word_stands_beside_the_superiors_whose_points_count(quarter, as_):  # noqa: F811
    own_version({"key": "a", "name": "台账质量", "points": 6, "method": "manual"})
    secretary, staff = as_("secretary_a"), as_("staff")
    with clock.at(DAY):
        listed = secretary.get("/results/entries/own/?period=2026Q3").content.decode()
        assert "还有 1 项没有自评" in listed
        url = f"/results/entries/own/rating/?scheme=tongbu-branch&period=2026Q3&place={quarter.branch_a.pk}&indicator=a"
        for changes, sentence in (({"points": "7"}, "请填写 0 至 6 之间的数。"), ({"text": ""}, "请填写“自评说明”。")):
            answer = secretary.post(url, {"points": "5.5", "text": "台账齐全", **changes})
            assert answer.status_code == 422 and sentence in answer.content.decode()
        assert not SelfRating.objects.exists()
        assert secretary.post(url, {"points": "5.5", "text": "台账齐全"}).status_code == 302
        assert as_("secretary_b").get(url).status_code == 404
        assert staff.get(url).status_code == 404, "a branch speaks for itself"
        page = staff.get("/results/entries/?period=2026Q3").content.decode()
        assert "有自评、还没有评定" in page and "自评 5.5，台账齐全" in page
    enter(quarter, "score/a", points=Decimal("4"))
    row = result_of(quarter)
    score = row.scores.get(indicator="a")
    assert score.points == 4
    assert score.evidence[0]["text"] == "自评 5.5：台账齐全；上级评定 4.0 分：经研究认定"
    assert row.body["self"] == [
        {"indicator": "a", "own": "5.5", "text": "台账齐全", "points": "4.0", "reason": "经研究认定"}
    ]


def test_nobody_answers_his_own_rating_and_nothing_is_said_after_the_result_was_sent(quarter):  # noqa: F811
    own_version({"key": "a", "name": "台账质量", "points": 6, "method": "manual"})
    # The branch's secretary was given the office's post too.
    appointment_make(
        by=OPERATOR,
        user=quarter.secretary_a,
        role="committee_staff",
        starts=date(2026, 1, 1),
        organisation=quarter.root,
    )
    said = {"period": Q3, "organisation": quarter.branch_a, "indicator": "a", "text": "台账齐全", "points": Decimal(5)}
    self_rate(by=quarter.secretary_a, **said)
    with pytest.raises(ValidationError, match="由另一位同志评定"):
        enter(quarter, "score/a", by=quarter.secretary_a, points=Decimal(6))
    with pytest.raises(Forbidden):
        self_rate(by=quarter.staff, **said)
    enter(quarter, "score/a", points=Decimal(4))
    for place in ("branch_b", "branch_c"):
        enter(quarter, "score/a", place, points=Decimal(4))
    with clock.at(DAY):
        assessment = run(quarter)
        assessment_send(by=quarter.staff, assessment=assessment)
        with pytest.raises(Conflict, match="已送达"):
            self_rate(by=quarter.secretary_a, **said)


def test_whoever_may_finds_the_way_from_the_schemes_page(quarter, as_):  # noqa: F811
    # The version by which people give the points for practices.
    SchemeVersion.objects.filter(key="tongbu-committee", version__gte=4).delete()
    with clock.at(DAY):
        assert "评定机关党委" in as_("party_secretary").get("/schemes/?scheme=tongbu-committee").content.decode()
        assert "评定机关党委" not in as_("staff").get("/schemes/?scheme=tongbu-committee").content.decode()
        # Who only gives the committee's points has no list of results to go to.
        listed = as_("party_secretary").get("/results/entries/?scheme=tongbu-committee").content.decode()
        assert "登记一项" in listed and 'href="/results/"' not in listed
        page = as_("general_secretary").get("/schemes/?scheme=tongbu-committee").content.decode()
        assert "/results/entries/own/?scheme=tongbu-committee" in page
        assert (
            "典型经验定型推广"
            in as_("general_secretary").get("/results/entries/own/?scheme=tongbu-committee").content.decode()
        )
        assert "填写自评" not in as_("secretary_a").get("/schemes/").content.decode(), "nothing is scored by hand there"
        for key, status in (("tongbu-star", 200), ("nothing", 404), ("", 200)):
            assert as_("secretary_a").get(f"/schemes/?scheme={key}").status_code == status


def test_a_bonus_is_said_beside_the_rate_on_every_page_and_an_idle_adjustment_by_its_name(quarter, as_):  # noqa: F811
    enter(quarter, "bonus/0", "branch_b")
    full = result_of(quarter, "branch_b").scores.filter(points=F("maximum"), points__gt=0).first()
    enter(quarter, f"adjust/{full.indicator}", "branch_b", points=full.nominal)
    report = publish(quarter, run(quarter), by=OPERATOR)
    result = report.assessment.results.get(organisation=quarter.branch_b)
    said, bonus = words_of_rate(result), result.bonus
    assert bonus and said.endswith(f"，加 {bonus} 分，合计 {result.total}")
    client = as_("secretary_b")
    checkup = client.get(f"/results/{report.assessment_id}/branches/{quarter.branch_b.pk}/").content.decode()
    score = client.get(f"/scores/{result.pk}/").content.decode()
    assert said in checkup and said in score and f"计加分 {bonus} 分" in checkup
    assert "没有改变得分" in checkup and "没有改变得分" in score and "扣 0" not in checkup
    assert f"，加 {bonus}" in client.get("/scores/").content.decode()
    assert f"，含加分 {bonus}" in as_("party_secretary").get("/").content.decode()
    row = next(row for row in report.body["branches"] if row["key"] == str(quarter.branch_b.pk))
    assert Decimal(row["bonus"]) == Decimal(bonus) and len(report.body["adjustments"]) == 2
    sheet = next(row for row in report.body["chapters"] if said in row["text"])
    for kind in ("html", "docx", "xlsx"):
        assert documents.render(report.body, kind)
    assert sheet["key"] == str(quarter.branch_b.pk)
    book = openpyxl.load_workbook(io.BytesIO(documents.render(report.body, "xlsx")))
    assert "加分" in [cell.value for cell in book["支部得分"][1]]

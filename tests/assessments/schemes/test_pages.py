"""The scheme's page: a copy is changed by forms, compared, tried, proposed by one and put in force by another."""

import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from assessments.results.services import assessment_trial
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import parsed, scheme_for
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from common import clock
from common.periods import Period
from tests.assessments.results.test_results import quarter, run  # noqa: F401
from tests.assessments.schemes.test_versions import meeting  # noqa: F401

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 20, 9))


@pytest.fixture
def pages(world, as_):
    with clock.at(NOW):
        yield as_("staff"), as_("committee_secretary")


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def drafted(staff):
    newest = SchemeVersion.objects.in_force("tongbu-branch")[0]
    staff.post(f"/schemes/{newest.pk}/draft/")
    return SchemeVersion.objects.get(key="tongbu-branch", version=newest.version + 1)


def simulated(staff, url, **asked):
    """Have a version tried, let the worker do it, and return what the page says then."""
    answer = staff.post(f"{url}simulation/", asked)
    assert answer.status_code == 302
    assert "正在试算" in text_of(staff.get(answer["Location"]))
    jobs.run(JobRun.objects.filter(kind="simulate_scheme").latest("pk").pk)
    return text_of(staff.get(answer["Location"]))


RATIO = {
    "name": "主题党日",
    "points": "7",
    "late_percent": "50",
    "measures": ["requirement.life-theme-day"],
    "reason": "次数分值偏低",
}


def test_from_a_copy_by_forms_to_a_version_in_force(pages, world, quarter, meeting):  # noqa: F811
    staff, secretary = pages
    draft = drafted(staff)
    url = f"/schemes/{draft.pk}/"
    assert staff.post(f"{url}indicators/life-theme/?method=ratio", RATIO).status_code == 302
    page = text_of(staff.get(url))
    assert "改 1 个指标" in page and "合计 101 分" in page and "次数分值偏低" in page and "6 7 比率" in page
    assert "各方面合计 101 分，总分 100 分" in page and f"{url}propose/" not in staff.get(url).content.decode()
    deduct = {
        "name": "决议落实",
        "points": "1",
        "source": "by-hand",
        "when_0": "未办结",
        "per_0": "each",
        "fault_0": "0.5",
        "when_1": "其他",
        "per_1": "degree",
        "reason": "每季多为 1 项，按比率非满分即零分",
    }
    assert staff.post(f"{url}indicators/duty-resolution/?method=deduct", deduct).status_code == 302
    row = next(
        row for _, row in parsed(SchemeVersion.objects.get(pk=draft.pk)).indicators() if row.key == "duty-resolution"
    )
    assert (row.method, row.measures, [(rule.points, rule.per) for rule in row.deductions]) == (
        "deduct",
        ("by-hand",),
        [(Decimal("0.5"), "each"), (None, "once")],
    )
    page = text_of(staff.get(url))
    assert "改 2 个指标" in page and "比率 扣分" in page and "未办结 每次−0.5；其他，按程度" in page
    tried = simulated(staff, url, period="2026Q3")
    # Branch B won 9 of 14 points; now 5 + 7 × 2/3 of 15, and a quarter of a point for resolutions that nobody found fault with.
    assert "乙处党支部 64.3 65.0 ▲ 0.7" in tried
    assert not SchemeVersion.objects.filter(pk=draft.pk, assessments__isnull=False).exists()
    assert staff.post(f"{url}propose/", {"in_force_from": "2026-12-02"}).status_code == 422
    assert staff.post(f"{url}propose/", {"in_force_from": "2027-01-01"}).status_code == 302
    assert staff.post(f"{url}approve/", {"meeting": meeting.pk}).status_code == 404
    assert staff.get(f"{url}indicators/life-theme/").status_code == 404, "what is proposed is not edited"
    assert text_of(secretary.get(f"{url}approve/")).count("自2027年1月1日起施行") == 1
    assert secretary.post(f"{url}approve/", {"meeting": ""}).status_code == 422
    assert secretary.post(f"{url}approve/", {"meeting": meeting.pk}).status_code == 422, "held before it was proposed"
    type(meeting).objects.filter(pk=meeting.pk).update(day=clock.today())
    assert secretary.post(f"{url}approve/", {"meeting": meeting.pk}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.in_force_from, draft.approved_in) == ("in_force", date(2027, 1, 1), meeting)
    assert scheme_for(Period.parse("2026Q4")).version == 6 and scheme_for(Period.parse("2027Q1")) == draft
    assert "待施行" in text_of(staff.get(url)) and "党组会议审定" in text_of(staff.get(url))


def test_each_method_is_entered_by_its_own_fields(pages, world, quarter):  # noqa: F811
    staff, _ = pages
    draft = drafted(staff)
    url = f"/schemes/{draft.pk}/"
    assert staff.post(f"{url}parts/new/", {"name": "自定", "full_from": "1", "reason": "新设"}).status_code == 302
    add = f"{url}parts/part-1/new/?method="
    common = {"points": "4", "source": "by-hand", "reason": "新设"}
    levels = {"level_0": "健全", "level_points_0": "4", "level_1": "不健全", "level_points_1": "0"}
    bands = {"band_0": "0.9", "band_points_0": "4", "band_points_1": "1"}
    steps = {"base_at": "1", "step": "0.05", "step_points": "0.5"}
    for method, fields in (
        ("graded", {"name": "班子配备", **levels}),
        ("bands", {"name": "培训率", **bands}),
        ("steps", {"name": "到会率", **steps}),
        ("count", {"name": "经验", "points_each": "2"}),
        ("manual", {"name": "台账"}),
    ):
        answer = staff.post(f"{add}{method}", {**common, **fields})
        assert answer.status_code == 302, text_of(answer)
    own = [row for part, row in parsed_parts(draft) if part == "part-1"]
    assert [row["method"] for row in own] == ["graded", "bands", "steps", "count", "manual"]
    assert own[1]["bands"] == [["0.900", "4.000"], [None, "1.000"]] or own[1]["bands"] == [["0.9", "4"], [None, "1"]]
    page = text_of(staff.get(url))
    for words in ("健全 4；不健全 0", "0.9 以上 4；以下 1", "1 处起，每 0.05 增减 0.5", "每项 2 分", "人工登记"):
        assert words in page, words
    assert staff.post(f"{url}whole/", whole(draft, total="120")).status_code == 302
    assert staff.post(f"{url}propose/", {"in_force_from": "2027-01-01"}).status_code == 302
    draft.refresh_from_db()
    SchemeVersion.objects.filter(pk=draft.pk).update(state="in_force", in_force_from=date(2026, 7, 1))
    assert (
        assessment_trial(by=world.staff, period=Period.parse("2026Q3")).results.filter(state="incomplete").count() == 3
    )


def parsed_parts(draft):
    body = SchemeVersion.objects.get(pk=draft.pk).body
    return [(part["key"], row) for part in body["dimensions"] for row in part["indicators"]]


def whole(draft, **more):
    typed = {
        "title": draft.title,
        "periods": ["quarter", "year"],
        "total": "100",
        "grade_min_points": "30",
        "bonus_cap": "5",
        "reason": "调整",
    }
    typed |= {
        "grade_0": "优秀",
        "bound_0": "90",
        "grade_1": "良好",
        "bound_1": "80",
        "grade_2": "合格",
        "bound_2": "70",
    }
    return typed | {"grade_3": "待改进", "quota_0": "30", "veto_0": "违规发展党员", "veto_cap_0": "合格"} | more


def test_what_is_wrong_is_said_and_what_was_typed_stays(pages):
    staff, _ = pages
    draft = drafted(staff)
    url = f"/schemes/{draft.pk}/"
    refused = staff.post(f"{url}indicators/life-theme/?method=ratio", RATIO | {"points": "0", "reason": ""})
    page = refused.content.decode()
    assert (
        refused.status_code == 422
        and "请填写“为什么改”" in page
        and "“分值”不能小于 0.01" in page
        and 'value="主题党日"' in page
    )
    refused = staff.post(
        f"{url}indicators/life-theme/?method=bands",
        {"name": "主题党日", "points": "6", "source": "by-hand", "reason": "试", "band_0": "0.5", "band_points_0": "9"},
    )
    assert refused.status_code == 422 and "分档" in text_of(refused)
    refused = staff.post(
        f"{url}indicators/life-theme/?method=deduct", {"name": "主题党日", "points": "6", "when_0": "缺"}
    )
    assert "请填写扣分，或选择“按程度”" in text_of(refused)
    assert staff.get(f"{url}indicators/life-theme/?method=derived").status_code == 404
    assert staff.get(f"{url}indicators/nothing/").status_code == 404
    body = SchemeVersion.objects.get(pk=draft.pk).body
    assert body["dimensions"] == SchemeVersion.objects.get(key="tongbu-branch", version=6).body["dimensions"]


def test_an_indicator_that_goes_takes_what_named_it_along(pages):
    staff, _ = pages
    draft = drafted(staff)
    url = f"/schemes/{draft.pk}/"
    assert staff.post(f"{url}indicators/brand-care/drop/").status_code == 302
    rows = {row["key"]: row for _, row in parsed_parts(draft)}
    assert "brand-care" not in rows and "brand-care" not in rows["duty-done"]["counted_in"]
    assert "不再设： 激励关怀" in text_of(staff.get(url))
    assert (
        staff.post(f"{url}parts/brand/drop/").status_code == 302
        and len(SchemeVersion.objects.get(pk=draft.pk).body["dimensions"]) == 5
    )


def test_a_branch_reads_what_is_in_force_and_no_draft(pages, as_):
    staff, _ = pages
    draft = drafted(staff)
    reader = as_("secretary_a")
    page = text_of(reader.get("/schemes/"))
    assert "党支部年度考核方案第6版" in page and "草稿" not in page
    assert reader.get(f"/schemes/{draft.pk}/").status_code == 404
    assert "第7版草稿" in text_of(staff.get("/schemes/"))


def test_an_indicator_opens_under_its_row_and_a_method_is_chosen_there(pages):
    staff, secretary = pages
    draft = drafted(staff)
    url = f"/schemes/{draft.pk}/"
    answer = staff.get(f"{url}?open=life-theme&method=bands")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('class="scheme-open"') == 1 and page.index('id="i-life-theme"') < page.index("scheme-open")
    assert f'action="{url}indicators/life-theme/?method=bands"' in page
    assert "?open=life-theme&amp;method=deduct#i-life-theme" in page
    kept = staff.post(f"{url}indicators/life-theme/?method=ratio", RATIO)
    assert kept["Location"] == f"{url}#i-life-theme"
    assert staff.get(f"{url}?open=nothing").status_code == 404
    # Nothing opens where nothing is edited.
    fixed = SchemeVersion.objects.filter(state="in_force").first()
    assert "scheme-open" not in staff.get(f"/schemes/{fixed.pk}/?open=life-theme").content.decode()

"""A catalogue of policies: read, previewed, written all or nothing; a second time nothing changes; wrong cells by row and column."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Organisation
from branches.reach.models import Appointment
from responsibilities.policies.imports import cells
from responsibilities.policies.imports.ledger import POLICY_LEDGER
from responsibilities.policies.models import Policy, PolicyCheck, PolicyRun, PolicyVersion
from responsibilities.policies.selectors.policies import cards as cards_of
from responsibilities.policies.selectors.policies import readable
from tests.members.imports.support import applied, uploaded, worked
from tests.responsibilities.policies.records import TODAY, in_force

pytestmark = pytest.mark.django_db
START = "/policies/import/"
HEADS = [
    "序号", "制度名称", "发文字号", "制定单位", "印发时间", "实施日期", "失效日期", "类别", "适用范围", "频次",
    "步骤", "责任主体", "办理时限", "形成材料", "考核规则", "废止原因",
]  # fmt: skip


@pytest.fixture(autouse=True)
def ground(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def row(title="意见建议办理制度", **changes):
    values = {
        "序号": "1",
        "制度名称": title,
        "发文字号": "机党发〔2026〕4号",
        "印发时间": "2026.3.2",
        "适用范围": "各党支部",
    }
    return [(values | changes).get(head, "") for head in HEADS]


def step(title, seat="党支部书记", days="5个工作日", made="支委会", **changes):
    return row(
        "", **{"发文字号": "", "印发时间": "", "适用范围": "", "序号": ""} | changes | of_step(title, seat, days, made)
    )


def of_step(title, seat="党支部书记", days="5个工作日", made="支委会"):
    return {"步骤": title, "责任主体": seat, "办理时限": days, "形成材料": made}


def sheet(*rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADS, *rows])
    return SimpleUploadedFile("制度汇编目录.csv", text.getvalue().encode("utf-8-sig"))


def upload(client, *rows):
    answer, batch = uploaded(client, START, policies=sheet(*rows))
    assert answer.status_code == 302, answer.content.decode()
    return batch


def page(client, batch):
    return client.get(f"{START}{batch.uid}/").content.decode()


def errors(batch):
    return [
        (rows, heading, sentence + suggestion) for _, rows, heading, sentence, suggestion in batch.preview["faults"]
    ]


FULL = (
    row(**of_step("支委会研究"), 考核规则="90%"),
    step("党员大会通报", days="10", made="支部党员大会"),
    row(
        "谈心谈话办法（试行）",
        发文字号="机党发〔2025〕7号",
        印发时间="2025年6月1日",
        失效日期="2026-12-31",
        类别="作风",
    ),
    row("旧办法", 印发时间="2024-01-08", 失效日期="2025-12-31", 废止原因="已合并", 频次="每月"),
    row("学习制度", 印发时间="2024-02-01"),
    row("学习制度", 印发时间="2026-02-01", 实施日期="2026-03-01", 发文字号="机党发〔2026〕2号"),
)


def test_a_catalogue_is_previewed_and_then_written_whole(world, as_):
    client = as_("staff")
    batch = upload(client, *FULL)
    shown = page(client, batch)
    assert "新增 5 条" in shown and not Policy.objects.exists()
    _, batch = applied(client, batch, START)
    assert batch.state == "applied", batch.outcome
    titles = ("意见建议办理制度", "谈心谈话办法（试行）", "旧办法", "学习制度")
    first, trial, old, study = (Policy.objects.get(title=title) for title in titles)
    version = first.versions.get()
    assert (first.organisation, version.document, str(version.in_force_from)) == (
        world.committee, "机党发〔2026〕4号", "2026-03-02",
    )  # fmt: skip
    assert [(one.title, one.seat, one.days, one.yields) for one in version.steps.all()] == [
        ("支委会研究", "branch_secretary", 5, ["committee_meeting"]),
        ("党员大会通报", "branch_secretary", 10, ["assembly"]),
    ]
    assert version.check_rule.planned == 90 and [row.kind for row in version.addressees.all()] == ["branch"]
    assert (trial.trial, trial.building, trial.versions.get().state(TODAY)) == (True, "conduct", "in_force")
    assert old.versions.get().state(TODAY) == "repealed" and not PolicyRun.objects.exists()
    days = [(one.number, str(one.in_force_from), str(one.in_force_to)) for one in study.versions.all()]
    assert days == [(1, "2024-02-01", "2026-02-28"), (2, "2026-03-01", "None")]
    flagged = {card.policy.title for card in cards_of(world.staff, readable(world.staff)) if card.without_mechanism}
    assert flagged == {"谈心谈话办法（试行）", "学习制度"}
    assert ChangeMark.objects.filter(subject="policies", organisation=world.committee).exists()


def test_a_second_time_nothing_changes_and_what_lacks_is_added(world, as_):
    client = as_("staff")
    bare = row("意见建议办理制度")
    applied(client, upload(client, bare), START)
    again = upload(client, bare)
    assert "台账与系统一致" in page(client, again)
    batch = upload(client, FULL[0], FULL[1])
    assert "更改 1 条" in page(client, batch)
    applied(client, batch, START)
    version = PolicyVersion.objects.get()
    assert version.steps.count() == 2 and version.check_rule.planned == 90
    assert "台账与系统一致" in page(client, upload(client, *FULL[:2]))


def test_the_export_goes_back_in_as_it_is(world, as_):
    client = as_("staff")
    in_force(world, since=date(2026, 10, 30))
    in_force(world, title="联席制度", since=date(2026, 9, 1), steps=(), check=False)
    book = client.post(reverse("policy_list_export"))
    taken = SimpleUploadedFile("制度目录.xlsx", book.getvalue() if hasattr(book, "getvalue") else book.content)
    answer, batch = uploaded(client, START, policies=taken)
    assert answer.status_code == 302 and "台账与系统一致" in page(client, batch), batch.preview


WRONG = [
    (row(""), "制度名称", "制度名称没有填写"),
    (row(印发时间=""), "印发时间", "印发日期没有填写。"),
    (row(印发时间="2026-12-01"), "印发时间", "印发日期不能晚于今天。"),
    (row(实施日期="2026-01-01"), "实施日期", "施行日期不能早于印发日期。"),
    (row(失效日期="2026-01-01"), "失效日期", "施行至不能早于施行日期。"),
    (row(废止原因="已合并"), "失效日期", "已废止的制度请填写废止日期。"),
    (row(制定单位="甲处党支部"), "制定单位", "您不能为“甲处党支部”登记制度。"),
    (row(类别="后勤"), "类别", "所属方面“后勤”无法识别"),
    (row(适用范围="机关工会"), "适用范围", "党组织类别“机关工会”无法识别"),
    (row(频次="偶尔"), "频次", "何时启动程序“偶尔”无法识别"),
    (row(**of_step("研究", seat="某某处")), "责任主体", "由谁办理“某某处”无法识别"),
    (row(**of_step("研究", days="900")), "办理时限", "办理时限为 0 至 250 个工作日。"),
    (row(**of_step("研究", days="2周")), "办理时限", "办理时限为 0 至 250 个工作日。"),
    (row(**of_step("研究", days="3个月")), "办理时限", "办理时限为 0 至 250 个工作日。"),
    (row(**of_step("研究", made="台账")), "形成材料", "形成什么“台账”无法识别"),
    (row(**of_step("研究", made="支委会、台账")), "形成材料", "形成什么“台账”无法识别"),
    (row(**of_step("研究", made="支委会、文件、决定")), "形成材料", "一步最多形成 2 样"),
    (step("再研究", 发文字号="机党发〔2026〕5号"), "制度名称", "发文字号又与第 2 行不同；另一版请写名称。"),
    (row(**of_step("")), "步骤", "请写明这一步做什么。"),
    (row(考核规则="120%"), "考核规则", "应达比例在 1 至 100 之间。"),
    (row(考核规则="0%"), "考核规则", "应达比例在 1 至 100 之间。"),
    (row(考核规则="92.5%"), "考核规则", "应达比例请写整数，如 90。"),
]


@pytest.mark.parametrize(("wrong", "column", "sentence"), WRONG, ids=[one[2][:12] for one in WRONG])
def test_one_wrong_cell_is_one_line_and_nothing_is_written(world, as_, wrong, column, sentence):
    client = as_("staff")
    batch = upload(client, row("联席制度"), wrong)
    found = errors(batch)
    assert len(found) == 1 and found[0][0] == "第 3 行" and found[0][1] == column, found
    assert sentence in found[0][2]
    client.post(f"{START}{batch.uid}/apply/")
    assert not Policy.objects.exists()


def test_versions_that_do_not_follow_each_other_are_refused(world, as_):
    client = as_("staff")
    same = upload(client, row(), row(发文字号="机党发〔2026〕5号"))
    assert any("两版不能同日施行" in sentence for _, _, sentence in errors(same))
    twice = upload(client, row(), row())
    assert any("与第 2 行是同一版制度" in sentence for _, _, sentence in errors(twice))
    version = in_force(world, since=date(2026, 3, 2))
    early = upload(client, row(印发时间="2025-03-02"))
    assert errors(early)[0][2] == "新版本生效日期应晚于现行版本（2026-03-02）。"
    client.post(reverse("policy_revise", args=[version.policy_id]))
    held = upload(client, row(印发时间="2026-10-02"))
    assert "有一份还没有施行的草案" in errors(held)[0][2]


def test_a_further_version_keeps_what_its_row_leaves_open(world, as_):
    client = as_("staff")
    version = in_force(world, since=date(2026, 3, 2))
    version.policy.steward, version.policy.building = world.committee_secretary, "conduct"
    version.policy.save()
    PolicyVersion.objects.filter(pk=version.pk).update(trigger="quarter", summary="怎样办理")
    changes = {"印发时间": "2026-10-08", "适用范围": "", "发文字号": "机党发〔2026〕11号"}
    batch = upload(client, row("意见建议 办理制度", **changes))
    applied(client, batch, START)
    new = PolicyVersion.objects.get(number=2)
    assert [one.title for one in new.steps.all()] == ["支委会研究", "党员大会通报"] and new.check_rule.planned == 90
    assert [one.kind for one in new.addressees.all()] == ["branch"]
    policy = Policy.objects.get()
    assert (policy.steward, policy.building) == (world.committee_secretary, "conduct")
    assert (policy.title, new.trigger, new.summary) == ("意见建议办理制度", "quarter", "怎样办理")
    version.refresh_from_db()
    assert str(version.in_force_to) == "2026-10-07"


def test_who_lost_the_right_meanwhile_writes_nothing(world, as_):
    client = as_("staff")
    batch = upload(client, row())
    assert client.post(f"{START}{batch.uid}/apply/").status_code == 302
    Appointment.objects.filter(user=world.staff).update(ends=date(2026, 11, 1))
    batch = worked(batch)
    assert not Policy.objects.exists() and "权限" in batch.outcome and batch.state != "applied"


def test_the_empty_workbook_has_the_columns_and_the_places_to_choose_from(world, as_):
    book = openpyxl.load_workbook(io.BytesIO(as_("staff").get(f"{START}sheet/").content))
    assert [cell.value for cell in book.active[1]] == [field.label for field in POLICY_LEDGER.fields]
    words = {str(rule.formula1) for rule in book.active.data_validations.dataValidation}
    assert any(Organisation.objects.get(pk=world.committee.pk).label in word for word in words)


def test_two_versions_written_differently_are_of_one_policy_and_trial_stays(world, as_):
    client = as_("staff")
    later = {"印发时间": "2026-05-01", "发文字号": "机党发〔2026〕9号"}
    applied(client, upload(client, row("学习制度（试行）"), row("学习制度(试行)", **later)), START)
    policy = Policy.objects.get()
    assert policy.trial and [one.number for one in policy.versions.all()] == [1, 2]


def test_a_rule_of_nought_that_stands_is_mended_and_kinds_are_known_by_all_their_names(world, as_):
    client = as_("staff")
    version = in_force(world, since=date(2026, 3, 2), steps=())
    PolicyCheck.objects.filter(version=version).update(planned=0)
    words = row(**of_step("支委会研究", days="5日内", made="支部委员会会议"), 考核规则="90%")
    batch = upload(client, words)
    assert "更改 1 条" in page(client, batch)
    applied(client, batch, START)
    version.refresh_from_db()
    assert version.check_rule.planned == 90
    assert [(one.days, one.yields) for one in version.steps.all()] == [(5, ["committee_meeting"])]


def test_what_a_row_says_otherwise_of_a_version_that_stands_is_told_and_not_written(world, as_):
    client = as_("staff")
    in_force(world, since=date(2026, 3, 2))
    batch = upload(client, row(失效日期="2026-10-01", 废止原因="已合并"))
    assert "未按表废止" in page(client, batch)
    client.post(f"{START}{batch.uid}/apply/")
    assert PolicyVersion.objects.get().state(TODAY) == "in_force"


@pytest.mark.parametrize(("value", "said"), [(0.9, 90), (1, 100), ("1", 1), ("90%", 90), ("90.0", 90), (None, None)])
def test_a_share_of_a_workbook_is_read_as_its_cell_shows_it(value, said):
    assert cells.planned(value) == said

"""Dues as people use them: a month in two clicks, rates pasted and confirmed, who reads amounts, wrong input, double posts."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from common.periods import Period
from members.dues.models import DuesPayment, DuesRate, DuesUse
from tests.members.dues.made import collected, fixed, paid, this_month, used
from tests.members.transfers.support import asked

pytestmark = pytest.mark.django_db
NOVEMBER = Period.parse("2026-11")


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        yield


def address(name, place=None, **kwargs):
    return reverse(name, kwargs=kwargs) + (f"?organisation={place.pk}" if place else "")


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def test_two_clicks_a_month(world, as_):
    fixed(world)
    people = world.people("branch_a")
    secretary = as_("secretary_a")
    led = secretary.get(reverse("dues_list"))
    assert led.status_code == 302 and led.url == address("dues_month", world.branch_a, month="2026-11")
    shown = page(secretary, led.url)
    assert shown.count(" checked") == len(people) and "未交 6 人" in shown
    chosen = [member.pk for member in people[:5]]
    done = secretary.post(led.url, {"members": chosen, "paid_on": "2026-11-27"}, follow=True).content.decode()
    assert "已登记 5 人交纳2026年11月党费" in done and "已交 5 人，未交 1 人" in done
    rows = DuesPayment.objects.all()
    assert {(row.amount, row.organisation, row.month) for row in rows} == {
        (Decimal("75.02"), world.branch_a, date(2026, 11, 1))
    }
    assert AuditEntry.objects.filter(verb="dues.pay").count() == 5
    assert "75.02" not in "".join(AuditEntry.objects.filter(verb__startswith="dues.").values_list("payload", flat=True))
    assert ChangeMark.objects.filter(subject="dues", organisation=world.branch_a).exists()
    again = secretary.post(led.url, {"members": chosen, "paid_on": "2026-11-27"})
    assert again.status_code == 422 and rows.count() == 5, "sent twice it is not noted twice"


def test_nobody_chosen_and_a_day_to_come_are_said_beside_the_field(world, as_):
    fixed(world)
    secretary, url = as_("secretary_a"), address("dues_month", month="2026-11")
    assert "请至少选择一名党员" in secretary.post(url, {"paid_on": "2026-11-27"}).content.decode()
    chosen = [world.people("branch_a")[0].pk]
    late = secretary.post(url, {"members": chosen, "paid_on": "2026-11-29"})
    assert late.status_code == 422 and "交纳日期不能晚于今天" in late.content.decode()
    foreign = secretary.post(url, {"members": [world.people("branch_b")[0].pk], "paid_on": "2026-11-27"})
    assert foreign.status_code == 422 and not DuesPayment.objects.exists()


def test_above_reads_states_and_sums_and_no_amount(world, as_):
    fixed(world)
    member = world.people("branch_a")[3]
    paid(world, member)
    staff = as_("staff")
    listed = page(staff, address("dues_list"))
    assert "甲处党支部" in listed and "75.02" in listed, "the sum of the branch"
    url = address("dues_month", world.branch_a, month="2026-11")
    paid(world, world.people("branch_a")[4])
    shown = page(staff, url)
    assert "150.04" in shown and "75.02" not in shown and "甲四" in shown and "已交" in shown
    assert "checkbox" not in shown
    assert staff.post(url, {"members": [member.pk], "paid_on": "2026-11-27"}).status_code == 403
    for name in ("dues_rates", "dues_export"):
        where = address(name, world.branch_a, year=2026)
        assert (staff.get(where) if name == "dues_rates" else staff.post(where)).status_code in (302, 403), name
    assert as_("secretary_b").get(url).status_code == 404
    assert as_("officer_a").get(url).status_code == 404


def test_rates_are_pasted_checked_and_confirmed_and_the_base_is_not_kept(world, as_):
    secretary, url = as_("secretary_a"), address("dues_rates", year=2026)
    assert "还有 6 人没有核定" in page(secretary, url)
    text = "姓名\t基数\n甲一\t5001\n甲二\t3,000\n甲 三\t60000元\n甲四 8888 退休\n甲五,3000.01,按季\n"
    checked = secretary.post(url, {"text": text, "since": "2026-01-01"})
    shown = checked.content.decode()
    assert checked.status_code == 200 and not DuesRate.objects.exists()
    for amount in ("75.02", "15", "1000", "88.88", "30"):
        assert f"<b>{amount}</b>" in shown
    assert "甲六" in shown and "5001" not in shown and "60000" not in shown
    token = checked.context["form"].initial["checked"]
    confirmed = secretary.post(address("dues_rates_confirm", year=2026), {"checked": token}, follow=True)
    assert "已核定 5 人" in confirmed.content.decode() and "还有 1 人没有核定" in confirmed.content.decode()
    rows = {row.member.name: row for row in DuesRate.objects.all()}
    assert (rows["甲一"].amount, rows["甲一"].band, rows["甲一"].starts) == (
        Decimal("75.02"),
        "fee-band-3",
        date(2026, 1, 1),
    )
    assert rows["甲四"].kind == "retired" and rows["甲五"].quarterly
    again = secretary.post(address("dues_rates_confirm", year=2026), {"checked": token}, follow=True)
    assert "没有改动" in again.content.decode() and DuesRate.objects.count() == 5
    forged = secretary.post(address("dues_rates_confirm", year=2026), {"checked": token + "x"}, follow=True)
    assert "请重新粘贴" in forged.content.decode()
    other = as_("secretary_b").post(address("dues_rates_confirm", year=2026), {"checked": token}, follow=True)
    assert "请重新粘贴" in other.content.decode(), "it was checked for another branch"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("乙一 5000", "第 1 行：本支部名册中没有“乙一”。"),
        ("甲一 5000\n甲二", "第 2 行：甲二后面应有一个计算基数。"),
        ("甲一 0", "甲一的计算基数应大于 0。"),
        ("甲一 5000\n甲一 6000", "第 2 行：甲一写了两次。"),
        ("甲一 5000 神仙", "不认识“神仙”"),
        ("姓名 基数", "没有可以核定的行。"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_written(world, as_, text, said):
    answer = as_("secretary_a").post(address("dues_rates", year=2026), {"text": text, "since": "2026-01-01"})
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not DuesRate.objects.exists()


def test_a_rate_changes_by_a_dated_row_and_less_asks_for_consent(world, as_):
    fixed(world)
    member, secretary = world.people("branch_a")[3], as_("secretary_a")
    url = address("dues_rate", year=2026, pk=member.pk)
    assert "75.02" in page(secretary, url)
    less = {"kind": "salaried", "reduced": "5", "since": "2026-12-01"}
    assert "少交或免交须写明原因" in secretary.post(url, less).content.decode()
    refused = secretary.post(url, less | {"reduced_reason": "重病"}).content.decode()
    assert "须经上一级党委批准" in refused and "须经党支部研究" in refused
    raised = secretary.post(url, {"kind": "salaried", "base": "6000", "since": "2026-12-01"}, follow=True)
    assert "已核定甲四 2026 年的月交数额" in raised.content.decode()
    rows = list(DuesRate.objects.filter(member=member).values_list("amount", "starts", "ends"))
    assert rows == [
        (Decimal("75.02"), date(2026, 1, 1), date(2026, 11, 30)),
        (Decimal("90.00"), date(2026, 12, 1), None),
    ]


def test_one_payment_short_freely_more_or_very_late(world, as_):
    fixed(world)
    member, secretary = world.people("branch_a")[3], as_("secretary_a")
    url = address("dues_payment", month="2026-11", pk=member.pk)
    short = secretary.post(url, {"amount": "70", "paid_on": "2026-11-27"}, follow=True).content.decode()
    assert "甲四应交 75.02 元，登记 70 元，尚差 5.02 元。" in short and "未交 6 人" in short
    twice = secretary.post(url, {"amount": "75.02", "paid_on": "2026-11-27"})
    assert twice.status_code == 422 and "2026年11月已由甲处党支部收缴。" in twice.content.decode()
    row = DuesPayment.objects.get()
    cancel = address("dues_payment_cancel", pk=row.pk)
    assert "请填写“作废原因”" in secretary.post(cancel, {"reason": ""}).content.decode()
    assert secretary.post(cancel, {"reason": "数额写错"}).status_code == 302
    assert secretary.post(cancel, {"reason": "数额写错"}).status_code == 409
    full = secretary.post(url, {"amount": "75.02", "extra": "2000", "paid_on": "2026-11-27"}, follow=True)
    assert "已交 1 人" in full.content.decode()
    old = address("dues_payment", month="2026-04", pk=member.pk)
    assert "请写明原因" in secretary.post(old, {"amount": "75.02", "paid_on": "2026-11-27"}).content.decode()
    assert secretary.post(old, {"amount": "75.02", "paid_on": "2026-11-27", "late_reason": "住院"}).status_code == 302
    over = secretary.post(
        address("dues_payment", month="2026-10", pk=member.pk), {"amount": "1200", "paid_on": "2026-11-27"}
    )
    assert "月交数额一般不超过 1000 元" in over.content.decode()


def test_without_a_rate_a_month_is_unknown_and_not_owed(world, as_):
    secretary = as_("secretary_a")
    shown = page(secretary, address("dues_month", month="2026-10"))
    assert "待核定 6 人" in shown and "甲四、甲五、甲六还没有核定 2026 年月交数额" in shown
    refused = secretary.post(
        address("dues_payment", month="2026-10", pk=world.people("branch_a")[3].pk),
        {"amount": "5", "paid_on": "2026-11-27"},
    )
    assert refused.status_code == 422 and "甲四还没有核定 2026 年月交数额。" in refused.content.decode()


def test_six_months_owed_are_told_to_the_branch_alone(world, as_):
    fixed(world)
    url = address("dues_month", world.branch_a, month="2026-10")
    assert "连续 6 个月没有交纳" in page(as_("secretary_a"), url)
    assert "连续 6 个月" not in page(as_("staff"), url)


def test_a_month_moves_with_the_member_unless_the_transfer_names_it(world, as_):
    from members.transfers.models import Transfer
    from members.transfers.services.transfers import transfer_receive

    fixed(world)
    member = world.people("branch_a")[3]
    transfer = asked(world)
    Transfer.objects.filter(pk=transfer.pk).update(dues_until=date(2026, 11, 30))
    transfer_receive(by=world.secretary_b, transfer=Transfer.objects.get(), on=date(2026, 11, 28))
    taking = page(as_("secretary_b"), address("dues_month", month="2026-11"))
    assert "甲四" not in taking
    assert "甲四" in page(as_("secretary_a"), address("dues_month", month="2026-11"))
    assert collected(world, NOVEMBER, people=[member]) == 1


def test_the_sheet_of_a_year_and_its_uses(world, as_):
    fixed(world)
    collected(world, NOVEMBER)
    used(world, on=date(2026, 5, 6))
    secretary = as_("secretary_a")
    sheet = page(secretary, address("dues_publish", year=2026))
    assert "2026 年收缴党费 450.12 元，使用 200 元。" in sheet and "党员培训教材" in sheet
    assert "甲四" not in sheet and "75.02" not in sheet
    assert f"{reverse('activity_new')}?organisation={world.branch_a.pk}&amp;kind=dues" in sheet
    word = secretary.post(address("dues_publish_download", year=2026))
    assert word.status_code == 200 and word["Content-Disposition"].endswith(".docx")
    listed = page(secretary, address("dues_uses", year=2026))
    assert "1 笔没有集体决定" in listed
    wrong = secretary.post(reverse("dues_use_new"), {"on": "2026-11-29", "heading": "", "amount": "0", "purpose": ""})
    assert wrong.status_code == 422 and "请选择“用途”" in wrong.content.decode()
    assert DuesUse.objects.count() == 1
    whole = page(as_("staff"), address("dues_publish", world.committee, year=2026))
    assert "2026 年收缴党费 450.12 元，使用 0 元。" in whole


def test_the_file_of_a_year(world, as_):
    fixed(world)
    paid(world, world.people("branch_a")[3], extra=Decimal(10))
    answer = as_("secretary_a").post(address("dues_export", year=2026))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert ["甲四", "2026-11", 75.02, 75.02, 10, "已交"] in [[*row[:5], row[6]] for row in rows]


def test_the_payer_reads_his_amounts_and_above_the_file_shows_states_alone(world, as_):
    fixed(world)
    member = world.people("branch_a")[3]
    paid(world, member)
    url = reverse("member_detail", args=[member.pk])
    for who, where in (("member", reverse("member_own")), ("secretary_a", url)):
        shown = page(as_(who), where)
        assert "2026年党费" in shown and "75.02 元" in shown, who
    above = page(as_("staff"), url)
    assert "2026年党费" in above and "只显示交纳情况" in above and "75.02" not in above
    assert "年党费" not in page(as_("leader"), url), "who only reads the file sees nothing of dues"
    assert "已连续 6 个月" not in page(as_("member"), reverse("member_own"))
    DuesPayment.objects.all().delete()
    with time_machine.travel("2026-12-01T09:00:00+08:00", tick=False):
        assert "已连续 6 个月没有交纳党费" in page(as_("member"), reverse("member_own"))


def test_what_waits_and_what_is_handed_over(world, as_):
    secretary = as_("secretary_a")
    waiting = reverse("home_waiting")
    assert "核定" not in page(secretary, waiting), "nobody is asked for dues where none are kept"
    fixed(world, people=world.people("branch_a")[:4])
    assert "2 人还没有核定 2026 年月交数额" in page(secretary, waiting)
    fixed(world)
    shown = page(secretary, waiting)
    assert "10月党费有 6 人到期未交" in shown and "11月党费还有 6 人未登记" in shown
    collected(world, NOVEMBER)
    assert "11月党费" not in page(secretary, waiting)
    assert "党费有" not in page(as_("staff"), waiting)
    from branches.access.models import User
    from members.organisations.handover import open_items

    left = {row.label: row.count for row in open_items(world.branch_a, User.objects.get(pk=world.secretary_a.pk))}
    assert left["到期未交的党费（人月）"] > 6


def test_the_requirement_of_a_month_leads_to_what_counts_it(world, as_):
    fixed(world)
    page = as_("secretary_a").get(reverse("requirement_detail", args=[world.branch_a.pk, "fee-monthly", this_month()]))
    assert page.status_code == 200 and 'href="/dues/"' in page.content.decode()
    assert "没有可以计入的记录<" not in page.content.decode() and "不另行填报" in page.content.decode()

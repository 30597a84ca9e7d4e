"""Dues as people use them: a month in two clicks, rates pasted and confirmed, who reads amounts, wrong input, double posts."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.urls import reverse
from lxml import html

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


def test_above_reads_numbers_and_sums_and_no_amount(world, as_):
    fixed(world)
    member, *others = world.people("branch_a")[2:]
    past, staff = this_month().previous(), as_("staff")

    def listed(month):
        found = page(staff, f"{address('dues_list')}?month={month}")
        assert "甲处党支部" in found
        return found

    # A sum of one or two says what they pay; that of a month that runs on does so from day to day.
    paid(world, member, month=past)
    paid(world, others[0], month=past)
    assert "不足3人" in listed(past) and "150.04" not in listed(past)
    paid(world, others[1], month=past)
    assert "225.06" in listed(past)
    for one in (member, *others[:2]):
        paid(world, one)
    assert "225.06" not in listed(this_month()) and "下月列出" in listed(this_month())
    url = address("dues_month", world.branch_a, month="2026-11")
    shown = page(staff, url)
    assert "225.06" not in shown and "75.02" not in shown and "已交" in shown
    assert not [one.name for one in world.people("branch_a") if one.name in shown], "beside sums a name tells an amount"
    assert "3 人" in html.fromstring(shown).xpath("string(//main//dl)")
    assert "已收 225.06 元" in page(as_("secretary_a"), url)
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


def opened(client, url):
    """What the form at an address sends of itself."""
    form = html.fromstring(page(client, url))
    return {
        one.get("name"): one.get("value") or "" for one in form.xpath("//form//input[@type='hidden'][@name='seen']")
    }


def test_of_two_who_fix_one_rate_the_second_is_told_and_keeps_what_he_typed(world, as_):
    fixed(world)
    member, secretary, organiser = world.people("branch_a")[3], as_("secretary_a"), as_("organiser_a")
    url = address("dues_rate", year=2026, pk=member.pk)
    first, second = opened(secretary, url), opened(organiser, url)
    data = {"kind": "salaried", "since": "2026-12-01"}
    done = organiser.post(url, second | data | {"base": "6000", "quarterly": "on"})
    assert done.status_code == 302
    answer = secretary.post(url, first | data | {"base": "7000"})
    text = answer.content.decode()
    assert answer.status_code == 409 and f"刚由{world.organiser_a.name}修改" in text and "现在每月 90 元" in text
    assert 'value="7000"' in text and "现在是“已勾选”" in text
    assert DuesRate.objects.get(member=member, ends=None).amount == Decimal("90.00"), "nothing is half-written"
    seen = html.fromstring(text).xpath("//input[@name='seen']/@value")[0]
    assert secretary.post(url, data | {"seen": seen, "base": "7000"}).status_code == 302
    assert DuesRate.objects.get(member=member, ends=None).amount == Decimal("105.00")


def test_a_checked_table_that_another_overtook_is_checked_once_more(world, as_):
    fixed(world)
    member, secretary = world.people("branch_a")[3], as_("secretary_a")
    sent = {"text": "甲三 5001\n甲四 7000\n", "since": "2026-12-01"}
    token = secretary.post(address("dues_rates", year=2026), sent).context["form"].initial["checked"]
    one = address("dues_rate", year=2026, pk=member.pk)
    data = {"kind": "salaried", "since": "2026-12-01", "base": "6000"}
    assert as_("organiser_a").post(one, opened(as_("organiser_a"), one) | data).status_code == 302
    confirm = address("dues_rates_confirm", year=2026)
    answer = secretary.post(confirm, {"checked": token})
    text = answer.content.decode()
    assert answer.status_code == 409 and f"刚由{world.organiser_a.name}修改" in text
    assert "<b>105</b>" in text and "90.00" in text and not DuesRate.objects.filter(amount=105).exists()
    assert secretary.post(confirm, {"checked": answer.context["form"].initial["checked"]}).status_code == 302
    assert DuesRate.objects.get(member=member, ends=None).amount == Decimal("105.00")


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


def test_above_the_branch_the_sheet_of_a_year_tells_no_month_of_fewer_than_three_payers(world, as_):
    fixed(world)
    member, *others = world.people("branch_a")[2:5]
    past = this_month().previous()
    for one in (member, *others):
        paid(world, one, month=past)
    url = address("dues_publish", world.branch_a, year=2026)
    assert "225.06" in page(as_("staff"), url)
    paid(world, member, month=past.previous())
    above = page(as_("staff"), url)
    assert "不足3人" in above and "75.02" not in above and "300.08" not in above, "nor what the year's sum would tell"
    assert "225.06" in above, "a month of three is told"
    own = page(as_("secretary_a"), url)
    assert "75.02" in own and "300.08" in own and "不足3人" not in own
    whole = page(as_("staff"), address("dues_publish", world.committee, year=2026))
    assert "75.02" not in whole and "300.08" not in whole
    paid(world, member)
    paid(world, others[0])
    paid(world, others[1])
    assert "下月列出" in page(as_("staff"), url)
    assert "75.02" not in documents_of(as_("staff").post(address("dues_publish_download", world.branch_a, year=2026)))


def test_above_the_branch_a_month_that_lacks_one_payer_does_not_name_him(world, as_):
    fixed(world)
    past = this_month().previous()
    for one in world.people("branch_a"):
        paid(world, one, month=past.previous())
    owes, *others = world.people("branch_a")
    for one in others:
        paid(world, one, month=past)
    sheet = page(as_("staff"), address("dues_publish", world.branch_a, year=2026))
    assert "450.12" in sheet and "375.10" in sheet, "so much less tells a rate"
    with time_machine.travel("2026-12-01T09:00:00+08:00", tick=False):
        month = page(as_("staff"), address("dues_month", world.branch_a, month=past))
        assert owes.name not in month and "未交 1 人" in month
        assert owes.name in page(as_("secretary_a"), address("dues_month", world.branch_a, month=past))


def documents_of(answer):
    """The text of a document that was sent."""
    with zipfile.ZipFile(io.BytesIO(b"".join(answer) if answer.streaming else answer.content)) as parts:
        return parts.read("word/document.xml").decode()


def test_the_file_of_a_year(world, as_):
    fixed(world)
    paid(world, world.people("branch_a")[3], extra=Decimal(10))
    answer = as_("secretary_a").post(address("dues_export", year=2026))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert ["甲四", "2026-11", 75.02, 75.02, 10, "已交"] in [[*row[:5], row[6]] for row in rows]


def test_the_payer_reads_his_amounts_and_above_the_file_shows_nothing_of_dues(world, as_):
    fixed(world)
    member = world.people("branch_a")[3]
    paid(world, member)
    url = reverse("member_detail", args=[member.pk])
    for who, where in (("member", reverse("member_own")), ("secretary_a", url)):
        shown = page(as_(who), where)
        assert "2026年党费" in shown and "75.02 元" in shown, who
    above = page(as_("staff"), url)
    assert "年党费" not in above and "75.02" not in above, "who has paid is told above by number alone"
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


def test_what_was_paid_too_little_is_completed_into_one_payment(world, as_):
    fixed(world)
    member, secretary = world.people("branch_a")[3], as_("secretary_a")
    paid(world, member, amount="70")
    url = address("dues_payment", month=this_month(), pk=member.pk)
    form = page(secretary, url)
    assert "补足" in form and "已交 70 元，尚差 5.02 元" in form and 'value="5.02"' in form
    assert "补足" in page(secretary, address("dues_month", world.branch_a, month=this_month()))
    short = DuesPayment.objects.get(member=member)
    sent = {"amount": "5.02", "paid_on": "2026-11-28", "completes": short.pk}
    # Sent by the form of a first payment a second time it is none that completes.
    assert secretary.post(url, sent | {"completes": ""}).status_code == 422
    more = secretary.post(url, sent | {"amount": "9"})
    assert more.status_code == 422 and "尚差 5.02 元，多出的 3.98 元请填在“多交”。" in more.content.decode()
    assert 'value="9"' in more.content.decode() and DuesPayment.objects.get(member=member).amount == 70
    other = world.people("branch_a")[4]
    first = secretary.post(
        address("dues_payment", month=this_month(), pk=other.pk), sent | {"completes": "", "amount": "80"}
    )
    assert first.status_code == 422 and "应交 75.02 元，多出的 4.98 元请填在“多交”。" in first.content.decode()
    assert secretary.post(url, sent).status_code == 302
    (row,) = DuesPayment.objects.standing().filter(member=member)
    assert row.amount == Decimal("75.02") and "补足" in DuesPayment.objects.exclude(pk=row.pk).get().cancel_reason
    again = secretary.post(url, sent)
    assert again.status_code == 422 and "已由" in again.content.decode(), "it is whole"
    assert DuesPayment.objects.standing().filter(member=member).count() == 1


def test_the_demand_opens_the_months_for_who_keeps_people_and_for_nobody_else(world, as_):
    fixed(world)
    url = f"/requirements/{world.branch_a.pk}/fee-monthly/{this_month()}/"
    link = f'href="{reverse("dues_list")}">已有的登记'
    assert link in page(as_("secretary_a"), url) and link in page(as_("staff"), url)
    for who in ("leader", "officer_a"):
        assert link not in page(as_(who), url) and "已有的登记" in page(as_(who), url), who


def test_a_use_beyond_the_years_dues_is_taken_with_a_warning_that_names_the_balance(world, as_):
    fixed(world)
    collected(world, NOVEMBER)
    used(world, on=date(2026, 5, 6))
    secretary = as_("secretary_a")
    assert "2026 年已收 450.12 元，已用 200 元，结余 250.12 元" in page(secretary, reverse("dues_use_new"))
    sent = {"on": "2026-11-28", "heading": "honours", "amount": "250", "purpose": "表彰"}
    said = secretary.post(reverse("dues_use_new"), sent, follow=True).content.decode()
    assert DuesUse.objects.count() == 2 and "超过当年已收" not in said
    said = secretary.post(
        reverse("dues_use_new"), sent | {"amount": "10", "purpose": "证书"}, follow=True
    ).content.decode()
    assert DuesUse.objects.count() == 3, "it may be of what was left of earlier years"
    assert "2026 年使用党费合计 460 元，超过当年已收的 450.12 元，超出 9.88 元" in said
    for name in ("dues_uses", "dues_publish"):
        assert "超出 9.88 元" in page(secretary, address(name, world.branch_a, year=2026)), "as long as it holds"
        assert "超过当年已收" not in page(as_("staff"), address(name, world.branch_a, year=2026)), (
            "nobody above reads the balance"
        )
    last = DuesUse.objects.get(amount=10)
    edit = reverse("dues_use_edit", args=[last.pk])
    assert "已用 450 元，结余 0.12 元" in page(secretary, edit), "its own amount is not in the way"
    said = secretary.post(edit, sent | {"amount": "0.1"}, follow=True).content.decode()
    assert "超过当年已收" not in said


def test_above_a_branch_nobody_reads_its_balance(world, as_):
    fixed(world)
    collected(world, NOVEMBER)
    staff = as_("staff")
    assert "结余" not in page(staff, address("dues_use_new", world.branch_a))
    assert "结余 450.12 元" in page(staff, address("dues_use_new", world.committee))


def test_the_record_of_a_publication_says_what_it_publishes(world, as_):
    secretary = as_("secretary_a")
    sheet = page(secretary, address("dues_publish", year=2025))
    link = html.fromstring(sheet).xpath("//a[contains(., '记一次公布')]/@href")[0]
    form = html.fromstring(page(secretary, link))
    assert form.xpath("string(//*[@id='id_title']/@value)") == "公布 2025 年党费收缴、使用情况"
    assert form.xpath("//input[@name='topics'][@value='dues_published'][@checked]")


def test_the_line_of_the_month_on_the_front_page_leads_to_the_prefilled_form(world, as_):
    fixed(world)
    for month in range(1, 11):
        people = [one for one in world.people("branch_a") if month >= 3 or one.name != "甲六"]
        collected(world, Period("month", 2026, month), people=people, paid_on=date(2026, month, 20))
    url = reverse("owed_by_own")
    lines = html.fromstring(page(as_("secretary_a"), url))
    (link,) = lines.xpath("//a[b[.='11月党费']]/@href")
    assert link == address("dues_month", world.branch_a, month="2026-11")
    assert page(as_("secretary_a"), link).count(" checked") == 6
    # Who reads there and keeps no roster finds the demand.
    (link,) = html.fromstring(page(as_("officer_a"), url)).xpath("//a[b[.='11月党费']]/@href")
    assert link.startswith("/requirements/")


def test_a_stale_correction_of_a_use_comes_again_with_what_was_typed(world, as_):
    fixed(world)
    collected(world, NOVEMBER)
    used(world)
    use = DuesUse.objects.get()
    url, secretary = reverse("dues_use_edit", args=[use.pk]), as_("secretary_a")
    form = html.fromstring(page(secretary, url))
    sent = {"on": "2026-11-28", "heading": "training", "purpose": "教材", "amount": "210"}
    sent["seen"] = form.xpath("string(//input[@name='seen']/@value)")
    assert as_("organiser_a").post(url, sent | {"purpose": "党员培训资料"}).status_code == 302
    answer = secretary.post(url, sent | {"amount": "220"})
    text = answer.content.decode()
    assert answer.status_code == 409 and "刚由organiser_a 用户修改" in text and 'value="220"' in text
    assert "现在是“210.00”。" in text and "现在是“党员培训资料”。" in text
    sent["seen"] = html.fromstring(text).xpath("string(//input[@name='seen']/@value)")
    assert secretary.post(url, sent | {"amount": "220"}).status_code == 302
    use.refresh_from_db()
    assert (use.amount, use.purpose) == (Decimal(220), "教材")

"""The administrator's and the auditor's pages, notices, feedback, one's own page."""

import csv
import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from branches.audit import guards, seal
from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from branches.notices.services import notice_send
from branches.settings import dated as dated_settings
from branches.settings.models import Setting
from branches.settings.services import setting_set
from common import clock
from common.operator import OPERATOR
from tests.sealing import seal_everything


def test_a_setting_counts_from_its_day_and_marks_the_days_that_change(world, as_):
    client = as_("administrator")
    data = {"value": "10", "valid_from": "2026-07-01"}
    assert client.post("/settings/grace_days/", data).status_code == 302
    assert dated_settings.whole("grace_days", date(2026, 6, 30)) == 7
    assert dated_settings.whole("grace_days", date(2026, 7, 1)) == 10
    mark = ChangeMark.objects.filter(subject="setting").get()
    assert (mark.organisation, mark.first_day, mark.last_day) == (world.root, date(2026, 7, 1), clock.today())
    assert AuditEntry.objects.latest("pk").verb == "setting.set"
    assert "10" in client.get("/settings/grace_days/").content.decode()


def test_an_earlier_value_reaches_only_to_the_next_one(world):
    setting_set(by=world.administrator, key="grace_days", value="10", valid_from=date(2026, 7, 1))
    setting_set(by=world.administrator, key="grace_days", value="9", valid_from=date(2026, 3, 1))
    mark = ChangeMark.objects.filter(subject="setting").latest("pk")
    assert (mark.first_day, mark.last_day) == (date(2026, 3, 1), date(2026, 6, 30))


@pytest.mark.parametrize("value", ["", "abc", "-1", "61", "NaN", "inf", "1e400", "7.5", "1,0", "７天"])
def test_a_value_out_of_its_range_is_told_at_the_field(value, world, as_):
    answer = as_("administrator").post("/settings/grace_days/", {"value": value, "valid_from": "2026-11-24"})
    assert answer.status_code == 200 and 'aria-invalid="true"' in answer.content.decode()
    assert not Setting.objects.exists()


def test_a_value_that_is_history_stays_and_one_to_come_may_be_replaced(world):
    past, coming = clock.today() - timedelta(days=3), clock.today() + timedelta(days=3)
    for day in (past, coming):
        setting_set(by=world.administrator, key="founding_share", value="0.4", valid_from=day)
    with pytest.raises(ValidationError):
        setting_set(by=world.administrator, key="founding_share", value="0.3", valid_from=past)
    setting_set(by=world.administrator, key="founding_share", value="0.3", valid_from=coming)
    assert Setting.objects.get(valid_from=coming).value == "0.3"


def test_an_unknown_setting_does_not_exist(as_):
    assert as_("administrator").get("/settings/secret_key/").status_code == 404


def test_the_trail_is_filtered_by_who_what_object_and_day(world, as_):
    notice_send(by=OPERATOR, to=world.member, kind="x", text="x")
    as_("member").post("/feedback/", {"text": "希望少填表"})
    client = as_("auditor")
    page = client.get("/audit/?verb=feedback.send&who=member").content.decode()
    assert "审计记录 1 条" in page and "提出意见建议" in page
    today = clock.today()
    assert "审计记录 1 条" in client.get(f"/audit/?verb=feedback.send&first={today}&last={today}").content.decode()
    tomorrow = today + timedelta(days=1)
    assert "审计记录 0 条" in client.get(f"/audit/?verb=feedback.send&first={tomorrow}").content.decode()
    wrong = client.get(f"/audit/?first={today}&last={today - timedelta(days=1)}")
    assert wrong.status_code == 200 and "止日不能早于起日" in wrong.content.decode()


def test_the_auditor_verifies_the_chain_and_reads_the_first_fault(live_world, as_):
    client = as_("auditor")
    seal_everything()
    page = client.post("/audit/verify/", follow=True).content.decode()
    assert "审计链完整" in page and f"链头 {seal.head()[:20]}" in page
    guards.remove_audit_guards()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE branches_auditentry SET actor_name = '别人'"
            " WHERE id = (SELECT entry_id FROM branches_auditseal WHERE pos = 3)"
        )
    guards.install_audit_guards()
    assert "第 3 位" in client.post("/audit/verify/", follow=True).content.decode()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_export_of_the_trail_has_the_rows_of_the_filter_and_is_itself_in_the_trail(kind, world, as_):
    client = as_("auditor")
    expected = AuditEntry.objects.filter(verb="member.create").count()
    answer = client.post("/audit/export/?verb=member.create", {"format": kind})
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
    else:
        rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)[2:]
    assert len(rows) == expected
    entry = AuditEntry.objects.latest("pk")
    assert entry.verb == "audit.export"
    assert f'"rows":{expected}' in entry.payload and "member.create" in entry.payload


def test_the_eleventh_export_of_an_hour_is_refused(world, as_):
    client = as_("staff")
    answers = [client.post("/organisations/export/").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert as_("committee_secretary").post("/organisations/export/").status_code == 200


def test_notices_are_read_one_by_one_or_all_and_only_ones_own(world, as_):
    mine = [notice_send(by=OPERATOR, to=world.member, kind="x", text=f"第{n}条") for n in range(3)]
    other = notice_send(by=OPERATOR, to=world.staff, kind="x", text="别人的")
    client = as_("member")
    assert "3 条未读消息" in client.get("/notices/").content.decode()
    client.post("/notices/read/", {"notice": mine[0].pk})
    client.post("/notices/read/", {"notice": other.pk})
    assert Notice.objects.filter(recipient=world.member, read_at__isnull=True).count() == 2
    client.post("/notices/read/")
    assert not Notice.objects.filter(recipient=world.member, read_at__isnull=True).exists()
    assert Notice.objects.get(pk=other.pk).read_at is None


@pytest.mark.parametrize("pk", ["abc", "-1", "9" * 40, "１"])
def test_an_odd_notice_id_marks_no_foreign_notice(pk, world, as_):
    other = notice_send(by=OPERATOR, to=world.staff, kind="x", text="别人的")
    assert as_("member").post("/notices/read/", {"notice": pk}).status_code == 302
    assert Notice.objects.get(pk=other.pk).read_at is None


def test_feedback_reaches_the_administrator_with_its_page(world, as_):
    as_("secretary_a").post("/feedback/", {"text": "第一行\n第二行", "page": "/members/"})
    page = as_("administrator").get("/feedback/all/").content.decode()
    assert "第一行<br>第二行" in page and "/members/" in page


def test_the_own_page_tells_what_one_may_do_and_who_reads_ones_file(world, as_):
    page = as_("member").get("/account/").content.decode()
    assert "您现在没有任职" in page
    assert "谁能看到我的信息" in page and "secretary_a 用户" in page and "secretary_b 用户" not in page
    page = as_("secretary_a").get("/account/").content.decode()
    assert "支部书记" in page and "登记活动" in page and "谁能看到我的信息" not in page


def test_accounts_are_found_by_name_and_state(world, as_):
    client = as_("administrator")
    assert "1 个账号" in client.get("/accounts/?q=outsider").content.decode()
    client.post(f"/accounts/{world.outsider.pk}/lock/")
    page = client.get("/accounts/?state=locked").content.decode()
    assert "1 个账号" in page and "已锁定" in page
    client.post(f"/accounts/{world.outsider.pk}/lock/")
    assert "0 个账号" in client.get("/accounts/?state=locked").content.decode()

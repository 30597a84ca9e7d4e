"""The administrator's and the auditor's pages, notices, feedback, one's own page."""

import csv
import io
import json
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection

from branches.audit import guards, seal
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.notices.services import notice_send
from common import clock
from common.operator import OPERATOR
from tests.sealing import seal_everything


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
    payload = json.loads(entry.payload)
    assert payload["after"]["rows"] == expected and payload["note"] == "动作：登记党员"


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

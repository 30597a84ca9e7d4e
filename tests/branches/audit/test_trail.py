from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.urls import reverse
from lxml import html

from branches import audit
from branches.audit import anchors, guards, seal
from branches.audit.history import history
from branches.audit.models import AuditEntry, AuditSeal
from branches.audit.selectors import history_of
from branches.audit.subjects import SUBJECTS
from branches.audit.verbs import VERBS
from branches.audit.verify import verify
from branches.places import tree
from branches.settings.services import setting_set
from common import clock
from common.operator import OPERATOR
from tests.members.activities.records import draft
from tests.sealing import past_the_guards, seal_everything


@pytest.fixture
def chain(live_world):
    seal_everything()
    assert verify().ok
    return AuditSeal.objects.count()


@pytest.mark.parametrize("table", guards.AUDIT_TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {t} SET {k} = {k}", "DELETE FROM {t}"])
def test_the_trail_refuses_update_and_delete(chain, table, statement):
    anchors.keep(head=seal.head(), source="report")
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(t=table, k=guards.KEYS[table]))


def test_the_trail_refuses_replace_and_truncate(chain):
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT OR REPLACE INTO branches_auditseal SELECT * FROM branches_auditseal")
        else:
            cursor.execute("TRUNCATE branches_auditseal")


def test_a_write_and_its_entry_stand_or_fall_together(world):
    before = AuditEntry.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        tree.organisation_update(by=OPERATOR, organisation=world.branch_b, short_name="改名")
        raise RuntimeError
    assert AuditEntry.objects.count() == before


def test_an_edited_entry_is_found_and_named(chain):
    past_the_guards(
        "UPDATE branches_auditentry SET actor_name = '别人'"
        " WHERE id = (SELECT entry_id FROM branches_auditseal WHERE pos = 5)"
    )
    verdict = verify()
    assert not verdict.ok
    assert verdict.position == 5


def test_a_deleted_entry_is_found_and_named(chain):
    past_the_guards(
        "DELETE FROM branches_auditentry WHERE id = (SELECT entry_id FROM branches_auditseal WHERE pos = 7)"
    )
    assert verify().position == 7


def test_a_changed_seal_is_found(chain):
    past_the_guards(("UPDATE branches_auditseal SET hash = %s WHERE pos = 3", ["0" * 64]))
    assert verify().position == 3


def test_swapped_entries_are_found(chain):
    first, second = AuditSeal.objects.filter(pos__in=(4, 6)).order_by("pos").values_list("entry_id", flat=True)
    for entry, pos in ((-1, 4), (first, 6), (second, 4)):
        past_the_guards(("UPDATE branches_auditseal SET entry_id = %s WHERE pos = %s", [entry, pos]))
    assert verify().position == 4


def test_an_inserted_entry_without_the_key_is_found(chain):
    past_the_guards(
        "INSERT INTO branches_auditentry (at, actor_name, address, request_id, verb, object_type, object_name, payload,"
        " key_id, mac) SELECT at, '假', address, request_id, verb, object_type, object_name, payload, key_id, mac"
        " FROM branches_auditentry WHERE id = (SELECT entry_id FROM branches_auditseal WHERE pos = 2)"
    )
    assert not verify().ok


def test_missing_triggers_are_reported(chain):
    guards.remove_audit_guards()
    verdict = verify()
    guards.install_audit_guards()
    assert not verdict.ok
    assert "保护" in verdict.message


def test_another_key_does_not_verify(chain, settings):
    settings.AUDIT_KEY = "another-key-another-key-another-key-00"
    assert verify().position == 1


def test_a_cut_after_the_last_kept_anchor_is_found_with_one_that_is_given(chain):
    anchor = seal.head()
    past_the_guards(("DELETE FROM branches_auditseal WHERE pos > %s", [chain - 3]))
    past_the_guards("DELETE FROM branches_auditentry WHERE id NOT IN (SELECT entry_id FROM branches_auditseal)")
    assert verify().ok
    assert not verify(anchor).ok


@pytest.mark.parametrize(
    "anchor", ["nonsense", "5", "5:", ":" + "0" * 64, "²:" + "0" * 64, "-1:" + "0" * 64, "5:不是哈希"]
)
def test_an_anchor_that_is_none_is_a_sentence_and_no_traceback(world, anchor):
    with pytest.raises(CommandError, match="锚点“.*”无法识别") as refused:
        call_command("verify_audit", f"--anchor={anchor}")
    assert refused.value.returncode == 1


def test_encrypted_fields_never_enter_the_payload(world):
    entry = AuditEntry.objects.filter(verb="member.create").first()
    assert "（已加密）" in entry.payload
    assert "990101" not in entry.payload


def test_a_moment_is_kept_as_one_text_and_read_in_the_agencys_time(world, as_):
    user, moment = world.secretary_a, datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    before = audit.snapshot(user)
    user.code_expires = moment.astimezone(ZoneInfo("Asia/Shanghai"))
    after = audit.snapshot(user)
    user.code_expires = moment
    assert audit.snapshot(user) == after, "the same moment, read in another zone, is no change"
    audit.record(by=OPERATOR, verb="account.reset", obj=user, before=before, after=after)
    page = as_("auditor").get("/audit/?verb=account.reset").content.decode()
    assert "<ins>2026-03-02 01:30:00</ins>" in page and "17:30" not in page
    (shown,) = history(user)[0]["changes"]
    assert (shown["field"], shown["after"]) == ("一次性口令有效期", "2026-03-02 01:30:00")


def test_the_trail_is_narrowed_by_day_person_act_and_thing(world, as_):
    client = as_("auditor")
    setting_set(by=OPERATOR, key="grace_days", value="9")
    setting_set(by=OPERATOR, key="due_soon_days", value="6")
    day = clock.today()

    def found(**query):
        return {row.verb for row in client.get("/audit/", query).context["page"].object_list}

    assert found(verb="setting.set", first=day) == {"setting.set"}
    assert found(object_name="甲一", last="2026-03-01") <= {"member.create", "post.give"}
    assert not found(first=day + timedelta(days=1)) and not found(last="2026-02-28")
    assert not found(object_name="没有这个") and not found(who="没有这个")
    assert "setting.set" in found(who="操作员", first=day)


def test_the_history_leaves_out_what_has_no_name_for_readers(world):
    before = {"short_name": "旧名", "lft": 1, "no_column": "甲"}
    after = {"short_name": "新名", "lft": 3, "no_column": "乙"}
    audit.record(by=OPERATOR, verb="organisation.update", obj=world.branch_b, before=before, after=after)
    name = world.branch_b._meta.get_field("short_name").verbose_name
    assert history(world.branch_b)[0]["changes"] == [{"field": name, "before": "旧名", "after": "新名"}]


def test_the_history_of_a_place_on_a_page_is_of_the_kinds_asked_for_and_of_no_other_place(world):
    for place in (world.branch_a, world.branch_b):
        audit.record(by=OPERATOR, verb="organisation.update", obj=place, organisation=place, after={"x": 1})
        audit.record(
            by=OPERATOR, verb="member.update", obj=world.people("branch_a")[0], organisation=place, after={"x": 1}
        )
    (row,) = history_of(world.branch_b, ["organisation"], limit=1)
    assert row["title"].startswith("修改组织")
    assert {one["title"] for one in history_of(world.branch_b, ["member"])} >= {"修改党员信息：甲一"}
    assert not any("修改组织" in one["title"] for one in history_of(world.branch_b, ["member"]))
    assert not any("甲处" in one["title"] for one in history_of(world.branch_b, ["organisation"]))


def test_entries_that_nobody_seals_are_told_after_ten_minutes(chain, monkeypatch):
    """The sealer is the last that a cut leaves behind: where it no longer runs, verify says so and does not pass."""
    with time_machine.travel(clock.real_now() - timedelta(minutes=9, seconds=30), tick=False):
        audit.record(by=OPERATOR, verb="test.entry")
    monkeypatch.setattr(seal, "seal", lambda *_: 0)
    assert verify().ok
    with time_machine.travel(clock.real_now() + timedelta(minutes=1)):
        verdict = verify()
    assert not verdict.ok and "1 条记录超过10分钟未封存" in verdict.message


def test_the_history_of_a_record_names_codes_and_times_as_its_form_does(world, as_):
    record = draft(world.root, world.staff, kinds=("party_special",))
    before = {"topics": "[]", "ends_at": None, "way": ""}
    after = {"topics": "['governance', 'ideology']", "ends_at": "23:59:00", "way": "merge"}
    audit.record(by=world.staff, verb="activity.update", obj=record, before=before, after=after)
    found = {one["field"]: (one["before"], one["after"]) for one in history(record)[0]["changes"]}
    assert found["议题"] == ("", "全面从严治党、意识形态工作")
    assert found["结束时间"] == ("", "23:59") and found["服务业务的方式"] == ("", "融合")


@pytest.mark.django_db
def test_verbs_are_offered_by_subject_and_each_has_one(world, as_):
    assert {verb.split(".")[0] for verb in VERBS} == set(SUBJECTS), "a subject for every verb, a verb for every subject"
    audit.record(by=OPERATOR, verb="care.note")
    audit.record(by=OPERATOR, verb="dues.pay")
    audit.record(by=OPERATOR, verb="unheard.of")
    page = html.fromstring(as_("auditor").get(reverse("audit_list")).content.decode())
    groups = {one.get("label"): one.xpath("option/text()") for one in page.xpath("//select[@name='verb']/optgroup")}
    assert groups["党费、关怀和承诺"] == ["查看关怀备注", "登记交纳党费"] and groups["其他"] == ["unheard.of"]
    chosen = as_("auditor").get(f"{reverse('audit_list')}?verb=dues.pay").content.decode()
    assert "登记交纳党费" in html.fromstring(chosen).xpath("string(//tbody)")

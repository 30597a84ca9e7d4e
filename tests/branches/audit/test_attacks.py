"""What whoever owns the database could do to the trail: each is refused by verify, with a sentence that names it."""

import hashlib
import hmac
import os
import stat
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from branches import audit
from branches.audit import anchors, guards, macs, seal
from branches.audit.models import AuditAnchor, AuditEntry, AuditSeal
from branches.audit.verify import verify
from branches.tasks import anchor_audit
from common import clock
from common.operator import OPERATOR
from tests.sealing import past_the_guards, seal_everything


@pytest.fixture
def chain(live_world, settings, tmp_path):
    """A sealed trail with today's anchor kept; its length."""
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    seal_everything()
    anchors.write_daily()
    assert verify().ok
    return AuditSeal.objects.count()


def write(number=1):
    for _ in range(number):
        audit.record(by=OPERATOR, verb="account.lock")
    seal_everything()


def refused(*words):
    verdict = verify()
    assert not verdict.ok, verdict
    for word in words:
        assert word in verdict.message, verdict.message
    return verdict


EMPTY = [f"DELETE FROM {table}" for table in guards.AUDIT_TABLES]


def test_an_emptied_trail_is_refused_with_and_without_its_anchors(chain, settings):
    past_the_guards(*EMPTY[:2])
    refused("记录被清空")
    past_the_guards(*EMPTY)
    os.remove(settings.AUDIT_ANCHOR_FILE)
    refused("记录被清空")


def test_an_emptied_trail_that_begins_anew_is_refused_by_the_file_alone(chain):
    past_the_guards(*EMPTY)
    write(chain + 2)
    refused("锚点文件第 1 行")


def test_an_emptied_trail_that_begins_anew_is_refused_by_the_table_alone(chain, settings, tmp_path):
    anchors.keep(head=seal.head(), source=AuditAnchor.Source.REPORT)
    past_the_guards(*EMPTY[:2], "DELETE FROM branches_auditanchor WHERE source = 'file'")
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "other")
    write(chain + 2)
    refused("已发布的报告")


def test_a_cut_end_is_refused_by_the_file_and_by_the_table(chain, settings, tmp_path):
    past_the_guards(
        ("DELETE FROM branches_auditseal WHERE pos > %s", [chain - 3]),
        "DELETE FROM branches_auditentry WHERE id NOT IN (SELECT entry_id FROM branches_auditseal)",
    )
    assert refused("锚点文件第 1 行").position == chain
    past_the_guards("UPDATE branches_auditanchor SET source = 'report'")
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "other")
    assert refused("已发布的报告").position == chain


def test_a_whole_old_database_is_refused_by_the_newer_file(chain, settings):
    old = {table: _rows(table) for table in guards.AUDIT_TABLES}
    write(3)
    with open(settings.AUDIT_ANCHOR_FILE, "a", encoding="utf-8") as file:
        file.write(f"{clock.today() + timedelta(days=1)} {seal.head()}\n")
    assert verify().ok
    for table in guards.AUDIT_TABLES:
        kept = ",".join(map(str, old[table]))
        past_the_guards(f"DELETE FROM {table} WHERE {guards.KEYS[table]} NOT IN ({kept})")
    assert AuditSeal.objects.count() == chain
    refused("锚点文件第 2 行", "换回旧的一份")


def _rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {guards.KEYS[table]} FROM {table}")
        return [row[0] for row in cursor.fetchall()]


def test_entries_deleted_and_put_back_with_other_words_are_refused(chain):
    last = AuditSeal.objects.get(pos=chain)
    entry = AuditEntry.objects.get(pk=last.entry_id)
    past_the_guards(
        ("DELETE FROM branches_auditseal WHERE pos = %s", [chain]),
        ("DELETE FROM branches_auditentry WHERE id = %s", [entry.pk]),
    )
    entry.actor_name = "别人"
    entry.save(force_insert=True)
    assert refused("被改动").position == chain
    # The same with a chain that was made without the key.
    last.hash = hashlib.sha256(b"guess").hexdigest()
    entry.mac = hmac.new(b"guess", macs.row_text(entry).encode(), hashlib.sha256).hexdigest()
    past_the_guards(
        ("DELETE FROM branches_auditseal WHERE pos = %s", [chain]),
        ("DELETE FROM branches_auditentry WHERE id = %s", [entry.pk]),
    )
    entry.save(force_insert=True)
    last.save(force_insert=True)
    assert refused("被改动").position == chain


def test_swapped_rows_are_refused(chain):
    first, second = (AuditEntry.objects.get(pk=AuditSeal.objects.get(pos=pos).entry_id) for pos in (4, 6))
    past_the_guards(("DELETE FROM branches_auditentry WHERE id IN (%s, %s)", [first.pk, second.pk]))
    first.pk, second.pk = second.pk, first.pk
    first.save(force_insert=True)
    second.save(force_insert=True)
    assert refused("链接不符").position == 4


@pytest.mark.parametrize("table", guards.AUDIT_TABLES)
def test_a_trigger_of_the_same_name_that_does_nothing_is_refused(chain, table):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            name = f"{table}_no_delete"
            cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(f"CREATE TRIGGER {name} BEFORE DELETE ON {table} BEGIN SELECT 1; END")
        else:
            name = f"{table}_rows"
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW WHEN (false)"
                " EXECUTE FUNCTION tongbu_append_only()"
            )
    try:
        refused("保护", name)
    finally:
        guards.install_audit_guards()
    assert verify().ok


def test_a_trigger_or_rule_that_swallows_new_entries_is_refused(chain):
    table = "branches_auditentry"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TRIGGER quiet BEFORE INSERT ON {table} BEGIN SELECT RAISE(IGNORE); END")
        else:
            cursor.execute(f"CREATE RULE quiet AS ON INSERT TO {table} DO INSTEAD NOTHING")
    try:
        refused("保护", "quiet")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER quiet" if connection.vendor == "sqlite" else f"DROP RULE quiet ON {table}")


POSTGRES = {
    "switched off": (
        "ALTER TABLE branches_auditseal DISABLE TRIGGER branches_auditseal_rows",
        "ALTER TABLE branches_auditseal ENABLE TRIGGER branches_auditseal_rows",
    ),
    "a function that refuses nothing": (
        "CREATE OR REPLACE FUNCTION tongbu_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN OLD; END $$",
        "",
    ),
    "on certain columns only": (
        "DROP TRIGGER branches_auditseal_rows ON branches_auditseal;"
        "CREATE TRIGGER branches_auditseal_rows BEFORE DELETE OR UPDATE OF prev ON branches_auditseal"
        " FOR EACH ROW EXECUTE FUNCTION tongbu_append_only()",
        "",
    ),
    "no triggers in this session": ("SET session_replication_role = replica", "RESET session_replication_role"),
}


@pytest.mark.parametrize("how", POSTGRES)
@pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="PostgreSQL's own ways")
def test_triggers_set_aside_in_postgresqls_ways_are_refused(chain, how):
    attack, undo = POSTGRES[how]
    with connection.cursor() as cursor:
        cursor.execute(attack)
    try:
        refused("保护")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(undo or "SELECT 1")
        guards.install_audit_guards()
    assert verify().ok


@pytest.mark.parametrize("table", ["branches_auditentry", "branches_auditseal"])
def test_a_changed_key_id_is_refused(chain, settings, table):
    at = "id = (SELECT entry_id FROM branches_auditseal WHERE pos = 5)" if table.endswith("entry") else "pos = 5"
    settings.AUDIT_KEY_FALLBACKS = ["an-earlier-key-an-earlier-key-an-earlier-0"]
    other = list(macs.ring())[1]
    for number, words in ((other, ""), ("unknown", "AUDIT_KEY_FALLBACKS")):
        past_the_guards((f"UPDATE {table} SET key_id = %s WHERE {at}", [number]))
        assert refused(words).position == 5


def _in_the_landed_form():
    """Write the whole chain as the version before wrote it: key ids not under the code."""
    key, statements, prev = next(iter(macs.ring().values())), [], seal.GENESIS
    for row in AuditSeal.objects.order_by("pos"):
        entry = AuditEntry.objects.get(pk=row.entry_id)
        entry.mac = hmac.new(key, macs.row_text(entry).encode(), hashlib.sha256).hexdigest()
        text = f"{prev}|{row.pos}|{entry.pk}|{entry.mac}|{macs.row_text(entry)}"
        value = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        statements.append(("UPDATE branches_auditentry SET mac = %s WHERE id = %s", [entry.mac, entry.pk]))
        statements.append(("UPDATE branches_auditseal SET prev = %s, hash = %s WHERE pos = %s", [prev, value, row.pos]))
        prev = value
    past_the_guards(*statements, "DELETE FROM branches_auditanchor")


def test_landed_rows_verify_and_a_changed_key_id_of_theirs_is_refused(chain, settings):
    _in_the_landed_form()
    os.remove(settings.AUDIT_ANCHOR_FILE)
    write(2)
    assert verify().ok
    settings.AUDIT_KEY_FALLBACKS = ["an-earlier-key-an-earlier-key-an-earlier-0"]
    past_the_guards(("UPDATE branches_auditseal SET key_id = %s WHERE pos = 3", [list(macs.ring())[1]]))
    assert refused().position == 3


def test_the_key_rotates_and_an_old_key_taken_away_too_early_is_told(chain, settings):
    old = settings.AUDIT_KEY
    settings.AUDIT_KEY, settings.AUDIT_KEY_FALLBACKS = "a-newer-key-a-newer-key-a-newer-key-00", [old]
    write(2)
    assert verify().ok
    assert len(set(AuditSeal.objects.values_list("key_id", flat=True))) == 2
    settings.AUDIT_KEY_FALLBACKS = []
    assert refused("AUDIT_KEY_FALLBACKS", "旧密钥须保留").position == 1
    with pytest.raises(CommandError, match="AUDIT_KEY_FALLBACKS"):
        call_command("verify_audit")


def test_the_file_gets_one_line_a_day_for_its_owner_alone(chain, settings, monkeypatch):
    path = settings.AUDIT_ANCHOR_FILE
    first = Path(path).read_text(encoding="utf-8")
    assert first == f"{clock.today()} {seal.head()}\n"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    write()
    anchor_audit()
    assert Path(path).read_text(encoding="utf-8") == first
    tomorrow = clock.real_now() + timedelta(days=1)
    monkeypatch.setattr(clock, "real_now", lambda: tomorrow)
    anchor_audit()
    assert Path(path).read_text(encoding="utf-8") == f"{first}{clock.day_of(tomorrow)} {seal.head()}\n"
    assert verify().ok


def test_a_file_that_lost_or_changed_lines_is_refused(chain, settings):
    path = settings.AUDIT_ANCHOR_FILE
    os.truncate(path, 0)
    refused("锚点文件", "缺少")
    os.remove(path)
    refused("锚点文件", "不存在")
    assert "不存在" in anchors.file_problem()
    with open(path, "w", encoding="utf-8") as file:
        file.write("rubbish\n")
    refused("第 1 行无法识别")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{clock.today()} 3:{'a' * 64}\n")
    refused("缺少")
    past_the_guards("DELETE FROM branches_auditanchor")
    refused("锚点文件第 1 行")


def test_a_file_that_cannot_be_written_is_a_sentence(chain, settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path)
    with pytest.raises(anchors.AnchorFileError, match="无法写入"):
        anchors.write_daily()
    assert "无法读取" in anchors.file_problem()
    refused("无法读取")


def test_many_entries_of_one_day_get_a_line_of_their_own(live_world, settings, tmp_path, monkeypatch):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    monkeypatch.setattr(anchors, "MANY", 3)
    for number, lines in ((2, 1), (2, 1), (3, 2)):
        for _ in range(number):
            audit.record(by=live_world.staff, verb="x.y")
        # An entry is sealed once no transaction of the server is older: those of other tests end meanwhile.
        for _ in range(100):
            anchors.write_daily()
            if len(anchors.file_lines()) >= lines:
                break
            time.sleep(0.1)
        assert len(anchors.file_lines()) == lines

"""Files, keys, backups and commands of one agency say nothing of the other."""

import gzip
import io
import os
from contextlib import closing

import psycopg2
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from branches.access.models import KeyCanary, User
from branches.access.services import key_check
from branches.access.services.accounts import account_create
from branches.agencies import adding, fitness
from branches.audit import macs
from branches.audit.models import AuditEntry
from branches.audit.verify import verify
from branches.backups import manifest as manifests
from branches.backups import type_ids
from branches.backups.errors import BackupError
from branches.backups.make import backup_make
from branches.backups.restore import restore
from branches.places.models.organisations import Organisation
from common import agencies, crypto
from common.agencies import AgenciesError
from common.crypto import CannotBeShown
from common.operator import OPERATOR
from common.uploads import sniffing
from tests.branches.agencies.installation import CANARY
from tests.sealing import seal_everything

"""Files, keys, backups and commands of one agency say nothing of the other."""


def test_files_of_one_are_none_of_the_other_not_even_by_a_link(two):
    import hashlib

    content = b"content of A"
    digest = hashlib.sha256(content).hexdigest()
    with agencies.entered(two.a):
        kept = sniffing.store(io.BytesIO(content), "activities")
        assert sniffing.kept_bytes(kept, digest, "file") == content
    with agencies.entered(two.b):
        assert sniffing.kept_bytes(kept, digest, "file") is None
        link = two.b.values["MEDIA_ROOT"] / kept
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(two.a.values["MEDIA_ROOT"] / kept)
        assert sniffing.kept_bytes(kept, digest, "file") is None
        link.unlink()
        up = os.path.relpath(two.a.values["MEDIA_ROOT"] / kept, two.b.values["MEDIA_ROOT"])
        assert sniffing.kept_bytes(up, digest, "file") is None


def test_ciphers_indexes_and_codes_of_one_say_nothing_in_the_other(two):
    with agencies.entered(two.a):
        token, sealed = crypto.encrypt("110101", "member.identity.1"), crypto.seal(b"x", "file.1")
        index, signed = crypto.blind_index("110101", "member.identity"), agencies.signing_key()
        # What was written when the agency was made may have waited longer than an entry may.
        seal_everything()
        assert verify().ok
        entry = AuditEntry.objects.order_by("-pk").first()
        assert macs.entry_is_sound(entry)
        code = macs.sign("backup", "text")
    with agencies.entered(two.b):
        with pytest.raises(CannotBeShown):
            crypto.decrypt(token, "member.identity.1")
        with pytest.raises(CannotBeShown):
            crypto.unseal(sealed, "file.1")
        assert crypto.blind_index("110101", "member.identity") != index
        assert agencies.signing_key() != signed
        with pytest.raises(macs.UnknownKey):
            macs.entry_is_sound(entry)
        with pytest.raises(macs.UnknownKey):
            macs.is_signed("backup", "text", *code)
        assert key_check.keep_canaries() == "" and KeyCanary.objects.exists()


def test_a_signed_message_of_one_page_is_not_read_on_the_host_of_the_other(two):
    from django.contrib.messages.storage.base import Message

    from common.messages import Storage

    def cookie():
        answer = HttpResponse()
        request = RequestFactory().get("/")
        request.session = {}
        storage = Storage(request)
        storage.add(25, "保存成功")
        storage.update(answer)
        return answer.cookies["messages"].value

    def read(value):
        request = RequestFactory().get("/")
        request.session, request.COOKIES["messages"] = {}, value
        return [row.message for row in Storage(request) if isinstance(row, Message)]

    with agencies.entered(two.a):
        made = cookie()
        assert read(made) == ["保存成功"]
    with agencies.entered(two.b):
        assert read(made) == []


def test_a_backup_of_one_holds_nothing_of_the_other_and_is_refused_by_the_other(two, tmp_path):
    passphrase = "a passphrase of the test"
    with agencies.entered(two.a):
        backup_make(by=OPERATOR, target=tmp_path / "a", secret=passphrase)
        backup_make(by=OPERATOR, target=tmp_path / "again", secret=None)
    for path in (tmp_path / "a").rglob("*"):
        if path.is_file():
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert CANARY.encode() not in content and CANARY.encode("unicode-escape") not in content, path.name
    from common import passphrase as sealing

    opened = sealing.unseal((tmp_path / "a" / "keys.sealed").read_text(), passphrase).decode()
    assert settings.SECRET_KEY not in opened and two.a.values["AUDIT_KEY"] in opened
    with agencies.entered(two.b):
        before = Organisation.objects.count(), AuditEntry.objects.count()
        for drill in (True, False):
            with pytest.raises(BackupError, match="另一把 AUDIT_KEY"):
                restore(by=OPERATOR, folder=tmp_path / "a", anchors=list, drill=drill)
        assert (Organisation.objects.count(), AuditEntry.objects.count()) == before
    with agencies.entered(two.a):
        made = manifests.read(tmp_path / "a")
        manifests.check(tmp_path / "a", made)
        assert made.agency == Organisation.objects.get(parent=None).name


def test_commands_need_an_agency_and_work_in_the_one_that_is_named(two, capfd, monkeypatch):
    from config import many

    monkeypatch.setattr("django.setup", lambda: None)
    assert many.run(["manage.py", "--agency", two.a.key, "check_tree"]) == 0
    assert many.run(["manage.py", f"--agency={two.b.key}", "check_tree"]) == 0
    assert many.run(["manage.py", "--agency", "nobody", "check_tree"]) == 2
    assert many.run(["manage.py", "--all"]) == 2
    assert many.run(["manage.py", "--all", "verify_audit", "--anchor", f"1:{'0' * 64}"]) == 1
    told = capfd.readouterr()
    assert f"未成功：{two.a.key}、{two.b.key}" in told.err
    assert agencies.current() is None


def test_an_agency_is_dropped_only_when_closed_and_with_its_own_backup(two, tmp_path):
    from branches.agencies import file_edits
    from branches.agencies.closing import agency_drop
    from tests.branches.agencies.installation import use

    lines, key = two.file.read_text(), f"c{two.mark}"
    adding.agency_add(
        file=two.file, key=key, name="丙", hosts=["bing.example.cn"], folder=tmp_path / "c", state=tmp_path / "state"
    )
    use(two.file)
    agency = settings.AGENCIES[key]
    try:
        with agencies.entered(agency):
            assert verify().ok and User.objects.get().username == "admin"
            backup_make(by=OPERATOR, target=tmp_path / "of_c", secret=None)
        with agencies.entered(two.a):
            backup_make(by=OPERATOR, target=tmp_path / "of_a", secret=None)
        with pytest.raises(AgenciesError, match="尚未停用"):
            agency_drop(file=two.file, agency=agency, backup=tmp_path / "of_c")
        closed = file_edits.set_state(two.file, key, "closed")
        with pytest.raises(AgenciesError, match="AUDIT_KEY"):
            agency_drop(file=two.file, agency=closed, backup=tmp_path / "of_a")
        with agencies.entered(closed):
            assert User.objects.count() == 1
        with agencies.entered(closed):
            account_create(by=OPERATOR, username="later", name="后来")
        # What was entered after the backup would be nowhere.
        with pytest.raises(AgenciesError, match=f"又有 1 条审计记录.*--agency {key} backup"):
            agency_drop(file=two.file, agency=closed, backup=tmp_path / "of_c")
        with agencies.entered(closed):
            assert User.objects.count() == 2
            backup_make(by=OPERATOR, target=tmp_path / "last", secret=None)
        agency_drop(file=two.file, agency=closed, backup=tmp_path / "last")
        use(two.file)
        assert key not in settings.AGENCIES and set(settings.AGENCIES) == {two.a.key, two.b.key}
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(two.admin, dbname=f"tongbu_{key}")
    finally:
        agencies.close_all()
        two.file.write_text(lines)
        use(two.file)
        with closing(psycopg2.connect(two.admin)) as raw:
            raw.autocommit = True
            adding.drop(raw, f"tongbu_{key}")


def test_an_agency_that_cannot_be_added_leaves_nothing_behind(two, tmp_path, monkeypatch):
    lines, key = two.file.read_text(), f"d{two.mark}"
    with pytest.raises(AgenciesError, match="域名相同"):
        adding.agency_add(
            file=two.file, key=key, name="丁", hosts=[two.a.hosts[0]], folder=tmp_path / "d", state=tmp_path / "state"
        )
    assert two.file.read_text() == lines
    with closing(psycopg2.connect(two.admin)) as raw, raw.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [f"tongbu_{key}"])
        assert cursor.fetchone() is None


def test_what_root_makes_for_an_agency_belongs_to_the_service_account(tmp_path, settings):
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    os.chown(settings.VAR_DIR, 65534, 65534)
    folder = tmp_path / "agencies" / "d"
    adding.keys_make(folder)
    # One more that came out of a backup.
    (folder / "audit_key_fallbacks").touch(0o600)
    adding.keys_make(folder)
    made = {path.name: path.stat() for path in folder.iterdir()}
    assert set(made) == {"field_keys", "audit_key", "field_index_key", "backup_passphrase", "audit_key_fallbacks"}
    for status in (folder.stat(), folder.parent.stat(), *made.values()):
        assert status.st_uid == status.st_gid == 65534 and status.st_mode & 0o077 == 0
    assert tmp_path.stat().st_uid == 0


def test_a_restore_waits_until_the_services_have_let_go_of_the_agency(two, tmp_path):
    with agencies.entered(two.a):
        backup_make(by=OPERATOR, target=tmp_path / "a", secret=None)
        name = Organisation.objects.get(parent=None).name
    own = two.a.database
    with closing(psycopg2.connect(two.admin, dbname=own["NAME"])), agencies.entered(two.a):
        with pytest.raises(BackupError, match="别的连接"):
            restore(by=OPERATOR, folder=tmp_path / "a", anchors=list, replace=name)


def permissions():
    """Return what each right is about, by the names that people gave."""
    return set(Permission.objects.values_list("codename", "content_type__app_label", "content_type__model"))


def test_content_types_of_another_installation_are_renumbered_with_all_that_names_them(two):
    with agencies.entered(two.a):
        wanted = type_ids.present()
    with agencies.entered(two.b):
        before, rights = type_ids.present(), permissions()
        assert before == wanted
        assert rights
        first, second, third = sorted(wanted, key=wanted.get)[:3]
        other = wanted | {first: wanted[second], second: wanted[first], third: 5_000}
        assert type_ids.renumber(other) == 3
        assert (type_ids.present(), permissions()) == (other, rights)
    assert [line for line in fitness.differing_types() if two.b.key in line]
    with agencies.entered(two.b):
        assert type_ids.renumber(wanted) == 3 and type_ids.renumber(wanted) == 0
        assert (type_ids.present(), permissions()) == (before, rights)
    assert fitness.differing_types() == []
    fitness.forget()


@pytest.mark.parametrize("failing", ["template", "a", ""])
def test_migrations_begin_with_the_template_and_begin_no_more_after_a_failure(two, capsys, monkeypatch, failing):
    from config import many

    begun = []
    bad = {"template": "template", "a": two.a.key, "": None}[failing]

    def migrate(key, words):
        begun.append((key, words))
        return int(key == bad)

    monkeypatch.setattr(many, "_migrate_one", migrate)
    monkeypatch.setattr(many, "AT_ONCE", 1)
    monkeypatch.setattr("django.setup", lambda: None)
    code = many.run(["manage.py", "--all", "migrate", "--noinput"])
    order = [("template", ["--noinput"]), (two.a.key, ["--noinput"]), (two.b.key, ["--noinput"])]
    assert begun == order[: {"template": 1, "a": 2, "": 3}[failing]] and code == int(bool(failing))
    told = capsys.readouterr().out.splitlines()
    # Who is where: each with its version.
    assert len(told) == 3 and all("branches " in line for line in told)
    assert sum("未开始" in line for line in told) == 3 - len(begun)
    assert [line for line in told if "失败" in line] == [line for line in told if bad and line.startswith(bad)]
    # Who only looks at what would be done is not told that it was.
    assert many.run(["manage.py", "--all", "migrate", "--plan"]) == code
    looked = capsys.readouterr().out
    assert "已升级" not in looked and looked.count("已查看") == sum("已升级" in line for line in told)


def test_the_next_content_type_gets_the_next_id_after_a_migration_that_failed(two):
    with agencies.entered(two.b), connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('django_content_type', 'id')) FROM generate_series(1, 5)")
        adding.settle_type_ids()
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('django_content_type', 'id')), max(id) FROM django_content_type"
        )
        following, last = cursor.fetchone()
        assert following == last + 1
        adding.settle_type_ids()

"""Add an agency: its keys, its database role, its database cloned from the migrated template, its first account."""

import base64
import os
import secrets
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg2 import sql

from branches.access.services.accounts import account_create
from branches.access.services.appointments import appointment_make
from branches.agencies import file_edits
from branches.audit import guards, macs
from branches.audit.models import AuditEntry
from common import agencies
from common.agencies import Agency
from common.agencies_file import KEY, AgenciesError
from common.database import one_transaction
from common.operator import OPERATOR

OURS = ("branches", "members", "responsibilities", "assessments")


class Added(NamedTuple):
    """username, code: the first account, a system administrator, and its one-time code."""

    username: str
    code: str


def of_template() -> Agency:
    """Return the template database as an agency; raises AgenciesError where agencies.toml names none."""
    if not settings.AGENCY_TEMPLATE:
        raise AgenciesError("agencies.toml 中没有 template。")
    # It holds nobody's data, so whatever asks for a key gets one that opens nothing.
    made: dict[str, Any] = {"FIELD_KEYS": _field_key(), "FIELD_INDEX_KEY": "", "AUDIT_KEY": secrets.token_urlsafe(48)}
    made |= {"AUDIT_KEY_FALLBACKS": [], "SITE_URL": "", "MEDIA_ROOT": Path(os.devnull), "AUDIT_ANCHOR_FILE": os.devnull}
    return Agency("template", "模板库", (), settings.AGENCY_TEMPLATE, made, Path(os.devnull))


def _field_key() -> str:
    return "1:" + base64.b64encode(secrets.token_bytes(32)).decode()


def settle_type_ids() -> None:
    """Let the next content type get the id after the last one, as in every other agency: a number that a failed migration used
    up would set this agency apart for good."""
    with connection.cursor() as cursor:
        if "django_content_type" in connection.introspection.table_names(cursor):
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('django_content_type', 'id'), max(id)) FROM django_content_type"
                " HAVING max(id) IS NOT NULL"
            )


def versions() -> str:
    """Return the last migration of each room that has run in this database, such as `branches 0028，members 0020`."""
    last = {app: name[:4] for app, name in sorted(MigrationRecorder(connection).applied_migrations())}
    return "，".join(f"{app} {last.get(app, '无')}" for app in OURS)


def admin() -> Any:
    """Return a connection of the role that makes roles and databases; raises AgenciesError where none is named or it is away."""
    if not settings.AGENCIES_ADMIN_URL:
        raise AgenciesError("请设 AGENCIES_ADMIN_URL（可建库建角色的 PostgreSQL 账号），只用于这条命令。")
    return _connect(settings.AGENCIES_ADMIN_URL)


def _connect(address: str, **words: Any) -> Any:
    try:
        made = psycopg2.connect(address, **words)
    except psycopg2.Error as error:
        raise AgenciesError(f"数据库管理账号连接不上（{type(error).__name__}）。") from None
    made.autocommit = True
    return made


def _execute(raw: Any, statement: str, **names: str) -> None:
    """Run a statement whose {names} are identifiers and whose %(password)s is a value."""
    values = {"password": names.pop("password", None)}
    text = sql.SQL(statement).format(**{name: sql.Identifier(value) for name, value in names.items()})
    with raw.cursor() as cursor:
        cursor.execute(text, values if values["password"] is not None else None)


def template_make() -> str:
    """Make the template database with its role where there is none, and migrate it; returns its version."""
    row = of_template().database
    with closing(admin()) as raw:
        if not _there(raw, "pg_roles", "rolname", row["USER"]):
            _execute(raw, "CREATE ROLE {role} LOGIN PASSWORD %(password)s", role=row["USER"], password=row["PASSWORD"])
        if not _there(raw, "pg_database", "datname", row["NAME"]):
            # Owned by whoever adds: what lies in it is handed to the agency's role, and it itself must stay.
            _execute(raw, "CREATE DATABASE {name} TEMPLATE template0", name=row["NAME"])
            _execute(raw, "REVOKE ALL ON DATABASE {name} FROM PUBLIC", name=row["NAME"])
            _execute(raw, "GRANT CONNECT ON DATABASE {name} TO {role}", name=row["NAME"], role=row["USER"])
    with closing(_connect(settings.AGENCIES_ADMIN_URL, dbname=row["NAME"])) as raw:
        _execute(raw, "GRANT ALL ON SCHEMA public TO {role}", role=row["USER"])
    with agencies.entered(of_template()):
        settle_type_ids()
        call_command("migrate", verbosity=0, interactive=False)
        version = versions()
    # Nothing can be cloned from a database that somebody is connected to.
    agencies.close_all()
    return version


def _there(raw: Any, table: str, column: str, name: str) -> bool:
    with raw.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(table), sql.Identifier(column)), [name]
        )
        return cursor.fetchone() is not None


def agency_add(*, file: Path, key: str, name: str, hosts: list[str], folder: Path, state: Path) -> Added:
    """Make keys in `folder`, role and database, the section in agencies.toml (`file`), and the first account.

    state: where attachments and anchors go. Raises AgenciesError; then role, database and section are gone again, and keys
    that were made stay: they opened nothing yet.
    """
    if not KEY.fullmatch(key) or key in {row.key for row in agencies.every()}:
        raise AgenciesError(f"机关代号 {key} 已在用，或不符合要求（小写字母开头，只含小写字母、数字、下划线）。")
    file_edits.refuse_unwritable(file)
    database, password = f"tongbu_{key}", secrets.token_urlsafe(24)
    source = of_template().database
    keys_make(folder)
    with closing(admin()) as raw:
        if _there(raw, "pg_roles", "rolname", database) or _there(raw, "pg_database", "datname", database):
            raise AgenciesError(f"数据库或角色 {database} 已经存在；请换一个代号，或先确认并删除它。")
        try:
            _clone(raw, source, database, password)
            section = {
                "name": name,
                "hosts": hosts,
                "database": _address(source, database, password),
                "keys": str(folder),
                "media": str(state / "media"),
                "anchors": str(state / "audit_anchors"),
                "state": "active",
            }
            agency = file_edits.append(file, key, section)
            _folder_make(state / "media")
            with agencies.entered(agency):
                return _first_account()
        except BaseException:
            agencies.close_all()
            file_edits.remove(file, key)
            drop(raw, database)
            raise
        finally:
            agencies.close_all()


def keys_make(folder: Path) -> None:
    """Make the keys that are missing in an agency's folder, and the passphrase of its backups, for the service alone."""
    _folder_make(folder)
    made = {
        "field_keys": _field_key(),
        "audit_key": secrets.token_urlsafe(48),
        "field_index_key": secrets.token_urlsafe(48),
        # Without it the backup of each night would leave the keys out, and fail (deploy/nightly_backup).
        "backup_passphrase": secrets.token_urlsafe(24),
    }
    for name, value in made.items():
        path = folder / name
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(value)
    # Also what came out of a backup (bin/open_keys.py).
    for path in (folder, *folder.iterdir()):
        _to_service(path)


def _folder_make(folder: Path) -> None:
    """Make a folder that the service enters, and those above it that are missing."""
    for place in [*reversed(folder.parents), folder]:
        if not place.exists():
            place.mkdir(mode=0o700)
            _to_service(place)


def _to_service(path: Path) -> None:
    """Give what root made to the account that VAR_DIR belongs to: only root writes beside agencies.toml, and what belonged to
    him could not be read by the services, which would not start again for any agency."""
    if os.geteuid() == 0:
        owner = Path(settings.VAR_DIR).stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _clone(raw: Any, source: dict[str, Any], database: str, password: str) -> None:
    with raw.cursor() as cursor:
        # Its things are handed over with REASSIGN OWNED, which would take databases along.
        cursor.execute("SELECT 1 FROM pg_database WHERE pg_get_userbyid(datdba) = %s", [source["USER"]])
        if cursor.fetchone():
            raise AgenciesError(f"template 的角色 {source['USER']} 拥有数据库；它须只用于模板库，且不拥有任何数据库。")
    _execute(raw, "CREATE ROLE {role} LOGIN PASSWORD %(password)s", role=database, password=password)
    names = {"name": database, "source": source["NAME"], "role": database}
    _execute(raw, "CREATE DATABASE {name} TEMPLATE {source} OWNER {role}", **names)
    _execute(raw, "REVOKE ALL ON DATABASE {name} FROM PUBLIC", name=database)
    with closing(_connect(settings.AGENCIES_ADMIN_URL, dbname=database)) as inside:
        _execute(inside, "REASSIGN OWNED BY {old} TO {role}", old=source["USER"], role=database)
        _execute(inside, "REVOKE ALL ON SCHEMA public FROM {old}", old=source["USER"])
        _execute(inside, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
        _execute(inside, "GRANT USAGE ON SCHEMA public TO {role}", role=database)


def drop(raw: Any, database: str) -> None:
    """Drop an agency's database with its role of the same name, whoever is connected."""
    _execute(raw, "DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=database)
    _execute(raw, "DROP ROLE IF EXISTS {name}", name=database)


def _address(source: dict[str, Any], database: str, password: str) -> str:
    port = f":{source['PORT']}" if source.get("PORT") else ""
    place = f"{source.get('HOST') or ''}{port}"
    return f"postgres://{database}:{quote(password, safe='')}@{place}/{database}"


def _sign_anew() -> None:
    """Sign with the agency's own key what migrations wrote into the trail of the template, whose keys are nobody's."""
    guards.remove_audit_guards()
    for entry in AuditEntry.objects.order_by("pk"):
        entry.key_id = macs.key_id()
        AuditEntry.objects.filter(pk=entry.pk).update(key_id=entry.key_id, mac=macs.mac(entry))
    guards.install_audit_guards()


@one_transaction
def _first_account() -> Added:
    _sign_anew()
    user, code = account_create(by=OPERATOR, username="admin", name="系统管理员")
    appointment_make(by=OPERATOR, user=user, role="system_administrator")
    return Added(user.username, code)

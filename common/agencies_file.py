"""agencies.toml: the agencies of an installation, read and checked before anything else starts.

template = "postgres://tongbu_template:…@127.0.0.1/tongbu_template"

[agencies.jt]
name = "云川市交通运输局"
hosts = ["jt.example.gov.cn"]
database = "postgres://tongbu_jt:…@127.0.0.1/tongbu_jt"
keys = "/etc/tongbu/agencies/jt"           # field_keys, audit_key; field_index_key, audit_key_fallbacks
media = "/var/lib/tongbu/agencies/jt/media"
anchors = "/var/lib/tongbu/agencies/jt/audit_anchors"   # default: jt_audit_anchors beside media
site_url = "https://jt.example.gov.cn"                  # default: https:// and the first host
state = "active"                                        # read-only, closed
"""

import re
import stat
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

from common.key_ring import parse_keys

ACTIVE, READ_ONLY, CLOSED = "active", "read-only", "closed"
STATES = (ACTIVE, READ_ONLY, CLOSED)
# What each agency has for itself, under the names that a single agency has in the environment.
OWN = (
    "FIELD_KEYS",
    "FIELD_INDEX_KEY",
    "AUDIT_KEY",
    "AUDIT_KEY_FALLBACKS",
    "AUDIT_ANCHOR_FILE",
    "MEDIA_ROOT",
    "SITE_URL",
)
KEY = re.compile(r"[a-z][a-z0-9_]{0,30}")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_WORDS = {"name", "hosts", "database", "keys", "media", "anchors", "site_url", "state"}
_SHORTEST = 32
_HERE = ("127.0.0.1", "localhost")


class AgenciesError(ValueError):
    """agencies.toml is wrong, or asks for an agency that is not in it; a sentence that holds no key and no password."""


@dataclass(frozen=True)
class Agency:
    """values: {name of OWN: value}. database: Django's DATABASES entry. hosts: as a browser sends them, without a port.

    fault: what is wrong with its keys, a sentence, or ""; nobody works for it then, and it has none.
    """

    key: str
    name: str
    hosts: tuple[str, ...]
    database: dict[str, Any] = field(repr=False, hash=False)
    values: dict[str, Any] = field(repr=False, hash=False)
    keys: Path
    state: str = ACTIVE
    fault: str = ""

    def __str__(self) -> str:
        return f"{self.key}（{self.name}）"


@dataclass(frozen=True)
class Found:
    """What agencies.toml says. template: the database that new agencies are cloned from; None where none is named."""

    agencies: dict[str, Agency]
    template: dict[str, Any] | None = field(repr=False)

    @property
    def hosts(self) -> dict[str, Agency]:
        return {host: agency for agency in self.agencies.values() for host in agency.hosts}


def read(path: Path) -> Found:
    """Return what the file says. Raises AgenciesError with one sentence that names agency and line of the file."""
    data = _parsed(path)
    unknown = sorted(set(data) - {"template", "agencies"})
    if unknown:
        raise AgenciesError(f"{path}：不认识 {unknown[0]}；只能有 template 和各机关的 [agencies.代号]。")
    rows = data.get("agencies", {})
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise AgenciesError(f"{path}：每个机关须写成 [agencies.代号] 一节。")
    template = data.get("template")
    found = Found(
        {key: _agency(key, row) for key, row in rows.items()},
        None if template is None else _database("template", template),
    )
    _refuse_shared(found)
    return found


def _parsed(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_mode & stat.S_IRWXO:
            raise AgenciesError(f"{path} 其他人可以读取，而它含有数据库口令；请把权限设为 0600 或 0640。")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AgenciesError(f"{path} 无法读取（{error.strerror}）。") from None
    except UnicodeDecodeError:
        raise AgenciesError(f"{path} 不是 UTF-8 文本。") from None
    except tomllib.TOMLDecodeError as error:
        # What stands there is not repeated: it may be a password.
        where = re.search(r"\(at [^)]*\)", str(error))
        raise AgenciesError(f"{path} 不是正确的 TOML{where[0] if where else ''}。") from None


def _agency(key: str, row: dict[str, Any]) -> Agency:
    if not KEY.fullmatch(key) or key == "template":
        raise AgenciesError(f"机关代号 {key}：须以小写字母开头，只含小写字母、数字和下划线，至多 31 个字符。")
    if unknown := sorted(set(row) - _WORDS):
        raise AgenciesError(f"机关 {key}：不认识 {unknown[0]}；可写 {'、'.join(sorted(_WORDS))}。")
    if not (name := _text(key, row, "name").strip()):
        raise AgenciesError(f"机关 {key}：name（机关名称）未填。")
    hosts = _hosts(key, row.get("hosts"))
    state = row.get("state", ACTIVE)
    if state not in STATES:
        raise AgenciesError(f"机关 {key}：state 只能是 {'、'.join(STATES)}。")
    keys, media = _folder(key, row, "keys"), _folder(key, row, "media")
    anchors = _folder(key, row, "anchors") if "anchors" in row else media.with_name(f"{key}_audit_anchors")
    secrets, fault = _secrets_or_fault(key, keys)
    values = secrets | {
        "MEDIA_ROOT": media,
        "AUDIT_ANCHOR_FILE": str(anchors),
        "SITE_URL": _site_url(key, row, hosts),
    }
    return Agency(key, name, hosts, _database(f"机关 {key}", row.get("database")), values, keys, state, fault)


def _text(key: str, row: dict[str, Any], word: str) -> str:
    value = row.get(word, "")
    if not isinstance(value, str):
        raise AgenciesError(f"机关 {key}：{word} 须是文字。")
    return value


def _hosts(key: str, hosts: object) -> tuple[str, ...]:
    if not isinstance(hosts, list) or not hosts:
        raise AgenciesError(f'机关 {key}：hosts 须列出至少一个域名，如 hosts = ["jt.example.gov.cn"]。')
    for host in hosts:
        if not isinstance(host, str) or not _HOST.fullmatch(host):
            raise AgenciesError(f"机关 {key}：域名 {host} 须全为小写，不带端口，末尾没有点。")
    return tuple(hosts)


def _folder(key: str, row: dict[str, Any], word: str) -> Path:
    value = _text(key, row, word)
    if not value.startswith("/"):
        raise AgenciesError(f"机关 {key}：{word} 须是绝对路径。")
    return Path(value)


def _site_url(key: str, row: dict[str, Any], hosts: tuple[str, ...]) -> str:
    url = _text(key, row, "site_url") or f"https://{hosts[0]}"
    try:
        parts = urlsplit(url)
        host, scheme = parts.hostname, parts.scheme
    except ValueError:
        host, scheme = None, ""
    if host not in hosts or not (scheme == "https" or (scheme == "http" and host in _HERE)):
        raise AgenciesError(f"机关 {key}：site_url 须以 https:// 开头，域名是 hosts 之一（http 只用于本机）。")
    return url


def _database(whose: str, url: object) -> dict[str, Any]:
    if not isinstance(url, str) or not url.startswith(("postgres://", "postgresql://")):
        raise AgenciesError(f"{whose}：database 须以 postgres:// 开头；多机关只能用 PostgreSQL。")
    try:
        row = dict(environ.Env.db_url_config(url))
    except Exception:
        raise AgenciesError(f"{whose}：database 不是正确的数据库地址。") from None
    if not row.get("NAME") or not row.get("USER"):
        raise AgenciesError(f"{whose}：database 须写明数据库角色和数据库名称。")
    row.setdefault("CONN_MAX_AGE", 60)
    plan_for_memory(row)
    return row | {"CONN_HEALTH_CHECKS": True}


def plan_for_memory(database: dict[str, Any]) -> None:
    """Let PostgreSQL plan for pages that lie in memory or on a solid-state disk; its own default (4) is that of turning disks.

    With it a question about one branch of a large agency reads the branch, and not the whole table. database: a DATABASES entry.
    """
    options = database.setdefault("OPTIONS", {})
    options["options"] = f"-c random_page_cost=1.1 -c jit=off {options.get('options', '')}".strip()


def _secrets_or_fault(key: str, folder: Path) -> tuple[dict[str, Any], str]:
    """Return the keys and "", or none and the sentence: a file that got lost in one agency's folder is no reason to stop all.

    What is wrong in agencies.toml itself is one, since whose it is may be what is wrong.
    """
    try:
        return _secrets(key, folder), ""
    except AgenciesError as error:
        return {"FIELD_KEYS": "", "AUDIT_KEY": "", "FIELD_INDEX_KEY": "", "AUDIT_KEY_FALLBACKS": []}, str(error)


def _secrets(key: str, folder: Path) -> dict[str, Any]:
    """Return the keys in an agency's folder; each file is its owner's alone, as those of a single agency."""
    found = {
        "FIELD_KEYS": _secret(key, folder / "field_keys"),
        "AUDIT_KEY": _secret(key, folder / "audit_key"),
        "FIELD_INDEX_KEY": _secret(key, folder / "field_index_key", needed=False),
        "AUDIT_KEY_FALLBACKS": [
            part.strip()
            for part in _secret(key, folder / "audit_key_fallbacks", needed=False).replace("\n", ",").split(",")
            if part.strip()
        ],
    }
    try:
        parse_keys(found["FIELD_KEYS"])
    except ValueError as error:
        raise AgenciesError(f"机关 {key}：field_keys 的格式不对（{error}）。") from None
    rest = [found["AUDIT_KEY"], *found["AUDIT_KEY_FALLBACKS"], *filter(None, [found["FIELD_INDEX_KEY"]])]
    if any(len(secret) < _SHORTEST or len(set(secret)) < 8 for secret in rest):
        raise AgenciesError(f"机关 {key}：{folder} 中有密钥太短；须是至少 {_SHORTEST} 个随机字符。")
    if len({*rest, found["FIELD_KEYS"]}) <= len(rest):
        raise AgenciesError(f"机关 {key}：{folder} 中有两把相同的密钥。")
    return found


def _secret(key: str, path: Path, *, needed: bool = True) -> str:
    try:
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise AgenciesError(f"机关 {key}：密钥文件 {path} 其他人可以读取；请把权限设为 0600。")
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        if not needed:
            return ""
        raise AgenciesError(f"机关 {key}：缺少密钥文件 {path}。") from None
    except (OSError, UnicodeDecodeError):
        raise AgenciesError(f"机关 {key}：密钥文件 {path} 无法读取。") from None


def _refuse_shared(found: Found) -> None:
    """Refuse what two agencies have in common: a host, a database, a role, a key, a folder."""
    rows = found.agencies.values()
    _each_once("域名", ((agency, host) for agency in rows for host in agency.hosts), shown=True)
    _each_once("数据库", ((agency, _place(agency.database)) for agency in rows))
    _each_once("数据库角色", ((agency, _place(agency.database)[:2] + (agency.database["USER"],)) for agency in rows))
    for name in ("FIELD_KEYS", "AUDIT_KEY", "FIELD_INDEX_KEY"):
        _each_once("密钥", ((agency, agency.values[name]) for agency in rows if agency.values[name]))
    _each_once("锚点文件", ((agency, agency.values["AUDIT_ANCHOR_FILE"]) for agency in rows))
    folders = sorted(
        ((Path(agency.values["MEDIA_ROOT"]).resolve(), agency) for agency in rows), key=lambda pair: pair[0]
    )
    for (upper, first), (lower, second) in zip(folders, folders[1:], strict=False):
        if lower.is_relative_to(upper):
            raise AgenciesError(f"机关 {first.key} 与 {second.key} 的附件目录相同或一个在另一个之内。")
    template = found.template and _place(found.template)
    if template and any(_place(agency.database) == template for agency in rows):
        raise AgenciesError("template 不能是某个机关的数据库。")


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    return row.get("HOST", ""), row.get("PORT", ""), row["NAME"]


def _each_once(what: str, pairs: Iterable[tuple[Agency, Any]], *, shown: bool = False) -> None:
    seen: dict[Any, Agency] = {}
    for agency, value in pairs:
        if (other := seen.setdefault(value, agency)) is not agency:
            raise AgenciesError(
                f"机关 {other.key} 与 {agency.key} 的{what}相同{f'（{value}）' if shown else ''}；每个机关须有自己的。"
            )

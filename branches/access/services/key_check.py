"""Do the keys of this process fit the data: canaries, looked at when web, worker and beat start (controls C43, C57).

A canary is a known value written under each key of FIELD_KEYS and under the key of the blind indexes, when that key is
first seen. A ring that reads none of it, or makes another index of it, would write what nobody reads later, and let one
identity number be registered twice.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import DatabaseError

from branches.access.models import KeyCanary
from common import crypto
from common.crypto import CannotBeShown
from common.database import one_transaction

_KNOWN = "tongbu 1234567890"
_AAD = "keycanary.value"
_INDEX = "index"


def encrypted_models() -> Iterator[tuple[type[Any], list[str]]]:
    """Yield (model, names of its encrypted fields)."""
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if getattr(field, "encrypted", False)]
        if names:
            yield model, names


def indexed_fields() -> Iterator[tuple[type[Any], str, str, str]]:
    """Yield (model, encrypted field, column of its blind index, purpose)."""
    for model, names in encrypted_models():
        for name in names:
            if index := model._meta.get_field(name).index:
                yield model, name, *index


def index_mark() -> str:
    """Return what the key of the blind indexes makes of the known value."""
    return crypto.blind_index(_KNOWN, "key canary")


def index_key_holds() -> bool:
    """Whether this process makes the blind indexes with the key that the data have; asked after a number was written."""
    mark = KeyCanary.objects.filter(name=_INDEX).values_list("value", flat=True).first()
    return mark in (None, index_mark())


def _reads(token: str, aad: str) -> bool:
    try:
        crypto.decrypt(token, aad)
    except CannotBeShown:
        return False
    return True


def problem() -> str:
    """Return why the keys do not fit the data, one sentence without any value, or "" when they do. Writes nothing."""
    canaries = dict(KeyCanary.objects.values_list("name", "value"))
    for number in crypto.key_numbers():
        token = canaries.get(f"key {number}")
        if token and not _reads(token, _AAD):
            return (
                f"key {number} of FIELD_KEYS is not the key {number} that the data were written with. "
                f"FIELD_KEYS 中编号 {number} 的密钥与数据所用的不同。"
            )
    if (mark := canaries.get(_INDEX)) and mark != index_mark():
        return (
            "the key of the blind indexes has changed: put the key with the lowest number back into FIELD_KEYS (or the "
            "former FIELD_INDEX_KEY), or run rotate_field_keys with all services stopped. "
            "盲索引密钥已变化：请恢复原密钥，或停止全部服务后执行 rotate_field_keys。"
        )
    return _unread(canaries)


def _unread(known: Iterable[str]) -> str:
    """Look whether values still lie under a key that was in the ring and has left it; known: the names of canaries."""
    left = {name.removeprefix("key ") for name in known if name != _INDEX} - set(map(str, crypto.key_numbers()))
    for number in sorted(left):
        for model, names in encrypted_models():
            if any(
                model._default_manager.filter(**{f"{name}__startswith": f"{crypto.ALGORITHM}.{number}."}).exists()
                for name in names
            ):
                return (
                    f"values are still stored under key {number}: put it back into FIELD_KEYS, run rotate_field_keys, and take "
                    f"it out then. 仍有内容用编号 {number} 的密钥加密：请先放回，执行 rotate_field_keys 后再取出。"
                )
    return ""


def first_values_fit() -> bool:
    """Whether a landed database, written before there were canaries, was written with these keys.

    A few values of each field: one that reads and has its index is enough, a single one may be altered.
    """
    indexes = {(model, name): (column, purpose) for model, name, column, purpose in indexed_fields()}
    for model, names in encrypted_models():
        for name in names:
            rows = list(model._default_manager.exclude(**{name: ""}).order_by("pk")[:20])
            if rows and not any(_fits(row, name, *indexes.get((model, name), ("", ""))) for row in rows):
                return False
    return True


def _fits(row: Any, name: str, column: str, purpose: str) -> bool:
    try:
        plain = crypto.decrypt(getattr(row, name), row._meta.get_field(name).aad(row))
    except CannotBeShown:
        return False
    return not column or crypto.blind_index(plain, purpose) == getattr(row, column)


@one_transaction
def keep_canaries() -> str:
    """Write the canaries that are still missing; return why that cannot be (see `problem`), or ""."""
    if found := problem():
        return found
    kept = set(KeyCanary.objects.values_list("name", flat=True))
    if _INDEX not in kept and not first_values_fit():
        return (
            "FIELD_KEYS or FIELD_INDEX_KEY are not those of this database. FIELD_KEYS 或 FIELD_INDEX_KEY 与数据不符。"
        )
    wanted = {f"key {number}": crypto.encrypt_with(number, _KNOWN, _AAD) for number in crypto.key_numbers()}
    wanted[_INDEX] = index_mark()
    # Web, worker and beat start at once: the first one's stays.
    rows = [KeyCanary(name=name, value=value) for name, value in wanted.items() if name not in kept]
    KeyCanary.objects.bulk_create(rows, ignore_conflicts=True)
    return ""


def check_or_stop() -> None:
    """Stop the process with exit code 2 and one sentence where its keys do not fit the data.

    A database that is away, or not migrated yet, is no reason to stop: /readyz says so, and asks for the keys again.
    """
    try:
        found = keep_canaries()
    except DatabaseError:
        return
    if found:
        print(f"Tongbu cannot start: {found}", file=sys.stderr, flush=True)
        raise SystemExit(2)

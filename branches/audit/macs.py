"""The code that makes a change of an entry, or of its place in the chain, evident (security controls C50–C52).

A row names the key it was made with. Which key that is lies under the code itself since form 2; rows of form 1, made
before, are verified as they were made. The form is written nowhere, so nobody can set it back: a code of one form is
never one of the other, and only who has the key makes either.
"""

import hashlib
import hmac
import json
from datetime import UTC
from functools import lru_cache
from typing import Any

from common import agencies


class UnknownKey(Exception):
    """A row names a key that AUDIT_KEY and AUDIT_KEY_FALLBACKS do not hold."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            f"密钥 {number[:16]} 不在 AUDIT_KEY 与 AUDIT_KEY_FALLBACKS 中：旧密钥须保留到用它封存的记录不再需要核验为止；"
            "从未用过这一密钥的，是密钥编号被改动"
        )


@lru_cache(maxsize=128)
def _ring(keys: tuple[str, ...]) -> dict[str, bytes]:
    """Return the keys by their ids, the one that writes first."""
    return {hashlib.sha256(b"audit-key" + key.encode()).hexdigest()[:16]: key.encode() for key in keys}


def ring() -> dict[str, bytes]:
    return _ring((agencies.setting("AUDIT_KEY"), *agencies.setting("AUDIT_KEY_FALLBACKS")))


def key_id() -> str:
    """Return the id of the key that writes now."""
    return next(iter(ring()))


def _key(number: str) -> bytes:
    try:
        return ring()[number]
    except KeyError:
        raise UnknownKey(number) from None


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def row_text(entry: Any) -> str:
    at = entry.at.astimezone(UTC)
    return canonical(
        [
            at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
            entry.actor_id,
            entry.actor_name,
            entry.appointment_id,
            entry.address,
            entry.request_id,
            entry.verb,
            entry.object_type,
            entry.object_id,
            entry.object_name,
            entry.organisation_id,
            entry.payload,
        ]
    )


def _code(number: str, text: str) -> str:
    return hmac.new(_key(number), text.encode(), hashlib.sha256).hexdigest()


def _same(stored: str, reckoned: str) -> bool:
    return hmac.compare_digest(stored.encode(), reckoned.encode())


def mac(entry: Any) -> str:
    """Return the code of an entry, with the id of its key under it. Raises UnknownKey."""
    return _code(entry.key_id, f"2|{entry.key_id}|{row_text(entry)}")


def link(prev: str, pos: int, entry: Any, number: str) -> str:
    """Return the hash of the chain at `pos`; number: id of the key that makes it. Raises UnknownKey."""
    return _code(number, f"2|{number}|{prev}|{pos}|{entry.pk}|{entry.key_id}|{entry.mac}|{row_text(entry)}")


def entry_is_sound(entry: Any) -> bool:
    """Whether the code of an entry is right, in the form of today or in the landed one. Raises UnknownKey."""
    return _same(entry.mac, mac(entry)) or _same(entry.mac, _code(entry.key_id, row_text(entry)))


def link_is_sound(seal: Any, entry: Any) -> bool:
    """The same for a link of the chain and its entry."""
    landed = f"{seal.prev}|{seal.pos}|{entry.pk}|{entry.mac}|{row_text(entry)}"
    return _same(seal.hash, link(seal.prev, seal.pos, entry, seal.key_id)) or _same(
        seal.hash, _code(seal.key_id, landed)
    )


def sign(what: str, text: str) -> tuple[str, str]:
    """Return (id of the key that writes now, code) of a text that is no entry: `what` keeps the kinds apart."""
    return key_id(), _code(key_id(), f"{what}|{key_id()}|{text}")


def is_signed(what: str, text: str, number: str, code: str) -> bool:
    """Whether `code` was made over the text by `sign` with the key of that id. Raises UnknownKey."""
    return _same(code, _code(number, f"{what}|{number}|{text}"))

"""The code that makes a change of an entry, or of its place in the chain, evident (security controls C50–C52)."""

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any

from django.conf import settings


def key() -> bytes:
    return settings.AUDIT_KEY.encode()


def key_id() -> str:
    return hashlib.sha256(b"audit-key" + key()).hexdigest()[:16]


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


def mac(entry: Any) -> str:
    return hmac.new(key(), row_text(entry).encode(), hashlib.sha256).hexdigest()


def link(prev: str, pos: int, entry: Any) -> str:
    return hmac.new(
        key(), f"{prev}|{pos}|{entry.pk}|{entry.mac}|{row_text(entry)}".encode(), hashlib.sha256
    ).hexdigest()

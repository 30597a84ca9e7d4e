"""Encrypted fields and blind indexes (security controls C43, C44; 个人信息保护法第五十一条第三项).

A stored value is `alg.key-id.nonce.ciphertext`; `alg` leaves room for the national algorithms. The additional
data bind a value to its row and field, so that a ciphertext copied elsewhere does not decrypt.

The blind index must stay the same while encryption keys change. It is derived from FIELD_INDEX_KEY when set,
else from the key with the lowest id of FIELD_KEYS: that key must then stay in the ring until the index is
computed anew.
"""

import base64
import hashlib
import hmac
import os
import unicodedata
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.key_ring import KeyRing, parse_keys

ALGORITHM = "1"  # AES-256-GCM, nonce of 96 random bits
_NONCE_BYTES = 12


class CannotBeShown(Exception):
    """The value cannot be decrypted: key unknown, text altered, or moved from another row."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__("该内容无法显示，请联系管理员。")


def _setting(name: str) -> str:
    from common import agencies  # late: this module is pure ground and loads without settings

    return str(agencies.setting(name))


def _ring() -> KeyRing:
    return parse_keys(_setting("FIELD_KEYS"))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text.translate(str.maketrans("-_", "+/")) + "=" * (-len(text) % 4), validate=True)


def key_numbers() -> list[int]:
    """Return the ids of the keys of the ring, the one that writes first."""
    return list(_ring().keys)


def encrypt(text: str, aad: str) -> str:
    """Return the token for `text`; `aad` is `model.field.uid`, the same at decryption."""
    return encrypt_with(_ring().first, text, aad)


def encrypt_with(number: int, text: str, aad: str) -> str:
    """The same with a certain key of the ring, for its canary."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _ring().ciphers[number].encrypt(nonce, text.encode(), aad.encode())
    return f"{ALGORITHM}.{number}.{_b64(nonce)}.{_b64(sealed)}"


def decrypt(token: str, aad: str) -> str:
    """Return the text of a token. Raises CannotBeShown, and nothing else, for anything in the column."""
    ring = _ring()
    try:
        algorithm, number, nonce, sealed = token.split(".")
        if algorithm != ALGORITHM:
            raise CannotBeShown("unknown algorithm")
        cipher = ring.ciphers.get(int(number))
        if cipher is None:
            raise CannotBeShown("unknown key")
        return cipher.decrypt(_unb64(nonce), _unb64(sealed), aad.encode()).decode()
    except InvalidTag:
        raise CannotBeShown("altered or moved") from None
    except (ValueError, AttributeError, OverflowError):
        raise CannotBeShown("not a token") from None


_SEALED = b"TB1"


def seal(data: bytes, aad: str) -> bytes:
    """Return the bytes of a file encrypted with the first key: `TB1`, key id (4 bytes), nonce, ciphertext; `aad` as for encrypt."""
    ring = _ring()
    nonce = os.urandom(_NONCE_BYTES)
    head = _SEALED + ring.first.to_bytes(4, "big")
    return head + nonce + ring.ciphers[ring.first].encrypt(nonce, data, aad.encode() + head)


def unseal(sealed: bytes, aad: str) -> bytes:
    """Return what `seal` took. Raises CannotBeShown, and nothing else, for any other bytes."""
    start = len(_SEALED) + 4
    head, nonce, rest = sealed[:start], sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
    if not head.startswith(_SEALED) or len(nonce) < _NONCE_BYTES:
        raise CannotBeShown("not a sealed file")
    cipher = _ring().ciphers.get(int.from_bytes(head[len(_SEALED) :], "big"))
    if cipher is None:
        raise CannotBeShown("unknown key")
    try:
        return cipher.decrypt(nonce, rest, aad.encode() + head)
    except InvalidTag:
        raise CannotBeShown("altered or moved") from None


def needs_rotation(token: str) -> bool:
    """Tell whether the token was written with another algorithm or key than the one that writes now."""
    return token.split(".")[:2] != [ALGORITHM, str(_ring().first)]


@lru_cache(maxsize=256)
def _index_key(material: bytes, purpose: str) -> bytes:
    info = b"tongbu blind index " + purpose.encode()
    return HKDF(algorithm=SHA256(), length=32, salt=b"tongbu", info=info).derive(material)


def _index_material() -> bytes:
    if own := _setting("FIELD_INDEX_KEY"):
        return own.encode()
    keys = _ring().keys
    return keys[min(keys)]


def blind_index(text: str, purpose: str) -> str:
    """Return 64 hex characters for equality look-ups; `purpose` (such as `member.identity`) separates the
    keys.

    Compared are the digits and X of the NFKC form in upper case, so full-width digits and blanks collide.
    Raises ValueError when nothing of that is in the text: empty values must not share one index.
    """
    kept = "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c in "0123456789X")
    if not kept:
        raise ValueError("号码中没有数字。")
    return hmac.new(_index_key(_index_material(), purpose), kept.encode(), hashlib.sha256).hexdigest()

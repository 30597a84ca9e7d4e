"""Seal a few bytes under a passphrase: scrypt (RFC 7914), then AES-256-GCM. Pure ground, loads without settings.

Used for the keys beside a backup: whoever holds the backup has them only with the passphrase.
"""

import base64
import binascii
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SHORTEST = 12
_FORM = "tongbu keys 1"
# 128 MB and a few tenths of a second for each guess.
_COST, _BLOCK, _LANES = 2**17, 8, 1


class WrongPassphrase(Exception):
    """The passphrase is another one, or the text was altered; which of the two cannot be told."""

    def __init__(self) -> None:
        super().__init__("口令不符，或密钥文件已被改动。")


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_LANES).derive(passphrase.encode())


def seal(data: bytes, passphrase: str) -> str:
    """Return JSON text that only the passphrase opens. Raises ValueError for one of fewer than 12 characters."""
    if len(passphrase) < SHORTEST:
        raise ValueError(f"口令至少 {SHORTEST} 个字符。")
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, data, _FORM.encode())
    parts = {
        name: base64.b64encode(part).decode() for name, part in (("salt", salt), ("nonce", nonce), ("sealed", sealed))
    }
    return json.dumps({"form": _FORM} | parts) + "\n"


def unseal(text: str, passphrase: str) -> bytes:
    """Return what `seal` took. Raises WrongPassphrase, and nothing else, for any other text or passphrase."""
    try:
        read = json.loads(text)
        salt, nonce, sealed = (base64.b64decode(read[name], validate=True) for name in ("salt", "nonce", "sealed"))
        if read["form"] != _FORM:
            raise WrongPassphrase
        return AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, _FORM.encode())
    except (InvalidTag, ValueError, TypeError, KeyError, binascii.Error, RecursionError):
        raise WrongPassphrase from None

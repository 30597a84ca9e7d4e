"""The keys of encrypted fields as the operator writes them: `2:BASE64,1:BASE64`."""

import base64
import binascii
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class KeyRing(NamedTuple):
    """Keys by id; the first of the setting writes, all read."""

    first: int
    keys: dict[int, bytes]
    ciphers: dict[int, AESGCM]


@lru_cache(maxsize=128)
def parse_keys(text: str) -> KeyRing:
    """Return the KeyRing of `2:BASE64,1:BASE64` (ids are whole numbers, keys 32 bytes).

    Raises ValueError with a sentence that holds no key.
    """
    keys = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        number, colon, encoded = part.partition(":")
        if not colon or not number.strip().isdecimal():
            raise ValueError("FIELD_KEYS must read NUMBER:BASE64,NUMBER:BASE64.")
        try:
            encoded = encoded.strip().translate(str.maketrans("-_", "+/"))
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(f"key {int(number)} of FIELD_KEYS is not base64.") from None
        if len(key) != 32:
            raise ValueError(f"key {int(number)} of FIELD_KEYS must have 32 bytes.")
        if int(number) in keys:
            raise ValueError(f"key {int(number)} stands twice in FIELD_KEYS.")
        keys[int(number)] = key
    if not keys:
        raise ValueError("FIELD_KEYS is empty.")
    return KeyRing(next(iter(keys)), keys, {number: AESGCM(key) for number, key in keys.items()})

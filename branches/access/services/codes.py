"""Random codes that people read and type: one-time codes of accounts, recovery codes."""

import hashlib
import secrets

# Without 0, 1, i, l, o, which are taken for each other on paper: 31 characters, three groups of five, 74 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_code() -> str:
    """Return a new code such as `k7m2p-w9xqd-4hbne`."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))


def digest_of(username: str, code: str) -> str:
    """Return what is kept of a code: 74 random bits, nobody finds them from the digest by trying (as for recovery codes)."""
    return hashlib.sha256(f"tongbu slip {username.lower()} {as_printed(code.strip())}".encode()).hexdigest()


def as_printed(typed: str) -> str:
    """Return a code as it was printed, whatever capitals, spaces or missing hyphens it was typed with; other text as it is."""
    bare = "".join(typed.split()).replace("-", "").replace("－", "").lower()
    if len(bare) == 15 and set(bare) <= set(_ALPHABET):
        return "-".join((bare[:5], bare[5:10], bare[10:]))
    return typed

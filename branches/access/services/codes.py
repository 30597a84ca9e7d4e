"""Random codes that people read and type: one-time codes of accounts, recovery codes."""

import secrets

# Without 0, 1, i, l, o, which are taken for each other on paper: 31 characters, three groups of five, 74 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_code() -> str:
    """Return a new code such as `k7m2p-w9xqd-4hbne`."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))

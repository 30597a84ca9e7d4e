"""How a person who owes is named in addresses."""


def person_key(member: int | None, account: int | None = None) -> str:
    """Return the key of a person in addresses: m12 for a member, u7 for an account that is none."""
    return f"m{member}" if member is not None else f"u{account}"

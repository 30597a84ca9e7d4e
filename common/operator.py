"""The operator of the server, who acts through commands."""

from typing import Any, Protocol


class Actor(Protocol):
    """Whoever reads and writes: an account, or the operator of the server."""

    pk: Any
    name: Any
    is_active: Any


class Operator:
    """Acts with whole reach, and is audited as what he is."""

    pk = id = None
    name = "服务器操作员"
    is_authenticated = True
    is_active = True

    def __str__(self) -> str:
        return self.name


OPERATOR = Operator()


def account_of(by: Actor) -> Any:
    """Return the account for a column that says who did something: None for the operator, who has none."""
    return None if by is OPERATOR else by

"""Who acts: an account, or the operator of the server, who acts through commands."""

from typing import Any, Protocol


class Actor(Protocol):
    """Who writes or reads: an account (branches.User) or the operator of the server."""

    @property
    def pk(self) -> int | None: ...

    @property
    def name(self) -> str: ...

    @property
    def is_active(self) -> bool: ...


class Operator:
    """Acts with whole reach, and is audited as what he is."""

    pk: None = None
    id: None = None
    name = "服务器操作员"
    is_authenticated = True
    is_active = True

    def __str__(self) -> str:
        return self.name


OPERATOR = Operator()


class Outsider:
    """Somebody before the door, for the trail alone: no account, no rights."""

    pk: None = None
    id: None = None
    is_authenticated = False
    is_active = False

    def __init__(self, name: str) -> None:
        self.name = name


def account_of(by: Actor) -> Any:
    """Return the account to note as the author of a row; None for the operator, who has none."""
    return None if by is OPERATOR else by

"""A sentence that somebody may pledge with one click."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Suggested:
    """key: letter of where it comes from and a number ("w12"); why: where it comes from; about: address of what it speaks of."""

    key: str
    text: str
    why: str
    about: str = ""

"""The schemes that an installation starts with, each a setting of the agency and never a citation."""

import tomllib
from decimal import Decimal
from pathlib import Path

from assessments.scoring.schemes import scheme_from

FOLDER = Path(__file__).parent
KEYS = ("tongbu-branch", "tongbu-committee")


def scheme_data(key):
    """Version 1 of a scheme as a dict, numbers as int or Decimal. KeyError for an unknown key."""
    if key not in KEYS:
        raise KeyError(key)
    return tomllib.loads((FOLDER / f"{key}.toml").read_text(encoding="utf-8"), parse_float=Decimal)


def default_scheme(key="tongbu-branch"):
    """Version 1 of a scheme, ready for scoring."""
    return scheme_from(scheme_data(key))

"""The schemes that an installation starts with, each a setting of the agency and never a citation.

A file is a version; what was shipped once stays as it is, what changes is a further file. `like`: the version of which
everything holds that the file does not say itself; `indicators.KEY`: what is said anew of one of its indicators.
"""

import tomllib
from decimal import Decimal
from pathlib import Path

from assessments.scoring.schemes import scheme_from

FOLDER = Path(__file__).parent
# {key of a scheme: its shipped versions, ascending}
VERSIONS = {
    "tongbu-branch": (1, 2, 3, 4, 5, 6),
    "tongbu-committee": (1, 2, 3, 4, 5),
    "tongbu-debrief": (1,),
    "tongbu-star": (1,),
}
KEYS = tuple(VERSIONS)


def shipped(key, version, **reading):
    """A shipped version of a scheme as a dict, as it is stored. reading: options of tomllib. KeyError for an unknown one."""
    if version not in VERSIONS[key]:
        raise KeyError(version)
    data = tomllib.loads((FOLDER / f"{key}-{version}.toml").read_text(encoding="utf-8"), **reading)
    like, anew = data.pop("like", None), data.pop("indicators", {})
    if like is None:
        return data
    found = shipped(key, like, **reading) | data
    rows = {row["key"]: row for part in found["dimensions"] for row in part["indicators"]}
    for name, said in anew.items():
        rows[name].update(said)
    return found


def scheme_data(key, version=1):
    """A shipped version of a scheme as a dict, numbers as int or Decimal. KeyError for an unknown one."""
    return shipped(key, version, parse_float=Decimal)


def default_scheme(key="tongbu-branch", version=1):
    """A shipped version of a scheme, ready for scoring."""
    return scheme_from(scheme_data(key, version))

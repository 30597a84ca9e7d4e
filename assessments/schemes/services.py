"""Versions of schemes: the product's default is version 1; later ones are added, never changed."""

import tomllib
from pathlib import Path

from assessments.schemes.models import SchemeVersion
from assessments.scoring import scheme_from
from assessments.scoring.schemes import Scheme
from branches import audit
from common.database import one_transaction
from common.operator import OPERATOR, Actor

DATA = Path(__file__).parent / "data"
BRANCH_SCHEME = "tongbu-branch"


def scheme_current(key: str = BRANCH_SCHEME) -> SchemeVersion:
    """Return the newest SchemeVersion of `key`; raises SchemeVersion.DoesNotExist before `install_defaults` ran."""
    return SchemeVersion.objects.filter(key=key)[:1].get()


def install_defaults(**_: object) -> None:
    """Make the shipped schemes version 1, after migrate; safe to run again."""
    for path in sorted(DATA.glob("*.toml")):
        scheme_install(by=OPERATOR, key=path.stem)


@one_transaction
def scheme_install(*, by: Actor, key: str) -> SchemeVersion:
    """Store the shipped scheme `key` as the version it names, unless it is there; return the SchemeVersion."""
    data = tomllib.loads((DATA / f"{key}.toml").read_text())
    scheme_from(data)
    found, made = SchemeVersion.objects.get_or_create(
        key=key,
        version=data["version"],
        defaults={"title": data["title"], "body": data},
    )
    if made:
        audit.record(by=by, verb="scheme.install", obj=found, after=audit.snapshot(found, hide={"body"}))
    return found


def parsed(version: SchemeVersion) -> Scheme:
    """Return the pure Scheme of a stored version."""
    return scheme_from(version.body)

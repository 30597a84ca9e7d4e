"""Kinds of write that must leave a change mark, by subject; each prepares, yields once, and writes."""

from tests.assessments.facts.writes import (
    cadres,
    campaigns,
    care,
    development,
    dues,
    duties,
    places,
    policies,
    practices,
    records,
    supervision,
    transfers,
    work,
)
from tests.assessments.facts.writes.agency import WRITES

__all__ = [
    "WRITES",
    "cadres",
    "campaigns",
    "care",
    "development",
    "dues",
    "duties",
    "places",
    "policies",
    "practices",
    "records",
    "supervision",
    "transfers",
    "work",
]

"""A case on invented days, as plain values: each test changes the one thing it asks about."""

from dataclasses import replace
from datetime import date

from members.development.file import (
    ADMIT,
    CONTACT,
    INTRODUCER,
    TO_FULL,
    CaseFile,
    Entry,
    Notice,
    Person,
    Vote,
)
from members.development.rules import judge

HEARD = "听取党小组、联系人、党员和群众意见，均同意"


def day(text):
    return date.fromisoformat(text)


def person(kind, starts, name="联系一", *, full="2010-07-01", **more):
    return Person(name, kind, day(starts), None, day(full) if full else None, **more)


def vote(about=ADMIT, expected=11, present=11, yes=11, **more):
    counts = {"no": 0, "abstain": 0} | more
    return Vote(about, expected, present, yes, **counts)


# Every step of one case on the text of 2026, in order: (key, day, further values of the entry).
ALL = [
    ("1", "2026-06-01", {}),
    ("2", "2026-06-20", {}),
    ("3", "2026-12-01", {"text": "党员推荐"}),
    ("4", "2026-12-08", {}),
    ("7", "2027-12-02", {"text": HEARD}),
    ("8", "2027-12-06", {}),
    ("8a", "2027-12-20", {}),
    ("10", "2028-01-10", {}),
    ("11", "2028-01-20", {"days": 3, "hours": 24.0}),
    ("12", "2028-02-01", {}),
    ("13", "2028-02-10", {}),
    ("14", "2028-02-15", {}),
    ("15", "2028-02-29", {"vote": vote(), "text": "政治立场坚定"}),
    ("16", "2028-03-10", {}),
    ("16a", "2028-03-20", {}),
    ("17", "2028-04-10", {}),
    ("18", "2028-04-20", {}),
    ("19", "2028-04-20", {}),
    ("20", "2028-05-08", {}),
    ("22", "2029-02-28", {}),
    ("23", "2029-03-10", {"vote": vote(TO_FULL), "text": "表现良好"}),
    ("23a", "2029-03-20", {}),
    ("24", "2029-04-10", {}),
]


def entries(until=None, **changed):
    """Return the entries up to a step; changed: {"s15": {"day": …}} for single ones, None leaves one out."""
    found = []
    for number, (key, when, more) in enumerate(ALL, 1):
        said = changed.get(f"s{key}", {})
        if said is None:
            continue
        values = {"day": when} | more | said
        values["day"] = day(values["day"]) if isinstance(values["day"], str) else values["day"]
        found.append(Entry(number, key, **values))
        if key == until:
            break
    return found


def a_file(until=None, steps=None, **more):
    values = {
        "born": day("1995-03-01"),
        "opened_on": day("2026-06-01"),
        "entries": entries(until, **(steps or {})),
        "people": [
            person(CONTACT, "2026-12-08"),
            person(CONTACT, "2026-12-08", "联系二"),
            person(INTRODUCER, "2028-01-05", "介绍一"),
            person(INTRODUCER, "2028-01-05", "介绍二"),
        ],
        "reviews": [day("2027-05-20"), day("2027-11-25")],
        "notice": Notice(day("2027-12-10"), day("2027-12-13"), day("2027-12-17"), ("公示栏",)),
    }
    return CaseFile(**(values | more))


def standing(file, today="2030-01-01"):
    return judge(file, day(today))


def without(file, *keys):
    return replace(file, entries=[one for one in file.entries if one.key not in keys])

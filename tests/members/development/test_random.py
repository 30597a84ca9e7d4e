"""Steps in any order, with any votes, on any days: nobody becomes a member without what the text asks before it.

The reference is written from the table of the text, not from the code: it walks back from the approval and asks of each step
whether it stands, on which day, and whether what it needs stood by then.
"""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from members.development.file import ADMIT, CONTACT, INTRODUCER, CaseFile, Entry, Notice, Vote
from members.development.rules import judge
from members.roster.models.members import PARTY_STAGES
from tests.members.development.made import day, person

# What has to stand before a step: read from the table of steps in the text.
BEFORE = {
    "1": (),
    "2": ("1",),
    "3": ("2",),
    "7": ("3", "contacts"),
    "8": ("7",),
    "8a": ("8",),
    "10": ("8a",),
    "11": ("8a",),
    "12": ("introducers", "10", "11"),
    "13": ("12",),
    "14": ("13",),
    "15": ("13", "14"),
    "16": ("15",),
    "17": ("15", "16"),
}
START = day("2026-06-01")


def latest(file, key):
    rows = sorted((one.day, one.pk, one) for one in file.entries if one.key == key)
    return rows[-1][2] if rows else None


def stands(file, key):
    """The day on which a step stands, None where it does not: by walking back."""
    if key in ("contacts", "introducers"):
        kind, number = (CONTACT, (1, 2)) if key == "contacts" else (INTRODUCER, (2,))
        people = [one for one in file.people if one.kind == kind]
        needed = stands(file, "3" if key == "contacts" else "8a")
        if needed is None or len(people) not in number:
            return None
        since = max([needed, *(one.starts for one in people)])
        return since if all(one.full_from and one.full_from <= since for one in people) else None
    entry = latest(file, key)
    if entry is None or entry.uncounted or entry.result != "passed":
        return None
    for one in BEFORE[key]:
        before = stands(file, one)
        if before is None or before > entry.day:
            return None
    return entry.day if fits(file, key, entry) else None


def fits(file, key, entry):
    """The demands of a step itself that stop it."""
    if key in ("3",):
        return bool(entry.text)
    if key == "7":
        return entry.day >= stands(file, "3").replace(year=stands(file, "3").year + 1)
    if key == "8a":
        notice = file.notice
        return notice is not None and notice.posted >= stands(file, "8") and entry.day > notice.last
    if key == "11":
        return entry.days >= 3 or (entry.hours or 0) >= 24
    if key == "15":
        vote = entry.vote
        sane = vote.yes + vote.no + vote.abstain <= vote.present and vote.present + vote.written <= vote.expected
        return sane and 2 * vote.present > vote.expected and 2 * (vote.yes + vote.written) > vote.expected
    return True


@st.composite
def votes(draw):
    expected = draw(st.integers(1, 9))
    present = draw(st.integers(0, expected))
    yes = draw(st.integers(0, present + 1))
    return Vote(ADMIT, expected, present, yes, draw(st.integers(0, 2)), 0, draw(st.integers(0, 2)))


# One thing that goes wrong on the way, by name; each case has none, one or two of them.
WRONG = [
    *(f"missing {key}" for key in BEFORE if key != "1"),
    *(f"failed {key}" for key in ("8", "10", "13", "17")),
    *(f"uncounted {key}" for key in ("2", "3", "7", "15")),
    *(f"early {key}" for key in BEFORE if key != "1"),
    "unsaid 3",
    "short 11",
    "votes 15",
    "notice late",
    "no notice",
    "three contacts",
    "one introducer",
]
PAUSE = {"7": 370, "8a": 12}


@st.composite
def files(draw):
    """Cases that go the whole way but for none, one or two things."""
    wrong = set(draw(st.lists(st.sampled_from(WRONG), max_size=2)))
    entries, when = [], START
    for number, key in enumerate(BEFORE):
        when += timedelta(days=0 if key == "1" else PAUSE.get(key, draw(st.sampled_from([0, 1, 9]))))
        if f"missing {key}" in wrong:
            continue
        early = timedelta(days=draw(st.sampled_from([1, 30, 380])) if f"early {key}" in wrong else 0)
        sound = Vote(ADMIT, 9, 8, 6, 2, 0, 1)
        vote = (draw(votes()) if "votes 15" in wrong else sound) if key == "15" else None
        entries.append(
            Entry(
                number + 1,
                key,
                max(when - early, START),
                result="failed" if f"failed {key}" in wrong else "passed",
                text="" if f"unsaid {key}" in wrong else "党员推荐",
                uncounted="记录已退回" if f"uncounted {key}" in wrong else "",
                days=1 if "short 11" in wrong else 3,
                hours=draw(st.sampled_from([24.0, 8.0, None])),
                vote=vote,
            )
        )
    listed = next((one.day for one in entries if one.key == "8a"), START)
    posted = listed - timedelta(days=3 if "notice late" in wrong else 9)
    notice = Notice(posted, posted + timedelta(days=1), posted + timedelta(days=7), ("公示栏",))
    people = [person(CONTACT, "2026-06-01")] * (3 if "three contacts" in wrong else 2)
    people += [person(INTRODUCER, "2026-06-01")] * (1 if "one introducer" in wrong else 2)
    return CaseFile(day("1990-01-01"), START, entries, people, notice=None if "no notice" in wrong else notice)


@given(files())
def test_whoever_is_a_member_went_the_whole_way(file):
    found = judge(file, START + timedelta(days=4000))
    admitted = stands(file, "17")
    assert (found.stage in PARTY_STAGES) == (admitted is not None), [one for one in found.steps if one.faults]
    assert (found.joined_on is not None) == (admitted is not None)
    if admitted is not None:
        assert found.joined_on == stands(file, "15") <= admitted
    for key in ("3", "8a"):
        assert found.of(key).stood == (stands(file, key) is not None)


@given(st.lists(st.sampled_from(list(BEFORE)), max_size=14), st.data())
def test_steps_in_any_order_make_nobody_a_member_by_chance(keys, data):
    """Entered in whatever order and number: without a vote that passed and an approval nobody is one."""
    entries = [
        Entry(
            number + 1,
            key,
            START + timedelta(days=data.draw(st.integers(0, 900))),
            text="党员推荐",
            vote=data.draw(votes()) if key == "15" else None,
        )
        for number, key in enumerate(["1", *keys])
    ]
    people = [person(CONTACT, "2026-06-01"), person(INTRODUCER, "2026-06-01"), person(INTRODUCER, "2026-06-01")]
    file = CaseFile(day("1990-01-01"), START, entries, people)
    found = judge(file, START + timedelta(days=2000))
    assert (found.stage in PARTY_STAGES) == (stands(file, "17") is not None)

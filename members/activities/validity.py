"""Whether a meeting was quorate and a vote passed: pure functions of counted people.

Three quorums exist and must not be mixed: ordinary resolutions (half may sit), admissions (more than half
must sit, written opinions count) and elections (four fifths must sit). Every function takes whole numbers of
people; a negative number, or more present than expected, is a ValueError in Chinese.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Vote:
    """What the figures of one meeting amount to.

    `present_needed` and `yes_needed` are the smallest sufficient numbers (`yes_needed` None where nothing is
    voted on); `quorate` and `passed` the outcome (`passed` None when no votes were given); `text` says what
    is missing, empty when nothing is.
    """

    present_needed: int
    yes_needed: int | None
    quorate: bool
    passed: bool | None
    text: str


def general_vote(expected, present, yes=None):
    """An ordinary resolution of the branch assembly: present at least half, yes more than half of those
    expected.

    `expected`, `present`: members with the right to vote. Rule life-vote-general.
    """
    return _vote(expected, present, _at_least(Fraction(expected, 2)), yes, _more_than(Fraction(expected, 2)))


def committee_meeting(seats, present):
    """A sitting of the branch committee: at least half of its members present. Rule life-committee-m."""
    return _vote(seats, present, _at_least(Fraction(seats, 2)), None, None)


def admission_vote(expected, present, yes_present=None, written_yes=0):
    """A vote on admission or full membership: present more than half; yes more than half of those expected.

    Opinions that absent members sent in writing before the assembly (`written_yes`) count. Rules
    dev-meeting-quorum, dev-meeting-pass.
    """
    yes = None if yes_present is None else yes_present + written_yes
    if yes_present is not None and yes_present > present:
        raise ValueError(f"到会{present}人，赞成票{yes_present}张，请核对。")
    half = Fraction(expected, 2)
    return _vote(expected, present, _more_than(half), yes, _more_than(half))


def election_quorum(expected, present):
    """An electing assembly: at least four fifths of the voters present. Rule elec-quorum-4-5 (a setting)."""
    return _vote(expected, present, _at_least(Fraction(expected * 4, 5)), None, None)


def democratic_life_quorum(members, present):
    """A democratic life meeting of a party group: at least two thirds present. Rule life-minsheng."""
    return _vote(members, present, _at_least(Fraction(members * 2, 3)), None, None)


def candidates_needed(seats, surplus=Fraction(1, 5)):
    """Candidates for so many seats, the surplus rounded up. Rules elec-surplus-20, elec-surplus-round-up."""
    return _at_least(seats * (1 + Fraction(surplus)))


def is_elected(present, yes):
    """Whether a candidate won: yes from more than half of those present. Rule elec-win-half (a setting)."""
    return yes >= _more_than(Fraction(present, 2))


def excellent_places(full_members, ratio=Fraction(1, 3)):
    """Members who may be graded 优秀 at most, rounded down.

    `full_members`: those who took part in the review; probationers are not graded. Rules ma-excellent-third,
    ma-probation-nograde (settings).
    """
    return int(full_members * Fraction(ratio))


def _vote(expected, present, present_needed, yes, yes_needed):
    if min(expected, present, yes or 0) < 0:
        raise ValueError("人数不能为负数。")
    if present > expected:
        raise ValueError(f"应到{expected}人，实到{present}人，请核对。")
    if yes is not None and yes > expected:
        raise ValueError(f"应到{expected}人，赞成票{yes}张，请核对。")
    quorate = expected > 0 and present >= present_needed
    passed = None if yes is None else quorate and yes >= yes_needed
    text = ""
    if not quorate:
        short = max(present_needed - present, 0)
        text = f"应到{expected}人，实到{present}人，至少需{present_needed}人到会，还差{short}人"
    elif passed is False:
        text = f"赞成{yes}票，至少需{yes_needed}票，还差{yes_needed - yes}票"
    return Vote(present_needed, yes_needed, quorate, passed, text)


def _at_least(number):
    return -(-number.numerator // number.denominator) if isinstance(number, Fraction) else number


def _more_than(number):
    return number.numerator // number.denominator + 1

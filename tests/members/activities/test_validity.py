import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.activities import validity


@given(st.integers(1, 400), st.data())
def test_the_thresholds_are_the_smallest_sufficient_numbers(expected, data):
    present = data.draw(st.integers(0, expected))
    yes = data.draw(st.integers(0, present))
    general = validity.general_vote(expected, present, yes)
    assert general.quorate == (present * 2 >= expected)
    assert general.passed == (general.quorate and yes * 2 > expected)
    admission = validity.admission_vote(expected, present, yes)
    assert admission.quorate == (present * 2 > expected)
    assert admission.passed == (admission.quorate and yes * 2 > expected)
    assert validity.election_quorum(expected, present).quorate == (present * 5 >= expected * 4)
    assert validity.democratic_life_quorum(expected, present).quorate == (present * 3 >= expected * 2)
    assert validity.is_elected(present, yes) == (yes * 2 > present)


@pytest.mark.parametrize(
    "vote, text",
    [
        (lambda: validity.general_vote(14, 6), "应到14人，实到6人，至少需7人到会，还差1人"),
        (lambda: validity.general_vote(14, 12, 7), "赞成7票，至少需8票，还差1票"),
        (lambda: validity.committee_meeting(5, 2), "应到5人，实到2人，至少需3人到会，还差1人"),
        (lambda: validity.general_vote(14, 7, 8), ""),
        (lambda: validity.committee_meeting(5, 3), ""),
    ],
)
def test_the_text_says_which_number_is_missing(vote, text):
    assert vote().text == text


@pytest.mark.parametrize(
    "call",
    [
        lambda: validity.general_vote(14, 15),
        lambda: validity.general_vote(14, -1),
        lambda: validity.general_vote(14, 10, 15),
        lambda: validity.admission_vote(14, 8, 9),
    ],
)
def test_impossible_figures_are_refused_in_chinese(call):
    with pytest.raises(ValueError, match="[一-龥]"):
        call()


def test_a_meeting_without_voters_is_never_quorate():
    assert validity.general_vote(0, 0).quorate is False


@pytest.mark.parametrize("seats, needed", [(1, 2), (3, 4), (4, 5), (5, 6), (6, 8), (7, 9), (10, 12)])
def test_a_fifth_more_candidates_than_seats_rounded_up(seats, needed):
    assert validity.candidates_needed(seats) == needed


@pytest.mark.parametrize("call", [validity.general_vote, validity.admission_vote])
def test_all_may_agree(call):
    assert call(7, 7, 7).passed and call(1, 1, 1).quorate
    with pytest.raises(ValueError, match="赞成票8张"):
        call(7, 7, 8)

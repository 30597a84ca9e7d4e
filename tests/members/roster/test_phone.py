"""Phone numbers: what a roster writes is read into one spelling, what reaches nobody is refused. All are invented."""

import pytest

from members.roster.phone import WRONG, parse_phone


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("19900000001", "19900000001"),
        (19900000001.0, "19900000001"),
        (" 199 0000-0001 ", "19900000001"),
        ("１９９００００００１１", "19900000011"),
        ("+86 199 0000 0001", "19900000001"),
        ("0571-88886666", "0571-88886666"),
        ("（0571）8888666", "0571-8888666"),
        ("010 88886666", "010-88886666"),
        ("021-88886666-12", "021-88886666-12"),
        ("0571-88886666转8012", "0571-88886666-8012"),
        ("", ""),
        (None, ""),
        ("无", ""),
        ("—", ""),
    ],
)
def test_a_number_is_brought_to_one_spelling(given, kept):
    assert parse_phone(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "123",
        123,
        "88886666",
        "1990000000",
        "199000000011",
        "12900000001",
        "0571-888",
        "见名册",
        "19900000001、19900000002",
    ],
)
def test_what_is_no_number_of_a_phone_is_refused_without_being_repeated(given):
    with pytest.raises(ValueError) as refusal:
        parse_phone(given)
    assert str(refusal.value) == WRONG and str(given) not in WRONG

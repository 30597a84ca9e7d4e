"""The identity number. All numbers are invented: area codes beginning with 99 do not exist."""

import datetime

import pytest

from members.roster import identity

GOOD = "99533119960520204X"


def made(first17):
    return first17 + identity.check_character(first17)


def test_the_published_example_of_the_standard_has_its_check_character():
    assert identity.check_character("11010519491231002") == "X"  # the example printed in GB 11643


@pytest.mark.parametrize(
    "given",
    [GOOD, GOOD.lower(), " 995331 19960520 204x ", "９９５３３１１９９６０５２０２０４Ｘ", "'" + GOOD],
)
def test_a_number_is_brought_to_one_form(given):
    assert identity.parse_identity(given) == GOOD


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (110105194912310021, "设为文本"),
        (1.1010519491231e17, "设为文本"),
        ("1.10105E+17", "设为文本"),
        ("1.1010519491231E+17", "设为文本"),
        (GOOD[:-1] + "1", "校验码"),
        (GOOD[:17], "18 位"),
        ("1" * 15, "15 位"),
        (made("99533119961320204"), "不是有效日期"),
        (made("99533118960520204"), "合理范围"),
        (made("99533120960520204"), "合理范围"),
        ("99533119960520A04X", "17 位数字"),
        ("", "没有填写"),
        (None, "没有填写"),
    ],
)
def test_a_wrong_number_is_refused_without_repeating_it(given, says):
    with pytest.raises(ValueError, match=says) as caught:
        identity.parse_identity(given, today=datetime.date(2026, 11, 24))
    assert "99533119" not in str(caught.value)


def test_any_changed_digit_is_found():
    for place in range(17):
        changed = GOOD[:place] + str((int(GOOD[place]) + 1) % 10) + GOOD[place + 1 :]
        with pytest.raises(ValueError):
            identity.parse_identity(changed)


def test_birth_date_and_sex_stand_in_the_number():
    assert identity.birth_date(GOOD) == datetime.date(1996, 5, 20)
    assert identity.sex(GOOD) == "female"
    assert identity.sex(made("99533119960520203")) == "male"


def test_columns_that_disagree_are_notices():
    assert identity.disagreements(GOOD, sex_text="女", born=datetime.date(1996, 5, 20)) == []
    assert len(identity.disagreements(GOOD, sex_text="男", born=datetime.date(1996, 5, 21))) == 2


def test_masks_show_no_run_of_digits():
    assert identity.mask(GOOD) == "995***********204X"
    assert identity.mask_phone("13812345678") == "138****5678"
    assert identity.mask_phone("8123") == "****"
    assert identity.mask("123") == "***"

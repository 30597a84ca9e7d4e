"""The citizen identity number (GB 11643-1999): 18 characters, birth date in 7–14, order 15–17, check character 18.

python-stdnum knows its parts and its check character. Its look-up of the area code is not asked: areas were merged and
renamed, and old numbers stay valid.
"""

import datetime
import re
import unicodedata

from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from common import clock
from common.text import clean_text, fold

DAMAGED = "号码以数字形式存放，末几位已丢失，请把该列设为文本后重新填写。"


def normalise(value: object) -> str:
    """Return the number in NFKC, upper case, without blanks and hyphens; nothing is checked."""
    text = unicodedata.normalize("NFKC", clean_text(value)).upper().replace("Ⅹ", "X")
    return re.sub(r"[\s\-'’]", "", text)


def check_character(first17: str) -> str:
    """Return the check character (`0`–`9` or `X`) that belongs to 17 digits."""
    return ric.calc_check_digit(f"{first17}0")


def parse_identity(value: object, *, today: datetime.date | None = None) -> str:
    """Return the checked number, 17 digits and a digit or `X`.

    Raises ValueError when the cell held a number (a spreadsheet keeps 15 digits only), or the length, the
    characters, the birth date inside or the check character are wrong. The message never repeats the number.
    """
    if isinstance(value, int | float):
        raise ValueError(DAMAGED)
    number = normalise(value)
    if not number:
        raise ValueError("身份证号没有填写。")
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", number):
        raise ValueError(DAMAGED)
    if len(number) == 15 and number.isdigit():
        raise ValueError("这是 15 位旧号码，请填写 18 位公民身份号码。")
    if len(number) != 18:
        raise ValueError(f"身份证号应为 18 位，现为 {len(number)} 位。")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise ValueError("身份证号只能由 17 位数字和末位数字或 X 组成。")
    born = birth_date(number)
    if not datetime.date(1900, 1, 1) <= born <= (today or clock.today()):
        raise ValueError("身份证号中的出生日期不在合理范围。")
    if check_character(number[:17]) != number[17]:
        raise ValueError("身份证号校验码不符，请核对。")
    return number


def birth_date(number: str) -> datetime.date:
    """Return the birth date inside a number of 18 characters; ValueError when it is no date."""
    try:
        return ric.get_birth_date(number)
    except InvalidComponent:
        raise ValueError("身份证号中的出生日期不是有效日期。") from None


def sex(number: str) -> str:
    """Return `male` or `female` by the parity of character 17."""
    return "male" if int(number[16]) % 2 else "female"


def disagreements(number: str, *, sex_text: str = "", born: datetime.date | None = None) -> list[str]:
    """Return notices (never errors) where columns beside the number say something else.

    sex_text: as written (`男`, `女`); born: the date of the column, or None.
    """
    notices = []
    written = {"男": "male", "男性": "male", "女": "female", "女性": "female"}.get(fold(sex_text))
    if written and written != sex(number):
        notices.append("性别与身份证号不一致，按表中所填保存。")
    if born and born != birth_date(number):
        notices.append("出生日期与身份证号不一致，按表中所填保存。")
    return notices


def mask(number: str) -> str:
    """Return `110***********0021`; anything shorter than 8 characters becomes stars only."""
    text = clean_text(number)
    return text[:3] + "*" * (len(text) - 7) + text[-4:] if len(text) >= 8 else "*" * len(text)


def mask_phone(number: str) -> str:
    """Return `138****5678`; short numbers keep their last two digits at most."""
    text = clean_text(number)
    if len(text) >= 11:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    return "*" * max(len(text) - 2, 0) + text[-2:] if len(text) > 4 else "*" * len(text)

"""Phone numbers as rosters write them, read into one spelling: a mobile, or a landline with its area code."""

import re

from common.text import fold, is_blank_mark

# Without an example: lists of errors mask whatever looks like a number.
WRONG = "电话号码应为 11 位手机号码，或者区号加号码的固定电话；一格只填一个。"
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)
# Area codes of three digits begin with 01 and 02, all others have four.
_LANDLINE = re.compile(r"(?:\+?86|0086)?(010|02\d|0[3-9]\d\d)(\d{7,8})(?:(?:转|分机|,|#)(\d{1,6}))?", re.ASCII)


def parse_phone(value: object) -> str:
    """Return the number as it is kept: `13800000000`, `0571-88886666` or `0571-88886666-12`; "" for an empty cell.

    Raises ValueError (Chinese, without the number) for anything else: what nobody can be reached by is a mistyped cell.
    """
    if is_blank_mark(value):
        return ""
    text = re.sub(r"['()·.]", "", fold(value))
    if mobile := _MOBILE.fullmatch(_joined(text)):
        return mobile[1]
    # A hyphen before a short tail is an extension; every other one says nothing.
    if landline := _LANDLINE.fullmatch(_joined(re.sub(r"(\d{7})[-–—](\d{1,6})$", r"\1转\2", text))):
        return "-".join(part for part in landline.groups() if part)
    raise ValueError(WRONG)


def _joined(text: str) -> str:
    return re.sub(r"[-–—]", "", text)

"""Numbers of people in running text: hidden where a text may be shown or kept, found where they do not belong (C45, C46).

A number is told by its length alone, whatever is wrong with it: nine digits and more, blanks, hyphens and points between
them, full-width or not, with at most two letters among them (a check character, a letter O typed for a zero). Dates and
times of day are no numbers of people.
"""

import re
import unicodedata

from stdnum.cn import ric

_LEAST = 9
_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DATE = rf"(?<!\d)(?:19|20)\d\d(?:[-./]\d{{1,2}}[-./]\d{{1,2}}|{_MONTH_AND_DAY})(?!\d)"
_BETWEEN = r"[\s\-.'’·–—_]{0,3}"
_NUMBER = rf"\d(?:{_BETWEEN}\d|[A-Za-z](?={_BETWEEN}[\dXx]))*(?:{_BETWEEN}[Xx](?![A-Za-z]))?"
_DIGIT = re.compile(r"\d")
_FOUND = re.compile(f"({_DATE})|({_NUMBER})")
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")
# An area, a day of birth, three digits and the check character.
_SHAPE = re.compile(rf"[1-9]\d{{5}}(?:19|20)\d\d{_MONTH_AND_DAY}\d{{3}}[\dXx]")
_PIECE = re.compile(r"[0-9A-Za-z]+")
_MOST_LETTERS = 3
_IDENTITY_LENGTH = 18
_IDENTITY_DIGITS = 14  # of 15 or 18 characters, one of them typed wrongly


def _plain(text: str) -> str:
    """Return the text with full-width digits, letters and blanks as plain ones, each at its place."""
    if text.isascii():
        return text
    narrow = (unicodedata.normalize("NFKC", letter) for letter in text)
    return "".join(new if len(new) == 1 else old for new, old in zip(narrow, text, strict=True))


def _numbers(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, digits and letters) of each number of a person in `text`."""
    if len(text) < _LEAST or len(_DIGIT.findall(unicodedata.normalize("NFKC", text))) < _LEAST:
        return []
    found = []
    for match in _FOUND.finditer(_plain(text)):
        if match[2] is None:
            continue
        kept = re.sub(r"[^0-9A-Za-z]", "", match[2])
        digits = sum(letter.isdigit() for letter in kept)
        if digits >= _LEAST and len(kept) - digits <= _MOST_LETTERS:
            found.append((match.start(2), match.end(2), kept))
    return found


def masked(text: str) -> str:
    """Return `text` with each number of a person as `110***********0021`: as long as typed, the first three and the last four
    characters left, and whatever stands between the digits.
    """
    return _masked(text, _numbers(text))


def identity_masked(text: str) -> str:
    """Return `text` with whole identity numbers masked as `masked` does; whatever else is long (keys, hashes) stays."""
    return _masked(text, _identities(text))


def _masked(text: str, numbers: list[tuple[int, int, str]]) -> str:
    if not numbers:
        return text
    letters = list(text)
    for start, end, kept in numbers:
        place = 0
        for at in range(start, end):
            if not unicodedata.normalize("NFKC", letters[at]).isalnum():
                continue
            if 3 <= place < len(kept) - 4:
                letters[at] = "*"
            place += 1
    return "".join(letters)


def holds_identity_number(text: str) -> bool:
    """Return whether a text holds a whole identity number: 18 characters of which the last checks the others.

    A number of another kind that is as long has no day of birth in its middle.
    """
    return bool(_identities(text))


def _identities(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, characters) of each identity number: a whole number, or so many pieces of one that lie together.

    Between blanks as between columns: in a row that was copied out of a table a running number or a telephone stands
    before it, and both look like one long number.
    """
    found = []
    for begin, end, _ in _numbers(text):
        pieces = [(begin + one.start(), begin + one.end()) for one in _PIECE.finditer(_plain(text[begin:end]))]
        for first, (start, _) in enumerate(pieces):
            kept = ""
            for _, stop in pieces[first:]:
                kept = re.sub(r"[^0-9A-Za-z]", "", _plain(text[start:stop]))
                if len(kept) >= _IDENTITY_LENGTH:
                    break
            if _is_identity(kept):
                found.append((start, stop, kept))
    return found


def _is_identity(kept: str) -> bool:
    shaped = len(kept) == _IDENTITY_LENGTH and _SHAPE.match(kept) is not None
    return shaped and bool(ric.calc_check_digit(kept[:17]) == kept[17].upper())


def stray(text: str) -> str:
    """Return what a free text holds that belongs into a column of its own: `证件号码`, `手机号码` or ""."""
    for _, _, kept in _numbers(text):
        if _MOBILE.fullmatch(kept):
            return "手机号码"
        if sum(letter.isdigit() for letter in kept) >= _IDENTITY_DIGITS:
            return "证件号码"
    return ""

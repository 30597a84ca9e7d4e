"""Answers of a collection: read what was typed, add it up."""

import re
from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError

from common.text import clean_text, fold, parse_date, quoted
from responsibilities.collects.models import CollectField, FieldKind

_NUMBER = re.compile(r"^-?\d{1,12}(\.\d{1,4})?$")
_DIGITS = re.compile(r"^-?\d+(\.\d+)?$")
LONGEST = 500


def plain_answer(field: CollectField, value: str) -> str:
    """Return what was typed as it is kept: 12, 2026-11-24, 是; "" for nothing.

    field: a CollectField (not a file). Raises ValidationError with one sentence.
    """
    text = clean_text(value)
    if not text:
        if field.required:
            raise ValidationError(f"请填写{field.label}。")
        return ""
    if len(text) > LONGEST:
        raise ValidationError(f"最多填写 {LONGEST} 字。")
    if field.kind == FieldKind.NUMBER:
        number = fold(text).replace(",", "")
        if _DIGITS.match(number) and not _NUMBER.match(number):
            raise ValidationError(f"{quoted(text[:20])}位数太多，请核对。")
        if not _NUMBER.match(number):
            raise ValidationError(f"{quoted(text[:20])}不是数字，请填写数字，如 12 或 3.5。")
        return number_text(Decimal(number))
    if field.kind == FieldKind.DATE:
        try:
            return parse_date(text).isoformat()
        except ValueError as error:
            raise ValidationError(str(error)) from None
    if field.kind == FieldKind.CHOICE and text not in field.options:
        raise ValidationError("请从选项中选择。")
    return text


def number_text(number: Decimal | int) -> str:
    """Return a Decimal without trailing zeros: 12, 3.5, 0."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def added_up(field: CollectField, answers: Iterable[str]) -> str:
    """Return what the answers of one field come to, in words.

    answers: the kept texts, "" where nothing was answered. Numbers are summed, choices counted in the order of the
    options, dates given from first to last, texts and files counted. No answer at all is "", never 0.
    """
    given = [text for text in answers if text]
    if not given:
        return ""
    if field.kind == FieldKind.NUMBER:
        return number_text(sum(Decimal(text) for text in given))
    if field.kind == FieldKind.CHOICE:
        return "；".join(f"{option} {given.count(option)}" for option in field.options if option in given)
    if field.kind == FieldKind.DATE:
        first, last = min(given), max(given)
        return first if first == last else f"{first} 至 {last}"
    return f"{len(given)} 份"

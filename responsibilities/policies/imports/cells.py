"""What the cells of a catalogue say: each reader returns a value, or raises ValueError with a sentence (report.Cells.take)."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from branches.places.models.organisations import Kind
from branches.places.vocabulary import parse_organisation_kind
from common import clock
from common.tabular.words import split_names, unknown_word
from common.text import cell_text, fold, is_blank_mark, parse_date, text_of
from members.activities.models import BuildingField
from members.activities.vocabulary import parse_activity_kinds
from responsibilities.policies.models import ADDRESSABLE, YIELDS, PolicySeat, Trigger
from responsibilities.policies.words import MOST_YIELDS, WRONG_DAYS, days_of, parts_of, seat_of, yield_of

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_BUILDING = {fold(field.label): field.value for field in BuildingField} | {
    fold(field.label.removesuffix("建设")): field.value for field in BuildingField
}
_TRIGGERS = {fold(trigger.label): trigger.value for trigger in Trigger} | {
    "按月": Trigger.MONTH,
    "月度": Trigger.MONTH,
    "按季": Trigger.QUARTER,
    "每季": Trigger.QUARTER,
    "季度": Trigger.QUARTER,
    "半年": Trigger.HALF,
    "年度": Trigger.YEAR,
    "按需": Trigger.MANUAL,
    "不定期": Trigger.MANUAL,
}


def filled(name: str, most: int) -> Callable[[Any], str]:
    """Return a reader of a text that must not be empty."""
    read = text_of(most)

    def parse(value: Any) -> str:
        text = read(value)
        if not text:
            raise ValueError(f"{name}没有填写。")
        return text

    return parse


def past_day(value: Any) -> date:
    """Return the day of issue, which is not to come."""
    if is_blank_mark(value):
        raise ValueError("印发日期没有填写。")
    day = parse_date(value)
    if day > clock.today():
        raise ValueError("印发日期不能晚于今天。")
    return day


def building(value: Any) -> str:
    """Return the field of Party building, "" where the cell says nothing."""
    if is_blank_mark(value):
        return ""
    found = _BUILDING.get(fold(value))
    if found is None:
        raise unknown_word("所属方面", value, BuildingField.labels)
    return found


def addressed(value: Any) -> list[str]:
    """Return the kinds of organisation that a policy addresses: 「党总支、党支部」, 「各党支部」; none where it says nothing."""
    if is_blank_mark(value):
        return []
    kinds = [parse_organisation_kind(re.sub(r"^(?:各级?|全体|所有)", "", name)) for name in split_names(value)]
    if wrong := [kind for kind in kinds if kind not in ADDRESSABLE]:
        raise ValueError(f"制度不适用于{Kind(wrong[0]).label}，可填：{'、'.join(kind.label for kind in ADDRESSABLE)}。")
    return list(dict.fromkeys(kinds))


def trigger(value: Any) -> tuple[str, list[str]]:
    """Return (Trigger, kinds of record that begin a run): a period, 「需要时」, or the kinds themselves; ("", []) for nothing."""
    if is_blank_mark(value):
        return "", []
    found = _TRIGGERS.get(fold(value))
    if found is not None and found != Trigger.RECORD:
        return found, []
    try:
        kinds = [] if found else list(parse_activity_kinds(value))
    except ValueError:
        labels = [label for code, label in Trigger.choices if code != Trigger.RECORD]
        raise unknown_word("何时启动程序", value, labels) from None
    if not kinds:
        raise ValueError("由记录启动的，请写是哪类记录，如支委会。")
    return Trigger.RECORD, kinds


def seat(value: Any) -> str:
    """Return the seat that has a step, "" where the cell says nothing."""
    if is_blank_mark(value):
        return ""
    found = seat_of(cell_text(value))
    if not found:
        raise unknown_word("由谁办理", value, PolicySeat.labels)
    return found


def days(value: Any) -> int | None:
    """Return within how many working days, None where the cell says nothing: 5, 5个工作日."""
    if is_blank_mark(value):
        return None
    found = days_of(cell_text(value))
    if found is None:
        raise ValueError(WRONG_DAYS)
    return found


def yields(value: Any) -> list[str]:
    """Return what a step yields: documents, decisions, kinds of record."""
    if is_blank_mark(value):
        return []
    found = []
    for part in parts_of(cell_text(value)):
        if not (code := yield_of(part)):
            raise unknown_word("形成什么", part, YIELDS.values())
        found.append(code)
    if len(dict.fromkeys(found)) > MOST_YIELDS:
        raise ValueError(f"一步最多形成 {MOST_YIELDS} 样，任一样即办结。")
    return list(dict.fromkeys(found))


def planned(value: Any) -> int | None:
    """Return the share in time that a rule asks, None without one: 90, 90%, 0.9, 按期办结率不低于 90%.

    A number of a workbook up to one is a percentage of it.
    """
    if is_blank_mark(value):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1:
        return round(value * 100)
    found = _NUMBER.findall(fold(value))
    if len(found) != 1 or not 1 <= float(found[0]) <= 100:
        raise ValueError("应达比例在 1 至 100 之间。")
    if float(found[0]) != int(float(found[0])):
        raise ValueError("应达比例请写整数，如 90。")
    return int(float(found[0]))

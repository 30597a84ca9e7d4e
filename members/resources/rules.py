"""Decisions about sharing that need no database: when two uses get in each other's way, and the words of refusals."""

from datetime import date, time

from common import clock
from common.text import quoted

NOT_OWN = "本人登记的事项由他人审定。"
FULL = "名额已满。"
NOT_PLANNED = "这次活动不再是计划中的活动，不能再报名。"
CLOSED = "这次邀约已经结束。"
DAY_PASSED = "活动日期已过，不能再同意参加；实际参加了的，请在记录中补上共同举办。"

# A record that names one of these was not held at a place that could be lent.
ONLINE = ("线上", "网上", "在线", "云会议", "视频会议", "腾讯会议", "钉钉")


def is_room(name: str) -> bool:
    """Whether a name may be that of a place to share: 线上会议 is none."""
    return not any(word in name for word in ONLINE)


def overlap(first: tuple[time | None, time | None], second: tuple[time | None, time | None]) -> bool:
    """Return whether two spans (start, end) of one day share a moment; without a start it is the whole day, without an end
    the rest of it. One that begins when the other ends does not.
    """
    (start, end), (other_start, other_end) = first, second
    return (start or time.min) < _end(other_start, other_end) and (other_start or time.min) < _end(start, end)


def _end(start: time | None, end: time | None) -> time:
    return end if start is not None and end is not None else time.max


def taken_words(name: str, place: str, start: time | None, end: time | None) -> str:
    """Return 「三楼会议室当天 14:00—16:00 已由甲处党支部使用。」"""
    if start is None:
        return f"{name}当天已由{place}使用。"
    until = f"—{end:%H:%M}" if end is not None else "起"
    return f"{name}当天 {start:%H:%M}{until} 已由{place}使用。"


def too_small_words(capacity: int | None, expected: int) -> str:
    """Return 「容纳 40 人，应到 52 人。」, "" where there is room or nobody knows."""
    return f"容纳 {capacity} 人，应到 {expected} 人。" if capacity is not None and expected > capacity else ""


def past_words(until: date) -> str:
    """Return 「报名已于11月20日截止。」"""
    return f"报名已于{clock.in_words(until)}截止。"


def not_offered_words(name: str) -> str:
    """Return why something cannot be asked for that is no longer shared, or not with the one who asks."""
    return f"{quoted(name)}没有向本组织开放，或者已经停用。"


def dates_wrong(until: date, day: date) -> str:
    """Return what is wrong with the last day to join a record of `day`, or ""."""
    if until < clock.today():
        return "报名截止不能早于今天。"
    return "报名截止不能晚于活动日期。" if until > day else ""

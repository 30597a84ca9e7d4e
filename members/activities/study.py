"""Hours of study: what the times of records are worth, for a member, a duty and a cadre's record alike (mechanisms I-2)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from branches.settings import dated as dated_settings
from branches.settings.dated import Timeline
from members.activities.models import ActivityKindCode

CAP = "study_day_cap"
# What a branch studies together, as its duty and those of its members count it.
STUDY_KINDS = (
    ActivityKindCode.THEME_DAY,
    ActivityKindCode.LECTURE,
    ActivityKindCode.TRAINING,
    ActivityKindCode.ASSEMBLY,
)


def cap_line() -> Timeline:
    """Return the timeline of the setting, for `credited`; one statement."""
    return dated_settings.timeline(CAP)


def credited(lengths: Iterable[tuple[date, float | None]], line: Timeline) -> list[float | None]:
    """Return for each (day, hours) in order the hours it is worth: of one day never more than the cap; unknown stays None."""
    used: dict[date, float] = defaultdict(float)
    found: list[float | None] = []
    for day, hours in lengths:
        if hours is None:
            found.append(None)
            continue
        worth = min(hours, max(0.0, float(dated_settings.at(line, day)) - used[day]))
        used[day] += worth
        found.append(worth)
    return found


def tenths(hours: float) -> str:
    """Return hours as they are written, in full tenths: 23 h 59 min are 23.9."""
    return f"{round(hours * 60) * 10 // 60 / 10:g}"


def too_long(hours: float | None, line: Timeline, day: date) -> str:
    """Return the sentence about a record that is longer than a day may count, or ""."""
    if hours is None or hours <= (cap := float(dated_settings.at(line, day))):
        return ""
    return f"时长 {tenths(hours)} 小时，一天最多计 {cap:g} 学时，请核对起止时间"

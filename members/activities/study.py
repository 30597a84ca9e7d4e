"""Hours of study: what a record is worth, for a member, a duty, a cadre's record and the dashboard alike (mechanisms I-2).

Everything is reckoned in whole minutes; `tenths` is the one place where they become hours.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from branches.settings import dated as dated_settings
from branches.settings.dated import Timeline
from members.activities.models import ActivityKindCode, Length

CAP = "study_day_cap"
CLASS_DAY = "class_day_hours"
# Kinds of record that may count as study; each has a switch of the agency.
STUDY_KINDS = (
    ActivityKindCode.THEME_DAY,
    ActivityKindCode.LECTURE,
    ActivityKindCode.TRAINING,
    ActivityKindCode.ASSEMBLY,
    ActivityKindCode.STUDY,
    ActivityKindCode.STUDY_GROUP,
)
SWITCHES: dict[str, str] = {kind.value: f"study_kind_{kind.value}" for kind in STUDY_KINDS}
KEYS = (CAP, CLASS_DAY, *SWITCHES.values())


@dataclass(frozen=True)
class StudyRules:
    """The agency's settings about hours of study, over time."""

    lines: Mapping[str, Timeline]

    def counts(self, kind: str, day: date) -> bool:
        """Return whether a record of `kind` counts as study on `day`."""
        key = SWITCHES.get(kind)
        return key is not None and dated_settings.at(self.lines[key], day) == 1

    def cap(self, day: date) -> int:
        """Return how many minutes of one day count at most."""
        return int(60 * dated_settings.at(self.lines[CAP], day))

    def minutes(self, length: Length) -> int | None:
        """Return how many minutes a record took, None where nobody knows.

        What was stated; else from start to end, on each of its days; else, of several days, so much as a day of a class is.
        """
        if length.minutes is not None:
            return length.minutes
        days = length.days
        return days * int(60 * dated_settings.at(self.lines[CLASS_DAY], length.day)) if days > 1 else None


def study_rules() -> StudyRules:
    """Return the settings about hours of study; one statement."""
    return StudyRules(dated_settings.timelines(KEYS))


def credited(lengths: Iterable[Length], rules: StudyRules) -> list[int | None]:
    """Return for each record in order the minutes it is worth: of one day never more than the cap; unknown stays None.

    What takes several days is spread over them evenly, the first days taking the odd minutes.
    """
    used: dict[date, int] = defaultdict(int)
    found: list[int | None] = []
    for length in lengths:
        whole = rules.minutes(length)
        if whole is None:
            found.append(None)
            continue
        worth = 0
        for day, minutes in length.spread(whole):
            part = min(minutes, max(0, rules.cap(day) - used[day]))
            used[day] += part
            worth += part
        found.append(worth)
    return found


def tenths(minutes: int) -> str:
    """Return minutes as hours are written, in full tenths: 23 h 59 min are 23.9."""
    return f"{minutes * 10 // 60 / 10:g}"


def too_long(length: Length, rules: StudyRules) -> str:
    """Return the sentence about a record that is longer than its days may count, or ""."""
    minutes = rules.minutes(length)
    cap = rules.cap(length.day)
    if minutes is None or minutes <= cap * length.days:
        return ""
    many = f"{length.days} 天" if length.days > 1 else ""
    return f"{many}时长 {tenths(minutes)} 小时，一天最多计 {tenths(cap)} 学时，请核对起止时间"


def shows_hours(kinds: Collection[str], length: Length) -> bool:
    """Return whether a record says hours of study: its length is known, and one of its kinds is study on its day.

    One statement, none where the answer needs no setting.
    """
    if length.minutes is None or not SWITCHES.keys() & set(kinds):
        return False
    return bool(study_kinds_on(kinds, length.day, study_rules()))


def study_kinds_on(kinds: Collection[str], day: date, rules: StudyRules) -> list[str]:
    """Return those of `kinds` that count as study on `day`."""
    return [kind for kind in kinds if rules.counts(kind, day)]

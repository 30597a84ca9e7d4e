"""What a new value of a setting changes of what is owed, reckoned before it is set."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import F

from branches.places.models.organisations import Kind, Organisation
from branches.settings import dated
from branches.settings.dated import KNOWN
from common import clock
from common.periods import HALF, MONTH, QUARTER, YEAR, Period
from members.activities.models import COUNTING_STATES, Activity, ActivityHost, Length
from members.activities.study import CAP, KEYS, study_rules
from members.roster.models.members import Member
from members.roster.retention import KEPT, kept_until, left_as
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.requirement import Requirement
from responsibilities.requirements.rules import LIVE_RULES, RequirementRule
from responsibilities.requirements.selectors import requirements

_EVERY = {MONTH: "每月", QUARTER: "每季度", HALF: "每半年", YEAR: "每年"}
_COUNTED = {
    Kind.PARTY_GROUP: "党组",
    Kind.COMMITTEE: "机关党委",
    Kind.GENERAL_BRANCH: "党总支",
    Kind.BRANCH: "党支部",
    Kind.SMALL_GROUP: "党小组",
}
_NO_CHANGE = "按现在的党组织和名册，应办事项没有变化。"
# Settings that concern every rule, not one row.
_OF_ALL = ("founding_share", "due_soon_days")


@dataclass(frozen=True)
class _Pair:
    before: Requirement
    after: Requirement


def consequences(key: str, value: Decimal, since: date) -> list[str]:
    """Return sentences about what changes from `since` on, the reckoned ones first; never empty."""
    rules = [row for row in LIVE_RULES if key in row.settings]
    if rules or key in _OF_ALL:
        return _of_requirements(key, value, since, rules or list(LIVE_RULES)) or [_NO_CHANGE]
    return _of_records(key, value, since)


def _of_requirements(key: str, value: Decimal, since: date, rules: Sequence[RequirementRule]) -> list[str]:
    line = dated.timeline(key)
    instead = {key: dated.with_value(line, since, value)}
    year = Period(YEAR, since.year if (since.month, since.day) == (1, 1) else since.year + 1)
    # What is judged by days, not by the value of a period's beginning, shows today.
    span = Period.containing(YEAR, clock.today()) if key == "due_soon_days" else year
    before = {(*row.key, row.person): row for row in requirements(span, rules=rules)}
    after = {(*row.key, row.person): row for row in requirements(span, rules=rules, instead=instead)}
    # Of what another subject counts no row stands while nothing is asked for: then it stands as nothing beside the other.
    before |= {name: replace(row, expected=0) for name, row in after.items() if name not in before and row.row.tally}
    after |= {name: replace(row, expected=0) for name, row in before.items() if name not in after and row.row.tally}
    pairs = [_Pair(before[name], row) for name, row in after.items() if name in before]
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    kinds = dict(Organisation.objects.values_list("pk", "kind"))
    found = []
    for rule in rules:
        mine = [pair for pair in pairs if pair.after.rule == rule.rule]
        found += _numbers(rule, mine, kinds, max(since, year.first)) + _dues(rule, mine, kinds)
    found += _owed_or_not(pairs) if key == "founding_share" else _states(pairs) if key == "due_soon_days" else []
    if gone or come:
        found.append(f"{span.label()}内到期的个人事项由 {len(before)} 项变为 {len(after)} 项")
    narrowing = [row for row in rules if row.narrowing_setting == key]
    return found + _narrowed(key, value, narrowing)


def named_places(ids: set[int], kinds: dict[int, str]) -> str:
    """Return 「14 个党支部」."""
    counted = Counter(kinds[pk] for pk in ids)
    return "、".join(f"{counted[kind]} 个{name}" for kind, name in _COUNTED.items() if counted[kind])


def _numbers(rule: RequirementRule, pairs: list[_Pair], kinds: dict[int, str], since: date) -> list[str]:
    """Return 「自 2027-01-01 起，14 个党支部每季度各多 1 项应办（党课）」 for each difference."""
    changed: dict[int, set[int]] = {}
    for pair in pairs:
        step = pair.after.expected - pair.before.expected
        if step and not rule.counts_members:
            changed.setdefault(step, set()).add(pair.after.organisation)
    return [
        f"自 {since:%Y-%m-%d} 起，{named_places(ids, kinds)}{_EVERY[rule.period]}各{'多' if step > 0 else '少'} "
        f"{abs(step)} 项应办（{rule.short}）"
        for step, ids in sorted(changed.items())
    ]


def _dues(rule: RequirementRule, pairs: list[_Pair], kinds: dict[int, str]) -> list[str]:
    changed: dict[tuple[date, date], set[int]] = {}
    for pair in pairs:
        if pair.before.due != pair.after.due and pair.after.applies:
            changed.setdefault((pair.before.due, pair.after.due), set()).add(pair.after.organisation)
    return [
        f"{named_places(ids, kinds)}的{pairs[0].after.period.year}年{rule.short}截止日期由 {before:%Y-%m-%d} 改为 {after:%Y-%m-%d}"
        for (before, after), ids in sorted(changed.items())
    ]


def _owed_or_not(pairs: list[_Pair]) -> list[str]:
    before = sum(pair.before.state == State.NOT_APPLICABLE for pair in pairs)
    after = sum(pair.after.state == State.NOT_APPLICABLE for pair in pairs)
    return [f"因存续天数等不计应办的由 {before} 项变为 {after} 项"] if before != after else []


def _states(pairs: list[_Pair]) -> list[str]:
    before = sum(pair.before.state == State.DUE_SOON for pair in pairs)
    after = sum(pair.after.state == State.DUE_SOON for pair in pairs)
    return [f"按今天的情况，临期的由 {before} 项变为 {after} 项"] if before != after else []


def _narrowed(key: str, value: Decimal, rules: list[RequirementRule]) -> list[str]:
    """Say what this year's records would come to, where a setting lets less count than the article names."""
    year = Period.containing(YEAR, clock.today())
    found = []
    for rule in rules:
        line = dated.with_value(dated.timeline(key), year.first, value)
        before = sum(row.done for row in requirements(year, rules=[rule]))
        after = sum(row.done for row in requirements(year, rules=[rule], instead={key: line}))
        found.append(f"按今年已有的记录推算，{rule.short}已计入的由 {before} 人变为 {after} 人")
    return found


def _of_records(key: str, value: Decimal, since: date) -> list[str]:
    """Say what a number of days would have meant for the records of the last twelve months."""
    today, name = clock.today(), KNOWN[key].label.split("（")[0]
    first = today.replace(year=today.year - 1, day=min(today.day, 28))
    if key in KEPT.values():
        return _of_persons(key, int(value))
    words = f"自 {since:%Y-%m-%d} 起的记录按新值判定，以前的不变"
    if key == CAP:
        return [_longer(float(value), first, today), words]
    if key in KEYS:
        return [f"集中学习的学时{words}"]
    days = _days_taken(key, first, today)
    now = dated.whole(key)
    before, after = (sum(taken > limit for _, taken in days) for limit in (now, int(value)))
    places = {place for place, taken in days if (taken > now) != (taken > int(value))}
    whose = named_places(places, dict(Organisation.objects.filter(pk__in=places).values_list("pk", "kind")))
    found = f"按最近 12 个月的 {len(days)} 条{_RECORDS[key]}推算，超过{name}的由 {before} 条变为 {after} 条"
    return [f"{found}，涉及 {whose}" if whose else found, words]


def _longer(cap: float, first: date, last: date) -> str:
    """Say how many records of these days take longer than a day is to count, now and with another cap."""
    rows = Activity.objects.filter(day__range=(first, last), state__in=COUNTING_STATES)
    said, rules = [Length(*columns) for columns in rows.values_list(*Length.COLUMNS)], study_rules()
    lengths = [minutes / 60 / one.days for one in said if (minutes := rules.minutes(one)) is not None]
    before, after = (sum(hours > limit for hours in lengths) for limit in (dated.whole(CAP), cap))
    return f"按最近 12 个月的 {len(lengths)} 条有起止时间的记录推算，超过每天学时上限的由 {before} 条变为 {after} 条"


_RECORDS = {"grace_days": "记录", "resubmit_days": "退回后重新提交的记录", "host_confirm_days": "共同活动确认"}


def _days_taken(key: str, first: date, last: date) -> list[tuple[int, int]]:
    """Return (organisation, how many days it took) of each record: to be reported, to come back, to be confirmed by a host."""
    if key == "host_confirm_days":
        hosts = ActivityHost.objects.filter(
            confirmed_at__isnull=False, activity__submitted_at__isnull=False, activity__day__range=(first, last)
        )
        return [
            (place, (clock.day_of(confirmed) - clock.day_of(sent)).days)
            for place, confirmed, sent in hosts.values_list("organisation", "confirmed_at", "activity__submitted_at")
            if confirmed and sent
        ]
    rows = Activity.objects.filter(day__range=(first, last), submitted_at__isnull=False, state__in=COUNTING_STATES)
    if key == "grace_days":
        return [
            (place, (clock.day_of(sent) - day).days)
            for place, day, sent in rows.values_list("organisation", "day", "submitted_at")
            if sent
        ]
    back = rows.filter(returned_at__lt=F("submitted_at"))
    return [
        (place, (clock.day_of(sent) - clock.day_of(returned)).days)
        for place, returned, sent in back.values_list("organisation", "returned_at", "submitted_at")
        if returned and sent
    ]


def _of_persons(key: str, years: int) -> list[str]:
    """Say how many persons' data might be deleted today, by the value in force and by the new one."""
    words = [word for word, one in KEPT.items() if one == key]
    left = Member.objects.filter(left_as(*words), forgotten_on__isnull=True).values_list("left_on", flat=True)
    today, now = clock.today(), dated.whole(key)
    before, after = (sum(kept_until(day, limit) <= today for day in left if day) for limit in (now, years))
    return [f"按今天的名册推算，列入可以清除名单的由 {before} 人变为 {after} 人；清除仍须机关党委书记逐人确认"]

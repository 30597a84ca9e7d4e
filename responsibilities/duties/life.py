"""What founding, archiving and exemption leave of the periods of a duty, as they do of requirements (judgement 2.3 and 2.5)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from branches.places.models.organisations import Organisation
from branches.settings.dated import Timeline, at
from common.periods import Period
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.slot import DutySlot
from responsibilities.requirements import reads
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID
from responsibilities.requirements.spans import ALWAYS, freed, long_enough

# These count things that happened, each with a day of its own, or rows that were judged already.
_OF_THINGS = frozenset({"requirements", "stages", "minuted", "led", "terms", "supervisions", "lists"})
# {(organisation id, rule): [(first day, last day, reason)]}
Exempt = Mapping[tuple[int, str], Sequence[tuple[date, date, str]]]


def of_periods(duty: Duty) -> bool:
    """Whether a duty is owed for each period that its organisation lived; a member's goes with him, whatever his branch does."""
    return duty.source not in _OF_THINGS and duty.list.level != Level.MEMBER


def exemptions(duties: Iterable[Duty]) -> Exempt:
    """Return what the organisations of these duties are exempt from in their years, in one statement."""
    asked = [duty for duty in duties if of_periods(duty) and _rules(duty)]
    if not asked:
        return {}
    years = {duty.list.year for duty in asked}
    days = (date(min(years), 1, 1), date(max(years), 12, 31))
    return reads.exempt_spans(reads.exemptions(days, {duty.list.organisation_id for duty in asked}))


def _rules(duty: Duty) -> list[str]:
    """The rules of a duty from which an organisation can be exempt."""
    return [rule for rule in duty.rule_ids if rule in REQUIREMENT_RULES_BY_ID]


def cut_to_life(duty: Duty, slot: DutySlot, *, met: bool, start: date, shares: Timeline, exempt: Exempt) -> None:
    """Take a slot's period out of what is owed where its organisation hardly lived in it, or was exempt; what was met stays.

    It is due on the organisation's last day at the latest: archiving it wipes nothing out. met: proved, or reported and
    not returned. start: from which day the organisation owes anything. shares: the setting founding_share.
    """
    if not slot.expected or not of_periods(duty):
        return
    try:
        period = Period.parse(slot.key)
    except ValueError:
        return
    place = duty.list.organisation
    last = place.archived_on or ALWAYS
    slot.due = min(slot.due, last)
    if met and last >= start:
        return
    share = Fraction(at(shares, period.first))
    why = _too_short(place, period, start, share) or _exempted(duty, period, share, exempt)
    if why:
        slot.expected, slot.done, slot.late, slot.unknown, slot.words, slot.text = 0, 0, 0, False, False, why


def _too_short(place: Organisation, period: Period, start: date, share: Fraction) -> str:
    first, last = place.founded or date.min, place.archived_on or ALWAYS
    if not long_enough(period, first, ALWAYS, share):
        return f"{first:%Y年%-m月%-d日}成立，当期不计"
    if not long_enough(period, max(first, start), last, share):
        return f"{last:%Y年%-m月%-d日}撤销，当期不计"
    return ""


def _exempted(duty: Duty, period: Period, share: Fraction, exempt: Exempt) -> str:
    """Return why a duty is exempt in a period, "" where it is not: each of its rules that can be is."""
    reasons = []
    for rule in _rules(duty):
        touching = [
            span
            for span in exempt.get((duty.list.organisation_id, rule), ())
            if span[0] <= period.last and span[1] >= period.first
        ]
        if not freed(period, [(first, last) for first, last, _ in touching], share):
            return ""
        reasons.append(touching[0][2])
    return f"已同意免予：{reasons[0]}" if reasons else ""

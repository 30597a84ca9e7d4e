"""Where a case stands: each step judged by the text in force on its day (发展党员工作细则, in force since 2026-05-11).

Pure: a CaseFile and a day in, a CaseStanding out. A step that was entered takes effect unless a stop stands on it; what it makes of
the person follows from that and is written by services/effects.py.
"""

from dataclasses import replace
from datetime import date

from common.periods import add_months
from members.development.ahead import due_of, first_day, on_paper, still_open
from members.development.checks import CHECKS, Asked, asks, carried, decisions_on
from members.development.file import CANCEL, CONTACT, EXTEND, INTRODUCER, PASSED, TO_FULL, CaseFile, Entry
from members.development.reached import Reached, last_entry
from members.development.spans import probation_of, reviews_of
from members.development.standing import (
    DONE,
    DONE_LATE,
    ENDED,
    PAPER,
    READY,
    SKIPPED,
    STOPPED,
    UNCOUNTED,
    CaseStanding,
    Fault,
    StepView,
)
from members.development.steps import STOP, TEXT_OF_2026, WARN, Check, Step, steps, until
from members.roster.models.members import MemberStage

PROBATION_MONTHS = 12
# Demands that speak of a limit; and those that say what was decided, which may be no.
_LIMITS, _DECISIONS = ("within", "reviewed"), ("passed", "voted")
# Entered by themselves where the people, papers or days say so.
_DERIVED = {"5", "6", "9", "21", "25"}


def judge(file: CaseFile, today: date) -> CaseStanding:
    """Return the CaseStanding of a case on `today`."""
    return _Judge(file, today).standing()


class _Judge:
    def __init__(self, file: CaseFile, today: date):
        self.file = file
        self.at = Reached(file, today, set(until(file.paper)) if file.paper else set())
        self.stood = self.at.stood

    def standing(self) -> CaseStanding:
        views = [self._view(step) for step in steps().values()]
        over = self.file.closed_on is not None
        if over:
            views = [self._ended(view) for view in views]
        standing = CaseStanding(views, self._stage(), self._since(), probation_ends=self.at.probation_ends, over=over)
        standing.joined_on = self.stood.get("15") if "17" in self.stood else None
        self._end(standing)
        return standing

    # ---- one step

    def _view(self, step: Step) -> StepView:
        view = self._judged(step)
        if view.stood:
            self.stood[step.key] = view.entry.day if view.entry else self._day_of(view)
        if step.key in ("15", "17", "23"):
            self._reckon_probation()
        return view

    def _ended(self, view: StepView) -> StepView:
        """What was not done of a case that is over is owed no more; a mistake until then stays one. Papers are filed after it (25)."""
        if view.stood or (view.step.key == "25" and view.state == READY and self._made_full()):
            return view
        if view.state in (STOPPED, UNCOUNTED):
            return replace(view, due=None, since=None, from_day=None)
        return StepView(view.step, ENDED, faults=view.faults, reviews=view.reviews)

    def _made_full(self) -> bool:
        vote = last_entry(self.file, "23")
        return "24" in self.stood and vote is not None and vote.vote is not None and vote.vote.about == TO_FULL

    def _day_of(self, view: StepView) -> date | None:
        return self.stood.get("8") if view.step.key == "8a" and view.state == SKIPPED else None

    def _judged(self, step: Step) -> StepView:
        entry = self._entry(step)
        if step.key in self.at.paper and entry is None:
            return StepView(step, PAPER)
        if self._passed_over(step):
            return StepView(step, SKIPPED)
        if step.key == "6":
            return reviews_of(self.at, step)
        if step.key == "21":
            return probation_of(self.at, step)
        if entry is None:
            return still_open(self.at, step)
        if self._spent(step, entry):
            view = still_open(self.at, step)
            return replace(view, faults=(*view.faults, *self._faults_of_extension(step, entry)))
        return self._entered(step, entry)

    def _passed_over(self, step: Step) -> bool:
        """What is not asked here: no general branch between, before 2026 no notice, no application where it was decided without."""
        if step.key == "15a":
            return not self.file.general_branch
        if step.key == "22":
            return self._entry(step) is None and self._decided_without_applying()
        filed = self.stood.get("8")
        return step.key == "8a" and filed is not None and filed < TEXT_OF_2026 and self._entry(step) is None

    def _decided_without_applying(self) -> bool:
        """Whether it was voted to extend a probation or to cancel it: until that is approved above nobody has to apply any more."""
        vote = last_entry(self.file, "23")
        if vote is None or vote.vote is None or vote.vote.about == TO_FULL:
            return False
        # An extension that was approved asks for an application of its own.
        extended = self.at.extension is not None and self.at.extension[0] is vote
        return not extended and self._entered(steps()["23"], vote).stood

    def _entry(self, step: Step) -> Entry | None:
        if step.key not in _DERIVED:
            return last_entry(self.file, step.key)
        kinds = {"5": CONTACT, "9": INTRODUCER}
        if step.key in kinds:
            serving = [one.starts for one in self.file.people if one.kind == kinds[step.key] and one.ends is None]
            # Named earlier than somebody is what they accompany, they accompany him from then on.
            days = [day for key in step.needs if (day := self.stood.get(key)) is not None]
            ready = all(key in self.stood for key in step.needs)
            return Entry(0, step.key, max([*serving, *days])) if serving and ready else None
        if step.key == "25" and self.file.documents and "24" in self.stood:
            return Entry(0, step.key, self.file.days.get("25", self.at.today))
        return None

    def _spent(self, step: Step, entry: Entry) -> bool:
        """A probation that was extended is decided on once more: what led to the extension was for that alone."""
        if self.at.extension is None:
            return False
        vote, approval = self.at.extension
        if step.key == "22":
            return last_entry(self.file, "23") is vote and entry.day <= vote.day
        if step.key == "23":
            return entry is vote
        return step.key in ("23a", "24") and entry.day <= approval.day

    def _faults_of_extension(self, step: Step, entry: Entry) -> list[Fault]:
        """What its approval came too late for, or went without, stays marked."""
        if step.key != "24" or self.at.extension is None:
            return []
        heard = last_entry(self.file, "23a")
        days = {"23": self.at.extension[0].day} | ({"23a": heard.day} if heard is not None else {})
        return [one for one in self._check_faults(step, entry, {**self.stood, **days}) if one.level == WARN]

    def _took(self, vote: Entry) -> Entry | None:
        """Return the approval of a vote on an extension that took effect, whatever stands open before it; None where it did not.

        To extend is decided by the assembly and approved above, as every decision at the end of a probation (第三十一、三十二条).
        """
        asked = Asked(self.file, vote, self.stood, self._ends_before(vote))
        checks = [one for one in steps()["23"].checks if one.check != "expired"]
        if vote.uncounted or self.file.approver or any(CHECKS[one.check](asked, one) for one in checks):
            return None
        decided = next((one for one in decisions_on(self.file, vote) if not one.uncounted), None)
        return decided if decided is not None and decided.result == PASSED else None

    def _entries(self, key: str) -> list[Entry]:
        return [one for one in self.file.entries if one.key == key]

    def _entered(self, step: Step, entry: Entry) -> StepView:
        if self.file.taken_over_on is not None and entry.day < self.file.taken_over_on and step.key in self.at.paper:
            return StepView(step, PAPER, entry)
        if entry.uncounted:
            return StepView(step, UNCOUNTED, entry, note=entry.uncounted)
        faults = [*self._order_faults(step, entry), *self._check_faults(step, entry)]
        stops = [one for one in faults if one.level == STOP and not one.settled]
        if stops:
            words = "".join(one.words for one in stops)
            # What has to be done again keeps its limit.
            due, since = due_of(self.at, step)
            # What was decided otherwise lacks nothing.
            said = f"{step.name}：" if all(one.decided for one in stops) else f"{step.name}未生效："
            note, first = f"{said}{words}{_next_of(step, entry)}", first_day(self.at, step)
            return StepView(step, STOPPED, entry, due=due, since=since, from_day=first, note=note, faults=tuple(faults))
        late = any(one.level == WARN for one in faults)
        return StepView(step, DONE_LATE if late else DONE, entry, faults=tuple(faults))

    def _order_faults(self, step: Step, entry: Entry) -> list[Fault]:
        """What has to stand before, and does not, or only since a later day."""
        needs = _needs_of(step, entry)
        missing = [key for key in needs if key not in self.stood]
        later = [key for key in needs if (day := self.stood.get(key)) is not None and day > entry.day]
        found = []
        if missing:
            names = "、".join(steps()[key].name for key in missing)
            found.append(f"须先办{names}。")
        if later:
            names = "、".join(f"{steps()[key].name}（{self.stood[key]:%Y-%m-%d}）" for key in later)
            found.append(f"早于{names}。")
        rule = step.rules[0] if step.rules else ""
        return [Fault(step.key, rule, STOP, words, entry.day, True, entry.excepted) for words in found]

    def _check_faults(self, step: Step, entry: Entry, stood: dict[str, date | None] | None = None) -> list[Fault]:
        asked = Asked(self.file, entry, self.stood if stood is None else stood, self.at.probation_ends)
        found = []
        for check in step.checks:
            if on_paper(self.at, check) or not asks(check, entry.day):
                continue
            if words := CHECKS[check.check](asked, check):
                settled = entry.excepted or (check.level == WARN and entry.explained)
                found.append(_fault(step, check, words, entry.day, settled=settled))
        return found

    # ---- what the probation is

    def _ends_before(self, entry: Entry) -> date | None:
        voted = self.stood.get("15")
        return add_months(voted, PROBATION_MONTHS) if voted is not None else None

    def _reckon_probation(self) -> None:
        """The probation runs from the vote of 15 for a year, and for the months of an extension that took effect (第三十一条)."""
        voted = self.stood.get("15")
        if voted is None:
            return
        months = PROBATION_MONTHS
        for one in self._entries("23"):
            if one.vote is not None and one.vote.about == EXTEND and (approval := self._took(one)):
                months += one.vote.months
                self.at.extension = (one, approval)
        self.at.probation_ends = add_months(voted, months)

    # ---- what the person is

    def _stage(self) -> MemberStage:
        for key, stage in (
            ("17", MemberStage.PROBATIONARY),
            ("8a", MemberStage.CANDIDATE),
            ("3", MemberStage.ACTIVIST),
        ):
            if key in self.stood:
                return stage
        return MemberStage.APPLICANT

    def _since(self) -> dict[MemberStage, date]:
        keys = {MemberStage.ACTIVIST: "3", MemberStage.CANDIDATE: "8a", MemberStage.PROBATIONARY: "15"}
        found = {stage: day for stage, key in keys.items() if (day := self.stood.get(key)) is not None}
        if "17" not in self.stood:
            found.pop(MemberStage.PROBATIONARY, None)
        return found

    def _end(self, standing: CaseStanding) -> None:
        """What the approval of 24 made: a full member, from the end of the probation or the vote; or none."""
        vote = last_entry(self.file, "23")
        if "24" not in self.stood or vote is None or vote.vote is None:
            return
        if vote.vote.about == TO_FULL:
            standing.outcome, standing.stage = "full", MemberStage.FULL
            standing.full_on = self.at.probation_ends if self.file.expiry_is_full else vote.day
            standing.approved_on = self.stood["24"]
            if standing.full_on is not None:
                standing.stage_since[MemberStage.FULL] = standing.full_on
        elif vote.vote.about == CANCEL:
            standing.outcome = "cancelled"


def _next_of(step: Step, entry: Entry) -> str:
    """Return what may be done after a vote that was not carried, "" after anything else."""
    if entry.vote is None or carried(entry.vote):
        return ""
    again = "可以再次召开党员大会讨论"
    return f"{again}，或讨论延长预备期、取消预备党员资格。" if step.key == "23" else f"{again}。"


def _needs_of(step: Step, entry: Entry) -> list[str]:
    """Return what has to stand before an entry: to extend a probation or to cancel it nobody has to have applied (第三十一、三十二条)."""
    full = entry.vote is None or entry.vote.about == TO_FULL
    return [key for key in step.needs if full or key not in step.only_full]


def _fault(step: Step, check: Check, words: str, day: date, *, settled: bool) -> Fault:
    late, decided = check.check in _LIMITS, check.check in _DECISIONS
    return Fault(step.key, check.rule, check.level, words, day, _mendable(check), settled, late, decided)


def _mendable(check: Check) -> bool:
    """A day that was missed stays missed; what is lacking can be brought."""
    return check.check not in ("within", "reviewed", "preceded")

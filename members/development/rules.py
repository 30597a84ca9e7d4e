"""Where a case stands: each step judged by the text in force on its day (发展党员工作细则, in force since 2026-05-11).

Pure: a CaseFile and a day in, a CaseStanding out. A step that was entered takes effect unless a stop stands on it; what it makes of
the person follows from that and is written by services/effects.py.
"""

from dataclasses import replace
from datetime import date, timedelta

from common.periods import add_months
from members.development.checks import CHECKS, Asked, asks, carried, decisions_on, listing_from, put_off_until
from members.development.file import CANCEL, CONTACT, EXTEND, INTRODUCER, PASSED, TO_FULL, CaseFile, Entry
from members.development.standing import (
    DONE,
    DONE_LATE,
    DUE_SOON,
    ENDED,
    LATER,
    NOT_DUE,
    OVERDUE,
    PAPER,
    READY,
    SKIPPED,
    STOPPED,
    UNCOUNTED,
    WAITING,
    CaseStanding,
    Fault,
    StepView,
)
from members.development.steps import STOP, TEXT_OF_2026, WARN, Check, Step, steps, until
from members.roster.models.members import MemberStage

# A due step is near within so many days, where nothing else is set (setting due_soon_days rules elsewhere; here the board says 15).
NEAR = 15
REVIEW_MONTHS, PROBATION_MONTHS = 6, 12
# Of a step that is open after the day until which it should have been done before the case was taken over.
PAST_LIMIT = "时限在接续前已过，以纸质材料为准。"
NO_APPLICATION = "还没有转正申请，只能讨论延长预备期或取消预备党员资格。"
# Demands that speak of a limit; and those that say what was decided, which may be no.
_LIMITS, _DECISIONS = ("within", "reviewed"), ("passed", "voted")
# Entered by themselves where the people, papers or days say so.
_DERIVED = {"5", "6", "9", "21", "25"}


def judge(file: CaseFile, today: date) -> CaseStanding:
    """Return the CaseStanding of a case on `today`."""
    return _Judge(file, today).standing()


def last_entry(file: CaseFile, key: str) -> Entry | None:
    """Return the entry that counts of a step: the latest."""
    return max((one for one in file.entries if one.key == key), key=lambda one: (one.day, one.pk), default=None)


class _Judge:
    def __init__(self, file: CaseFile, today: date):
        self.file, self.today = file, today
        self.paper = set(until(file.paper)) if file.paper else set()
        # Which steps have taken effect, and since when (None: on paper, the day is not known).
        self.stood: dict[str, date | None] = {}
        self.probation_ends: date | None = None
        # The vote that extended the probation, and its approval above.
        self.extension: tuple[Entry, Entry] | None = None

    def standing(self) -> CaseStanding:
        views = [self._view(step) for step in steps().values()]
        over = self.file.closed_on is not None
        if over:
            views = [self._ended(view) for view in views]
        standing = CaseStanding(views, self._stage(), self._since(), probation_ends=self.probation_ends, over=over)
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
        if step.key in self.paper and entry is None:
            return StepView(step, PAPER)
        if self._passed_over(step):
            return StepView(step, SKIPPED)
        if step.key == "6":
            return self._reviews(step)
        if step.key == "21":
            return self._probation(step)
        if entry is None:
            return self._open(step)
        if self._spent(step, entry):
            view = self._open(step)
            return replace(view, faults=(*view.faults, *self._faults_of_extension(step, entry)))
        return self._entered(step, entry)

    def _passed_over(self, step: Step) -> bool:
        """What is not asked here: no general branch between, and before 2026 no notice."""
        if step.key == "15a":
            return not self.file.general_branch
        filed = self.stood.get("8")
        return step.key == "8a" and filed is not None and filed < TEXT_OF_2026 and self._entry(step) is None

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
            return Entry(0, step.key, self.file.days.get("25", self.today))
        return None

    def _spent(self, step: Step, entry: Entry) -> bool:
        """A probation that was extended is decided on once more: what led to the extension was for that alone."""
        if self.extension is None:
            return False
        vote, approval = self.extension
        if step.key == "22":
            return last_entry(self.file, "23") is vote and entry.day <= vote.day
        if step.key == "23":
            return entry is vote
        return step.key in ("23a", "24") and entry.day <= approval.day

    def _faults_of_extension(self, step: Step, entry: Entry) -> list[Fault]:
        """What its approval came too late for, or went without, stays marked."""
        if step.key != "24" or self.extension is None:
            return []
        heard = last_entry(self.file, "23a")
        days = {"23": self.extension[0].day} | ({"23a": heard.day} if heard is not None else {})
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
        if self.file.taken_over_on is not None and entry.day < self.file.taken_over_on and step.key in self.paper:
            return StepView(step, PAPER, entry)
        if entry.uncounted:
            return StepView(step, UNCOUNTED, entry, note=entry.uncounted)
        faults = [*self._order_faults(step, entry), *self._check_faults(step, entry)]
        stops = [one for one in faults if one.level == STOP and not one.settled]
        if stops:
            words = "".join(one.words for one in stops)
            # What has to be done again keeps its limit.
            due, since = self._due(step)
            # What was decided otherwise lacks nothing.
            said = f"{step.name}：" if all(one.decided for one in stops) else f"{step.name}未生效："
            note, first = f"{said}{words}{_next_of(step, entry)}", self._first_day(step)
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
        asked = Asked(self.file, entry, self.stood if stood is None else stood, self.probation_ends)
        found = []
        for check in step.checks:
            if self._on_paper(check) or not asks(check, entry.day):
                continue
            if words := CHECKS[check.check](asked, check):
                settled = entry.excepted or (check.level == WARN and entry.explained)
                found.append(_fault(step, check, words, entry.day, settled=settled))
        return found

    def _on_paper(self, check: Check) -> bool:
        """Whether a limit had passed before the case was taken over: it rests on paper, neither proof nor fault."""
        since = self.stood.get(check.of) if check.check == "within" else None
        if since is None or self.file.taken_over_on is None:
            return False
        return add_months(since, check.months) < self.file.taken_over_on

    # ---- what is still to come

    def _open(self, step: Step) -> StepView:
        missing = {key for key in step.needs if key not in self.stood}
        if missing - set(step.only_full):
            return self._later(step)
        if (first := self._first_day(step)) is not None:
            note = self._waits_for(step, first)
            state = WAITING if step.key == "8a" else NOT_DUE
            return StepView(step, state, due=None, from_day=first, note=note, since=self._since_day(step))
        if step.key == "8a":
            return self._notice_view(step)
        due, since = self._due(step)
        view = StepView(step, READY) if due is None else self._dated(step, due, since)
        if missing:
            # Whoever does not apply can be kept on probation, or lose it (第三十一、三十二条).
            return replace(view, note=NO_APPLICATION)
        past = PAST_LIMIT if due is None and any(map(self._on_paper, step.checks)) else ""
        if step.key == "22" and due is None and self._ended_on_paper():
            past = f"预备期已于 {self.probation_ends:%Y-%m-%d} 满。"
        return replace(view, note=self._decided(step) or past)

    def _ended_on_paper(self) -> bool:
        """Whether the probation was over before the case was taken over: what should have been done then is nobody's delay here."""
        ends, over = self.probation_ends, self.file.taken_over_on
        return ends is not None and over is not None and self.extension is None and ends < over

    def _decided(self, step: Step) -> str:
        """What an approval at the end of a probation is to be of, where that is not admission."""
        vote = last_entry(self.file, "23")
        if step.key not in ("23a", "24") or vote is None or vote.vote is None or vote.vote.about == TO_FULL:
            return ""
        what = f"延长预备期 {vote.vote.months} 个月" if vote.vote.about == EXTEND else "取消预备党员资格"
        return f"{vote.day:%-m月%-d日}大会通过{what}。"

    def _later(self, step: Step) -> StepView:
        """What waits for another step; a limit runs all the same, from what has taken place."""
        due, since = self._due(step)
        if due is None or due >= self.today:
            return StepView(step, LATER)
        return StepView(step, LATER, due=due, since=since, faults=self._dated(step, due, since).faults)

    def _dated(self, step: Step, due: date, since: date | None) -> StepView:
        if due >= self.today:
            state = DUE_SOON if (due - self.today).days <= NEAR else NOT_DUE
            return StepView(step, state, due=due, since=since)
        late = (self.today - due).days
        limit = next((one for one in step.checks if one.check in ("within", "reviewed", "put_off")), None)
        rule = limit.rule if limit else (step.rules[0] if step.rules else "")
        words = f"{step.name}应在 {due:%Y-%m-%d} 前办理，已逾期 {late} 天。"
        fault = Fault(step.key, rule, WARN, words, due + timedelta(days=1), True, late=True)
        return StepView(step, OVERDUE, due=due, since=since, faults=(fault,) if limit else ())

    def _due(self, step: Step) -> tuple[date | None, date | None]:
        """Return (until when, counted from when) of a step that is open."""
        if step.key == "22":
            return (None, None) if self._ended_on_paper() else (self.probation_ends, self.stood.get("15"))
        for check in step.checks:
            if check.check == "put_off":
                until = put_off_until(self.file, self.stood, self.probation_ends, check)
                if until is not None:
                    return until, self.probation_ends
            since = self.stood.get(check.of) if check.check == "within" else None
            if since is not None and asks(check, self.today) and not self._on_paper(check):
                return add_months(since, check.months), since
        return None, None

    def _first_day(self, step: Step) -> date | None:
        """Return the first day on which a step may be done where that lies ahead, None where it may be done already."""
        day = self._ready_from(step)
        return day if day is not None and day > self.today else None

    def _ready_from(self, step: Step) -> date | None:
        """Return the first day on which a step that needs nothing else may be done, None where that is any day."""
        days = [
            add_months(since, check.months)
            for check in step.checks
            if check.check == "after" and (since := self.stood.get(check.of)) is not None
        ]
        if step.key == "23" and self.probation_ends is not None:
            days.append(self.probation_ends)
        notice = self.file.notice
        if step.key == "8a" and notice is not None and notice.last is not None:
            days.append(listing_from(notice.last))
        return max(days, default=None)

    def _since_day(self, step: Step) -> date | None:
        return next((self.stood.get(one.of) for one in step.checks if one.check == "after"), None)

    def _waits_for(self, step: Step, day: date) -> str:
        if step.key == "8a":
            notice = self.file.notice
            assert notice is not None and notice.last is not None
            return f"公示期至 {notice.last:%Y-%m-%d}，{day:%Y-%m-%d} 起可列为发展对象。"
        return f"{day:%Y-%m-%d} 起可以办理。"

    def _notice_view(self, step: Step) -> StepView:
        notice = self.file.notice
        if notice is None:
            return StepView(step, READY, note="先登记公示。")
        if notice.last is None:
            words = f"时限待定：{notice.posted.year}年节假日安排尚未收录。"
            return StepView(step, WAITING, note=words)
        return StepView(step, READY, note=f"公示期已满（至 {notice.last:%Y-%m-%d}），可列为发展对象。")

    # ---- what goes on by itself

    def _reviews(self, step: Step) -> StepView:
        """Reviews of an activist, every half year from 3 on until he is listed; time before a move counts (第十一、十二条)."""
        if "5" not in self.stood and "3" not in self.stood:
            return StepView(step, LATER)
        begun = self.stood.get("3") or self.file.taken_over_on
        if begun is None:
            return StepView(step, READY)
        listed = self._listed_on()
        owed = review_dues(self.file, begun, listed or self.today)
        faults = [fault for due, day in owed if (fault := self._late_review(due, day, listed or self.today))]
        if listed is not None:
            state = DONE_LATE if faults else DONE
            ran = tuple((due, day) for due, day in owed if day is not None or due < listed)
            return StepView(step, state, Entry(0, step.key, listed), faults=tuple(faults), reviews=ran)
        if "5" not in self.stood:
            return StepView(step, LATER, faults=tuple(faults), reviews=tuple(owed))
        due = next(due for due, day in owed if day is None)
        last = max((day for _, day in owed if day is not None), default=begun)
        # What the open one owes is among the faults already.
        return replace(self._dated(step, due, last), faults=tuple(faults), reviews=tuple(owed))

    def _late_review(self, due: date, day: date | None, last_day: date) -> Fault | None:
        if day is not None and day <= due or day is None and due >= last_day:
            return None
        words = f"半年考察应在 {due:%Y-%m-%d} 前进行，"
        words += f"迟 {(day - due).days} 天。" if day is not None else "没有进行。"
        return Fault("6", "dev-review-6m", WARN, words, due + timedelta(days=1), day is None, late=True)

    def _listed_on(self) -> date | None:
        """Return the day from which the person is 发展对象, by entries alone: 6 stands before 8a."""
        entry = last_entry(self.file, "8a")
        if entry is not None and "8a" not in self.paper:
            notice = self.file.notice
            over = notice is not None and notice.last is not None and entry.day > notice.last
            return entry.day if over or entry.day < TEXT_OF_2026 else None
        filed = last_entry(self.file, "8")
        if filed is not None and filed.day < TEXT_OF_2026:
            return filed.day
        return self.file.taken_over_on if "8a" in self.paper else None

    def _probation(self, step: Step) -> StepView:
        if "17" not in self.stood:
            return StepView(step, LATER)
        ends = self.probation_ends
        if ends is None:
            return StepView(step, READY)
        if ends <= self.today:
            return StepView(step, DONE, Entry(0, step.key, ends), due=ends)
        return StepView(step, NOT_DUE, due=ends, since=self.stood.get("15"))

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
                self.extension = (one, approval)
        self.probation_ends = add_months(voted, months)

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
            standing.full_on = self.probation_ends if self.file.expiry_is_full else vote.day
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


def review_dues(file: CaseFile, begun: date, last_day: date) -> list[tuple[date, date | None]]:
    """Return [(until when a half-yearly review was owed, when it took place or None)], up to the first one due after `last_day`.

    Half years run from the day of 3 (`begun`); of each one review is owed, which may come late (第十一条). What was owed before a case
    was taken over rests on paper.
    """
    found: list[tuple[date, date | None]] = []
    reviews = sorted(one for one in file.reviews if begun <= one <= last_day)
    kept_from = file.taken_over_on or begun
    number, start = 0, begun
    while not found or found[-1][1] is not None or found[-1][0] < last_day:
        number += 1
        due = add_months(begun, REVIEW_MONTHS * number)
        if due < kept_from:
            start = due
            continue
        day = next((one for one in reviews if one > start or (number == 1 and one == start)), None)
        reviews = [one for one in reviews if day is not None and one > day]
        found.append((due, day))
        start = due
    return found


def _fault(step: Step, check: Check, words: str, day: date, *, settled: bool) -> Fault:
    late, decided = check.check in _LIMITS, check.check in _DECISIONS
    return Fault(step.key, check.rule, check.level, words, day, _mendable(check), settled, late, decided)


def _mendable(check: Check) -> bool:
    """A day that was missed stays missed; what is lacking can be brought."""
    return check.check not in ("within", "reviewed", "preceded")

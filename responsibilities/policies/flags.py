"""What is wrong with a policy as a mechanism: derived from its procedure, its rule, its runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from common.periods import add_months
from responsibilities.policies.models import PolicyCheck, PolicyStep

NO_MECHANISM, IDLE, LATE, COMPLETE = "no_mechanism", "idle", "often_late", "complete"
FLAGS = {
    NO_MECHANISM: "制度有、机制无",
    IDLE: "有机制、未运行",
    LATE: "常逾期",
    COMPLETE: "机制齐全",
}
# What waits for whoever assigns work, beside the flags of a mechanism.
RUNS_LATE, UNNOTED = "runs_late", "unnoted"
OPEN_MATTERS = {RUNS_LATE: "有程序逾期", UNNOTED: "有组织逾期未知悉"}
# Days before a trial ends on which its steward is told.
TRIAL_WARNING = 60


@dataclass(frozen=True)
class Mechanism:
    """What of a mechanism a version has. steps: in order; check: its assessment rule, None where there is none."""

    steps: Sequence[PolicyStep]
    check: PolicyCheck | None

    @property
    def has_procedure(self) -> bool:
        return self.may_run and all(step.complete for step in self.steps)

    @property
    def may_run(self) -> bool:
        """Whether there is anything to run: a step that must be done."""
        return any(not step.optional for step in self.steps)

    @property
    def has_rule(self) -> bool:
        """Whether the rule asks anything: one of 0 %, as old ones may be, is met by whoever does nothing."""
        return self.check is not None and self.check.planned > 0

    @property
    def has_both(self) -> bool:
        return self.has_procedure and self.has_rule

    @property
    def lacks_of_rule(self) -> str:
        """「缺考核规则」「考核规则应达 0%，须改」, "" where the rule asks something."""
        if self.has_rule:
            return ""
        return "缺考核规则" if self.check is None else "考核规则应达 0%，须改"

    @property
    def lacks(self) -> str:
        """「缺程序」「程序不全」 and what lacks of the rule, joined; "" where nothing lacks."""
        words = [] if self.has_procedure else ["程序不全" if self.steps else "缺程序"]
        return "、".join(word for word in (*words, self.lacks_of_rule) if word)

    @property
    def total_days(self) -> int:
        """Working days of the whole procedure where each step is counted from the one before it."""
        total = longest = 0
        for step in self.steps:
            days = step.days or 0
            total = days if step.counted_from == "trigger" else total + days
            longest = max(longest, total)
        return longest


def flags_of(
    mechanism: Mechanism, *, in_force_from: date, idle_months: int, has_run: bool, in_time: int, due: int, today: date
) -> list[str]:
    """Return the flags of a policy in force, [COMPLETE] where nothing is wrong.

    idle_months: setting. has_run: whether its procedure was ever run. in_time, due: steps of the last twelve months.
    """
    found = [] if mechanism.has_both else [NO_MECHANISM]
    if mechanism.has_both and not has_run and add_months(in_force_from, idle_months) < today:
        found.append(IDLE)
    if due and in_time * 2 < due:
        found.append(LATE)
    return found or [COMPLETE]

"""Soft tasks (软任务): duties that nothing proves and that are due on no day. What they ask can be turned into an indicator."""

from collections.abc import Sequence

from django.db.models import Q

from responsibilities.duties.models import Duty, Level
from responsibilities.duties.templates import template, templates
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID
from responsibilities.requirements.rules import any_to_come as any_rule_to_come


def comes_later(key: str, rules: Sequence[str]) -> bool:
    """Whether each rule of a duty makes requirements whose records are still to come: then nothing of it can be shown yet."""
    line = template(key)
    if line is not None and line.alive_from:
        return True
    known = [REQUIREMENT_RULES_BY_ID.get(rule) for rule in rules]
    return bool(known) and all(row is not None and not row.alive for row in known)


def any_to_come() -> bool:
    """Whether the records of any duty still come with a later subject: only then is 尚未启用 offered as a choice."""
    return any_rule_to_come() or any(line.alive_from for level in Level for line in templates(level))


def is_soft(duty: Duty) -> bool:
    """Whether a duty has neither a proof that the system finds nor a day; not a member's own, nor one whose records are to come."""
    own = duty.list.level == Level.MEMBER
    return not (own or duty.source or duty.due or comes_later(duty.key, duty.rule_ids))


def soft(path: str = "") -> Q:
    """Return the condition of `is_soft` on rows of duties. path: leads from the filtered rows to them."""
    found = Q(**{f"{path}source": "", f"{path}due": ""}) & ~Q(**{f"{path}list__level": Level.MEMBER})
    later = [row.key for level in Level for row in templates(level) if comes_later(row.key, row.rules)]
    return found & ~Q(**{f"{path}key__in": later})

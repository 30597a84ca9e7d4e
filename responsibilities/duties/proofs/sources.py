"""The table of proofs: key in `Duty.source` → the function that gives the slots of many duties at once.

A source takes (context, duties) and returns {duty id: [DutySlot]}; what it reads is in proofs/context.py. To add one: a
function in proofs/, a row here, its key in a template or in BY_HAND. A duty without source is reported in words, once for each period.
"""

from collections.abc import Callable, Mapping
from datetime import date

from branches.access.models import User
from common.text import quoted
from responsibilities.duties.models import BY_POLICY, Duty, Level
from responsibilities.duties.proofs import (
    caring,
    circulars,
    classes,
    development,
    dues,
    people,
    places,
    policies,
    records,
    study,
    tasks,
    transfers,
    votes,
    work,
)
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.proofs.scope import Known
from responsibilities.duties.slot import GONE, Slots, nothing_owed, period_slot, periods_of, was_gone
from responsibilities.duties.soft import comes_later
from responsibilities.duties.templates import template
from responsibilities.requirements.rule import DOCUMENTS, REMINDERS
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID

SOURCES: dict[str, Callable[[ProofContext, list[Duty]], Slots]] = {
    "activities": records.activities,
    "classes": classes.classes,
    "chaired": records.chaired,
    "lectures": records.lectures,
    "contact": records.contact,
    "debrief": records.debrief,
    "hours": study.hours,
    "attendance": people.attendance,
    "review": people.review,
    "talks": people.talks,
    "requirements": places.owed,
    "stages": work.stages,
    "minuted": work.minuted,
    "led": work.led,
    "terms": places.terms,
    "supervisions": places.supervisions,
    "lists": places.lists,
    "circulars": circulars.circulars,
    "transfers": transfers.transfers,
    "votes": votes.votes,
    "tasks": tasks.tasks,
    "development": development.development,
    "dues": dues.dues,
    "care": caring.care,
    "commitments": caring.commitments,
    BY_POLICY: policies.policies,
}
# The measures by which a scheme counts what proves them, beside what a slot says itself: each fault costs once.
SCORED_BY = {
    "care": ("care.answered",),
    "commitments": ("commitments.fulfilled",),
    "hours": ("education.hours",),
    "development": ("development.faults", "development.committee-faults"),
    "dues": ("dues.member-months", "dues.committee-faults"),
}
# No template names these: whoever writes a duty by hand chooses them.
BY_HAND = frozenset({BY_POLICY})
# These read what they count from the template of the duty; the others from its list and its rules.
FROM_TEMPLATE = frozenset(
    {
        "activities",
        "classes",
        "chaired",
        "lectures",
        "contact",
        "debrief",
        "hours",
        "attendance",
        "review",
        "talks",
        "minuted",
        "care",
        "votes",
    }
)
SOURCE_NAMES = {
    "activities": "活动记录",
    "classes": "培训班次的记录",
    "chaired": "本人主持的活动记录",
    "lectures": "党课记录的授课人",
    "contact": "联系支部的联系点指导记录",
    "debrief": "述职评议会记录",
    "hours": "活动记录的起止时间",
    "attendance": "所在支部的考勤",
    "review": "民主评议的考勤",
    "talks": "谈心谈话记录（只计时间和对象）",
    "requirements": "应办义务的完成情况",
    "stages": "四同步的各个环节",
    "minuted": "关联到业务研究、安排环节的党组会议记录",
    "led": "本人主持、参加的有关记录和本人下达的督查",
    "terms": "届次登记",
    "supervisions": "督查的销号情况",
    "lists": "已下达的责任清单",
    "circulars": "机关党委印发的季度通报",
    "transfers": "组织关系接转和外出登记",
    "votes": "选举和表决的考勤",
    "tasks": "决议落实的登记",
    "development": "发展党员的进程",
    "dues": "党费的收缴、使用和公布",
    "care": "走访慰问和谈心谈话的记录",
    "commitments": "承诺的公开和评定",
    BY_POLICY: "制度程序的办结情况",
}


# What the holder does instead of writing about it; whatever is not named here is proved by a record.
_STEPS = {
    "classes": "在党务干部中排培训班次，办完登记成记录",
    "stages": "补佐证",
    "minuted": "补佐证",
    "terms": "登记换届",
    "supervisions": "在督查中办理",
    "lists": "下达清单",
    "circulars": "印发通报",
    "development": "在发展党员中办理",
    "dues": "在党费中登记",
    "care": "登记走访",
    "commitments": "在承诺管理中公开和评定",
    "transfers": "由所在支部办理接转，或登记在当地报到",
    "tasks": "办结后由党组织在决议落实中登记",
    BY_POLICY: "按制度走完程序",
}
_BY_PAPER = {DOCUMENTS: "在对应的应办义务中登记文件", REMINDERS: "在对应的应办义务中发出提醒"}


def why_no_report(duty: Duty) -> str:
    """Return the sentence for whoever reports in words what the system proves: by what, and what to do instead."""
    step = _STEPS.get(duty.source, "登记记录")
    if duty.source == "requirements":
        rules = (REQUIREMENT_RULES_BY_ID.get(rule) for rule in duty.rule_ids)
        steps = [_BY_PAPER.get(row.proof, step) for row in rules if row is not None]
        step = "，或".join(dict.fromkeys(steps)) or step
    return f"这项责任由系统按{SOURCE_NAMES[duty.source]}认定，不需要文字报告，请{step}。"


def proved_by_system(duty: Duty) -> bool:
    """Whether the system finds the proof of this duty by itself."""
    return duty.source in SOURCES and (duty.source not in FROM_TEMPLATE or template(duty.key) is not None)


def proof_slots(
    duties: list[Duty],
    as_of: date,
    holders: Mapping[int, list[User]] | None = None,
    start: date = date.min,
    held_until: date | None = None,
    known: Known | None = None,
    *,
    narrow: bool = False,
) -> Slots:
    """Return {duty id: [DutySlot]} with what the system itself holds on `as_of`, before anything said about it.

    duties: list of Duty with list, its organisation, holder and member read. holders: {list id: [User]}, if known.
    start: the agency's start date. held_until: what came after that day proves nothing. known: what the caller has reckoned.
    narrow: see `duty_slots`.
    """
    found: Slots = {}
    for year in sorted({duty.list.year for duty in duties}):
        mine = [duty for duty in duties if duty.list.year == year]
        context = ProofContext(mine, year, as_of, holders, start, held_until=held_until, known=known, narrow=narrow)
        by_source: dict[str, list[Duty]] = {}
        for duty in mine:
            by_source.setdefault(duty.source if proved_by_system(duty) else "", []).append(duty)
        for source, rows in by_source.items():
            slots = SOURCES[source](context, rows) if source else _in_words(context, rows)
            for slot in (slot for mine in slots.values() for slot in mine if source in SCORED_BY):
                slot.rests_on = (*slot.rests_on, *SCORED_BY[source])
            found |= slots
    return found


def _subject_to_come(duty: Duty) -> str:
    """The subject with which the records of a duty come, "" where none is named: its requirement says 尚未启用 until then."""
    line = template(duty.key)
    if line is not None and line.alive_from:
        return line.alive_from
    rows = (REQUIREMENT_RULES_BY_ID[rule] for rule in duty.rule_ids if rule in REQUIREMENT_RULES_BY_ID)
    return next((row.alive_from for row in rows if not row.alive), "")


def _in_words(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each period, waiting for the holder's words."""
    found: Slots = {}
    for duty in duties:
        place = context.places[duty.list.organisation_id]
        slots = []
        for period, due in periods_of(duty):
            slot = period_slot(duty, period, due, words=True, text="系统没有这方面的数据，由责任人文字报告")
            if was_gone(place, period, due):
                slot.expected, slot.text = 0, GONE
            elif duty.list.level == Level.MEMBER and duty.key:
                # Nobody is made to write a report about himself (rules against formalism, oa-no-formalism).
                slot.expected, slot.text = 0, "系统暂无这方面的数据，不要求党员填报"
                slot.later = _subject_to_come(duty)
            elif comes_later(duty.key, duty.rule_ids):
                slot.later = _subject_to_come(duty)
                slot.expected, slot.text = 0, f"随{quoted(slot.later)}功能启用，目前不要求填报"
            slots.append(slot)
        found[duty.pk] = slots or nothing_owed(duty, "")
    return found

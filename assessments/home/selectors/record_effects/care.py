"""Which occasions of care a visit or a talk answers: a line for each, for whoever keeps the roster of the person's branch."""

from collections.abc import Collection
from datetime import date

from django.urls import reverse

from assessments.home.selectors.record_effects.effect import Effect
from common import clock
from common.operator import Actor
from members.care.selectors.answering import Answered, answered_by, will_answer


def care_lines(user: Actor, members: Collection[int], kinds: Collection[str], day: date) -> list[Effect]:
    """Return a line for each open occasion that an unsaved record answers."""
    return [_line(one, "提交后计入") for one in will_answer(user, members, kinds, day)]


def care_answered(user: Actor, activity: int, members: Collection[int], day: date) -> list[Effect]:
    """Return a line for each occasion that a saved record answers."""
    return [_line(one, "已计入") for one in answered_by(user, activity, members, day)]


def _line(one: Answered, mark: str) -> Effect:
    late = "，已过时限，按逾期走访计" if one.late else ""
    return Effect(
        "关怀",
        f"{one.name}：{one.what}",
        f"{clock.in_words(one.due)}前{late}",
        mark,
        "soon" if one.late else "ok",
        reverse("care_member", args=[one.member]),
        counts=True,
    )

"""What the pages of lower rooms say of links to business work."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context

from responsibilities.work.models import StageEvidence, WorkItem
from responsibilities.work.selectors.alone import registered_itself
from responsibilities.work.selectors.waiting import links_said
from responsibilities.work.stages import SyncPoint

register = template.Library()


@register.simple_tag(takes_context=True)
def with_links(context: Context, rows: Any) -> list[tuple[Any, list[Any]]]:
    """Return [(row, the links of its record)] of rows of the queue of reviews (members/reviews/selectors.py: Waiting)."""
    found = links_said(context["request"].user, [row.record.pk for row in rows])
    return [(row, found.get(row.record.pk, [])) for row in rows]


@register.simple_tag
def own_work(link: StageEvidence) -> str:
    """Return that the branch registered the work of a link itself, or "" (responsibilities/work/selectors/alone.py)."""
    return registered_itself(link)


@register.simple_tag
def works_once(pending: Sequence[tuple[WorkItem, SyncPoint]]) -> list[tuple[WorkItem, SyncPoint, int]]:
    """Return [(item, its first point, how many of its points wait)]: each item once, in the order of its first."""
    times = Counter(item.pk for item, _ in pending)
    first = {item.pk: (item, point) for item, point in reversed(pending)}
    return [(*first[pk], number) for pk, number in times.items()]

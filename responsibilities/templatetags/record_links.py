"""What the pages of lower rooms say of links to business work."""

from typing import Any

from django import template
from django.template import Context

from responsibilities.work.selectors.waiting import links_said

register = template.Library()


@register.simple_tag(takes_context=True)
def with_links(context: Context, rows: Any) -> list[tuple[Any, list[Any]]]:
    """Return [(row, the links of its record)] of rows of the queue of reviews (members/reviews/selectors.py: Waiting)."""
    found = links_said(context["request"].user, [row.record.pk for row in rows])
    return [(row, found.get(row.record.pk, [])) for row in rows]

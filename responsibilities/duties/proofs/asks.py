"""What a duty's template asks of a record that proves it."""

from responsibilities.duties.models import Duty
from responsibilities.duties.templates import template


def kinds_of(duty: Duty) -> tuple[str, ...]:
    """Return the codes of activities that prove a duty, from its template."""
    known = template(duty.key)
    return known.kinds if known else ()


def topic_of(duty: Duty) -> str:
    """Return the topic (a Topic) that a record must be about to prove a duty, "" for any."""
    known = template(duty.key)
    return known.topic if known else ""


def word_of(duty: Duty) -> str:
    """Return the word that a record must hold to prove a duty, "" for any."""
    known = template(duty.key)
    return known.word if known else ""

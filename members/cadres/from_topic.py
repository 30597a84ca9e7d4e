"""「由课题形成」: whatever a room above makes of a finding names the topic in its address (?topic=), and says so here once it is made."""

from typing import Any

from django.http import Http404

from common.operator import Actor
from common.requests import Request
from common.text import whole_number
from members.cadres.loaders import topic_for
from members.cadres.models import StudyTopic
from members.cadres.services.topics import topic_used


def topic_asked(request: Request) -> StudyTopic | None:
    """Return the topic that the address names, None without one. Raises Http404 for one that the reader may not see."""
    text = request.GET.get("topic", "")
    if not text:
        return None
    pk = whole_number(text)
    if pk is None:
        raise Http404
    return topic_for(request, pk)


def made_of(topic: StudyTopic | None, by: Actor, kind: str, thing: Any, name: str) -> None:
    """Note that something was made of a topic's finding, where one was named. kind: "policy", "practice", "target" or "campaign"."""
    if topic is not None:
        topic_used(by=by, topic=topic, about=f"{kind}/{thing.pk}", name=name)

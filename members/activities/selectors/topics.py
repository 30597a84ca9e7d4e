"""What a meeting of an upper level was about: the one definition that requirements and duties share."""

from datetime import date
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When

from members.activities.models import Activity, Topic
from members.activities.selectors.then import Then, corrected_since

# The words of a ledger's line that stand for a topic: a ledger has no column for topics.
WORDS = {
    Topic.GOVERNANCE: "从严治党",
    Topic.IDEOLOGY: "意识形态",
    Topic.PARTY_BUILDING: "党建",
    Topic.DEVELOPMENT: "积极分子",
    Topic.DUES_PUBLISHED: "公布",
}


def topics_of(records: QuerySet[Activity], as_of: date | None = None) -> dict[int, frozenset[str]]:
    """Return {record id: its topics} in one statement; records about none are left out.

    as_of: of a record that was corrected since, those of the version in force on that day (one statement more).

    The topics that were ticked; of an imported record, which has none ticked, those whose words its title or content holds
    (decisions 75).
    """
    imported = Q(origin="import", topics=[])
    named: dict[str, Any] = {
        f"says_{topic.value}": Case(
            When(imported & (Q(title__icontains=word) | Q(content__icontains=word)), then=Value(True)),
            default=Value(False),
        )
        for topic, word in WORDS.items()
    }
    found: dict[int, frozenset[str]] = {}
    rows = records.order_by().exclude(~Q(origin="import"), topics=[]).annotate(**named)
    for pk, ticked, *says in rows.values_list("pk", "topics", *named):
        topics = frozenset(ticked) | {topic.value for topic, said in zip(WORDS, says, strict=True) if said}
        if topics:
            found[pk] = topics
    if then := corrected_since(as_of):
        asked = set(records.order_by().filter(pk__in=[one.activity for one in then]).values_list("pk", flat=True))
        found |= {one.activity: _topics_then(one) for one in then if one.activity in asked}
    return found


def _topics_then(one: Then) -> frozenset[str]:
    if one.ticked or not one.imported:
        return one.ticked
    said = f"{one.title}\n{one.content}"
    return frozenset(topic.value for topic, word in WORDS.items() if word in said)

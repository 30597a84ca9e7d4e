"""What a correction changes of what counts: its reviewer is told, for nobody else looks at the record again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from common import clock
from common.text import quoted
from members.activities.models import (
    Activity,
    ActivityJudgement,
    ActivityKindCode,
    ActivityRevision,
    Resolution,
    RevisionState,
)


class Change(NamedTuple):
    """chip: a few words; text: the sentence."""

    chip: str
    text: str


def changes_that_count(records: Sequence[Activity]) -> dict[int, list[Change]]:
    """Return {record id: [Change]} of corrected records that wait for their review; three statements, none without any.

    Told are kinds that a correction makes valid, and deadlines of resolutions that had passed and are moved or gone.
    """
    ids = [record.pk for record in records if record.revised_at is not None]
    if not ids:
        return {}
    before: dict[int, dict[str, Any]] = {}
    versions = ActivityRevision.objects.filter(activity__in=ids, state=RevisionState.ACCEPTED).order_by("number")
    for pk, data in versions.values_list("activity_id", "data"):
        before[pk] = data
    judged: dict[int, list[ActivityJudgement]] = defaultdict(list)
    for row in ActivityJudgement.objects.filter(activity__in=list(before)).order_by("pk"):
        judged[row.activity_id].append(row)
    decided: dict[int, dict[str, date | None]] = defaultdict(dict)
    for pk, text, due in Resolution.objects.filter(activity__in=list(before)).values_list("activity", "text", "due"):
        decided[pk][text] = due
    found = {pk: [*_valid_now(data, judged[pk]), *_moved(data, decided[pk])] for pk, data in before.items()}
    return {pk: changes for pk, changes in found.items() if changes}


def _valid_now(before: dict[str, Any], judged: Sequence[ActivityJudgement]) -> Iterator[Change]:
    short = {
        (one["organisation"], one["kind"]): one.get("present")
        for one in before.get("judgements", ())
        if not one["valid"]
    }
    for row in judged:
        if row.valid and (row.organisation_id, row.kind) in short:
            kind, was = ActivityKindCode(row.kind).label, short[row.organisation_id, row.kind]
            yield Change(
                "更正后才达到法定人数",
                f"{kind}更正前到会 {was or 0} 人，不能计入；更正后 {row.present} 人，计入，请核对",
            )


def _moved(before: dict[str, Any], decided: dict[str, date | None]) -> Iterator[Change]:
    for row in before["resolutions"]:
        due = date.fromisoformat(row["due"]) if row["due"] else None
        if due is None or due >= clock.today() or row["done_on"]:
            continue
        now = decided.get(row["text"])
        if row["text"] not in decided:
            yield Change("删改了逾期的决议", f"逾期的决议{quoted(row['text'][:30])}（时限 {due}）更正后没有了，请核对")
        elif now is None or now > due:
            said = now.isoformat() if now else "没有"
            text = f"逾期的决议{quoted(row['text'][:30])}时限由 {due} 改为 {said}，请核对"
            yield Change("改了已过的时限", text)

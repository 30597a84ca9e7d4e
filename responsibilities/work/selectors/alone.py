"""Links for which a record, or the link itself, is read by itself and never confirmed in one go with others (judgement 3.5)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from branches.places.models.organisations import Kind
from common import clock
from common.operator import Actor
from members.activities.likeness import bare
from members.activities.models import Activity
from members.reviews.findings import Finding, Found
from responsibilities.work.models import StageEvidence, SyncStage
from responsibilities.work.rights import OWN_WORK
from responsibilities.work.selectors.waiting import links_said

# From so many stages on one record is read for each of them.
MANY_STAGES = 3


def registered_itself(link: StageEvidence) -> str:
    """Return that the branch registered the work of a link itself, with the day of that and the business date; else "".

    Work that somebody above arranged, or has taken in, was looked at by him; other work of its own a branch can register
    to fit a record.
    """
    item = link.stage.item
    if item.organisation_id != link.branch_id or item.organisation.kind not in OWN_WORK or item.weighs:
        return ""
    registered, day = clock.day_of(item.created), (link.milestone or link.stage).happened_on
    who = "本支部" if item.organisation.kind == Kind.BRANCH else "本党总支"
    dates = f"{registered:%m-%d} 登记，" + (f"业务日期 {day:%m-%d}" if day else "业务日期还没有登记")
    return f"{who}自行登记（{dates}）" + ("，事后登记" if day and registered > day else "")


def found_in_links(user: Actor, records: Sequence[Activity]) -> Found:
    """Return {record id: [Finding]} of what its links give to look at, each of which keeps it from acceptance in one go.

    user: whose review it is. At most two statements.
    """
    said = links_said(user, [record.pk for record in records])
    found: Found = defaultdict(list)
    for pk, links in said.items():
        if own := sum(1 for link in links if registered_itself(link)):
            text = f"关联的业务有 {own} 处由本支部自行登记，没有上级部署，请核对"
            found[pk].append(Finding("自行登记的业务", text, alone="关联了本支部自行登记的业务，请打开记录单独审核。"))
    for pk, text in _many(said).items():
        found[pk].append(Finding(text.removesuffix("，请核对"), text, alone=f"{text}，打开记录单独审核。"))
    return found


def confirmed_alone(links: Sequence[StageEvidence]) -> dict[int, str]:
    """Return {link id: why it is confirmed by itself} of links in the queue; at most two statements.

    Its sentence was written by hand, a branch registered the work itself, or its record serves many stages, whether they
    were linked with the record or later.
    """
    records = {link.activity_id for link in links if link.activity_id}
    said: dict[int, list[StageEvidence]] = defaultdict(list)
    rows = StageEvidence.objects.active().filter(activity__in=records).order_by("pk").select_related("stage")
    for link in rows if records else ():
        said[link.activity_id or 0].append(link)
    many = _many(said)
    found = {link.pk: text.removesuffix("，请核对") for link in links if (text := many.get(link.activity_id or 0))}
    found |= {link.pk: "业务由本支部自行登记" for link in links if registered_itself(link)}
    return found | {link.pk: "说明是另写的" for link in links if link.by_hand}


def _many(said: dict[int, list[StageEvidence]]) -> dict[int, str]:
    """Return {record id: sentence} of records with one sentence for many stages or all of one item, or with many stages."""
    owed = _owed(link for links in said.values() if len(links) > 1 for link in links)
    found = {}
    for pk, links in said.items():
        times = Counter(text for link in links if (text := bare(link.sentence)))
        same = max([0, *(number for text, number in times.items() if _too_many(text, links, owed))])
        if same:
            found[pk] = f"同一句话用于 {same} 个环节，请核对"
        elif len(links) >= MANY_STAGES:
            found[pk] = f"一条记录用于 {len(links)} 个环节，请核对"
    return found


def _too_many(text: str, links: Iterable[StageEvidence], owed: dict[int, set[int]]) -> bool:
    mine = [link for link in links if bare(link.sentence) == text]
    stages = {link.stage_id for link in mine}
    whole = any(owed[link.stage.item_id] <= stages for link in mine if link.stage.item_id in owed)
    return len(mine) >= MANY_STAGES or (len(stages) > 1 and whole)


def _owed(links: Iterable[StageEvidence]) -> dict[int, set[int]]:
    """Return {item: ids of its stages that are not waived}; those of which nothing is owed are left out."""
    items = {link.stage.item_id for link in links}
    rows = SyncStage.objects.filter(item__in=items, waived_at__isnull=True).order_by().values_list("item", "pk")
    found: dict[int, set[int]] = defaultdict(set)
    for item, pk in rows if items else ():
        found[item].add(pk)
    return dict(found)

"""The sentence with which a summing up begins: what was counted."""

from branches.places.models.organisations import Organisation
from common import clock
from responsibilities.campaigns.models import Campaign
from responsibilities.campaigns.selectors.steps import held_in, steps_of


def summary_words(campaign: Campaign, organisation: Organisation) -> str:
    """Return 「开展活动 6 次，节点 4 个完成 3 个，其中逾期完成 1 个。」 of one that takes part."""
    today = clock.today()
    held = held_in([campaign.pk], today, [organisation.pk]).get((campaign.pk, organisation.pk), {})
    steps = steps_of([campaign.pk], today, [organisation.pk])
    done, late = sum(step.done for step in steps), sum(step.state == "met_late" for step in steps)
    words = f"开展活动 {len(held)} 次"
    if steps:
        words += f"，节点 {len(steps)} 个完成 {done} 个" + (f"，其中逾期完成 {late} 个" if late else "")
    return words + "。"

"""What was counted of one that takes part: the sentence with which a summing up begins, and the milestones that are open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from branches.places.models.organisations import Organisation
from common import clock
from responsibilities.campaigns.models import Campaign, CampaignClosing
from responsibilities.campaigns.rules import named_days
from responsibilities.campaigns.selectors.steps import Step, held_in, steps_of

# Names and due dates of milestones.
Named = list[tuple[str, date]]


def open_of(steps: Iterable[Step]) -> tuple[Named, Named]:
    """Return the milestones that are not done: those whose date has passed, and those still to come."""
    left = [step for step in steps if not step.done]
    passed = [(step.name, step.due) for step in left if step.state == "overdue"]
    return passed, [(step.name, step.due) for step in left if step.state != "overdue"]


@dataclass(frozen=True)
class Summary:
    """records: how many count; steps: its milestones."""

    records: int
    steps: list[Step]

    @property
    def words(self) -> str:
        """Return 「开展活动 6 次，节点 4 个完成 3 个，其中逾期完成 1 个。」."""
        done, late = sum(step.done for step in self.steps), sum(step.state == "met_late" for step in self.steps)
        said = f"开展活动 {self.records} 次"
        if self.steps:
            said += f"，节点 {len(self.steps)} 个完成 {done} 个" + (f"，其中逾期完成 {late} 个" if late else "")
        return f"{said}。"

    @property
    def open_words(self) -> str:
        """Return which milestones of a project are open, "" where all are done: with these it does not pass."""
        passed, coming = open_of(self.steps)
        said = f"逾期没有完成的节点：{named_days(passed)}。" if passed else ""
        return said + (f"还没有完成的节点：{named_days(coming)}，办结以后才能通过验收。" if coming else "")


def summary_of(campaign: Campaign, organisation: Organisation) -> Summary:
    """Return the Summary of one that takes part, as of today."""
    today = clock.today()
    held = held_in([campaign.pk], today, [organisation.pk])
    steps = steps_of([campaign.pk], today, [organisation.pk], held)
    return Summary(len(held.get((campaign.pk, organisation.pk), {})), steps)


def closing_of(campaign: Campaign, place: Organisation) -> CampaignClosing | None:
    """Return what one that takes part said at the end, None where it said nothing yet."""
    rows = CampaignClosing.objects.filter(campaign=campaign, organisation=place)
    return rows.select_related("organisation__parent", "written_by").first()

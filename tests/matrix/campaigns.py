"""Campaigns: who sets them up, who takes part, who applies and who decides."""

from datetime import timedelta

from branches.reach.rights import ASSIGN, SUPERVISE
from common import clock
from responsibilities.campaigns.services.campaigns import campaign_save
from responsibilities.campaigns.services.taking_part import closing_write
from tests.matrix import Row, only
from tests.matrix.members import READS_A
from tests.matrix.responsibilities import VIEWERS, holders
from tests.responsibilities.campaigns import support

SENDERS = holders(ASSIGN)
SUPERVISES = tuple(who for who in holders(SUPERVISE) if who not in SENDERS)
# Who answers for branch A: its own people, not those who lead it from above.
ANSWERS_A = ("secretary_a", "officer_a", "organiser_a")
OWN = (*ANSWERS_A, "secretary_b", "secretary_c", "general_secretary")
# Whoever reads any organisation reads what is published; its numbers only who takes part, and above.
WHOLE = tuple(dict.fromkeys((*READS_A, *SENDERS)))


def pk(make):
    return lambda world: {"pk": make(world).pk}


def a_draft(world):
    return campaign_save(by=world.staff, data=support.data())


def asked(world):
    campaign = support.running(world, ())
    return {"pk": campaign.pk, "organisation": world.branch_a.pk}


def part(world):
    campaign = support.running(world)
    return {"pk": campaign.pk, "organisation": world.branch_a.pk}


def ended(world):
    campaign = support.running(world)
    day = clock.today() - timedelta(days=1)
    campaign.milestones.all().delete()
    type(campaign).objects.filter(pk=campaign.pk).update(ends=day)
    campaign.refresh_from_db()
    return campaign


def to_close(world):
    return {"pk": ended(world).pk, "organisation": world.branch_a.pk}


def summary(world):
    return {"pk": support.running(world).pk, "key": "summary"}


def to_judge(world):
    campaign = ended(world)
    row = closing_write(
        by=world.secretary_a, campaign=campaign, organisation=world.branch_a, own_level="good", own_text="好"
    )
    return {"pk": campaign.pk, "closing": row.pk}


def milestone(world):
    campaign = support.running(world)
    return {"pk": campaign.pk, "milestone": campaign.milestones.get().pk}


def own_milestone(world):
    campaign = support.running(world, milestones=[support.by_hand()])
    return {"pk": campaign.pk, "milestone": campaign.milestones.get().pk, "organisation": world.branch_a.pk}


def above(status=200):
    """A published campaign: whoever reads it and does not assign work is told who does."""
    return only(*SENDERS, status=status, forbidden=tuple(who for who in VIEWERS if who not in SENDERS))


def inside(status=200):
    """What is still a draft does not exist but for those who assign work."""
    return only(*SENDERS, status=status)


def over_branch(status=200):
    """An application of branch A: read there and above, decided above."""
    return only(*SENDERS, status=status, forbidden=tuple(who for who in READS_A if who not in SENDERS))


def of_branch(status=200):
    return only(*ANSWERS_A, status=status, forbidden=tuple(who for who in READS_A if who not in ANSWERS_A))


ROWS = {
    "campaign_list": Row(get=only(*VIEWERS)),
    "campaign_list_export": Row(post=only(*VIEWERS)),
    "campaign_new": Row(
        get=only(*SENDERS, forbidden=SUPERVISES), post=only(*SENDERS, status=422, forbidden=SUPERVISES)
    ),
    "campaign_apply": Row(get=only(*OWN), post=only(*OWN, status=422)),
    "campaign_detail": Row(kwargs=pk(support.running), get=only(*VIEWERS)),
    "campaign_records": Row(kwargs=pk(support.running), get=only(*WHOLE)),
    "campaign_participants": Row(kwargs=pk(support.running), get=only(*WHOLE)),
    "campaign_export": Row(kwargs=pk(support.running), post=only(*WHOLE)),
    "campaign_paper": Row(kwargs=summary, get=only(*WHOLE)),
    "campaign_paper_download": Row(kwargs=summary, post=only(*WHOLE)),
    "campaign_edit": Row(kwargs=pk(support.running), get=above(), post=above(422)),
    "campaign_publish": Row(kwargs=pk(a_draft), get=inside(), post=inside(302)),
    "campaign_discard": Row(kwargs=pk(a_draft), get=inside(), post=inside(302)),
    "campaign_invite": Row(kwargs=pk(support.running), get=above(), post=above(302)),
    "campaign_cancel": Row(kwargs=pk(support.running), get=above(), post=above(422)),
    "campaign_outcome": Row(kwargs=pk(support.running), get=above(), post=above(422)),
    "campaign_milestone_move": Row(kwargs=milestone, get=above(), post=above(422)),
    "campaign_judge": Row(kwargs=to_judge, get=above(), post=above(422)),
    "campaign_join": Row(kwargs=asked, get=of_branch(), post=of_branch(302)),
    "campaign_leave": Row(kwargs=part, get=of_branch(), post=of_branch(422)),
    "campaign_close": Row(kwargs=to_close, get=of_branch(), post=of_branch(422)),
    "campaign_own_outcome": Row(kwargs=part, get=of_branch(), post=of_branch(422)),
    "campaign_milestone_done": Row(kwargs=own_milestone, get=of_branch(), post=of_branch(422)),
    "campaign_reapply": Row(kwargs=pk(support.applied), get=of_branch(), post=of_branch(422)),
    # An empty form approves.
    "campaign_decide": Row(kwargs=pk(support.applied), get=over_branch(), post=over_branch(302)),
    "campaign_prolong": Row(kwargs=pk(support.approved), get=above(), post=above(422)),
    "campaign_submit": Row(kwargs=pk(support.approved), get=of_branch(), post=of_branch(422)),
    "campaign_accept": Row(kwargs=pk(support.handed_in), get=above(), post=above(422)),
}

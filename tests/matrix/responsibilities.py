"""Requirements and the rulebook."""

from branches.periods import Period
from responsibilities.selectors.requirements import one_requirement
from responsibilities.services.requirements import requirement_exempt
from tests.matrix import Row, only
from tests.matrix.branches import VIEWERS
from tests.matrix.members import READS_A

RULE, PERIOD = "life-theme-day", "2026-10"


def one(world):
    return {"pk": world.branch_a.pk, "rule_id": RULE, "period": PERIOD}


def exempt(world):
    row = one_requirement(world.branch_a, RULE, Period.parse(PERIOD))
    requirement_exempt(by=world.staff, organisation=world.branch_a, row=row, reason="已与上月合并开展")
    return one(world)


def sentence(world):
    return {"text": ""}


def some(*who, status=200):
    return only(*who, status=status, forbidden=[one for one in READS_A if one not in who])


REPORTERS = ("party_secretary", "leader", "secretary_a", "officer_a")
REVIEWERS = ("committee_secretary", "staff")
ROWS = {
    "requirement_list": Row(get=only(*VIEWERS)),
    "requirement_export": Row(post=only(*VIEWERS)),
    "requirement_detail": Row(kwargs=one, get=only(*READS_A)),
    "requirement_explain": Row(kwargs=one, get=some(*REPORTERS), post=some(*REPORTERS), data=sentence),
    "requirement_exempt": Row(kwargs=one, get=some(*REVIEWERS), post=some(*REVIEWERS), data=sentence),
    "requirement_exempt_revoke": Row(kwargs=exempt, post=some(*REVIEWERS, status=302)),
    "requirement_remind": Row(kwargs=one, post=some(*REVIEWERS, status=302)),
    "rule_list": Row(get=only(*VIEWERS)),
    "rule_detail": Row(kwargs=lambda world: {"rule_id": RULE}, get=only(*VIEWERS)),
}

"""What is owed, and the rulebook."""

from branches.reach.rights import DUTIES, ROLES, VIEW
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.requirements.selectors import one_requirement
from responsibilities.requirements.exemptions import exemption_make, requirement_exempt
from tests.matrix import Row, only
from tests.matrix.members import READS_A
from tests.world import CAST


def holders(right):
    return tuple(who for who, (role, _) in CAST.items() if role and right in ROLES[role].rights)


VIEWERS = holders(VIEW)
# Who may look at branch A but lacks the right gets 403; whoever does not reach it, 404.
REVIEWS_A = ("committee_secretary", "staff")
EXPLAINS_A = tuple(who for who in READS_A if DUTIES in ROLES[CAST[who][0]].rights)


def theme_day(world):
    return {"pk": world.branch_a.pk, "rule_id": "life-theme-day", "period": "2026-09"}


def sentence(world):
    return {"text": "全员参加防汛值守"}


def exempted(world):
    row = one_requirement(world.branch_a, "life-theme-day", Period.parse("2026-09"))
    requirement_exempt(by=OPERATOR, organisation=world.branch_a, row=row, reason="同意顺延")
    return theme_day(world)


def above(status=200):
    return only(*REVIEWS_A, status=status, forbidden=tuple(who for who in READS_A if who not in REVIEWS_A))


def own(status=200):
    return only(*EXPLAINS_A, status=status, forbidden=tuple(who for who in READS_A if who not in EXPLAINS_A))


ROWS = {
    "requirement_list": Row(get=only(*VIEWERS)),
    "requirement_export": Row(post=only(*VIEWERS)),
    "requirement_detail": Row(kwargs=theme_day, get=only(*READS_A)),
    "requirement_left_out": Row(kwargs=lambda world: {"day": "2026-11-20"}, get=only("committee_secretary")),
    "requirement_explain": Row(kwargs=theme_day, get=own(), post=own(302), data=sentence),
    "requirement_exempt": Row(kwargs=theme_day, get=above(), post=above(302), data=sentence),
    "requirement_exempt_revoke": Row(kwargs=exempted, post=above(302)),
    "requirement_remind": Row(kwargs=theme_day, post=above(302)),
    "rule_list": Row(get=only(*VIEWERS)),
    "rule_detail": Row(kwargs=lambda world: {"rule_id": "life-theme-day"}, get=only(*VIEWERS)),
}

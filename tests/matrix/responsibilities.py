"""What is owed, and the rulebook."""

from datetime import date, timedelta

from branches.reach.rights import DUTIES, RECORD, ROLES, VIEW
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.requirements.exemptions import exemption_make
from responsibilities.requirements.selectors import one_requirement
from responsibilities.requirements.services import document_name
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


def above(status=200):
    return only(*REVIEWS_A, status=status, forbidden=tuple(who for who in READS_A if who not in REVIEWS_A))


def by_head(status=200):
    """What has begun already the office exempts no longer."""
    forbidden = tuple(who for who in READS_A if who != "committee_secretary")
    return only("committee_secretary", status=status, forbidden=forbidden)


def own(status=200):
    return only(*EXPLAINS_A, status=status, forbidden=tuple(who for who in READS_A if who not in EXPLAINS_A))


def plan(world):
    return {"pk": world.root.pk, "rule_id": "resp-annual-plan", "period": "2026"}


def named(world):
    row = one_requirement(world.root, "resp-annual-plan", Period.parse("2026"))
    document = document_name(
        by=OPERATOR, organisation=world.root, row=row, title="年度任务安排", number="", dated_on=date(2026, 2, 3)
    )
    return {"pk": document.pk}


def span(world):
    return {
        "organisations": [world.branch_a.pk],
        "rules": ["life-theme-day"],
        "first": str(clock.today()),
        "last": str(clock.today() + timedelta(days=30)),
        "reason": "防汛值守",
    }


def exemption(world):
    (row,) = exemption_make(
        by=OPERATOR,
        organisations=[world.branch_a],
        rules=["life-theme-day"],
        first=date(2026, 9, 1),
        last=date(2026, 9, 30),
        reason="防汛值守",
    )
    return {"pk": row.pk}


# Whoever sees the Party group at all: its own people and the office appointed there.
READS_ROOT = tuple(who for who, (role, place) in CAST.items() if place == "root" and VIEW in ROLES[role].rights)
NAMES = tuple(who for who in READS_ROOT if {DUTIES, RECORD} & ROLES[CAST[who][0]].rights)

# Everybody but a group's leader and those without a place answers for an organisation, or works in its office.
OWN_PLACE = tuple(who for who in VIEWERS if CAST[who][0] != "group_leader")

ROWS = {
    "requirement_document_new": Row(
        kwargs=plan,
        get=only(*NAMES, forbidden=("assistant",)),
        post=only(*NAMES, status=302, forbidden=("assistant",)),
        data=lambda world: {"title": "年度任务安排", "number": "", "dated_on": "2026-02-03"},
    ),
    "requirement_document_withdraw": Row(kwargs=named, post=only(*NAMES, status=302, forbidden=("assistant",))),
    "setting_consequence": Row(
        kwargs=lambda world: {"key": "lecture_per_quarter", "value": "2", "day": f"{clock.today().year + 1}-01-01"},
        get=only("committee_secretary", "staff"),
    ),
    "owed_by_own": Row(get=only(*OWN_PLACE)),
    "owed_by_member": Row(kwargs=lambda world: {"pk": world.people("branch_a")[3].pk}, get=only(*READS_A, "member")),
    "exemption_list": Row(get=only(*VIEWERS)),
    "exemption_export": Row(post=only(*VIEWERS)),
    "exemption_new": Row(get=only(*REVIEWS_A), post=only(*REVIEWS_A, status=302), data=span),
    "exemption_revoke": Row(kwargs=exemption, get=by_head(), post=by_head(302), data=sentence),
    "requirement_list": Row(get=only(*VIEWERS)),
    "requirement_export": Row(post=only(*VIEWERS)),
    "requirement_detail": Row(kwargs=theme_day, get=only(*READS_A)),
    "requirement_left_out": Row(kwargs=lambda world: {"day": "2026-11-20"}, get=only("committee_secretary")),
    "requirement_explain": Row(kwargs=theme_day, get=own(), post=own(302), data=sentence),
    "requirement_exempt": Row(kwargs=theme_day, get=by_head(), post=by_head(302), data=sentence),
    "requirement_remind": Row(kwargs=theme_day, post=above(302)),
    "rule_list": Row(get=only(*VIEWERS)),
    "rule_detail": Row(kwargs=lambda world: {"rule_id": "life-theme-day"}, get=only(*VIEWERS)),
}

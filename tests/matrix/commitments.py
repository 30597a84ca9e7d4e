"""Commitments: a member makes his own, the branch reviews and publishes, whoever may view the branch reads what is published."""

from common import clock
from tests.matrix import Row, everyone, only
from tests.matrix.branches import VIEWERS
from tests.matrix.members import MANAGERS, MANAGES_A, READS_A
from tests.members.commitments.made import made, published, review_meeting

YEAR = clock.today().year
# Each of these reads one branch alone and is led to it.
LED = ("secretary_a", "officer_a", "organiser_a", "secretary_b", "secretary_c", "general_secretary")
READ_ONLY = tuple(who for who in READS_A if who not in MANAGES_A)
# Whoever keeps some roster and not this one.
ELSEWHERE = tuple(who for who in MANAGERS if who not in MANAGES_A)


def person(world):
    return world.people("branch_a")[3]


def branch(world):
    return {"year": YEAR, "pk": world.branch_a.pk}


def waiting(world):
    return {"pk": made(person(world), by=world.users["member"]).pk}


def posted(world):
    row = made(person(world), by=world.users["member"])
    return {"pk": row.pk}


def standing(world):
    return {"pk": published(person(world)).pledges.first().pk}


def of_pledges(world):
    return {"offered": ["g0", "g1"], "own": ""}


def of_branch(status=200):
    return only(*MANAGES_A, status=status)


def by_keepers(status=200):
    """For who reads the branch and keeps no roster of it: he is told who may."""
    return only(*MANAGES_A, status=status, forbidden=READ_ONLY)


def by_him(status=200):
    """The member himself, and who keeps his roster; who only reads the branch may not."""
    return only(*MANAGES_A, "member", status=status)


def to_appraise(world):
    published(person(world))
    review_meeting(world)
    return branch(world)


ROWS = {
    # Nothing is open before December while no review is planned: the form says so.
    "own_rating": Row(get=everyone(404, member=200), post=everyone(404, member=422)),
    "own_commitment": Row(get=only("member"), post=only("member", status=302), data=of_pledges),
    "pledge_say": Row(kwargs=standing, get=by_him(), post=by_him(302), data=lambda world: {"own": "fulfilled"}),
    "pledge_change": Row(
        kwargs=standing, get=by_him(), post=by_him(302), data=lambda world: {"text": "另一项", "reason": "岗位调整"}
    ),
    "commitment_list": Row(get=only(*VIEWERS) | dict.fromkeys(LED, 302)),
    "commitment_branch": Row(kwargs=branch, get=only(*READS_A)),
    "commitment_review": Row(kwargs=posted, post=by_keepers(302)),
    "commitment_return": Row(
        kwargs=waiting, get=by_keepers(), post=by_keepers(302), data=lambda world: {"reason": "写明次数"}
    ),
    "commitment_write": Row(
        kwargs=lambda world: {"year": YEAR, "pk": person(world).pk},
        get=by_keepers(),
        post=by_keepers(302),
        data=of_pledges,
    ),
    "commitment_paste": Row(
        kwargs=branch,
        get=of_branch(),
        post=of_branch(302),
        data=lambda world: {"text": "甲五：每月整理台账；帮带 1 名新同志"},
    ),
    "commitment_review_all": Row(kwargs=branch, post=of_branch(302)),
    "commitment_publish": Row(kwargs=branch, post=of_branch(302)),
    "commitment_appraise": Row(kwargs=to_appraise, get=of_branch(), post=of_branch(422)),
    "commitment_wall": Row(kwargs=branch, get=only(*READS_A)),
    "commitment_wall_download": Row(kwargs=branch, post=only(*READS_A)),
    "commitment_pages": Row(kwargs=branch, get=only(*READS_A)),
    "commitment_export": Row(kwargs=branch, post=of_branch(), grave=True),
}

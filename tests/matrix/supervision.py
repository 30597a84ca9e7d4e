"""Supervision: notices, their answers and lists of problems."""

from datetime import timedelta

from branches.reach.rights import SUPERVISE
from common import clock
from common.operator import OPERATOR
from responsibilities.duties.services.portfolios import portfolio_make
from responsibilities.supervision.services.drafts import supervision_draft
from responsibilities.supervision.services.notices import supervision_accept, supervision_issue, supervision_reply
from responsibilities.supervision.services.problems import problems_write
from tests.matrix import Row, only
from tests.matrix.members import READS_A
from tests.matrix.responsibilities import VIEWERS, holders

# A leader only within his portfolio, and nothing is in it here (tests/responsibilities/supervision/test_leaders.py).
ASSIGNERS = holders(SUPERVISE)
# A notice to branch A: judged by whoever supervises there, answered by whoever records there.
JUDGES_A = ("party_secretary", "committee_secretary", "staff", "discipline")
# The sender (staff) does not answer his own notice.
REPLIES_A = ("committee_secretary", "secretary_a", "officer_a", "organiser_a")


def to_branch_a(world, problems=()):
    return supervision_issue(
        by=world.staff,
        organisation=world.branch_a,
        title="补齐三季度党课记录",
        expected="补录并报送记录。",
        due=clock.today() + timedelta(days=14),
        problems=problems,
    )


def answered(world, problems=()):
    supervision = to_branch_a(world, problems)
    supervision_reply(by=world.secretary_a, supervision=supervision, text="已补录，见活动记录。")
    return supervision


def accepted(world):
    """Return a problem of a notice whose reply was accepted."""
    supervision = answered(world, ["党课没有记录"])
    row = supervision.problems.get()
    problems_write(by=world.secretary_a, supervision=supervision, rows=[(row, row.problem, "补录党课")])
    supervision_accept(by=world.staff, supervision=supervision)
    return row


def one(make=to_branch_a):
    return lambda world: {"pk": make(world).pk}


def among(*who, status=200):
    return only(*who, status=status, forbidden=tuple(name for name in READS_A if name not in who))


def later(world):
    return {"due": (clock.today() + timedelta(days=30)).isoformat(), "reason": "等待场地"}


ACTS_A = (*JUDGES_A, "secretary_a", "officer_a", "organiser_a")


def drafted(world):
    """A draft of the assistant for the leader, whose contact point branch A is."""
    portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_a)
    return supervision_draft(
        by=world.assistant,
        leader=world.leader,
        organisation=world.branch_a,
        title="补齐党课记录",
        expected="补录并报送记录。",
        due=clock.today() + timedelta(days=14),
    )


def in_charge(world):
    portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_a)
    return {}


def as_drafted(world):
    due = (clock.today() + timedelta(days=14)).isoformat()
    return {"recipient": f"o{world.branch_a.pk}", "title": "补齐党课", "expected": "补录", "due": due, "problems": ""}


ROWS = {
    "supervision_draft_new": Row(kwargs=in_charge, get=only("assistant"), post=only("assistant", status=422)),
    "supervision_draft": Row(
        kwargs=one(drafted),
        get=only("leader", "assistant"),
        post=only("leader", "assistant", status=302),
        data=as_drafted,
    ),
    "supervision_draft_drop": Row(
        kwargs=one(drafted), get=only("leader", "assistant"), post=only("leader", "assistant", status=302)
    ),
    "supervision_list": Row(get=only(*VIEWERS)),
    "supervision_export": Row(post=only(*VIEWERS)),
    "supervision_new": Row(get=only(*ASSIGNERS), post=only(*ASSIGNERS, status=422)),
    "supervision_detail": Row(kwargs=one(), get=only(*READS_A)),
    "supervision_reply": Row(
        kwargs=one(), get=among(*REPLIES_A), post=among(*REPLIES_A, status=302), data=lambda world: {"text": "已办理"}
    ),
    "supervision_review": Row(
        kwargs=one(answered),
        get=among(*JUDGES_A),
        post=among(*JUDGES_A, status=302),
        data=lambda world: {"decision": "accept"},
    ),
    "supervision_prolong": Row(kwargs=one(), get=among(*JUDGES_A), post=among(*JUDGES_A, status=302), data=later),
    "supervision_close": Row(
        kwargs=one(),
        get=among(*JUDGES_A),
        post=among(*JUDGES_A, status=302),
        data=lambda world: {"reason": "情况已查清"},
    ),
    "supervision_problems": Row(
        kwargs=one(),
        get=among(*ACTS_A),
        post=among(*ACTS_A, status=302),
        data=lambda world: {"p-TOTAL_FORMS": "0", "p-INITIAL_FORMS": "0"},
    ),
    "supervision_problem_list": Row(get=only(*VIEWERS)),
    "supervision_problem_export": Row(post=only(*VIEWERS)),
    "problem_done": Row(
        kwargs=one(accepted),
        get=among(*ACTS_A),
        post=among(*ACTS_A, status=302),
        data=lambda world: {"done_on": clock.today().isoformat()},
    ),
}

"""Care: the branch itself and the person; for everybody else nothing of it exists. Honours are read with the organisation."""

from common import clock
from tests.matrix import Row, only
from tests.matrix.branches import VIEWERS
from tests.matrix.imports import batch, of_ledger
from tests.matrix.members import MANAGERS, MANAGES_A
from tests.members.care.made import happened, honoured, marked

KEEPS_A = ("secretary_a", "organiser_a")
# Without a branch in the address each finds his own.
KEEPERS = (*KEEPS_A, "secretary_b", "secretary_c")
TODAY = clock.today().isoformat()


def person(world):
    return world.people("branch_a")[4]


def mark(world):
    return {"pk": marked(person(world), note="x").pk}


def event(world):
    return {"pk": happened(person(world), note="x").pk}


def honour(world):
    return {"pk": honoured(member=person(world)).pk}


def own_batch(world):
    return batch(world, author="secretary_a")


def own_running(world):
    return batch(world, "planning", author="secretary_a")


def _posted(**fields):
    return lambda world: fields | {"member": person(world).pk, "day": TODAY}


def own_branch(status=200):
    """Of whoever keeps a branch: his own; a member of another one is no choice of his form."""
    return only(*KEEPERS) | dict.fromkeys(KEEPS_A, status) | dict.fromkeys(("secretary_b", "secretary_c"), 422)


ROWS = {
    "own_care": Row(get=only("member")),
    "care_list": Row(get=only(*MANAGERS)),
    "care_to_visit": Row(get=only()),
    "care_visit_list": Row(get=only(*KEEPERS)),
    "care_visit_list_download": Row(post=only(*KEEPERS)),
    "care_member": Row(kwargs=lambda world: {"pk": person(world).pk}, get=only(*KEEPS_A)),
    "care_mark_new": Row(get=only(*KEEPERS), post=own_branch(302), data=_posted(kind="ill")),
    "care_mark_end": Row(
        kwargs=mark, get=only(*KEEPS_A), post=only(*KEEPS_A, status=302), data=lambda world: {"day": TODAY}
    ),
    "care_mark_note": Row(
        kwargs=mark, get=only(*KEEPS_A), post=only(*KEEPS_A), data=lambda world: {"reason": "研究补助"}
    ),
    "care_event_new": Row(get=only(*KEEPERS), post=own_branch(302), data=_posted(kind="hospital")),
    "care_event_note": Row(
        kwargs=event, get=only(*KEEPS_A), post=only(*KEEPS_A), data=lambda world: {"reason": "研究补助"}
    ),
    "care_help_new": Row(
        get=only(*KEEPERS),
        post=own_branch(302),
        data=_posted(kind="grant", source="budget", amount="300", heading="hardship"),
    ),
    **of_ledger("care_import", KEEPERS, "secretary_a", own_batch, own_running),
    **of_ledger("honour_import", ("staff", "committee_secretary")),
    "honour_list": Row(get=only(*VIEWERS)),
    "honour_new": Row(
        get=only(*MANAGERS),
        post=only(*MANAGES_A, status=302) | dict.fromkeys([who for who in MANAGERS if who not in MANAGES_A], 422),
        data=lambda world: {
            "holder": f"m{person(world).pk}",
            "title": "优秀共产党员",
            "level": "own",
            "granted_on": TODAY,
            "granted_by": "局机关党委",
        },
    ),
    "honour_cancel": Row(
        kwargs=honour,
        get=only(*MANAGES_A),
        post=only(*MANAGES_A, status=302),
        data=lambda world: {"reason": "登记错了"},
    ),
    "honour_roll": Row(get=only(*VIEWERS)),
    "honour_export": Row(post=only(*VIEWERS), grave=True),
}

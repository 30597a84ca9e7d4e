"""The beginning of an empty installation, by its operator: the top of the tree, and who goes on from there on the pages."""

from django.core.exceptions import ValidationError

from branches.access.services.accounts import account_create
from branches.access.services.appointments import appointment_make
from branches.places import tree
from branches.places.models.organisations import Kind, Organisation
from common.database import one_transaction
from common.operator import OPERATOR

SECRETARY, AUDITOR = "committee_secretary", "security_auditor"


def check_empty() -> None:
    """Raise ValidationError where the tree has begun already: its top is made once."""
    root = Organisation.objects.root()
    if root is not None:
        raise ValidationError(
            f"组织树已经建立，顶端是{root.name}。其他组织在页面上导入或新增，账号用 create_account 建立，口令丢失用 reset_account 重发。"
        )


@one_transaction
def agency_begin(
    *, party_group: str, committee: str, secretary: tuple[str, str], auditor: tuple[str, str] | None = None
) -> list[tuple[str, str, str, str]]:
    """Make Party group and committee, and their first accounts, all or nothing; the operator's alone.

    Returns (role, name, user name, one-time code) of each account.

    party_group, committee: full names. secretary, auditor: (name, user name) of the committee's secretary, appointed at the
    top since trials and publications are of the whole agency, and of the security auditor, who may follow later. A ledger
    that is imported over them may still give their short names and days of founding. Raises ValidationError where a
    tree is there already, or for names and user names that are none.
    """
    tree.lock()
    check_empty()
    root = tree.organisation_create(by=OPERATOR, name=party_group, short_name="党组", kind=Kind.PARTY_GROUP)
    below = tree.organisation_create(
        by=OPERATOR, name=committee, short_name="机关党委", kind=Kind.COMMITTEE, parent=root
    )
    tree.note_imported([root.pk, below.pk])
    posts = [(SECRETARY, secretary, root)] + ([(AUDITOR, auditor, None)] if auditor else [])
    made = []
    for role, (name, username), place in posts:
        user, code = account_create(by=OPERATOR, username=username, name=name)
        appointment_make(by=OPERATOR, user=user, role=role, organisation=place)
        made.append((role, name, username, code))
    return made

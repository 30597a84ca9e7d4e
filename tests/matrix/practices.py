"""Practices: who proposes, who decides, who adopts and reports, who judges."""

from branches.reach.rights import ASSIGN, REVIEW
from tests.matrix import Row, only
from tests.matrix.campaigns import OWN, above, of_branch, over_branch, pk
from tests.matrix.members import READS_A
from tests.matrix.responsibilities import VIEWERS, holders
from tests.responsibilities.practices import support

SENDERS = holders(ASSIGN)
# Who answers for an organisation, or reviews one.
PROPOSES = tuple(dict.fromkeys((*OWN, *holders(REVIEW))))
# Who reads branch B as a whole, and who its practice's owner is.
READS_B = tuple(dict.fromkeys((*READS_A, "secretary_b")))


def to_adopt(world):
    return {"pk": support.proven(world).pk, "organisation": world.branch_b.pk}


def of_b(status=200):
    """Branch B answers for itself; who leads it is told so, a sister does not reach it."""
    above_it = ("party_secretary", "leader", "assistant", "committee_secretary", "staff", "discipline")
    return only("secretary_b", status=status, forbidden=above_it)


def adoption(status=200):
    """The owner's branch reads the adoption too, and reports nothing for it."""
    return only("secretary_b", status=status, forbidden=tuple(who for who in READS_B if who != "secretary_b"))


def judging(status=200):
    return only(*SENDERS, status=status, forbidden=tuple(who for who in READS_B if who not in SENDERS))


ROWS = {
    "practice_list": Row(get=only(*VIEWERS)),
    "practice_list_export": Row(post=only(*VIEWERS)),
    "practice_new": Row(get=only(*PROPOSES), post=only(*PROPOSES, status=422)),
    "practice_detail": Row(kwargs=pk(support.candidate), get=only(*READS_A)),
    "practice_document": Row(kwargs=pk(support.proven), post=only(*VIEWERS)),
    "practice_edit": Row(kwargs=pk(support.candidate), get=of_branch(), post=of_branch(422)),
    "practice_prove": Row(kwargs=pk(support.candidate), get=over_branch(), post=over_branch(422)),
    "practice_formalise": Row(kwargs=pk(support.proven), get=above(), post=above(422)),
    "practice_retire": Row(kwargs=pk(support.proven), get=above(), post=above(422)),
    "practice_adopt": Row(kwargs=to_adopt, get=of_b(), post=of_b(302)),
    "practice_report": Row(kwargs=pk(support.adopted), get=adoption(), post=adoption(422)),
    "practice_stop": Row(kwargs=pk(support.judged), get=adoption(), post=adoption(422)),
    "practice_judge": Row(kwargs=pk(support.reported), get=judging(), post=judging(422)),
}

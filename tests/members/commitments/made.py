"""What the tests of commitments share: made, reviewed, published and judged through the services."""

from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity
from members.commitments.models import Commitment, Pledge
from members.commitments.rules import Wanted
from members.commitments.services.deciding import branch_appraise, branch_publish, commitment_review
from members.commitments.services.pledging import commitment_make
from tests.members.activities.records import submitted

TEXTS = ("每季度参加 1 次志愿服务", "整理项目资料移交清单")


def made(member, texts=TEXTS, year=None, by=OPERATOR):
    wanted = [Wanted(text) for text in texts]
    commitment_make(by=by, member=member, year=year or clock.today().year, wanted=wanted)
    return Commitment.objects.get(member=member, year=year or clock.today().year)


def reviewed(member, texts=TEXTS, year=None):
    return commitment_review(by=OPERATOR, commitment=made(member, texts, year))


def published(member, texts=TEXTS, year=None):
    row = reviewed(member, texts, year)
    branch_publish(by=OPERATOR, branch=member.home, year=row.year)
    return Commitment.objects.get(pk=row.pk)


def review_meeting(world, place="branch_a", day=None, by="secretary_a"):
    """A review of members that counts."""
    day = day or clock.today()
    record = submitted(world.places[place], world.user(by), kinds=["member_review"], day=day)
    return Activity.objects.get(pk=record.pk)


def appraised(world, member, grades=("fulfilled", "partly"), texts=TEXTS, year=None):
    row = published(member, texts, year)
    rows = Pledge.objects.standing().filter(commitment=row)
    given = dict(zip(rows.values_list("pk", flat=True), grades, strict=True))
    branch_appraise(by=OPERATOR, branch=member.home, year=row.year, meeting=review_meeting(world), grades=given)
    return Commitment.objects.get(pk=row.pk)

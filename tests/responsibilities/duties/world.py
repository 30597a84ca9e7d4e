"""Duty lists of the standing world, made and issued through the services."""

from datetime import date

from branches.reach.models import Appointment
from common.operator import OPERATOR
from members.activities.services.records import RecordData
from members.activities.services.states import activity_record
from members.roster.models.members import Member
from responsibilities.duties.models import Duty, DutyList, Level
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.services.lists import duty_lists_issue, duty_lists_make

YEAR = 2026
IN_WORDS = "fee-collective"
DOCUMENT, ISSUED = "测机党发〔2026〕3号", date(2026, 2, 10)


def make(by=OPERATOR, levels=tuple(Level), year=YEAR):
    """Make all missing lists of the year and return them.

    A branch's duty about dues stands here for one that is reported in words each quarter: it rests on a rule that makes no requirement.
    """
    made = duty_lists_make(by=by, year=year, levels=levels)
    Duty.objects.filter(key="br-fee").update(rules=IN_WORDS, source="", period="quarter")
    # Of a list that was made before commitments were kept here: it is reported in words.
    Duty.objects.filter(key="br-promise").update(source="")
    return made


def issue(by=OPERATOR, year=YEAR, **chosen):
    """Issue all drafts of the year, or those chosen."""
    lists = list(DutyList.objects.filter(year=year, state="draft", **chosen))
    duty_lists_issue(by=by, lists=lists, document=DOCUMENT, issued_on=ISSUED)
    return lists


def issued(world):
    """Make and issue everything; the world then has lists at all levels."""
    make()
    issue()
    return world


def duty(key, **chosen):
    """Return one duty by template key, with what progress reads of it."""
    rows = Duty.objects.filter(key=key, **{f"list__{name}": value for name, value in chosen.items()})
    return rows.select_related("list__organisation", "list__holder", "list__member").get()


def slots(key, as_of=None, **chosen):
    """Return {key of a slot: DutySlot} of one duty by template key."""
    one = duty(key, **chosen)
    return {slot.key: slot for slot in duty_slots([one], as_of=as_of)[one.pk]}


def appoint(user, role, place):
    return Appointment.objects.get(user=user, role=role, organisation=place)


def html(answer):
    return answer.content.decode()


def slot(one, key):
    return next(row for row in duty_slots([one])[one.pk] if row.key == key)


def record(world, place, kind, day, **data):
    """Let the place's secretary submit a record that counts."""
    by = {world.branch_a: world.secretary_a}.get(place, OPERATOR)
    people = Member.objects.filter(home=place)
    attendance = {member.pk: ("present", "") for member in people}
    values = {"title": "一次活动", "content": "内容", "attendance": attendance} | data
    return activity_record(by=by, organisation=place, data=RecordData(kinds=[kind], day=day, **values))


def line(**changes):
    values = {"text": "组织一次专题学习", "period": "half", "times": 1, "unit": "次", "due": "", "proof": "记录"}
    return values | changes

"""Duty lists at five levels, their duties and reports, the charges of leaders."""

from branches.places.models.departments import Department
from branches.reach.rights import ASSIGN, MEMBERS, ROLES
from common.operator import OPERATOR
from responsibilities.duties.models import DutyList
from responsibilities.duties.services.portfolios import portfolio_make
from responsibilities.duties.services.reports import duty_report
from tests.matrix import Row, everyone, only
from tests.matrix.members import READS_A
from tests.matrix.responsibilities import VIEWERS, theme_day
from tests.matrix.work import item_pk
from tests.responsibilities.duties.world import duty, issued
from tests.world import CAST

ASSIGNS = tuple(who for who, (role, _) in CAST.items() if role and ASSIGN in ROLES[role].rights)
MAKES = tuple(who for who, (role, _) in CAST.items() if role and (MEMBERS in ROLES[role].rights or who in ASSIGNS))
ACTS_A = ("secretary_a", "officer_a", "organiser_a")


def list_a(world):
    issued(world)
    return {"pk": DutyList.objects.get(level="branch", organisation=world.branch_a).pk}


def duty_a(key):
    def kwargs(world):
        issued(world)
        return {"pk": duty(key, organisation=world.branch_a).pk}

    return kwargs


def report_a(world):
    pk = duty_a("br-promise")(world)["pk"]
    one = duty("br-promise", organisation=world.branch_a)
    assert one.pk == pk
    return {"pk": duty_report(by=world.secretary_a, duty=one, slot="2026", text="已公布承诺").pk}


def charge(world):
    department = Department.objects.create(name="综合处")
    row = portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, department=department)
    return {"pk": row.pk}


def of_a(who, status=200):
    """Branch A's: `status` for these, 403 for whoever else reads it."""
    return only(*who, status=status, forbidden=tuple(one for one in READS_A if one not in who))


ROWS = {
    "item_duties": Row(kwargs=item_pk, get=only(*READS_A)),
    "requirement_duties": Row(kwargs=theme_day, get=only(*READS_A)),
    "duty_list": Row(kwargs=lambda world: issued(world) and {}, get=only(*VIEWERS)),
    "duty_export": Row(post=only(*VIEWERS)),
    "own_brief": Row(kwargs=lambda world: issued(world) and {}, get=everyone()),
    "own_duties": Row(kwargs=lambda world: issued(world) and {}, get=everyone()),
    "duties_of_member": Row(
        kwargs=lambda world: issued(world) and {"pk": world.people("branch_a")[3].pk}, get=only(*READS_A, "member")
    ),
    "duty_lists": Row(kwargs=lambda world: issued(world) and {}, get=only(*VIEWERS)),
    "duty_lists_export": Row(post=only(*VIEWERS)),
    "duty_lists_remind": Row(get=only(*MAKES), post=only(*MAKES, status=302)),
    "duty_list_make": Row(get=only(*MAKES), post=only(*MAKES, status=422)),
    "duty_list_issue": Row(get=only(*MAKES), post=only(*MAKES, status=422)),
    "duty_list_detail": Row(kwargs=list_a, get=only(*READS_A)),
    "duty_list_note": Row(kwargs=list_a, post=of_a(ACTS_A, 302)),
    "duty_new": Row(kwargs=list_a, get=of_a(ASSIGNS), post=of_a(ASSIGNS, 422)),
    "duty_detail": Row(kwargs=duty_a("br-theme"), get=only(*READS_A)),
    "duty_edit": Row(kwargs=duty_a("br-theme"), get=of_a(ASSIGNS), post=of_a(ASSIGNS, 422)),
    "duty_drop": Row(kwargs=duty_a("br-theme"), get=of_a(ASSIGNS), post=of_a(ASSIGNS, 422)),
    "duty_report": Row(kwargs=duty_a("br-promise"), query="?slot=2026", get=of_a(ACTS_A), post=of_a(ACTS_A, 422)),
    "duty_remind": Row(kwargs=duty_a("br-fee"), get=of_a(ASSIGNS), post=of_a(ASSIGNS, 302)),
    "duty_report_review": Row(
        kwargs=report_a, get=of_a(ASSIGNS), post=of_a(ASSIGNS, 302), data=lambda world: {"do": "accept"}
    ),
    "charge_list": Row(get=only(*ASSIGNS, "leader", "party_secretary")),
    "charge_new": Row(get=only(*ASSIGNS), post=only(*ASSIGNS, status=422)),
    "charge_end": Row(
        kwargs=charge,
        get=only(*ASSIGNS, forbidden=("leader", "assistant", "party_secretary")),
        post=only(*ASSIGNS, status=302, forbidden=("leader", "assistant", "party_secretary")),
    ),
}

"""Developing members: nobody but those who keep people reads who applies; the committee decides above."""

from datetime import date, timedelta

from branches.reach.rights import MEMBERS, ROLES
from common import clock
from common.operator import OPERATOR
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.models.papers import CaseVote, PublicNotice
from members.development.services import cases
from members.development.services.effects import applied
from members.roster.models.members import Member
from tests.matrix import Row, only
from tests.matrix.imports import IMPORTERS, of_ledger
from tests.matrix.members import MANAGES_A, READS_A
from tests.world import CAST


def holders(right):
    return tuple(who for who, (role, _) in CAST.items() if role and right in ROLES[role].rights)


KEEPERS = holders(MEMBERS)
ABOVE_A = ("committee_secretary", "staff")
BELOW_A = tuple(who for who in MANAGES_A if who not in ABOVE_A)


def a_case(world):
    """The case of an applicant of branch A, with one step of it."""
    row = DevelopmentCase.objects.first()
    if row is None:
        person = cases.NewPerson(world.branch_a, {"name": "申一", "birth_date": date(1996, 1, 2)})
        row = cases.case_open(by=OPERATOR, person=person, opened_on=clock.today() - timedelta(days=60))
        CaseStep.objects.create(
            case=row, key="2", day=clock.today(), added_by=world.secretary_a, explanation="换届期间"
        )
        applied(OPERATOR, row)
    return {"pk": row.pk}


def an_entry(world):
    return {"pk": CaseStep.objects.get(case=a_case(world)["pk"], key="2").pk}


def a_training(world):
    row = DevelopmentCase.objects.get(pk=a_case(world)["pk"])
    entry = CaseStep.objects.filter(key="11").first() or CaseStep.objects.create(
        case=row, key="11", day=clock.today(), added_by=world.secretary_a
    )
    return {"pk": entry.pk}


def a_notice(world):
    row = DevelopmentCase.objects.get(pk=a_case(world)["pk"])
    if not row.notices.exists():
        PublicNotice.objects.create(case=row, posted_on=clock.today(), places=["公示栏"])
    return {"pk": row.pk}


def step_of_branch(world):
    return {**a_case(world), "key": "14"}


def given_up(world):
    case = a_case(world)
    DevelopmentCase.objects.filter(pk=case["pk"]).update(
        closed_on=date(2026, 6, 5), outcome="withdrawn", close_reason="本人撤回申请"
    )
    return case


def contacts(world):
    return {**a_case(world), "role": "contact"}


def somebody_on_probation(world):
    return {"pk": Member.objects.get(name="甲六").pk}


def a_resolution(world):
    case = a_case(world)
    entry = CaseStep.objects.create(case_id=case["pk"], key="15", day=date(2026, 6, 20), text="表现突出")
    CaseVote.objects.create(entry=entry, about="admit", expected=5, present=5, yes=5)
    return {**case, "key": "15"}


KEPT = only(*MANAGES_A)
IMPORT_CASES = tuple(who for who in IMPORTERS if who in KEEPERS)
ANALYSE = ("committee_secretary", "staff")
REFUSED = only(*MANAGES_A, status=422)
# Who keeps the person is led on to the case; who reads the branch reads what its score says; nobody else knows of it.
READS_SCORE = tuple(who for who in READS_A if who not in MANAGES_A)

ROWS = {
    "development_faults": Row(kwargs=a_case, get=only(*READS_SCORE) | dict.fromkeys(MANAGES_A, 302)),
    "development_list": Row(get=only(*KEEPERS)),
    "development_new": Row(get=only(*KEEPERS), post=only(*KEEPERS, status=422)),
    "development_queue": Row(get=only(*ABOVE_A)),
    "development_take_over": Row(
        kwargs=somebody_on_probation,
        get=only(*MANAGES_A, forbidden=("party_secretary", "leader", "assistant", "discipline", "officer_a")),
        post=only(
            *MANAGES_A, status=422, forbidden=("party_secretary", "leader", "assistant", "discipline", "officer_a")
        ),
    ),
    "development_detail": Row(kwargs=a_case, get=KEPT),
    "development_step": Row(kwargs=step_of_branch, get=KEPT, post=REFUSED),
    "development_people": Row(kwargs=contacts, get=KEPT, post=REFUSED),
    "development_review": Row(kwargs=a_case, get=KEPT, post=REFUSED),
    "development_notice": Row(kwargs=a_case, get=KEPT, post=REFUSED),
    "development_documents": Row(
        kwargs=a_case, get=KEPT, post=REFUSED, data=lambda world: {"kept_application": "组织科"}
    ),
    **of_ledger("case_import", IMPORT_CASES),
    "development_export": Row(post=only(*KEEPERS)),
    "development_analysis": Row(kwargs=lambda world: {"year": 2026}, get=only(*ANALYSE)),
    "development_analysis_download": Row(kwargs=lambda world: {"year": 2026}, post=only(*ANALYSE)),
    "development_resolution": Row(kwargs=a_resolution, get=KEPT),
    "development_resolution_download": Row(kwargs=a_resolution, post=KEPT),
    "development_sheet": Row(kwargs=a_case, get=KEPT),
    "development_sheet_download": Row(kwargs=a_case, post=KEPT),
    "development_notice_text": Row(kwargs=a_notice, get=KEPT),
    "development_notice_download": Row(kwargs=a_notice, post=KEPT),
    "development_leaving": Row(kwargs=a_case, get=KEPT, post=only(*MANAGES_A, status=302)),
    "development_withdraw": Row(kwargs=a_case, get=KEPT, post=REFUSED),
    "development_resume": Row(kwargs=given_up, get=KEPT, post=REFUSED),
    "development_entry_remove": Row(kwargs=an_entry, get=KEPT, post=REFUSED),
    "development_entry_explain": Row(kwargs=an_entry, get=KEPT, post=REFUSED),
    "development_entry_accept": Row(kwargs=an_entry, post=only(*ABOVE_A, status=302, forbidden=BELOW_A)),
    "development_entry_except": Row(
        kwargs=a_training, get=only(*ABOVE_A, forbidden=BELOW_A), post=only(*ABOVE_A, status=422, forbidden=BELOW_A)
    ),
}

"""Activity records, their files and reviews."""

from django.core.files.uploadedfile import SimpleUploadedFile

from branches.rights import RECORD, REVIEW, ROLES
from members.models import ActivityHost
from members.services.attachments import attachment_add
from tests.matrix import Row, only
from tests.matrix.branches import VIEWERS
from tests.matrix.members import READS_A
from tests.members.records import draft, filled, submitted
from tests.world import CAST

RECORDERS = tuple(who for who, (role, _) in CAST.items() if role and RECORD in ROLES[role].rights)
REVIEWERS = tuple(who for who, (role, _) in CAST.items() if role and REVIEW in ROLES[role].rights)
RECORDS_A = ("committee_secretary", "staff", "secretary_a", "officer_a")
REVIEWS_A = ("committee_secretary", "staff")
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def among_a(*who, status=200):
    """Return a table: `status` for these, 403 for others who read branch A, 404 for the rest."""
    return only(*who, status=status, forbidden=[one for one in READS_A if one not in who])


def drafted(world):
    return {"pk": draft(world.branch_a, world.secretary_a).pk}


def sent(world):
    return {"pk": submitted(world.branch_a, world.secretary_a).pk}


def a_file(world):
    record = draft(world.branch_a, world.secretary_a)
    file = SimpleUploadedFile("签到表.pdf", PDF, "application/pdf")
    return {"pk": attachment_add(by=world.secretary_a, activity=record, file=file).pk}


def invited(world):
    record = submitted(world.branch_a, world.secretary_a, hosts=[world.branch_b])
    return {"pk": ActivityHost.objects.get(activity=record).pk}


def typed(world):
    return filled(world.branch_a)


MAY_TYPE = only(*RECORDERS, forbidden=[who for who in VIEWERS if who not in RECORDERS])
OF_A = only(*RECORDS_A)
ROWS = {
    "activity_list": Row(get=only(*VIEWERS)),
    "activity_new": Row(get=MAY_TYPE),
    "activity_export": Row(post=only(*VIEWERS), grave=True),
    "activity_autosave": Row(post=only(*RECORDS_A, rest=400), data=typed),
    "activity_tiles": Row(post=OF_A, data=typed),
    "activity_checks": Row(post=OF_A, data=typed),
    "activity_detail": Row(kwargs=drafted, get=only(*READS_A)),
    "activity_edit": Row(kwargs=drafted, get=among_a(*RECORDS_A)),
    "activity_submit": Row(kwargs=drafted, post=among_a(*RECORDS_A, status=302)),
    "activity_withdraw": Row(kwargs=sent, post=among_a(*RECORDS_A, status=302)),
    "activity_discard": Row(kwargs=drafted, get=among_a(*RECORDS_A), post=among_a(*RECORDS_A, status=302)),
    "activity_host_confirm": Row(
        kwargs=invited,
        get=only("secretary_b", "committee_secretary", "staff", forbidden=("party_secretary", "leader", "discipline")),
    ),
    "attachment_upload": Row(kwargs=drafted, post=among_a(*RECORDS_A, status=422)),
    "attachment_download": Row(kwargs=a_file, get=only(*READS_A)),
    "attachment_delete": Row(kwargs=a_file, post=among_a(*RECORDS_A, status=302)),
    "review_queue": Row(get=only(*REVIEWERS)),
    "review_detail": Row(kwargs=sent, get=among_a(*REVIEWS_A)),
    "review_begin": Row(kwargs=sent, post=among_a(*REVIEWS_A, status=302)),
    "activity_accept": Row(kwargs=sent, post=among_a(*REVIEWS_A, status=302)),
    "activity_return": Row(kwargs=sent, get=among_a(*REVIEWS_A), post=among_a(*REVIEWS_A, status=422)),
}

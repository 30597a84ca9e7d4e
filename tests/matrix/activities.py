"""Records, their files and their reviews."""

from dataclasses import replace
from datetime import timedelta

from branches.reach.rights import RECORD, REVIEW, ROLES
from common import clock
from members.activities.models import Activity, Attachment
from members.activities.services.corrections import correction_begin, correction_submit
from members.activities.services.records import record_data
from members.activities.services.states import activity_accept
from tests.matrix import Row, everyone, only
from tests.matrix.branches import VIEWERS
from tests.matrix.members import MANAGES_A, READS_A
from tests.members.activities.records import ahead_of, draft, filled, on_leave, submitted
from tests.world import CAST

RECORDERS = tuple(who for who, (role, _) in CAST.items() if role and RECORD in ROLES[role].rights)
REVIEWERS = tuple(who for who, (role, _) in CAST.items() if role and REVIEW in ROLES[role].rights)
RECORDS_A = ("committee_secretary", "staff", "secretary_a", "officer_a", "organiser_a")
REVIEWS_A = ("committee_secretary", "staff")
ONLY_READ_A = tuple(who for who in READS_A if who not in RECORDS_A)
ONLY_VIEW = tuple(who for who in VIEWERS if who not in RECORDERS)
NO_REVIEW_A = tuple(who for who in READS_A if who not in REVIEWS_A)
# Whoever records elsewhere gets a message about the organisation, whoever records nowhere finds no such page.
ELSEWHERE = {"*": 404} | dict.fromkeys(RECORDERS, 400) | dict.fromkeys(RECORDS_A, 200)


def draft_of_a(world):
    return {"pk": draft(world.branch_a, world.secretary_a).pk}


def plan_of_a(world):
    return {"pk": draft(world.branch_a, world.secretary_a, day=clock.today() + timedelta(days=9)).pk}


def sent_by_a(world):
    return {"pk": submitted(world.branch_a, world.secretary_a).pk}


def accepted_of_a(world):
    return {
        "pk": activity_accept(by=world.committee_secretary, activity=submitted(world.branch_a, world.secretary_a)).pk
    }


def correction_of_a(world):
    """A correction in hand, begun by somebody whom no other row knows."""
    pk = accepted_of_a(world)["pk"]
    correction_begin(by=world.secretary_a, activity=Activity.objects.get(pk=pk), reason="人数有误")
    return {"pk": pk}


def version_of_a(world):
    """The first version of a record that was corrected."""
    pk = correction_of_a(world)["pk"]
    record = Activity.objects.get(pk=pk)
    correction_submit(by=world.secretary_a, activity=record, data=replace(record_data(record), place="五楼"))
    return {"pk": pk, "number": 1}


def file_of_a(world):
    """A file whose bytes are gone: whoever may have it learns that (410)."""
    record = draft(world.branch_a, world.secretary_a)
    kept = Attachment.objects.create(
        activity=record, name="签到表.pdf", path="attachments/none", kind="pdf", size=1, sha256="0" * 64,
        uploaded_by=world.secretary_a,
    )  # fmt: skip
    return {"pk": kept.pk}


def invitation_to_a(world):
    record = submitted(world.branch_b, world.secretary_b, kinds=["theme_day"], hosts=[world.branch_a])
    return {"pk": record.hosts.get().pk}


def form_of_a(world):
    return filled(world.branch_a)


def edited(world):
    return filled(world.branch_a, form_key=None, do="save")


def decision(world):
    return {"reason": "请写明表决结果", "version": Activity.objects.latest("pk").version}


def writes(status=302, **more):
    return only(*RECORDS_A, status=status, forbidden=ONLY_READ_A, **more)


def decides(status=302):
    return only(*REVIEWS_A, status=status, forbidden=NO_REVIEW_A)


def ahead_of_a(world):
    return {"pk": ahead_of(world.branch_a).pk}


def leave_of_a(world):
    return {"pk": on_leave(world).pk}


NO_ANSWER = tuple(who for who in READS_A if who not in MANAGES_A)

ROWS = {
    "own_leave": Row(
        kwargs=ahead_of_a,
        get=everyone(404, member=200),
        post=everyone(404, member=302),
        data=lambda world: {"reason": "公差"},
    ),
    "own_leave_withdraw": Row(kwargs=leave_of_a, post=everyone(404, member=302)),
    "leave_detail": Row(
        kwargs=leave_of_a,
        get=only(*MANAGES_A, forbidden=NO_ANSWER),
        post=only(*MANAGES_A, status=302, forbidden=NO_ANSWER),
        data=lambda world: {"agree": "1"},
    ),
    "activity_list": Row(get=only(*VIEWERS)),
    "activity_export": Row(post=only(*VIEWERS), grave=True),
    "activity_new": Row(
        get=only(*RECORDERS, forbidden=ONLY_VIEW), post=only(*RECORDERS, status=422, forbidden=ONLY_VIEW)
    ),
    "activity_autosave": Row(post=ELSEWHERE, data=form_of_a),
    "activity_tiles": Row(post=only(*RECORDS_A), data=form_of_a),
    "activity_hosts": Row(post=only(*RECORDS_A), data=form_of_a),
    "activity_checks": Row(post=only(*RECORDS_A), data=form_of_a),
    "activity_detail": Row(kwargs=draft_of_a, get=only(*READS_A)),
    "activity_edit": Row(kwargs=draft_of_a, get=writes(200), post=writes(), data=edited),
    "activity_submit": Row(kwargs=draft_of_a, post=writes()),
    "activity_withdraw": Row(kwargs=sent_by_a, post=writes()),
    "activity_cancel": Row(kwargs=plan_of_a, get=writes(200), post=writes(), data=lambda world: {"reason": "会期调整"}),
    "activity_discard": Row(kwargs=draft_of_a, get=writes(200), post=writes()),
    "activity_correct": Row(
        kwargs=accepted_of_a, get=writes(200), post=writes(), data=lambda world: {"reason": "考勤登记有误"}
    ),
    "activity_correct_discard": Row(kwargs=correction_of_a, get=writes(200), post=writes()),
    "activity_nature": Row(
        kwargs=sent_by_a,
        get=only(*RECORDS_A, forbidden=ONLY_READ_A),
        post=only(*RECORDS_A, status=422, forbidden=ONLY_READ_A),
    ),
    "activity_version": Row(kwargs=version_of_a, get=only(*READS_A)),
    "activity_host_confirm": Row(kwargs=invitation_to_a, get=writes(200), post=writes(422)),
    "attachment_upload": Row(kwargs=draft_of_a, post=writes(422)),
    "attachment_download": Row(kwargs=file_of_a, get=only(*READS_A, status=410)),
    "attachment_delete": Row(kwargs=file_of_a, post=writes()),
    "review_queue": Row(get=only(*REVIEWERS)),
    # Nothing is ticked: back to the queue.
    "activities_accept": Row(get=only(*REVIEWERS, status=302), post=only(*REVIEWERS, status=302)),
    "review_detail": Row(kwargs=sent_by_a, get=decides(200)),
    "review_begin": Row(kwargs=sent_by_a, post=decides()),
    "activity_accept": Row(kwargs=sent_by_a, post=decides(), data=decision),
    "activity_return": Row(kwargs=sent_by_a, get=decides(200), post=decides(), data=decision),
}

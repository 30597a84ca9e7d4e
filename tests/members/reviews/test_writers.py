"""Nobody reviews what he wrote: whoever made, changed, completed or submitted a record (access rule 5)."""

import importlib

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from branches.access.services.appointments import appointment_make
from branches.audit.models import AuditEntry
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityHost, ActivityState, ActivityWriter
from members.activities.services import states as moves
from members.activities.services.attachments import attachment_add, attachment_remove
from members.activities.services.hosts import host_confirm
from members.reviews.selectors import waiting_count
from tests.members.activities.records import draft, filled, submitted

pytestmark = pytest.mark.django_db


def _writers(record):
    return set(record.writers.values_list("user__username", flat=True))


def _file():
    return SimpleUploadedFile("签到.txt", "签到表".encode())


def _refused(client, record, world):
    """Assert that every door of the review answers 409, writes nothing, and that the pages say why."""
    record.refresh_from_db()
    before = list(Activity.objects.values()), AuditEntry.objects.count()
    for name in ("review_begin", "activity_accept", "activity_return"):
        answer = client.post(reverse(name, args=[record.pk]), {"reason": "退", "version": record.version})
        assert answer.status_code == 409, name
        assert "您修改或提交过这条记录，不能审核" in answer.content.decode()
    assert (list(Activity.objects.values()), AuditEntry.objects.count()) == before
    page = client.get(reverse("review_detail", args=[record.pk])).content.decode()
    assert "您修改或提交过这条记录，不能审核" in page and "审核通过</button>" not in page
    page = client.get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "您修改或提交过这条记录，不能审核" in page and "去审核" not in page


def test_whoever_rewrote_and_submitted_anothers_draft_does_not_accept_it(world, as_):
    record, client = draft(world.branch_a, world.secretary_a), as_("staff")
    data = filled(world.branch_a, title="另写的", do="submit", version=record.version)
    assert client.post(reverse("activity_edit", args=[record.pk]), data).status_code == 302
    assert waiting_count(world.staff) == 0 and waiting_count(world.committee_secretary) == 1
    _refused(client, record, world)
    page = as_("committee_secretary").get(reverse("review_detail", args=[record.pk])).content.decode()
    assert world.staff.name in page and world.secretary_a.name in page and "不能审核：" in page
    answer = as_("committee_secretary").post(
        reverse("activity_accept", args=[record.pk]), {"version": Activity.objects.get().version}
    )
    assert answer.status_code == 302 and Activity.objects.get().state == ActivityState.ACCEPTED


def test_whoever_changed_a_draft_that_its_author_submitted_does_not_accept_it(world, as_):
    record, client = draft(world.branch_a, world.secretary_a), as_("staff")
    client.post(reverse("activity_edit", args=[record.pk]), filled(world.branch_a, title="改过", do="save"))
    moves.activity_submit(by=world.secretary_a, activity=Activity.objects.get())
    _refused(client, record, world)


def test_whoever_only_submitted_does_not_accept(world, as_):
    record = draft(world.branch_a, world.secretary_a)
    assert as_("staff").post(reverse("activity_submit", args=[record.pk])).status_code == 302
    _refused(as_("staff"), record, world)


def test_a_withdrawal_washes_nobody_clean(world, as_):
    record = draft(world.branch_a, world.secretary_a)
    moves.activity_submit(by=world.staff, activity=record)
    moves.activity_withdraw(by=world.secretary_a, activity=record)
    moves.activity_submit(by=world.secretary_a, activity=record)
    _refused(as_("staff"), record, world)


@pytest.mark.parametrize("what", ["add", "remove"])
def test_whoever_changed_the_files_wrote(world, as_, what, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    record = draft(world.branch_a, world.secretary_a)
    kept = attachment_add(by=world.staff if what == "add" else world.secretary_a, activity=record, file=_file())
    if what == "remove":
        attachment_remove(by=world.staff, attachment=kept)
    moves.activity_submit(by=world.secretary_a, activity=record)
    _refused(as_("staff"), record, world)


def test_whoever_confirmed_for_another_host_wrote_its_attendance(world, as_):
    record = submitted(world.branch_a, world.secretary_a, kinds=["theme_day"], hosts=[world.branch_b])
    present = {member.pk: ("present", "") for member in world.people("branch_b")}
    host_confirm(by=world.staff, host=ActivityHost.objects.get(), attendance=present)
    _refused(as_("staff"), record, world)


def test_a_save_that_changes_nothing_makes_nobody_a_writer(world, as_):
    record, client = draft(world.branch_a, world.secretary_a), as_("staff")
    moves.activity_record(
        by=world.secretary_a,
        organisation=world.branch_a,
        data=moves.record_data(record),
        activity=record,
    )
    assert _writers(record) == {"secretary_a"}
    assert client.get(reverse("activity_detail", args=[record.pk])).status_code == 200
    assert waiting_count(world.staff) == 1


def test_a_return_begins_anew_but_the_author_stays(world, as_):
    record = draft(world.branch_a, world.secretary_a)
    moves.activity_submit(by=world.staff, activity=record)
    assert _writers(record) == {"secretary_a", "staff"}
    moves.activity_return(by=world.committee_secretary, activity=record, reason="补充决议")
    assert _writers(record) == {"secretary_a"}
    moves.activity_submit(by=world.officer_a, activity=record)
    assert _writers(record) == {"secretary_a", "officer_a"}
    assert waiting_count(world.staff) == 1
    moves.activity_accept(by=world.staff, activity=record)
    assert record.state == ActivityState.ACCEPTED


def test_an_author_who_was_promoted_does_not_review_what_others_wrote_on(world):
    record = submitted(world.branch_a, world.secretary_a)
    moves.activity_return(by=world.staff, activity=record, reason="补充决议")
    moves.activity_submit(by=world.officer_a, activity=record)
    appointment_make(
        by=OPERATOR, user=world.secretary_a, role="committee_staff", starts=clock.today(), organisation=world.root
    )
    assert waiting_count(world.secretary_a) == 0
    with pytest.raises(Conflict):
        moves.activity_accept(by=world.secretary_a, activity=record)


def test_where_only_writers_could_review_the_record_waits_for_another_and_says_so(world, as_):
    """A record is not accepted by its only reviewer's having rewritten and submitted it."""
    record = draft(world.branch_c, world.general_secretary)
    for user in (world.staff, world.committee_secretary):
        moves.writer_add(user, record)
    record = moves.activity_submit(by=world.committee_secretary, activity=record)
    assert (record.state, record.no_reviewer) == (ActivityState.SUBMITTED, False)
    page = as_("secretary_c").get(f"/activities/{record.pk}/").content.decode()
    assert "须由另一位审核，请机关党委书记任命" in page
    with pytest.raises(Conflict):
        moves.activity_accept(by=world.committee_secretary, activity=record)


def test_landed_records_get_their_writers_from_the_trail(world):
    record = draft(world.branch_a, world.secretary_a)
    moves.activity_submit(by=world.staff, activity=record)
    moves.activity_return(by=world.committee_secretary, activity=record, reason="补充决议")
    moves.activity_submit(by=world.officer_a, activity=record)
    alone = Activity.objects.create(
        organisation=world.branch_b, day=clock.today(), state="draft", author=world.secretary_b
    )
    nobody = Activity.objects.create(organisation=world.branch_b, day=clock.today(), state="draft")
    done = submitted(world.branch_b, world.secretary_b, title="已通过的")
    moves.activity_accept(by=world.staff, activity=done)
    ActivityWriter.objects.all().delete()
    migration = importlib.import_module("members.migrations.0004_writers_of_records")
    migration.writers_from_the_trail(apps, None)
    assert _writers(record) == {"secretary_a", "officer_a"}
    assert _writers(alone) == {"secretary_b"}
    assert _writers(nobody) == _writers(done) == set()

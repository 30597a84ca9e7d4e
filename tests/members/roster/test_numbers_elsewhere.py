"""Whether a number is registered is told only of people whom one may see; of others neither page nor ledger says so."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings

from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common.errors import TooMany
from common.operator import OPERATOR
from members.roster.models.members import Member
from members.roster.models.refusals import NumberRefusal
from members.roster.services.members import identity_index, member_create, member_update
from members.roster.services.refusals import ELSEWHERE, Elsewhere
from tests.members.activities.test_races import _at_once
from tests.members.imports.rows import MEMBER_HEADS, person, staff_at
from tests.members.imports.support import uploaded
from tests.world import identity

pytestmark = pytest.mark.django_db


def _held(number, place="branch_b", world=None):
    """Give the first member of a place this number and return him."""
    member = world.people(place)[0]
    member_update(by=OPERATOR, member=member, identity=identity(number))
    return member


def _new(client, world, number, place="branch_a"):
    data = {"name": "新人", "branch": world.places[place].pk, "stage": "applicant", "identity": identity(number)}
    return client.post("/members/new/", data)


def test_of_a_person_in_sight_it_is_said_and_of_others_it_is_not(world, as_):
    _held(40, "branch_a", world), _held(41, "branch_b", world)
    client = as_("secretary_a")
    own, other = _new(client, world, 40).content.decode(), _new(client, world, 41).content.decode()
    assert "该证件号码已登记" in own
    assert "已登记" not in other and ELSEWHERE in other and "乙" not in other.split("<main")[1].replace("乙方", "")
    assert identity(41) not in other.replace(f'value="{identity(41)}"', "")
    assert not Member.objects.filter(name="新人").exists()
    assert "该证件号码已登记" in _new(as_("staff"), world, 41).content.decode()


def test_a_change_of_a_number_asks_the_same(world):
    _held(41, "branch_b", world)
    mine = world.people("branch_a")[0]
    with pytest.raises(Elsewhere):
        member_update(by=world.secretary_a, member=mine, identity=identity(41))
    assert NumberRefusal.objects.filter(user=world.secretary_a).count() == 1
    assert Member.objects.get(pk=mine.pk).identity_index != identity_index(identity(41))


@override_settings(NUMBER_REFUSALS_PER_DAY=2)
def test_so_many_numbers_a_day_and_then_none_is_taken_not_even_a_free_one(world, as_):
    for number, holder in ((41, 0), (42, 1)):
        member_update(by=OPERATOR, member=world.people("branch_b")[holder], identity=identity(number))
    client = as_("secretary_a")
    for number in (41, 41, 42):
        assert ELSEWHERE in _new(client, world, number).content.decode()
    assert NumberRefusal.objects.count() == 2
    texts = list(Notice.objects.filter(kind="security").values_list("text", flat=True))
    assert len(texts) == 2 and all(identity(41) not in text for text in texts)
    for number in (41, 55):
        answer = _new(client, world, number)
        assert answer.status_code == 429 and "0 时起可以再登记" in answer.content.decode()
    assert not Member.objects.filter(name="新人").exists()
    data = {"name": "无号码", "branch": world.branch_a.pk, "stage": "applicant"}
    assert client.post("/members/new/", data).status_code == 302
    payloads = " ".join(AuditEntry.objects.values_list("payload", flat=True))
    assert identity(41) not in payloads and identity_index(identity(41)) not in payloads


@pytest.fixture
def importer(world, settings, tmp_path, as_):
    """A signed-in account that imports at branch A and sees nothing else."""
    settings.MEDIA_ROOT = tmp_path
    staff_at(world, "branch_a")
    return as_("outsider")


def _ledger(*rows):
    text = "\r\n".join(",".join(row) for row in (MEMBER_HEADS, *rows))
    return SimpleUploadedFile("名册.csv", text.encode("utf-8-sig"))


def _upload(client, *rows):
    return uploaded(client, members=_ledger(*rows))


def test_race_two_registrations_of_one_number_give_one_person_and_one_sentence(live_world):
    if connection.vendor != "postgresql":
        pytest.skip("needs two connections that write at once")

    def one():
        return member_create(
            by=live_world.staff, branch=live_world.branch_a, name="新人", stage="applicant", identity=identity(60)
        )

    results = _at_once(one, one, one)
    assert sum(isinstance(result, Member) for result in results) == 1, results
    assert all("该证件号码已登记" in str(result) for result in results if not isinstance(result, Member)), results


@override_settings(NUMBER_REFUSALS_PER_DAY=1)
def test_a_limit_holds_for_the_next_ledger_too(world):
    _held(41, "branch_b", world)
    with pytest.raises(Elsewhere):
        member_create(by=world.secretary_a, branch=world.branch_a, name="新", stage="applicant", identity=identity(41))
    with pytest.raises(TooMany):
        member_create(by=world.secretary_a, branch=world.branch_a, name="新", stage="applicant", identity=identity(56))


def test_a_ledger_does_not_tell_who_is_registered_elsewhere(world, importer):
    _held(41, "branch_b", world)
    _, batch = _upload(importer, person(number=41), person("另一人", 57))
    page = importer.get(f"/imports/{batch.uid}/").content.decode()
    assert ELSEWHERE in page and "已登记" not in page and "乙" not in page.split("<main")[1]
    assert batch.preview["fault_count"] == 1 and NumberRefusal.objects.count() == 1
    _upload(importer, person(number=41))
    assert NumberRefusal.objects.count() == 1


@override_settings(NUMBER_REFUSALS_PER_DAY=2)
def test_a_ledger_of_guesses_gets_few_answers_and_then_none(world, importer):
    held = world.people("branch_b") + world.people("branch_c")
    for number, member in enumerate(held[:5], start=41):
        member_update(by=OPERATOR, member=member, identity=identity(number))
    rows = [person(f"猜{number}", number) for number in range(41, 49)]
    _, batch = _upload(importer, *rows)
    assert [line.row for line in batch.lines.all()] == [2, 3, 0]
    assert [rows for _, rows, *_ in batch.preview["faults"]] == ["", "第 2、3 行"] and batch.preview["ledgers"][0][
        "counts"
    ]["new"] == 6
    assert "未逐行列出" in batch.preview["faults"][0][3]
    _, again = _upload(importer, person(number=58))
    assert again.state == "failed" and "已达每日上限" in importer.get(f"/imports/{again.uid}/").content.decode()
    assert Notice.objects.filter(kind="security").count() == 1
    entry = AuditEntry.objects.get(verb="member.number_refused")
    assert entry.actor_id == world.outsider.pk and identity_index(identity(41)) not in entry.payload

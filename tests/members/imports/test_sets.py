"""The other two folders: another office's headings and files, and one with nine mistakes."""

import json
import re
import shutil

import pytest

from branches.places.models.organisations import Organisation
from members.activities.models import Activity
from members.roster.models.members import Member
from tests.members.imports.support import empty_installation, row_counts, run
from tests.paths import DATA

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def installation(django_db_setup, django_db_blocker):
    with empty_installation(django_db_blocker):
        yield


def test_restyled_ledgers_come_in_whole_and_a_second_time_change_nothing():
    counts = json.loads((DATA / "agency-restyled" / "expected_counts.json").read_text())
    code, _, errors = run("import_agency", DATA / "agency-restyled")
    assert (code, errors) == (0, [])
    assert Organisation.objects.count() == counts["organisations"]
    assert Organisation.objects.filter(kind="branch").count() == counts["branches"]
    assert Member.objects.count() == counts["members"]
    assert Member.objects.filter(stage="probationary").count() == counts["probationary"]
    assert Activity.objects.count() == counts["activities"]
    before = row_counts()
    assert run("import_agency", DATA / "agency-restyled")[0] == 0
    assert row_counts() == before


def _named(lines):
    found = [re.match(r"(\w+) row (\d+): ([^:]+): .+", line) for line in lines]
    return [[match[1], int(match[2]), match[3]] for match in found if match]


def test_every_mistake_is_named_once_none_more_and_nothing_is_written():
    wanted = json.loads((DATA / "agency-broken" / "expected_errors.json").read_text())
    before = row_counts()
    code, out, errors = run("import_agency", DATA / "agency-broken")
    assert code == 1
    assert sorted(_named(errors)) == sorted(wanted)
    assert not _named(out.splitlines())
    assert row_counts() == before


def test_the_ledgers_one_after_the_other_give_the_same(tmp_path):
    folder = DATA / "agency"
    for ledger in ("organisations", "members", "activities"):
        assert run(f"import_{ledger}", folder / f"{ledger}.xlsx")[0] == 0
    before = row_counts()
    code, out, _ = run("import_agency", folder)
    assert code == 0 and "不变 494" in out and row_counts() == before


def test_one_wrong_ledger_names_rows_without_the_file(tmp_path):
    for ledger in ("organisations", "members"):
        assert run(f"import_{ledger}", DATA / "agency" / f"{ledger}.xlsx")[0] == 0
    before = row_counts()
    code, _, errors = run("import_organisations", DATA / "agency-broken" / "organisations.xlsx")
    assert code == 1 and row_counts() == before
    assert any(line.startswith("row 13: 上级党组织: ") for line in errors)


def test_a_folder_without_a_ledger_or_with_two_of_one_is_refused(tmp_path):
    shutil.copy(DATA / "agency" / "organisations.xlsx", tmp_path)
    (tmp_path / "organisations.csv").write_text("x")
    code, _, errors = run("import_agency", tmp_path)
    assert code == 1
    assert [line.split(":")[0] for line in errors[:3]] == ["organisations", "members", "activities"]

"""What leaves the system for outsiders: every exported row is recomputed from the workbooks it came from."""

import csv
import io
import zipfile
from datetime import date

import pytest

from assessments.facts.models import Fact
from assessments.schemes.services import install_defaults
from branches.places.models.organisations import Organisation
from members.activities.models import Activity
from tests.assessments.facts.ledger_figures import Figures
from tests.members.imports.support import empty_installation, run
from tests.paths import DATA

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 24)
SPANS = ("2026", "2026Q3", "2026-10")
# members/imports/test_sets.py reads the same from both folders.
RESTYLED = pytest.param(
    "agency-restyled", marks=pytest.mark.whole("the agency's own ledgers; test_sets.py compares both")
)


@pytest.fixture(scope="module", autouse=True, params=["agency", RESTYLED])
def figures(request, django_db_setup, django_db_blocker):
    """One import per folder; each test's own writes are rolled back."""
    with empty_installation(django_db_blocker):
        install_defaults()
        code, _, errors = run("import_agency", DATA / request.param)
        assert (code, errors) == (0, []), errors
        yield Figures(DATA / request.param, AS_OF)


def exported(command, tmp_path, span, as_of=AS_OF):
    file = tmp_path / f"{command}-{span}.csv"
    code, _, errors = run(command, "--period", span, "--as-of", as_of, "--out", file)
    assert (code, errors) == (0, []), errors
    return file.read_bytes()


def table(body):
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def by_key(body, columns):
    heads, *rows = table(body)
    assert heads == columns
    found = {tuple(row[:3]): tuple(row[3:]) for row in rows}
    assert len(found) == len(rows)
    return found


def requirement_table(body):
    return by_key(body, ["organisation", "rule", "period", "expected", "done", "state", "due"])


def fact_table(body):
    return by_key(body, ["organisation", "measure", "period", "numerator", "denominator"])


def as_text(rows):
    return {key: tuple("" if cell is None else str(cell) for cell in row) for key, row in rows.items()}


@pytest.mark.parametrize("span", SPANS)
def test_every_requirement_is_the_one_reckoned_from_the_ledgers(figures, tmp_path, span):
    found = requirement_table(exported("export_requirements", tmp_path, span))
    assert len(found) > 20
    assert found == as_text(figures.requirements(span))


@pytest.mark.parametrize("span", SPANS)
def test_every_fact_of_every_level_is_the_one_reckoned_from_the_ledgers(figures, tmp_path, span):
    found = fact_table(exported("export_facts", tmp_path, span))
    root = Organisation.objects.get(parent=None).name
    assert {"activities", "attendance", "requirement"} <= {key[1].split(".")[0] for key in found if key[0] == root}
    assert found == as_text(figures.facts(span))


def test_an_earlier_day_is_answered_as_of_that_day_also_after_a_later_one(figures, tmp_path):
    later = exported("export_facts", tmp_path, "2026")
    early = Figures(figures.folder, date(2026, 6, 30))
    assert requirement_table(exported("export_requirements", tmp_path, "2026", early.as_of)) == as_text(
        early.requirements("2026")
    )
    found = fact_table(exported("export_facts", tmp_path, "2026", early.as_of))
    assert found == as_text(early.facts("2026"))
    assert exported("export_facts", tmp_path, "2026") == later


def test_a_second_import_changes_no_figure(figures, tmp_path):
    before = [exported(command, tmp_path, "2026") for command in ("export_requirements", "export_facts")]
    code, out, errors = run("import_agency", figures.folder)
    assert (code, errors) == (0, []), errors
    after = [exported(command, tmp_path, "2026") for command in ("export_requirements", "export_facts")]
    assert after == before


def test_a_roll_up_again_and_a_rebuild_give_the_same_facts(figures, tmp_path):
    before = exported("export_facts", tmp_path, "2026")
    for again in ([], ["--rebuild"], ["--period", "2026Q3", "--rebuild"]):
        code, out, errors = run("roll_up", "--as-of", AS_OF, *again)
        assert (code, errors) == (0, []), errors
        assert out.startswith("汇总完成")
    assert exported("export_facts", tmp_path, "2026") == before


def test_a_trial_lists_every_branch_with_its_total(figures):
    code, out, errors = run("score", "--period", "2026Q3", "--as-of", AS_OF)
    assert (code, errors) == (0, []), errors
    lines = [line.split("\t") for line in out.splitlines()]
    branches = {
        Organisation.objects.get(name=name).short_name for name, kind in figures.kinds.items() if kind == "党支部"
    }
    assert {line[0] for line in lines} in (branches, {n for n, kind in figures.kinds.items() if kind == "党支部"})
    assert all(line[1] == "不完整" or 0 <= float(line[1]) <= 100 for line in lines)


@pytest.mark.parametrize("form", ["docx", "xlsx", "html"])
def test_a_report_before_publication_is_a_draft_marked_as_trial(figures, tmp_path, form):
    file = tmp_path / f"report.{form}"
    code, out, errors = run("make_report", "--period", "2026Q3", "--as-of", AS_OF, "--format", form, "--out", file)
    assert (code, errors) == (0, []), errors
    assert "试算" in out
    if form == "html":
        text = file.read_text()
    else:
        with zipfile.ZipFile(file) as parts:
            text = " ".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    assert "试算" in text
    assert "2026年第三季度" in text or "2026年三季度" in text


WRONG = [
    (["--period", "2026Q5"], "2026"),
    (["--period", "四季度"], ""),
    (["--period", "2026-13"], ""),
    (["--period", "2026Q3", "--as-of", "24.11.2026"], "--as-of"),
    (["--period", "2026Q3", "--as-of", "2026-11-31"], "--as-of"),
]


@pytest.mark.parametrize("command", ["export_requirements", "export_facts", "make_report", "score", "roll_up"])
@pytest.mark.parametrize(("arguments", "named"), WRONG)
def test_a_wrong_period_or_day_is_answered_in_one_sentence_and_leaves_no_file(tmp_path, command, arguments, named):
    extra = [] if command in ("score", "roll_up") else ["--out", tmp_path / "out.csv"]
    extra += ["--format", "xlsx"] if command == "make_report" else []
    code, out, errors = run(command, *arguments, *extra)
    assert (code, out, len(errors)) == (1, "", 1)
    assert named in errors[0] and errors[0].endswith("。")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["export_requirements", "export_facts", "make_report"])
@pytest.mark.parametrize("out", ["absent/out.csv", "", "a-file/out.csv"])
def test_a_place_that_cannot_be_written_is_answered_in_one_sentence(tmp_path, command, out):
    (tmp_path / "a-file").write_text("kept")
    extra = ["--format", "html"] if command == "make_report" else []
    code, _, errors = run(command, "--period", "2026Q3", "--as-of", AS_OF, "--out", tmp_path / out, *extra)
    assert (code, len(errors)) == (1, 1)
    assert errors[0].endswith("。")
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]
    assert (tmp_path / "a-file").read_text() == "kept"


def test_the_agency_of_the_workbooks_is_whole(figures):
    assert Organisation.objects.count() == len(figures.parent)
    assert Activity.objects.count() == len(figures.records)
    assert not Fact.objects.exclude(organisation__in=Organisation.objects.all()).exists()

"""What cases come to on paper: the yearly analysis in numbers, the resolution of a vote, the list as a file."""

import io
from datetime import date

import openpyxl
import pytest
from docx import Document

from members.activities.models import Activity
from members.development.analysis import analysed
from members.development.models.cases import CaseStep
from members.development.models.papers import CaseVote
from responsibilities.requirements.yearly import ANALYSES, owed_in
from tests.members.development.written import applicant, at, enter, record, until_consent

pytestmark = pytest.mark.django_db


def words(answer):
    document = Document(io.BytesIO(answer.getvalue() if hasattr(answer, "getvalue") else answer.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in document.paragraphs] + cells)


def test_the_analysis_counts_people_by_stage_and_names_nobody(world, as_):
    until_consent(world)
    applicant(world, "2027-06-01", name="申二")
    with at("2027-12-20"):
        found = analysed(world.staff, world.committee, 2027)
        assert (found.all.numbers, found.all.total) == ([1, 1, 0, 0], 2)
        assert dict(found.moved)["递交入党申请"] == 1
        late = {name: (due, late, left) for name, due, late, left in found.late}
        # Both reviews came in time; the talk with the second was never held.
        assert late["派人谈话"] == (1, 0, 1) and late["培养教育考察"] == (2, 0, 0)
        page = as_("staff").get("/development/analysis/2027/")
        assert "申一" not in page.content.decode() and "入党积极分子" in page.content.decode()
        file = as_("staff").post("/development/analysis/2027/docx/")
        assert "截至" in words(file) and "申一" not in words(file)
        assert as_("staff").get("/development/analysis/2028/").status_code == 404
        assert as_("staff").get(f"/development/analysis/2027/?organisation={world.branch_a.pk}").status_code == 404


def test_the_meeting_that_heard_the_analysis_closes_the_years_demand(world, as_):
    with at("2027-12-20"):
        form = as_("staff").get("/development/analysis/2027/").context["record"]
        page = as_("staff").get(form)
        assert page.status_code == 200 and page.context["form"]["topics"].value() == ["development"]
        heard = record(world.committee, "2027-12-18", "committee_plenary")
        Activity.objects.filter(pk=heard.pk).update(topics=["development"])
        (row,) = owed_in(ANALYSES, 2027, date(2027, 12, 20), [world.committee.pk])
    assert row.state == "met" and row.records == [heard.pk]


def test_a_resolution_has_the_five_fields_of_the_text(world, as_):
    """dev-resolution-fields, 第二十二条: four of them are reckoned."""
    case = until_consent(world)
    entry = CaseStep.objects.create(case=case, key="15", day=date(2027, 8, 20), text="表现突出")
    CaseVote.objects.create(entry=entry, about="admit", expected=5, present=4, yes=4)
    with at("2027-08-21"):
        path = f"/development/{case.pk}/resolution/15/"
        page = as_("secretary_a").get(path).content.decode()
        for field in ("表现突出", "5 人", "4 人", "2027年8月20日", "党支部书记签名"):
            assert field in page, field
        assert "接收申一同志为预备党员" in words(as_("secretary_a").post(f"{path}docx/"))
        assert as_("secretary_b").get(path).status_code == 404
        assert as_("secretary_a").get(f"/development/{case.pk}/resolution/23/").status_code == 404
        assert path in as_("secretary_a").get(f"/development/{case.pk}/").content.decode()


def test_a_vote_that_failed_is_no_resolution_to_admit(world, as_):
    case = until_consent(world)
    entry = CaseStep.objects.create(case=case, key="15", day=date(2027, 8, 20), text="表现突出")
    CaseVote.objects.create(entry=entry, about="admit", expected=5, present=4, yes=2)
    with at("2027-08-21"):
        page = as_("secretary_a").get(f"/development/{case.pk}/resolution/15/").content.decode()
    assert "未通过接收申一同志为预备党员" in page


def test_the_list_is_a_file_of_what_the_reader_sees(world, as_):
    case = applicant(world, "2026-06-01")
    enter(world, case, "2", "2026-06-20", kind="talk")
    with at("2026-07-01"):
        answer = as_("secretary_a").post("/development/export/")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        rows = list(book.active.iter_rows(values_only=True))
        assert any("申一" in row for row in rows)
        other = openpyxl.load_workbook(io.BytesIO(as_("secretary_b").post("/development/export/").content))
        assert not any("申一" in row for row in other.active.iter_rows(values_only=True))

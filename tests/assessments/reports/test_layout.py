"""The Word document of a report page by page: by its structure always, as it is rendered where LibreOffice is there."""

import io
import re
import shutil
import subprocess
from datetime import datetime

import docx
import pytest
from django.db import transaction
from django.utils import timezone
from docx.oxml.ns import qn
from docx.shared import Pt

from assessments.reports import annexes, builder, letter
from assessments.reports.builder import Head
from assessments.reports.paper import blocks_of
from branches.access.models import User
from common import clock
from common.periods import Period
from responsibilities.duties.models import Level
from tests.assessments.reports.random_results import Maker, branches_of, kept
from tests.responsibilities.duties.world import issue, make
from tests.responsibilities.work.random_work import build_work
from tests.shared import made_once

pytestmark = pytest.mark.django_db
ANCHOR = "1:" + "a" * 64
OFFICE = shutil.which("soffice")
MOST_PAGES = 5
UP = Head("report", "云测党〔2026〕9号", "签发人甲", "局党组")
DOWN = Head("circular", "云测党〔2026〕9号", "", "各党支部")
BARE = Head("report", "", "签发人甲", "局党组")


def full(world, number, head=UP, version=1):
    """The report of an agency with work, duties of every level, two periods before, as of a corrected version where asked."""
    branches, maker, period = branches_of(world, number), Maker(number), Period.parse("2026Q3")
    # Names as long as names are: a column of a table is three or four signs wide.
    for place, user in enumerate(User.objects.order_by("pk")):
        User.objects.filter(pk=user.pk).update(name=f"责任人{'甲乙丙丁戊己庚辛壬癸'[place % 10]}")
    make(levels=[Level.PARTY_GROUP, Level.COMMITTEE, Level.GENERAL_BRANCH, Level.BRANCH])
    issue()
    build_work(world, number, items=20)
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        for earlier in (period.previous().previous(), period.previous()):
            maker.assessment(earlier, branches)
        if version > 1:
            first = maker.assessment(period, branches)
            kept(first, builder.build(first, anchor=ANCHOR, head=head), world)
        made = maker.assessment(period, branches, number=version, reason="两条记录的日期登记有误")
        return builder.build(made, anchor=ANCHOR, head=head)


def opened(report):
    return docx.Document(io.BytesIO(letter.render(report)))


# Of which agency, with which head, of which version: what the pages of LibreOffice are looked at of.
LAID_OUT = [(14, UP, 1), (60, UP, 2), (60, DOWN, 1)]


def make_reports(world):
    """Return {number, head, version: report} of each of LAID_OUT and of a smaller one with every head; no rows stay."""
    made = {}
    for number, head, version in [*LAID_OUT, (5, UP, 1)]:
        with transaction.atomic():
            made[number, head, version] = full(world, number, head, version)
            if number == 5:
                made |= {(number, other, version): full_again(world, other) for other in (DOWN, BARE)}
            transaction.set_rollback(True)
    return made


reports = made_once(make_reports)


@pytest.fixture(scope="module")
def document(reports):
    return opened(reports[LAID_OUT[0]])


@pytest.fixture(scope="module")
def laid_out(reports, tmp_path_factory):
    """Return {number, head, version: text of each page} of LAID_OUT; one start of LibreOffice renders them all."""
    folder = tmp_path_factory.mktemp("office")
    files = {one: folder / f"report{place}.docx" for place, one in enumerate(LAID_OUT)}
    for one, file in files.items():
        file.write_bytes(letter.render(reports[one]))
    home = f"-env:UserInstallation=file://{folder}/office"
    convert = [OFFICE, home, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, files.values())]
    subprocess.run(convert, check=True, capture_output=True, timeout=180)
    return {one: pages(file.with_suffix(".pdf")) for one, file in files.items()}


def pages(file):
    told = subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True)
    return told.stdout.decode().split("\f")


def test_headings_and_captions_stay_with_what_follows(document):
    for name in ("Heading 1", "Heading 2"):
        assert document.styles[name].paragraph_format.keep_with_next
    captions = [p for p in document.paragraphs if re.match(r"表\d+　", p.text)]
    assert len(captions) >= 4 and all(p.paragraph_format.keep_with_next for p in captions)


def test_every_table_repeats_its_head_which_stays_with_the_first_row_and_splits_no_row(document):
    assert len(document.tables) > 20
    for table in document.tables:
        rows = table._tbl.tr_lst
        assert rows[0].trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
        assert all(p.paragraph_format.keep_with_next for cell in table.rows[0].cells for p in cell.paragraphs)
        assert sum(cell.width for cell in table.rows[0].cells) / 36000 == pytest.approx(156, abs=0.5)


def test_the_last_two_rows_of_a_table_stand_on_one_page(document):
    longer = [table for table in document.tables if len(table.rows) > 2]
    for table in longer:
        *_, last_but_one, last = table.rows
        kept = [line.paragraph_format.keep_with_next for cell in last_but_one.cells for line in cell.paragraphs]
        assert kept and all(kept)
        assert not any(line.paragraph_format.keep_with_next for line in last.cells[0].paragraphs)
    assert longer


def test_the_end_of_the_text_attachments_office_and_day_stand_together(document):
    texts = [p.text for p in document.paragraphs]
    first, last = (
        next(place for place, text in enumerate(texts) if text.endswith("特此报告。")),
        texts.index("2026年11月20日"),
    )
    assert all(p.paragraph_format.keep_with_next for p in document.paragraphs[first:last])
    assert texts[last - 1].endswith("机关党委") and any(text.startswith("附件：1.") for text in texts[first:last])


def test_each_annex_begins_a_page_and_is_announced(reports):
    report = reports[5, UP, 1]
    document = opened(report)
    found = annexes.annexes_of(report)
    heads = [p for p in document.paragraphs if re.fullmatch(r"附件\d", p.text)]
    assert [p.text for p in heads] == [f"附件{annex.number}" for annex in found]
    assert all(p.paragraph_format.page_break_before for p in heads)
    said = "".join(p.text for p in document.paragraphs)
    assert all(f"{annex.number}.{annex.title}" in said for annex in found)


def test_the_red_head_is_by_the_kind_of_document(reports):
    document = opened(reports[5, UP, 1])
    line = next(p for p in document.paragraphs if p.text.startswith("云测党〔2026〕9号"))
    assert line.text == "云测党〔2026〕9号\t签发人：签发人甲" and line.paragraph_format.tab_stops[0].alignment == 2
    assert line.paragraph_format.left_indent == Pt(16)
    assert "局党组：" in [p.text for p in document.paragraphs]
    down = opened(reports[5, DOWN, 1])
    texts = [p.text for p in down.paragraphs]
    assert (
        "云测党〔2026〕9号" in texts
        and "各党支部：" in texts
        and texts
        and any(text.endswith("特此通报。") for text in texts)
    )
    assert not any("签发人" in text for text in texts)
    assert any(text.replace("\n", "").endswith("考核情况的通报") for text in texts)
    bare = opened(reports[5, BARE, 1])
    assert bare.paragraphs[0].text == "签发人：签发人甲" and "C00000" not in bare.element.body.xml


def full_again(world, head):
    from assessments.results.models import Assessment

    made = Assessment.objects.filter(period="2026Q3").order_by("-version").first()
    return builder.build(made, anchor=ANCHOR, head=head)


@pytest.mark.skipif(
    OFFICE is None or shutil.which("pdftotext") is None,
    reason="LibreOffice (soffice) and pdftotext are not installed: how Word lays the pages out was not looked at",
)
@pytest.mark.parametrize("number, head, version", LAID_OUT)
def test_the_body_takes_at_most_five_pages_and_none_is_left_over(reports, laid_out, number, head, version):
    assert sum(block["kind"] == "table" for block in blocks_of(reports[number, head, version])) >= 5
    found = [re.sub(r"[^\S\n]", "", page) for page in laid_out[number, head, version]]
    annex = next(place for place, page in enumerate(found) if page.startswith("附件1"))
    body = found[:annex]
    assert len(body) <= MOST_PAGES, [page[:80] for page in body]
    assert "2026年11月20日" in body[-1] and f"特此{'报告' if head is UP else '通报'}" in body[-1]
    for page in found:
        lines = [line for line in page.split("\n") if line and not re.fullmatch(r"—\d+—", line)]
        if lines:
            assert not re.match(r"[一二三四五六]、|表\d+　|（[一二三四五六七八九十]+）", lines[-1]), lines[-1]
            assert lines[-1] != "附件："

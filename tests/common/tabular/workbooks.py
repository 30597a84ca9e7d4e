"""Workbooks made for tests: honest ones by XlsxWriter, hostile ones part by part."""

import io
import zipfile

import xlsxwriter

TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.'
    '{kind}.main+xml"/>'
    "{more}</Types>"
)
RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/'
    '2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/{kind}" '
    'Target="{target}"/>{more}</Relationships>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
STRINGS = (
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/sharedStrings" '
    'Target="sharedStrings.xml"/>'
)
STRINGS_TYPE = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sharedStrings+xml"/>'
)
SHEET_TYPE = (
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/>'
)


def sheet_xml(rows, after=""):
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def text_cell(at, text):
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def archive(parts):
    """Return the bytes of a ZIP with the parts {name: text or bytes}."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def parts_of(sheet, more=None):
    """Return the parts of a small valid workbook with the sheet XML `sheet`; `more` adds or replaces."""
    parts = {
        "[Content_Types].xml": TYPES.format(
            part="xl/workbook.xml", kind="spreadsheetml.sheet", more=SHEET_TYPE + STRINGS_TYPE
        ),
        "_rels/.rels": RELS.format(kind="officeDocument", target="xl/workbook.xml", more=""),
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELS.format(kind="worksheet", target="worksheets/sheet1.xml", more=STRINGS),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>姓名</t></si></sst>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    return parts | (more or {})


def docx():
    kind = "wordprocessingml.document"
    return archive(
        {
            "[Content_Types].xml": TYPES.format(part="word/document.xml", kind=kind, more=""),
            "_rels/.rels": RELS.format(kind="officeDocument", target="word/document.xml", more=""),
            "word/document.xml": "<w:document xmlns:w='w'/>",
        }
    )


def workbook(sheets):
    """Return the bytes of a workbook; `sheets`: {title: rows, or (rows, [merged ranges])}."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"})
    for title, content in sheets.items():
        rows, merges = content if isinstance(content, tuple) else (content, [])
        sheet = book.add_worksheet(title.strip("~"))
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)
        for span in merges:
            first = sheet.table.get(_row(span), {}).get(_column(span))
            sheet.merge_range(span, "")
            if first is not None:
                row, column = _row(span), _column(span)
                sheet.write(row, column, rows[row][column])
        if title.endswith("~"):
            sheet.hide()
    book.close()
    return out.getvalue()


def _row(span):
    return int("".join(c for c in span.split(":")[0] if c.isdigit())) - 1


def _column(span):
    return ord(span[0]) - 65

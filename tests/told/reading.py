"""What somebody reads on a page: words in order, fields with what they hold, where links lead; no ids or scripts.

Of classes only the looks that a state gives: is-late, is-ok.
"""

import io
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import openpyxl
from django.urls import Resolver404, resolve

SILENT = {"script", "style", "svg", "head", "template"}
BLOCKS = {
    "p",
    "div",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "table",
    "section",
    "form",
    "label",
    "dt",
    "dd",
    "option",
    "summary",
}
BLOCKS |= {"ul", "ol", "dl", "thead", "tbody", "header", "footer", "nav", "aside", "main", "fieldset", "legend", "br"}
LAYOUT = {"is-wrap", "is-sticky", "is-required", "is-main", "is-left"}
VOID = {"input", "br", "img", "hr", "meta", "link", "col", "wbr"}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts, self.silent, self.main = [], 0, 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in SILENT
        self.main += tag == "main"
        given = dict(attrs)
        if self.silent or not self.main:
            return
        self.parts.append("\n" if tag in BLOCKS else "")
        if tag in ("td", "th"):
            self.parts.append(" | ")
        names = [name for name in (given.get("class") or "").split() if name not in LAYOUT]
        looks = [f"({name.removeprefix('is-')})" for name in names if name.startswith("is-") or "-depth-" in name]
        looks += ["(current)"] if given.get("aria-current") == "true" else []
        self.parts.append(f" {''.join(looks)} " if looks else "")
        for name in ("title", "aria-label", "placeholder"):
            if given.get(name):
                self.parts.append(f" ‹{given[name]}› ")
        if tag == "a" and given.get("href"):
            self.parts.append(f" ⟨{where(given['href'])}⟩ ")
        if tag == "input" and given.get("type") not in ("hidden", "submit"):
            mark = "☑" if "checked" in given else ""
            self.parts.append(
                f" [{re.sub(r'[0-9]+', '#', given.get('name') or '')}{mark}={kept(given.get('value') or '')}] "
            )
        if tag == "option" and "selected" in given:
            self.parts.append(" ☑")

    def handle_endtag(self, tag):
        self.silent -= tag in SILENT
        self.main -= tag == "main"

    def handle_data(self, data):
        if self.main and not self.silent:
            self.parts.append(data)

    def lines(self):
        # How much of the trail is sealed by now is told by the worker's pace, not by the story; ids by the run.
        text = re.sub(r"，?\s*待封存( \d+ 条)?", "", CHANCE.sub("*", "".join(self.parts)))
        text = re.sub(r"([a-z_]+：)\d+\b", r"\1#", text)
        lines = (re.sub(r"\s+", " ", line).strip() for line in text.split("\n"))
        return "\n".join(line for line in lines if line)


# Keys made by chance: of rows written anew, of files, of the trail's seal.
CHANCE = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\d*:?\b[0-9a-f]{20,64}\b")


def kept(text):
    """Return a value without the ids of rows, which differ from run to run."""
    return re.sub(r"(?<![\d.-])\d{1,7}(?![\d.-])", "#", CHANCE.sub("*", text))


def where(href):
    """Return the name of an address, with its query, in place of its path."""
    parts = urlsplit(href)
    try:
        name = resolve(parts.path).url_name if parts.path else ""
    except Resolver404:
        name = parts.path
    query = f"?{kept(parts.query)}" if parts.query else ""
    place = re.sub(r"\d+", "#", f"#{parts.fragment}") if parts.fragment else ""
    return f"{name}{query}{place}"


def page(answer):
    """Return what a page says between <main> and </main>, one line for each block."""
    reader = _Reader()
    reader.feed(answer.content.decode())
    return reader.lines()


def fragment(answer):
    """Return what a fragment says, as `page`."""
    reader = _Reader()
    reader.main = 1
    reader.feed(answer.content.decode())
    return reader.lines()


def workbook(answer):
    """Return the rows of every sheet of an exported workbook."""
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer) if answer.streaming else answer.content))
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return "\n".join(" | ".join("" if cell is None else str(cell) for cell in row) for row in rows)

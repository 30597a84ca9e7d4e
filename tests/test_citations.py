"""What code, tests and documents cite by number stands in the repository (docs/decisions.md, docs/security.md)."""

import re

import pytest

from branches.rulebook import all_rules
from tests.paths import ROOT

DECISIONS = (ROOT / "docs" / "decisions.md").read_text()
SECURITY = (ROOT / "docs" / "security.md").read_text()
FOLDERS = (
    "common",
    "branches",
    "members",
    "responsibilities",
    "assessments",
    "config",
    "bench",
    "bin",
    "tests",
    "templates",
)
TEXTS = {
    path: path.read_text()
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".html", ".toml") and path.name != "test_citations.py"
} | {path: path.read_text() for path in (ROOT / "docs").glob("*.md") if path.name != "decisions.md"}


def numbered(title):
    """Return the numbers of the list below a heading of docs/decisions.md."""
    part = DECISIONS.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^(\d+)\. ", part, re.M))


def cited(pattern):
    """Return {number: [files]} of what the pattern names; lists such as "13, 14" and "C30–C34" count whole."""
    found = {}
    for path, text in TEXTS.items():
        for match in re.findall(pattern, text):
            for number in re.findall(r"\d+", match):
                found.setdefault(number, []).append(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize(
    ("pattern", "title"),
    [
        (r"[Dd]ecisions? (\d+(?:(?:, | and |–)\d+)*)", "Decisions"),
        (r"(?:domain )?truths? (\d+(?:(?:, | and )\d+)*)", "Truths"),
        (r"access rules? (\d+(?:(?:, | and )\d+)*)", "Rules of access"),
    ],
)
def test_what_is_cited_by_number_is_in_the_document(pattern, title):
    found = cited(pattern)
    assert found, "nothing is cited: the pattern no longer fits"
    assert {number: files for number, files in found.items() if number not in numbered(title)} == {}


def test_controls_and_faults_that_are_cited_are_described():
    controls, faults = cited(r"\bC(\d\d)\b"), cited(r"\bF(\d\d)\b")
    assert len(controls) > 20 and len(faults) > 5
    described = set(re.findall(r"\bC(\d\d)\b", SECURITY))
    for first, last in re.findall(r"C(\d\d)–C(\d\d)", SECURITY):
        described |= {f"{number:02}" for number in range(int(first), int(last) + 1)}
    assert {number: files for number, files in controls.items() if number not in described} == {}
    named = set(re.findall(r"^- F(\d\d): ", DECISIONS, re.M))
    assert {number: files for number, files in faults.items() if number not in named} == {}


def test_rules_of_the_field_that_are_cited_are_in_the_rulebook():
    known = {rule.id for rule in all_rules()}
    found = {}
    for path, text in TEXTS.items():
        for name in re.findall(r"\brule (?:life|org|dev|edu|resp|oa|app|ma|dues|care)-[a-z0-9-]+", text):
            found.setdefault(name.removeprefix("rule "), []).append(str(path.relative_to(ROOT)))
    assert {name: files for name, files in found.items() if name not in known} == {}


def test_no_document_outside_the_repository_is_named():
    present = {path.name for path in ROOT.rglob("*.md") if ".venv" not in path.parts}
    missing = {}
    for path, text in TEXTS.items():
        # A filter of the templates is called tongbu.md in its tests.
        for name in re.findall(r"\b([a-z_]+\.md)\b", text.replace("tongbu.md", "")):
            if name not in present:
                missing.setdefault(name, []).append(str(path.relative_to(ROOT)))
    assert missing == {}

"""What the documents name exists."""

import re

import pytest
from django.core.management import get_commands

from members.measures import ACTIVITY_MEASURES, ATTENDANCE_MEASURES
from responsibilities.measures import (
    DUTIES_DONE,
    REQUIREMENT_MEASURES,
    RESOLUTIONS_DONE,
    SYNC_CLOSURE,
    SYNC_LAG,
    SYNC_WAIVED,
)
from responsibilities.supervision.models import SUPERVISIONS_ANSWERED
from responsibilities.work.models import SyncStageKind
from tests.paths import ROOT

TESTS = set(re.findall(r"^def (test_\w+)", "\n".join(p.read_text() for p in (ROOT / "tests").rglob("test_*.py")), re.M))
OURS = {
    name for name, room in get_commands().items() if room in {"branches", "members", "responsibilities", "assessments"}
}
VARIABLES = re.compile(r'env\.(text|flag|integer|words|secret|secrets_of|optional_secret|database|redis)\(\s*"(\w+)"')


def test_every_test_that_the_security_page_names_exists():
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text()))
    assert len(named) > 80
    assert named - TESTS == set()


def test_every_control_and_accident_has_its_row_of_the_batteries_and_every_test_named_there_exists():
    text = (ROOT / "docs" / "batteries.md").read_text()
    rows = re.findall(r"^\| ([CF]\d\d) \|", text, re.M)
    assert rows == [f"C{number:02d}" for number in range(1, 66)] + [f"F{number:02d}" for number in range(1, 33)]
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text))
    assert len(named) > 120
    assert [pair for pair in sorted(named) if f"\ndef {pair[1]}(" not in (ROOT / pair[0]).read_text()] == []


def test_every_variable_of_the_settings_is_described():
    read = {name for _, name in VARIABLES.findall((ROOT / "config" / "settings.py").read_text())}
    described = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "settings.md").read_text(), re.M))
    assert "DATABASE_URL" in read
    assert read - described == set()


def test_every_command_is_in_the_readme():
    assert OURS - set(re.findall(r"`(\w+)", (ROOT / "README.md").read_text())) == set()


def test_every_component_and_script_is_described():
    text = (ROOT / "docs" / "components.md").read_text()
    tags = {f"`c-{path.stem.replace('_', '-')}`" for path in (ROOT / "templates" / "cotton").glob("*.html")}
    scripts = {f"`{path.name}`" for path in (ROOT / "static" / "js").glob("*.js")}
    assert [name for name in sorted(tags | scripts) if name not in text] == []


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")) + ["../README.md"])
def test_links_between_documents_lead_somewhere(page):
    source = ROOT / "docs" / page
    links = re.findall(r"\]\(([^)#]+)", source.read_text())
    assert [link for link in links if "://" not in link and not (source.parent / link).exists()] == []


def test_every_measure_is_described():
    text = (ROOT / "docs" / "measures.md").read_text()
    kinds = [*ACTIVITY_MEASURES, *ATTENDANCE_MEASURES, *REQUIREMENT_MEASURES]
    named = {f"{name.partition('.')[0]}." for name in kinds} | {
        SYNC_CLOSURE,
        SYNC_WAIVED,
        SYNC_LAG,
        *SyncStageKind.values,
    }
    named |= {DUTIES_DONE, SUPERVISIONS_ANSWERED, RESOLUTIONS_DONE}
    assert [name for name in sorted(named) if f"`{name}" not in text] == []

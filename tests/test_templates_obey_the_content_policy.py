"""The content policy forbids inline style and script, so no template and no script of ours may need them."""

import re

import pytest

from branches.frame import states as looks
from tests.paths import ROOT

TEMPLATES = sorted([*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")])
# A file for a reader's own disk, never served by us: it carries its style sheets with it.
TEMPLATES.remove(ROOT / "templates" / "assessments" / "reports" / "standalone.html")
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
STYLES = sorted((ROOT / "static").rglob("*.css"))
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))

FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.I),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "a javascript address": re.compile(r"javascript:", re.I),
    "an htmx handler that needs eval": re.compile(r"\shx-(on|vals\s*=\s*[\"']js)", re.I),
    "a foreign address": re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.I),
}


def _named(paths):
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


@pytest.mark.parametrize("path", _named(TEMPLATES))
def test_a_template_needs_nothing_inline_or_foreign(path):
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.S)
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert not found, f"{path.relative_to(ROOT)} has {found}"


@pytest.mark.parametrize("path", _named(SCRIPTS))
def test_a_script_builds_no_markup_that_the_policy_would_block(path):
    text = path.read_text()
    assert not re.search(r"""["'][^"']*\sstyle=""", text)
    assert not re.search(r"\beval\(|new Function\(|setAttribute\(\s*[\"']style", text)


@pytest.mark.parametrize("path", _named([*STYLES, *sorted((ROOT / "static" / "vendor").rglob("*.js"))]))
def test_a_served_file_points_to_no_source_map(path):
    assert "sourceMappingURL" not in path.read_text(encoding="utf-8")


def test_every_icon_that_a_template_names_is_in_the_sprite():
    named = set()
    for path in TEMPLATES:
        text = path.read_text()
        named |= set(re.findall(r"{% icon \"([a-z0-9-]+)\"", text))
        named |= set(re.findall(r"(?<![:\w-])icon=\"([a-z0-9-]+)\"", text))
        named |= set(re.findall(r"icons\.svg' %}#([a-z0-9-]+)\"", text))
    named |= set(
        re.findall(r'"[a-z_]+", "([a-z0-9-]+)", [A-Z]', (ROOT / "branches" / "frame" / "navigation.py").read_text())
    )
    for path in SCRIPTS:
        named |= set(re.findall(r"iconHtml\(\"([a-z0-9-]+)\"", path.read_text()))
    assert named and named <= SPRITE, sorted(named - SPRITE)


def test_every_icon_of_the_sprite_is_named_somewhere():
    rooms = ("templates", "static/js", "common", "branches", "members", "responsibilities", "assessments")
    paths = [path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in (".html", ".js", ".py")]
    named = {name for path in paths for name in re.findall(r"[\"'#]([a-z][a-z0-9-]*)[\"']", path.read_text())}
    assert SPRITE - named == set()


def test_every_state_has_an_icon_of_the_sprite():
    icons = {look[1] for look in [*looks.CHIPS.values(), *looks.CELLS.values()]}
    assert icons <= SPRITE, sorted(icons - SPRITE)


def test_no_text_is_smaller_than_twelve_pixels_on_screen():
    for path in STYLES:
        if "vendor" in path.parts:
            continue
        shown = re.sub(r"@media print {\n.*?\n}\n", "", path.read_text(), flags=re.S)
        for size in re.findall(r"font-size:\s*(\d+(?:\.\d+)?)px", shown):
            assert float(size) >= 12, path.name

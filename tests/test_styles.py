"""Style sheets and templates agree: each selector has one home, each class is styled and used, each page loads what it needs."""

import re
from collections import Counter
from functools import cache

import pytest

from branches.frame import states
from tests.paths import ROOT

CSS, TEMPLATES = ROOT / "static" / "css", ROOT / "templates"
ROOMS = ("common", "branches", "members", "responsibilities", "assessments")
# No style of ours needs it, but Django writes it, or a script sets it on the root.
FOREIGN = {"nonfield", "js"}
# Fragments that htmx puts into the page that names their url: the page loads their styles too.
FRAGMENTS = {
    "activity_checks": "members/activities/_checks.html",
    "activity_tiles": "members/activities/_attendance.html",
    "collect_held": "responsibilities/collects/_held.html",
    "dashboard_remind": "responsibilities/requirements/popover.html",
    "home_waiting": "assessments/home/waiting.html",
    "item_duties": "responsibilities/duties/served.html",
    "own_brief": "responsibilities/duties/own_brief.html",
    "owed_by_member": "responsibilities/requirements/own/member.html",
    "owed_by_own": "responsibilities/requirements/own/panel.html",
    "policy_points": "assessments/results/policies/panel.html",
    "record_belongings": "responsibilities/belongs/panel.html",
    "record_belongs": "responsibilities/belongs/slot.html",
    "record_counts": "assessments/home/record_effects/counts.html",
    "record_link_review": "responsibilities/work/record_review.html",
    "record_links": "responsibilities/work/record_slot.html",
    "record_stage_links": "responsibilities/work/record_panel.html",
    "record_uses": "assessments/home/record_effects/panel.html",
    "requirement_duties": "responsibilities/duties/served.html",
    "requirement_left_out": "responsibilities/requirements/left_out.html",
    "setting_consequence": "responsibilities/requirements/settings/consequence.html",
    "stage_consequence": "responsibilities/requirements/settings/consequence.html",
    "score_estimate": "assessments/results/estimates/panel.html",
}
TAG = r"{{.*?}}|{%.*?%}"
ATTRIBUTE = re.compile(rf"""(?<![\w:-])class=("(?:[^"{{]|{TAG})*"|'[^']*')""", re.S)
CLASS = re.compile(r"\.([A-Za-z][\w-]*)")


def _rules(path):
    """Yield the selectors of a style sheet, one by one."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    for head in re.findall(r"([^{};]+)\{", text):
        if not head.strip().startswith("@"):
            yield from (" ".join(selector.split()) for selector in re.split(r",(?![^(]*\))", head))


@cache
def _selectors():
    """Return {style sheet as {% styles %} names it: its selectors}."""
    paths = sorted(CSS.rglob("*.css"))
    return {str(path.relative_to(CSS).with_suffix("")): set(_rules(path)) for path in paths}


@cache
def _text(name):
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", (TEMPLATES / name).read_text(), flags=re.S)
    return re.sub(r"{% icon ([^%]*)%}", _icon, text)


def _icon(tag):
    """Return what an icon's tag writes, as far as its classes are concerned."""
    said = dict(re.findall(r'(size|css)="([^"]*)"', tag[1]))
    size = f"dj-icon-{said['size']}" if "size" in said else ""
    return f'<svg class="dj-icon {size} {said.get("css", "")}">'


@cache
def _classes(name):
    """Return (classes, beginnings of classes that end in a variable) that a template writes."""
    whole, begun = set(), set()
    values = [value[1:-1] for value in ATTRIBUTE.findall(_text(name))]
    values += re.findall(r"{% block body_class %}(.*?){% endblock %}", _text(name), re.S)
    for value in values:
        parts = re.split(rf"({TAG})", value, flags=re.S)
        for number in range(0, len(parts), 2):
            words = parts[number].split()
            ends_in_variable = number + 1 < len(parts) and parts[number + 1].startswith("{{")
            if words and ends_in_variable and not parts[number][-1].isspace():
                begun.add(words.pop())
            whole.update(words)
    return whole, begun


@cache
def _made_of(name):
    """Return the template and all that it extends, includes, uses as a component or fetches."""
    text = _text(name)
    near = set(re.findall(r"{%\s*(?:include|extends)\s+[\"']([^\"']+)", text))
    near |= {f"cotton/{tag.replace('-', '_')}.html" for tag in re.findall(r"<c-(?!vars|slot)([a-z-]+)", text)}
    if "hx-" in text or "pop=" in text:
        near |= {FRAGMENTS[url] for url in re.findall(r"{% url '([a-z_]+)'", text) if url in FRAGMENTS}
    return {name}.union(*(_made_of(other) for other in near if other != name))


def _named(text):
    """Return the style sheets that the calls of {% styles %} in a text name."""
    return {name for call in re.findall(r"{% styles (.*?) %}", text) for name in re.findall(r'"(.*?)"', call)}


def _loaded(name):
    """Return the style sheets that a page loads: those of its head, and its block of styles or the nearest above it."""
    names, block = _named(_text("includes/head.html")), None
    while name:
        text = _text(name)
        own = re.search(r"{% block styles %}(.*?){% endblock %}", text, re.S)
        if own:
            text = text.replace(own.group(), "")
            block = own.group(1) if block is None else block
        names |= _named(text)
        above = re.search(r"{% extends \"([^\"]+)", text)
        name = above and above.group(1)
    return names | _named(block or "")


def _all_templates():
    return sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


def _pages():
    return [name for name in _all_templates() if "{% extends" in _text(name) and not name.startswith("generic/")]


def test_no_selector_stands_in_two_style_sheets():
    homes = Counter(selector for selectors in _selectors().values() for selector in selectors)
    assert [selector for selector, number in homes.items() if number > 1] == []


def test_every_class_that_is_styled_is_used():
    whole, begun = (set().union(*parts) for parts in zip(*map(_classes, _all_templates()), strict=True))
    scripts = "\n".join(path.read_text() for path in (ROOT / "static" / "js").rglob("*.js"))
    modules = "\n".join(path.read_text() for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    words = set(re.findall(r"[\w-]+", modules + "".join(map(_text, _all_templates()))))
    styled = {name for selectors in _selectors().values() for each in selectors for name in CLASS.findall(each)}

    def used(name):
        if name in whole | FOREIGN or re.search(rf"(?<![\w-]){name}(?![\w-])", scripts):
            return True
        ends = (name.removeprefix(start) for start in begun if name.startswith(start))
        return any(end in words or end.isdigit() for end in ends) or name == "near"

    assert sorted(name for name in styled if not used(name)) == []


def test_every_class_of_a_template_is_styled_or_read_by_a_script():
    tabler = (ROOT / "static" / "vendor" / "tabler" / "tabler.min.css").read_text()
    scripts = "\n".join(path.read_text() for path in (ROOT / "static" / "js").rglob("*.js"))
    known = set(CLASS.findall(tabler + scripts))
    known |= {name for selectors in _selectors().values() for each in selectors for name in CLASS.findall(each)}
    lost = {}
    for name in _all_templates():
        whole, begun = _classes(name)
        unknown = {each for each in whole if each not in known}
        unknown |= {start for start in begun if not any(each.startswith(start) for each in known)}
        lost |= {name: unknown} if unknown else {}
    assert lost == {}


def test_every_tone_of_a_chip_and_of_a_cell_is_styled():
    styled = {name for each in _selectors()["components/chip"] for name in CLASS.findall(each)}
    cells = {name for each in _selectors()["components/heat"] for name in CLASS.findall(each)}
    assert {f"tone-{tone}" for _, _, tone in states.CHIPS.values()} <= styled
    assert {f"is-{tone}" for _, _, tone in states.CELLS.values()} <= cells


@pytest.mark.parametrize("name", _pages())
def test_a_page_loads_the_styles_of_what_it_is_made_of(name):
    whole, begun = (set().union(*parts) for parts in zip(*map(_classes, _made_of(name)), strict=True))
    begun.discard("is-")

    def there(each):
        return each in whole or each == "js" or any(each.startswith(start) for start in begun)

    def applies(selector):
        classes = [each for each in CLASS.findall(re.sub(r":not\([^)]*\)", "", selector)) if not each.startswith("is-")]
        return set(classes) - {"js"} and all(map(there, classes))

    needed = {sheet for sheet, selectors in _selectors().items() if any(map(applies, selectors))}
    assert needed - _loaded(name) == set()


@pytest.mark.parametrize("name", _pages())
def test_a_page_loads_only_styles_that_exist(name):
    assert _loaded(name) - set(_selectors()) == set()


def test_no_line_of_a_template_has_two_hundred_characters():
    long = [
        f"{name}:{number}"
        for name in _all_templates()
        for number, line in enumerate((TEMPLATES / name).read_text().splitlines(), 1)
        if len(line) >= 200
    ]
    assert long == []

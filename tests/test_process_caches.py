"""What a process keeps is the same for every agency: `cache` and `lru_cache` stand over files and pure functions alone."""

import ast

from tests.house import trees
from tests.paths import ROOT

# function: what it is reckoned from. A new one belongs here once it reads no row and no setting of an agency.
ALLOWED = {
    "assessments/reports/documents.py:_style": "files of ours",
    "branches/access/single_sign_on.py:_client_of": "its arguments; the provider is the installation's",
    "branches/audit/macs.py:_ring": "its arguments, the keys themselves",
    "branches/templatetags/heat.py:_look": "its arguments and the looks of states, files of ours",
    "common/crypto.py:_index_key": "its arguments, the key itself",
    "common/key_ring.py:parse_keys": "its argument, the keys themselves",
    "common/periods.py:_parsed": "its argument",
    "common/readings.py:_readings": "files of a library",
    "common/tabular/headings.py:_telling": "its argument",
    "common/tabular/headings.py:keys": "its argument",
    "common/templatetags/tongbu.py:_style_links": "files of ours",
    "members/development/steps.py:steps": "a file of ours",
    "members/education/rules.py:_months_mostly_in": "its arguments",
    "responsibilities/duties/templates/__init__.py:_templates": "files of ours",
    "responsibilities/policies/rules.py:due_after": "its arguments and the published calendar, a library's file",
    "responsibilities/policies/rules.py:workdays_between": "its arguments and the published calendar, a library's file",
    "responsibilities/work/ways.py:table": "a file of ours",
    "responsibilities/requirements/rulings.py:pinyin_of": "the rulebook, files of ours",
    "branches/rulebook/__init__.py:_rules": "files of ours",
}
_RINGS = {"branches/audit/macs.py:_ring", "common/key_ring.py:parse_keys"}


def cached():
    """Return {file:function: decorator} of every function whose result a process keeps; one inside another ends with it."""
    found = {}
    for path, tree in trees().items():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(("tests/", "bench/", "bin/")):
            continue
        outer = [part for node in tree.body for part in (node.body if isinstance(node, ast.ClassDef) else [node])]
        for node in outer:
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    word = ast.unparse(mark)
                    if word.partition("(")[0].rpartition(".")[2] in ("cache", "lru_cache"):
                        found[f"{name}:{node.name}"] = word
    return found


def test_only_files_and_pure_functions_are_kept():
    assert set(cached()) == set(ALLOWED)


def test_the_key_rings_of_a_hundred_agencies_are_kept():
    found = cached()
    assert all("maxsize=128" in found[name] for name in _RINGS)


def test_no_cache_of_django_is_used():
    users = [
        path.relative_to(ROOT).as_posix()
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.core.cache")
    ]
    assert users == []

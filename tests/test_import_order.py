"""Rooms and subjects stand in an order; nothing imports against it (docs/architecture.md)."""

import ast

import pytest

from tests.paths import ROOT
from tests.structure import ROOMS, arrows_back, circles, code, files, knowing_the_tree, named, order, place_of


def test_every_folder_of_a_room_is_a_subject_of_the_order():
    for room, subjects in order().items():
        if not subjects:
            continue
        folders = {
            path.name
            for path in (ROOT / room).iterdir()
            if path.is_dir() and path.name not in {"migrations", "management", "templatetags", "__pycache__"}
        }
        assert folders == {
            name.partition("/")[0] for name in subjects if (ROOT / room / name.partition("/")[0]).is_dir()
        }


def test_no_import_runs_against_the_order():
    assert arrows_back() == []


def test_no_modules_import_each_other():
    assert circles() == []


def test_the_order_tells_arrows():
    """The reading itself: without this a changed heading in the document would let everything through."""
    assert place_of("branches.places.tree") == ("branches", "places")
    assert place_of("responsibilities.supervision.models") == ("responsibilities", "supervision/models")
    assert len(files()) > 300 and all(order()[room] for room in ROOMS if room not in ("common", "config"))


def test_common_knows_no_room():
    rooms = [room for room in ROOMS if room != "common"]
    wrong = []
    for path, tree in code(room="common"):
        for node in ast.walk(tree):
            name = node.module if isinstance(node, ast.ImportFrom) else ""
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [name or ""]
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if any(found.split(".")[0] in rooms for found in [*names, text] if found and " " not in found):
                wrong.append(f"{named(path)}:{node.lineno}")
    assert wrong == []


def test_only_places_and_reach_know_the_columns_of_the_tree():
    assert knowing_the_tree() == []


@pytest.mark.parametrize(
    "asked", ["date.today", "datetime.today", "datetime.now", "timezone.now", "timezone.localdate"]
)
def test_only_the_clock_asks_what_time_it_is(asked):
    wrong = [
        f"{named(path)}:{node.lineno}"
        for path, tree in code()
        if named(path) != "common/clock.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(asked)
    ]
    assert wrong == []


def _is_pk(given):
    return isinstance(given.value, ast.Name) and given.value.id == "pk"


def test_views_get_objects_through_loaders_only():
    wrong = []
    for path, tree in code("views"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "get" and ast.unparse(node.value).endswith(".objects"):
                wrong.append(f"{named(path)}:{node.lineno}")
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).endswith(".filter")
                and ".objects" in ast.unparse(node)
            ):
                # One object by the id of an address.
                wrong += [
                    f"{named(path)}:{node.lineno}" for given in node.keywords if given.arg == "pk" and _is_pk(given)
                ]
            if isinstance(node, ast.Name) and node.id in {"get_object_or_404", "get_list_or_404"}:
                wrong.append(f"{named(path)}:{node.lineno}")
    assert wrong == []


@pytest.mark.parametrize("banned", ["csrf_exempt", "mark_safe", "|safe", "autoescape off", "bulk_create(organisations"])
def test_dangerous_words_do_not_occur(banned):
    paths = [*files().values(), *(ROOT / "templates").rglob("*.html")]
    assert [named(path) for path in paths if banned in path.read_text()] == []

"""Architecture: config → assessments → responsibilities → members → branches; nothing imports leftwards."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["branches", "members", "responsibilities", "assessments", "config"]
FILES = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_itself_and_lower_rooms(room):
    allowed = ROOMS[: ROOMS.index(room) + 1]
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in FILES
        if path.relative_to(ROOT).parts[0] == room
        for name in _imported(ast.parse(path.read_text()))
        if name.split(".")[0] in ROOMS and name.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_views_get_objects_through_loaders_only():
    wrong = []
    for path in FILES:
        if "views" not in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "get" and ast.unparse(node.value).endswith(".objects"):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if isinstance(node, ast.Name) and node.id in {"get_object_or_404", "get_list_or_404"}:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


@pytest.mark.parametrize("banned", ["csrf_exempt", "mark_safe", "|safe", "autoescape off", "bulk_create(organisations"])
def test_dangerous_words_do_not_occur(banned):
    paths = [*FILES, *(ROOT / "templates").rglob("*.html")]
    assert [str(path) for path in paths if banned in path.read_text()] == []

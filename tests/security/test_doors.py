"""Views take objects through the loaders only, and declare whom they let in (C10, C11, C16)."""

import ast

import pytest

from tests.answers import ROWS, address
from tests.paths import ROOT
from tests.test_matrix import named

ROOMS = ("branches", "members", "responsibilities", "assessments")
VIEWS = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if path.stem == "views" or path.parent.name == "views"
)
# Without login: the way in, and what a machine asks; the address of a calendar is its key.
OPEN = {
    "healthz",
    "readyz",
    "login",
    "login_code",
    "logout",
    "sso_callback",
    "sso_start",
    "offer_calendar",
    "own_calendar_feed",
}


def test_the_views_of_every_room_are_looked_at():
    assert {path.relative_to(ROOT).parts[0] for path in VIEWS} == set(ROOMS)
    assert len(VIEWS) > 40


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_view_never_fetches_an_object_by_its_id_alone(path):
    banned = []
    for node in ast.walk(ast.parse(path.read_text())):
        manager = getattr(getattr(node, "value", None), "attr", "")
        if getattr(node, "attr", "") == "get" and manager in ("objects", "_base_manager", "_default_manager"):
            banned.append(node.lineno)
        if getattr(node, "id", "") == "get_object_or_404":
            banned.append(node.lineno)
    assert banned == []


@pytest.mark.parametrize("name", sorted(set(named()) - OPEN))
def test_whoever_is_not_logged_in_is_led_to_the_login(name, world, client):
    answer = client.get(address(ROWS[name], name, world))
    assert answer.status_code in (302, 405)
    if answer.status_code == 302:
        assert answer["Location"].startswith("/login/?next=")

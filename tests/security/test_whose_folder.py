"""Whose a folder of bin/start is: told by its mark, and without one by its database, never guessed from its keys."""

import sqlite3
from contextlib import closing

import pytest

from config import installation
from config.env import WrongSetting


def database(folder, *, demo):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secret_key").write_text("x")
    with closing(sqlite3.connect(folder / "tongbu.sqlite3")) as made:
        made.executescript("CREATE TABLE branches_setting (key text); CREATE TABLE branches_user (id int)")
        made.execute("INSERT INTO branches_user VALUES (1)")
        if demo:
            made.execute("INSERT INTO branches_setting VALUES ('demo_agency')")
        made.commit()
    return folder


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("demo", [True, False])
def test_a_folder_that_lost_its_mark_is_what_its_database_says(tmp_path, demo, asked):
    folder = database(tmp_path / "var", demo=demo)
    installation.take(folder, asked)
    assert installation.kind_of(folder) == ("demo" if demo else "own")
    assert (folder / "installation").stat().st_mode & 0o777 == 0o600
    if asked != demo:
        with pytest.raises(WrongSetting):
            installation.check(folder, asked, debug=False)


def test_keys_alone_make_no_demo(tmp_path):
    (tmp_path / "secret_key").write_text("x")
    installation.take(tmp_path, demo=False)
    assert installation.kind_of(tmp_path) == "own"


def test_a_new_folder_is_what_was_asked_for(tmp_path):
    for demo, kind in ((True, "demo"), (False, "own")):
        installation.take(tmp_path / kind, demo)
        assert installation.kind_of(tmp_path / kind) == kind

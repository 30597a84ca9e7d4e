"""agencies.toml: what is read, and each mistake with its sentence, which holds no key and no password."""

import base64

import pytest

from branches.agencies import file_edits
from common import agencies, agencies_file
from common.agencies_file import AgenciesError
from config.schedule import ALSO_READ_ONLY, BEAT_SCHEDULE, ROUNDS, SIGNS, queue_of, schedule_of

PASSWORD = "pw-that-nobody-reads"
SECRET = ("FIELD_KEYS", "AUDIT_KEY", "FIELD_INDEX_KEY")


def keys(folder, key, **changed):
    """Make the keys of an agency; changed: {file: content}, None for none."""
    place = folder / "keys" / key
    place.mkdir(parents=True)
    number = sum(key.encode())
    made = {
        "field_keys": "1:" + base64.b64encode(bytes([number % 256]) * 32).decode(),
        "audit_key": f"{key}-audit-key-of-this-agency-0123456789",
        "field_index_key": f"{key}-index-key-of-this-agency-0123456789",
    }
    for name, content in (made | changed).items():
        if content is not None:
            (place / name).write_text(content)
            (place / name).chmod(0o600)
    return place


def section(folder, key, **changed):
    row = {
        "name": f"机关{key}",
        "hosts": [f"{key}.example.cn"],
        "database": f"postgres://role_{key}:{PASSWORD}@127.0.0.1:5432/data_{key}",
        "keys": str(folder / "keys" / key),
        "media": str(folder / "media" / key),
    } | changed
    lines = [
        f"[agencies.{key}]",
        *(f"{name} = {file_edits._toml(value)}" for name, value in row.items() if value is not None),
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def write(tmp_path):
    def written(*sections, head="", mode=0o600):
        file = tmp_path / "agencies.toml"
        file.write_text(head + "\n".join(sections))
        file.chmod(mode)
        return file

    for key in ("a", "b"):
        keys(tmp_path, key)
    return written


def test_an_agency_is_read_with_what_is_its_own(write, tmp_path):
    file = write(
        section(tmp_path, "a"), section(tmp_path, "b", state="closed"), head='template = "postgres://t:x@h/t"\n'
    )
    found = agencies_file.read(file)
    a = found.agencies["a"]
    assert (a.name, a.hosts, a.state, found.agencies["b"].state) == ("机关a", ("a.example.cn",), "active", "closed")
    assert a.values["SITE_URL"] == "https://a.example.cn"
    assert a.values["AUDIT_ANCHOR_FILE"] == str(tmp_path / "media" / "a_audit_anchors")
    assert set(a.values) == set(agencies_file.OWN)
    assert (a.database["NAME"], a.database["USER"], found.template["NAME"]) == ("data_a", "role_a", "t")
    assert found.hosts == {"a.example.cn": a, "b.example.cn": found.agencies["b"]}
    assert PASSWORD not in repr(a) and a.values["AUDIT_KEY"] not in repr(a)


WRONG = {
    "no hosts": ({"hosts": []}, "hosts"),
    "upper case": ({"hosts": ["A.example.cn"]}, "全为小写"),
    "port": ({"hosts": ["a.example.cn:80"]}, "不带端口"),
    "trailing dot": ({"hosts": ["a.example.cn."]}, "末尾没有点"),
    "sqlite": ({"database": "sqlite:///x"}, "postgres://"),
    "no role": ({"database": "postgres://h/data"}, "数据库角色"),
    "state": ({"state": "open"}, "state"),
    "unknown word": ({"host": "x"}, "不认识 host"),
    "relative folder": ({"media": "media"}, "绝对路径"),
    "site of another": ({"site_url": "https://b.example.cn"}, "site_url"),
    "http": ({"site_url": "http://a.example.cn"}, "site_url"),
    "no name": ({"name": " "}, "name"),
    "number": ({"name": 5}, "须是文字"),
}


@pytest.mark.parametrize("case", WRONG)
def test_each_mistake_is_said_with_the_agency(write, tmp_path, case):
    changed, words = WRONG[case]
    with pytest.raises(AgenciesError) as error:
        agencies_file.read(write(section(tmp_path, "a", **changed)))
    assert words in str(error.value) and "机关 a" in str(error.value) and PASSWORD not in str(error.value)


SHARED = {
    "host": (lambda folder: {"hosts": ["b.example.cn", "a.example.cn"], "site_url": "https://b.example.cn"}, "域名相同（a.example.cn）"),
    "database": (lambda folder: {"database": "postgres://role_b:x@127.0.0.1:5432/data_a"}, "数据库相同"),
    "role": (lambda folder: {"database": "postgres://role_a:x@127.0.0.1:5432/data_b"}, "数据库角色相同"),
    "keys": (lambda folder: {"keys": str(folder / "keys" / "a")}, "密钥相同"),
    "folder": (lambda folder: {"media": str(folder / "media" / "a" / "b"), "anchors": "/x"}, "附件目录"),
}  # fmt: skip


@pytest.mark.parametrize("case", SHARED)
def test_what_two_agencies_have_in_common_is_refused(write, tmp_path, case):
    changed, words = SHARED[case]
    with pytest.raises(AgenciesError, match=words):
        agencies_file.read(
            write(
                section(tmp_path, "a", anchors="/y"), section(tmp_path, "b", **({"anchors": "/z"} | changed(tmp_path)))
            )
        )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("audit_key", None, "缺少密钥文件"),
        ("audit_key", "short", "太短"),
        ("field_keys", "1:abc", "field_keys"),
        ("field_index_key", "c-audit-key-of-this-agency-0123456789", "相同的密钥"),
    ],
)
def test_keys_are_the_agencys_own_and_whole(write, tmp_path, name, content, words):
    keys(tmp_path, "c", **{name: content})
    found = agencies_file.read(write(section(tmp_path, "a"), section(tmp_path, "c"))).agencies
    assert words in found["c"].fault and "机关 c" in found["c"].fault and not any(map(found["c"].values.get, SECRET))
    # That of one is no other's: it keeps its own.
    assert found["a"].fault == "" and all(map(found["a"].values.get, SECRET))
    with pytest.raises(AgenciesError, match=words), agencies.entered(found["c"]):
        pass


def test_no_agency_is_added_without_keys_that_serve_and_the_state_of_one_without_can_be_set(write, tmp_path):
    file = write(section(tmp_path, "a"))
    keys(tmp_path, "c", audit_key="short")
    row = {"name": "丙", "hosts": ["c.example.cn"], "database": "postgres://c:x@h/c"}
    row |= {"keys": str(tmp_path / "keys" / "c"), "media": str(tmp_path / "media" / "c")}
    before = file.read_text()
    with pytest.raises(AgenciesError, match="太短"):
        file_edits.append(file, "c", row)
    assert file.read_text() == before
    (tmp_path / "keys" / "a" / "audit_key").unlink()
    assert file_edits.set_state(file, "a", "closed").state == "closed"


def test_who_cannot_write_beside_the_file_is_told_who_can_before_anything_is_made_or_dropped(
    write, tmp_path, monkeypatch
):
    from branches.agencies.adding import agency_add
    from branches.agencies.closing import agency_drop

    file = write(section(tmp_path, "a", state="closed"))
    before, closed = file.read_text(), agencies_file.read(file).agencies["a"]
    monkeypatch.setattr("os.access", lambda path, mode: path != tmp_path)
    new = {
        "key": "c",
        "name": "丙",
        "hosts": ["c.example.cn"],
        "folder": tmp_path / "keys" / "c",
        "state": tmp_path / "s",
    }
    for refused in (
        lambda: file_edits.set_state(file, "a", "active"),
        lambda: agency_add(file=file, **new),
        lambda: agency_drop(file=file, agency=closed, backup=tmp_path),
    ):
        with pytest.raises(AgenciesError, match="请以 root"):
            refused()
    assert file.read_text() == before and not (tmp_path / "keys" / "c").exists()


def test_files_that_others_can_read_are_refused(write, tmp_path):
    with pytest.raises(AgenciesError, match="其他人可以读取"):
        agencies_file.read(write(section(tmp_path, "a"), mode=0o644))
    with pytest.raises(AgenciesError, match="无法读取"):
        agencies_file.read(tmp_path / "none.toml")
    (tmp_path / "keys" / "a" / "audit_key").chmod(0o640)
    assert "其他人可以读取" in agencies_file.read(write(section(tmp_path, "a"))).agencies["a"].fault


def test_what_is_no_toml_says_where_and_repeats_nothing(write):
    with pytest.raises(AgenciesError) as error:
        agencies_file.read(write(f'[agencies.a]\ndatabase = "{PASSWORD}\n'))
    assert "line 2" in str(error.value) and PASSWORD not in str(error.value)


def test_a_section_is_added_changed_and_removed_and_the_rest_stays(write, tmp_path):
    file = write(section(tmp_path, "a"), head="# kept by hand\n")
    row = {"name": "乙", "hosts": ["b.example.cn"], "database": "postgres://role_b:x@h/data_b"}
    row |= {"keys": str(tmp_path / "keys" / "b"), "media": str(tmp_path / "media" / "b"), "anchors": "/z"}
    assert file_edits.append(file, "b", row).name == "乙"
    assert file_edits.set_state(file, "a", "read-only").state == "read-only"
    assert file_edits.set_state(file, "a", "closed").state == "closed"
    text = file.read_text()
    assert text.startswith("# kept by hand\n") and text.count("state = ") == 1 and file.stat().st_mode & 0o777 == 0o600
    before = file.read_text()
    with pytest.raises(AgenciesError):
        file_edits.append(file, "c", row)
    assert file.read_text() == before
    file_edits.remove(file, "a")
    assert list(agencies_file.read(file).agencies) == ["b"] and file.read_text().startswith("# kept by hand\n")


def test_beat_sends_rounds_once_and_what_takes_long_for_each_agency_at_its_own_minute(write, tmp_path):
    assert schedule_of(None) is BEAT_SCHEDULE
    rows = agencies_file.read(
        write(section(tmp_path, "a", anchors="/y"), section(tmp_path, "b", state="read-only"))
    ).agencies
    made = schedule_of(rows)
    alone = {name for name, entry in BEAT_SCHEDULE.items() if entry["task"] in ROUNDS | SIGNS}
    assert alone <= set(made) and made["fill-facts"]["schedule"] < BEAT_SCHEDULE["fill-facts"]["schedule"]
    own = {name: entry for name, entry in made.items() if "@" in name}
    assert {name for name in own if name.endswith("@a")} == {f"{name}@a" for name in set(BEAT_SCHEDULE) - alone}
    assert {own[name]["task"] for name in own if name.endswith("@b")} == ALSO_READ_ONLY - ROUNDS
    assert all(entry["options"]["headers"] == {"agency": name.rpartition("@")[2]} for name, entry in own.items())
    # A round is short, and goes to the queue that nothing holds up.
    assert {queue_of(task) for task in ROUNDS} == {"short"}
    assert len({str(entry["schedule"]) for entry in own.values()}) > 3

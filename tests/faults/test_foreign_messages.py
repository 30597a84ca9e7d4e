"""Messages that nobody of us sent are a line in the log each, and are thrown away (F20); real workers: test_real_worker.py."""

import json
import logging
from queue import Empty

import pytest
from kombu import Connection

from common import folder_broker
from common.logs import OneLine

GOOD = {"body": "", "content-type": "application/json", "content-encoding": "utf-8", "headers": {}}
GOOD |= {"properties": {"delivery_tag": "1", "delivery_info": {}}}


@pytest.fixture
def channel(tmp_path):
    folder_broker.use()
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "c")}
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.channel()


def test_a_folder_hands_on_what_can_be_read_and_says_what_it_threw_away(channel, tmp_path, caplog):
    foreign = {
        "half": b'{"body": "',
        "list": b"[]",
        "bytes": b"\xff\xfe",
        "empty": b"",
        "deep": b"[" * 100_000,
        "body": json.dumps(
            GOOD | {"body": "A", "properties": GOOD["properties"] | {"body_encoding": "base64"}}
        ).encode(),
    }
    for name, content in foreign.items():
        (tmp_path / f"0_{name}.mine.msg").write_bytes(content)
    (tmp_path / "1_good.mine.msg").write_text(json.dumps(GOOD))
    assert channel._get("mine") == GOOD
    with pytest.raises(Empty):
        channel._get("mine")
    said = [record.getMessage() for record in caplog.records if record.name == "tongbu.broker"]
    assert len(said) == len(foreign) and all("已丢弃" in line and "\n" not in line for line in said)


def test_a_folder_hands_messages_on_as_they_were_sent(channel, monkeypatch):
    moments = [999_999_998, 999_999_999, 1_000_000_000, 1_000_000_001]
    for moment in moments:
        monkeypatch.setattr(folder_broker, "time_ns", lambda moment=moment: moment)
        channel._put("mine", GOOD | {"headers": {"sent": moment}})
    assert [channel._get("mine")["headers"]["sent"] for _ in moments] == moments


def test_what_celery_says_of_messages_is_one_line_and_our_own_errors_keep_theirs(caplog):
    def told(name):
        try:
            raise KeyError("os.system")
        except KeyError:
            logging.getLogger(name).error(
                "Received unregistered task of type %r.\nThe message\nwas", "x", exc_info=True
            )
        record = caplog.records[-1]
        assert OneLine().filter(record)
        return logging.Formatter().format(record)

    assert told("celery.worker.consumer.consumer") == "Received unregistered task of type 'x'. (KeyError)"
    assert "Traceback" in told("celery.app.trace") and "Traceback" in told("tongbu.jobs")

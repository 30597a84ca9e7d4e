"""Kombu's broker in a folder, but whole: a message or a binding appears complete or not at all, also on a full disk (F08).

Kombu writes under the final name. What a full disk leaves of it, an empty file or half a line, ends the worker that reads
it (F20), and half a binding stops every later message.
"""

import fcntl
import logging
import os
import uuid
from contextlib import suppress
from json import JSONDecodeError
from pathlib import Path
from time import time_ns
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps, loads

log = logging.getLogger("tongbu.broker")
_PART = ".part"


def use() -> None:
    """Let addresses `filesystem://` mean this broker."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"


def _write(path: Path, content: Any) -> None:
    """Write JSON under a name that nobody looks for, then give it its own; ChannelError where that fails."""
    part = path.with_name(f"{path.name}{_PART}")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(dumps(content))
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise ChannelError(f"Cannot write {path.name}: {error.strerror}") from error


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as the transport says
        # Names of one length sort as they were sent, also those from before a restart of the machine, whose own count begins anew.
        name = f"{time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, payload)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Return the next message that can be read; others are thrown away with a line in the log, and end no worker."""
        while True:
            try:
                found = super()._get(queue)
                # Whoever delivers it takes it apart in the same way.
                self.Message(found, channel=self)
                return found
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                said = (
                    "a message in the queue %s cannot be read and was thrown away 队列中一条消息无法读取，已丢弃 (%s)"
                )
                log.warning(said, queue, type(error).__name__)

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str) -> None:
        wanted = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        try:
            self.control_folder.mkdir(exist_ok=True)
            with (self.control_folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                queues = self.get_table(exchange)
                if wanted not in queues:
                    _write(self._bindings_of(exchange), [wanted, *queues])
        except (OSError, ChannelError) as error:
            # Kombu has noted the binding already and would never write it: the next message binds again.
            self.state.queue_bindings_delete(queue)
            raise ChannelError(f"Cannot bind {queue}: {error}") from error

    def _bindings_of(self, exchange: str) -> Path:
        path: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]  # the stubs are older
        return path

    def get_table(self, exchange: str) -> list[Any]:
        """Return the bindings of an exchange; one that cannot be read is made anew by the next that binds."""
        try:
            rows = loads(self._bindings_of(exchange).read_text(encoding="utf-8"))
            return [filesystem.exchange_queue_t(*row) for row in rows]
        except (FileNotFoundError, JSONDecodeError, TypeError):
            return []
        except OSError as error:
            raise ChannelError(f"Cannot open the bindings of {exchange}") from error


class Transport(filesystem.Transport):
    Channel = Channel
    # What is bound is known to this class alone, not to kombu's own.
    global_state = virtual.BrokerState()

"""Many agencies on one installation: who they are, and the one this thread works for.

Each agency has a database, a database role, keys, files and hosts of its own (agencies.toml, named by AGENCIES). A door
(`entered`) puts the thread's connection of the agency in the place of Django's `default`, as Django's LiveServerThread
does; outside a door every statement is refused. Threads and processes only: under ASGI the connection would be another
request's. Without agencies.toml there is one agency and nothing here does anything.
"""

import asyncio
import hashlib
import hmac
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from copy import deepcopy
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import load_backend

from common.agencies_file import ACTIVE, CLOSED, READ_ONLY, STATES, AgenciesError, Agency
from common.no_agency.base import OutsideAgency

__all__ = [
    "ACTIVE",
    "CLOSED",
    "READ_ONLY",
    "STATES",
    "AgenciesError",
    "Agency",
    "OutsideAgency",
    "at_host",
    "current",
    "entered",
    "every",
    "many",
    "remembered",
    "setting",
    "signing_key",
]
# Connections that a thread keeps open: of a web server's threads three, of a worker's process one (50 agencies of 16 threads
# would be 800 connections).
KEPT_OPEN = 3
_current: ContextVar[Agency | None] = ContextVar("agency", default=None)
# Of a process that was forked: closing them would end the sessions of its parent.
_inherited: list[Any] = []


class LeftOpen(RuntimeError):
    """A door was left inside a transaction: it was undone, and its connection is used no more."""


class _Thread(threading.local):
    def __init__(self) -> None:
        self.wrappers: OrderedDict[str, Any] = OrderedDict()


_thread = _Thread()


def many() -> bool:
    """Whether this installation serves agencies of agencies.toml, and not the one of the environment."""
    return settings.AGENCIES is not None


def every(*states: str) -> list[Agency]:
    """Return the agencies in these states (all of them where none is named), in the order of the file."""
    return [agency for agency in (settings.AGENCIES or {}).values() if not states or agency.state in states]


def at_host(host: str) -> Agency | None:
    """Return the agency of a Host header as it was sent; None for whatever is not written so in agencies.toml."""
    return settings.AGENCY_HOSTS.get(host)


def current() -> Agency | None:
    """Return the agency this thread works for; None outside a door, and where there is only one."""
    return _current.get()


def _needed() -> Agency:
    agency = _current.get()
    if agency is None:
        raise OutsideAgency
    return agency


def setting(name: str) -> Any:
    """Return a setting that each agency has for itself (agencies_file.OWN); of a single agency that of the environment.

    Raises OutsideAgency outside a door.
    """
    return getattr(settings, name, "") if settings.AGENCIES is None else _needed().values[name]


def signing_key() -> str:
    """Return the key of what is signed for one agency, derived from the installation's; of a single agency SECRET_KEY."""
    if settings.AGENCIES is None:
        return str(settings.SECRET_KEY)
    return hmac.new(settings.SECRET_KEY.encode(), b"agency " + _needed().key.encode(), hashlib.sha256).hexdigest()


def signing_salt(salt: str) -> str:
    """Return a salt of Django's signing that is another for each agency; of a single agency as it was given."""
    return salt if settings.AGENCIES is None else f"{salt} {signing_key()}"


def cache_key(key: str, prefix: str, version: int) -> str:
    """KEY_FUNCTION of Django's caches: one agency never reads what was kept for another."""
    agency = _current.get()
    return f"{agency.key if agency else ''}:{prefix}:{version}:{key}"


@contextmanager
def entered(whose: str | Agency) -> Iterator[Agency]:
    """Work for an agency (or that of a key) inside the block; the thread's connection is the agency's, and afterwards nobody's.

    Inside the agency itself the block changes nothing. Raises AgenciesError for an unknown one, for one with a fault, and inside another one;
    LeftOpen where the block ends inside a transaction it began, which is undone.
    """
    agency = whose if isinstance(whose, Agency) else (settings.AGENCIES or {}).get(whose)
    if agency is None:
        raise AgenciesError(f"agencies.toml 中没有机关 {whose}。")
    if agency.fault:
        # Without its keys whatever is written could neither be read nor verified again.
        raise AgenciesError(agency.fault)
    key = agency.key
    if (here := _current.get()) is not None:
        if here.key != key:
            raise AgenciesError(f"正在为机关 {here.key} 工作，不能同时进入 {key}。")
        yield agency
        return
    _refuse_loop()
    wrapper, outside = _wrapper(agency), connections[DEFAULT_DB_ALIAS]
    token = _current.set(agency)
    connections[DEFAULT_DB_ALIAS] = wrapper
    broken = True
    try:
        yield agency
        broken = False
    finally:
        connections[DEFAULT_DB_ALIAS] = outside
        _current.reset(token)
        left_open = _put_back(agency, wrapper)
        if left_open and not broken:
            raise LeftOpen(f"a transaction was left open in agency {key}; it was undone")


def _refuse_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise AgenciesError("多机关只能以线程或进程方式运行（WSGI），不能用 ASGI。")


def _wrapper(agency: Agency) -> Any:
    """Return this thread's connection for an agency, looked at as Django looks at its own when a request begins."""
    wrapper = _thread.wrappers.pop(agency.key, None)
    # With the one that is entered now there are KEPT_OPEN at most.
    _keep(KEPT_OPEN - 1)
    if wrapper is None:
        row = connections.configure_settings({DEFAULT_DB_ALIAS: deepcopy(agency.database)})[DEFAULT_DB_ALIAS]
        wrapper = load_backend(row["ENGINE"]).DatabaseWrapper(row, DEFAULT_DB_ALIAS)
    else:
        wrapper.queries_log.clear()
        wrapper.close_if_unusable_or_obsolete()
    return wrapper


def _keep(number: int) -> None:
    """Close what was used longest ago, until so many are left."""
    while len(_thread.wrappers) > max(number, 0):
        _thread.wrappers.popitem(last=False)[1].close()


def _put_back(agency: Agency, wrapper: Any) -> bool:
    """Keep a connection for the next time, and close those used longest ago; returns whether a transaction was left open."""
    left_open = wrapper.in_atomic_block or (wrapper.connection is not None and not wrapper.autocommit)
    if left_open:
        # A wrapper in the midst of a block cannot be mended; without its connection the database undoes everything.
        raw, wrapper.connection = wrapper.connection, None
        if raw is not None:
            raw.close()
        return True
    _thread.wrappers[agency.key] = wrapper
    _keep(KEPT_OPEN)
    return False


def keep_open(number: int) -> None:
    """Let each thread of this process keep so many connections open (0 and more)."""
    global KEPT_OPEN
    KEPT_OPEN = number


def close_all() -> None:
    """Close what this thread keeps open: before a process forks, and when a thread ends."""
    _keep(0)


def _forked() -> None:
    _inherited.extend(_thread.wrappers.values())
    _thread.wrappers.clear()


os.register_at_fork(after_in_child=_forked)


def remembered() -> Callable[[], AbstractContextManager[Any]]:
    """Return what enters the agency of now again, for a thread that is begun in it; of a single agency it does nothing."""
    agency = _current.get()
    if agency is None:
        return nullcontext
    return lambda: _in_thread(agency.key)


@contextmanager
def _in_thread(key: str) -> Iterator[Agency]:
    try:
        with entered(key) as agency:
            yield agency
    finally:
        # The thread ends, and what it kept open with it.
        close_all()


def database_rows() -> list[dict[str, Any]]:
    """Return Django's DATABASES entry of each agency, or that of the one, for what holds for connections still to be made."""
    return [agency.database for agency in every()] if many() else [connections.settings[DEFAULT_DB_ALIAS]]

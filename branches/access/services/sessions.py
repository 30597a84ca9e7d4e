"""The sessions of an account: which there are, end one, end the others, not more than three (controls C04, C05)."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from axes.models import AccessLog
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localtime

from branches import audit
from branches.access import ended
from branches.access.browsers import browser_in_words
from branches.access.ended import SESSIONS_PER_ACCOUNT, sessions_delete
from branches.access.models import User
from branches.notices.services import notice_send
from common import clock
from common.database import one_transaction
from common.operator import OPERATOR
from common.sessions import SessionStore

# A browser that signed in from the same net within so many days is no news.
KNOWN_DAYS = 90


@dataclass(frozen=True)
class Living:
    """A session that is signed in. key: of the session table, never shown; id: names it in addresses."""

    key: str
    id: str
    browser: str
    address: str
    entered: datetime
    seen: datetime


def marks_of(user: User, browser: str, address: str) -> dict[str, Any]:
    """Return what a new session of `user` holds beside Django's own marks."""
    moment = int(clock.real_now().timestamp())
    return {
        "entered": moment,
        "seen": moment,
        "epoch": user.session_epoch,
        "id": secrets.token_hex(8),
        "browser": browser,
        "address": address,
    }


def living(user: User) -> list[Living]:
    """Return the sessions of `user` that are signed in, the newest first.

    Sessions are few and short-lived, so all living ones are looked through.
    """
    return sorted(_living(user), key=lambda row: row.entered, reverse=True)


def _living(user: User) -> Iterator[Living]:
    for session in Session.objects.filter(expire_date__gt=clock.now()):
        data = SessionStore().decode(session.session_data)
        if data.get(SESSION_KEY) == str(user.pk) and data.get("epoch") == user.session_epoch:
            yield Living(
                session.session_key,
                data.get("id", ""),
                data.get("browser", ""),
                data.get("address", ""),
                datetime.fromtimestamp(data.get("entered", 0), UTC),
                datetime.fromtimestamp(data.get("seen", 0), UTC),
            )


@one_transaction
def sessions_end(*, by: User) -> User:
    """End the other sessions of `by`; the caller renews his own."""
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    audit.record(by=by, verb="account.sessions_end", obj=user)
    return user


@one_transaction
def session_end(*, by: User, id: str) -> None:
    """End one session of `by`. Raises Http404 where there is none of this id (any more)."""
    row = next((row for row in living(by) if row.id and row.id == id), None)
    if row is None:
        raise Http404
    sessions_delete([row.key], ended.CLOSED)
    audit.record(by=by, verb="account.session_end", obj=by, note=f"{row.browser}，{row.address}")


def sessions_limit(*, user: User, keep: str | None) -> None:
    """End the oldest sessions of `user` beyond three, the one about to begin included (control C05).

    keep: key of the present session.
    """
    own = [row for row in living(user) if row.key != keep]
    surplus = [row.key for row in own[SESSIONS_PER_ACCOUNT - 1 :]]
    if surplus:
        sessions_delete(surplus, ended.SURPLUS)
        audit.record(by=user, verb="login.end", obj=user, note=ended.ENDINGS[ended.SURPLUS].trail)
        notice_send(
            by=OPERATOR,
            to=user,
            kind="session",
            text=f"同一账号最多同时登录 {SESSIONS_PER_ACCOUNT} 处，最早的一处已结束。不是您本人登录的，请立即修改密码。",
            url=reverse("security"),
        )


def tell_of_new_device(user: User, browser: str, address: str) -> None:
    """Tell the owner of a sign-in with a browser, or from a net, that none of the last 90 days had; before it is noted.

    The first one of an account is no news. A browser is known by its kind and system, not by its version, which changes
    every month; a net by the first three numbers of its address, because offices hand out addresses anew.
    """
    since = clock.real_now() - timedelta(days=KNOWN_DAYS)
    rows = AccessLog.objects.filter(username=user.username, attempt_time__gt=since)
    seen = {(browser_in_words(agent), _net(from_)) for agent, from_ in rows.values_list("user_agent", "ip_address")}
    if not seen or (browser, _net(address)) in seen:
        return
    moment = localtime(clock.real_now())
    text = f"{moment:%m-%d %H:%M} 有新设备登录：{browser}，地址 {address}。不是您本人，请立即修改密码并结束其他登录。"
    notice_send(by=OPERATOR, to=user, kind="session", text=text, url=reverse("security"))


def _net(address: str | None) -> str:
    try:
        whole = ip_address(address or "")
    except ValueError:
        return ""
    return str(ip_network(f"{whole}/{24 if whole.version == 4 else 64}", strict=False))


def seen_now(user: User) -> None:
    """Note that an account is in use at this moment."""
    User.objects.filter(pk=user.pk).update(last_seen=clock.now())

"""Why a session ended, in the words of the trail and of the login page (controls C04, C05).

The address of the login page carries the key alone, so that it can say nothing but one of these sentences. Of a locked
account the page says what it says of every other end.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpResponse

from common.sessions import SessionStore

LOCKED, CHANGED, HOURS, IDLE, FACTOR, SURPLUS, CLOSED, OVER = (
    *("locked", "changed", "hours", "idle", "factor"),
    *("surplus", "closed", "over"),
)
SESSIONS_PER_ACCOUNT = 3
_OVER = "登录已经结束：长时间没有操作，或者账号有过变动。请重新登录。"


@dataclass(frozen=True)
class Ending:
    trail: str
    sentence: str


ENDINGS = {
    LOCKED: Ending("账号已锁定", _OVER),
    CHANGED: Ending("口令、账号或任职变动后结束", "口令、账号或任职有过变动，这里的登录已经结束，请重新登录。"),
    HOURS: Ending("登录满时限", f"登录满 {settings.SESSION_COOKIE_AGE // 3600} 小时已经结束，请重新登录。"),
    IDLE: Ending("长时间未操作", f"{settings.SESSION_IDLE_SECONDS // 60} 分钟没有操作，登录已经结束，请重新登录。"),
    FACTOR: Ending("没有通过两步验证", _OVER),
    SURPLUS: Ending(
        f"同时登录超过 {SESSIONS_PER_ACCOUNT} 处，最早的结束",
        f"这一账号在别处登录，同时登录最多 {SESSIONS_PER_ACCOUNT} 处，这里的登录已经结束。"
        "在别处登录的不是您本人，请登录后立即修改密码。",
    ),
    CLOSED: Ending("", "这里的登录已在“登录安全”中结束，请重新登录。"),
    OVER: Ending("", _OVER),
}
_PARAMETER = "ended"


def sentence_of(key: str | None) -> str:
    """Return what the login page says; "" for a key that is none."""
    ending = ENDINGS.get(key or "")
    return ending.sentence if ending else ""


def _note_key(session_key: str) -> str:
    """Return under which key of the session table the end of a session is noted: whoever reads it cannot go back."""
    return hashlib.sha256(f"ended {session_key}".encode()).hexdigest()[:40]


def sessions_delete(keys: Iterable[str], why: str) -> None:
    """Delete these sessions, and note why for the browsers that still hold their cookies.

    The note is a row of its own: a request under way that saves its session again must find none, and not bring it back.
    """
    rows = list(Session.objects.filter(session_key__in=list(keys)))
    data = SessionStore().encode({_PARAMETER: why})
    for row in rows:
        Session.objects.update_or_create(
            session_key=_note_key(row.session_key), defaults={"session_data": data, "expire_date": row.expire_date}
        )
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()


def why_over(session_key: str) -> str:
    """Return the key of ENDINGS for a cookie whose session is no more."""
    row = Session.objects.filter(session_key=_note_key(session_key)).first()
    why = SessionStore().decode(row.session_data).get(_PARAMETER) if row else None
    return why if why in ENDINGS else OVER


def saying(address: str, why: str) -> str:
    """Return the address of the login page with the key of the sentence."""
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != _PARAMETER]
    return parts._replace(query=urlencode([*query, (_PARAMETER, why)])).geturl()


def tell(response: HttpResponse, login: str, session_key: str) -> HttpResponse:
    """Let a redirect to the login page say why the session of this cookie is over; every other answer stays as it is."""
    address = response.headers.get("Location", "")
    if response.status_code == 302 and urlsplit(address).path == login:
        response["Location"] = saying(address, why_over(session_key))
    return response

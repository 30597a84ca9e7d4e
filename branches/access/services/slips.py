"""One-time codes, on paper (slips) or not: what becomes of them, and who is told when one is tried again.

Who may print for whom is decided where posts and rosters are known: members/slips.
"""

from datetime import timedelta

from django.utils import timezone

from branches import audit
from branches.access.auditors import tell_auditors
from branches.access.models import CodeSlip, User
from branches.access.services.accounts import code_give
from branches.access.services.codes import digest_of
from branches.notices.models import Notice
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from common import clock
from common.database import one_transaction
from common.operator import OPERATOR

# Paper goes through the agency's post and through holidays; a code on the screen is good for a day.
SLIP_DAYS = 7
_TOLD_HOURS = 1


def slip_give(*, by: User, user: User, organisation: Organisation, role: str, post: str = "") -> tuple[CodeSlip, str]:
    """Give `user` a new code on paper, for a role or under the name of his post; return (slip, code). The code is good once, for seven days; older ones end.

    Part of the caller's transaction, which has checked that `by` may; the trail notes each printing: who, for whom, for which post.
    """
    again = CodeSlip.objects.filter(user=user, replaced_at__isnull=True).exists()
    code = code_give(user, by=by, unvouched=False, hours=SLIP_DAYS * 24)
    assert user.code_expires is not None
    slip = CodeSlip.objects.create(
        user=user,
        organisation=organisation,
        role=role,
        post=post,
        printed_by=by,
        printed_at=clock.now(),
        expires=user.code_expires,
        digest=digest_of(user.username, code),
    )
    note = f"为{slip.role_label}打印" + ("，原口令条作废" if again else "")
    audit.record(by=by, verb="account.slip", obj=user, organisation=organisation, note=note)
    return slip, code


def slip_of(user: User) -> CodeSlip | None:
    """Return the slip whose code the account waits with, or None: a password is set, or the code came another way."""
    if not user.must_change_password:
        return None
    rows = CodeSlip.objects.filter(user=user, set_at__isnull=True, replaced_at__isnull=True)
    return rows.select_related("printed_by").first()


def is_spent(user: User) -> bool:
    """Return whether somebody has signed in with the code of the account, and has set no password with it."""
    slip = slip_of(user)
    return user.must_change_password and (slip.used_at if slip else user.code_used_at) is not None


def code_use(user: User) -> bool:
    """Take the code with which somebody signs in, if it is one; False when another sign-in took it a moment ago."""
    if slip_of(user) is not None:
        if taken := slip_use(user):
            User.objects.filter(pk=user.pk).update(code_used_at=clock.now())
        return taken
    if not user.must_change_password:
        return True
    rows = User.objects.filter(pk=user.pk, must_change_password=True, code_used_at__isnull=True)
    return bool(rows.update(code_used_at=clock.now()))


def slip_use(user: User) -> bool:
    """Take the code on paper for this sign-in; False when another sign-in took it a moment ago."""
    slip = slip_of(user)
    if slip is None:
        return True
    return bool(CodeSlip.objects.filter(pk=slip.pk, used_at__isnull=True).update(used_at=clock.now()))


@one_transaction
def code_tried(*, username: str, code: str) -> str:
    """Return what to say to whoever signs in with a code that is good no longer; "" for anything else typed.

    Of a code that was not on paper the owner and the security auditors are told, once an hour.
    """
    if said := slip_tried(username=username, code=code):
        return said
    name = username.strip()
    rows = User.objects.filter(username__iexact=name, code_digest=digest_of(name, code), code_used_at__isnull=False)
    user = rows.first()
    if user is None or user.code_used_at is None:
        return ""
    moment = f"{timezone.localtime(user.code_used_at):%Y-%m-%d %H:%M}"
    about = f"code/{user.pk}"
    if not _told_lately(about):
        audit.record(by=user, verb="login.code", obj=user, note=f"一次性口令已于 {moment} 用过")
        text = f"有人用{user}（{user.username}）的一次性口令登录，该口令已于 {moment} 用过，没有登录成功。"
        notice_send(by=OPERATOR, to=user, kind="security", text=f"{text}不是您本人的，请告知安全审计员。", about=about)
        tell_auditors(text=f"{text}请与本人核对第一次是否本人所用。", about=about)
    return (
        f"这个一次性口令已于 {moment} 用过，不能再用。您已设置密码的，请用自己的密码登录；当时没有设好密码的，"
        "请向发给您口令的同志申领新口令；第一次不是您本人用的，请立即告诉安全审计员。"
    )


def _told_lately(about: str) -> bool:
    return Notice.objects.filter(about=about, sent__gt=clock.now() - timedelta(hours=_TOLD_HOURS)).exists()


@one_transaction
def slip_tried(*, username: str, code: str) -> str:
    """Return what to say to whoever signs in with a code on paper that is good no longer; "" for anything else typed.

    Only he who holds the paper learns anything. The printer is told, and for a code that was used or replaced the security
    auditors too; once an hour for each slip.
    """
    name = username.strip()
    # One statement whether or not there is such an account: the time tells nothing.
    rows = CodeSlip.objects.filter(digest=digest_of(name, code), user__username__iexact=name)
    slip = rows.select_related("user", "printed_by").first()
    if slip is None or not (slip.used_at or slip.replaced_at or slip.expires <= clock.now()):
        return ""
    said, found = _words(slip)
    _tell(slip, found, alarming=slip.used_at is not None or slip.replaced_at is not None)
    return said


def _words(slip: CodeSlip) -> tuple[str, str]:
    """Return (what he reads who tried the code, what was found, for the others)."""
    if slip.used_at:
        moment = f"{timezone.localtime(slip.used_at):%Y-%m-%d %H:%M}"
        said = (
            f"这张口令条已于 {moment} 用过，不能再用。您已设置密码的，请用自己的密码登录；当时没有设好密码的，"
            f"请找{slip.printed_by.name}重新打印；不是您本人用的，请立即告诉{slip.printed_by.name}和安全审计员。"
        )
        return said, f"已于 {moment} 用过"
    if slip.replaced_at:
        return "这张口令条已作废，请用新的口令条；没有收到的，请找打印人。", "已作废"
    return f"这张口令条已过期，请找{slip.printed_by.name}重新打印。", "已过期"


def _tell(slip: CodeSlip, found: str, *, alarming: bool) -> None:
    about = f"slip/{slip.pk}"
    if _told_lately(about):
        return
    audit.record(by=slip.user, verb="login.slip", obj=slip.user, note=f"口令条{found}")
    text = f"有人用{slip}的口令条登录，该口令条{found}，没有登录成功。"
    advice = "请与本人核对第一次是否本人所用。" if alarming else "请与本人联系，需要时重新打印。"
    notice_send(by=OPERATOR, to=slip.printed_by, kind="security", text=text + advice, about=about)
    if alarming:
        tell_auditors(text=f"{text}打印人：{slip.printed_by.name}。请核查。", about=about)

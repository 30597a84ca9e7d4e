"""The second factor of one's own account: enrol, give a code, recovery codes, remove (control C09).

Taking it from somebody who lost it goes the way of a lost password: services/resets.py.
"""

import base64
import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.access import factor
from branches.access.models import FactorDevice, RecoveryCode, User
from branches.access.services.codes import one_time_code
from branches.notices.services import notice_send
from branches.reach import access
from common import clock
from common.crypto import CannotBeShown
from common.database import one_transaction
from common.errors import Conflict
from common.fields import conceal, reveal
from common.operator import OPERATOR

RECOVERY_CODES = 10
# An enrolment that was begun and not finished is begun anew: its key may have been looked at meanwhile.
BEGUN_MINUTES = 30
_KEY_BYTES = 20  # RFC 4226, section 4: 160 bits


@dataclass(frozen=True)
class Answer:
    """What came of a code: right or not, why not, and how many recovery codes are left where one was used."""

    right: bool
    problem: str = ""
    left: int | None = None


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _digest(device: FactorDevice, code: str) -> str:
    # 74 random bits: nobody finds them from the digest by trying, so a slow hash would only slow the sign-in.
    return hashlib.sha256(f"tongbu recovery {device.uid} {code}".encode()).hexdigest()


def _plain(text: str) -> str:
    kept = unicodedata.normalize("NFKC", text).lower()
    return "".join(char for char in kept if char.isascii() and char.isalnum())


@one_transaction
def factor_begin(*, by: User) -> FactorDevice:
    """Make a new key for the own account and return the device that waits for its first code; a former one goes on until then."""
    user = _locked(by)
    FactorDevice.objects.filter(user=user, confirmed=False).delete()
    device = FactorDevice(user=user, confirmed=False, name="totp", created=clock.real_now())
    conceal(device, "key", secrets.token_bytes(_KEY_BYTES).hex())
    device.save()
    audit.record(by=user, verb="factor.begin", obj=device)
    return device


def address_of(device: FactorDevice, agency: str) -> str:
    """Return the address that an authenticator app reads from the picture (key uri format)."""
    issuer = f"{agency}机关党建"
    query = {
        "secret": _base32(device),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": 6,
        "period": device.STEP_SECONDS,
    }
    return f"otpauth://totp/{quote(f'{issuer}:{device.user.username}', safe=':')}?{urlencode(query, quote_via=quote)}"


def key_in_groups(device: FactorDevice) -> str:
    """Return the key for typing: base32 in groups of four."""
    text = _base32(device)
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _base32(device: FactorDevice) -> str:
    return base64.b32encode(bytes.fromhex(reveal(device, "key"))).decode().rstrip("=")


def begun(user: User) -> FactorDevice | None:
    """Return the device of an enrolment that was begun a short time ago."""
    since = clock.real_now() - timedelta(minutes=BEGUN_MINUTES)
    return FactorDevice.objects.filter(user=user, confirmed=False, created__gt=since).first()


@one_transaction
def factor_confirm(*, by: User, code: str) -> list[str]:
    """Finish enrolment with the first code of the new device; returns ten recovery codes, which nobody sees again.

    A former device and its codes end, and so do all other sessions. Raises ValidationError for a wrong code, Conflict
    where no enrolment waits.
    """
    user = _locked(by)
    device = begun(user)
    if device is None:
        raise Conflict("启用两步验证的时间已过，请重新开始。")
    answer = _read(device, _plain(code))
    if not answer.right:
        raise ValidationError(answer.problem)
    replaced, _ = FactorDevice.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save()
    codes = _new_codes(device)
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    audit.record(by=user, verb="factor.replace" if replaced else "factor.enrol", obj=device)
    _tell(user, "两步验证已更换到新的设备" if replaced else "两步验证已启用")
    return codes


def _tell(user: User, words: str) -> None:
    text = f"{words}。不是您本人操作的，请立即修改密码并告知安全审计员。"
    notice_send(by=OPERATOR, to=user, kind="security", text=text, url=reverse("security"))


def _new_codes(device: FactorDevice) -> list[str]:
    RecoveryCode.objects.filter(device=device).delete()
    codes = [one_time_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(device=device, digest=_digest(device, _plain(code))) for code in codes
    )
    return codes


@one_transaction
def recovery_codes_renew(*, by: User) -> list[str]:
    """Replace the recovery codes of the own account and return the new ones. Raises Conflict without a device."""
    user = _locked(by)
    device = factor.device_of(user)
    if device is None:
        raise Conflict("您还没有启用两步验证。")
    codes = _new_codes(device)
    audit.record(by=user, verb="factor.codes", obj=device)
    _tell(user, "两步验证的恢复码已换新，原来的作废")
    return codes


def codes_left(device: FactorDevice) -> int:
    """Return how many recovery codes of a device are unused."""
    return device.recovery_codes.filter(used_at=None).count()


@one_transaction
def factor_check(*, user: User, code: str) -> Answer:
    """Take a code of the app or a recovery code of `user`; each is good once.

    After a wrong one the device waits: 1, 2, 4 … seconds, in which nothing is looked at. Failures are counted and noted by
    the caller as wrong passwords are (`lockout.wrong_code`); nothing here is rolled back by them.
    """
    user = _locked(user)
    device = factor.device_of(user)
    if device is None:
        return Answer(False, "您还没有启用两步验证。")
    answer = _takes(device, code)
    device.save()
    if answer.left is not None:
        audit.record(by=user, verb="factor.recovery", obj=device, note=f"还剩 {answer.left} 个恢复码")
        _tell(user, f"用一个恢复码通过了两步验证，还剩 {answer.left} 个")
    return answer


def _takes(device: FactorDevice, code: str) -> Answer:
    """Compare a code and note in `device` what came of it; the caller saves."""
    allowed, why = device.verify_is_allowed()
    if not allowed:
        seconds = clock.seconds_until(why["locked_until"])
        return Answer(False, f"刚才的验证码不正确，请 {seconds} 秒后再输入。")
    answer = _read(device, _plain(code))
    if answer.right:
        device.throttle_reset(commit=False)
    else:
        device.throttle_increment(commit=False)
    return answer


def _read(device: FactorDevice, code: str) -> Answer:
    if not (code.isdecimal() and len(code) == 6):
        return _from_paper(device, code)
    try:
        return _as_shown(device, code)
    except CannotBeShown:
        return Answer(False, "两步验证的密钥无法读取，请联系管理员。")


def _as_shown(device: FactorDevice, code: str) -> Answer:
    step = device.step_of(code)
    if step is None:
        return Answer(False, "验证码不正确，或者已经用过。请核对手机时间，输入新显示的一组。")
    device.last_step = step
    return Answer(True)


def _from_paper(device: FactorDevice, code: str) -> Answer:
    digest = _digest(device, code)
    used = RecoveryCode.objects.filter(device=device, digest=digest, used_at=None).update(used_at=clock.real_now())
    if not device.confirmed or not used:
        return Answer(False, "验证码不正确。验证码是 6 位数字；恢复码是三组字母和数字，每个只能用一次。")
    return Answer(True, left=codes_left(device))


@one_transaction
def factor_remove(*, by: User) -> None:
    """Take the factor from the own account; other sessions end. Raises ValidationError where it is demanded of him."""
    user = _locked(by)
    if factor.is_demanded(access.current_appointments(user)):
        raise ValidationError("您的职务须使用两步验证，不能停用；换手机请用“更换设备”。")
    device = factor.device_of(user)
    if device is None:
        raise Conflict("您还没有启用两步验证。")
    audit.record(by=user, verb="factor.remove", obj=device)
    factor_drop(user)
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    _tell(user, "两步验证已停用")


def factor_drop(user: User) -> None:
    """Delete devices and recovery codes of an account; part of the caller's transaction and audit entry."""
    FactorDevice.objects.filter(user=user).delete()

"""An authenticator app of the tests: what the phone of an enrolled account shows."""

import base64
import re
from time import time

from django_otp.oath import totp

from branches.access.models import FactorDevice
from branches.access.services.factor import factor_begin, factor_confirm
from common.fields import reveal

SHOWN = re.compile(r"<code>([a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{5})</code>")


def shown(key):
    """Return what the app shows for a key that was typed into it (base32, blanks as on the page)."""
    return f"{totp(base64.b32decode(key.replace(' ', ''))):06d}"


def code_of(device, steps=0):
    """Return the six digits that the app shows now, or so many steps later."""
    return f"{totp(bytes.fromhex(reveal(device, 'key')), t0=-30 * steps):06d}"


def wrong_code_of(device):
    """Return six digits that are the code of no step from the one before to the one after the next."""
    right = {code_of(device, steps) for steps in (-2, -1, 0, 1, 2)}
    return next(text for text in (f"{number:06d}" for number in range(10)) if text not in right)


def enrol(user):
    """Enrol an account as it does itself; returns (device, recovery codes). The first code counts as of long ago."""
    factor_begin(by=user)
    codes = factor_confirm(by=user, code=code_of(FactorDevice.objects.get(user=user, confirmed=False)))
    FactorDevice.objects.filter(user=user).update(last_step=int(time() // 30) - 10)
    user.refresh_from_db()
    return FactorDevice.objects.get(user=user), codes

"""Numbers of a person as pages and exports show them: masked."""

from common import crypto
from common.fields import reveal
from members.roster import identity

UNREADABLE = "无法显示"


def masked_identity(member):
    """Return the masked identity number, "" when none is held, 无法显示 when the key is missing."""
    try:
        return identity.mask(reveal(member, "identity")) if member.identity else ""
    except crypto.CannotBeShown:
        return UNREADABLE


def masked_phone(member):
    """Return the masked phone, "" when none is held, 无法显示 when the key is missing."""
    try:
        return identity.mask_phone(reveal(member, "phone")) if member.phone else ""
    except crypto.CannotBeShown:
        return UNREADABLE

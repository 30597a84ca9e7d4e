"""The one authentication seam, and has_perm answered from the same EXISTS as visible_to."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from branches.access.factor import devices
from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ACCOUNTS, AUDIT, RIGHT_NAMES


class AppointmentBackend(ModelBackend):
    """Passwords as Django checks them; rights from appointments only."""

    def user_can_authenticate(self, user):
        # A superuser stands above every rule here, so outside demo and tests he does not enter.
        if user.is_superuser and not (settings.DEMO or settings.DEBUG or settings.TESTING):
            return False
        return super().user_can_authenticate(user)

    def get_user(self, user_id):
        """Return the account of a session, with `has_factor`: each request asks whether it has a second factor (C09)."""
        user = User.objects.annotate(has_factor=devices()).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj, obj=None):
        return {f"branches.{right}" for right in RIGHT_NAMES if self.has_perm(user_obj, f"branches.{right}", obj)}

    def has_perm(self, user_obj, perm, obj=None):
        """Return whether the account holds `branches.<right>` at `obj`, an Organisation (or anywhere when None)."""
        app, _, right = perm.partition(".")
        if app != "branches" or not user_obj.is_active:
            return False
        if right == ACCOUNTS:
            return access.holds_system_role(user_obj, "system_administrator")
        if right == AUDIT:
            return access.holds_system_role(user_obj, "security_auditor")
        if right not in RIGHT_NAMES:
            return False
        if obj is None:
            return access.holds_anywhere(user_obj, right)
        return isinstance(obj, Organisation) and access.has_right(user_obj, right, obj)

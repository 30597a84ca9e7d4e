"""Accounts. An account alone can do nothing: every right comes from a dated appointment."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class UserManager(BaseUserManager):
    def get_by_natural_key(self, username):
        return self.get(username__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    username = models.CharField(
        "用户名",
        max_length=64,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "该用户名已被使用"},
    )
    name = models.CharField("姓名", max_length=64)
    is_active = models.BooleanField("启用", default=True)
    # Compared with the session on each request: raising it ends every other session at once.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    must_change_password = models.BooleanField(default=False, editable=False)
    code_expires = models.DateTimeField("一次性口令有效期", null=True, blank=True, editable=False)
    # The password goes back to a code that a system administrator saw: it ends with the first appointment or link.
    unvouched = models.BooleanField(default=False, editable=False)
    last_seen = models.DateTimeField(null=True, blank=True, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        default_permissions = ()

    def __str__(self):
        return self.name or self.username


class ResetState(models.TextChoices):
    WAITING = "waiting", "待确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "已退回"
    EXPIRED = "expired", "已过期"


class PasswordReset(models.Model):
    """Somebody asks for a new one-time code for an account; another person confirms it or refuses (access rule 10)."""

    owner = models.ForeignKey(User, verbose_name="账号", on_delete=models.PROTECT, related_name="resets")
    # None: the operator of the server, who needs nobody that asks.
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    reason = models.CharField("申请原因", max_length=300)
    state = models.CharField("状态", max_length=10, choices=ResetState, default=ResetState.WAITING)
    # None with a state that is decided: the operator of the server.
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    refusal = models.CharField("退回原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "口令重置"
        default_permissions = ()
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(state=ResetState.WAITING), name="reset_one_waiting_per_account"
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=True) | ~Q(asked_by=F("owner")), name="reset_asked_by_another"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("owner")), name="reset_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="reset_asked_and_decided_by_two",
            ),
            models.CheckConstraint(
                condition=Q(state=ResetState.WAITING, decided_at__isnull=True)
                | (~Q(state=ResetState.WAITING) & Q(decided_at__isnull=False)),
                name="reset_decided_has_its_moment",
            ),
        ]

    def __str__(self):
        return f"{self.owner}（{self.owner.username}）"


class KeyCanary(models.Model):
    """A value that is known, written under a key of FIELD_KEYS or under the key of the blind indexes (control C43).

    name: "key NUMBER", or "index". A process whose keys do not make the same of it holds other keys than the data.
    """

    name = models.CharField(max_length=30, unique=True)
    value = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.name

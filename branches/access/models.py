"""Accounts. An account alone can do nothing: every right comes from a dated appointment."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
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

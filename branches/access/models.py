"""Accounts. An account alone can do nothing: every right comes from a dated appointment."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from branches.reach.rights import ROLES
from common import agencies, clock
from common.fields import EncryptedField, reveal


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
    # Since when the password is that of now. Of accounts older than the column: what the trail knew, else the upgrade's day.
    password_set_at = models.DateTimeField(default=timezone.now, editable=False)
    code_expires = models.DateTimeField("一次性口令有效期", null=True, blank=True, editable=False)
    # Of the last one-time code, when somebody entered with it, and its digest: it is good once, and whoever tries it again is
    # noticed (services/slips.py).
    code_used_at = models.DateTimeField("一次性口令使用时间", null=True, blank=True, editable=False)
    code_digest = models.CharField(max_length=64, blank=True, editable=False)
    # To whom the last one-time code was handed: nobody can see whether he used it himself (beside.py). None: the operator.
    code_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    # The password goes back to a code that a system administrator saw: it ends with the first appointment, which only the
    # committee's secretary gives; until then nobody else appoints the account or links it.
    unvouched = models.BooleanField(default=False, editable=False)
    last_seen = models.DateTimeField(null=True, blank=True, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django signs it with SECRET_KEY, which many agencies share.
        return str(super()._get_session_auth_hash(secret=secret or agencies.signing_key()))  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        default_permissions = ()

    def __str__(self):
        return self.name or self.username


class FactorDevice(ThrottlingMixin, Device, models.Model):  # the last one is for mypy: django-otp has no types
    """An authenticator app that shows codes of six digits (TOTP, RFC 6238): the second factor of an account (control C09).

    The model of django-otp keeps the key in clear; here it lies encrypted. A code is good once: `last_step` is the last
    step of 30 seconds of which one was taken. `confirmed` false: enrolment began, and is asked of nobody.
    """

    STEP_SECONDS = 30
    # Steps before and after the present one, for clocks that go wrong.
    TOLERANCE = 1
    # Beyond so many wrong codes the wait no longer doubles: about nine minutes between two guesses, and nobody who
    # knows a password closes an account for days.
    MOST_COUNTED = 10

    user = models.ForeignKey(User, verbose_name="账号", on_delete=models.CASCADE, related_name="factors")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = EncryptedField("密钥")
    last_step = models.BigIntegerField(default=-1, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects: models.Manager["FactorDevice"] = models.Manager()

    class Meta:
        verbose_name = verbose_name_plural = "两步验证"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="factor_one_in_use_one_beginning"),
        ]

    def __str__(self) -> str:
        return f"{self.user.name}（{self.user.username}）"

    def get_throttle_factor(self) -> int:
        return 1

    def throttle_increment(self, commit: bool = True) -> None:
        super().throttle_increment(commit=False)
        self.throttling_failure_count = min(self.throttling_failure_count, self.MOST_COUNTED)  # type: ignore[has-type]
        if commit:
            self.save()

    def step_of(self, token: str) -> int | None:
        """Return the step of which `token` is the code, now or one step off and not used yet; None: of none."""
        totp = TOTP(bytes.fromhex(reveal(self, "key")), step=self.STEP_SECONDS)
        totp.time = clock.real_now().timestamp()
        right = totp.verify(int(token), tolerance=self.TOLERANCE, min_t=self.last_step + 1)
        return totp.t() if right else None


class RecoveryCode(models.Model):
    """A code on paper in place of the authenticator app, good once; kept as a digest (services/factor.py)."""

    device = models.ForeignKey(FactorDevice, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "恢复码"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["device", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"恢复码 {self.pk}"


class ExternalIdentity(models.Model):
    """Who an account is at the agency's identity provider: by issuer and `sub`, never by mail or name (OpenID Connect)."""

    user = models.ForeignKey(User, verbose_name="账号", on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField("认证方", max_length=300)
    sub = models.CharField("认证方内的标识", max_length=255)
    linked_at = models.DateTimeField("绑定时间", default=timezone.now)
    last_used = models.DateTimeField("最近使用", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "统一认证身份"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["issuer", "sub"], name="identity_of_one_account"),
            models.UniqueConstraint(fields=["issuer", "user"], name="identity_one_per_issuer"),
        ]

    def __str__(self) -> str:
        return f"{self.user.name}（{self.user.username}）"


class ResetKind(models.TextChoices):
    PASSWORD = "password", "口令"
    FACTOR = "factor", "两步验证"


class ResetState(models.TextChoices):
    WAITING = "waiting", "待确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "已退回"
    EXPIRED = "expired", "已过期"


class PasswordReset(models.Model):
    """Somebody asks for a new one-time code for an account; another person confirms it or refuses (access rule 10).

    kind "factor": asks that the second factor be taken away, because phone and recovery codes are lost; the password
    stays. Both go the same way.
    """

    kind = models.CharField("内容", max_length=10, choices=ResetKind, default=ResetKind.PASSWORD)
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
                fields=["owner", "kind"], condition=Q(state=ResetState.WAITING), name="reset_one_waiting_per_kind"
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

    @property
    def what(self) -> str:
        """What is reset, in words: 口令 or 两步验证."""
        return str(self.get_kind_display())


class CodeSlip(models.Model):
    """A one-time code that was printed on paper for its owner (services/slips.py).

    Of the code itself only a digest is kept: whoever tries it after it was used or replaced is noticed. organisation,
    role: what the account was made for; role "" for a member's account. post: as the roster calls it where that is not the
    role's own name (a deputy acts in his secretary's role). used_at: when somebody signed in with it; set_at:
    when he had set a password; replaced_at: when another code took its place. One slip of an account is not replaced.
    """

    user = models.ForeignKey(User, verbose_name="账号", on_delete=models.PROTECT, related_name="slips")
    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="党组织", on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField("角色", max_length=30, blank=True)
    post = models.CharField("职务", max_length=30, blank=True)
    printed_by = models.ForeignKey(User, verbose_name="打印人", on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField("打印时间")
    expires = models.DateTimeField("有效期至")
    digest = models.CharField(max_length=64, editable=False)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    set_at = models.DateTimeField("设置密码时间", null=True, blank=True)
    replaced_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "口令条"
        default_permissions = ()
        ordering = ["-printed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(replaced_at__isnull=True), name="slip_one_living_per_account"
            ),
            models.CheckConstraint(
                condition=Q(set_at__isnull=True) | Q(used_at__isnull=False), name="slip_used_before_password"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name}（{self.user.username}）"

    @property
    def role_label(self) -> str:
        return self.post or (ROLES[self.role].label if self.role else "党员")

    @property
    def state(self) -> str:
        """Return "active" (password set), "used" (signed in, no password yet), "expired" or "unused"."""
        if self.set_at:
            return "active"
        if self.used_at:
            return "used"
        return "expired" if self.expires <= clock.now() else "unused"


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

"""Login, password and account forms."""

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.forms import AuthenticationForm

from branches.access.entering import why_not
from branches.access.lockout import wrong_code
from branches.access.models import User
from branches.access.services.codes import as_printed
from branches.access.services.factor import factor_check
from branches.access.services.slips import code_tried
from common.forms.fields import PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form

PASSWORD_MAX = 128


class LoginForm(Form, AuthenticationForm):
    error_messages = {
        "invalid_login": "用户名或密码不正确，请重新输入。",
        "inactive": "用户名或密码不正确，请重新输入。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "用户名"
        self.fields["password"].label = "密码"
        self.fields["password"].max_length = PASSWORD_MAX
        self.fields["password"].validators.append(forms.fields.validators.MaxLengthValidator(PASSWORD_MAX))

    def clean(self):
        # A code is typed from paper; a password of one's own that looks like one is taken as it stands.
        name, typed = self.cleaned_data.get("username") or "", self.cleaned_data.get("password") or ""
        if (
            as_printed(typed) != typed
            and User.objects.filter(username__iexact=name, must_change_password=True).exists()
        ):
            self.cleaned_data["password"] = as_printed(typed)
        try:
            return super().clean()
        except forms.ValidationError:
            data = self.cleaned_data
            if said := code_tried(username=data.get("username") or "", code=data.get("password") or ""):
                raise forms.ValidationError(said) from None
            raise

    def confirm_login_allowed(self, user):
        if reason := why_not(user):
            raise forms.ValidationError(reason)


class CodeField(forms.CharField):
    """A code of the authenticator app, or a recovery code."""

    def __init__(self, **kwargs):
        attrs = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs)


class CodeForm(Form):
    """The code alone: at the sign-in, and the first one of a new device. recovery: a code on paper is typed."""

    code = CodeField(label="验证码")

    def __init__(self, *args, recovery=False, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.widget.attrs["autofocus"] = True
        if recovery:
            field.label, field.help_text = "恢复码", "三组字母和数字，每个只能用一次。"
        else:
            field.help_text = "验证器显示的 6 位数字，每 30 秒换一组。"
            field.widget.attrs["inputmode"] = "numeric"


def _own_password(request, password, message):
    """Return `password` if it is the user's; asked through the backends, so that guessing here is slowed as at login."""
    if authenticate(request, username=request.user.username, password=password) is None:
        raise forms.ValidationError(message)
    return password


class PasswordConfirmForm(Form):
    """The password once more, and a code of the second factor where there is one."""

    password = forms.CharField(
        label="密码",
        max_length=PASSWORD_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    code = CodeField(label="验证码", help_text="验证器显示的 6 位数字，或一个恢复码。")

    def __init__(self, *args, request, factor, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        if not factor:
            del self.fields["code"]

    def clean_password(self):
        return _own_password(self.request, self.cleaned_data["password"], "密码不正确。")

    def clean_code(self):
        # A code is good once, so it is not spent beside a wrong password.
        return _own_code(self.request, self.cleaned_data["code"]) if "password" in self.cleaned_data else ""


def _own_code(request, code):
    answer = factor_check(user=request.user, code=code)
    if not answer.right:
        wrong_code(request, request.user)
        raise forms.ValidationError(answer.problem)
    return code


def too_long(password):
    """Refuse a password that the sign-in would not take."""
    if len(password) > PASSWORD_MAX:
        raise forms.ValidationError(f"密码不超过 {PASSWORD_MAX} 个字符。")


class NewPasswordForm(Form):
    new_password = forms.CharField(
        label="新密码",
        max_length=PASSWORD_MAX,
        strip=False,
        help_text="至少12个字符，不要用单位名称、姓名和常见词。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次",
        max_length=PASSWORD_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        for name in ("new_password", "again"):
            # A browser would cut a longer one off without a word, and the sign-in would then refuse what was typed.
            self.fields[name].widget.attrs.pop("maxlength", None)
            self.fields[name].validators = [too_long]

    def clean_new_password(self):
        password = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.user)
        if self.user.check_password(password):
            raise forms.ValidationError("新密码不能与现在的相同。")
        return password

    def clean(self):
        data = super().clean()
        if data.get("new_password") and data.get("again") and data["new_password"] != data["again"]:
            self.add_error("again", "两次输入的密码不一致。")
        return data


class PasswordChangeForm(NewPasswordForm):
    old_password = forms.CharField(
        label="原密码",
        max_length=PASSWORD_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old_password", "new_password", "again"]

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, user=request.user, **kwargs)
        self.request = request

    def clean_old_password(self):
        return _own_password(self.request, self.cleaned_data["old_password"], "原密码不正确。")


class AccountForm(Form):
    username = PlainTextField(
        label="用户名",
        max_length=64,
        help_text="登录时用，建议用姓名全拼；不区分大小写。",
        validators=User._meta.get_field("username").validators,
    )
    name = PlainTextField(label="姓名", max_length=64)


class AccountFilter(Filter):
    q = PlainTextField(label="姓名或用户名", max_length=64, required=False)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("active", "启用"), ("locked", "已锁定"), ("waiting", "待首次登录")],
    )

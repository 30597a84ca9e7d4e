"""Forms to make and end appointments: they offer only what the giver may give."""

from django import forms
from django.db.models import Q

from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.reach import reach_of
from branches.reach.rights import APPOINT, ROLE_CHOICES, ROLES, SYSTEM_ROLES
from common import clock
from common.forms.fields import DayField, OrganisationField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.names import initials_of

FOUND = 20
WHOLE_AGENCY = "committee_secretary"


def accounts_for(giver, typed=""):
    """Return the active accounts that `giver` may see when he appoints, as a queryset.

    A committee secretary: all but those of the system. Others: accounts of members and of posts within their reach, and
    the one whose user name was typed in full, so that nobody reads the agency's list or tries it letter by letter: of
    whoever appoints at an organisation only one that has no member and no post elsewhere. An account that only an
    administrator knows yet is for the committee's secretary (access rule 10).
    """
    ahead = Q(ends__isnull=True) | Q(ends__gte=clock.today())
    system = Appointment.objects.filter(ahead, role__in=SYSTEM_ROLES).order_by().values("user")
    rows = User.objects.filter(is_active=True).exclude(pk__in=system)
    if any(seat.role == WHOLE_AGENCY for seat in reach_of(giver).seats):
        return rows
    places = access.organisations_for(giver, APPOINT).order_by().values("pk")
    posts = Appointment.objects.filter(ahead, organisation__in=places).order_by().values("user")
    concerned = Q(member__home__in=places) | Q(pk__in=posts)
    if typed.strip():
        named = Q(username__iexact=typed.strip())
        if access.holds_anywhere(giver, APPOINT):
            taken = Appointment.objects.filter(ahead).exclude(organisation__in=places).order_by().values("user")
            named &= Q(member__isnull=True) & ~Q(pk__in=taken)
        concerned |= named
    return rows.filter(concerned).exclude(unvouched=True, member__isnull=True)


def find_accounts(giver, text, exclude=()):
    """Return up to 20 accounts of `accounts_for` whose name, user name or pinyin initials contain `text`."""
    text = text.strip().lower()
    if not text:
        return []
    found = []
    for user in accounts_for(giver, text).exclude(pk__in=exclude).order_by("name", "pk"):
        if text in user.name.lower() or text in user.username.lower() or text in initials_of(user.name):
            found.append(user)
            if len(found) == FOUND:
                break
    return found


class AccountChoice(forms.ModelChoiceField):
    default_error_messages = {"invalid_choice": "请从查到的账号中选择。"}

    def label_from_instance(self, user):
        return f"{user.name}（{user.username}）"


class AccountSearch(Form):
    q = PlainTextField(label="姓名、用户名或拼音首字母", max_length=64, required=False)


def searched(giver, data, exclude):
    """Return (search form, what was typed, the accounts found) of an address: who is to be appointed, or to take over."""
    search = AccountSearch(data)
    typed = search.cleaned_data["q"] if search.is_valid() else ""
    return search, typed, find_accounts(giver, typed, exclude)


def roles_to_give(user):
    """Return [(role, label)] that `user` may give somewhere, in the order of the table of roles."""
    rows = [row for row in access.current_appointments(user) if APPOINT in ROLES[row.role].rights]
    mine = {role for row in rows for role in ROLES[row.role].may_appoint}
    return [(role, label) for role, label in ROLE_CHOICES if role in mine]


class AppointmentForm(Form):
    user = AccountChoice(User.objects.none(), label="账号", empty_label="请选择")
    role = forms.ChoiceField(label="角色", choices=[])
    organisation = OrganisationField(Organisation.objects.none(), label="党组织")
    starts = DayField(label="任职起", initial=clock.today)
    ends = DayField(label="任职止", required=False, help_text="空着即不定期限，结束时再登记。")

    def __init__(self, *args, user, typed="", **kwargs):
        super().__init__(*args, **kwargs)
        self.giver = user
        # Any account he may see can be named: the search only shortens the list that is shown.
        self.fields["user"].queryset = accounts_for(user, typed).exclude(pk=user.pk)
        self.fields["role"].choices = [("", "请选择"), *roles_to_give(user)]
        self.fields["organisation"].queryset = access.organisations_for(user, APPOINT).filter(archived_on__isnull=True)

    def offer(self, accounts):
        """Show only these accounts in the list."""
        field = self.fields["user"]
        field.choices = [("", "请选择"), *((row.pk, field.label_from_instance(row)) for row in accounts)]

    def clean(self):
        data = super().clean()
        role, organisation = data.get("role"), data.get("organisation")
        if role and organisation and not access.may_appoint(self.giver, role, organisation):
            self.add_error("organisation", "您的职务不能在这一组织授予该角色。")
        return data


class AssistantForm(Form):
    """Somebody who acts for the user himself; any account whose user name is known can be named."""

    user = AccountChoice(User.objects.none(), label="账号", empty_label="请选择")
    starts = DayField(label="从何日起", initial=clock.today)
    ends = DayField(label="到何日止", required=False, help_text="空着即到您的任职结束为止，也可以随时结束。")

    def __init__(self, *args, user, typed="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = accounts_for(user, typed).exclude(pk=user.pk)

    def offer(self, accounts):
        """Show only these accounts in the list."""
        field = self.fields["user"]
        field.choices = [("", "请选择"), *((row.pk, field.label_from_instance(row)) for row in accounts)]


class AssistantEndForm(Form):
    ends = DayField(label="最后一天", initial=clock.today)


class AppointmentEndForm(Form):
    ends = DayField(label="最后一天", initial=clock.today)
    successor = AccountChoice(
        User.objects.none(),
        label="接手人",
        empty_label="请选择",
        help_text="接手人或上级会看到未办完的事项。先任命接手人，再结束原来的任职。",
    )
    reason = PlainTextField(label="结束原因", max_length=200)

    def __init__(self, *args, candidates, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = candidates


class AppointmentWithdrawForm(Form):
    reason = PlainTextField(label="撤回原因", max_length=200)


class AppointmentFilter(Filter):
    q = PlainTextField(label="姓名或用户名", max_length=64, required=False)
    role = forms.ChoiceField(
        label="角色",
        required=False,
        choices=[("", "全部"), *[row for row in ROLE_CHOICES if row[0] not in SYSTEM_ROLES]],
    )
    organisation = SoughtOrganisationField(
        Organisation.objects.none(), label="党组织", required=False, empty_label="全部"
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "现任"), ("ended", "已结束"), ("future", "未开始"), ("all", "全部")]
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = access.organisations_for(user, APPOINT)

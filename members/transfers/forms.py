"""Forms of transfers, standing, absence and the end of a membership."""

from calendar import monthrange
from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.forms.fields import DayField, OrganisationField, PastDayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from members.roster.forms import MemberNewForm, check_full_day
from members.roster.identity import birth_date
from members.roster.models.standing import AwayKind, End, MemberStage, Standing
from members.roster.rules import ENDS_OFFERED, OFFERED
from members.transfers import rules
from members.transfers.models import Transfer
from members.transfers.selectors.listing import IN, OUT, OVER
from members.transfers.selectors.meetings import meetings_since

DOCUMENT_MOST, GROUND_MOST, PLACE_MOST = 80, 40, 60
# So many meetings are named beside the tick.
NAMED = 6


class TransferFilter(Filter):
    """Filters of the list, read from the address."""

    q = PlainTextField(label="姓名或拼音首字母", required=False, max_length=30)
    organisation = SoughtOrganisationField(None, label="党支部", required=False, empty_label="全部")
    state = forms.ChoiceField(
        label="范围",
        required=False,
        choices=[("", "未办结"), (OUT, "转出的"), (IN, "转入的"), (OVER, "已办结"), ("all", "全部")],
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = access.organisations_for(user, MEMBERS).filter(kind=Kind.BRANCH)


class MonthField(forms.DateField):
    """A month, kept as its last day."""

    widget = forms.DateInput(attrs={"type": "month"}, format="%Y-%m")

    def __init__(self, **options):
        super().__init__(input_formats=["%Y-%m", "%Y年%m月"], **options)

    def clean(self, value):
        day = super().clean(value)
        if day is None:
            return None
        today = clock.today()
        if not date(today.year - 2, 1, 1) <= day <= date(today.year + 1, 12, 31):
            raise forms.ValidationError("月份应在前两年至明年之间。")
        return day.replace(day=monthrange(day.year, day.month)[1])


def _dues():
    return MonthField(label="党费交至", required=False, initial=clock.today)


class TransferAskForm(Form):
    taker = SoughtOrganisationField(None, label="转到党支部")
    reason = PlainTextField(label="原因", max_length=100, required=False)

    def __init__(self, data=None, *, takers, **options):
        super().__init__(data, **options)
        self.fields["taker"].queryset = takers
        self.fields["dues_until"] = _dues()


class TransferOutForm(Form):
    outside = PlainTextField(label="转往的党组织", max_length=rules.OUTSIDE_MOST, help_text="写全称，印在介绍信上。")
    letter = PlainTextField(
        label="介绍信编号", max_length=rules.LETTER_MOST, required=False, help_text="还没有开的可以空着，开出后再登记。"
    )
    issued_on = PastDayField(
        label="介绍信开出日期", required=False, initial=clock.today, help_text="事后登记的，写介绍信上的日期。"
    )
    reason = PlainTextField(label="原因", max_length=100, required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["dues_until"] = _dues()

    def clean(self):
        values = super().clean()
        if values.get("letter") and not values.get("issued_on") and "issued_on" not in self.errors:
            self.add_error("issued_on", "请填写介绍信开出日期。")
        return values


class LetterForm(Form):
    letter = PlainTextField(label="介绍信编号", max_length=rules.LETTER_MOST)
    issued_on = PastDayField(label="开出日期", initial=clock.today)


class ReceiveForm(Form):
    """The day of receipt; the group where the branch has some; the tick where meetings were recorded since."""

    on = PastDayField(label="接收日期", initial=clock.today)

    def __init__(self, data=None, *, transfer, meetings=()):
        super().__init__(data)
        if transfer.taker is not None:
            groups = Organisation.objects.filter(
                parent=transfer.taker, kind=Kind.SMALL_GROUP, archived_on__isnull=True
            ).in_tree_order()
            self.fields["small_group"] = OrganisationField(
                groups, label="党小组", required=False, empty_label="不编入小组"
            )
        if meetings:
            self.fields["known"] = _known_field(meetings)


def _known_field(meetings):
    """The tick of whoever has seen which meetings were recorded since; the latest are named beside it."""
    words = f"已核对 {len(meetings)} 次会议的应到人数和有效性会重新判定"
    named = "；".join(
        f"{clock.in_words(row.day)} {row.organisation.label}{row.kinds_label}" for row in meetings[:NAMED]
    )
    more = f"；另有 {len(meetings) - NAMED} 次" if len(meetings) > NAMED else ""
    return forms.BooleanField(label=words, required=False, help_text=f"{named}{more}")


class ArrivalForm(MemberNewForm):
    """Somebody from outside: his data once, and what his letter says."""

    outside = PlainTextField(label="原党组织", max_length=rules.OUTSIDE_MOST)
    letter = PlainTextField(label="介绍信编号", max_length=rules.LETTER_MOST)
    issued_on = PastDayField(label="介绍信开出日期", initial=clock.today)
    received_on = PastDayField(label="接收日期", initial=clock.today)
    field_order = [
        *("name", "sex", "identity", "stage", "joined_on", "full_on", "outside", "letter", "issued_on", "received_on"),
        *("branch", "small_group"),
    ]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in list(self.fields):
            if name not in self.field_order:
                del self.fields[name]
        self.fields["stage"].choices = [
            (stage.value, stage.label) for stage in (MemberStage.FULL, MemberStage.PROBATIONARY)
        ]
        self.fields["identity"].required = True
        self.meetings = self._meetings() if self.is_bound else []
        if self.meetings:
            self.fields["known"] = _known_field(self.meetings)

    def _meetings(self):
        """Return the recorded meetings that the day of receipt concerns, as far as the post says which branch and day."""
        try:
            branch = self.fields["branch"].clean(self.data.get("branch", ""))
            on = self.fields["received_on"].clean(self.data.get("received_on", ""))
        except ValidationError:
            return []
        return meetings_since(Transfer(taker=branch), on) if branch is not None else []

    def clean(self):
        # What the form of the roster asks beside this is not asked here.
        values = forms.Form.clean(self)
        check_full_day(self, values)
        if values.get("identity"):
            # The number says it.
            values["birth_date"] = birth_date(values["identity"])
        return values


class _Decided(Form):
    """A decision: its document, and the recorded meeting that made it. meetings: [(id, words)] to choose from."""

    def __init__(self, data=None, *, meetings, **options):
        super().__init__(data, **options)
        self.fields["document"] = PlainTextField(label="决定、批复文号", max_length=DOCUMENT_MOST, required=False)
        if meetings:
            choices = [("", "没有，或不在本支部"), *meetings]
            self.fields["decided_in"] = forms.ChoiceField(label="作出决定的会议", choices=choices, required=False)


class StatusForm(_Decided):
    state = forms.ChoiceField(label="党籍状态", choices=[(state.value, Standing(state).label) for state in OFFERED])
    ground = PlainTextField(
        label="依据、情形",
        max_length=GROUND_MOST,
        required=False,
        help_text="停止党籍须写明，如“失去联系 6 个月以上，查找无果”。",
    )
    starts = PastDayField(label="从何日起", initial=clock.today)
    ends = DayField(
        label="最后一天", required=False, help_text="限期改正、处分影响期、留党察看须写明；限期改正不超过 12 个月。"
    )


class StatusEndForm(Form):
    ends = DayField(label="最后一天", initial=clock.today)


class AwayForm(Form):
    kind = forms.ChoiceField(label="外出情形", choices=AwayKind.choices)
    place = PlainTextField(label="所在地", max_length=PLACE_MOST)
    starts = PastDayField(label="外出起", initial=clock.today)
    fixed = forms.BooleanField(
        label="地点固定", required=False, help_text="外出 6 个月以上且地点固定的，应当转移组织关系。"
    )
    registered_on = DayField(label="在当地登记的日期", required=False, help_text="已在流入地登记为流动党员的填写。")


class LeaveForm(_Decided):
    ground = forms.ChoiceField(
        label="情形", choices=[("", "请选择"), *((end.value, End(end).label) for end in ENDS_OFFERED)]
    )
    on = PastDayField(label="决定（去世）日期", initial=clock.today)


class ReasonForm(Form):
    """Why a transfer is returned or taken back. required: whether it must be said."""

    def __init__(self, data=None, *, label, required):
        super().__init__(data)
        self.fields["reason"] = PlainTextField(
            label=label,
            max_length=rules.REASON_MOST,
            required=required,
            widget=forms.Textarea(attrs={"rows": 3, "maxlength": rules.REASON_MOST}),
            error_messages={"required": rules.NO_REASON},
        )


class DayFilter(Filter):
    """The day of a roster."""

    day = DayField(label="日期", required=False)

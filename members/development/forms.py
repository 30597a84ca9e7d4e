"""Forms of development: opening a case, one step of it, who accompanies it, what it is made of, reasons."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms.widgets import CheckboxSelectMultiple

from branches.places.models.organisations import Kind, Organisation
from branches.reach.rights import MEMBERS
from common import clock
from common.forms.fields import DayField, OrganisationField, PastDayField, PlainTextField, ask_when
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.text import person_name
from members.development.checks import DOCUMENTS, EXTENSION
from members.development.file import EXTEND, Vote
from members.development.models.cases import StepResult
from members.development.models.papers import VoteAbout
from members.development.selectors.records import Offered
from members.development.services.cases import REASON_MOST, TEXT_MOST
from members.development.services.steps import SENTENCE_MOST, StepData
from members.development.steps import ASKED_AT_TAKING_OVER, STOP, Step, step
from members.roster.models.members import Member
from members.roster.namesakes import called

STATES = {
    "overdue": "逾期",
    "due_soon": "15 天内到期",
    "waiting": "等前置条件",
    "not_due": "未到期",
    "ready": "规则未定期限",
}


class CaseFilter(Filter):
    """Filters of the board, read from the address."""

    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *STATES.items()])
    q = PlainTextField(label="姓名或首字母", required=False, max_length=30)
    view = forms.ChoiceField(required=False, choices=[("", "看板"), ("list", "名单")], widget=forms.HiddenInput)

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = Organisation.objects.visible_to(user, MEMBERS).in_tree_order()


class _ToldApart:
    """Of a list of people: those of one name are told apart."""

    names: dict[int, str] = {}

    def offer(self, people):
        self.queryset, self.names = people, called(people)


class PersonField(_ToldApart, forms.ModelChoiceField):
    def label_from_instance(self, member):
        return f"{self.names.get(member.pk, member.name)}　{member.home.label}"


class PeopleField(_ToldApart, forms.ModelMultipleChoiceField):
    def label_from_instance(self, member):
        return self.names.get(member.pk, member.name)


class OpenForm(Form):
    """An applicant of the roster, or somebody entered here for the first time."""

    member = PersonField(
        Member.objects.none(), label="名册中的入党申请人", required=False, empty_label="名册中还没有，在下面登记"
    )
    opened_on = PastDayField(label="递交申请日期")
    branch = OrganisationField(Organisation.objects.none(), label="党支部", required=False)
    name = PlainTextField(label="姓名", max_length=64, required=False)
    sex = forms.ChoiceField(label="性别", required=False, choices=[("", "未填"), ("男", "男"), ("女", "女")])
    birth_date = DayField(label="出生日期", required=False, help_text="申请时须年满 18 周岁。")

    def __init__(self, *args, people, user, **options):
        super().__init__(*args, **options)
        self.fields["member"].offer(people)
        branches = Organisation.objects.visible_to(user, MEMBERS).filter(kind=Kind.BRANCH, archived_on__isnull=True)
        self.fields["branch"].queryset = branches.in_tree_order()
        few = list(branches[:2])
        if len(few) == 1:
            # Whoever keeps one branch chooses none.
            self.fields["branch"].initial = few[0]

    def clean_name(self):
        return person_name(self.cleaned_data["name"])

    def clean(self):
        values = super().clean()
        if values.get("member"):
            return values
        for name, label in (("branch", "党支部"), ("name", "姓名"), ("birth_date", "出生日期")):
            if not values.get(name) and name not in self.errors:
                self.add_error(name, f"请填写{label}。")
        return values


class TakeOverForm(Form):
    """A case that was begun on paper: three days at most."""

    opened_on = PastDayField(label="递交申请日期")

    def __init__(self, *args, keys, **options):
        super().__init__(*args, **options)
        for key in keys:
            self.fields[f"day_{key}"] = DayField(label=f"{step(key).name}的日期")

    def days(self) -> dict[str, date]:
        return {
            key: self.cleaned_data[f"day_{key}"] for key in ASKED_AT_TAKING_OVER if f"day_{key}" in self.cleaned_data
        }


class RecordSelect(forms.Select):
    """A list in which what cannot be chosen stands with its reason."""

    refusals: Mapping[int, str] = {}

    def create_option(self, name, value, *args, **options):
        option = super().create_option(name, value, *args, **options)
        if getattr(value, "value", None) in self.refusals:
            option["attrs"]["disabled"] = True
        return option


class RecordField(forms.ModelChoiceField):
    """One of the records that fit a step; those that show it to nobody are named with the reason."""

    widget = RecordSelect

    def __init__(self, offered: Offered, **options: Any) -> None:
        super().__init__(offered.rows, help_text=offered.whose, **options)
        self.refusals = self.widget.refusals = offered.refusals

    def label_from_instance(self, activity):
        where = f"　{activity.organisation.label}" if activity.organisation.kind != Kind.BRANCH else ""
        why = f"（{self.refusals[activity.pk]}）" if activity.pk in self.refusals else ""
        return f"{activity.day:%Y-%m-%d} {activity.title or activity.kinds_label}{where}{why}"

    def clean(self, value):
        activity = super().clean(value)
        if activity is not None and activity.pk in self.refusals:
            raise forms.ValidationError(f"这条记录不能选用：{self.refusals[activity.pk]}。")
        return activity


class StepForm(Form):
    """One step: its record or its day, and what the text asks beside it."""

    def __init__(self, *args, spec: Step, offered: Offered | None = None, **options):
        super().__init__(*args, **options)
        self.spec = spec
        if offered is not None:
            empty = "没有记录，按纸质材料登记" if spec.paper else "请选择"
            self.fields["activity"] = RecordField(offered, label="记录", empty_label=empty, required=not spec.paper)
        if spec.paper:
            self.fields["day"] = PastDayField(
                label="日期", required=False, help_text="选择了记录的，以记录日期为准，不用填写；纸质谈话才填写日期。"
            )
        elif offered is None:
            self.fields["day"] = PastDayField(label="日期", initial=clock.today)
        if "document" in spec.typed:
            self.fields["document"] = PlainTextField(label=spec.document, max_length=80, required=False)
        if "result" in spec.typed:
            self.fields["result"] = forms.ChoiceField(label="结论", choices=StepResult.choices)
        if "objections" in spec.typed:
            self.fields["objections"] = _count("公示收到意见（条）", initial=0)
        if "vote" in spec.typed:
            self._add_vote(spec)
        if "text" in spec.typed:
            area = forms.Textarea(attrs={"rows": 3, "maxlength": SENTENCE_MOST})
            # What stops the step without it is asked here: an empty sentence is a slip, and no way in which it happened.
            asked = any(check.check == "told" and check.level == STOP for check in spec.checks)
            self.fields["text"] = PlainTextField(label=spec.text, max_length=SENTENCE_MOST, required=asked, widget=area)

    def _add_vote(self, spec: Step) -> None:
        if "about" in spec.typed:
            self.fields["about"] = forms.ChoiceField(label="表决事项", choices=VoteAbout.choices[1:])
        for name, label in (("expected", "应到有表决权人数"), ("present", "实到有表决权人数")):
            self.fields[name] = _count(label, required=False)
            self.fields[name].help_text = "以会议记录为准，不用填写；记录上没有的才填写。"
        for name, label in (
            ("yes", "赞成"),
            ("no", "不赞成"),
            ("abstain", "弃权"),
            ("written_yes", "会前书面赞成"),
        ):
            self.fields[name] = _count(label, initial=0 if name in ("no", "abstain", "written_yes") else None)
        if "about" in spec.typed:
            least, most = EXTENSION
            self.fields["months"] = _count(f"延长月数（{least} 至 {most}，仅延长时填）", required=False)
            ask_when(self, "months", "about", EXTEND)

    def clean(self):
        values = super().clean()
        if "vote" not in self.spec.typed:
            return values
        if values.get("about") == EXTEND and not values.get("months"):
            self.add_error("months", "请填写延长月数。")
        expected, present = values.get("expected"), values.get("present")
        if expected is not None and present is not None and present > expected:
            self.add_error("present", "实到人数不能多于应到人数。")
        return values

    def data_of(self) -> StepData:
        """Return the StepData of a valid form."""
        values = self.cleaned_data
        names = ("day", "activity", "document", "text", "result", "objections")
        data = StepData(**{name: values[name] for name in names if name in values})
        if "vote" in self.spec.typed:
            about = values.get("about") or VoteAbout.ADMIT
            data.vote = Vote(
                about,
                values["expected"] or 0,
                values["present"] or 0,
                values["yes"],
                values["no"],
                values["abstain"],
                values["written_yes"],
                values.get("months") or 0,
            )
        return data


def _count(label: str, *, initial: int | None = None, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=10_000,
        initial=initial,
        required=required,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 5}),
    )


class PeopleForm(Form):
    """Contacts or introducers, of the full members of the branch."""

    people = PeopleField(Member.objects.none(), label="人员", widget=CheckboxSelectMultiple)
    starts = PastDayField(label="起始日期", initial=clock.today)
    reason = PlainTextField(
        label="更换、更正原因",
        required=False,
        max_length=REASON_MOST,
        help_text="换下原来的人员、人员不变而更正起始日期时填写。",
    )

    def __init__(self, *args, people, label, **options):
        super().__init__(*args, **options)
        self.fields["people"].offer(people)
        self.fields["people"].label = label
        self.fields["people"].error_messages["required"] = f"请选择{label}。"


class ReviewForm(Form):
    day = PastDayField(label="考察日期", initial=clock.today)
    text = PlainTextField(
        label="考察意见", max_length=TEXT_MOST, widget=forms.Textarea(attrs={"rows": 3, "maxlength": TEXT_MOST})
    )


class NoticeForm(Form):
    """Where and since when the notice hangs; its last day is computed. replaces: another one, with a reason."""

    posted_on = PastDayField(label="张贴日期", initial=clock.today, help_text="张贴当天不计，自次日起算五个工作日。")
    places = PlainTextField(
        label="公示地点",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="每行一处；流动人员在流出地、流入地同时公示。",
    )

    def __init__(self, *args, replaces: bool = False, **options):
        super().__init__(*args, **options)
        if replaces:
            area = forms.Textarea(attrs={"rows": 3, "maxlength": REASON_MOST})
            self.fields["reason"] = PlainTextField(label="更换原因", max_length=REASON_MOST, widget=area)

    def clean_places(self):
        return [line.strip() for line in self.cleaned_data["places"].splitlines() if line.strip()]


class DocumentsForm(Form):
    """The six papers: since when and where they are kept."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for kind, label in DOCUMENTS.items():
            self.fields[f"day_{kind}"] = DayField(label=f"{label}：日期", required=False)
            self.fields[f"kept_{kind}"] = PlainTextField(label=f"{label}：存放处", required=False, max_length=60)

    def clean(self):
        values = super().clean()
        for kind, label in DOCUMENTS.items():
            day, kept = values.get(f"day_{kind}"), values.get(f"kept_{kind}")
            if kept and not day and f"day_{kind}" not in self.errors:
                self.add_error(f"day_{kind}", f"请填写{label}的日期。")
        return values

    def papers(self) -> dict[str, tuple[date, str]]:
        values = self.cleaned_data
        return {kind: (values[f"day_{kind}"], values[f"kept_{kind}"]) for kind in DOCUMENTS if values[f"day_{kind}"]}


class LeavingForm(Form):
    day = DayField(label="将离开本单位的日期", required=False, help_text="没有这样的安排就空着。")


class ReasonForm(Form):
    """One reason; the label is the caller's. most: characters."""

    reason = PlainTextField(widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, label="原因", most=REASON_MOST, **options):
        super().__init__(*args, **options)
        area = forms.Textarea(attrs={"rows": 3, "maxlength": most})
        self.fields["reason"] = PlainTextField(label=label, max_length=most, widget=area)

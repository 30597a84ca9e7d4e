"""Forms of supervision: filters, the notice, reply, review, prolonging, the list of problems."""

from django import forms

from branches.places.models.organisations import Organisation
from branches.reach import access
from common.forms.fields import DayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.text import quoted
from members.activities.models import Activity
from responsibilities.assigning import leading_group
from responsibilities.portfolios.rights import places_supervised
from responsibilities.supervision.models import Subject, SupervisionState
from responsibilities.supervision.of_cadres import answered_by
from responsibilities.supervision.selectors.notices import ALL, ISSUED, OVERDUE, RECEIVED
from responsibilities.supervision.services.notices import MOST_PROBLEMS

MOST_RECORDS = 100


def _area(rows=3, **attrs):
    return forms.Textarea(attrs={"rows": rows, **attrs})


class PlaceFilterForm(Filter):
    """A filter by organisation and below."""

    organisation = SoughtOrganisationField(None, label="承办", required=False, empty_label="全部")

    def __init__(self, *args, organisations, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = organisations


class SupervisionFilter(PlaceFilterForm):
    """Filters of the list, read from the address."""

    side = forms.ChoiceField(
        label="范围",
        required=False,
        choices=[(ALL, "全部"), (RECEIVED, "我收到的"), (ISSUED, "我下达的")],
        widget=forms.HiddenInput,
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), (OVERDUE, "逾期"), *SupervisionState.choices]
    )
    subject = forms.ChoiceField(label="对象", required=False, choices=[("", "全部"), *Subject.choices])
    issuer = PlainTextField(label="下达人", required=False, max_length=20)
    # The register of cadres leads here with these two: of one year, and who answers.
    year = forms.IntegerField(label="年度", required=False, min_value=1950, max_value=2100, widget=forms.HiddenInput)
    answers = forms.CharField(label="答复人", required=False, max_length=40, widget=forms.HiddenInput)
    field_order = ["side", "state", "organisation", "subject", "issuer"]

    def clean_answers(self):
        key = self.cleaned_data["answers"]
        if key and answered_by(key) is None:
            raise forms.ValidationError("没有这样的答复人。", code="invalid")
        return key


class ProblemFilter(PlaceFilterForm):
    """Filters of the list of problems."""

    done = forms.ChoiceField(label="销号", required=False, choices=[("", "全部"), ("0", "未销号"), ("1", "已销号")])


class SupervisionForm(Form):
    """The notice: of whom, what, by when, what is expected, which problems.

    `recipient` offers the organisations where the user supervises and the members of the leading group there; only
    those that the thing concerns where it names them. Its clean value is (organisation, holder or None).
    """

    recipient = forms.ChoiceField(label="承办", error_messages={"invalid_choice": "请从列表中选择承办组织或人员。"})
    title = PlainTextField(label="督查事项", max_length=120)
    expected = PlainTextField(label="要求", max_length=500, widget=_area(), help_text="写明要做什么、以什么为佐证。")
    due = DayField(label="回复时限")
    problems = PlainTextField(
        label="问题清单",
        required=False,
        max_length=6000,
        widget=_area(4),
        help_text="一行一个问题，可不填；回复通过后逐项销号。",
    )

    def __init__(self, *args, user, about, persons=True, **options):
        super().__init__(*args, **options)
        places = places_supervised(user).filter(archived_on__isnull=True)
        places = places.select_related("parent").in_tree_order()
        people = leading_group(user) if persons else []
        self.people = {f"u{account.pk}": (place, account) for account, place in people}
        self.places = {f"o{place.pk}": (place, None) for place in places}
        if about.fixed:
            keys = {self._key(thing) for thing in about.fixed}
            self.people = {key: value for key, value in self.people.items() if key in keys}
            self.places = {key: value for key, value in self.places.items() if key in keys}
        groups = [
            ("党组织", [(key, "　" * place.level + place.label) for key, (place, _) in self.places.items()]),
            ("党组成员", [(key, person.name) for key, (_, person) in self.people.items()]),
        ]
        self.fields["recipient"].choices = [("", "请选择"), *[group for group in groups if group[1]]]

    @staticmethod
    def _key(thing):
        return f"o{thing.pk}" if isinstance(thing, Organisation) else f"u{thing.pk}"

    @staticmethod
    def initial_of(about):
        """Return the initial values that an About proposes."""
        thing = about.holder or about.organisation
        return {
            "recipient": SupervisionForm._key(thing) if thing else "",
            "title": about.title,
            "expected": about.expected,
            "due": about.due,
        }

    def clean_recipient(self):
        value = self.cleaned_data["recipient"]
        return self.places.get(value) or self.people[value]

    def clean_problems(self):
        lines = [line.strip() for line in self.cleaned_data["problems"].splitlines() if line.strip()]
        if len(lines) > MOST_PROBLEMS:
            raise forms.ValidationError(f"问题最多列 {MOST_PROBLEMS} 条。")
        if any(len(line) > 300 for line in lines):
            raise forms.ValidationError("一个问题最多 300 字。")
        return lines


class SearchedSelect(forms.Select):
    """A list of choices with a field above it that asks the page anew for those that fit what is typed (`find`)."""

    template_name = "responsibilities/supervision/searched_select.html"


class RecordField(forms.ModelChoiceField):
    """A submitted record out of those that may prove something."""

    def __init__(self, **options):
        options.setdefault("empty_label", "不附记录")
        super().__init__(Activity.objects.none(), required=False, **options)
        self.error_messages["invalid_choice"] = "请从列表中选择已提交的活动记录。"

    def label_from_instance(self, activity):
        return f"{activity.day:%m-%d} {activity.organisation.label} {activity.kinds_label} {activity.title}"[:80]


QUESTIONS = {
    Subject.DUTY: "哪次活动落实了这项责任？",
    Subject.STAGE: "哪次活动跟进了这个环节？",
    Subject.REQUIREMENT: "哪条记录办理了这项义务？",
}


class ReplyForm(Form):
    """An answer. subject: of the notice; where a record shows what it asks about, the form asks which one."""

    text = PlainTextField(label="办理情况", max_length=1000, widget=_area(5))
    activity = RecordField(label="佐证记录", widget=SearchedSelect)
    file = forms.FileField(label="佐证文件", required=False, help_text="没有活动记录时可上传一个文件。")

    def __init__(self, *args, records, subject="", **options):
        super().__init__(*args, **options)
        field = self.fields["activity"]
        field.queryset = records
        if subject in QUESTIONS:
            # What was asked about is shown by a record: the form asks for it, and says what becomes of an answer without.
            field.label = QUESTIONS[subject]
            field.help_text = "没有活动记录的，可以上传文件；都不附也能提交，显示为“没有附佐证”。"
            self.fields["file"].help_text = ""

    def offer(self, found, words=""):
        """Offer these records only; what was sent is checked against all of them. words: what was searched for, if anything."""
        field = self.fields["activity"]
        offered = [(row.pk, field.label_from_instance(row)) for row in found]
        first = field.empty_label if offered or not words else f"没有找到{quoted(words)}"
        field.widget.choices = [("", first), *offered]


class ReviewForm(Form):
    reason = PlainTextField(label="退回原因", required=False, max_length=300, widget=_area(), help_text="退回时必填。")


class ReasonForm(Form):
    """One reason; the label is the caller's."""

    reason = PlainTextField(max_length=300, widget=_area())

    def __init__(self, *args, label="原因", **options):
        super().__init__(*args, **options)
        self.fields["reason"].label = label


class ProlongForm(Form):
    due = DayField(label="新的时限")
    reason = PlainTextField(label="延期原因", max_length=300, widget=_area())


class ProblemForm(Form):
    """One line of the list; only who judges the notice writes the problem itself."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    problem = PlainTextField(label="问题", required=False, max_length=300)
    measure = PlainTextField(label="整改措施", required=False, max_length=300)

    def clean(self):
        values = self.cleaned_data
        if not values.get("pk") and values.get("measure") and not values.get("problem"):
            self.add_error("problem", "请写明问题。")
        return values


ProblemFormSet = forms.formset_factory(
    ProblemForm, extra=0, max_num=MOST_PROBLEMS, validate_max=True, absolute_max=MOST_PROBLEMS + 10
)


class DoneForm(Form):
    done_on = DayField(label="销号日期")


def places_of(user):
    """Return the organisations that a filter of `user` offers."""
    return access.organisations_for(user).select_related("parent")

"""Forms of Party workers: the filter of the register, work without a seat, a plan and its classes, people of a class, topics."""

from decimal import Decimal

from django import forms

from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.rights import ASSIGN, DUTIES, MEMBERS, RECORD
from common import clock
from common.forms.fields import DayField, PastDayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.text import person_name
from members.cadres import rules
from members.cadres.models import Level, Organiser, Purpose, Share
from members.cadres.selectors.register import WORKERS
from members.cadres.services.classes import PLANNING
from members.resources.models import Resource, ResourceKind
from members.roster.models.members import Member
from members.roster.models.posts import COMMITTEE_SEATS, PostKind
from members.roster.namesakes import called, named, names_in, which_words


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


# What the figures above the register count, by their names.
STANDINGS = {
    "owed": "应完成学时和培训",
    "met": "学时和培训已完成",
    "open": "还没有完成，未到期",
    "unknown": "学时未知",
    "overdue": "逾期",
    "secretaries": "应参加集中轮训的书记",
    "attended": "已参加集中轮训的书记",
    "inducting_late": "任职培训逾期",
}


class RegisterFilter(Filter):
    """At which day, of which organisation, which post; read from the address."""

    day = DayField(label="日期", required=False)
    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")
    post = forms.ChoiceField(
        label="职务",
        required=False,
        # Chosen by the tabs above the list.
        widget=forms.HiddenInput,
        choices=[
            ("", "全部职务"),
            *[(kind.value, kind.label) for kind in COMMITTEE_SEATS],
            (WORKERS, "无委员职务的党务人员"),
        ],
    )

    # Whom one of the figures above the list counts.
    stands = forms.ChoiceField(
        label="学时和培训",
        required=False,
        widget=forms.HiddenInput,
        choices=[("", "全部"), *STANDINGS.items()],
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        places = access.organisations_for(user, MEMBERS).exclude(kind=Kind.SMALL_GROUP)
        self.fields["organisation"].queryset = places

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day is not None and day > clock.today():
            raise forms.ValidationError("日期不能晚于今天。")
        return day


class ClassFilter(Filter):
    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = access.organisations_for(user, MEMBERS).exclude(kind=Kind.SMALL_GROUP)
        now = clock.today().year
        self.fields["year"].choices = [
            ("", f"{now}年"),
            *[(str(year), f"{year}年") for year in (now + 1, now - 1, now - 2)],
        ]


def members_kept(user):
    """Return the members whose rosters `user` keeps and who have not left, by branch."""
    rows = Member.objects.visible_to(user, MEMBERS).filter(left_on__isnull=True).select_related("home__parent")
    return rows.order_by("home", "pk")


# So many of one name are told apart.
MOST_NAMESAKES = 20


def member_named(user, text, rows=None):
    """Return the only member of this name whose roster `user` keeps. Raises ValidationError in words.

    Of several of one name the text says which: 李文（综合处）.
    """
    name, *_ = person_name(text).split("(")
    found = {
        one.pk: one for one in (rows if rows is not None else members_kept(user)).filter(name=name)[:MOST_NAMESAKES]
    }
    labels = called(found.values())
    same = named(labels, text)
    if not same:
        raise forms.ValidationError(f"名册上没有{text}。")
    if len(same) > 1:
        raise forms.ValidationError(f"名册上有 {len(same)} 名{name}，{which_words(labels.values())}")
    return found[same[0]]


class WorkForm(Form):
    """Somebody who does Party work without a seat."""

    member = PlainTextField(label="姓名", max_length=64, help_text="名册上的姓名。")
    organisation = SoughtOrganisationField(None, label="党组织")
    share = forms.ChoiceField(label="专兼职", choices=Share.choices, initial=Share.PART)
    starts = PastDayField(label="起", initial=clock.today)

    def __init__(self, data=None, *, user, **options):
        super().__init__(data, **options)
        self.user = user
        places = access.organisations_for(user, MEMBERS).exclude(kind=Kind.SMALL_GROUP)
        self.fields["organisation"].queryset = places.filter(archived_on__isnull=True)

    def clean_member(self):
        return member_named(self.user, self.cleaned_data["member"])


class EndForm(Form):
    ends = DayField(label="止", initial=clock.today, help_text="包括这一天。")


class TotalForm(Form):
    number = forms.IntegerField(label="机关工作人员总数", min_value=1, max_value=1_000_000)
    starts = PastDayField(label="起", initial=clock.today)


class PasteForm(Form):
    text = forms.CharField(
        label="名册",
        max_length=20_000,
        widget=_area(10),
        help_text="从表格复制“姓名、党组织、专职或兼职、起”四列粘贴，每行一人；专兼职不写的为兼职，起不写的为今天。",
    )


class PlanForm(Form):
    title = PlainTextField(label="计划名称", max_length=rules.TITLE_MOST)
    document = PlainTextField(
        label="文号、存放处", max_length=rules.DOCUMENT_MOST, required=False, help_text="已印发的写文号，没有的不填。"
    )


class ClassForm(Form):
    """One class: what it is called, whom it calls, when, how many hours; the rest may be empty."""

    title = PlainTextField(label="班次名称", max_length=rules.TITLE_MOST)
    purpose = forms.ChoiceField(label="类别", choices=Purpose.choices, initial=Purpose.ROTATION)
    posts = forms.MultipleChoiceField(
        label="参加对象",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(kind.value, kind.label) for kind in PostKind],
        help_text="按职务自动列出名单；发展对象、新党员培训不选。",
    )
    first = DayField(label="开班时间")
    last = DayField(label="结业时间", required=False, help_text="当天结业的不填。")
    hours = forms.DecimalField(
        label="学时",
        max_digits=4,
        decimal_places=1,
        min_value=Decimal("0.1"),
        required=False,
        help_text="不填的，按每天的学时计。",
    )
    place = PlainTextField(label="地点", max_length=rules.PLACE_MOST, required=False)
    organiser = forms.ChoiceField(label="举办", choices=Organiser.choices, initial=Organiser.INSIDE)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, user, **options):
        super().__init__(data, **options)
        shared = Resource.objects.living().visible_to(user).order_by("name", "pk")
        for name, label, kind in (
            ("lecturer", "授课人", ResourceKind.LECTURER),
            ("venue", "共享场地", ResourceKind.VENUE),
        ):
            self.fields[name] = forms.ModelChoiceField(
                shared.filter(kind=kind), label=label, required=False, empty_label="不从共享资源中选"
            )

    def clean(self):
        data = super().clean()
        if data.get("first") and not data.get("last") and "last" not in self.errors:
            data["last"] = data["first"]
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", rules.ENDS_BEFORE)
        return data


class CancelForm(Form):
    reason = PlainTextField(label="原因", max_length=rules.REASON_MOST, widget=_area())


class PickForm(Form):
    """Who else went, by name; and who was called and did not have to."""

    names = forms.CharField(
        label="增加的人员",
        max_length=8000,
        required=False,
        widget=_area(5),
        help_text="名册上的姓名，每行一名或用顿号分开。",
    )

    def __init__(self, data=None, *, people, **options):
        super().__init__(data, **options)
        self.fields["remove"] = forms.TypedMultipleChoiceField(
            label="去掉的人员",
            coerce=int,
            required=False,
            choices=list(called(people).items()),
            widget=forms.CheckboxSelectMultiple,
        )


class TopicFilter(Filter):
    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "全部"),
            ("open", "研究中"),
            ("found", "待评定"),
            ("reviewed", "已评定"),
            ("used", "已转化"),
            ("cancelled", "已终止"),
        ],
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = access.organisations_for(user).exclude(kind=Kind.SMALL_GROUP)


def topic_places(user):
    """Return the living organisations at which `user` sets or proposes topics."""
    assigned = access.organisations_for(user, ASSIGN).order_by().values("pk")
    reported = access.organisations_for(user, DUTIES).order_by().values("pk")
    recorded = access.organisations_for(user, RECORD).order_by().values("pk")
    rows = access.organisations_for(user).filter(archived_on__isnull=True, kind__in=PLANNING)
    return (rows.filter(pk__in=assigned) | rows.filter(pk__in=reported).filter(pk__in=recorded)).select_related(
        "parent"
    )


class TopicForm(Form):
    title = PlainTextField(label="课题", max_length=rules.TITLE_MOST)
    question = PlainTextField(label="要回答的问题", max_length=rules.QUESTION_MOST, widget=_area())
    lead = PlainTextField(label="课题负责人", max_length=64, help_text="名册上的姓名。")
    others = PlainTextField(label="课题组其他成员", max_length=400, required=False, help_text="几名之间用顿号分开。")
    first = DayField(label="立题日期", initial=clock.today)
    due = DayField(label="结题时限")
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, people, **options):
        super().__init__(data, **options)
        self.people = people

    def clean_lead(self):
        return member_named(None, self.cleaned_data["lead"], self.people)

    def clean_others(self):
        return [member_named(None, name, self.people) for name in names_in(self.cleaned_data["others"])]

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("due") and data["due"] < data["first"]:
            self.add_error("due", "结题时限不能早于立题日期。")
        return data


class InterimForm(Form):
    interim = PlainTextField(label="中期情况", max_length=rules.INTERIM_MOST, widget=_area(4))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class FoundForm(Form):
    finding = PlainTextField(label="研究结果", max_length=rules.FINDING_MOST, widget=_area(10))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, meetings, **options):
        super().__init__(data, **options)
        self.fields["activity"] = forms.ChoiceField(
            label="汇报的会议", choices=[("", "没有或未登记"), *meetings], required=False
        )


class ReviewForm(Form):
    level = forms.ChoiceField(label="评定", choices=[("", "请选择"), *Level.choices])
    reason = PlainTextField(label="评定理由", max_length=rules.REASON_MOST, widget=_area())
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

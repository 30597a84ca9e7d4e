"""The roster and a member's file. Numbers are masked everywhere; one at a time can be unmasked, with a reason."""

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from branches import access, clock, exports
from branches.forms.fields import take_errors
from branches.models import Kind
from branches.rights import IDENTITY, MEMBERS, VIEW
from branches.views.security import needs, recent_login
from members.forms.members import MemberEditForm, MemberNewForm, RosterFilter, TransferForm, UnmaskForm
from members.models import PARTY_STAGES, Member, Membership, Post
from members.selectors.files import attendance_of_year, masked_identity, masked_phone
from members.services.members import member_create, member_transfer, member_update
from members.services.unmask import FIELDS, member_unmask

SORTS = {
    "initials": ("initials", "pk"),
    "-initials": ("-initials", "pk"),
    "joined_on": ("joined_on", "pk"),
    "-joined_on": ("-joined_on", "pk"),
    "home": ("home__lft", "pk"),
    "-home": ("-home__lft", "pk"),
}


def _roster(request):
    """Return (form, members within reach that fit the filter of the address)."""
    form = RosterFilter(request.GET, user=request.user)
    data = form.chosen()
    rows = Member.objects.visible_to(request.user, VIEW).select_related("home")
    place = data.get("organisation")
    if place and place.kind == Kind.SMALL_GROUP:
        today = Membership.objects.on(clock.today())
        rows = rows.filter(pk__in=today.filter(small_group=place).values("member"))
    elif place:
        rows = rows.filter(home__tree_id=place.tree_id, home__lft__gte=place.lft, home__rght__lte=place.rght)
    stage = data.get("stage") or ""
    if stage == "":
        rows = rows.filter(stage__in=PARTY_STAGES)
    elif stage != "all":
        rows = rows.filter(stage=stage)
    if data.get("q"):
        rows = rows.filter(Q(name__icontains=data["q"]) | Q(initials__icontains=data["q"].lower()))
    return form, rows.order_by(*SORTS.get(data.get("sort"), ("home__lft", "pk")))


def _with_groups(members):
    """Give each member his small group and his posts of today, in two statements."""
    today = clock.today()
    ids = [row.pk for row in members]
    groups = dict(
        Membership.objects.on(today).filter(member__in=ids).values_list("member_id", "small_group__short_name")
    )
    posts = {}
    for post in Post.objects.on(today).filter(member__in=ids):
        posts.setdefault(post.member_id, []).append(post.get_kind_display())
    for row in members:
        row.group = groups.get(row.pk) or ""
        row.seats = "、".join(posts.get(row.pk, []))
    return members


@needs(VIEW)
def member_list(request):
    form, rows = _roster(request)
    stages = Counter(rows.order_by().values_list("stage", flat=True))
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    page.object_list = _with_groups(list(page.object_list))
    manages = access.holds_anywhere(request.user, MEMBERS)
    context = {
        "title": f"{page.paginator.count} 名党员"
        if set(stages) <= set(PARTY_STAGES)
        else f"{page.paginator.count} 名在册人员",
        "sub": f"正式党员 {stages['full']}，预备党员 {stages['probationary']}",
        "form": form,
        "page": page,
        "manages": manages,
        "tree_url": reverse("organisation_list"),
    }
    return render(request, "members/members/list.html", context)


COLUMNS = [
    "姓名",
    "性别",
    "党支部",
    "党小组",
    "党内职务",
    "人员类别",
    "入党日期",
    "转正日期",
    "学历",
    "工作岗位",
    "证件号码",
    "手机",
]


@needs(MEMBERS)
@require_POST
@recent_login
def member_export(request):
    form, rows = _roster(request)
    members = _with_groups(list(rows.visible_to(request.user, MEMBERS)[: exports.MOST_ROWS + 1]))
    table = [
        [
            row.name,
            row.sex,
            row.home.name,
            row.group,
            row.seats,
            row.get_stage_display(),
            row.joined_on,
            row.full_on,
            row.education,
            row.work_post,
            masked_identity(row),
            masked_phone(row),
        ]
        for row in members
    ]
    words = "；".join(f"{form.fields[name].label}：{value}" for name, value in form.cleaned_data.items() if value)
    return exports.send(
        request, rows=table, columns=COLUMNS, name="党员名册", verb="member.export", filters=words[:500]
    )


def _link(name, query=""):
    try:
        return reverse(name) + query
    except NoReverseMatch:
        return ""


def _file(member, reader):
    """Return the context that the file and the own file share; `reader`: the account that reads it."""
    # A plain member reads his own file, and no list of records.
    records = _link("activity_list", f"?member={member.pk}") if access.holds_anywhere(reader, VIEW) else ""
    return {
        "member": member,
        "identity": masked_identity(member),
        "phone": masked_phone(member),
        "memberships": member.memberships.select_related("organisation", "small_group").order_by("-starts"),
        "posts": member.posts.select_related("organisation__parent").order_by("ends", "-starts", "pk"),
        "attendance": attendance_of_year(member),
        "activities_url": records,
        "today": clock.today(),
    }


@needs(VIEW)
def member_detail(request, pk):
    member = access.get_for(Member.objects.select_related("home"), request.user, VIEW, pk=pk)
    context = {
        **_file(member, request.user),
        "manages": access.has_right(request.user, MEMBERS, member.home),
        "unmasks": access.has_right(request.user, IDENTITY, member.home),
        "unmask_form": UnmaskForm(),
        "readers": access.who_can(VIEW, member.home, limit=100),
        "crumbs": [{"label": "党员名册", "url": reverse("member_list")}, {"label": member.name}],
    }
    return render(request, "members/members/detail.html", context)


@login_required
def member_own(request):
    """The own file of a member whose account is linked to it, and who else can read it."""
    member = Member.objects.select_related("home").filter(account=request.user).first()
    if member is None:
        return render(request, "members/members/no_file.html", status=404)
    context = _file(member, request.user)
    found = context["attendance"]
    context["title"] = (
        f"今年应参加 {found['total']} 次，出席 {found['attended']} 次" if found["total"] else "今年还没有考勤"
    )
    context["readers"] = access.who_can(VIEW, member.home, limit=100)
    return render(request, "members/members/own.html", context)


@sensitive_post_parameters("identity", "phone")
@needs(MEMBERS)
def member_new(request):
    form = MemberNewForm(
        request.POST or None, user=request.user, initial={"branch": request.GET.get("branch"), "stage": "full"}
    )
    if request.method == "POST" and form.is_valid():
        try:
            member = member_create(by=request.user, **form.values())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"已登记{member.name}")
            return redirect("member_detail", member.pk)
    context = {"title": "登记党员", "form": form, "verb": "登记", "cancel": reverse("member_list")}
    return render(request, "generic/form.html", context)


def _load(request, pk):
    return access.get_for(Member.objects.select_related("home"), request.user, MEMBERS, pk=pk)


@sensitive_post_parameters("identity", "phone")
@needs(MEMBERS)
def member_edit(request, pk):
    member = _load(request, pk)
    initial = {name: getattr(member, name) for name in MemberEditForm.base_fields if name not in ("identity", "phone")}
    form = MemberEditForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            member_update(by=request.user, member=member, **form.values())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "已保存")
            return redirect("member_detail", pk)
    context = {"title": f"修改{member.name}的信息", "form": form, "cancel": reverse("member_detail", args=[pk])}
    return render(request, "generic/form.html", context)


@needs(MEMBERS)
def member_transfer_view(request, pk):
    member = _load(request, pk)
    form = TransferForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            member_transfer(by=request.user, member=member, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "组织关系已转移")
            return redirect("member_detail", pk)
    context = {
        "title": f"转移{member.name}的组织关系",
        "sub": f"现在{member.home.label}，原有的组织关系到前一天为止",
        "form": form,
        "verb": "转移",
        "cancel": reverse("member_detail", args=[pk]),
    }
    return render(request, "generic/form.html", context)


@needs(IDENTITY)
@never_cache
@require_POST
@recent_login
def member_unmask_view(request, pk):
    """Show one number of one person on this answer only."""
    member = access.get_for(Member.objects.select_related("home"), request.user, IDENTITY, pk=pk)
    form = UnmaskForm(request.POST)
    if form.is_valid():
        try:
            plain = member_unmask(by=request.user, member=member, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            context = {"member": member, "label": FIELDS[form.cleaned_data["field"]], "plain": plain}
            return render(request, "members/members/unmasked.html", context)
    for errors in form.errors.values():
        messages.error(request, errors[0])
    return redirect("member_detail", pk)

"""The roster: list, entry, change, export. Numbers are masked everywhere."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from branches.audit import exports
from branches.frame.acting import acted, posted
from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.rights import IDENTITY, IMPORT, MEMBERS, VIEW
from common.paging import MOST, LongPaginator, counted, number_words
from members.roster.forms import MemberEditForm, MemberNewForm, RosterFilter
from members.roster.loaders import member_for
from members.roster.masking import masked_identity, masked_phone
from members.roster.models.members import PARTY_STAGES, MemberStage
from members.roster.selectors.listing import LEFT, first_in_tree, members_listed, with_groups
from members.roster.services.members import member_create, member_update


def _roster(request):
    """Return (form, members within reach that fit the filter of the address)."""
    form = RosterFilter(request.GET, user=request.user)
    return form, members_listed(request.user, form.chosen())


def _paged(request, rows, data, total):
    """Return the page of members. Of very many in the order of the tree the first rows are found without a look at the others."""
    if total > MOST and data.get("sort") in (None, "", "home"):
        rows = first_in_tree(request.user, data)
    return LongPaginator(rows, 50, number=total).get_page(request.GET.get("page"))


def _nobody(manages: bool) -> str:
    """Say that nobody is listed. A leader of a small group reads no roster: he is not told that there is nobody."""
    return "名册上还没有党员" if manages else "您的查看范围内没有党员名册"


@needs(VIEW)
def member_list(request):
    form, rows = _roster(request)
    data = form.chosen()
    # Those of the Party alone are listed unless others are asked for.
    others = [rows.exclude(stage__in=PARTY_STAGES)] if data.get("stage") else []
    total, full, probationary, *beside = counted(
        rows, rows.filter(stage=MemberStage.FULL), rows.filter(stage=MemberStage.PROBATIONARY), *others
    )
    page = _paged(request, rows, data, total)
    page.object_list = with_groups(page.object_list)
    manages = access.holds_anywhere(request.user, MEMBERS)
    who = "名已离开的党员" if data.get("stage") == LEFT else "名在册人员" if any(beside) else "名党员"
    title = f"{number_words(total)} {who}" if total else form.heading_of_none("党员", _nobody(manages))
    context = {
        "title": title,
        "sub": f"正式党员 {number_words(full)}，预备党员 {number_words(probationary)}",
        "form": form,
        "page": page,
        "narrowed": form.narrows(),
        "manages": manages,
        "imports": access.holds_anywhere(request.user, IMPORT),
        "forgets": access.holds_anywhere(request.user, IDENTITY),
        "tree_url": reverse("organisation_list"),
    }
    return render(request, "members/roster/list.html", context)


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


def _exported(rows):
    """Yield the lines of the file; nothing is read before the first is asked for."""
    for row in with_groups(rows[: exports.MOST_ROWS + 1]):
        yield [
            row.name,
            row.sex,
            row.home.name,
            row.group,
            row.seats,
            f"{row.get_stage_display()}（{row.left_on:%Y-%m-%d} {row.status}）"
            if row.left_on
            else row.get_stage_display(),
            row.joined_on,
            row.full_on,
            row.education,
            row.work_post,
            masked_identity(row),
            masked_phone(row),
        ]


@needs(MEMBERS)
@require_POST
@recent_login
def member_export(request):
    form, rows = _roster(request)
    return exports.send(
        request,
        rows=_exported(rows.visible_to(request.user, MEMBERS)),
        columns=COLUMNS,
        name="党员名册",
        verb="member.export",
        filters=form,
    )


@sensitive_post_parameters("identity", "phone")
@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def member_new(request):
    form = MemberNewForm(
        posted(request), user=request.user, initial={"branch": request.GET.get("branch"), "stage": "full"}
    )

    def act(_):
        member = member_create(by=request.user, **form.values())
        return f"已登记{member.name}", reverse("member_detail", args=[member.pk])

    return acted(
        request,
        form,
        act,
        template="generic/form.html",
        title="登记党员",
        verb="登记",
        cancel=reverse("member_list"),
    )


def _shown(member):
    """Return with what the form of a person's data is opened: everything but the numbers, which are shown nowhere."""
    return {name: getattr(member, name) for name in MemberEditForm.base_fields if name not in ("identity", "phone")}


@sensitive_post_parameters("identity", "phone")
@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def member_edit(request, pk):
    member = member_for(request, pk)
    form = MemberEditForm(posted(request), initial=_shown(member))

    def act(_):
        member_update(by=request.user, member=member, **form.values())
        return "已保存"

    return acted(
        request,
        form,
        act,
        now=lambda: _shown(member_for(request, pk)),
        template="generic/form.html",
        title=f"修改{member.name}的信息",
        cancel=reverse("member_detail", args=[pk]),
    )

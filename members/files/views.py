"""A member's file, his own or one within reach. Numbers are masked; one at a time can be unmasked, with a reason."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.rights import IDENTITY, MEMBERS, VIEW
from common import clock
from common.forms.fields import take_errors
from members.care.rights import keeps
from members.commitments.selectors.brief import brief
from members.development.selectors.cases import open_case
from members.development.steps import PAPER_UNTIL
from members.dues.rights import reads_amounts
from members.dues.rules import WARN_MONTHS, unpaid_run
from members.dues.selectors.month import year_of_member
from members.files.selectors import attendance_of_year, memberships_of, own_file, posts_of, standing_of
from members.roster.forms import UnmaskForm
from members.roster.loaders import member_for
from members.roster.masking import masked_identity, masked_phone
from members.roster.services.unmask import FIELDS, member_unmask


def _link(name, query=""):
    try:
        return reverse(name) + query
    except NoReverseMatch:
        return ""


def _file(member, reader):
    """Return the context that the file and the own file share; `reader`: the account that reads it."""
    # A plain member reads his own file, and no list of records.
    memberships = list(memberships_of(member))
    records = _link("activity_list", f"?member={member.pk}") if access.holds_anywhere(reader, VIEW) else ""
    return {
        "member": member,
        "identity": masked_identity(member),
        "phone": masked_phone(member),
        "memberships": memberships,
        "belongs": any(row.ends is None for row in memberships),
        "posts": posts_of(member),
        **standing_of(member),
        "attendance": attendance_of_year(member),
        "activities_url": records,
        "today": clock.today(),
    }


def _dues(member, *, amounts):
    """Return the months of this year as the payer reads them, and whoever keeps his roster; amounts: with what was paid."""
    today = clock.today()
    months = year_of_member(member, today.year, today)
    return {
        "dues": months,
        "dues_amounts": amounts,
        "dues_run": unpaid_run(month.state for month in months) >= WARN_MONTHS,
    }


@needs(VIEW)
def member_detail(request, pk):
    member = member_for(request, pk, VIEW)
    manages = access.has_right(request.user, MEMBERS, member.home)
    context = {
        **_file(member, request.user),
        "manages": manages,
        # Of who is on his way into the Party: his case, or that one may be taken over from paper.
        "developing": manages and member.stage in PAPER_UNTIL,
        "case": open_case(member) if manages and member.led_by_case else None,
        "cares": keeps(request.user, member.home),
        "unmasks": access.has_right(request.user, IDENTITY, member.home),
        "unmask_form": UnmaskForm(),
        "readers": access.who_can(VIEW, member.home, limit=100),
        "crumbs": [{"label": "党员名册", "url": reverse("member_list")}, {"label": member.name}],
    }
    if manages:
        context |= _dues(member, amounts=reads_amounts(request.user, member.home))
    return render(request, "members/files/detail.html", context)


@login_required
def member_own(request):
    """The own file of a member whose account is linked to it, and who else can read it."""
    member = own_file(request.user)
    if member is None:
        return render(request, "members/files/no_file.html", status=404)
    context = _file(member, request.user)
    found = context["attendance"]["called"]
    context["title"] = f"今年{found.words}" if found.expected else "今年还没有考勤"
    context["own"] = True
    context |= _dues(member, amounts=True)
    context |= dict(zip(("pledge_words", "pledge_action", "pledge_url"), brief(member), strict=True))
    context["readers"] = access.who_can(VIEW, member.home, limit=100)
    return render(request, "members/files/own.html", context)


@needs(IDENTITY)
@never_cache
@require_POST
@recent_login
def member_unmask_view(request, pk):
    """Show one number of one person on this answer only."""
    member = member_for(request, pk, IDENTITY)
    form = UnmaskForm(request.POST)
    if form.is_valid():
        try:
            plain = member_unmask(by=request.user, member=member, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            context = {"member": member, "label": FIELDS[form.cleaned_data["field"]], "plain": plain}
            return render(request, "members/files/unmasked.html", context)
    for errors in form.errors.values():
        messages.error(request, errors[0])
    return redirect("member_detail", pk)

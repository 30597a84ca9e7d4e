"""Write people, where they belong and which posts they hold."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from branches import audit
from branches.access.services.key_check import index_key_holds
from branches.audit.history import changed_by_another
from branches.jobs.marks import ROSTER, mark
from branches.places.models.organisations import BEGINNING, Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, VIEW
from common import clock, crypto
from common.database import one_transaction
from common.fields import conceal
from common.names import initials_of
from common.operator import Actor
from members.roster.led import check_not_led
from members.roster.models.members import IDENTITY_INDEX, PARTY_STAGES, Member, Membership
from members.roster.models.posts import COMMITTEE_SEATS, Post, seat_problem
from members.roster.models.standing import PartyStatus, Standing
from members.roster.services.backdating import held_since, require_recent
from members.roster.services.refusals import Elsewhere, number_asked
from members.roster.services.stages import stages_follow

GONE_BRANCH = "该党支部已撤销。"
TAKEN = "该证件号码已登记。"
KEY_CHANGED = "证件号码的索引密钥刚被更换，请管理员重新启动服务后再登记。"
# Entries of the trail about a person that changed nothing of his.
LOOKS = ("member.unmask", "member.unmask_alarm", "member.number_refused")
# Dates of a person that change what was held or owed since.
DATED = ("joined_on", "full_on", "exempt_from")
PLAIN = (
    "name",
    "sex",
    "birth_date",
    "ethnicity",
    "education",
    "work_post",
    "stage",
    "joined_on",
    "full_on",
    "exempt_from",
    "exempt_reason",
    "remark",
)


def identity_index(number: str) -> str:
    """Return the blind index by which an identity number is unique and found again."""
    return crypto.blind_index(number, IDENTITY_INDEX)


def check(member: Member) -> None:
    """Raise ValidationError by field where the dates of a person do not fit one another, or lie ahead."""
    today = clock.today()
    errors = {}
    for field in ("birth_date", "joined_on", "full_on"):
        if getattr(member, field) and getattr(member, field) > today:
            errors[field] = "日期不能晚于今天。"
    if member.birth_date and member.joined_on and member.birth_date >= member.joined_on:
        errors["joined_on"] = "加入党组织日期应晚于出生日期。"
    if member.joined_on and member.full_on and member.full_on < member.joined_on:
        errors["full_on"] = "转为正式党员日期不能早于加入党组织日期。"
    if member.stage in PARTY_STAGES and not member.joined_on:
        errors["joined_on"] = "党员须填写加入党组织日期。"
    if errors:
        raise ValidationError(errors)


def put_values(member: Member, values: Mapping[str, Any]) -> None:
    """Put `values` into the columns of a person, not saved; raises as `check`."""
    for name in PLAIN:
        if name in values:
            setattr(member, name, values[name])
    member.initials = initials_of(member.name)
    if "identity" in values:
        conceal(member, "identity", values["identity"])
        member.identity_index = identity_index(values["identity"]) if values["identity"] else None
    if "phone" in values:
        conceal(member, "phone", values["phone"])
    check(member)


def _write(by: Actor, member: Member, values: Mapping[str, Any]) -> None:
    """Put the values into the columns, check all of them together, and save."""
    put_values(member, values)
    member.full_clean(exclude=["identity_index"])
    check_number(by, member)
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError:
        # Somebody else registered the number after the check; anything else goes on.
        check_number(by, member)
        raise
    if member.identity_index and not index_key_holds():
        raise ValidationError({"identity": KEY_CHANGED})


def check_number(by: Actor, member: Member) -> None:
    """Raise where another person bears the number: in plain words if `by` may see him, else Elsewhere."""
    if not member.identity_index:
        return
    same = Member.objects.filter(identity_index=member.identity_index).exclude(pk=member.pk)
    if not same.exists():
        return
    if same.visible_to(by, VIEW).exists():
        raise ValidationError({"identity": TAKEN})
    raise Elsewhere(member.identity_index)


def membership_start_day(member: Any, branch: Any) -> date:
    """Return the first day of an imported membership: the later of joining the Party and the branch's founding."""
    days = [day for day in (member.joined_on, branch.founded) if day]
    return max(days) if days else clock.today()


def note_imported(ids: Iterable[int]) -> None:
    """Note that the people `ids` now stand as an import left them; a later change by hand shows (decisions 12)."""
    Member.objects.filter(pk__in=ids).update(imported_version=F("version"))


def member_create(
    *,
    by: Actor,
    branch: Organisation,
    small_group: Organisation | None = None,
    starts: date | None = None,
    **values: Any,
) -> Member:
    """Create a person and his membership of `branch`; returns the Member.

    values: the plain fields of Member, and `identity`, `phone` as plain text (stored encrypted). starts: first day of
    the membership (default: the later of joining the Party and the founding of the branch). Raises ValidationError
    by field, TooMany when too many numbers were refused today (services/refusals.py).
    """
    _check_branch(branch, small_group)
    with number_asked(by, values.get("identity")):
        return _create(by, branch, small_group, starts, values)


@one_transaction
def _create(
    by: Actor, branch: Organisation, small_group: Organisation | None, starts: date | None, values: Mapping[str, Any]
) -> Member:
    _require_open(branch)
    member = Member(home=branch)
    with audit.change(by=by, verb="member.create", obj=member, organisation=branch):
        _write(by, member, values)
        membership = Membership(
            member=member,
            organisation=branch,
            small_group=small_group,
            starts=starts or membership_start_day(member, branch),
        )
        membership.full_clean()
        membership.save()
        stages_follow([member])
        access.require(by, MEMBERS, member.home)
    # Who is no Party member yet is expected at no meeting: an old application changes nothing that was held.
    if member.stage in PARTY_STAGES and held_since(branch, membership.starts):
        require_recent(by, branch, membership.starts, "starts")
    mark_roster(branch, membership.starts)
    return member


def member_update(*, by: Actor, member: Member, version: int | None = None, **values: Any) -> Member:
    """Correct a person's data; `version` (if given) must be the one that was read. Raises as `member_create`."""
    with number_asked(by, values.get("identity")):
        return _update(by, member, version, values)


@one_transaction
def _update(by: Actor, member: Member, version: int | None, values: Mapping[str, Any]) -> Member:
    member = Member.objects.select_for_update().get(pk=member.pk)
    if version is not None and version != member.version:
        raise changed_by_another(member, looks=LOOKS)
    check_not_led(member, values)
    before = (member.joined_on, member.full_on)
    dated = {name: getattr(member, name) for name in DATED}
    with audit.change(by=by, verb="member.update", obj=member, organisation=member.home) as said:
        said.note = numbers_changed(member, values)
        member.version += 1
        _write(by, member, values)
        stages_follow([member])
        access.require(by, MEMBERS, member.home)
    for name, old in dated.items():
        if (new := getattr(member, name)) != old:
            require_recent(by, member.home, min(day for day in (old, new) if day), name)
    now = (member.joined_on, member.full_on)
    first = min(day for day in (*now, clock.today()) if day)
    mark(member.home, first, clock.today(), "membership")
    if moved := [day for pair in zip(before, now) if pair[0] != pair[1] for day in pair if day]:
        mark_spells(member, min(moved))
    return member


def mark_spells(member: Member, first: date) -> None:
    """Say that a date of joining has changed, wherever the person belonged on a day from `first` on."""
    rows = Membership.objects.filter(Q(ends__isnull=True) | Q(ends__gte=first), member=member)
    for place, starts, ends in rows.order_by().values_list("organisation", "starts", "ends"):
        mark_roster(place, max(first, starts), ends)


def mark_roster(place: Organisation | int, first: date, last: date | None = None) -> None:
    """Say that a roster has changed from `first` on (to `last`, today at the latest): what was held then is judged anew."""
    last = min(last or clock.today(), clock.today())
    mark(place, first, last, "membership")
    mark(place, first, last, ROSTER)


def numbers_changed(member: Member, values: Mapping[str, Any]) -> str:
    """Return which numbers a change sets or clears, for the trail: the columns themselves are kept as marks only (C46)."""
    names = {"identity": "证件号码", "phone": "手机号码"}
    changed = [label for name, label in names.items() if name in values and (values[name] or getattr(member, name))]
    return f"{'、'.join(changed)}有更改" if changed else ""


def _require_open(branch: Organisation) -> None:
    """Raise where the branch was archived meanwhile; else it is held, so that nobody archives it with this person in it."""
    row = Organisation.objects.select_for_update(of=("self",), no_key=True).filter(pk=branch.pk).only("archived_on")
    if row.get().archived_on:
        raise ValidationError({"branch": GONE_BRANCH})


def _check_branch(branch: Organisation, small_group: Organisation | None) -> None:
    if branch.kind != Kind.BRANCH:
        raise ValidationError({"branch": "党员须编入党支部。"})
    if branch.archived_on:
        raise ValidationError({"branch": GONE_BRANCH})
    if small_group is not None and (small_group.kind != Kind.SMALL_GROUP or small_group.parent_id != branch.pk):
        raise ValidationError({"small_group": "该党小组不属于这个党支部。"})


@one_transaction
def member_transfer(
    *,
    by: Actor,
    member: Member,
    branch: Organisation,
    small_group: Organisation | None = None,
    on: date | None = None,
    reason: str = "",
    asked: bool = False,
) -> Membership:
    """Move a person to another branch (or group) from the day `on` (default today); the old row ends the day before.

    So do the posts held in the branch that is left and in its groups: whoever belongs elsewhere no longer sits there.
    asked: the branch that is left has asked for it, so that its right is not asked of `by` again.
    """
    _check_branch(branch, small_group)
    _require_open(branch)
    on = on or clock.today()
    current = last_membership(member)
    there = (branch.pk, getattr(small_group, "pk", None))
    if current and current.ends is None and (current.organisation_id, current.small_group_id) == there:
        return current
    _check_day(on, branch, current)
    if current and current.ends is not None:
        current = None
    before = audit.snapshot(current) if current else None
    old = current.organisation if current else None
    if current and current.starts == on:
        current.organisation, current.small_group, current.reason = branch, small_group, reason
        membership = current
    else:
        if current:
            current.ends = on - timedelta(days=1)
            current.save()
        membership = Membership(member=member, organisation=branch, small_group=small_group, starts=on, reason=reason)
    membership.full_clean()
    membership.save()
    Member.objects.filter(pk=member.pk).update(home=branch, version=F("version") + 1)
    if current is None:
        _came_back(member, on)
    _require_ends(by, branch, old, on, asked)
    audit.record(
        by=by, verb="member.transfer", obj=member, organisation=branch, before=before, after=audit.snapshot(membership)
    )
    for place in {branch.pk, old.pk if old else branch.pk}:
        mark_roster(place, on)
    if old is not None and old.pk != branch.pk:
        _end_posts(by, member, old, on - timedelta(days=1))
    return membership


def _require_ends(by: Actor, branch: Organisation, old: Organisation | None, on: date, asked: bool) -> None:
    """Raise unless `by` may move somebody from `old` to `branch` from a day on; asked: as for `member_transfer`."""
    access.require(by, MEMBERS, branch)
    if old is not None and old.pk == branch.pk:
        return
    require_recent(by, branch, on, "on")
    if old is not None:
        if not asked:
            access.require(by, MEMBERS, old)
        require_recent(by, old, on, "on")


def _came_back(member: Member, on: date) -> None:
    """Whoever belongs here again from a day on has left no longer: that standing ends on the eve."""
    for row in PartyStatus.objects.in_force(on).filter(member=member, state=Standing.LEFT):
        if row.starts >= on:
            row.delete()
        else:
            row.ends = on - timedelta(days=1)
            row.save(update_fields=["ends"])
    Member.objects.filter(pk=member.pk).update(left_on=None, forgotten_on=None)


def last_membership(member: Member) -> Membership | None:
    """Return the open membership of a person, held; else the one that ended last, if any."""
    rows = Membership.objects.select_for_update(of=("self",)).filter(member=member)
    return rows.order_by(F("ends").desc(nulls_first=True)).first()


def _check_day(on: date, branch: Organisation, last: Membership | None) -> None:
    """Raise ValidationError unless each day keeps one branch: `home` is that of today, and earlier days stay as they were."""
    if on > clock.today():
        raise ValidationError({"on": "转入日期不能晚于今天，请到当天再登记。"})
    if branch.founded and on < branch.founded:
        raise ValidationError({"on": f"转入日期不能早于该党支部的成立日期（{branch.founded}）。"})
    if last is None:
        return
    if last.ends is not None and on <= last.ends:
        raise ValidationError({"on": f"转入日期须晚于原组织关系的结束日期（{last.ends}）。"})
    if on < last.starts:
        raise ValidationError({"on": f"转入日期不能早于现有组织关系的开始日期（{last.starts}）。"})


def _end_posts(by: Actor, member: Member, left: Organisation, last: date) -> None:
    held = Post.objects.filter(Q(organisation=left) | Q(organisation__parent=left), member=member)
    held = held.filter(Q(ends__isnull=True) | Q(ends__gt=last))
    for post in held.select_related("organisation"):
        if (ends := max(last, post.starts or last)) != post.ends:
            post_close(by, post, ends)


@one_transaction
def post_give(
    *,
    by: Actor,
    member: Member,
    organisation: Organisation,
    kind: str,
    starts: date | None = None,
    ends: date | None = None,
) -> Post:
    """Give a Party post; imported posts have no start (held since before the ledger).

    Raises ValidationError keyed by field for one held already, or one that such an organisation does not have.
    """
    if problem := seat_problem(kind, organisation.kind):
        raise ValidationError({"kind": problem})
    if Post.objects.filter(member=member, organisation=organisation, kind=kind, ends__isnull=True).exists():
        raise ValidationError({"kind": "已担任这一职务。"})
    post = Post(member=member, organisation=organisation, kind=kind, starts=starts, ends=ends)
    with audit.change(by=by, verb="post.give", obj=post, organisation=organisation):
        post.full_clean()
        post.save()
        access.require(by, MEMBERS, organisation)
    require_recent(by, organisation, starts, "starts")
    _mark_post(post, starts or organisation.founded or BEGINNING)
    return post


def _mark_post(post: Post, first: date) -> None:
    """Say that who sits there has changed from `first` on; a seat on a committee changes the quorum of what was held since."""
    mark(post.organisation, first, clock.today(), "post")
    if post.kind in COMMITTEE_SEATS:
        mark(post.organisation, first, clock.today(), ROSTER)


@one_transaction
def post_end(*, by: Actor, post: Post, ends: date | None = None) -> Post:
    """End a Party post; `ends` is its last day (default today). Raises ValidationError by field."""
    ends = ends or clock.today()
    require_recent(by, post.organisation, min(ends, post.ends or ends) + timedelta(days=1), "ends")
    closed = post_close(by, post, ends)
    access.require(by, MEMBERS, post.organisation)
    return closed


def post_close(by: Actor, post: Post, ends: date) -> Post:
    """End a Party post in the caller's transaction, because its holder belongs elsewhere or it was asked for by who may."""
    before = post.ends
    with audit.change(by=by, verb="post.end", obj=post, organisation=post.organisation):
        post.ends = ends
        post.full_clean()
        post.save()
    _mark_post(post, min(before or ends, ends))
    return post

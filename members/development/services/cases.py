"""Cases opened, taken over from paper, given up; who accompanies them; reviews and papers. Notices: services/notices.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from branches import audit
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from branches.rulebook import rule, short_citation
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text
from members.development.checks import DOCUMENTS
from members.development.models.cases import CaseOutcome, CaseRole, CaseRoleKind, CaseStep, DevelopmentCase
from members.development.models.papers import CaseDocument, CaseReview
from members.development.selectors.cases import case_of, resumable
from members.development.services.effects import applicant_again, applied, closed, mark_case
from members.development.steps import ASKED_AT_TAKING_OVER, PAPER_UNTIL, step, until
from members.roster.models.members import Member, MemberStage
from members.roster.services.developing import led_by_case
from members.roster.services.members import member_create
from members.roster.services.standing import held as held_member

REASON_MOST, TEXT_MOST = 200, 200
ROLE_MOST = {CaseRoleKind.CONTACT: 2, CaseRoleKind.INTRODUCER: 2}
ROLE_STEPS = {CaseRoleKind.CONTACT: "5", CaseRoleKind.INTRODUCER: "9"}
NOT_RESUMED = "这项发展进程没有停办，或此后又有变动，不能恢复办理。"
ADMITTED = "已接收为预备党员，须按转正程序办理。"
ONE_OPEN = "这位同志已有正在办理的发展进程。"


def held(row: DevelopmentCase, *, archiving: bool = False) -> DevelopmentCase:
    """Return the case with its row locked; Conflict once it is over. archiving: papers of a full member are filed after that (25)."""
    fresh = DevelopmentCase.objects.select_for_update(of=("self",)).select_related("member__home__parent")
    now = fresh.get(pk=row.pk)
    if now.closed_on is not None and not (archiving and now.outcome == CaseOutcome.FULL):
        raise Conflict(f"这项发展进程已于 {now.closed_on:%Y-%m-%d} 办结。", record=now)
    return now


def checked_reason(text: str, name: str, field: str = "reason", most: int = REASON_MOST) -> str:
    """Return a sentence without its blanks; ValidationError where there is none, or too much of it."""
    text = clean_text(text)
    if not text:
        raise ValidationError({field: f"请填写{name}。"})
    if len(text) > most:
        raise ValidationError({field: f"{name}不超过 {most} 字，现有 {len(text)} 字。"})
    return text


def check_day(day: date, name: str, field: str, *, since: date | None = None) -> None:
    """Raise ValidationError for a day that lies ahead, or before `since`."""
    if day > clock.today():
        raise ValidationError({field: f"{name}不能晚于今天。"})
    if since is not None and day < since:
        raise ValidationError({field: f"{name}不能早于 {since:%Y-%m-%d}。"})


@dataclass
class NewPerson:
    """Somebody who is not on the roster yet: entered once, as an applicant. values: columns of Member and `identity`."""

    organisation: Organisation
    values: Mapping[str, Any]


class AlreadyOpen(ValidationError):
    """A case of this person is open at the branch already: `case`, of whom somebody with the same birth date is no namesake."""

    def __init__(self, case: DevelopmentCase) -> None:
        super().__init__({"name": f"{case.member.name}的入党申请已经登记（{case.opened_on:%Y-%m-%d}递交），正在办理。"})
        self.case = case


def _check_once(person: NewPerson) -> None:
    """Refuse somebody of whom a case is open, whatever its day: of two who enter him at once the second waits for the first."""
    Organisation.objects.select_for_update(of=("self",)).only("pk").get(pk=person.organisation.pk)
    said = {f"member__{name}": person.values.get(name) for name in ("name", "birth_date")}
    rows = DevelopmentCase.objects.open().select_related("member").filter(member__home=person.organisation, **said)
    if (row := rows.order_by("pk").first()) is not None:
        raise AlreadyOpen(row)


@one_transaction
def case_open(*, by: Actor, person: Member | NewPerson, opened_on: date) -> DevelopmentCase:
    """Open the case of an applicant on the day of his application; ValidationError by field.

    Whoever is further already is taken over (`case_take_over`). Rules: dev-age, dev-where (第五、六条).
    """
    check_day(opened_on, "递交申请日期", "opened_on")
    if isinstance(person, NewPerson):
        _check_once(person)
        values = {**person.values, "stage": MemberStage.APPLICANT}
        person = member_create(by=by, branch=person.organisation, starts=opened_on, **values)
    member = _free(by, person)
    if member.stage != MemberStage.APPLICANT:
        words = f"{member.name}已是{member.get_stage_display()}，请接续办理。"
        raise ValidationError({"member": words})
    row = DevelopmentCase(member=member, opened_on=opened_on)
    with audit.change(by=by, verb="development.open", obj=row, organisation=member.home_id):
        row.full_clean(validate_constraints=False)
        row.save()
    CaseStep.objects.create(case=row, key="1", day=opened_on, added_by=account_of(by))
    led_by_case(member, True)
    applied(by, row)
    access.require(by, MEMBERS, member.home)
    return row


@one_transaction
def case_take_over(
    *, by: Actor, member: Member, opened_on: date, days: Mapping[str, date], on: date | None = None
) -> DevelopmentCase:
    """Go on with a case that was begun on paper: its earlier steps rest on that, neither proof nor fault.

    days: {step: day} of ASKED_AT_TAKING_OVER as far as they lie behind, and of other steps of before whose days are known.
    ValidationError by field.
    """
    on = on or clock.today()
    check_day(opened_on, "递交申请日期", "opened_on")
    check_day(on, "接续办理日期", "on", since=opened_on)
    member = _free(by, member)
    stage = MemberStage(member.stage)
    if stage not in PAPER_UNTIL:
        raise ValidationError({"member": f"{member.name}已是正式党员，没有要接续的发展进程。"})
    behind = set(until(PAPER_UNTIL[stage]))
    wanted = [key for key in ASKED_AT_TAKING_OVER if key in behind]
    _check_paper_days(wanted, days, opened_on, on)
    row = DevelopmentCase(member=member, opened_on=opened_on, taken_over_on=on, taken_over_as=stage)
    with audit.change(by=by, verb="development.take_over", obj=row, organisation=member.home_id):
        row.full_clean(validate_constraints=False)
        row.save()
    entered = {key: day for key, day in days.items() if key in behind} | {"1": opened_on}
    CaseStep.objects.bulk_create(
        CaseStep(case=row, key=key, day=day, text="以纸质材料为准", added_by=account_of(by))
        for key, day in entered.items()
    )
    led_by_case(member, True)
    applied(by, row)
    access.require(by, MEMBERS, member.home)
    return row


def _check_paper_days(wanted: Sequence[str], days: Mapping[str, date], opened_on: date, on: date) -> None:
    errors = {}
    before = opened_on
    for key in wanted:
        day = days.get(key)
        if day is None:
            errors[f"day_{key}"] = "后面的期限从这一天起算，请填写。"
        elif not before <= day < on:
            errors[f"day_{key}"] = f"应在 {before:%Y-%m-%d} 至 {on - timedelta(days=1):%Y-%m-%d} 之间。"
        else:
            before = day
    if errors:
        raise ValidationError(errors)


def _free(by: Actor, member: Member) -> Member:
    """Return a person of whom no case is open, held, whose branch keeps him; ValidationError otherwise."""
    fresh = held_member(member)
    access.require(by, MEMBERS, fresh.home)
    if DevelopmentCase.objects.open().filter(member=fresh).exists():
        raise ValidationError({"member": ONE_OPEN})
    return fresh


@one_transaction
def case_withdraw(*, by: Actor, case: DevelopmentCase, reason: str) -> DevelopmentCase:
    """Give up developing somebody, with a reason; he goes back to what an application makes of him. Not once he was admitted."""
    row = held(case)
    access.require(by, MEMBERS, row.member.home)
    reason = checked_reason(reason, "原因")
    if row.member.stage in (MemberStage.PROBATIONARY, MemberStage.FULL):
        raise Conflict(ADMITTED, record=row)
    closed(by, row, CaseOutcome.WITHDRAWN, reason)
    applicant_again(by, row)
    mark_case(row)
    return row


@one_transaction
def case_resume(*, by: Actor, case: DevelopmentCase, reason: str) -> DevelopmentCase:
    """Go on with a case that was given up, with a reason: its steps stand again, and its limits ran on."""
    member = held_member(case.member)
    row = DevelopmentCase.objects.select_for_update(of=("self",)).select_related("member__home__parent").get(pk=case.pk)
    access.require(by, MEMBERS, row.member.home)
    row.member = member
    if not resumable(row):
        raise Conflict(NOT_RESUMED, record=row)
    reason = checked_reason(reason, "恢复原因")
    with audit.change(by=by, verb="development.resume", obj=row, organisation=row.member.home_id, note=reason):
        row.closed_on, row.outcome, row.close_reason = None, "", ""
        row.version += 1
        row.save(update_fields=["closed_on", "outcome", "close_reason", "version"])
    led_by_case(member, True)
    applied(by, row)
    return row


@one_transaction
def roles_set(
    *, by: Actor, case: DevelopmentCase, role: str, people: Sequence[Member], starts: date, reason: str = ""
) -> DevelopmentCase:
    """Say who are the contacts (one or two) or introducers (two) from a day on; those before end on the eve, with a reason. The same
    people with another day: their day is put right, with a reason.

    Rules: dev-contacts (第九条), dev-introducers-2 (第十四条). ValidationError by field.
    """
    row = held(case)
    access.require(by, MEMBERS, row.member.home)
    kind = CaseRoleKind(role)
    check_day(starts, "起始日期", "starts", since=row.opened_on)
    _check_people(row, kind, people, starts)
    _check_begun(row, kind, starts)
    standing = {one.member_id: one for one in row.roles.filter(role=role, ends__isnull=True)}
    chosen = {person.pk for person in people}
    leaving = [one for pk, one in standing.items() if pk not in chosen]
    # The same people with another day: that is what is put right.
    moved = [one for one in standing.values() if one.starts != starts] if chosen == set(standing) else []
    if chosen == set(standing) and not moved:
        raise ValidationError({"people": f"{kind.label}和起始日期都没有变化。"})
    reason = checked_reason(reason, "更换原因" if leaving else "更正原因") if leaving or moved else clean_text(reason)
    place = row.member.home_id
    for one in leaving:
        with audit.change(by=by, verb="development.role_end", obj=one, organisation=place, note=reason):
            one.ends, one.reason = max(one.starts, starts - timedelta(days=1)), reason
            one.save(update_fields=["ends", "reason"])
    for one in moved:
        with audit.change(by=by, verb="development.role", obj=one, organisation=place, note=reason):
            one.starts = starts
            one.save(update_fields=["starts"])
    for person in people:
        if person.pk not in standing:
            new = CaseRole(case=row, member=person, role=role, starts=starts)
            with audit.change(by=by, verb="development.role", obj=new, organisation=place):
                new.save()
    applied(by, row)
    return row


def _check_begun(row: DevelopmentCase, role: CaseRoleKind, starts: date) -> None:
    """Nobody accompanies an activist or a candidate before the person is one (第九、十四条)."""
    spec = step(ROLE_STEPS[role])
    cited = short_citation(rule(spec.rules[0]))
    standing = case_of(row).standing
    for key in spec.needs:
        view = standing.of(key)
        if not view.stood:
            raise ValidationError({"starts": f"须先办{view.step.name}，再指定{role.label}（{cited}）。"})
        if view.entry is not None and starts < view.entry.day:
            words = f"起始日期不能早于{view.step.name}（{view.entry.day:%Y-%m-%d}），依据{cited}。"
            raise ValidationError({"starts": words})


def _check_people(row: DevelopmentCase, role: CaseRoleKind, people: Sequence[Member], starts: date) -> None:
    if not people:
        raise ValidationError({"people": f"请选择{role.label}。"})
    if len(people) > ROLE_MOST[role]:
        raise ValidationError({"people": f"{role.label}最多 {ROLE_MOST[role]} 名。"})
    if any(person.pk == row.member_id for person in people):
        raise ValidationError({"people": "不能由本人担任。"})
    not_full = [one.name for one in people if one.full_on is None or one.full_on > starts]
    if not_full:
        raise ValidationError({"people": f"{role.label}须为正式党员：{'、'.join(not_full)}。"})


@one_transaction
def review_add(*, by: Actor, case: DevelopmentCase, day: date, text: str) -> CaseReview:
    """Note a half-yearly review of an activist with its opinion (dev-review-6m, 第十一条). ValidationError by field."""
    row = held(case)
    access.require(by, MEMBERS, row.member.home)
    check_day(day, "考察日期", "day", since=row.opened_on)
    review = CaseReview(case=row, day=day, text=checked_reason(text, "考察意见", "text"), added_by=account_of(by))
    if row.reviews.filter(day=day).exists():
        raise ValidationError({"day": "这一天的考察已经登记。"})
    with audit.change(by=by, verb="development.review", obj=review, organisation=row.member.home_id):
        review.save()
    mark_case(row)
    return review


@one_transaction
def documents_set(*, by: Actor, case: DevelopmentCase, papers: Mapping[str, tuple[date, str]]) -> DevelopmentCase:
    """Note which of the six papers are held, since when and where they are kept (dev-archive, 第三十六条)."""
    row = held(case, archiving=True)
    access.require(by, MEMBERS, row.member.home)
    errors = {}
    for kind, (day, kept_at) in papers.items():
        if day > clock.today():
            errors[f"day_{kind}"] = "日期不能晚于今天。"
        elif not clean_text(kept_at):
            errors[f"kept_{kind}"] = f"请填写{DOCUMENTS[kind]}的存放处。"
    if errors:
        raise ValidationError(errors)
    kept = {one.kind: one for one in row.documents.all()}
    for kind, (day, kept_at) in papers.items():
        paper = kept.get(kind) or CaseDocument(case=row, kind=kind)
        if (paper.held_on, paper.kept_at) == (day, clean_text(kept_at)) and paper.pk:
            continue
        with audit.change(by=by, verb="development.document", obj=paper, organisation=row.member.home_id):
            paper.held_on, paper.kept_at = day, clean_text(kept_at)
            paper.full_clean(exclude=["case"], validate_constraints=False)
            paper.save()
    if row.closed_on is None:
        applied(by, row)
    else:
        # What the person is was settled with the approval.
        mark_case(row)
    return row


@one_transaction
def leaving_set(*, by: Actor, case: DevelopmentCase, day: date | None) -> DevelopmentCase:
    """Note when the person will leave the agency: within three months he is not admitted as a rule (dev-leaving-3m, 第十八条)."""
    row = held(case)
    access.require(by, MEMBERS, row.member.home)
    with audit.change(by=by, verb="development.leaving", obj=row, organisation=row.member.home_id):
        row.leaving_on = day
        row.save(update_fields=["leaving_on"])
    applied(by, row)
    return row

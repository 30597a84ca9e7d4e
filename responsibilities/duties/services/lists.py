"""Make the duty lists of a year from the templates, issue them with a document, take note of them."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches import audit
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from branches.places.models.organisations import Organisation
from branches.reach import access
from common import clock
from common.errors import Conflict
from common.text import EARLIEST
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyList, ListState
from responsibilities.duties.rights import require_acts, require_makes
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.duties.selectors.lists import missing_lists
from responsibilities.duties.templates import template, templates

FIRST_YEAR, YEARS_AHEAD = 2000, 1
BATCH = 500


def check_year(year):
    """Raise ValidationError on "year" unless lists may be made for it."""
    last = clock.today().year + YEARS_AHEAD
    if not FIRST_YEAR <= year <= last:
        raise ValidationError({"year": f"年度应在 {FIRST_YEAR} 至 {last} 之间。"})


def mark_lists(rows):
    """Say that facts of the organisations of these lists may have changed over their years."""
    places = {(row.organisation_id, row.year) for row in rows}
    ChangeMark.objects.bulk_create(
        [
            ChangeMark(organisation_id=place, first_day=date(year, 1, 1), last_day=date(year, 12, 31), subject="duty")
            for place, year in sorted(places)
        ],
        batch_size=BATCH,
    )


@transaction.atomic
def duty_lists_make(*, by, year, levels, holders=None):
    """Make drafts of the lists of `levels` that are missing for `year`, from the templates; return them.

    levels: Levels. holders: the missing lists to make (as selectors.duty_lists.missing_lists gives them), all when None.
    Each duty is linked with the nearest duty further up that its template serves, drafts made earlier too. Raises
    ValidationError when nothing is missing, or when a list of that holder and year is there already.
    """
    check_year(year)
    levels = [level for level in LEVEL_ORDER if level in levels]
    missing = missing_lists(by, year, levels)
    if holders is not None:
        keys = {(row.level, row.organisation_id, row.holder_id, row.member_id) for row in missing}
        for row in holders:
            if (row.level, row.organisation_id, row.holder_id, row.member_id) not in keys:
                raise ValidationError({"levels": f"{row.holder_name}已有 {year} 年的责任清单，或不在您的范围内。"})
        missing = list(holders)
    if not missing:
        raise ValidationError({"levels": f"所选层级 {year} 年的责任清单都已建立，没有需要新建的。"})
    for place, level in {(row.organisation, row.level) for row in missing}:
        require_makes(by, level, place)
    try:
        with transaction.atomic():
            made = DutyList.objects.bulk_create(missing, batch_size=BATCH)
    except IntegrityError:
        raise Conflict(f"其中有清单刚刚由他人建立，{year} 年同一责任人只有一份，请重新打开。") from None
    Duty.objects.bulk_create([duty_of(row, line) for row in made for line in templates(row.level)], batch_size=BATCH)
    duties_link(year)
    audit.record_many(
        by=by,
        verb="duty_list.make",
        rows=[
            (
                row,
                row.organisation_id,
                str(row),
                {"year": year, "level": row.level, "duties": len(templates(row.level))},
            )
            for row in made
        ],
    )
    mark_lists(made)
    return made


def duty_of(duty_list, line):
    """Return the unsaved Duty that a template line gives in a list."""
    return Duty(
        list=duty_list,
        key=line.key,
        order=line.order,
        text=line.text,
        detail=line.detail,
        period=line.period,
        times=line.times,
        unit=line.unit,
        due=line.due,
        proof=line.proof,
        source=line.source,
        rules=" ".join(line.rules),
    )


def duties_link(year):
    """Give each duty of a draft list, where it has none, the nearest duty further up that its template serves."""
    uppers, loose = {}, []
    rows = Duty.objects.filter(list__year=year).exclude(key="").select_related("list")
    for row in rows.order_by("pk"):
        line = template(row.key)
        if line is None:
            continue
        uppers.setdefault((row.key, row.list.organisation_id), []).append(row)
        if line.parent and row.serves_id is None and row.list.state == ListState.DRAFT:
            loose.append(row)
    parents = dict(Organisation.objects.values_list("pk", "parent"))
    linked = []
    for row in loose:
        row.serves = _nearest_above(row, uppers, parents)
        if row.serves is not None:
            linked.append(row)
    Duty.objects.bulk_update(linked, ["serves"], batch_size=BATCH)


def _nearest_above(row, uppers, parents):
    """Return the first duty, at the list's organisation or above it, that the template of `row` serves; None without any.

    uppers: {(template key, organisation id): [Duty]}. parents: {organisation id: parent id or None}.
    """
    place, key = row.list.organisation_id, template(row.key).parent
    while place is not None:
        for one in uppers.get((key, place), ()):
            if LEVEL_ORDER.index(one.list.level) < LEVEL_ORDER.index(row.list.level):
                return one
        place = parents.get(place)
    return None


def _check_issue(document, issued_on):
    errors = {}
    if not (document or "").strip():
        errors["document"] = "请填写下达文件的名称或文号。"
    if issued_on is None:
        errors["issued_on"] = "请填写下达日期。"
    elif not EARLIEST <= issued_on <= clock.today():
        errors["issued_on"] = "下达日期不能晚于今天。"
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def duty_lists_issue(*, by, lists, document, issued_on):
    """Issue drafts with a document and a date, in one step; their holders are told. Return how many.

    lists: DutyList drafts. document: its name or number. issued_on: not later than today. Raises Conflict when one of
    them is no draft any more.
    """
    _check_issue(document, issued_on)
    if not lists:
        raise ValidationError({"levels": "没有可以下达的草稿。"})
    pks = [row.pk for row in lists]
    lists = list(
        DutyList.objects.filter(pk__in=pks).select_related("organisation", "holder", "member__account").order_by("pk")
    )
    for place, level in {(row.organisation, row.level) for row in lists}:
        require_makes(by, level, place)
    full = set(Duty.objects.filter(list__in=pks).order_by().values_list("list_id", flat=True).distinct())
    empty = next((row for row in lists if row.pk not in full), None)
    if empty is not None:
        raise ValidationError({"levels": f"{empty.holder_name}的清单没有责任事项，不能下达。"})
    changed = DutyList.objects.filter(pk__in=pks, state=ListState.DRAFT).update(
        state=ListState.ISSUED,
        document=document.strip(),
        issued_on=issued_on,
        issued_by=None if by is access.OPERATOR else by,
    )
    if changed != len(pks):
        raise Conflict("其中有清单已经下达，请重新打开后再试。")
    audit.record_many(
        by=by,
        verb="duty_list.issue",
        rows=[
            (row, row.organisation_id, str(row), {"document": document.strip(), "issued_on": str(issued_on)})
            for row in lists
        ],
    )
    _tell(by, lists)
    mark_lists(lists)
    return changed


def _tell(by, lists):
    """Send one line to each holder of a list just issued."""
    people = holders_each(lists)
    Notice.objects.bulk_create(
        [
            Notice(
                recipient=user,
                sender=None if by is access.OPERATOR else by,
                kind="duty",
                text=f"请知悉：{row}已下达"[:300],
                url=f"/duties/lists/{row.pk}/",
                about=f"duty_list/{row.pk}",
                sent=clock.now(),
            )
            for row in lists
            for user in people[row.pk]
            if user != by
        ],
        batch_size=BATCH,
    )


@transaction.atomic
def duty_list_note(*, by, duty_list):
    """Say that the holder has taken note of his issued list; the first time counts."""
    require_acts(by, duty_list)
    if duty_list.state != ListState.ISSUED:
        raise Conflict("清单尚未下达，不需要知悉。")
    changed = DutyList.objects.filter(pk=duty_list.pk, state=ListState.ISSUED, noted_at__isnull=True).update(
        noted_at=clock.now(), noted_by=None if by is access.OPERATOR else by
    )
    if changed != 1:
        raise Conflict("这份清单已经知悉。")
    duty_list.refresh_from_db()
    audit.record(
        by=by,
        verb="duty_list.note",
        obj=duty_list,
        organisation=duty_list.organisation,
        after={"noted_at": str(duty_list.noted_at)},
    )
    return duty_list

"""Make the duty lists of a year from the templates, issue them with a document, take note of them."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from branches import audit
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from branches.places.models.organisations import Organisation
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import EARLIEST
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyList, Level, ListState
from responsibilities.duties.rights import require_acts, require_makes
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.duties.selectors.lists import missing_lists
from responsibilities.duties.templates import DutyTemplate, template, templates

FIRST_YEAR, YEARS_AHEAD = 2000, 1
BATCH = 500


def check_year(year: int) -> None:
    """Raise ValidationError on "year" unless lists may be made for it."""
    last = clock.today().year + YEARS_AHEAD
    if not FIRST_YEAR <= year <= last:
        raise ValidationError({"year": f"年度应在 {FIRST_YEAR} 至 {last} 之间。"})


def mark_lists(rows: Iterable[DutyList]) -> None:
    """Say that facts of the organisations of these lists may have changed over their years."""
    places = {(row.organisation_id, row.year) for row in rows}
    ChangeMark.objects.bulk_create(
        [
            ChangeMark(organisation_id=place, first_day=date(year, 1, 1), last_day=date(year, 12, 31), subject="duty")
            for place, year in sorted(places)
        ],
        batch_size=BATCH,
    )


@one_transaction
def duty_lists_make(
    *, by: Actor, year: int, levels: Iterable[str], holders: Iterable[DutyList] | None = None
) -> list[DutyList]:
    """Make drafts of the lists of `levels` that are missing for `year`, from the templates; return them.

    levels: Levels. holders: the missing lists to make (as `missing_lists` gives them), all when None.
    Each duty is linked with the nearest duty further up that its template serves, drafts made earlier too. Raises
    ValidationError when nothing is missing, or when a list of that holder and year is there already.
    """
    check_year(year)
    chosen = set(levels)
    missing = missing_lists(by, year, [level for level in LEVEL_ORDER if level in chosen])
    if holders is not None:
        keys = {(row.level, row.organisation_id, row.holder_id, row.member_id) for row in missing}
        missing = list(holders)
        for row in missing:
            if (row.level, row.organisation_id, row.holder_id, row.member_id) not in keys:
                raise ValidationError({"levels": f"{row.holder_name}已有 {year} 年的责任清单，或不在您的范围内。"})
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
            audit.Row(
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


def duty_of(duty_list: DutyList, line: DutyTemplate) -> Duty:
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


# {(template key, organisation id): the duties made from it there}
Uppers = dict[tuple[str, int], list[Duty]]


def duties_link(year: int) -> None:
    """Give each duty of a draft list, where it has none, the nearest duty further up that its template serves."""
    uppers: Uppers = {}
    loose: list[tuple[Duty, str]] = []
    rows = Duty.objects.filter(list__year=year).exclude(key="").select_related("list")
    for row in rows.order_by("pk"):
        line = template(row.key)
        if line is None:
            continue
        uppers.setdefault((row.key, row.list.organisation_id), []).append(row)
        if line.parent and row.serves_id is None and row.list.state == ListState.DRAFT:
            loose.append((row, line.parent))
    parents = dict(Organisation.objects.values_list("pk", "parent"))
    linked = []
    for row, parent in loose:
        row.serves = _nearest_above(row, parent, uppers, parents)
        if row.serves is not None:
            linked.append(row)
    Duty.objects.bulk_update(linked, ["serves"], batch_size=BATCH)


def _nearest_above(row: Duty, key: str, uppers: Uppers, parents: Mapping[int, int | None]) -> Duty | None:
    """Return the first duty of a further level, at the list's organisation or above it, of the template `key`.

    A general branch that lies between takes the place of the one above it, where it has a duty that serves that one.
    parents: {organisation id: parent id or None}.
    """
    place: int | None = row.list.organisation_id
    between = [line.key for line in templates(Level.GENERAL_BRANCH) if line.parent == key]
    while place is not None:
        for one in [found for name in (*between, key) for found in uppers.get((name, place), ())]:
            if LEVEL_ORDER.index(Level(one.list.level)) < LEVEL_ORDER.index(Level(row.list.level)):
                return one
        place = parents.get(place)
    return None


def _check_issue(document: str, issued_on: date | None) -> None:
    errors = {}
    if not (document or "").strip():
        errors["document"] = "请填写下达文件的名称或文号。"
    if issued_on is None:
        errors["issued_on"] = "请填写下达日期。"
    elif not EARLIEST <= issued_on <= clock.today():
        errors["issued_on"] = "下达日期不能晚于今天。"
    if errors:
        raise ValidationError(errors)


@one_transaction
def duty_lists_issue(*, by: Actor, lists: Iterable[DutyList], document: str, issued_on: date) -> int:
    """Issue drafts with a document and a date, in one step; their holders are told. Return how many.

    lists: DutyList drafts. document: its name or number. issued_on: not later than today. Raises Conflict when one of
    them is no draft any more.
    """
    _check_issue(document, issued_on)
    pks = [row.pk for row in lists]
    if not pks:
        raise ValidationError({"levels": "没有可以下达的草稿。"})
    rows = DutyList.objects.filter(pk__in=pks).select_related("organisation", "holder", "member__account")
    drafts = list(rows.order_by("pk"))
    for place, level in {(row.organisation, row.level) for row in drafts}:
        require_makes(by, level, place)
    full = set(Duty.objects.filter(list__in=pks).order_by().values_list("list_id", flat=True).distinct())
    empty = next((row for row in drafts if row.pk not in full), None)
    if empty is not None:
        raise ValidationError({"levels": f"{empty.holder_name}的清单没有责任事项，不能下达。"})
    changed = DutyList.objects.filter(pk__in=pks, state=ListState.DRAFT).update(
        state=ListState.ISSUED,
        document=document.strip(),
        issued_on=issued_on,
        issued_by=account_of(by),
    )
    if changed != len(pks):
        raise Conflict("其中有清单已经下达，请重新打开后再试。")
    audit.record_many(
        by=by,
        verb="duty_list.issue",
        rows=[
            audit.Row(row, row.organisation_id, str(row), {"document": document.strip(), "issued_on": str(issued_on)})
            for row in drafts
        ],
    )
    _tell(by, drafts)
    mark_lists(drafts)
    return changed


def _tell(by: Actor, lists: list[DutyList]) -> None:
    """Send one line to each holder of a list just issued."""
    people = holders_each(lists)
    Notice.objects.bulk_create(
        [
            Notice(
                recipient=user,
                sender=account_of(by),
                kind="duty",
                text=f"请知悉：{row}已下达"[:300],
                url=reverse("duty_list_detail", args=[row.pk]),
                about=f"duty_list/{row.pk}",
                sent=clock.now(),
            )
            for row in lists
            for user in people[row.pk]
            if user != by
        ],
        batch_size=BATCH,
    )


@one_transaction
def duty_list_note(*, by: Actor, duty_list: DutyList) -> DutyList:
    """Say that the holder has taken note of his issued list; the first time counts."""
    require_acts(by, duty_list)
    if duty_list.state != ListState.ISSUED:
        raise Conflict("清单尚未下达，不需要知悉。")
    unnoted = DutyList.objects.filter(pk=duty_list.pk, state=ListState.ISSUED, noted_at__isnull=True)
    changed = unnoted.update(noted_at=clock.now(), noted_by=account_of(by))
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

"""People of a ledger who are registered already: what the row would change of them, and who of a branch it leaves out."""

import hashlib
from dataclasses import dataclass, field
from datetime import date

from branches.imports.places import Place
from branches.imports.report import ADD, CHANGED, KEEP, NEW, UNCHANGED, Missing
from common.crypto import CannotBeShown
from common.fields import reveal
from common.numbers import masked
from common.text import fold, is_blank_mark, person_name
from members.imports.people import Person
from members.roster.models.members import Member
from members.roster.models.posts import PostKind
from members.roster.models.standing import GONE, Standing
from members.roster.services.members import PLAIN as WRITTEN

# What a ledger can say of a person: an exemption is granted on the page alone.
PLAIN = (*(name for name in WRITTEN if not name.startswith("exempt_")), "status")
# Standings that end by a decision's own day; a ledger that says 正常 does not lift them.
DATED_WORDS = (Standing.CORRECTING.label, Standing.SANCTIONED.label, Standing.UNDER_WATCH.label)
# Fields of the ledger that carry another name than the columns of Member.
COLUMNS = {"stage": "category"}


@dataclass
class MemberItem:
    """One row to write. `values`: for member_create or, the changed ones, for member_update; `transfer`: whether the
    branch or group changes; `seats`: [(Place, kind)] to give."""

    person: Person
    row: int
    branch: Place
    group: Place | None
    action: str = NEW
    values: dict = field(default_factory=dict)
    transfer: bool = False
    seats: list = field(default_factory=list)


class Named:
    """Whom and which branches the rows of a ledger name."""

    def __init__(self):
        self._people, self._branches = set(), set()

    def note(self, item):
        if item is not None:
            self._people.add(item.person)
            self._branches.add(item.branch)

    def missing(self, plan, people):
        """Return the Missing of everybody who belongs to one of these branches and whom no row names."""
        found = []
        for person in people.all:
            span = current_span(person)
            if person.member is not None and span and span[0] in self._branches and person not in self._people:
                found.append(Missing(plan.ledger.key, person.member.name, span[0].label))
        return found


def current_span(person):
    """Return the open membership (branch, group, first day, None) of a person, or None."""
    return next((span for span in person.spans if span[3] is None), None)


def namesake(people, name, branch):
    """Return the one person of this name in this branch who is registered without a number, or None.

    Without a number, name and branch are what tells a person (an applicant entered by hand, for instance).
    """
    found = [
        person
        for person in people.names.get(fold(person_name(name)), ())
        if person.member is not None
        and not person.member.identity_index
        and (span := current_span(person)) is not None
        and span[0] is branch
    ]
    return found[0] if len(found) == 1 else None


def _shown_phone(member):
    try:
        return reveal(member, "phone")
    except CannotBeShown:
        return None


def _differences(cells, member, values):
    """Return {column of Member: value of the ledger} where they differ; empty cells erase nothing."""
    # Sex and birth date read out of the identity number are not what the ledger says, nor how he stands where it is silent.
    derived = ("sex", "birth_date", "status")
    said = [name for name in PLAIN if name not in derived or not is_blank_mark(cells.value(name))]
    changed = {name: values[name] for name in said if values[name] and values[name] != getattr(member, name)}
    if changed.get("status") == Standing.NORMAL.label and member.status in DATED_WORDS:
        # What a decision says until a day of its own is not what a ledger has a word for.
        del changed["status"]
    if values["phone"] and values["phone"] != _shown_phone(member):
        changed["phone"] = values["phone"]
    if values["identity"] and not member.identity_index and cells.plan.mode != KEEP:
        changed["identity"] = values["identity"]
    return changed


def compare(cells, person, values, branch, group, seats):
    """Return the item that brings a known person to what the ledger says, as far as the plan's mode lets it."""
    member = person.member
    changed = _differences(cells, member, values)
    current = current_span(person)
    elsewhere = current is None or current[0] is not branch or (group is not None and current[1] is not group)
    # Whom the ledger calls gone belongs nowhere, whichever branch it still names.
    transfer = elsewhere and values["status"] not in GONE
    held = {(place, kind) for place, kind, _, _ in person.seats}
    missing = [seat for seat in seats if seat not in held]
    item = MemberItem(person, cells.number, branch, group, UNCHANGED)
    if not (changed or transfer or missing):
        return item
    by_hand = member.imported_version != member.version
    if cells.plan.mode == KEEP and by_hand:
        labels = [cells.plan.heading(COLUMNS.get(name, name)) for name in changed]
        labels += ["党支部或党小组"] * transfer + ["党内职务"] * bool(missing)
        cells.notice("name", f"已登记，且经人工登记或修改，未按表更改：{'、'.join(labels)}。")
        return item
    item.action, item.values, item.transfer, item.seats = CHANGED, changed, transfer, missing
    if cells.plan.mode != KEEP:
        shown = _cells(cells, item, current)
        if cells.plan.mode == ADD:
            cells.only_added(shown)
            return MemberItem(person, cells.number, branch, group, UNCHANGED)
        cells.changes(member.name, by_hand, shown)
    person.joined_on = changed.get("joined_on", person.joined_on)
    person.full_on = changed.get("full_on", person.full_on)
    if transfer:
        cells.notice("branch", "与系统中的组织关系不同，自今天起调整；在原党支部的党内职务同时结束。")
    return item


def _cells(cells, item, current):
    """Return old and new of each cell that the item changes."""
    member = item.person.member
    found = [_cell(cells, member, name, value) for name, value in item.values.items()]
    if item.transfer:
        found.append(cells.change("branch", _where(*current[:2]) if current else "", _where(item.branch, item.group)))
        left = current[0] if current and current[0] is not item.branch else None
        ended = [seat for seat in item.person.seats if seat[3] is None and left and left in (seat[0], seat[0].parent)]
        for place, kind, *_ in ended:
            found.append(cells.change("party_post", f"{place.label}{PostKind(kind).label}", ""))
    for place, kind in item.seats:
        found.append(cells.change("party_post", "", f"{place.label}{PostKind(kind).label}"))
    return found


def _cell(cells, member, name, value):
    column = COLUMNS.get(name, name)
    if name == "identity":
        return cells.change(column, "", masked(value))
    if name == "phone":
        # Each writing of a number gives other cipher text, so its hash tells a change and nothing of the number.
        token = hashlib.sha256((member.phone or "").encode()).hexdigest()[:16]
        return cells.change(column, masked(_shown_phone(member) or ""), masked(value), token)
    return cells.change(column, _text(name, getattr(member, name)), _text(name, value))


def _text(name, value):
    if isinstance(value, date):
        return value.isoformat()
    if name == "status":
        return str(value or "")
    return str(dict(Member._meta.get_field(name).flatchoices).get(value, value) or "")


def _where(branch, group):
    return f"{branch.label} {group.label}" if group is not None else branch.label

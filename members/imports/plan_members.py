"""Plan the ledger of members: every row against the database, the organisations and the other rows."""

import re
from datetime import date

from django.core.exceptions import ValidationError

from branches.imports.report import KEEP, NEW, UNCHANGED, CellError, Cells
from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.rights import VIEW
from common import clock
from common.numbers import stray
from common.text import cell_text, is_blank_mark, parse_date, parse_optional_date, person_name, quoted, text_of
from members.imports.known_members import COLUMNS, PLAIN, MemberItem, Named, compare, namesake
from members.imports.people import Person
from members.imports.seats import seats_of
from members.roster.identity import birth_date, disagreements, parse_identity, sex
from members.roster.models.members import PARTY_STAGES, Member
from members.roster.models.posts import PostKind
from members.roster.phone import parse_phone
from members.roster.services.members import check, identity_index, membership_start_day
from members.roster.services.refusals import ELSEWHERE, numbers_left, numbers_refused
from members.roster.vocabulary import EDUCATION, STATUSES, parse_category, parse_education, parse_sex, parse_status

_SEXES = {"male": "男", "female": "女", "": ""}
_BORN_AFTER = date(1900, 1, 1)
_HEALTH = re.compile(r"病|行动不便|年老体弱|高龄|失能|失联|出国|境外")


class Elsewhere:
    """The numbers of a ledger that people out of the importer's sight bear: few are named a day, the rest only as such.

    A row that is not named goes on as any other, so that no count tells of it (members/roster/services/refusals.py).
    """

    def __init__(self, by):
        self.by, self.left = by, numbers_left(by)
        self.named, self.more = set(), False
        self._seen = None

    def sees(self, home):
        if self._seen is None:
            self._seen = set(access.organisations_for(self.by, VIEW).values_list("pk", flat=True))
        return home in self._seen

    def names(self, index):
        """Return whether the row of this number may be named as one that cannot be registered here."""
        if index not in self.named and len(self.named) >= self.left:
            self.more = True
            return False
        self.named.add(index)
        return True

    def close(self, plan):
        numbers_refused(by=self.by, indexes=self.named)
        if self.more:
            sentence = "另有证件号码不能在这里登记，未逐行列出，请联系上级党组织（机关党委）核对后办理。"
            plan.errors.append(CellError(plan.ledger.key, 0, "", "", sentence))


def plan_members(plan, places, people):
    """Fill `plan` (with its table read) and add the file's people to `people`.

    Reads only, but for the note of numbers that were refused. Raises TooMany when no more may be refused today.
    """
    rows, elsewhere = {}, Elsewhere(places.by)
    named = Named()
    for row in plan.begin():
        cells = Cells(plan, row)
        item = _plan_row(cells, places, people, rows, elsewhere)
        named.note(item)
        if cells.count(item.action if item else UNCHANGED) and item and item.action != UNCHANGED:
            plan.items.append(item)
    elsewhere.close(plan)
    if plan.mode != KEEP:
        plan.missing += named.missing(plan, people)


def _name(value):
    name = person_name(cell_text(value))
    if not name:
        raise ValueError("姓名没有填写。")
    if len(name) > 64:
        raise ValueError("姓名不应超过 64 个字。")
    return _words(64)(name)


def _words(most):
    """Return a parser of free text of at most `most` characters in which no number of a person stands: it would lie open."""
    parser = text_of(most)

    def parse(value):
        text = parser(value)
        if what := stray(text):
            raise ValueError(f"这一列中有像{what}的数字，{what}只能填在自己的一列。")
        return text

    return parse


def _phone(value):
    if stray(cell_text(value)) == "证件号码":
        raise ValueError("这一列中有像证件号码的数字，证件号码只能填在自己的一列。")
    return parse_phone(value)


def _birth(value):
    return None if is_blank_mark(value) else parse_date(value, month_only=True, earliest=_BORN_AFTER)


def _values(cells):
    """Read the cells of a row into values of Member; wrong ones are noted and left out."""
    values = {
        "name": cells.take("name", _name, ""),
        "identity": cells.take("identity", lambda v: parse_identity(v, today=clock.today()), ""),
        "sex": _SEXES[cells.take("sex", parse_sex, "")],
        "birth_date": cells.take("birth_date", _birth),
        "ethnicity": cells.take("ethnicity", _words(20), ""),
        "education": _education(cells),
        "stage": cells.take("category", parse_category),
        "joined_on": cells.take("joined_on", parse_optional_date),
        "full_on": cells.take("full_on", parse_optional_date),
        "work_post": cells.take("work_post", _words(100), ""),
        "phone": cells.take("phone", _phone, ""),
        "status": STATUSES[cells.take("status", parse_status, "normal")],
        "remark": cells.take("remark", _words(200), ""),
    }
    if values["identity"]:
        written = cell_text(cells.value("sex"))
        born = values["birth_date"] if cells.value("birth_date") is not None else None
        for sentence in disagreements(values["identity"], sex_text=written, born=_full_date(cells, born)):
            cells.notice("identity", sentence)
        values["sex"] = values["sex"] or _SEXES[sex(values["identity"])]
        values["birth_date"] = values["birth_date"] or birth_date(values["identity"])
    return values


def _full_date(cells, born):
    """Return the birth date unless the cell names a month only: such a one contradicts nothing."""
    try:
        return parse_date(cells.value("birth_date"), earliest=_BORN_AFTER) if born else None
    except ValueError:
        return None


def _education(cells):
    try:
        code = parse_education(cells.value("education"))
    except ValueError:
        text = cells.take("education", _words(30), "")
        if text:
            cells.notice("education", f"学历{quoted(text)}不在常用名称中，按原文保存。")
        return text
    return EDUCATION[code] if code else ""


def _plan_row(cells, places, people, rows, elsewhere):
    values = _values(cells)
    branch, group = _where(cells, places)
    person = Person(values["name"], values["joined_on"], values["full_on"], row=cells.number)
    _check_values(cells, values)
    index = identity_index(values["identity"]) if values["identity"] else None
    if index and index in rows:
        cells.error("identity", f"与第 {rows[index]} 行的身份证号相同。")
    elif index:
        rows[index] = cells.number
    known = people.by_index.get(index) if index else None
    known = known if known is not None and known.member is not None else None
    if known is not None and not _within(known, places) and not elsewhere.sees(known.member.home_id):
        if elsewhere.names(index):
            cells.error("identity", ELSEWHERE)
        known = None
    if known is None and branch is not None and cells.plan.mode != KEEP:
        known = namesake(people, values["name"], branch)
    if known is not None:
        _check_known(cells, known, values, places)
    if cells.wrong or branch is None:
        if values["name"]:
            people.know(person)
        return None
    seats = seats_of(cells, branch, group, places)
    if known is None:
        item = MemberItem(person, cells.number, branch, group, NEW, values, seats=seats)
        people.add(person, index)
        people.place(person, (branch, group, membership_start_day(person, branch), None))
    else:
        item = compare(cells, known, values, branch, group, seats)
        if item.transfer:
            people.move(known, branch, group, clock.today())
    for place, kind in item.seats:
        others = people.sitting(place, kind) if kind == PostKind.SECRETARY else ()
        if others:
            names = "、".join(person.name for person in others)
            cells.notice("party_post", f"{place.label}已有书记（{names}），导入后同时任职，请核对。")
        people.seat(item.person, (place, kind, None, None))
    return item


def _where(cells, places):
    """Return (branch, small group or None) that the row names, noting what it cannot find."""
    if is_blank_mark(cells.value("branch")):
        cells.error("branch", "所在党支部没有填写。")
        return None, None
    place = cells.take("branch", lambda value: places.find(value, (Kind.BRANCH,)))
    if place is None:
        return None, None
    if place.kind == Kind.SMALL_GROUP:
        return place.parent, place
    if place.kind not in (Kind.BRANCH, None):
        cells.error("branch", f"{quoted(place.label)}不是党支部，党员须编入一个支部。")
        return None, None
    if place.archived_on:
        cells.error("branch", f"{place.label}已撤销。")
        return None, None
    if is_blank_mark(cells.value("group")):
        return place, None
    return place, cells.take("group", lambda value: places.group_in(place, value))


def _check_values(cells, values):
    """Apply the rules of the person's own form (members.services.members.check) to the cells that could be read."""
    today = clock.today()
    if values["stage"] in PARTY_STAGES and not values["joined_on"]:
        cells.error("joined_on", "党员须填写加入党组织日期。")
    if values["stage"] == "probationary" and values["full_on"]:
        cells.notice("full_on", "预备党员填有转正日期，请核对人员类别；未来的日期不保存。")
        if values["full_on"] > today:
            values["full_on"] = None
    if values["stage"] == "full" and not values["full_on"] and "full_on" not in cells.wrong:
        cells.notice("full_on", "正式党员没有填写转正日期，有表决权的起算日期不明。")
    if _HEALTH.search(values["remark"]):
        cells.notice("remark", f"备注{quoted(values['remark'][:20])}已保存；需要免计考勤的，请在党员档案中登记。")
    if not values["name"] or not values["stage"]:
        return
    draft = Member(**{name: values[name] for name in PLAIN if name != "status"})
    try:
        check(draft)
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            column = COLUMNS.get(name, name)
            # A date that could not be read says nothing about the others.
            if not cells.wrong & {"joined_on", "full_on", "birth_date"}:
                cells.error(column, sentences[0])


def _within(known, places):
    return places.by_pk[known.member.home_id].within


def _check_known(cells, known, values, places):
    if not _within(known, places):
        cells.error("identity", "该身份证号已在您导入范围之外的党组织登记，请先转接组织关系。")
    elif values["name"] and values["name"] != known.member.name:
        cells.error("identity", "该身份证号已登记在另一姓名之下，请核对；改名请在党员档案中办理。")

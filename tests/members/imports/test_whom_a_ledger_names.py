"""A ledger of activities reads the people whom it may mean, and says of its rows what it would say if it read everybody."""

import io
from datetime import date, timedelta

import pytest

from branches.imports.places import Places
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR
from common.tabular.writer import write_xlsx
from members.imports import agency
from members.imports.agency import import_files, plan_files
from members.imports.people import Asked, People, bare_names
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post
from tests.assessments.facts.random_agency import build
from tests.counting import asked

pytestmark = pytest.mark.django_db
HEADINGS = ("日期", "党组织", "活动类型", "主题", "主持人", "记录人", "应到", "实到", "缺席人员及原因")
KINDS = ("党员大会", "支委会", "党小组会", "党课", "主题党日")


def _ledger(places):
    """Rows of these organisations that name people of every roster, with titles and in brackets, and nobody at all."""
    names = list(Member.objects.order_by("pk").values_list("name", flat=True))
    rows = []
    for number, place in enumerate(places):
        for step, kind in enumerate(KINDS):
            one, other, third = (names[(number * 7 + step * way) % len(names)] for way in (3, 5, 11))
            chair = (one, f"{one}同志", f"{other}（书记）", f" {one} 、{other}", f"{third}书记")[step]
            away = ("", f"{third}（病假）", f"病假：{one}、{other}", "没有这人（出差）", f"{other}委员（公假）")[step]
            day = date(2026, 1, 5) + timedelta(days=number * 31 % 280 + step)
            rows.append([day, place.name, kind, f"第{number}次", chair, f"{other}", 5, 5 - step % 2, away])
    file = io.BytesIO()
    write_xlsx(rows, HEADINGS, file, title="活动台账")
    return {"activities": (file.getvalue(), "活动台账.xlsx")}


def _said(plan):
    """What a plan says and would write."""
    items = [
        (
            *(item.row, item.place.pk, item.day, item.codes, item.columns, item.unknown, item.accounts, item.quorums),
            item.chair and item.chair.pk,
            sorted((person.pk, state, reason) for person, state, reason in item.states()),
        )
        for item in plan.items
    ]
    return items, plan.errors, plan.notices, plan.counts


def test_what_a_ledger_says_rests_on_those_whom_it_names(world, monkeypatch):
    build(world, 8, branches=6, records=10)
    # Namesakes at other branches, written in other ways.
    for number, member in enumerate(Member.objects.order_by("pk")):
        if number % 6 == 1:
            before = Member.objects.order_by("pk")[number - 1]
            Member.objects.filter(pk=member.pk).update(name="　".join(before.name) if number % 4 else before.name)
    # Of most people nothing but their names is asked.
    files = _ledger(Organisation.objects.filter(kind__in=("branch", "small_group")).order_by("pk")[:4])
    (narrow,) = plan_files(OPERATOR, files)
    monkeypatch.setattr(agency.People, "load_asked", lambda places, asked: People.load(places))
    (whole,) = plan_files(OPERATOR, files)
    assert _said(narrow) == _said(whole)
    assert len(narrow.items) + len({error.row for error in narrow.errors}) == 4 * len(KINDS)
    assert narrow.notices
    assert any(item.chair for item in narrow.items)
    assert any(item.absent for item in narrow.items)


def test_only_those_whom_it_may_mean_are_read(world):
    build(world, 8, branches=6, records=0)
    places = Places.load(OPERATOR)
    here = world.branch_a.pk
    (stranger,) = Member.objects.exclude(memberships__organisation=here).order_by("pk")[:1]
    people = People.load_asked(places, Asked({here}, set(bare_names(f"{stranger.name}同志"))))
    there = set(Membership.objects.filter(organisation=here).values_list("member", flat=True))
    there |= set(Post.objects.filter(organisation=here).values_list("member", flat=True))
    bearers = set(Member.objects.filter(name=stranger.name).values_list("pk", flat=True))
    assert {person.pk for person in people.all} == there | bearers
    assert stranger in [Member(pk=person.pk) for person in people.named(f"{stranger.name}同志")]


def test_what_is_read_does_not_grow_with_the_agency(world):
    build(world, 8, branches=2, records=10)
    files = _ledger([world.branch_a])
    with asked() as few:
        plan_files(OPERATOR, files)
    members = Member.objects.count()
    build(world, 9, branches=8, records=40)
    with asked() as many:
        plan_files(OPERATOR, files)
    assert Member.objects.count() > members + 20
    # Of the others the organisations, and whether one of them bears a name of the ledger; what they recorded is no matter.
    more = Organisation.objects.count() + Member.objects.count()
    assert many.statements <= few.statements
    assert many.rows - few.rows < more


def test_a_ledger_that_names_few_is_written_as_ever(world):
    build(world, 8, branches=3, records=0)
    name = Member.objects.filter(home=world.branch_a).order_by("pk").first().name
    file = io.BytesIO()
    row = [date(2026, 9, 8), world.branch_a.name, "主题党日", "学习", name, name, 3, 3, ""]
    write_xlsx([row], HEADINGS, file, title="活动台账")
    (plan,) = import_files(OPERATOR, {"activities": (file.getvalue(), "活动台账.xlsx")})
    (item,) = plan.items
    assert item.chair.name == name and not plan.errors

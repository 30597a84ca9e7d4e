from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.places import tree
from branches.places.models.organisations import Organisation
from common import clock
from common.operator import OPERATOR


def test_the_standing_tree_is_well_formed(world):
    assert tree.check_tree() == []


@pytest.mark.parametrize(
    ("kind", "parent", "fits"),
    [
        ("committee", "root", True),
        ("branch", "root", False),
        ("general_branch", "committee", True),
        ("branch", "committee", True),
        ("general_branch", "general", False),
        ("branch", "general", True),
        ("small_group", "branch_b", True),
        ("small_group", "committee", False),
        ("branch", "branch_a", False),
        ("party_group", "root", False),
        ("committee", "committee", False),
        ("small_group", "group_a1", False),
    ],
)
def test_kinds_nest_only_as_allowed(world, kind, parent, fits):
    make = {"by": OPERATOR, "name": "新组织", "kind": kind, "parent": world.places[parent]}
    if fits:
        tree.organisation_create(**make)
    else:
        with pytest.raises(ValidationError):
            tree.organisation_create(**make)
    assert Organisation.objects.filter(name="新组织").exists() is fits
    assert tree.check_tree() == []


def test_there_is_one_root(world):
    with pytest.raises(ValidationError):
        tree.organisation_create(by=OPERATOR, name="第二党组", kind="party_group")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation(
            name="x", name_key="x", short_name="x", kind="party_group", lft=1, rght=2, tree_id=9, level=0
        ).save()


def test_a_name_is_unique_whatever_its_blanks_and_width(world):
    with pytest.raises(ValidationError) as caught:
        tree.organisation_create(
            by=OPERATOR, name="中共云川市测试局 乙处支部委员会　", kind="branch", parent=world.committee
        )
    assert "name" in caught.value.message_dict


def test_moving_keeps_yesterdays_place_in_the_versions(world):
    branch = tree.organisation_move(by=OPERATOR, organisation=world.branch_b, parent=world.general)
    assert branch.parent_id == world.general.pk
    old, new = branch.versions.order_by("starts")
    assert (old.parent_id, old.ends) == (world.committee.pk, clock.today() - timedelta(days=1))
    assert (new.parent_id, new.starts, new.ends) == (world.general.pk, clock.today(), None)
    assert tree.check_tree() == []
    assert AuditEntry.objects.filter(verb="organisation.move", object_id=branch.pk).count() == 1
    assert ChangeMark.objects.filter(subject="tree", organisation=branch).exists()


def test_a_move_below_itself_is_refused(world):
    with pytest.raises(ValidationError):
        tree.organisation_move(by=OPERATOR, organisation=world.general, parent=world.branch_c)


def test_two_renames_on_one_day_leave_the_later_name(world):
    for name in ("乙一处党支部", "乙二处党支部"):
        branch = tree.organisation_update(by=OPERATOR, organisation=world.branch_b, short_name=name)
    assert [row.short_name for row in branch.versions.order_by("starts")] == ["乙处党支部", "乙二处党支部"]


def test_archiving_needs_an_empty_place_and_keeps_history(world):
    with pytest.raises(ValidationError):
        tree.organisation_archive(by=OPERATOR, organisation=world.general)
    branch = tree.organisation_archive(by=OPERATOR, organisation=world.branch_b)
    assert branch.versions.get().ends == clock.today()
    assert Organisation.objects.filter(pk=branch.pk).exists()
    with pytest.raises(ValidationError):
        tree.organisation_create(by=OPERATOR, name="组", kind="small_group", parent=branch)


def test_an_archived_organisation_is_neither_renamed_nor_moved(world):
    tree.organisation_archive(by=OPERATOR, organisation=world.branch_b)
    with pytest.raises(ValidationError, match="已撤销"):
        tree.organisation_update(by=OPERATOR, organisation=world.branch_b, short_name="改名")
    with pytest.raises(ValidationError, match="已撤销"):
        tree.organisation_move(by=OPERATOR, organisation=world.branch_b, parent=world.general)
    assert Organisation.objects.get(pk=world.branch_b.pk).short_name == "乙处党支部"


def test_an_organisation_cannot_end_before_its_last_change(world):
    tree.organisation_move(by=OPERATOR, organisation=world.branch_b, parent=world.general)
    with pytest.raises(ValidationError) as caught:
        tree.organisation_archive(by=OPERATOR, organisation=world.branch_b, on=clock.today() - timedelta(days=3))
    assert "on" in caught.value.message_dict
    assert Organisation.objects.get(pk=world.branch_b.pk).archived_on is None
    assert world.branch_b.versions.filter(ends__isnull=True).count() == 1


def test_a_founding_day_in_the_future_is_refused(world):
    with pytest.raises(ValidationError):
        tree.organisation_create(
            by=OPERATOR,
            name="未来党支部",
            kind="branch",
            parent=world.committee,
            founded=clock.today() + timedelta(days=1),
        )


@pytest.mark.parametrize("damage", [{"lft": 1}, {"level": 5}, {"rght": 999}, {"tree_id": 77}])
def test_check_tree_names_a_damaged_node(world, damage):
    Organisation.objects.filter(pk=world.branch_b.pk).update(**damage)
    assert tree.check_tree()
    tree.rebuild()
    assert tree.check_tree() == []


def test_a_child_may_be_older_than_its_parent(world):
    child = tree.organisation_create(
        by=OPERATOR, name="老党小组", kind="small_group", parent=world.branch_b, founded=date(1999, 1, 1)
    )
    assert child.founded == date(1999, 1, 1)

"""create_account finds the organisation by any name that the tree page shows; begin makes the first ones of an empty tree."""

import pytest

from branches.places import tree
from branches.places.models.organisations import Organisation
from branches.reach.models import Appointment
from common.operator import OPERATOR
from tests.members.imports.support import run

pytestmark = pytest.mark.django_db


def create(username, at):
    return run("create_account", username, name="新账号", role="branch_secretary", at=at)


def test_full_name_short_name_and_path_are_accepted(world):
    branch = world.branch_a
    above = [str(place) for place in branch.get_ancestors()]
    names = [branch.name, branch.short_name, branch.label, "/".join([*above, str(branch)]), f"{above[-1]} › {branch}"]
    for number, name in enumerate(names):
        code, out, errors = create(f"new{number}", name)
        assert code == 0 and "一次性口令" in out, errors
        assert Appointment.objects.get(user__username=f"new{number}").organisation == branch


def test_a_name_of_several_lists_them_and_makes_nothing(world):
    tree.organisation_update(by=OPERATOR, organisation=world.branch_b, short_name=world.branch_a.short_name)
    code, _, errors = create("new", world.branch_a.short_name)
    assert code == 1
    assert str(errors).count("/") >= 2 and "可指多个党组织" in str(errors)
    assert not Appointment.objects.filter(user__username="new").exists()


def test_a_name_of_none_is_a_sentence(world):
    code, _, errors = create("new", "不存在的支部")
    assert code == 1 and "没有找到党组织" in str(errors)


def test_begin_makes_the_top_once(world, monkeypatch):
    names = {"party_group": "中共江州市测试局党组", "committee": "中共江州市测试局机关委员会", "secretary": "李正"}
    code, _, errors = run("begin", **names)
    assert code == 1 and "组织树已经建立" in str(errors) and "reset_account" in str(errors)
    monkeypatch.setattr("branches.management.commands.begin.check_empty", lambda: None)
    code, _, errors = run("begin", **names)
    assert code == 1 and "组织树已经建立" in str(errors)
    code, _, errors = run("begin", **(names | {"secretary": " "}))
    assert code == 1 and "--secretary" in str(errors)
    assert not Organisation.objects.filter(name=names["party_group"]).exists()

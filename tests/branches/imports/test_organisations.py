"""The ledger of organisations by itself."""

import csv
import io
from datetime import date

import pytest

from branches.audit.models import AuditEntry
from branches.imports.ledger import organisations_import, organisations_plan
from branches.places import tree
from branches.places.models.departments import Coverage, Department
from branches.places.models.organisations import Organisation, OrganisationVersion
from branches.places.models.terms import Term
from branches.reach import access
from branches.reach.models import Appointment
from common.operator import OPERATOR
from tests.world import FOUNDED

pytestmark = pytest.mark.django_db
HEADS = ["党组织全称", "简称", "组织类别", "上级党组织", "成立日期", "本届任期届满日期", "所在处室"]


def ledger(*rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADS, *rows])
    return text.getvalue().encode()


def bring_in(*rows, by=OPERATOR):
    return organisations_import(by, ledger(*rows), "organisations.csv")


def errors(*rows, by=OPERATOR):
    """Return [(row, heading, sentence)] and check that nothing was written."""
    before = (Organisation.objects.count(), AuditEntry.objects.count())
    plan = bring_in(*rows, by=by)
    assert (Organisation.objects.count(), AuditEntry.objects.count()) == before
    return [(error.row, error.heading, error.text) for error in plan.errors]


NEW = ["中共云川市测试局丁处支部委员会", "丁处党支部", "党支部", "机关党委", "2019-05-01", "2027-05-01", "丁处、戊处"]


def test_a_branch_comes_in_with_term_departments_version_and_audit(world):
    plan = bring_in(NEW)
    assert plan.counts["new"] == 1
    branch = Organisation.objects.get(short_name="丁处党支部")
    assert (branch.parent, branch.founded, branch.imported_version) == (
        world.committee,
        date(2019, 5, 1),
        branch.version,
    )
    assert OrganisationVersion.objects.get(organisation=branch).starts == date(2019, 5, 1)
    assert Term.objects.get(organisation=branch).expires == date(2027, 5, 1)
    assert set(Coverage.objects.values_list("department__name", "organisation")) == {
        ("丁处", branch.pk),
        ("戊处", branch.pk),
    }
    assert tree.check_tree() == []
    verbs = set(AuditEntry.objects.filter(organisation_id=branch.pk).values_list("verb", flat=True))
    assert {"organisation.create", "term.set", "coverage.set"} <= verbs
    entries = AuditEntry.objects.count()
    assert bring_in(NEW).counts["unchanged"] == 1
    assert AuditEntry.objects.count() == entries


def test_parents_may_come_after_their_children_and_order_is_that_of_the_file(world):
    bring_in(
        ["己处党支部第二党小组", "第二党小组", "党小组", "己处党支部"],
        ["己处党支部第一党小组", "第一党小组", "党小组", "中共云川市测试局己处支部委员会"],
        ["中共云川市测试局己处支部委员会", "己处党支部", "党支部", "直属单位党总支"],
    )
    branch = Organisation.objects.get(short_name="己处党支部")
    assert branch.parent == world.general
    assert [child.short_name for child in branch.children.order_by("lft")] == ["第二党小组", "第一党小组"]
    assert tree.check_tree() == []


@pytest.mark.parametrize(
    ("row", "heading", "said"),
    [
        (["", "无名", "党支部", "机关党委"], "党组织全称", "没有填写"),
        (["庚处", "庚", "互助会", "机关党委"], "组织类别", "无法识别"),
        (["庚处", "庚", "党支部", ""], "上级党组织", "没有填写"),
        (["庚处", "庚", "党支部", "不存在的总支"], "上级党组织", "没有找到党组织"),
        (["庚处", "庚", "党小组", "机关党委"], "上级党组织", "不能设党小组"),
        (["庚处", "庚", "党支部", "庚处"], "上级党组织", "不能设党支部"),
        (["另一党组", "另", "党组", ""], "组织类别", "只能有一个党组"),
        (["庚处", "庚", "党支部", "机关党委", "2031-01-01"], "成立日期", "晚于今天"),
        (["庚处", "庚", "党支部", "机关党委", "某年某月"], "成立日期", "不是日期"),
        (["庚处", "庚", "党支部", "机关党委", "", "2055-01-01"], "本届任期届满日期", "超出合理范围"),
    ],
)
def test_what_an_organisation_may_not_be(world, row, heading, said):
    found = errors(row)
    assert len(found) == 1 and found[0][:2] == (2, heading) and said in found[0][2], found


def test_a_name_twice_in_the_file_names_the_first_row(world):
    assert errors(NEW, NEW) == [(3, "党组织全称", "与第 2 行重名。")]


def test_a_short_name_of_several_groups_is_asked_for_in_full(world):
    bring_in(["乙处党支部第一党小组", "第一党小组", "党小组", "乙处党支部"])
    plan = organisations_plan(OPERATOR, ledger(["辛处", "辛", "党支部", "第一党小组"]), "organisations.csv")
    assert "有 2 个党组织叫" in plan.errors[0].text


def test_one_row_of_another_kind_than_the_system_has_is_an_error(world):
    found = errors(["中共云川市测试局乙处支部委员会", "乙处党支部", "党总支", "机关党委"])
    assert found[0][1] == "组织类别" and "不能通过导入更改" in found[0][2]


def test_an_imported_organisation_follows_the_ledger_and_one_changed_by_hand_does_not(world):
    bring_in(NEW)
    moved = [NEW[0], "丁支部", "党支部", "直属单位党总支", "2019-06-01", "2028-05-01", "丁处、戊处"]
    assert bring_in(moved).counts["changed"] == 1
    branch = Organisation.objects.get(name=NEW[0])
    assert (branch.short_name, branch.parent, branch.founded) == ("丁支部", world.general, date(2019, 6, 1))
    assert Term.objects.get(organisation=branch).expires == date(2028, 5, 1)
    assert tree.check_tree() == []
    tree.organisation_update(by=OPERATOR, organisation=branch, short_name="丁处（人工）")
    plan = bring_in(NEW)
    branch.refresh_from_db()
    assert branch.short_name == "丁处（人工）" and plan.counts["unchanged"] == 1
    assert any("人工登记或修改" in notice.sentence for notice in plan.notices)


def test_what_was_made_by_hand_is_not_overwritten(world):
    plan = bring_in(["中共云川市测试局乙处支部委员会", "另一简称", "党支部", "机关党委", "2001-01-01"])
    assert plan.counts["unchanged"] == 1 and "简称、成立日期" in plan.notices[0].sentence
    assert Organisation.objects.get(pk=world.branch_b.pk).founded == FOUNDED


def test_a_term_entered_with_its_start_is_not_corrected(world):
    Term.objects.create(organisation=world.branch_b, starts=date(2024, 1, 1), expires=date(2027, 1, 1))
    plan = bring_in(["中共云川市测试局乙处支部委员会", "", "党支部", "机关党委", "", "2028-01-01"])
    assert plan.counts["unchanged"] == 1
    assert Term.objects.get(organisation=world.branch_b).expires == date(2027, 1, 1)


def test_a_department_stays_with_the_organisation_that_covers_it(world):
    Coverage.objects.create(department=Department.objects.create(name="丁处"), organisation=world.branch_b)
    plan = bring_in(NEW)
    assert any("已由其他党组织覆盖" in notice.sentence for notice in plan.notices)
    assert Coverage.objects.get(department__name="丁处").organisation == world.branch_b
    assert Coverage.objects.get(department__name="戊处").organisation.short_name == "丁处党支部"


def test_a_circle_in_the_file_is_an_error(world):
    rows = [["壬总支", "壬", "党总支", "癸总支"], ["癸总支", "癸", "党总支", "壬总支"]]
    assert {error[1] for error in errors(*rows)} == {"上级党组织"}


def test_a_branch_is_founded_only_inside_the_importers_reach(world):
    row = Appointment.objects.create(
        user=world.outsider, role="committee_staff", organisation=world.general, starts=FOUNDED
    )
    access.sync_grants(row)
    found = errors(NEW, by=world.outsider)
    assert found == [(2, "上级党组织", "没有找到党组织“机关党委”，或不在您的导入范围内。")]
    assert errors(["中共云川市测试局乙处支部委员会", "", "党支部", "机关党委"], by=world.outsider)[0][1] == "党组织全称"
    inside = [*NEW[:3], "直属单位党总支", *NEW[4:]]
    assert bring_in(inside, by=world.outsider).counts["new"] == 1


def test_a_file_without_a_required_column_is_refused_with_what_was_seen(world):
    plan = organisations_import(OPERATOR, "甲,乙\n1,2\n".encode(), "organisations.csv")
    assert "找不到列" in plan.errors[0].text and plan.errors[0].row == 0

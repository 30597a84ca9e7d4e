"""Writing the tree through the pages: create, rename, move, archive, terms, coverage."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from branches.access.services.appointments import appointment_make
from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.places import tree
from branches.places.models.departments import Coverage
from branches.places.models.organisations import Organisation, OrganisationVersion
from branches.places.models.terms import Term
from branches.places.services import departments, organisations, terms
from branches.reach import access
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.roster.services.members import member_transfer
from members.roster.services.standing import member_leave

NEW = {
    "kind": "branch",
    "name": "中共云川市测试局数字处支部委员会",
    "short_name": "数字处党支部",
    "founded": "2026-11-20",
}


def _post(client, url, **data):
    return client.post(url, data)


def test_staff_sets_up_a_branch_and_lands_on_its_first_steps(world, as_):
    client = as_("staff")
    answer = client.post("/organisations/new/", NEW | {"parent": world.committee.pk}, follow=True)
    made = Organisation.objects.get(short_name="数字处党支部")
    assert answer.redirect_chain[-1][0] == f"/organisations/{made.pk}/"
    page = answer.content.decode()
    assert "再做 3 件事，数字处党支部就能开始工作" in page
    assert "从2026年12月起" in page and "从2027年第一季度起" in page and "从2027年度起" in page
    assert AuditEntry.objects.latest("pk").verb == "organisation.create"
    assert tree.check_tree() == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "中共云川市测试局甲处支部委员会"}, "已有同名的党组织"),
        ({"founded": "2027-01-01"}, "成立日期不能晚于今天"),
        ({"founded": "1900-01-01"}, "日期应在"),
        ({"kind": "small_group"}, "之下不能设党小组"),
        ({"name": "​"}, "请填写“党组织全称”。"),
        ({"kind": "party_group"}, "“组织类别”请从列表中选择。"),
    ],
)
def test_a_wrong_value_is_told_at_its_field_and_writes_nothing(change, message, world, as_):
    before = Organisation.objects.count()
    answer = as_("staff").post("/organisations/new/", NEW | {"parent": world.committee.pk} | change)
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert Organisation.objects.count() == before


def test_a_parent_beyond_reach_gets_the_answer_of_one_that_does_not_exist(world, as_):
    appointment_make(by=OPERATOR, user=world.outsider, role="committee_staff", organisation=world.committee)
    pages = []
    for parent in (world.root.pk, 987654):
        answer = as_("outsider").post("/organisations/new/", NEW | {"parent": parent})
        pages.append("请从列表中选择" in answer.content.decode())
    assert pages == [True, True]
    with pytest.raises(Http404):
        organisations.organisation_create(by=world.secretary_b, parent=world.branch_a, kind="small_group", name="x")


def test_a_new_name_counts_from_its_day_and_the_old_one_stays_readable(world, as_):
    branch = world.branch_a
    data = {
        "name": "中共云川市测试局投资处支部委员会",
        "short_name": "投资处党支部",
        "founded": "2015-05-20",
        "on": "2026-10-01",
        "version": branch.version,
    }
    answer = as_("staff").post(f"/organisations/{branch.pk}/edit/", data, follow=True)
    page = answer.content.decode()
    assert "投资处党支部" in page and "中共云川市测试局甲处支部委员会" in page
    old, new = OrganisationVersion.objects.filter(organisation=branch).order_by("starts")
    assert (old.short_name, old.ends, new.starts) == ("甲处党支部", date(2026, 9, 30), date(2026, 10, 1))


def test_a_form_of_yesterday_is_answered_with_409(world, as_):
    branch = world.branch_a
    data = {"name": "新名一", "short_name": "新名一", "version": branch.version}
    client = as_("staff")
    assert client.post(f"/organisations/{branch.pk}/edit/", data).status_code == 302
    answer = client.post(f"/organisations/{branch.pk}/edit/", data | {"name": "新名二"})
    assert answer.status_code == 409
    assert Organisation.objects.get(pk=branch.pk).name == "新名一"


def test_a_branch_moves_with_what_is_below_it(world, as_):
    branch = world.branch_a
    page = as_("staff").get(f"/organisations/{branch.pk}/move/").content.decode()
    assert "其下的 2 个组织" in page
    answer = as_("staff").post(
        f"/organisations/{branch.pk}/move/", {"parent": world.general.pk, "version": branch.version}
    )
    assert answer.status_code == 302
    moved = Organisation.objects.get(pk=branch.pk)
    assert moved.parent == world.general
    assert tree.check_tree() == []
    assert access.has_right(world.general_secretary, "view_organisation", world.group_a1)


@pytest.mark.parametrize("target", ["group_a1", "branch_a", "branch_b", "root", "committee"])
def test_a_move_to_an_impossible_place_is_refused(target, world, as_):
    branch = world.branch_a
    answer = as_("staff").post(
        f"/organisations/{branch.pk}/move/", {"parent": world.places[target].pk, "version": branch.version}
    )
    assert answer.status_code == 200
    assert "请从列表中选择" in answer.content.decode()
    assert Organisation.objects.get(pk=branch.pk).parent == world.committee


def test_nobody_moves_or_archives_the_place_that_gives_him_his_power(world):
    appointment_make(by=OPERATOR, user=world.outsider, role="committee_staff", organisation=world.committee)
    with pytest.raises(ValidationError, match="您的任职就在"):
        organisations.organisation_archive(by=world.outsider, organisation=world.committee)
    with pytest.raises(ValidationError, match="您的任职就在"):
        organisations.organisation_move(by=world.outsider, organisation=world.committee, parent=world.committee)


def test_an_archived_branch_leaves_the_tree_but_keeps_its_file(world, as_):
    client = as_("staff")
    url, data = f"/organisations/{world.branch_b.pk}/archive/", {"on": clock.today().isoformat()}
    data["version"] = world.branch_b.version
    left = "还有 3 人的组织关系在乙处党支部，请先转到其他党支部（如甲处党支部），再撤销。"
    assert left in client.get(url).content.decode() and left in client.post(url, data).content.decode()
    assert Organisation.objects.get(pk=world.branch_b.pk).archived_on is None
    people = world.people("branch_b")
    member_leave(by=OPERATOR, member=people[0], ground="deceased", on=clock.today())
    for member in people[1:]:
        member_transfer(by=world.staff, member=member, branch=world.branch_a)
    assert "撤销不能恢复" in client.get(url).content.decode()
    assert client.post(url, data).status_code == 302
    with pytest.raises(ValidationError, match="已撤销"):
        member_transfer(by=world.staff, member=people[1], branch=world.branch_b)
    assert f"?at={world.branch_b.pk}" not in client.get("/organisations/").content.decode()
    assert f"?archived=on&amp;at={world.branch_b.pk}" in client.get("/organisations/?archived=on").content.decode()
    assert "已撤销" in client.get(f"/organisations/{world.branch_b.pk}/").content.decode()


def test_a_branch_with_groups_is_not_archived(world, as_):
    answer = as_("staff").post(
        f"/organisations/{world.branch_a.pk}/archive/",
        {"on": clock.today().isoformat(), "version": world.branch_a.version},
    )
    assert "还有未撤销的组织" in answer.content.decode()
    assert Organisation.objects.get(pk=world.branch_a.pk).archived_on is None


def test_a_write_that_ends_outside_the_reach_is_rolled_back(world, monkeypatch):
    """The tree moves between load and save: the second look, in the same transaction, finds it (C14)."""
    real, calls = access.require, []

    def require(user, right, organisation):
        calls.append(organisation)
        if len(calls) == 2:
            raise Http404
        return real(user, right, organisation)

    monkeypatch.setattr(access, "require", require)
    before = (Organisation.objects.count(), AuditEntry.objects.count())
    with pytest.raises(Http404):
        organisations.organisation_create(by=world.staff, parent=world.committee, kind="branch", name="越界支部")
    assert (Organisation.objects.count(), AuditEntry.objects.count()) == before


def test_a_stale_version_is_a_conflict(world):
    with pytest.raises(Conflict):
        organisations.organisation_archive(by=world.staff, organisation=world.branch_b, version=99)


# ---- terms


def test_a_term_is_entered_corrected_and_closed_by_an_election(world, as_):
    client, url = as_("staff"), f"/organisations/{world.branch_a.pk}/term/"
    assert client.post(url, {"starts": "2023-09-01", "expires": "2026-09-01"}).status_code == 302
    assert client.post(url, {"starts": "2023-09-01", "expires": "2026-09-10"}).status_code == 302
    term = Term.objects.get(organisation=world.branch_a)
    assert term.expires == date(2026, 9, 10)
    page = client.get("/organisations/?term=expired").content.decode()
    assert "1 个党组织届满未换届" in page and "届满未换届</span>" in page
    answer = client.post(url + "close/", {"on": "2026-11-20", "next_expires": "2029-11-20"}, follow=True)
    assert "往届" in answer.content.decode()
    closed, running = Term.objects.filter(organisation=world.branch_a).order_by("expires")
    assert closed.closed_on == date(2026, 11, 20) and running.starts == date(2026, 11, 20)
    verbs = list(AuditEntry.objects.order_by("-pk").values_list("verb", flat=True)[:4])
    assert verbs == ["term.set", "term.close", "term.set", "term.set"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"starts": "2026-01-01", "expires": "2025-01-01"}, "届满日期应晚于任期开始日期"),
        ({"starts": "2026-01-01", "expires": "2026-01-01"}, "届满日期应晚于任期开始日期"),
        ({"expires": ""}, "请填写“任期届满日期”。"),
        ({"expires": "2045-01-01"}, "日期应在"),
    ],
)
def test_impossible_terms_are_refused(data, message, world, as_):
    answer = as_("staff").post(f"/organisations/{world.branch_a.pk}/term/", data)
    assert message in answer.content.decode()
    assert not Term.objects.exists()


def test_an_election_before_the_term_or_in_the_future_is_refused(world):
    terms.term_set(by=world.staff, organisation=world.branch_a, starts=date(2024, 1, 1), expires=date(2027, 1, 1))
    for on in (date(2023, 12, 31), clock.today() + timedelta(days=1)):
        with pytest.raises(ValidationError):
            terms.term_close(by=world.staff, organisation=world.branch_a, on=on)
    with pytest.raises(ValidationError):
        terms.term_close(by=world.staff, organisation=world.branch_b, on=clock.today())
    assert terms.term_close(by=world.staff, organisation=world.branch_a, on=clock.today()).closed_on == clock.today()


# ---- coverage


def test_a_department_is_covered_by_one_organisation_at_a_time(world, as_):
    client = as_("staff")
    assert client.post("/organisations/departments/new/", {"name": "甲处"}).status_code == 302
    assert "1 个处室未覆盖" in client.get("/organisations/departments/").content.decode()
    department = departments.Department.objects.get(name="甲处")
    first = {"department": department.pk, "organisation": world.branch_a.pk, "starts": "2026-01-01"}
    second = {"department": department.pk, "organisation": world.branch_b.pk, "starts": "2026-10-01"}
    assert client.post("/organisations/coverage/", first).status_code == 302
    assert client.post("/organisations/coverage/", second).status_code == 302
    old, new = Coverage.objects.order_by("starts")
    assert (old.organisation, old.ends) == (world.branch_a, date(2026, 9, 30))
    assert (new.organisation, new.starts, new.ends) == (world.branch_b, date(2026, 10, 1), None)
    marks = ChangeMark.objects.filter(subject="coverage", first_day=date(2026, 10, 1))
    assert set(marks.values_list("organisation_id", flat=True)) == {world.branch_a.pk, world.branch_b.pk}
    assert client.post(f"/organisations/coverage/{new.pk}/end/").status_code == 302
    new.refresh_from_db()
    assert new.ends == clock.today()


def test_coverage_cannot_begin_before_the_present_one_or_twice(world):
    department = departments.department_create(by=world.staff, name="甲处")
    departments.coverage_set(
        by=world.staff, department=department, organisation=world.branch_a, starts=date(2026, 5, 1)
    )
    with pytest.raises(ValidationError, match="不能早于"):
        departments.coverage_set(
            by=world.staff, department=department, organisation=world.branch_b, starts=date(2026, 5, 1)
        )
    with pytest.raises(ValidationError, match="已由这一组织覆盖"):
        departments.coverage_set(by=world.staff, department=department, organisation=world.branch_a)
    departments.coverage_end(by=world.staff, department=department, ends=date(2026, 6, 30))
    cover = {"by": world.staff, "department": department, "organisation": world.branch_b}
    with pytest.raises(ValidationError, match="尚未结束"):
        departments.coverage_set(**cover, starts=date(2026, 6, 30))
    other = departments.department_create(by=world.staff, name="乙处")
    departments.coverage_set(by=world.staff, department=other, organisation=world.branch_a, starts=date(2026, 5, 1))
    departments.coverage_end(by=world.staff, department=other, ends=date(2026, 8, 30))
    assert departments.coverage_set(**cover, starts=date(2026, 7, 1)).starts == date(2026, 7, 1)


def test_a_closed_department_ends_its_coverage(world):
    department = departments.department_create(by=world.staff, name="甲处")
    departments.coverage_set(by=world.staff, department=department, organisation=world.branch_a)
    departments.department_close(by=world.staff, department=department)
    assert Coverage.objects.get().ends == clock.today()
    with pytest.raises(ValidationError, match="已撤销"):
        departments.coverage_set(by=world.staff, department=department, organisation=world.branch_b)


def test_the_name_of_a_department_is_taken_once(world, as_):
    departments.department_create(by=world.staff, name="甲处")
    answer = as_("staff").post("/organisations/departments/new/", {"name": " 甲处 "})
    assert answer.status_code == 200 and 'aria-invalid="true"' in answer.content.decode()

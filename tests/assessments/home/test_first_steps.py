"""The first steps know by what is there whether they are done; the page leads while the agency is young."""

from datetime import date

import pytest
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.home.first_steps import STEPS, system_lines
from assessments.home.selectors.cadre import cadre_record
from assessments.home.selectors.start_figures import is_young, start_figures, system_figures
from branches.access.models import CodeSlip, User
from branches.access.services.appointments import appointment_end
from branches.places.models.organisations import Organisation
from branches.reach.models import Appointment
from branches.settings.models import Setting
from branches.settings.start import KEY
from common import clock
from common.operator import OPERATOR
from members.roster.models.links import LinkProposal
from members.roster.models.members import Member
from members.roster.models.posts import Post, PostKind
from tests.responsibilities.work.support import item_at

PAGE = "/first-steps/"


def text(client, path=PAGE):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def looks(page):
    """Return the look of each step in order: done, now or nothing."""
    steps = page.split('<ol class="dj-steps')[1].split("</ol>")[0].split("<li")[1:]
    return [one.split(">")[0].replace(' class="is-', "").strip('"') for one in steps]


def test_each_step_tells_its_count_and_the_next_one_leads(world, as_):
    page = text(as_("committee_secretary"))
    assert "还有 4 步没有做" in page and "8 步做完 4 步，首页已换成总览" in page
    assert "8 个党组织" in page and "12 名党员" in page and "其中预备党员 1 名" in page
    assert "3 个党支部都有书记" in page
    assert looks(page) == ["done", "done", "done", "now", "done", "", "", ""]
    assert "1 / 12 名" in page and "/slips/members/" in page


def test_a_branch_without_a_secretary_is_named_and_the_roster_that_names_none_too(world, as_):
    row = Appointment.objects.get(user=world.secretary_b)
    appointment_end(by=OPERATOR, appointment=row, ends=clock.today(), reason="调离")
    Appointment.objects.filter(pk=row.pk).update(ends="2020-01-01")
    page = text(as_("committee_secretary"))
    assert "2 / 3 个" in page and "乙处党支部还没有任命书记" in page and "没有登记书记" not in page
    assert looks(page)[4] == "now" and "/slips/secretaries/" in page


def test_another_officer_of_the_branch_is_no_secretary(world, as_):
    Appointment.objects.filter(user=world.secretary_a).update(ends="2020-01-01")
    assert Appointment.objects.in_force(clock.today()).filter(organisation=world.branch_a).exists()
    page = text(as_("committee_secretary"))
    assert "2 / 3 个" in page and "甲处党支部还没有任命书记" in page


def test_the_page_leads_until_what_figures_need_is_there(world, as_):
    client = as_("staff")
    assert "dashboard-title" in text(client, "/")
    Setting.objects.filter(key=KEY).delete()
    page = text(client, "/")
    assert "dashboard-title" not in page and looks(page)[2] == "now" and "请机关党委书记确定" in page
    assert 'href="/settings/agency-start/"' not in page
    assert 'href="/settings/agency-start/"' in text(as_("committee_secretary"), "/")
    assert "dashboard-title" in text(client, "/dashboard/")


def test_the_administrator_is_told_what_he_does_and_cannot(world, as_):
    client = as_("administrator")
    assert client.get("/").status_code == 302
    page = text(client)
    assert "看不到记录、名册、得分" in page and "committee_secretary 用户" in page
    Appointment.objects.filter(role="committee_secretary").update(ends="2020-01-01")
    assert "create_account" in text(client, "/")


def test_while_facts_are_made_the_page_says_so(world, as_):
    assert "还没有汇总过" in text(as_("staff"))
    rollups.fill()
    page = text(as_("staff"))
    assert "还没有汇总过" not in page and "等待汇总" not in page


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_every_step_leads_to_a_page_that_opens_for_whoever_may(step, as_):
    assert as_("committee_secretary").get(reverse(step.url)).status_code == 200


def test_another_setting_is_no_day_of_start_and_work_counts_that_runs_in_the_year(world):
    assert not is_young()
    Setting.objects.filter(key=KEY).delete()
    Setting.objects.create(key="grace_days", value="9", valid_from=clock.today())
    assert is_young()
    year = clock.today().year
    for name, starts, ends in (
        ("首日止", date(year - 1, 3, 1), date(year, 1, 1)),
        ("末日起", date(year, 12, 31), date(year + 1, 3, 1)),
        ("去年止", date(year - 1, 3, 1), date(year - 1, 12, 31)),
        ("明年起", date(year + 1, 1, 1), date(year + 1, 3, 1)),
    ):
        item_at(world.committee, [world.branch_a], name=name, starts=starts, ends=ends)
    assert start_figures(world.staff).work == 2
    assert {row["name"] for row in cadre_record(world.secretary_a, year)["work"]} == {"首日止", "末日起"}


def test_the_administrator_reads_who_holds_which_seat_and_how_many_accounts_he_made(world):
    """Accounts of secretaries and members are none of his step: they are made by others, and closed it by themselves."""
    figures = system_figures()
    assert figures.root and figures.secretaries == (world.committee_secretary.name,) and figures.auditors == 1
    # party_secretary, leader and his assistant, staff, discipline; member and outsider have no appointment yet
    assert figures.staff == 7
    User.objects.filter(username="outsider").update(is_active=False)
    User.objects.filter(username="auditor").update(is_active=False)
    member_slip(world, world.member)
    assert (system_figures().auditors, system_figures().staff) == (0, 5)
    kept = ("administrator", "auditor", "committee_secretary", "secretary_a", "leader_a1", "member")
    User.objects.exclude(username__in=kept).update(is_active=False)
    assert system_figures().staff == 0
    step = system_lines(system_figures())[-1]
    assert step["state"] != "done" and step["note"].startswith("已建立 0 个")


def member_slip(world, user):
    """Give an account a slip, as one that was made in one go."""
    CodeSlip.objects.create(
        user=user,
        organisation=world.branch_a,
        printed_by=world.secretary_a,
        printed_at=clock.now(),
        expires=clock.now(),
        digest="",
    )


def test_an_agency_without_a_branch_is_young(world):
    Organisation.objects.filter(kind="branch").update(kind="general_branch")
    assert is_young()


def test_a_branch_of_which_only_the_deputy_has_an_account_still_lacks_its_secretary(world, as_):
    deputy = Member.objects.filter(home=world.branch_b).first()
    Post.objects.filter(organisation=world.branch_b).update(ends="2020-01-01")
    Post.objects.create(organisation=world.branch_b, member=deputy, kind=PostKind.DEPUTY)
    LinkProposal.objects.create(member=deputy, account=world.secretary_b, proposed_at=clock.now())
    assert "2 / 3 个" in text(as_("committee_secretary"))
    LinkProposal.objects.all().delete()
    assert "3 个党支部都有书记" in text(as_("committee_secretary"))
    Member.objects.filter(pk=deputy.pk).update(account=world.secretary_b)
    page = text(as_("committee_secretary"))
    assert "2 / 3 个" in page and "乙处党支部还没有任命书记" in page

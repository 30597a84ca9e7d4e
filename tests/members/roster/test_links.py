"""A member's file and an account belong together only when the account's owner says so (access rule 10)."""

import pytest
from django.core.exceptions import ValidationError

from branches.access.models import User
from branches.access.services.accounts import account_create
from branches.access.services.appointments import appointment_end, appointment_make
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.reach.models import Appointment
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.roster.models.links import LinkProposal
from members.roster.models.members import Member
from members.roster.services.accounts import link_confirm, link_propose

# Whatever he may not see has one answer: a reason would tell whose account is whose.
NONE_SUCH = "没有可以关联的这个账号"


@pytest.fixture
def first(world):
    return world.people("branch_a")[0]


def test_a_link_is_proposed_confirmed_by_the_owner_and_ended(world, as_, first):
    client, address = as_("secretary_a"), f"/members/{first.pk}/account/"
    own = as_("outsider")
    assert client.post(address, {"username": "Outsider"}).status_code == 302
    assert own.get("/members/own/").status_code == 404, "without the owner's yes it has no effect"
    assert "等待本人确认" in client.get(address).content.decode()
    assert Notice.objects.get(recipient=world.outsider).url == "/account/links/"
    assert "确认关联党员档案" in own.get("/account/").content.decode()
    page = own.get("/account/links/").content.decode()
    assert first.name in page and "secretary_a 用户" in page
    proposal = LinkProposal.objects.get()
    assert as_("member").post(f"/account/links/{proposal.pk}/", {"answer": "yes"}).status_code == 404
    assert own.post(f"/account/links/{proposal.pk}/", {"answer": "yes"}).status_code == 302
    assert not Notice.objects.filter(recipient=world.outsider).exists(), "what was asked is answered"
    assert (
        Notice.objects.filter(recipient=world.secretary_a).latest("pk").text
        == f"outsider 用户已确认关联{first.name}的党员档案"
    )
    assert first.name in own.get("/members/own/").content.decode()
    assert as_("outsider").get(f"/members/{world.people('branch_a')[1].pk}/").status_code == 404
    assert client.post(address, {"username": ""}).status_code == 302
    assert own.get("/members/own/").status_code == 404
    assert Notice.objects.get(recipient=world.outsider).text == f"您的账号与{first.name}的党员档案已取消关联"
    verbs = list(
        AuditEntry.objects.filter(object_id=first.pk, object_type="member")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert verbs[-3:] == ["member.account_propose", "member.account", "member.account"]


def test_the_owner_may_refuse(world, as_, first):
    link_propose(by=world.secretary_a, member=first, username="outsider")
    address = f"/account/links/{LinkProposal.objects.get().pk}/"
    assert as_("outsider").post(address, {"answer": "no"}).status_code == 302
    assert as_("outsider").post(address, {"answer": "yes"}).status_code == 404
    first.refresh_from_db()
    assert first.account is None
    said = Notice.objects.filter(recipient=world.secretary_a).latest("pk")
    assert "谢绝" in said.text and "任职" not in said.text and said.url == ""


def test_whoever_refuses_and_acts_for_an_organisation_is_named_with_what_to_do(world, as_):
    """A slip that reached the wrong hand: its appointment stands until somebody ends it."""
    member = world.people("branch_b")[0]
    link_propose(by=world.committee_secretary, member=member, username="secretary_b")
    address = f"/account/links/{LinkProposal.objects.get().pk}/"
    answer = as_("secretary_b").post(address, {"answer": "no"})
    assert answer.status_code == 302 and answer.url == "/"
    said = Notice.objects.filter(recipient=world.committee_secretary, kind="link").latest("pk")
    assert "任职仍然有效" in said.text and "结束任职" in said.text
    page = as_("committee_secretary").get(said.url)
    assert page.status_code == 200 and "secretary_b 用户" in page.content.decode()


@pytest.mark.parametrize(
    ("username", "message"),
    [
        ("nobody", NONE_SUCH),
        ("administrator", NONE_SUCH),
        ("auditor", NONE_SUCH),
        ("secretary_b", NONE_SUCH),
        ("newcomer", NONE_SUCH),
        ("member", "已关联另一名党员"),
        ("secretary_a", "不能为自己关联"),
    ],
)
def test_who_cannot_be_linked_is_said_beside_the_field(username, message, world, as_, first):
    account_create(by=world.administrator, username="newcomer", name="新人")
    page = as_("secretary_a").post(f"/members/{first.pk}/account/", {"username": username}).content.decode()
    assert message in page and f'value="{username}"' in page
    assert not LinkProposal.objects.exists()


def test_a_linked_account_gets_no_system_role(world):
    for role in ("system_administrator", "security_auditor"):
        with pytest.raises(ValidationError, match="已关联党员"):
            appointment_make(by=OPERATOR, user=world.member, role=role)
        with pytest.raises(ValidationError, match="已关联党员"):
            Appointment(user=world.member, role=role, starts=clock.today()).save()


def test_an_account_that_became_one_of_the_system_meanwhile_is_not_linked(world, first):
    link_propose(by=world.secretary_a, member=first, username="outsider")
    appointment_make(by=OPERATOR, user=world.outsider, role="security_auditor")
    with pytest.raises(Conflict):
        link_confirm(by=world.outsider, proposal=LinkProposal.objects.get())
    assert Member.objects.get(pk=first.pk).account is None


def test_a_proposal_does_not_outlive_the_power_of_whoever_made_it(world, as_, first):
    link_propose(by=world.secretary_a, member=first, username="outsider")
    Appointment.objects.filter(user=world.secretary_a).delete()
    address = f"/account/links/{LinkProposal.objects.get().pk}/"
    assert as_("outsider").post(address, {"answer": "yes"}).status_code == 409
    assert Member.objects.get(pk=first.pk).account is None


@pytest.mark.parametrize("who", ["secretary_a", "committee_secretary"])
def test_a_proposal_gives_no_code_and_an_account_whose_code_the_administrator_saw_is_not_linked(who, world, as_, first):
    user, code = account_create(by=world.administrator, username="newcomer", name="新人")
    page = as_(who).post(f"/members/{first.pk}/account/", {"username": "newcomer"}).content.decode()
    assert "<code>" not in page and User.objects.get(pk=user.pk).check_password(code)
    assert not LinkProposal.objects.exists()
    assert as_("administrator").post(f"/accounts/{user.pk}/code/").status_code == 200


def test_nobody_tries_the_user_names_one_by_one(world, as_, first):
    client, address = as_("secretary_a"), f"/members/{first.pk}/account/"
    for number in range(20):
        assert NONE_SUCH in client.post(address, {"username": f"u{number}"}).content.decode()
    page = client.post(address, {"username": "outsider"}).content.decode()
    assert "每小时最多提出 20 次" in page and not LinkProposal.objects.exists()


def test_an_ended_system_role_is_no_obstacle(world, first):
    row = Appointment.objects.get(user=world.auditor)
    appointment_end(by=OPERATOR, appointment=row, ends=clock.today() - (clock.today() - row.starts) / 2, reason="调离")
    link_propose(by=world.secretary_a, member=first, username="auditor")
    assert LinkProposal.objects.get().account == world.auditor

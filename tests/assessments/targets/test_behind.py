"""What is behind: taken over as a supervision, told to whoever stands above, asked of nobody who is not."""

import pytest
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.home.selectors.mechanisms import waiting_groups
from common import clock
from responsibilities.supervision.models import Supervision
from tests.assessments.targets.support import behind
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db


def test_what_is_behind_is_taken_over_and_an_open_notice_is_shown_instead_of_a_second(world, as_):
    target = behind(world)
    url, client = reverse("target_detail", args=[target.pk]), as_("staff")
    ask = f"{reverse('supervision_new')}?subject=target&about={target.pk}/{world.branch_a.pk}&name=另一个名称"
    lines = {line.place: line for line in client.get(url).context["shares"].lines}
    assert lines[world.branch_a].may_ask and not lines[world.branch_b].may_ask
    assert f"about={target.pk}/{world.branch_a.pk}" in client.get(url).content.decode().replace("&amp;", "&")
    form = client.get(ask).context["form"]
    # The title comes from the target, whatever the address says.
    assert form.initial["title"] == f"{target.name}进度落后" and form.initial["expected"] and form.initial["due"]
    values = {name: form.initial[name] for name in ("title", "expected", "due")}
    made = client.post(ask, values | {"recipient": f"o{world.branch_a.pk}"})
    assert made.status_code == 302, made.content.decode()
    notice = Supervision.objects.get()
    assert (notice.subject, notice.about, notice.about_url) == (
        "target",
        f"target/{target.pk}/{world.branch_a.pk}",
        url,
    )
    line = next(line for line in client.get(url).context["shares"].lines if line.place == world.branch_a)
    assert line.notices == [notice] and not line.may_ask
    assert notice.label in client.get(url).content.decode()
    # A foreign organisation typed by hand, and a reader who supervises nobody.
    foreign = f"{reverse('supervision_new')}?subject=target&about={target.pk}/999999"
    assert client.get(foreign).status_code == 404
    # One that owes nothing of it, and a target that is not there.
    for about in (f"{target.pk}/{world.general.pk}", f"999999/{world.branch_a.pk}"):
        assert client.get(f"{reverse('supervision_new')}?subject=target&about={about}").status_code == 404
    own = as_("secretary_a").get(url).context["shares"].lines
    assert [line.may_ask for line in own] == [False]


def test_a_general_branch_is_told_in_which_targets_its_branches_are_behind(world, as_):
    target = behind(world)
    groups = {group.name: group.tasks for group in waiting_groups(world.general_secretary, world.general)}
    below = [place for place in (world.branch_a, world.branch_b, world.branch_c) if world.general.contains(place)]
    late = [place for place in below if place != world.branch_b]
    assert late, "the standing world has a branch below the general branch"
    (task,) = [one for one in groups["党建目标"] if one.url == reverse("target_detail", args=[target.pk])]
    assert task.title == target.name and f"{len(late)} 个支部落后，共 {len(below)} 个" in task.note
    assert target.name in as_("general_secretary").get(reverse("home_waiting")).content.decode()


def test_a_general_branch_reads_in_its_list_what_its_branches_owe(world, as_):
    """The front page says who is behind; the list behind it says the same, not that the plan is empty."""
    target = behind(world)
    page = as_("general_secretary").get(reverse("target_list"))
    (line,) = page.context["lines"]
    assert (line.target, line.standing.state, line.value) == (target, "missed", "1 个组织落后，共 1 个")
    assert "年度目标 1 项，按进度 0 项，落后 1 项" in page.content.decode()
    detail = as_("general_secretary").get(reverse("target_detail", args=[target.pk]))
    assert (detail.context["standing"].state, detail.context["value"]) == ("missed", "1 个组织落后，共 1 个")
    exported = as_("general_secretary").post(reverse("target_export"))
    assert exported.status_code == 200
    record = submitted(world.branch_c, world.secretary_c, kinds=["lecture"], day=clock.today().replace(month=1, day=9))
    rollups.fill()
    (line,) = as_("general_secretary").get(reverse("target_list")).context["lines"]
    assert (line.standing.state, line.value) == ("met", "达到或按进度 1/1 个组织"), record


def test_what_is_not_behind_cannot_be_supervised_as_behind(world, as_):
    target, client = behind(world), as_("staff")
    ask = f"{reverse('supervision_new')}?subject=target&about={target.pk}/{world.branch_b.pk}"
    answer = client.get(ask)
    assert answer.status_code == 409 and "现在是“已达到”" in answer.content.decode()
    sent = client.post(ask, {"recipient": f"o{world.branch_b.pk}", "title": "x", "expected": "y"})
    assert sent.status_code == 409 and not Supervision.objects.exists()

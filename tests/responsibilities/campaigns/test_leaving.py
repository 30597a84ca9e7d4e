"""Leaving a campaign, and joining it again: neither takes away a milestone that was missed, nor wins one."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from common import clock
from common.periods import Period
from responsibilities.campaigns.measures import milestone_counts
from responsibilities.campaigns.models import Participation
from responsibilities.campaigns.rules import NEAR, Planned, Stage
from responsibilities.campaigns.selectors.board import cards_of
from responsibilities.campaigns.selectors.page import page_of
from responsibilities.campaigns.selectors.steps import steps_of
from responsibilities.campaigns.services.taking_part import closing_write, milestone_done
from responsibilities.campaigns.waiting import tasks
from tests.responsibilities.campaigns.support import approved, day, finish, running, tied

pytestmark = pytest.mark.django_db


def text_of(answer):
    return answer.content.decode()


def states(campaign, place):
    return {step.name: step.state for step in steps_of([campaign.pk], organisations=[place.pk])}


def leave(as_, world, campaign, key="a"):
    url = reverse("campaign_leave", args=[campaign.pk, world.places[f"branch_{key}"].pk])
    return as_(f"secretary_{key}").post(url, {"reason": "人手不足"})


def join(as_, world, campaign, key="a"):
    return as_(f"secretary_{key}").post(reverse("campaign_join", args=[campaign.pk, world.places[f"branch_{key}"].pk]))


def later(days):
    return time_machine.travel(clock.now() + timedelta(days=days), tick=False)


def test_who_leaves_on_the_eve_still_owes_what_was_near_and_is_told(as_, world):
    campaign = running(
        world,
        milestones=[
            Planned("动员", day(-3)),
            Planned("观摩", day(1)),
            Planned("评议", day(NEAR)),
            Planned("总结", day(30)),
        ],
    )
    page = text_of(as_("secretary_a").get(reverse("campaign_leave", args=[campaign.pk, world.branch_a.pk])))
    near = f"节点“观摩”（{day(1):%-m月%-d日}）、“评议”（{day(NEAR):%-m月%-d日}）已经临近，退出后仍须办结"
    assert near in page and "总结" not in page.partition("已经临近")[2].partition("</p>")[0]
    assert leave(as_, world, campaign).status_code == 302
    assert states(campaign, world.branch_a) == {"动员": "overdue", "观摩": "due_soon", "评议": "due_soon"}
    with later(NEAR + 1):
        assert states(campaign, world.branch_a) == {"动员": "overdue", "观摩": "overdue", "评议": "overdue"}
        total = [0, 0, 0, 0]
        for period in {str(Period.containing("month", day(number))) for number in range(-NEAR - 5, 1)}:
            row = milestone_counts(Period.parse(period), None, clock.today()).get(world.branch_a.pk, (0, 0, 0, 0))
            total = [a + b for a, b in zip(total, row, strict=True)]
        assert total == [0, 3, 0, 3]


def test_what_is_still_owed_waits_and_may_be_done(as_, world):
    campaign = running(world, milestones=[Planned("观摩", day(1))])
    leave(as_, world, campaign)
    assert [task.title for task in tasks(world.secretary_a, world.branch_a)] == ["观摩"]
    milestone = campaign.milestones.get()
    url = reverse("campaign_milestone_done", args=[campaign.pk, world.branch_a.pk, milestone.pk])
    assert as_("secretary_a").post(url, {"done_on": day(0).isoformat(), "text": "到三处观摩"}).status_code == 302
    assert states(campaign, world.branch_a) == {"观摩": "met"}
    with later(NEAR + 1):
        assert tasks(world.secretary_a, world.branch_a) == []


def test_who_joins_again_owes_what_fell_due_meanwhile_and_is_told(as_, world):
    campaign = running(world, milestones=[Planned("观摩", day(20), ("lecture",)), Planned("总结", day(50))])
    leave(as_, world, campaign)
    assert states(campaign, world.branch_a) == {}, "both lie far ahead"
    url = reverse("campaign_join", args=[campaign.pk, world.branch_a.pk])
    with later(25):
        assert f"退出期间到期的节点“观摩”（{day(-5):%-m月%-d日}）重新应办。" in text_of(as_("secretary_a").get(url))
        assert join(as_, world, campaign).status_code == 302
        assert states(campaign, world.branch_a) == {"观摩": "overdue", "总结": "not_due"}
        # Asked again, it is told before it takes the invitation up.
        leave(as_, world, campaign)
        Participation.objects.create(campaign=campaign, organisation=world.branch_a, source="invited")
        page = text_of(as_("secretary_a").get(reverse("campaign_detail", args=[campaign.pk])))
        assert f'href="{url}"' in page and f'action="{url}"' not in page


def test_who_leaves_on_the_day_on_which_he_joined_never_took_part(as_, world):
    campaign = running(world, (), milestones=[Planned("观摩", day(0), ("theme_day",)), Planned("总结", day(5))])
    join(as_, world, campaign)
    tied(world, campaign, days=0)
    assert states(campaign, world.branch_a) == {"观摩": "met", "总结": "due_soon"}
    assert "视为没有参加" in text_of(
        as_("secretary_a").get(reverse("campaign_leave", args=[campaign.pk, world.branch_a.pk]))
    )
    leave(as_, world, campaign)
    assert states(campaign, world.branch_a) == {}
    part = Participation.objects.get(campaign=campaign)
    assert (part.starts, part.ends, part.reason) == (None, day(0), "人手不足")


def test_nothing_is_said_to_be_done_before_one_took_part(as_, world):
    campaign = running(world, milestones=[Planned("观摩", day(2))], since=day(0))
    url = reverse("campaign_milestone_done", args=[campaign.pk, world.branch_a.pk, campaign.milestones.get().pk])
    answer = as_("secretary_a").post(url, {"done_on": day(-1).isoformat(), "text": "做了"})
    said = f"完成日期不能早于参加载体的日期（{day(0):%Y-%m-%d}）。"
    assert answer.status_code == 422 and said in text_of(answer)
    assert as_("secretary_a").post(url, {"done_on": day(0).isoformat(), "text": "做了"}).status_code == 302


def test_other_words_for_a_milestone_that_was_done_do_not_make_it_late(world):
    campaign = running(world, milestones=[Planned("观摩", day(2))])
    said = {"by": world.secretary_a, "milestone": campaign.milestones.get(), "organisation": world.branch_a}
    milestone_done(**said, done_on=day(0), text="到三处观摩")
    with later(5):
        milestone_done(**said, done_on=day(-5), text="到三处观摩，收集意见 12 条")
        assert states(campaign, world.branch_a) == {"观摩": "met"}
        milestone_done(**said, done_on=day(-4), text="到三处观摩，收集意见 12 条")
        assert states(campaign, world.branch_a) == {"观摩": "met_late"}, "another day is said anew"


def test_an_archived_organisation_and_a_project_have_no_days_beyond_their_end(world):
    campaign = running(world, milestones=[Planned("观摩", day(3))])
    Participation.objects.filter(campaign=campaign).update(ends=day(0))
    assert states(campaign, world.branch_a) == {"观摩": "due_soon"}
    world.branch_a.archived_on = day(0)
    world.branch_a.save()
    assert states(campaign, world.branch_a) == {}
    world.branch_a.archived_on = None
    world.branch_a.save()
    brand = approved(world, milestones=[Planned("动员", day(-3)), Planned("观摩", day(3))])
    finish(world, brand)
    Participation.objects.filter(campaign=brand).update(ends=day(0))
    assert states(brand, world.branch_a) == {"动员": "met_late"}


def test_what_one_that_left_wrote_or_one_that_is_gone_did_not_write_is_no_summing_up_of_the_others(as_, world):
    campaign = running(world, ("branch_a", "branch_b", "branch_c"), milestones=[Planned("动员", day(-20))])
    assert leave(as_, world, campaign).status_code == 302

    def stages():
        return cards_of(world.staff, [campaign])[0].stage, page_of(world.staff, campaign).stage

    with later(61):
        for key in "ab":
            close = {"campaign": campaign, "organisation": world.places[f"branch_{key}"], "own_level": "good"}
            closing_write(by=world.users[f"secretary_{key}"], **close, own_text="办了")
            assert stages() == (Stage.REVIEW, Stage.REVIEW)
        type(world.branch_c).objects.filter(pk=world.branch_c.pk).update(archived_on=clock.today())
        assert stages() == (Stage.SUMMED, Stage.SUMMED)


def test_what_is_over_is_not_cancelled_so_that_what_was_missed_stays(as_, world):
    campaign = running(world, milestones=[Planned("动员", day(-20))])
    url, here = (reverse(name, args=[campaign.pk]) for name in ("campaign_cancel", "campaign_detail"))
    staff = as_("staff")
    assert url in text_of(staff.get(here))
    with later(61):
        staff = as_("staff")
        assert url not in text_of(staff.get(here))
        answer = staff.post(url, {"reason": "并入"})
        assert answer.status_code == 409 and "载体不在开展期间，不能终止。" in text_of(answer)
        assert states(campaign, world.branch_a) == {"动员": "overdue"}


def test_no_milestone_is_asked_for_after_its_day(as_, world):
    campaign = running(world, milestones=[Planned("动员", day(-20)), Planned("观摩", day(9))])
    first, second = campaign.milestones.all()
    rows = [(first.pk, "动员", day(-20)), (second.pk, "观摩", day(9)), ("", "补课", day(-1))]
    said = {
        "kind": "theme",
        "title": campaign.title,
        "approach": "drive",
        "occasion": "高效办成一件事",
        "starts": campaign.starts.isoformat(),
        "ends": campaign.ends.isoformat(),
        "version": campaign.version,
        "m-TOTAL_FORMS": len(rows),
        "m-INITIAL_FORMS": len(rows),
        "g-TOTAL_FORMS": 0,
        "g-INITIAL_FORMS": 0,
    }
    for number, (pk, name, due) in enumerate(rows):
        said |= {f"m-{number}-milestone": pk, f"m-{number}-name": name, f"m-{number}-due": due.isoformat()}
    answer = as_("staff").post(reverse("campaign_edit", args=[campaign.pk]), said)
    assert answer.status_code == 422 and "节点“补课”的时限已过，不能补设。" in text_of(answer)
    url = reverse("campaign_milestone_move", args=[campaign.pk, second.pk])
    answer = as_("staff").post(url, {"due": day(-1).isoformat(), "reason": "提前"})
    assert answer.status_code == 422 and "新的时限不能早于今天。" in text_of(answer)
    assert [row.due for row in campaign.milestones.all()] == [day(-20), day(9)]

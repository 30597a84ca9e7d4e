"""写自评: a member's own words before the review of members, his secretary's to read, closed once the review counts."""

import re
from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry
from common.errors import Conflict
from members.commitments import rating
from members.commitments.models import SelfRating
from tests.members.activities.records import ahead_of
from tests.members.commitments.made import review_meeting
from tests.members.corrections.made import mine

pytestmark = pytest.mark.django_db
URL = "/me/rating/"
TEXT = "带头学习，完成了项目资料整理；调查研究不够深入。"


def at(day):
    return time_machine.travel(f"{day}T10:00:00+08:00", tick=False)


def part(response, key):
    """A panel of the page by its id, "" where it is not there."""
    found = re.search(rf'<section class="dj-panel" id="{key}">.*?</section>', response.content.decode(), re.S)
    return found[0] if found else ""


def write(client, text=TEXT, version=""):
    return client.post(URL, {"text": text, "version": version})


def test_offered_from_december_or_once_a_review_is_planned(world, as_):
    with at("2026-11-20"):
        own = as_("member").get(reverse("member_own")).content.decode()
        assert "写自评" not in own
        shut = as_("member").get(URL).content.decode()
        assert rating.NOT_OPEN in shut and "<textarea" not in shut
        assert write(as_("member")).status_code == 422 and not SelfRating.objects.exists()
        ahead_of(world.branch_a, kind="member_review", day=date(2026, 12, 20))
        assert "写自评" in as_("member").get(reverse("member_own")).content.decode()
        assert write(as_("member")).status_code == 302
    assert SelfRating.objects.get().year == 2026
    SelfRating.objects.all().delete()
    with at("2026-12-01"):
        assert "写自评" in as_("member").get(reverse("member_own")).content.decode()


def test_asked_for_beside_the_review_that_is_coming_and_nowhere_twice(world, as_):
    with at("2026-12-05"):
        ahead_of(world.branch_a, kind="member_review", day=date(2026, 12, 20))
        ahead_of(world.branch_a, kind="assembly", day=date(2026, 12, 21))
        page = part(as_("member").get(reverse("member_own")), "coming")
        assert page.count("写自评") == 2 and page.count("请提前写自评") == 1 and page.count("请假") == 4
        assert part(as_("member").get(reverse("member_own")), "rating") == ""
        write(as_("member"))
        own = as_("member").get(reverse("member_own"))
        assert "自评已写" in part(own, "coming") and "写自评" not in own.content.decode()
        assert TEXT in part(own, "rating") and "修改" in part(own, "rating")


def test_read_by_himself_and_his_secretary_and_nobody_else(world, as_):
    member = mine(world)
    file = reverse("member_detail", args=[member.pk])
    with at("2026-12-05"):
        assert write(as_("member")).status_code == 302
        assert TEXT in as_("member").get(reverse("member_own")).content.decode()
        for who, reads in (("secretary_a", True), ("officer_a", False), ("staff", False), ("leader", False)):
            assert (TEXT in as_(who).get(file).content.decode()) is reads, who
        with pytest.raises(ValidationError, match="本人"):
            rating.rating_write(by=world.secretary_a, member=member, text="代写")
        data = as_("member").post(reverse("own_export"), {"format": "json"})
        assert TEXT in data.content.decode()
    assert AuditEntry.objects.filter(verb="rating.write").count() == 1


def test_changed_until_the_review_counts_and_never_by_an_older_form(world, as_):
    with at("2026-12-05"):
        write(as_("member"))
        assert write(as_("member"), "改过的", 1).status_code == 302
        stale = write(as_("member"), "更早的表单", 1)
        assert stale.status_code == 409 and "请核对后再保存" in stale.content.decode()
        empty = write(as_("member"), " ", 2)
        assert empty.status_code == 422 and rating.NO_TEXT in empty.content.decode()
        long = write(as_("member"), "长" * 601, 2)
        assert long.status_code == 422
        review_meeting(world, day=date(2026, 12, 5))
        closed = write(as_("member"), "会后再改", 2)
        assert closed.status_code == 422 and rating.CLOSED in closed.content.decode()
        shut = as_("member").get(URL).content.decode()
        assert rating.CLOSED in shut and "改过的" in shut and "<textarea" not in shut
        with pytest.raises(ValidationError, match="已经召开"):
            rating.rating_write(by=world.member, member=mine(world), text="会后再改")
    assert SelfRating.objects.get().text == "改过的"


def test_the_year_before_stays_open_until_its_review_was_held(world):
    member = mine(world)
    with at("2027-01-10"):
        assert rating.year_open(member, date(2027, 1, 10)) == 2026
        with pytest.raises(Conflict):
            rating.rating_write(by=world.member, member=member, text="甲")
            rating.rating_write(by=world.member, member=member, text="乙", version=0)

"""Lists of the general branch, between committee and branches, and of the discipline office, beside the committee."""

from datetime import date

import pytest

from branches.rulebook import rule
from members.activities.models import Activity, ActivityKind
from responsibilities.duties.models import Duty, DutyList, DutyReport, Level
from responsibilities.duties.rights import reviewers
from responsibilities.duties.selectors.holders import holders_of
from responsibilities.duties.selectors.wording import basis, short_basis
from responsibilities.duties.templates import templates
from tests.records import counted
from tests.responsibilities.duties.world import duty, html, issued, make, slot

HELD = {"general_branch": "general_secretary", "discipline": "discipline"}
WORDS = {"general_branch": ("gb-check", "2026H2"), "discipline": ("jw-check", "2026H2")}
JUDGES = {"general_branch": "staff", "discipline": "party_secretary"}


def held(place, kind, day, **values):
    found = Activity.objects.create(organisation=place, day=day, state="accepted", **{"title": "一次"} | values)
    ActivityKind.objects.create(activity=found, kind=kind)
    counted(found, True)
    return found


def test_one_list_for_each_general_branch_and_one_for_the_discipline_office(world, as_):
    make()
    rows = {level: list(DutyList.objects.filter(level=level)) for level in HELD}
    assert [row.organisation for row in rows["general_branch"]] == [world.general]
    assert [row.organisation for row in rows["discipline"]] == [world.committee]
    assert [row.holder_name for row in rows["discipline"]] == ["机关纪委"]
    for level, who in HELD.items():
        assert holders_of(rows[level][0]) == [world.user(who)]
        assert {one.key for one in rows[level][0].duties.all()} == {line.key for line in templates(level)}
        # He does not read a draft.
        assert as_(who).get(f"/duties/lists/{rows[level][0].pk}/").status_code == 404


@pytest.mark.parametrize("level", HELD)
def test_its_holder_notes_and_reports_and_who_stands_above_judges(world, as_, level):
    issued(world)
    row, (key, period) = DutyList.objects.get(level=level), WORDS[level]
    one, who = duty(key), HELD[level]
    holder = as_(who)
    own = holder.get("/duties/own/")
    assert [part["list"] for part in own.context["lists"]] == [row]
    assert holder.post(f"/duties/lists/{row.pk}/note/").status_code == 302
    for other in ("staff", "leader", "secretary_c", "officer_a"):
        answer = as_(other).post(f"/duties/{one.pk}/report/", {"slot": period, "text": "已检查"})
        assert answer.status_code in (403, 404), other
    assert holder.post(f"/duties/{one.pk}/report/", {"slot": period, "text": "已检查"}).status_code == 302
    report = DutyReport.objects.get()
    assert report.state == "reported" and world.user(JUDGES[level]) in reviewers(row, world.user(who))
    path = f"/duties/reports/{report.pk}/review/"
    assert holder.post(path, {"do": "accept"}).status_code == 403
    assert as_("secretary_c").post(path, {"do": "accept"}).status_code in (403, 404)
    judge = as_(JUDGES[level])
    assert path in html(judge.get("/duties/own/"))
    assert judge.post(path, {"do": "accept"}).status_code == 302
    assert slot(one, period).state == "accepted"


def test_the_general_branch_stands_between_committee_and_its_branches_only(world, as_):
    issued(world)
    below, beside = duty("br-theme", organisation=world.branch_c), duty("br-theme", organisation=world.branch_a)
    between = duty("gb-check")
    assert below.serves == between and between.serves.key == beside.serves.key == "cm-check"
    staff = as_("staff")
    assert [line["level"] for line in staff.get(f"/duties/{below.pk}/").context["chain"]].count("党总支") == 1
    assert "党总支" not in [line["level"] for line in staff.get(f"/duties/{beside.pk}/").context["chain"]]
    page = staff.get(f"/duties/{between.pk}/").context
    assert [line["level"] for line in page["chain"] if line["here"]] == ["党总支"] and page["below"].holders == 1
    # What nothing lies between stays with the committee.
    assert duty("br-sync", organisation=world.branch_c).serves.key == "cm-sync"


def test_the_discipline_offices_duty_stands_under_the_secretarys(world, as_):
    issued(world)
    one = duty("jw-supervise")
    assert one.serves.key == "ps-supervise"
    lines = as_("discipline").get(f"/duties/{one.pk}/").context["chain"]
    assert [(line["level"], line["here"]) for line in lines if line["level"] == "机关纪委"] == [("机关纪委", True)]


def test_the_board_shows_a_card_of_each_where_there_is_a_list(world, as_):
    issued(world)
    names = [card.name for card in as_("staff").get("/duties/").context["cards"]]
    assert names == ["党组书记", "班子成员", "机关党委", "机关纪委", "党总支", "党支部", "党员"]
    assert as_("general_secretary").get("/duties/").context["level"] == Level.GENERAL_BRANCH
    assert [card.name for card in as_("secretary_a").get("/duties/").context["cards"]] == [
        *("党组书记", "班子成员", "机关党委", "党支部", "党员")
    ]
    for level in HELD:
        assert as_("staff").get(f"/duties/?level={level}").context["level"] == level


def test_what_records_prove_closes_by_itself(world):
    issued(world)
    assert slot(duty("gb-meet"), "2026Q3").state == "overdue"
    held(world.branch_c, "committee_meeting", date(2026, 8, 5))
    assert slot(duty("gb-meet"), "2026Q3").state == "overdue", "a branch's own meeting is not the general branch's"
    held(world.general, "committee_meeting", date(2026, 8, 5))
    held(world.general, "visit_branch", date(2026, 8, 6))
    assert slot(duty("gb-meet"), "2026Q3").state == slot(duty("gb-guide"), "2026H2").state == "closed"
    held(world.committee, "training", date(2026, 8, 7))
    assert slot(duty("jw-learn"), "2026").state == "open"
    held(world.committee, "training", date(2026, 8, 8), title="纪律教育专题培训")
    assert slot(duty("jw-learn"), "2026").state == "closed"


@pytest.mark.parametrize("line", [line for level in HELD for line in templates(level)], ids=lambda line: line.key)
def test_only_rules_that_stand_verified_are_cited(line):
    one = Duty(key=line.key, rules=" ".join(line.rules), period=line.period, times=line.times)
    verified = [rule_id for rule_id in line.rules if rule(rule_id).status == "V"]
    assert [rule_id for rule_id, _ in basis(one)] == verified
    assert verified or short_basis(one) == "本机关设定"
    assert line.rules

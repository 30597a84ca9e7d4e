"""Ways and fields: judged from what a record says, kept beside what a person chose, counted as their lists are."""

import random
from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from branches.jobs.models import ChangeMark
from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityKindCode, BuildingField, Way
from members.activities.services.natures import nature_set
from members.activities.services.states import activity_accept, activity_return
from members.roster.models.members import Member
from members.roster.models.posts import Post, PostKind
from responsibilities.work.services.evidence import evidence_remove
from responsibilities.work.services.natures import natures_judged, natures_left
from responsibilities.work.ways import Facts, judge
from tests.examples import part
from tests.members.activities.records import draft, submitted
from tests.responsibilities.work.support import ago, item_at, linked

pytestmark = pytest.mark.django_db

# (title, kinds, what else is known, way, field)
TITLES = [
    ("与社区党支部共建联学", ("theme_day",), {}, "connect", "thought"),
    ("与审评中心党支部联建", ("assembly",), {}, "connect", "organisation"),
    ("结对帮扶走访", ("visit",), {}, "connect", "conduct"),
    ("联合主题党日", ("theme_day",), {"hosts": 2}, "connect", "thought"),
    ("三个支部联学", ("study",), {"hosts": 3}, "connect", "thought"),
    ("部署年度重点任务", ("assembly",), {"stages": ["arrangement"], "assigned": True}, "connect", "organisation"),
    ("部署年度重点任务", ("assembly",), {"stages": ["arrangement"]}, "around", "organisation"),
    ("研究数据共享", ("committee_meeting",), {"stages": ["study"]}, "around", "organisation"),
    ("党员突击队攻坚", ("theme_day",), {"stages": ["implementation"]}, "merge", "thought"),
    ("现场服务企业", ("theme_day",), {"stages": ["implementation"]}, "merge", "conduct"),
    ("年度工作述评", ("org_life",), {"stages": ["assessment"]}, "permeate", "organisation"),
    ("落实情况通报", ("assembly",), {"stages": ["assessment", "implementation"]}, "merge", "organisation"),
    ("学习与部署", ("assembly",), {"stages": ["study", "arrangement"]}, "around", "organisation"),
    ("能源保供专题党课", ("lecture",), {"shares": True}, "permeate", "thought"),
    ("能源保供谈心", ("talk",), {"shares": True}, "permeate", "thought"),
    ("保供小组会", ("group_meeting",), {"shares": True}, "permeate", "thought"),
    ("能源保供专题学习", ("study",), {"shares": True}, "", "thought"),
    ("专题党课", ("lecture",), {}, "", "thought"),
    ("传达学习文件精神", ("assembly",), {}, "", "organisation"),
    ("学习条例", ("study",), {}, "", "thought"),
    ("中心组专题研讨", ("study_group",), {}, "", "thought"),
    ("青年理论学习", ("training",), {}, "", "thought"),
    ("换届选举大会", ("election",), {}, "", "organisation"),
    ("民主评议党员", ("member_review",), {}, "", "organisation"),
    ("专题组织生活会", ("org_life",), {}, "", "organisation"),
    ("新党员宣誓", ("oath",), {}, "", "organisation"),
    ("支委会研究发展党员", ("committee_meeting",), {}, "", "organisation"),
    ("走访慰问困难党员", ("visit",), {}, "", "conduct"),
    ("联系点指导", ("visit_branch",), {}, "", "conduct"),
    ("赴基层调研", ("theme_day",), {}, "", "conduct"),
    ("为民服务日", ("theme_day",), {}, "", "conduct"),
    ("修订议事规程", ("committee_meeting",), {}, "", "institution"),
    ("学习财务管理办法", ("study",), {}, "", "institution"),
    ("完善审批流程", ("theme_day",), {"stages": ["implementation"]}, "merge", "institution"),
    ("支部制度梳理", ("committee_meeting",), {}, "", "institution"),
    ("警示教育大会", ("assembly",), {}, "", "integrity"),
    ("廉政党课", ("lecture",), {}, "", "integrity"),
    ("纪律教育", ("study",), {}, "", "integrity"),
    ("巡察整改部署", ("assembly",), {"stages": ["arrangement"]}, "around", "integrity"),
    ("节前提醒", ("assembly",), {"agenda": "一、通报监督检查情况"}, "", "integrity"),
    ("支部大会", ("assembly",), {"chair": ["discipline"]}, "", "integrity"),
    ("纪律与制度学习", ("study",), {}, "", "integrity"),
]


@pytest.mark.parametrize("title, kinds, known, way, field", TITLES)
def test_table_of_titles(title, kinds, known, way, field):
    facts = Facts(kinds=kinds, title=title, agenda=known.pop("agenda", ""), **known)
    assert judge(facts) == (way, field)


def fresh(record):
    return Activity.objects.get(pk=record.pk)


def fill():
    rollups.fill()


def test_the_fill_judges_what_was_recorded_and_says_it_on_the_page(world, as_):
    record = submitted(world.branch_a, world.secretary_a, title="与审评中心党支部共建", kinds=["theme_day"])
    assert fresh(record).nature_label == ""
    fill()
    assert (fresh(record).way, fresh(record).building) == ("connect", "thought")
    page = as_("secretary_a").get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "系统判断：对接 · 思想建设" in page and reverse("activity_nature", args=[record.pk]) in page
    assert "系统判断" in as_("leader").get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert (
        reverse("activity_nature", args=[record.pk])
        not in as_("leader").get(reverse("activity_detail", args=[record.pk])).content.decode()
    )


def test_a_link_and_its_end_change_the_way(world):
    item = item_at(world.committee, [world.branch_a])
    record = submitted(world.branch_a, world.secretary_a, day=ago(3), content="研究能源保供的分工")
    fill()
    assert fresh(record).way == ""
    link = linked(item, "implementation", record, confirmed=False)
    fill()
    assert fresh(record).way == "merge"
    evidence_remove(by=OPERATOR, evidence=link, reason="关联错了")
    fill()
    assert fresh(record).way == ""


def test_words_shared_with_open_work_of_the_branch_alone(world):
    item_at(world.committee, [world.branch_a], name="能源保供")
    ours = submitted(world.branch_a, world.secretary_a, kinds=["lecture"], title="能源保供专题党课")
    theirs = submitted(world.branch_b, world.secretary_b, kinds=["lecture"], title="能源保供专题党课")
    fill()
    assert (fresh(ours).way, fresh(theirs).way) == ("permeate", "")


def test_a_person_wins_over_the_system_and_stays(world, as_):
    record = submitted(world.branch_a, world.secretary_a, title="学习条例", kinds=["study"])
    fill()
    url = reverse("activity_nature", args=[record.pk])
    client = as_("secretary_a")
    assert client.post(url, {"way": "merge", "building": ""}).status_code == 422
    assert client.post(url, {"way": "quite", "building": "conduct"}).status_code == 422
    assert client.post(url, {"way": "merge", "building": "conduct"}).status_code == 302
    ChangeMark.objects.create(
        organisation=world.branch_a, first_day=record.day, last_day=record.day, subject="activity", thing=record.pk
    )
    fill()
    assert fresh(record).nature_label == "人工选定：融合 · 作风建设"
    page = client.get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "人工选定：融合 · 作风建设" in page and "更改方式和方面" in page, "the history names it"


def test_what_is_still_with_its_writer_is_not_judged_and_cannot_be_said(world, as_):
    record = draft(world.branch_a, world.secretary_a, title="警示教育")
    natures_left()
    fill()
    assert fresh(record).building == ""
    answer = as_("secretary_a").post(reverse("activity_nature", args=[record.pk]), {"way": "", "building": "conduct"})
    assert answer.status_code == 422 and "提交以后才能更改" in answer.content.decode()


def test_records_of_before_are_judged_by_night(world):
    record = submitted(world.branch_a, world.secretary_a, title="警示教育")
    ChangeMark.objects.all().delete()
    assert natures_judged([]) == 0 and natures_left() == 1 and natures_left() == 0
    assert fresh(record).building == "integrity"


def test_the_chair_of_the_discipline_seat(world):
    chair = Member.objects.filter(home=world.branch_a).first()
    Post.objects.create(member=chair, organisation=world.branch_a, kind=PostKind.DISCIPLINE, starts=ago(90))
    record = submitted(world.branch_a, world.secretary_a, title="支部大会")
    Activity.objects.filter(pk=record.pk).update(chair=chair)
    natures_left()
    assert fresh(record).building == "integrity"


def slow_matrix(user, place, year):
    """Return {(field, way): number} by looking at each record."""
    found = {}
    for record in Activity.objects.all():
        rostered = set(record.codes) - {"talk", "visit", "visit_branch", "dues"}
        counts = record.judgements.filter(organisation=record.organisation, valid=True).exists()
        own = record.organisation == place or place in record.organisation.get_ancestors()
        if record.state in ("submitted", "accepted") and rostered and counts and own and record.day.year == year:
            found[record.building, record.way] = found.get((record.building, record.way), 0) + 1
    return found


def random_records(world, chance):
    titles = [title for title, *_ in TITLES]
    kinds = [[kind.value] for kind in ActivityKindCode if kind in ("assembly", "lecture", "theme_day", "dues", "study")]
    for number in range(24):
        place, by = chance.choice([(world.branch_a, world.secretary_a), (world.branch_b, world.secretary_b)])
        record = submitted(place, by, title=chance.choice(titles), kinds=chance.choice(kinds), day=ago(number % 9))
        if chance.random() < 0.3:
            activity_accept(by=world.staff, activity=fresh(record))
        elif chance.random() < 0.3:
            activity_return(by=world.staff, activity=fresh(record), reason="补充议程")
        if chance.random() < 0.2:
            way = chance.choice([*Way.values, ""])
            nature_set(by=by, activity=fresh(record), way=way, building=chance.choice(BuildingField.values))


@pytest.mark.parametrize("seed", part(range(3), of=3))
def test_matrix_lists_and_facts_say_the_same(world, as_, seed):
    random_records(world, random.Random(seed))
    fill()
    year = clock.today().year
    page = as_("staff").get(reverse("way_matrix"), {"organisation": world.root.pk, "year": year})
    matrix = page.context["matrix"]
    slow = slow_matrix(None, world.root, year)
    ways = [*Way.values, ""]
    for field, row in zip(BuildingField, matrix.rows, strict=True):
        for way, cell in zip(ways, row.cells, strict=True):
            assert cell.number == slow.get((field.value, way), 0)
            if cell.number:
                listed = as_("staff").get(cell.url).context["page"].paginator.count
                assert listed == cell.number, (field, way)
        if row.total.number:
            assert as_("staff").get(row.total.url).context["page"].paginator.count == row.total.number
    facts = dict(Fact.objects.filter(organisation=world.root, period=str(year)).values_list("measure", "numerator"))
    for way in Way:
        assert facts.get(f"ways.{way}", 0) == sum(number for (_, own), number in slow.items() if own == way)
    for field in BuildingField:
        assert facts.get(f"fields.{field}", 0) == sum(number for (own, _), number in slow.items() if own == field)


def test_the_share_that_is_tied_to_work(world):
    item = item_at(world.committee, [world.branch_a])
    record = submitted(world.branch_a, world.secretary_a, day=ago(3), content="研究能源保供的分工")
    submitted(world.branch_a, world.secretary_a, day=ago(2), title="学习条例")
    linked(item, "study", record, confirmed=False)
    fill()
    fact = Fact.objects.get(organisation=world.root, measure="ways.linked", period=str(clock.today().year))
    assert (fact.numerator, fact.denominator) == (1, 2)


def test_another_year_and_another_organisation(world, as_):
    submitted(world.branch_a, world.secretary_a, title="警示教育")
    fill()
    page = as_("secretary_a").get(reverse("way_matrix"))
    assert page.context["matrix"].records == 1
    year = clock.today().year
    assert as_("secretary_a").get(reverse("way_matrix"), {"year": year - 1}).context["matrix"].records == 0
    assert as_("secretary_b").get(reverse("way_matrix")).context["matrix"].records == 0
    foreign = as_("secretary_b").get(reverse("way_matrix"), {"organisation": world.branch_a.pk})
    assert foreign.context["matrix"].records == 0 and foreign.context["place"] == world.branch_b


def test_the_live_panel_says_what_the_system_would_judge(world, as_):
    item = item_at(world.committee, [world.branch_a])
    key = f"s{item.stages.get(stage='implementation').pk}"
    data = {
        "organisation": world.branch_a.pk,
        "kinds": ["theme_day"],
        "day": (clock.today() - timedelta(days=1)).isoformat(),
        "title": "走访企业",
        "links": key,
    }
    page = as_("secretary_a").post(reverse("record_uses"), data, headers={"HX-Request": "true"}).content.decode()
    assert "系统判断：融合 · 作风建设" in page
    assert not Activity.objects.exists()


def test_the_matrix_leaves_as_a_file(world, as_):
    submitted(world.branch_a, world.secretary_a, title="警示教育")
    fill()
    answer = as_("staff").post(reverse("way_matrix_export"))
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]


def test_what_is_planned_names_one_empty_field_of_the_quarter_as_a_hint(world, as_):
    client = as_("secretary_a")
    hint = reverse("way_hint")
    assert hint in client.get("/activities/?state=planned").content.decode()
    assert hint not in client.get("/activities/").content.decode()
    # Without any record of the quarter nothing is said.
    assert "方面的活动" not in client.get(hint).content.decode()
    row = submitted(world.branch_a, world.secretary_a, day=clock.today(), title="学习条例")
    Activity.objects.filter(pk=row.pk).update(building="thought", building_from="system")
    said = client.get(hint).content.decode()
    assert said.count("方面的活动") == 1 and "只作提示，不作要求" in said and "思想建设" not in said
    assert "方面的活动" not in as_("staff").get(hint).content.decode()

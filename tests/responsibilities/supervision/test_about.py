"""What a notice may be about (duty, stage), and that its pages ask no more statements when there is more to show."""

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import clock
from members.activities.models import Activity, Resolution
from responsibilities.collects.services.answers import collect_answer
from responsibilities.collects.services.collects import FieldData, collect_save, collect_send
from responsibilities.duties.models import Duty, DutyList
from responsibilities.supervision.models import Supervision
from responsibilities.supervision.services.notices import supervision_issue, supervision_reply
from responsibilities.work.models import SyncStage, WorkCarrier, WorkItem
from tests.matrix.collects import draft, sent

FORM = {"title": "落实责任", "expected": "报告情况。", "problems": ""}


def text_of(answer):
    return answer.content.decode()


def duty_of(world, place="branch_a", **options):
    owner = DutyList.objects.create(
        organisation=world.places[place],
        year=2026,
        state="issued",
        issued_on=date(2026, 1, 5),
        **({"level": "branch"} | options),
    )
    return Duty.objects.create(list=owner, text="每季度讲党课", proof="党课记录", period="quarter")


def stage_of(world):
    item = WorkItem.objects.create(
        organisation=world.committee, name="审批改革", starts=date(2026, 1, 1), ends=date(2026, 12, 31)
    )
    WorkCarrier.objects.create(item=item, organisation=world.branch_a, leads=True)
    WorkCarrier.objects.create(item=item, organisation=world.branch_b)
    return SyncStage.objects.create(item=item, stage="study")


def test_a_duty_of_a_branch_prefills_and_fixes_the_recipient(world, as_):
    duty = duty_of(world)
    link = f"/supervision/new/?subject=duty&about=duty/{duty.pk}/2026Q3"
    form = as_("discipline").get(link).context["form"]
    assert form.initial["recipient"] == f"o{world.branch_a.pk}"
    assert form.initial["title"] == "落实“每季度讲党课”（2026年第三季度）" and "党课记录" in form.initial["expected"]
    assert list(form.places) == [f"o{world.branch_a.pk}"] and not form.people
    due = (clock.today() + timedelta(days=9)).isoformat()
    as_("discipline").post(link, FORM | {"recipient": f"o{world.branch_a.pk}", "due": due})
    assert Supervision.objects.get().about == f"duty/{duty.pk}/2026Q3"
    assert as_("secretary_a").get(link).status_code == 404


def test_a_duty_of_a_leader_goes_to_him_in_person(world, as_):
    duty = duty_of(world, "root", level="leader", holder=world.leader)
    form = as_("staff").get(f"/supervision/new/?subject=duty&about={duty.pk}/2026").context["form"]
    assert form.initial["recipient"] == f"u{world.leader.pk}" and not form.places
    # His list is read by himself and by those above him: the discipline officer below does not know it.
    assert as_("discipline").get(f"/supervision/new/?subject=duty&about={duty.pk}/2026").status_code == 404


def test_a_stage_offers_the_branches_that_carry_the_item(world, as_):
    stage = stage_of(world)
    link = f"/supervision/new/?subject=stage&about=stage/{stage.pk}"
    form = as_("staff").get(link).context["form"]
    assert form.initial["title"] == "审批改革同步研究"
    assert list(form.places) == [f"o{world.branch_a.pk}", f"o{world.branch_b.pk}"]
    due = (clock.today() + timedelta(days=9)).isoformat()
    answer = as_("staff").post(link, FORM | {"recipient": f"o{world.branch_c.pk}", "due": due})
    assert answer.status_code == 422 and not Supervision.objects.exists()


def _more(world, number):
    for index in range(number):
        for place in ("branch_a", "branch_b", "branch_c"):
            notice = supervision_issue(
                by=world.staff,
                organisation=world.places[place],
                title=f"事项{index}",
                expected="报告",
                due=clock.today() + timedelta(days=index),
                problems=["问题一", "问题二"],
            )
            record = Activity.objects.create(
                organisation=world.places[place], day=date(2026, 9, 1), state="accepted", author=world.secretary_a
            )
            Resolution.objects.create(
                activity=record, order=1, text="决议", due=date(2026, 9, 9), owner=world.people(place)[0]
            )
        supervision_reply(by=world.committee_secretary, supervision=notice, text="已办理")
        sent(world)
        draft(world)


def test_no_list_asks_for_more_statements_when_it_is_longer(world, as_):
    first = supervision_issue(
        by=world.staff, organisation=world.branch_a, title="甲", expected="报告", due=clock.today(), problems=["一"]
    )
    pages = [
        ("staff", "/supervision/"),
        ("secretary_a", "/supervision/?side=received"),
        ("staff", "/supervision/problems/"),
        ("staff", f"/supervision/{first.pk}/"),
        ("staff", "/collects/"),
        ("secretary_a", "/collects/"),
        ("staff", "/resolutions/"),
        ("secretary_a", "/resolutions/"),
    ]

    def measured():
        found = {}
        for who, path in pages:
            client = as_(who)
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(path).status_code == 200
            found[who, path] = len(seen)
        return found

    _more(world, 2)
    few = measured()
    _more(world, 6)
    assert measured() == few
    assert {key: number for key, number in few.items() if number > (20 if str(first.pk) in key[1] else 12)} == {}


def test_the_table_of_a_collection_asks_the_same_for_more_answers(world, as_):
    def collection(places):
        collect = collect_save(
            by=world.staff,
            title="征集",
            purpose="汇总",
            due=clock.today(),
            fields=[
                FieldData("党员人数", figure="members"),
                FieldData("人数"),
                FieldData("说明", "text", required=False),
            ],
            targets=[world.places[key] for key in places],
        )
        collect_send(by=world.staff, collect=collect)
        number = collect.fields.get(label="人数")
        for target in collect.targets.all():
            collect_answer(by=world.committee_secretary, target=target, given={number.pk: "3"})
        with CaptureQueriesContext(connection) as seen:
            page = staff.get(f"/collects/{collect.pk}/")
        return page.context["table"].totals, len(seen)

    staff = as_("staff")
    staff.get("/collects/")
    one, few = collection(["branch_a"])
    three, many = collection(["branch_a", "branch_b", "branch_c", "general"])
    assert (one, three) == (["6", "3", ""], ["12", "12", ""])
    assert many == few <= 20


def test_the_list_filters_by_what_the_address_says(world, as_):
    _more(world, 1)
    staff = as_("staff")
    by_place = staff.get(f"/supervision/?organisation={world.general.pk}").context["page"]
    assert [row.organisation for row in by_place] == [world.branch_c]
    assert len(staff.get("/supervision/?state=reported").context["page"]) == 1
    assert len(staff.get("/supervision/?side=issued&issuer=staff").context["page"]) == 3
    assert len(staff.get("/supervision/?state=nonsense&organisation=abc").context["page"]) == 3
    assert not staff.get("/supervision/?side=received").context["page"].object_list
    assert len(as_("secretary_a").get("/supervision/?side=received").context["page"]) == 1
    answer = staff.post("/supervision/export/?state=reported")
    assert answer.status_code == 200 and answer["Content-Type"].endswith("sheet")
    assert "没有符合条件的督查" in text_of(staff.get("/supervision/?subject=duty"))
    assert staff.post("/supervision/problems/export/?done=0").status_code == 200

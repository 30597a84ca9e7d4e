"""Asking once through HTTP: draft with what is held, sending, answers, return, reminders, end."""

import io
from datetime import datetime, timedelta

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from common.operator import OPERATOR
from members.roster.models.members import Member
from members.roster.services.members import member_create
from responsibilities.collects.models import Collect, CollectAnswer, CollectState, FieldKind
from responsibilities.collects.selectors.collects import collects_for
from responsibilities.collects.services.answers import collect_answer
from responsibilities.collects.services.collects import MOST_FIELDS, FieldData
from tests.matrix.collects import draft, sent

PDF = b"%PDF-1.4\n%%EOF\n"


def text_of(answer):
    return answer.content.decode()


def form_of(world, rows, places=("branch_a", "branch_b"), **changes):
    data = {
        "title": "志愿服务情况",
        "purpose": "年底汇总",
        "due": (clock.today() + timedelta(days=10)).isoformat(),
        "targets": [world.places[key].pk for key in places],
        "f-TOTAL_FORMS": str(len(rows)),
        "f-INITIAL_FORMS": "0",
        "do": "save",
    }
    for number, row in enumerate(rows):
        data |= {f"f-{number}-{name}": value for name, value in row.items()}
    return data | changes


def asked(label, kind="number", **more):
    return {"label": label, "kind": kind, "required": "on", **more}


def state(collect):
    collect.refresh_from_db()
    return collect.state


def later(days):
    return clock.at(timezone.make_aware(datetime.combine(clock.today() + timedelta(days=days), datetime.min.time())))


def answer_address(collect, place):
    return f"/collects/{collect.pk}/answer/{collect.targets.get(organisation=place).pk}/"


ROWS = [
    asked("党员人数", figure="members"),
    asked("志愿者人数"),
    asked("是否设岗", "choice", options="是、否"),
    asked("名册", "file", required=""),
    asked("最近一次", "date"),
    {"label": "", "kind": "number"},
]


def test_a_draft_is_written_and_sent_with_what_it_costs_and_those_who_answer_are_told(world, as_):
    staff, secretary = as_("staff"), as_("secretary_a")
    answer = staff.post("/collects/new/", form_of(world, ROWS, do="send"))
    collect = Collect.objects.get()
    assert answer.status_code == 302 and answer.url == f"/collects/{collect.pk}/send/"
    assert (collect.state, collect.organisation) == ("draft", world.root)
    assert [(one.label, one.figure, one.options) for one in collect.fields.all()][:3] == [
        ("党员人数", "members", []),
        ("志愿者人数", "", []),
        ("是否设岗", "", ["是", "否"]),
    ]
    page = text_of(staff.get(answer.url))
    assert "请 2 个组织各填 4 项，共 8 份填报" in page and "9" in page
    assert secretary.get(f"/collects/{collect.pk}/").status_code == 404
    assert not Notice.objects.filter(kind="collect").exists()

    staff.post(answer.url)
    assert state(collect) == "open"
    told = set(Notice.objects.filter(kind="collect").values_list("recipient__username", flat=True))
    assert told == {"secretary_a", "secretary_b"}
    address = answer_address(collect, world.branch_a)
    assert address in text_of(secretary.get("/collects/"))
    assert [row.collect for row in collects_for(world.secretary_a, world.branch_a)] == [collect]
    assert [row.organisation for row in collects_for(world.staff, world.branch_b)] == [world.branch_b]
    page = text_of(secretary.get(address))
    assert "志愿者人数" in page and "系统已有" in page


@pytest.fixture
def answered(world, as_):
    """A collection of ROWS that both branches have answered, one of them with a file."""
    as_("staff").post("/collects/new/", form_of(world, ROWS, do="send"))
    collect = Collect.objects.get()
    as_("staff").post(f"/collects/{collect.pk}/send/")
    field = {one.label: f"f{one.pk}" for one in collect.fields.all()}
    good = {field["志愿者人数"]: "１,２０５.50", field["是否设岗"]: "是", field["最近一次"]: "2026年11月3日"}
    good |= {field["名册"]: SimpleUploadedFile("名册.pdf", PDF)}
    assert as_("secretary_a").post(answer_address(collect, world.branch_a), good).status_code == 302
    other = {field["志愿者人数"]: "4", field["是否设岗"]: "否", field["最近一次"]: "2026-10-30"}
    as_("secretary_b").post(answer_address(collect, world.branch_b), other)
    return collect


def test_answers_stand_in_a_table_that_adds_up_and_each_branch_reads_its_own_row(world, as_, answered):
    staff = as_("staff")
    page = staff.get(f"/collects/{answered.pk}/")
    assert "2 个组织，全部填报" in text_of(page)
    assert page.context["table"].totals == ["9", "1209.5", "是 1；否 1", "1 份", "2026-10-30 至 2026-11-03"]
    paper = CollectAnswer.objects.get(paper__isnull=False).paper
    assert staff.get(f"/papers/{paper.pk}/").status_code == 200
    assert as_("secretary_b").get(f"/papers/{paper.pk}/").status_code == 404
    mine = as_("secretary_b").get(f"/collects/{answered.pk}/")
    assert [row.target.organisation for row in mine.context["table"].rows] == [world.branch_b]
    assert "1209.5" not in text_of(mine) and "合计" not in text_of(mine)


def test_the_table_is_exported_with_numbers_as_numbers_and_its_totals(world, as_, answered):
    sheet = as_("staff").post(f"/collects/{answered.pk}/export/").content
    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(sheet)).active.iter_rows()]
    (first,) = [row for row in cells if row[0] == world.branch_a.name]
    assert first[1:6] == [6, 1205.5, "是", "名册.pdf", "2026-11-03"]
    (total,) = [row for row in cells if row[0] == "合计"]
    assert total[1:4] == ["9", "1209.5", "是 1；否 1"]


def test_what_the_system_holds_is_shown_for_a_typed_label(world, as_):
    fragment = text_of(as_("staff").get("/collects/held/?row=f-2&f-2-label=支部党员数"))
    assert 'name="f-2-figure" value="members"' in fragment and "现在：12" in fragment
    one = text_of(as_("staff").get(f"/collects/held/?row=f-2&f-2-label=党员总数&targets={world.branch_b.pk}"))
    assert "现在：3" in one
    assert "fieldset" not in text_of(as_("staff").get("/collects/held/?row=f-2&f-2-label=困难职工户数"))
    assert as_("staff").get("/collects/held/?row=x&x-label=党员").status_code == 404
    # An organisation that cannot be asked does not count, whoever names it.
    assert "现在：0" in text_of(as_("staff").get(f"/collects/held/?row=f-2&f-2-label=党员总数&targets={world.root.pk}"))


def test_when_the_system_holds_everything_nobody_is_asked_and_the_table_stays_as_it_was(world, as_):
    collect = draft(
        world, fields=[FieldData("党员人数", figure="members"), FieldData("书记", "text", figure="secretary")]
    )
    page = text_of(as_("staff").get(f"/collects/{collect.pk}/send/"))
    assert "全部取自系统，不请组织填报" in page
    as_("staff").post(f"/collects/{collect.pk}/send/")
    assert state(collect) == "closed" and not Notice.objects.filter(kind="collect").exists()
    member_create(by=OPERATOR, branch=world.branch_b, name="新来", stage="full", joined_on=clock.today())
    table = as_("staff").get(f"/collects/{collect.pk}/").context["table"]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["6", "甲一"], ["3", "乙一"]]
    assert table.totals == ["9", "2／2 个组织有"] and table.waiting == []


def test_an_open_table_follows_the_records_and_is_kept_when_it_ends(world, as_):
    collect = sent(world, fields=[FieldData("党员人数", figure="members"), FieldData("志愿者人数")])
    member_create(by=OPERATOR, branch=world.branch_b, name="新来", stage="full", joined_on=clock.today())
    assert as_("staff").get(f"/collects/{collect.pk}/").context["table"].totals[0] == "10"
    as_("staff").post(f"/collects/{collect.pk}/close/")
    Member.objects.filter(name="新来").update(stage="activist")
    assert as_("staff").get(f"/collects/{collect.pk}/").context["table"].totals[0] == "10"


@pytest.mark.parametrize(
    ("kind", "options", "value", "sentence"),
    [
        ("number", (), "-5000000000000000", "位数太多，请核对。"),
        ("number", (), "十二", "“十二”不是数字，请填写数字，如 12 或 3.5。"),
        ("number", (), "", "请填写内容。"),
        ("number", (), "1e5", "“1e5”不是数字"),
        ("date", (), "2026-02-30", "“2026-02-30”不是有效日期。"),
        ("choice", ("是", "否"), "也许", "请从选项中选择。"),
        ("text", (), "长" * 501, "最多填写 500 字。"),
        ("number", (), "3.5.1", "不是数字"),
        ("file", (), "", "请上传内容。"),
    ],
)
def test_a_wrong_answer_gets_one_sentence_and_writes_nothing(world, as_, kind, options, value, sentence):
    collect = sent(world, fields=[FieldData("内容", kind, options), FieldData("说明", "text", required=False)])
    first, second = collect.fields.all()
    data = {f"f{first.pk}": value, f"f{second.pk}": "已填的说明"}
    answer = as_("secretary_a").post(answer_address(collect, world.branch_a), data)
    assert answer.status_code == 422 and sentence in text_of(answer) and "已填的说明" in text_of(answer)
    assert not CollectAnswer.objects.exists()
    assert collect.targets.get(organisation=world.branch_a).answered_at is None


def test_a_file_is_not_answered_by_text(world, as_):
    collect = sent(world, fields=[FieldData("名册", "file")])
    target = collect.targets.get(organisation=world.branch_a)
    with pytest.raises(ValidationError) as refused:
        collect_answer(by=world.secretary_a, target=target, given={collect.fields.get().pk: "名册.pdf"})
    assert "请上传名册。" in str(refused.value) and not CollectAnswer.objects.exists()


def test_a_file_that_is_no_file_of_its_kind_is_refused(world, as_):
    collect = sent(world, fields=[FieldData("名册", "file")])
    data = {f"f{collect.fields.get().pk}": SimpleUploadedFile("a.pdf", b"MZ not a pdf")}
    answer = as_("secretary_a").post(answer_address(collect, world.branch_a), data)
    assert answer.status_code == 422 and not CollectAnswer.objects.exists()


@pytest.mark.parametrize(
    ("rows", "changes", "sentence"),
    [
        ([], {}, "请至少写一项要征集的内容。"),
        ([asked("是否", "choice", options="是")], {}, "是单选，请至少写 2 个不同的选项。"),
        ([asked("是否", "choice", options="是、是")], {}, "是单选，请至少写 2 个不同的选项。"),
        ([asked("人数"), asked("人数")], {}, "重复了。"),
        ([asked("人数", figure="no_such")], {}, "请从列出的内容中选择取用项。"),
        ([{"label": "", "options": "是、否"}], {}, "请写明要征集的内容。"),
        ([asked("人数")], {"targets": ["99999"]}, "请从列表中选择填报组织。"),
        ([asked("人数")], {"targets": ["x"]}, "请从列表中选择填报组织。"),
        ([asked("人数")], {"title": ""}, "请填写“征集事项”。"),
        ([asked("人数")], {"due": "不久"}, "“时限”应是有效的日期，如 2026-03-05。"),
    ],
)
def test_what_is_wrong_in_a_draft_gets_one_sentence(world, as_, rows, changes, sentence):
    answer = as_("staff").post("/collects/new/", form_of(world, rows, **changes))
    assert answer.status_code == 422 and sentence in text_of(answer) and "年底汇总" in text_of(answer)
    assert not Collect.objects.exists()


def test_the_committee_and_the_root_cannot_be_asked(world, as_):
    for place in (world.committee, world.root, world.group_a1):
        answer = as_("staff").post("/collects/new/", form_of(world, [asked("人数")], targets=[place.pk]))
        assert answer.status_code == 422 and "请从列表中选择填报组织。" in text_of(answer)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"places": ()}, "还没有选择填报组织，请先选择。"), ({"days": -1}, "时限不能早于今天，请先修改。")],
)
def test_a_form_to_nobody_or_of_yesterday_is_not_sent(world, as_, options, sentence):
    collect = draft(world, **options)
    answer = as_("staff").post(f"/collects/{collect.pk}/send/")
    assert answer.status_code == 422 and sentence in text_of(answer) and state(collect) == "draft"


def test_an_answer_is_changed_until_its_deadline_and_not_after(world, as_):
    collect = sent(world, days=1)
    target, field = collect.targets.get(organisation=world.branch_a), collect.fields.get()
    collect_answer(by=world.secretary_a, target=target, given={field.pk: "5"})
    address, client = answer_address(collect, world.branch_a), as_("secretary_a")
    assert "修改填报" in text_of(client.get(f"/collects/{collect.pk}/"))
    assert client.post(address, {f"f{field.pk}": "6"}).status_code == 302
    assert CollectAnswer.objects.get().value == "6"
    with later(3):
        late = as_("secretary_a")
        assert "修改填报" not in text_of(late.get(f"/collects/{collect.pk}/"))
        assert late.get(address).status_code == 302
        answer = late.post(address, {f"f{field.pk}": "7"})
    assert answer.status_code == 409 and "已过填报时限" in text_of(answer)
    assert CollectAnswer.objects.get().value == "6"


def test_an_answer_after_the_end_is_refused_and_a_late_one_marked(world, as_):
    collect = sent(world, days=1)
    target, field = collect.targets.get(organisation=world.branch_a), collect.fields.get()
    with later(3):
        collect_answer(by=world.secretary_a, target=target, given={field.pk: "5"})
    target.refresh_from_db()
    assert target.late and CollectAnswer.objects.get().value == "5"
    as_("staff").post(f"/collects/{collect.pk}/close/")
    answer = as_("secretary_b").post(answer_address(collect, world.branch_b), {f"f{field.pk}": "7"})
    assert answer.status_code == 409 and "征集已经结束，不能再填报。" in text_of(answer)
    assert CollectAnswer.objects.count() == 1
    # A notice opened after the end leads to the table, not to a refusal.
    answer = as_("secretary_b").get(answer_address(collect, world.branch_b), follow=True)
    assert answer.redirect_chain == [(f"/collects/{collect.pk}/", 302)]
    assert "征集已经结束，不能再填报" in text_of(answer) and answer.context["table"].rows
    assert as_("outsider").get(answer_address(collect, world.branch_b)).status_code == 404


def test_one_organisation_is_asked_again_with_a_reason_and_reminders_reach_who_has_not_answered(world, as_):
    collect = sent(world)
    target, field = collect.targets.get(organisation=world.branch_a), collect.fields.get()
    other = sent(world)
    elsewhere = other.targets.get(organisation=world.branch_a)
    collect_answer(by=world.secretary_a, target=elsewhere, given={other.fields.get().pk: "9"})
    secretary, staff = as_("secretary_a"), as_("staff")
    secretary.post(answer_address(collect, world.branch_a), {f"f{field.pk}": "500"})
    address = f"{answer_address(collect, world.branch_a)}return/"
    assert staff.post(address, {"reason": ""}).status_code == 422
    staff.post(address, {"reason": "与名册不符"})
    assert "与名册不符" in text_of(secretary.get("/collects/"))
    elsewhere.refresh_from_db()
    assert elsewhere.answered_at and not elsewhere.return_reason, "what was answered elsewhere stays answered"
    assert staff.post(address, {"reason": "再来"}).status_code == 409
    Notice.objects.all().delete()
    staff.post(f"/collects/{collect.pk}/remind/")
    assert Notice.objects.filter(kind="collect").count() == 2
    with later(30):
        collect_answer(by=world.secretary_a, target=target, given={field.pk: "50"})
    target.refresh_from_db()
    assert (target.late, target.return_reason) == (False, "") and target.answers.get().value == "50"
    verbs = AuditEntry.objects.filter(object_type="collect", object_id=collect.pk).order_by("pk")
    assert [entry.verb.removeprefix("collect.") for entry in verbs] == (
        ["create", "send", "answer", "return", "remind", "answer"]
    )


def test_a_sent_form_is_not_changed_or_deleted(world, as_):
    collect = sent(world)
    for path in ("edit", "send", "discard"):
        assert as_("staff").post(f"/collects/{collect.pk}/{path}/", {}).status_code == 409
    assert state(collect) == CollectState.OPEN


def test_an_answer_of_another_organisation_cannot_be_given_through_ones_own(world, as_):
    collect, other = sent(world), sent(world)
    foreign = other.targets.get(organisation=world.branch_b)
    assert as_("secretary_a").get(answer_address(collect, world.branch_b)).status_code == 404
    assert as_("secretary_b").get(f"/collects/{collect.pk}/answer/{foreign.pk}/").status_code == 404
    assert collect.fields.get().kind == FieldKind.NUMBER


def test_headlines_say_what_is_still_missing(world, as_):
    client = as_("staff")
    client.post("/collects/new/", form_of(world, [{"label": "志愿服务次数", "kind": "number", "required": "on"}]))
    collect = Collect.objects.get()
    assert "<h1>征集 1 次，没有进行中的</h1>" in client.get("/collects/").content.decode()
    client.post(f"/collects/{collect.pk}/send/")
    assert "<h1>1 次征集进行中，2 份还没有填报</h1>" in client.get("/collects/").content.decode()
    own = as_("secretary_a").get(f"/collects/{collect.pk}/").content.decode()
    assert "<h1>志愿服务情况：待填报，" in own


def test_the_discipline_office_reads_why_it_asks_for_no_figures_and_not_that_it_may(world, as_):
    answer = as_("discipline").get("/collects/new/")
    page = answer.content.decode()
    assert answer.status_code == 403 and "您以督查督办提出要求，不直接部署工作。" in page
    assert world.discipline not in [row.user for row in answer.context["holders"]]
    assert world.staff in [row.user for row in answer.context["holders"]]


def test_a_draft_of_the_committee_is_neither_read_nor_exported_by_the_discipline_office(world, as_):
    collect = draft(world)
    Collect.objects.filter(pk=collect.pk).update(organisation=world.committee)
    client = as_("discipline")
    assert client.get(f"/collects/{collect.pk}/").status_code == 404
    assert client.post(f"/collects/{collect.pk}/export/").status_code == 404
    assert as_("staff").post(f"/collects/{collect.pk}/export/").status_code == 200


def test_closing_discarding_and_sending_touch_one_collection_only(world, as_):
    first, second = sent(world), sent(world)
    plan, other = draft(world), draft(world)
    staff = as_("staff")
    staff.post(f"/collects/{first.pk}/close/")
    staff.post(f"/collects/{plan.pk}/send/")
    assert [state(row) for row in (first, second, plan, other)] == ["closed", "open", "open", "draft"]


@pytest.mark.parametrize(("days", "late"), [(10, False), (11, True)])
def test_an_answer_is_late_after_the_last_day(world, days, late):
    collect = sent(world)
    target, field = collect.targets.get(organisation=world.branch_a), collect.fields.get()
    with later(days):
        collect_answer(by=world.secretary_a, target=target, given={field.pk: "5"})
    target.refresh_from_db()
    assert target.late is late


def test_a_form_asks_as_much_as_is_allowed_and_no_more(world):
    fields = [FieldData(f"人数{number}") for number in range(MOST_FIELDS)]
    assert draft(world, fields=fields).fields.count() == MOST_FIELDS
    with pytest.raises(ValidationError):
        draft(world, fields=[*fields, FieldData("再一项")])
    collect = sent(world, fields=[FieldData("说明", "text")])
    target, field = collect.targets.get(organisation=world.branch_a), collect.fields.get()
    collect_answer(by=world.secretary_a, target=target, given={field.pk: "长" * 500})
    assert len(target.answers.get().value) == 500

"""The draft of a report: its form chosen, its words edited and its numbers kept, published and locked by another."""

import io
from datetime import datetime

import docx
import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from assessments.hearing.services import assessment_freeze, assessment_unfreeze
from assessments.reports.builder import Head
from assessments.reports.drafts import draft_head, draft_refresh, draft_words, drafted
from assessments.reports.locked import numbers_in, what_changed
from assessments.reports.models import Report, ReportDraft, ReportEdit
from assessments.reports.paper import paragraphs_of
from assessments.reports.services import assessment_publish
from assessments.results.models import AssessmentState
from assessments.results.services import assessment_trial
from branches.audit.models import AuditEntry
from branches.reach.access import Forbidden
from common import clock
from common.errors import Conflict
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import Q3, quarter  # noqa: F401

pytestmark = pytest.mark.django_db
HEAD = {"kind": "report", "number": "", "signer": "签发人甲", "recipient": "局党组"}
DOWN = {"kind": "circular", "number": "云测党〔2026〕9号", "signer": "", "recipient": "各党支部"}


@pytest.fixture
def frozen(quarter):  # noqa: F811
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        assessment = assessment_trial(by=quarter.staff, period=Q3)
        yield assessment_freeze(by=quarter.committee_secretary, assessment=heard(assessment))


def words(assessment, key):
    return paragraphs_of(drafted(assessment).body)[key]["text"]


def test_a_paragraph_is_put_in_other_words_and_the_change_is_kept(world, frozen):
    before = words(frozen, "mean")
    after = before.replace("平均得分率", "平均得分率（按应计分计）")
    draft_words(by=world.staff, assessment=frozen, key="mean", text=after)
    edit = ReportEdit.objects.get()
    assert (edit.key, edit.before, edit.after, edit.made_by) == ("mean", before, after, world.staff)
    assert AuditEntry.objects.filter(verb="report.draft_words").count() == 1
    draft_words(by=world.staff, assessment=frozen, key="mean", text=after)
    assert ReportEdit.objects.count() == 1
    report = assessment_publish(by=world.party_secretary, assessment=frozen)
    assert paragraphs_of(report.body)["mean"]["text"] == after
    assert AuditEntry.objects.filter(verb="assessment.publish").exists()


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda text: text.replace("3 个党支部", "5 个党支部", 1), "少了 3，多了 5"),
        (lambda text: text + "另有 １２ 项。", "多了 12"),
        (lambda text: "", "不能把整段删去"),
        (lambda text: text + "述" * 1000, "最多 1000 字"),
    ],
)
def test_a_number_is_nobodys_to_change(world, frozen, change, said):
    before = words(frozen, "mean")
    with pytest.raises(ValidationError, match=said):
        draft_words(by=world.staff, assessment=frozen, key="mean", text=change(before))
    assert words(frozen, "mean") == before and not ReportEdit.objects.exists()


def test_numbers_are_found_however_they_are_written():
    assert numbers_in("得分率 86.1%，３ 个") == numbers_in("3、86.1")


@pytest.mark.parametrize(
    "before, after, said",
    [
        ("比上期下降 5.5 个百分点", "比上期上升 5.5 个百分点", "少了 下降，多了 上升"),
        ("4 个上升，9 个下降", "4 个下降，9 个上升", "次序与原文不同"),
        ("平均 80.0%", "平均 80.0%，九成以上优秀", "多了 九成、优秀"),
        ("平均 80.0%", "平均 80.0%，大半支部成绩优异", "多了 大半、优异"),
        ("好 3 个、差 2 个", "差 3 个、好 2 个", "次序与原文不同"),
        ("甲处 90.0%，乙处 80.0%", "乙处 90.0%，甲处 80.0%", "次序与原文不同"),
        ("到期 9 项，按期 7 项", "到期 9 项，逾期 7 项", "少了 按期，多了 逾期"),
        ("均未见党建记录。", "均见党建记录。", "少了 未"),
        ("甲处下降 3.0，情况如下。", "具体情况是：甲处下降 3.0，做好后续工作。", ""),
    ],
)
def test_words_that_judge_are_locked_with_their_numbers_in_their_order(before, after, said):
    assert what_changed(before, after, ["甲处", "乙处"]) == said


def test_whoever_publishes_reads_what_was_edited_and_did_not_edit_it(world, frozen, as_):
    before = words(frozen, "closing")
    draft_words(by=world.party_secretary, assessment=frozen, key="closing", text=before + "妥否，请批示。")
    page = as_("party_secretary").get(f"/results/{frozen.pk}/publish/").content.decode()
    # What changed is marked.
    assert "改过的文字" in page and f"改前：{before}</small>" in page
    assert f"改后：{before}<ins>妥否，请批示。</ins></small>" in page
    with pytest.raises(Conflict, match="您改过的段落"):
        assessment_publish(by=world.party_secretary, assessment=frozen)
    # Put back as it was computed, nothing of it is edited any more.
    draft_words(by=world.party_secretary, assessment=frozen, key="closing", text=before)
    assert "改过的文字" not in as_("party_secretary").get(f"/results/{frozen.pk}/publish/").content.decode()
    assert assessment_publish(by=world.party_secretary, assessment=frozen).pk


def test_the_draft_says_early_who_may_publish_it(world, frozen, as_):
    url, first, second = f"/results/{frozen.pk}/report/", world.committee_secretary, world.party_secretary
    page = as_("staff").get(url)
    # Whoever ran the trial is no publisher of it.
    assert {*page.context["publishers"]} == {first.name, second.name} and "可以发布的：" in page.content.decode()
    form = as_("committee_secretary").get(f"{url}?edit=closing")
    assert form.context["publishers_after"] == [second.name]
    assert f"保存后可以发布的：{second.name}" in form.content.decode()
    draft_words(by=first, assessment=frozen, key="closing", text=words(frozen, "closing") + "妥否，请批示。")
    last = as_("party_secretary").get(f"{url}?edit=closing")
    assert last.context["publishers"] == [second.name] and last.context["publishers_after"] == []
    assert "保存后没有可以发布的同志" in last.content.decode()
    draft_words(by=second, assessment=frozen, key="closing", text=words(frozen, "closing") + "特此。")
    assert "没有可以发布的同志" in as_("staff").get(url).content.decode()


def test_two_who_edit_at_once_do_not_write_over_one_another(world, frozen, as_):
    mark = drafted(frozen).mark
    draft_words(
        by=world.staff, assessment=frozen, key="closing", text=words(frozen, "closing") + "妥否，请批示。", seen=mark
    )
    with pytest.raises(Conflict, match="他人修改"):
        draft_words(by=world.staff, assessment=frozen, key="grades", text=words(frozen, "grades") + "是。", seen=mark)
    with pytest.raises(Conflict, match="他人修改"):
        assessment_publish(by=world.party_secretary, assessment=frozen, seen=mark)
    answer = as_("staff").post(f"/results/{frozen.pk}/report/", HEAD | {"seen": mark})
    assert answer.status_code == 409 and not Report.objects.exists()
    assert ReportDraft.objects.get().signer == ""


@pytest.mark.parametrize(
    "change, field",
    [
        ({"number": "3号"}, "number"),
        ({"kind": "circular", "number": ""}, "number"),
        ({"signer": " "}, "signer"),
        ({"recipient": ""}, "recipient"),
        ({"kind": "letter"}, "kind"),
    ],
)
def test_what_belongs_to_a_kind_of_document_is_asked_for_beside_its_field(world, frozen, as_, change, field):
    with pytest.raises(ValidationError) as found:
        draft_head(by=world.staff, assessment=frozen, data=HEAD | change)
    assert field in found.value.message_dict
    answer = as_("staff").post(f"/results/{frozen.pk}/report/", HEAD | change)
    assert answer.status_code == 422 and not ReportDraft.objects.exists()


def test_a_circular_says_so_from_its_title_to_its_last_line_and_keeps_the_words(world, frozen):
    draft_words(by=world.staff, assessment=frozen, key="mean", text=words(frozen, "mean") + "情况如上。")
    draft_head(by=world.staff, assessment=frozen, data=DOWN)
    body = drafted(frozen).body
    assert body["title"].endswith("的通报") and body["kind"] == "circular" and body["signer"] == ""
    assert words(frozen, "closing").endswith("特此通报。") and words(frozen, "mean").endswith("情况如上。")
    report = assessment_publish(by=world.party_secretary, assessment=frozen)
    assert (report.body["number"], report.body["recipient"]) == ("云测党〔2026〕9号", "各党支部")


def test_another_kind_of_document_goes_to_whom_it_is_for_unless_somebody_wrote_it(world, frozen, as_):
    up = drafted(frozen).body["recipient"]
    chosen = DOWN | {"recipient": up}
    draft_head(by=world.staff, assessment=frozen, data=chosen)
    assert drafted(frozen).body["recipient"] == "各党支部"
    draft_head(by=world.staff, assessment=frozen, data=HEAD | {"recipient": "各党支部"})
    assert drafted(frozen).body["recipient"] == up
    report = assessment_publish(
        by=world.party_secretary, assessment=frozen, head=Head("circular", DOWN["number"], "", up)
    )
    assert report.body["recipient"] == "各党支部"
    page = as_("staff").get(f"/reports/{report.pk}/").content.decode()
    assert "本通报数据已冻结" in page and "本报告" not in page


def test_the_form_chosen_at_publication_counts(world, frozen):
    head = Head("report", "云测党〔2026〕9号", "签发人乙", "局党组")
    report = assessment_publish(by=world.party_secretary, assessment=frozen, head=head)
    assert (report.body["signer"], report.body["number"]) == ("签发人乙", head.number)
    assert "签发人乙" not in str(report.body["sections"])


def test_what_is_published_is_locked(world, frozen, as_):
    assessment_publish(by=world.party_secretary, assessment=frozen)
    for act in (
        lambda: draft_words(by=world.staff, assessment=frozen, key="mean", text="平均"),
        lambda: draft_head(by=world.staff, assessment=frozen, data=HEAD),
        lambda: draft_refresh(by=world.staff, assessment=frozen),
    ):
        with pytest.raises(Conflict):
            act()
    client = as_("staff")
    assert client.get(f"/results/{frozen.pk}/report/").status_code == 409
    assert client.post(f"/results/{frozen.pk}/report/words/", {"key": "mean", "text": "平均"}).status_code == 409


def test_a_trial_is_read_as_a_draft_and_not_written(quarter, as_):  # noqa: F811
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        assessment = assessment_trial(by=quarter.staff, period=Q3)
        page = as_("staff").get(f"/results/{assessment.pk}/report/").content.decode()
        assert "数字随数据变化" in page and "report-pencil" not in page
        with pytest.raises(Conflict):
            draft_words(by=quarter.staff, assessment=assessment, key="mean", text="平均")


def test_whoever_does_not_assess_at_the_root_writes_nothing(world, frozen):
    for who in (world.secretary_a, world.leader, world.discipline):
        with pytest.raises((Forbidden, Http404)):
            draft_words(by=who, assessment=frozen, key="mean", text=words(frozen, "mean"))


def test_words_survive_a_second_freeze_where_their_numbers_did(world, frozen):
    draft_words(by=world.staff, assessment=frozen, key="closing", text=words(frozen, "closing") + "妥否，请批示。")
    before = words(frozen, "mean")
    draft_words(by=world.staff, assessment=frozen, key="mean", text=before + "情况如上。")
    assessment_unfreeze(by=world.committee_secretary, assessment=frozen, reason="一条记录有误")
    row = frozen.results.filter(state="complete").order_by("pk").first()
    type(row).objects.filter(pk=row.pk).update(total=row.total - 7)
    frozen.refresh_from_db()
    assert frozen.state == AssessmentState.SENT
    with clock.at(timezone.make_aware(datetime(2026, 10, 21, 9))):
        again = assessment_freeze(by=world.committee_secretary, assessment=frozen)
        stands = drafted(again)
        assert stands.lost == ("mean",) and words(again, "mean") != before + "情况如上。"
        assert words(again, "closing").endswith("妥否，请批示。")


def test_deadlines_in_the_past_are_taken_anew_before_publication(world, frozen):
    draft_head(by=world.staff, assessment=frozen, data=HEAD)
    assert drafted(frozen).body["actions"]
    with clock.at(timezone.make_aware(datetime(2026, 12, 20, 9))):
        with pytest.raises(Conflict, match="重新取数"):
            assessment_publish(by=world.party_secretary, assessment=frozen)
        draft_refresh(by=world.staff, assessment=frozen)
        assert assessment_publish(by=world.party_secretary, assessment=frozen).pk


def test_the_pages_of_a_draft(frozen, as_):
    client, url = as_("staff"), f"/results/{frozen.pk}/report/"
    page = client.get(url).content.decode()
    assert "草稿，未发布" in page and "改文字" in page and "公文要素" in page
    assert "打开草稿" in client.get("/reports/").content.decode()
    form = client.get(f"{url}?edit=mean").content.decode()
    assert 'name="text"' in form
    text = words(frozen, "mean") + "多出 7 项"
    answer = client.post(f"{url}words/", {"key": "mean", "text": text, "seen": drafted(frozen).mark})
    assert answer.status_code == 422 and "多出 7 项" in answer.content.decode() and "多了 7" in answer.content.decode()
    answer = client.post(f"{url}words/", {"key": "mean", "text": words(frozen, "mean") + "情况如上。"})
    assert answer.status_code == 302 and "改前" in client.get(url).content.decode()
    assert client.post(f"{url}words/", {"key": "no-such", "text": "文字"}).status_code == 409
    data = client.post(f"{url}docx/").content
    said = "".join(p.text for p in docx.Document(io.BytesIO(data)).paragraphs)
    assert "（试算稿，未发布）" in said and "情况如上。" in said
    assert client.post(f"{url}refresh/", {"seen": "0" * 16}).status_code == 409
    assert client.post(f"{url}refresh/").status_code == 302

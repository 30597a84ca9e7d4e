"""Whoever goes back in the browser after submitting meets the record as it stands, and is told what he can do."""

import pytest
from django.urls import reverse

from members.activities.models import Activity, ActivityState
from tests.members.activities.records import draft, filled, only, submitted

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("columns", "title", "todo"),
    [
        ({}, "这条记录已提交", "点“撤回”"),
        ({"review_opened_at": "2026-11-20T09:00:00+08:00"}, "这条记录已提交", "请审核人退回"),
        ({"state": ActivityState.ACCEPTED}, "这条记录已提交", "点“更正”"),
        ({"state": ActivityState.CANCELLED}, "计划已取消，不能再填写", "另记一次"),
    ],
)
def test_the_form_of_a_closed_record_shows_it_and_what_to_do(world, as_, columns, title, todo):
    record = submitted(world.branch_a, world.secretary_a)
    Activity.objects.filter(pk=record.pk).update(**columns)
    answer = as_("secretary_a").get(reverse("activity_edit", args=[record.pk]))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert title in page
    assert todo in page and record.title in page
    assert f'href="{reverse("activity_detail", args=[record.pk])}"' in page and "查看这条记录" in page
    assert "您填写的内容" not in page


def test_what_was_sent_once_more_stays_to_be_copied(world, as_):
    record = draft(world.branch_a, world.secretary_a)
    secretary, url = as_("secretary_a"), reverse("activity_edit", args=[record.pk])
    data = filled(world.branch_a, content="第一次。", version=record.version, form_key=None, do="submit")
    assert secretary.post(url, data).status_code == 302
    answer = secretary.post(url, data | {"content": "第二次。"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "这条记录已提交" in page
    assert "第二次。" in page and "没有保存，可复制" in page and "第一次。" in page
    assert only().content == "第一次。"

"""A whole identity number typed where it does not belong is refused beside its field, and hidden in the trail (C46)."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from branches import audit
from branches.audit.models import AuditEntry
from branches.notices.models import Feedback
from common.numbers import holds_identity_number, identity_masked
from common.uploads.archives import RefusedFile
from common.uploads.sniffing import check_upload
from members.activities.models import Activity
from tests.members.activities.records import filled

# Invented: the check character fits, the area code is nobody's.
NUMBER = "110101199003070130"


@pytest.fixture(autouse=True)
def _fits():
    assert holds_identity_number(f"身份证 {NUMBER[:6]} {NUMBER[6:]}，请核")


@pytest.mark.parametrize("text", ["110101199003070135", "编号 202611250001234567", "经费 123,456,789.00 元", ""])
def test_other_long_numbers_are_none(text):
    assert not holds_identity_number(text)


@pytest.mark.parametrize(
    "text", [f"3 {NUMBER}", f"3\t{NUMBER}", f"13812345678 {NUMBER}", f"{NUMBER} 13812345678", f"1 {NUMBER}  2 {NUMBER}"]
)
def test_a_row_copied_out_of_a_table_holds_one(text):
    """A running number or a telephone beside it, between blanks, makes no other number of it."""
    assert holds_identity_number(text) and NUMBER not in identity_masked(text)
    for other in ("13812345678", "3"):
        assert (other in text.split()) == (other in identity_masked(text).split())


def test_the_name_of_a_file_does_not_carry_it():
    with pytest.raises(RefusedFile, match="文件名中有公民身份号码"):
        check_upload(SimpleUploadedFile(f"甲{NUMBER}.txt", "决议".encode()))


@pytest.mark.parametrize("field", ["title", "content", "place"])
def test_a_record_does_not_take_it(world, as_, field):
    data = filled(world.branch_a) | {field: f"到会人员 {NUMBER}", "do": "save"}
    answer = as_("secretary_a").post("/activities/new/", data)
    assert answer.status_code == 422 and "这里不能写公民身份号码" in answer.content.decode()
    assert not Activity.objects.exists()


def test_nor_does_feedback(world, as_):
    answer = as_("secretary_a").post("/feedback/", {"text": f"请查 {NUMBER}", "page": "/"})
    assert "这里不能写公民身份号码" in answer.content.decode() and not Feedback.objects.exists()


def test_what_reaches_the_trail_all_the_same_is_masked_there(world):
    before, after = {"title": "旧"}, {"title": f"新 {NUMBER}", "rows": [NUMBER]}
    audit.record(by=world.staff, verb="x.y", obj=NUMBER, before=before, after=after, note=f"见 {NUMBER}")
    entry = AuditEntry.objects.latest("pk")
    assert NUMBER not in entry.payload + entry.object_name and "0130" in entry.object_name


def test_a_number_typed_into_an_address_is_not_carried_on_by_the_page(world, as_):
    page = as_("staff").get(f"/members/?q={NUMBER}&page=1").content.decode()
    assert "请勿在地址中留下" in page
    assert not [link for link in re.findall(r'(?:href|action|formaction)="([^"]*)"', page) if NUMBER in link]

"""A list that its filter leaves empty: its heading does not say that there is nothing at all, and a link leads back to all."""

import lxml.html
import pytest

pytestmark = pytest.mark.django_db

NOBODY = "鼎鼎"


@pytest.mark.parametrize(
    ("who", "address", "back"),
    [
        ("staff", f"/activities/?q={NOBODY}", "/activities/"),
        ("staff", f"/resolutions/?q={NOBODY}", "/resolutions/"),
        ("staff", f"/members/?q={NOBODY}", "/members/"),
        ("staff", f"/organisations/?q={NOBODY}", "/organisations/"),
        ("staff", "/requirements/?state=exempt&rule=care-promise", "/requirements/"),
        ("staff", "/exemptions/?state=revoked", "/exemptions/"),
        ("staff", f"/rules/?q={NOBODY}", "/rules/"),
        ("staff", f"/supervision/?issuer={NOBODY}", "/supervision/"),
        ("staff", "/supervision/problems/?done=1", "/supervision/problems/"),
        ("staff", f"/collects/?q={NOBODY}", "/collects/"),
        ("staff", f"/policies/?q={NOBODY}", "/policies/"),
        ("staff", f"/campaigns/?q={NOBODY}", "/campaigns/"),
        ("staff", f"/practices/?q={NOBODY}", "/practices/"),
        ("staff", f"/resources/?q={NOBODY}", "/resources/"),
        ("staff", f"/development/?q={NOBODY}", "/development/"),
        ("staff", f"/transfers/?q={NOBODY}", "/transfers/"),
        ("staff", f"/honours/?q={NOBODY}&year=2025", "/honours/?year=2025"),
        ("staff", f"/duties/lists/?q={NOBODY}&year=2025", "/duties/lists/?year=2025"),
        ("staff", f"/cadres/records/?q={NOBODY}", "/cadres/records/"),
        ("administrator", f"/accounts/?q={NOBODY}", "/accounts/"),
        ("auditor", f"/audit/?object_name={NOBODY}", "/audit/"),
        ("committee_secretary", f"/appointments/?q={NOBODY}", "/appointments/"),
        ("committee_secretary", f"/slips/?q={NOBODY}", "/slips/"),
    ],
)
def test_nothing_fits_and_a_link_leads_back(world, as_, who, address, back):
    answer = as_(who).get(address)
    assert answer.status_code == 200
    page = lxml.html.fromstring(answer.content.decode())
    (heading,) = page.xpath("//h1")
    assert "还没有" not in heading.text_content() and "没有登记" not in heading.text_content()
    empty = page.xpath("//main//*[contains(concat(' ', @class, ' '), ' dj-empty ')]")
    assert empty
    for one in empty:
        assert "没有符合条件的" in one.text_content()
        assert one.xpath(".//a/@href") == [back]


def test_what_is_not_narrowed_says_that_there_is_nothing_yet(world, as_):
    page = as_("staff").get("/resources/")
    assert page.context["title"] == "还没有共享资源"
    assert "清除筛选" not in page.content.decode()


def test_rates_that_a_filter_leaves_empty_do_not_say_that_nothing_was_due(world, as_):
    assert as_("staff").get("/sync/rates/").context["title"] == "还没有到期的环节"
    assert as_("staff").get(f"/sync/rates/?word={NOBODY}").context["title"] == "没有符合条件的到期环节"

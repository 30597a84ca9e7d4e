"""The page of a report: every number and step leads somewhere its reader may go, and beside it stands what it is."""

import copy
import re
from datetime import datetime

import pytest
from django.utils import timezone

from assessments.reports import annexes, basis, builder, documents, reading, work
from assessments.results.models import Score
from common import clock
from common.periods import Period
from responsibilities.duties.models import Level
from tests.assessments.reports.random_results import Maker, branches_of, kept
from tests.responsibilities.duties.world import issue, make
from tests.responsibilities.work.random_work import build_work
from tests.shared import made_once

pytestmark = pytest.mark.django_db


def make_report(world):
    branches, maker, period = branches_of(world, 5), Maker(3), Period.parse("2026Q3")
    make(levels=[Level.PARTY_GROUP, Level.COMMITTEE, Level.BRANCH])
    issue()
    build_work(world, 3, items=8)
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        maker.assessment(period.previous(), branches)
        made = maker.assessment(period, branches)
        return kept(made, builder.build(made, anchor="1:" + "a" * 64), world)


kept_report = made_once(make_report)


@pytest.fixture
def report(kept_report, world):
    return copy.deepcopy(kept_report)


@pytest.mark.parametrize("who", ["party_secretary", "staff", "leader", "discipline"])
def test_what_is_underlined_leads_to_a_list_that_the_reader_may_see(report, as_, who):
    client = as_(who)
    page = client.get(f"/reports/{report.pk}/").content.decode()
    text = page[page.index('<article class="report-paper">') : page.index("</article>")]
    links = {href.replace("&amp;", "&") for href in re.findall(r'href="([^"]+)"', text)}
    assert any("state=missing" in href for href in links) and any("level=committee" in href for href in links)
    # A number that no page lists exactly is no link.
    assert not [href for href in links if href in ("/duties/", "/scores/") or "view=overdue" in href]
    for href in sorted(links):
        if href.startswith("#"):
            assert f'id="{href[1:]}"' in page, href
        else:
            answer = client.get(href)
            assert answer.status_code == 200, href
            # The report's figures are frozen, the boards are of today and say so.
            if href.partition("?")[0] in ("/duties/", "/sync/"):
                assert "报告中的数据截至 2026年" in answer.content.decode(), href


@pytest.mark.parametrize("day", ["", "gestern", "2026-13-01", "9999-12-31", "<b>"])
def test_a_day_of_figures_that_is_none_is_not_repeated(world, as_, day):
    for address in ("/duties/", "/sync/"):
        answer = as_("staff").get(address, {"reported": day})
        assert answer.status_code == 200 and "报告中的数据截至" not in answer.content.decode()


def test_the_side_says_version_lock_length_contents_and_attachments(report, as_):
    page = as_("party_secretary").get(f"/reports/{report.pk}/").content.decode()
    begins = page.index('<aside class="report-side')
    side = page[begins : page.index("</aside>", begins)]
    assert "第 1 版" in side and "得分已锁定" in side
    assert f"正文和表 {reading.characters(report.body)} 字" in side and "请精简" not in side
    for number, title in zip("一二三四五六", [section["title"] for section in report.body["sections"]], strict=True):
        assert f"{number}、{title}" in side
    for annex in annexes.annexes_of(report.body):
        assert f"{annex.number}. {annex.title}" in side and f'id="annex-{annex.key}"' in page


def test_a_text_that_is_too_long_is_warned_of_beside_it(report, as_):
    body = report.body
    body["opening"][0]["text"] += "述" * 4000
    type(report).objects.filter(pk=report.pk)._raw_delete("default")
    longer = type(report)(assessment=report.assessment, organisation=report.organisation, title=report.title, body=body)
    longer.anchor = report.anchor
    longer.save()
    page = as_("party_secretary").get(f"/reports/{longer.pk}/").content.decode()
    assert "report-too-long" in page and "请精简后再印发" in page


def test_the_page_that_stands_alone_is_the_same_in_parts(report, monkeypatch):
    body = report.body

    def page(part):
        monkeypatch.setattr(documents, "PART", part)
        return re.sub(r"\s+", " ", documents.render(body, "html").decode())

    whole = page(1000)
    assert page(1) == page(2) == whole
    sheets = re.findall(r'<section id="branch-(\d+)">', whole)
    assert sheets == [row["key"] for row in body["chapters"]] and len(sheets) == 5
    # What stands alone leads nowhere.
    assert 'href="/' not in whole[whole.index('<section id="branch-') :]


def test_a_report_written_in_parts_says_the_same(report, monkeypatch):
    def written(part):
        monkeypatch.setattr(basis, "PART", part)
        monkeypatch.setattr(work, "PART", part)
        with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
            return builder.build(report.assessment, anchor="1:" + "a" * 64)

    # Past the guard of what is published, which is not what is tested here.
    for number, score in enumerate(Score.objects.filter(result__assessment=report.assessment)):
        said = [{"text": f"主题党日{place}", "url": "/activities/1/"} for place in range(number % 7)]
        Score._base_manager.filter(pk=score.pk).update(evidence=said)
    whole = written(1000)
    assert whole["work"]["levels"] and any(row["evidence"] for one in whole["chapters"] for row in one["indicators"])
    assert written(1) == written(2) == whole

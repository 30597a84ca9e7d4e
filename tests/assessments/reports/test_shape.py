import json

import pytest

from assessments.reports.extract import for_branches
from assessments.reports.reading import characters, length_warning, signed
from assessments.reports.shape import WrongShape, check, period_of
from tests.assessments.reports.sample import report, trial


def test_a_whole_report_passes_and_survives_json():
    assert check(report()) == json.loads(json.dumps(report(), ensure_ascii=False))
    assert check(trial())["state"] == "trial"
    assert str(period_of(report())) == "2026Q3"


def test_a_report_published_before_the_chapter_on_work_stays_readable():
    older = {key: value for key, value in report().items() if key != "work"} | {"shape": 1}
    assert check(older) == older
    assert for_branches(older, [6])["title"].startswith("投资处党支部")
    with pytest.raises(WrongShape, match="work"):
        check(older | {"shape": 2})


def broken(path, value):
    data = report()
    part = data
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return data


@pytest.mark.parametrize(
    "path, value, place",
    [
        (["agency"], " ", "agency"),
        (["number"], "发改党考(2026)3号", "number"),
        (["number"], "发改党考〔2026〕03号", "number"),
        (["period"], "2026Q5", "period"),
        (["as_of"], "2026-02-30", "as_of"),
        (["state"], "draft", "state"),
        (["published_on"], None, "published_on"),
        (["anchor"], None, "anchor"),
        (["anchor"], "18342", "anchor"),
        (["shape"], 4, "shape"),
        (["branches", 3, "score"], 93.5, r"branches\[3\].score"),
        (["branches", 3, "scores"], {"life": "1.0"}, "投资评审中心"),
        (["branches", 3, "scores", "life"], "很好", "scores.life"),
        (["summary", 0, "strong"], ["句外"], "句外"),
        (["chapters", 0, "indicators", 0, "reasons", 0, "points"], "", "reasons"),
        (["adjustments", 0, "reason"], "", "reason"),
        (["extra"], 1, "extra"),
        (["overall"], [], "overall"),
        (["actions"], {}, "actions"),
    ],
)
def test_what_cannot_be_rendered_is_refused_by_its_place(path, value, place):
    with pytest.raises(WrongShape, match=place):
        check(broken(path, value))


def test_a_missing_key_is_named():
    data = report()
    del data["signature"]
    with pytest.raises(WrongShape, match="signature"):
        check(data)


def test_a_text_over_four_thousand_characters_is_warned_of():
    assert length_warning(report()) == ""
    data = report()
    short = 4000 - characters(data)
    data["notes"].append("述" * short)
    assert characters(data) == 4000 and length_warning(data) == ""
    data["notes"][-1] += "评"
    assert length_warning(data) == "正文约 4001 字，超过 4000 字，请精简后再印发。"


def test_the_extract_of_a_branch_names_no_other_branch_and_no_rank():
    data = report()
    for place, row in enumerate(data["branches"], 1):
        row["rank"] = place
    own = check(for_branches(data, [6]))
    text = json.dumps(own, ensure_ascii=False)
    for name in ("能源处", "社会处", "人事处", "办公室", "综合处"):
        assert name not in text
    assert own["work"] is None
    assert own["branches"][0]["rank"] is None and own["branches"][0]["score"] == "88.0"
    assert [chapter["name"] for chapter in own["chapters"]] == ["投资处党支部"]
    assert data["comparison"] is not None and len(data["branches"]) == 8
    with pytest.raises(KeyError):
        for_branches(data, [99])


@pytest.mark.parametrize("figure, shown", [("3.5", "+3.5"), ("-5.5", "−5.5"), ("−5.5", "−5.5"), ("0.0", "0.0")])
def test_changes_carry_their_sign(figure, shown):
    assert signed(figure) == shown

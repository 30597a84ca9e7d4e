"""「还属于」: what is offered, ticked by the system, kept from one showing to the next, tied and taken back."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.activities.belonging import Belonging, Chip, choose
from members.activities.likeness import wanted
from responsibilities.belongs import subjects
from tests.members.activities.records import draft, submitted

pytestmark = pytest.mark.django_db
NAMES = {1: "窗口争创", 2: "窗口服务月", 3: "青年理论"}


class Standing:
    """A subject of three things by name, which remembers what was tied to which record."""

    def __init__(self):
        self.ties, self.log, self.refuses = {}, [], ""
        self.fitting = {1, 2, 3}

    def belonging(self):
        return Belonging("z", "试题", self.suggest, self.tied, self.tie, self.untie)

    def suggest(self, draft):
        held = self.ties.get(draft.activity.pk, set()) if draft.activity else set()
        return [
            Chip(f"z{pk}", name, likeness=draft.like(wanted(name)).weight, fits=pk in self.fitting)
            for pk, name in NAMES.items()
            if pk not in held
        ]

    def tied(self, user, activity):
        return [Chip(f"z{pk}", NAMES[pk]) for pk in sorted(self.ties.get(activity.pk, ()))]

    def tie(self, by, activity, pk, system):
        if self.refuses:
            raise ValidationError(self.refuses)
        self.ties.setdefault(activity.pk, set()).add(pk)
        self.log.append(("tie", pk, system))

    def untie(self, by, activity, pk, reason):
        self.ties.get(activity.pk, set()).discard(pk)
        self.log.append(("untie", pk, reason))


@pytest.fixture
def standing(monkeypatch):
    standing = Standing()
    monkeypatch.setattr(subjects, "SUBJECTS", (standing.belonging(),))
    return standing


def slot(as_, world, **said):
    data = {"organisation": world.branch_a.pk, "kinds": ["assembly"], "day": "2026-11-20", **said}
    client = as_("secretary_a")
    return client.post(reverse("record_belongs"), data, headers={"HX-Request": "true"}).content.decode()


def box(page, key):
    """Return the box of a key: None where it is not offered, else whether it is ticked."""
    parts = [part for part in page.split("<input")[1:] if 'name="belongs"' in part and f'value="{key}"' in part]
    return " checked" in parts[0].split(">")[0] if parts else None


def test_exactly_one_that_shares_words_and_fits_is_ticked(as_, world, standing):
    page = slot(as_, world, title="青年理论宣讲")
    assert box(page, "z3") is True and box(page, "z1") is None
    assert '<input type="hidden" name="system" value="z3">' in page


def test_of_several_none_is_ticked_and_without_a_word_nothing_is_offered(as_, world, standing):
    page = slot(as_, world, title="窗口服务月启动、窗口争创")
    assert box(page, "z1") is False and box(page, "z2") is False
    assert box(slot(as_, world, title="传达文件"), "z1") is None


def test_a_subject_without_a_chip_takes_no_room_before_there_is_a_draft(as_, world, standing):
    page = slot(as_, world, title="传达文件")
    assert "试题" not in page and "等时，会列在这里" in page
    record = draft(world.branch_a, world.secretary_a, title="传达文件")
    page = slot(as_, world, title="传达文件", record=record.pk)
    assert "另有 3 项" in page and reverse("record_belongings", args=[record.pk]) in page


def test_one_that_fits_beside_one_that_does_not(as_, world, standing):
    standing.fitting = {2}
    page = slot(as_, world, title="窗口服务月启动、窗口争创")
    assert box(page, "z2") is True and box(page, "z1") is False


def test_what_was_unticked_stays_unticked_and_what_was_ticked_stays(as_, world, standing):
    page = slot(as_, world, title="青年理论宣讲", shown=["z3"], system=["z3"])
    assert box(page, "z3") is False
    page = slot(as_, world, title="窗口服务月启动、窗口争创", shown=["z1", "z2"], belongs=["z1"])
    assert box(page, "z1") is True and box(page, "z2") is False
    assert box(slot(as_, world, title="传达文件", belongs=["z1"]), "z1") is True


def test_at_most_three_of_a_subject_and_six_in_all(monkeypatch):
    chips = [Chip(f"z{number}", str(number), likeness=number, fits=True) for number in range(1, 9)]
    assert [chip.key for chip in choose(chips)] == ["z8", "z7", "z6"]


def test_what_is_ticked_is_tied_and_what_is_unticked_taken_back(as_, world, standing):
    record = draft(world.branch_a, world.secretary_a)
    url = reverse("record_belongings", args=[record.pk])
    client = as_("secretary_a")
    posted = {"belongs": ["z1", "z3", "x9", "z"], "shown": ["z1", "z2", "z3"], "system": ["z3"]}
    assert client.post(url, posted, headers={"HX-Request": "true"}).status_code == 204
    assert standing.ties[record.pk] == {1, 3} and ("tie", 3, True) in standing.log and ("tie", 1, False) in standing.log
    client.post(url, {"belongs": ["z1"], "shown": ["z1", "z3"]}, headers={"HX-Request": "true"})
    assert standing.ties[record.pk] == {1} and ("untie", 3, "登记时取消") in standing.log


def test_a_submitted_record_loses_a_tie_only_with_a_reason(as_, world, standing):
    record = submitted(world.branch_a, world.secretary_a)
    standing.ties[record.pk] = {1}
    client = as_("secretary_a")
    client.post(reverse("record_belongings", args=[record.pk]), {"shown": ["z1"]})
    assert standing.ties[record.pk] == {1}
    url = reverse("record_belonging_remove", args=[record.pk, "z1"])
    assert "不再属于试题：窗口争创" in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422 and standing.ties[record.pk] == {1}
    assert client.post(url, {"reason": "登记错了"}).status_code == 302
    assert standing.ties[record.pk] == set() and ("untie", 1, "登记错了") in standing.log
    assert client.get(url).status_code == 302, "what is gone already leads back"


def test_the_page_offers_everything_and_says_what_a_subject_refuses(as_, world, standing):
    record = submitted(world.branch_a, world.secretary_a)
    url = reverse("record_belongings", args=[record.pk])
    page = as_("secretary_a").get(url).content.decode()
    assert [box(page, f"z{pk}") for pk in NAMES] == [False, False, False]
    standing.refuses = "载体已经结束。"
    answer = as_("secretary_a").post(url, {"belongs": ["z1"]})
    assert answer.status_code == 422 and "载体已经结束。" in answer.content.decode()
    assert not standing.ties


def test_who_only_reads_the_record_ties_nothing(as_, world, standing):
    record = submitted(world.branch_a, world.secretary_a)
    url = reverse("record_belongings", args=[record.pk])
    assert as_("leader").post(url, {"belongs": ["z1"]}).status_code == 403
    assert as_("secretary_b").post(url, {"belongs": ["z1"]}).status_code == 404
    assert not standing.ties


def test_a_form_that_is_refused_carries_what_was_ticked(as_, world, standing):
    data = {"organisation": world.branch_a.pk, "kinds": ["assembly"], "day": "", "do": "submit", "belongs": ["z2"]}
    page = as_("secretary_a").post(reverse("activity_new"), {**data, "shown": ["z2", "z3"], "system": ["z3"]})
    assert page.status_code == 422
    text = page.content.decode()
    for name, key in (("belongs", "z2"), ("shown", "z3"), ("system", "z3")):
        assert f'<input type="hidden" name="{name}" value="{key}">' in text


def test_the_panel_of_a_record_takes_no_room_without_anything(as_, world, standing):
    record = submitted(world.branch_a, world.secretary_a)
    url = reverse("record_belongings", args=[record.pk])
    answer = as_("secretary_a").get(url, headers={"HX-Request": "true"})
    assert "还属于" in answer.content.decode(), "it may be tied"
    assert as_("leader").get(url, headers={"HX-Request": "true"}).content.decode().strip() == ""

"""「由课题形成」 through the pages: a policy, a practice, a target and a campaign made from a topic each say so to it, once."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from lxml import html

from common import clock
from members.cadres.models import TopicUse
from responsibilities.practices.models import Practice, PracticeSource
from tests.assessments.targets.support import plan_at
from tests.members.cadres.made import found_topic, topic
from tests.responsibilities.practices.support import candidate

pytestmark = pytest.mark.django_db
# What is typed beside what the page has filled in from the topic.
TYPED = {
    "policy": {"issued_on": "2026-03-02"},
    "practice": {"problem": "一项业务走两遍会", "steps": "对好议题"},
    "target": {"measure": "activities.lecture", "planned": "40", "weight": "100"},
    "campaign": {"approach": "drive", "occasion": "高效办成一件事"},
}
BY = dict.fromkeys(TYPED, "staff") | {"practice": "secretary_a"}
WORDS = {"policy": "制度", "practice": "典型经验", "target": "目标", "campaign": "载体"}


def shown(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return html.fromstring(answer.content.decode())


def filled(page):
    """Return (address that the form sends to or None, what it sends as it stands)."""
    form = max((one for one in page.forms if one.method.upper() == "POST"), key=lambda one: len(one.inputs.keys()))
    values = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)
    return form.action, values


def way(world, client, row, kind):
    """Return the address of the form, as one comes to it from the topic."""
    links = [a.get("href") for a in shown(client, reverse("cadres_topic", args=[row.pk])).xpath("//a[@href]")]
    made = [url for url in links if url.endswith(f"?topic={row.pk}")]
    # What his office makes, and what its own organisation, or its reviewer, recommends.
    assert len(made) == (4 if BY[kind] == "staff" else 1), made
    url = next(url for url in made if url.startswith(reverse(_PAGES[kind])))
    if kind != "target":
        return url
    plan = plan_at(world.committee)
    links = [a.get("href") for a in shown(client, url).xpath("//a[@href]")]
    assert f"{reverse('target_new', args=[plan.pk])}?topic={row.pk}" in links
    return f"{reverse('target_new', args=[plan.pk])}?topic={row.pk}"


_PAGES = {"policy": "policy_new", "practice": "practice_new", "target": "target_list", "campaign": "campaign_new"}


@pytest.mark.parametrize("kind", sorted(TYPED))
def test_what_is_made_from_a_topic_is_a_use_of_it(world, as_, kind):
    row, client = found_topic(world, level="taken"), as_(BY[kind])
    url = way(world, client, row, kind)
    action, values = filled(shown(client, url))
    assert (action or url).split("?")[-1] == f"topic={row.pk}", "the form keeps the topic"
    assert row.title in str(values), "its title is filled in"
    assert not TopicUse.objects.exists()
    answer = client.post(url, values | TYPED[kind])
    assert answer.status_code == 302, answer.content.decode()[:3000]
    use = TopicUse.objects.get()
    assert (use.topic, use.about.partition("/")[0], use.day, use.added_by) == (
        row,
        kind,
        clock.today(),
        world.users[BY[kind]],
    )
    assert use.name == f"{WORDS[kind]}：{row.title}"
    page = client.get(reverse("cadres_topic", args=[row.pk])).content.decode()
    assert use.name in page and "用在哪里" in page
    listed = client.get(f"{reverse('cadres_topics')}?state=used").content.decode()
    assert row.title in listed and use.name in listed


@pytest.mark.parametrize("kind", sorted(TYPED))
def test_of_a_topic_without_finding_nothing_is_made_and_nothing_half_written(world, as_, kind):
    row, client = topic(world), as_(BY[kind])
    page = reverse("target_new", args=[plan_at(world.committee).pk]) if kind == "target" else reverse(_PAGES[kind])
    url = f"{page}?topic={row.pk}"
    _, values = filled(shown(client, url))
    answer = client.post(url, values | TYPED[kind])
    assert answer.status_code == 422 and "还没有结题，不能登记转化" in answer.content.decode()
    assert not TopicUse.objects.exists()


@pytest.mark.parametrize("kind", sorted(TYPED))
@pytest.mark.parametrize("asked", ["x", "987654321"])
def test_a_topic_that_is_none_is_not_found(world, as_, kind, asked):
    page = reverse("target_new", args=[plan_at(world.committee).pk]) if kind == "target" else reverse(_PAGES[kind])
    assert as_(BY[kind]).get(f"{page}?topic={asked}").status_code == 404


@pytest.mark.parametrize("who", ["secretary_a", "staff"])
def test_a_practice_grows_from_the_topic_with_its_question_and_finding_filled_in(world, as_, who):
    row, client = found_topic(world, level="taken"), as_(who)
    url = f"{reverse('practice_new')}?topic={row.pk}"
    _, values = filled(shown(client, url))
    assert values["organisation"] == [str(row.organisation_id)]
    assert [values[name][0].strip() for name in ("problem", "steps")] == [row.question, row.finding]
    assert client.post(url, values).status_code == 302
    practice = Practice.objects.get()
    assert [(one.topic, one.activity, one.campaign) for one in practice.sources.all()] == [(row, None, None)]
    page = shown(client, reverse("practice_detail", args=[practice.pk]))
    assert page.xpath(f"//a[@href='{reverse('cadres_topic', args=[row.pk])}']/text()") == [row.title]


def test_who_reviews_elsewhere_recommends_nothing_from_it(world, as_):
    row = found_topic(world, level="taken")
    assert as_("secretary_b").get(f"{reverse('practice_new')}?topic={row.pk}").status_code == 404


def test_a_source_is_exactly_one_thing(world):
    row = found_topic(world)
    practice = candidate(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        PracticeSource.objects.create(practice=practice)
    PracticeSource.objects.create(practice=practice, topic=row)
    with pytest.raises(IntegrityError), transaction.atomic():
        PracticeSource.objects.create(practice=practice, topic=row)

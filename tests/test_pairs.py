"""A word inside a column of many rows: what the index finds is what reading every row finds."""

import pytest
from django.db import connection

from common import clock
from common.pairs import holds, install_pairs
from members.activities.models import Activity

pytestmark = pytest.mark.django_db
TITLES = [
    "学习贯彻党课ABc",
    "党 课",
    "课党",
    "主题党日",
    "",
    "党",
    "ＡＢ党课",
    "a%b_c\\d",
    "ſſ ß ŉ",
    "İstanbul党课",
    "😀党课😀",
]
WORDS = [
    "党课",
    "课A",
    "abC",
    "bC",
    "党",
    "党日",
    "%b",
    "_c",
    "\\d",
    "SS",
    "ss",
    "ß",
    "i̇s",
    "😀党",
    "课😀",
    " 课",
    "无此",
    "学习贯彻党课abc",
]


@pytest.mark.parametrize("word", WORDS)
def test_pairs_find_what_is_found_by_reading(world, word):
    for title in TITLES:
        Activity.objects.create(organisation=world.branch_a, day=clock.today(), state="draft", title=title)
    lookup = "contains" if word.lower() == word.upper() else "icontains"
    slow = set(Activity.objects.filter(**{f"title__{lookup}": word}).values_list("title", flat=True))
    assert set(Activity.objects.filter(holds("title", word)).values_list("title", flat=True)) == slow


def test_the_index_is_made_after_a_migration_once_and_used(world):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no such index")
    install_pairs(("members_activity", "title"), ("members_missing", "title"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE '%%pairs'")
        assert {name for (name,) in cursor.fetchall()} == {"members_activity_title_pairs", "members_member_name_pairs"}
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "members_activity_title_pairs" in Activity.objects.order_by().filter(holds("title", "党课")).explain()

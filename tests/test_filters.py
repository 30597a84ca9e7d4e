"""Filters in the address: what is not understood is left out of every list, and one line says so and what is shown."""

import json
import re

import pytest

from branches.audit.models import AuditEntry
from branches.places import tree
from common import clock
from common.forms import sought
from common.operator import OPERATOR

pytestmark = pytest.mark.django_db

THIS = clock.today().year


@pytest.mark.parametrize(
    ("who", "address", "said"),
    [
        ("staff", "/sync/?state=quatsch", "状态“quatsch”（显示全部）"),
        ("staff", "/sync/?period=2099", f"期间“2099”（显示{THIS}年度）"),
        ("staff", "/sync/rates/?period=2026Q9", f"期间“2026Q9”（显示{THIS}年度）"),
        ("staff", "/sync/rates/?by=colour", "分组“colour”（显示按党组织）"),
        ("staff", "/duties/?year=1066", f"年度“1066”（显示{THIS}年）"),
        ("staff", "/duties/?view=none", "显示方式“none”（显示按层级）"),
        ("staff", "/duties/lists/?state=x&year=2099", f"年度“2099”（显示{THIS}年）；状态“x”（显示全部）"),
        ("staff", "/supervision/?state=x", "状态“x”（显示全部）"),
        ("staff", "/supervision/?sort=x", "排序“x”（显示时限从早到晚）"),
        ("staff", "/rules/?group=x", "类别“x”（显示全部）"),
        ("staff", "/supervision/problems/?done=7", "销号“7”（显示全部）"),
        ("staff", "/practices/?building=x", "方面“x”（显示全部）"),
        ("staff", "/practices/?sort=x", "排序“x”（显示推广中的在前）"),
        ("staff", "/campaigns/?kind=x", "类别“x”（显示全部）"),
        ("staff", "/campaigns/?year=1066", f"年度“1066”（显示{THIS}年）"),
        ("staff", "/collects/?state=x", "状态“x”（显示全部）"),
        ("staff", "/policies/?flag=x", "机制“x”（显示全部）"),
        ("staff", "/policies/?building=x", "方面“x”（显示全部）"),
        ("staff", "/requirements/?period=2099", f"期间“2099”（显示{THIS}年度）"),
        ("staff", "/dashboard/?period=2026", "总览按季度显示，请选择季度（显示"),
        ("staff", "/scores/?year=2099", f"年度“2099”（显示{THIS}年）"),
        ("staff", "/scores/?group=x&part=y&order=z", "类别“x”（显示全部类别）"),
        ("staff", "/cadres/records/?year=2099", f"年度“2099”（显示{THIS}年）"),
        ("staff", "/cadres/?post=x", "职务“x”（显示全部职务）"),
        ("staff", "/cadres/classes/?year=1066", f"年度“1066”（显示{THIS}年）"),
        ("staff", "/cadres/topics/?state=x", "状态“x”（显示全部）"),
        ("staff", "/education/unknown/?year=1066", f"年度“1066”（显示{THIS}年）"),
        ("staff", "/members/?stage=x", "类别“x”（显示党员）"),
        ("staff", "/education/?year=1066", f"年度“1066”（显示{THIS}年）"),
        ("staff", "/organisations/?kind=x", "类别“x”（显示全部）"),
        ("staff", "/dues/?month=x", f"月份“x”（显示{THIS}年"),
        ("staff", "/dues/?month=2026", f"月份“2026”（显示{THIS}年"),
        ("staff", "/resolutions/?state=x", "状态“x”（显示全部）"),
        ("secretary_a", "/resources/?kind=x&day=y", "类别“x”（显示全部）"),
        ("staff", "/activities/?sort=x&state=y", "状态“y”（显示全部状态）；排序“x”（显示日期从新到旧）"),
        ("staff", "/reviews/?found=x", "疑点“x”（显示全部）"),
        ("committee_secretary", "/appointments/?role=x", "角色“x”（显示全部）"),
        ("committee_secretary", "/slips/?state=x", "状态“x”（显示全部）"),
        ("secretary_a", "/slips/members/?organisation=x", "党支部“x”（显示甲处党支部）"),
        ("administrator", "/accounts/?state=x", "状态“x”（显示全部）"),
        ("administrator", "/jobs/?state=x", "状态“x”（显示全部）"),
        ("auditor", "/audit/?verb=x", "动作“x”（显示全部）"),
        ("auditor", "/audit/who-saw/?first=x", "自“x”（显示全部）"),
    ],
)
def test_a_filter_that_is_not_understood_is_named_with_what_is_shown(world, as_, who, address, said):
    answer = as_(who).get(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("已忽略不能识别的筛选条件") == 1 and said in page, said


@pytest.mark.parametrize("address", ["/activities/", "/resolutions/", "/supervision/", "/requirements/"])
def test_an_archived_place_says_so_in_every_filter_that_offers_it(address, world, as_):
    tree.organisation_archive(by=OPERATOR, organisation=world.branch_c)
    options = re.findall(r"<option[^>]*>([^<]*丙中心党支部[^<]*)<", as_("staff").get(address).content.decode())
    assert options and all("（已撤销）" in option for option in options), options


def test_what_was_typed_is_shown_as_text_and_cut(world, as_):
    page = as_("staff").get("/collects/?state=<script>x</script>" + "9" * 50).content.decode()
    assert "状态“&lt;script&gt;x&lt;/script&gt;99”" in page and "<script>x" not in page


def test_a_long_number_typed_as_a_name_is_not_repeated(world, as_):
    page = as_("staff").get("/members/?q=110101199001011234").content.decode()
    line = page[page.index("已忽略不能识别的筛选条件") :][:200]
    assert "请勿在地址中留下证件号码" in line and "110101199001011234" not in line


def test_a_period_that_is_not_offered_stands_in_the_list_while_it_is_shown(world, as_):
    page = as_("staff").get(f"/sync/?period={THIS - 3}").content.decode()
    assert "已忽略" not in page and f'<option value="{THIS - 3}" selected>' in page
    assert f'<option value="{THIS}" selected>' in as_("staff").get("/sync/?period=2099").content.decode()


def test_the_fields_are_folded_on_the_phone_and_say_when_they_narrow_the_list(world, as_):
    client = as_("staff")
    for address in ("/sync/", "/duties/", f"/duties/?year={THIS}", "/sync/rates/?state=quatsch"):
        page = client.get(address).content.decode()
        assert 'aria-expanded="false"' in page and "筛选条件</button>" in page, address
    for address in ("/sync/?kind=city", "/duties/?state=overdue"):
        assert "筛选条件（已筛选）</button>" in client.get(address).content.decode(), address


@pytest.mark.parametrize("address", ["/activities/", "/requirements/", "/members/", "/duties/", "/supervision/"])
def test_of_too_many_organisations_one_is_found_by_name(address, world, as_, monkeypatch):
    monkeypatch.setattr(sought, "OFFERED", 2)
    client, place = as_("staff"), world.branch_a

    def drawn(query):
        answer = client.get(f"{address}?{query}")
        page = answer.content.decode()
        select = re.search(r'<select name="organisation".*?</select>', page, re.S).group()
        return re.findall(r'<option value="(\d+)"( selected)?', select), page, answer.context["form"].chosen()

    options, page, chosen = drawn("")
    assert options == [] and 'name="organisation_q"' in page and not chosen.get("organisation")
    for query in (
        "organisation_q=甲处",
        "organisation_q=JCDZB",
        f"organisation={place.pk}",
        f"organisation_q=支部&organisation={place.pk}",
    ):
        options, page, chosen = drawn(query)
        assert (str(place.pk), " selected") in options and chosen["organisation"] == place, query
    options, page, chosen = drawn("organisation_q=党支部")
    assert len(options) == 5 and not chosen.get("organisation")
    assert "名称含“党支部”的党组织有 5 个，请从列表中选一个" in page and 'value="党支部"' in page
    assert "没有名称含“无此名”的党组织，请换一个词" in drawn("organisation_q=无此名")[1]
    # What lies outside the reach is neither found nor chosen.
    other = as_("secretary_b").get(f"{address}?organisation_q=甲处").content.decode()
    assert f'<option value="{place.pk}"' not in other


@pytest.mark.parametrize(
    ("who", "address", "said"),
    [
        (
            "staff",
            "/organisations/export/?kind=branch&archived=on&q=党",
            "名称或拼音首字母：党；类别：党支部；含已撤销",
        ),
        ("staff", "/organisations/departments/export/?state=open", "情况：未覆盖"),
        ("staff", "/requirements/export/?period=2026Q2&state=overdue", "期间：2026年第二季度；状态：逾期"),
        ("staff", "/supervision/export/", ""),
        ("staff", "/activities/export/?organisation={branch_a}&state=accepted", "党组织：甲处党支部"),
        ("staff", "/sync/export/?period=2026&stage=study", "2026年度"),
        ("staff", "/resolutions/export/?state=quatsch", ""),
        ("organiser_a", "/education/export/?year=2026", "year：2026"),
    ],
)
def test_the_audit_tells_in_words_what_a_file_was_narrowed_to(who, address, said, world, as_):
    answer = as_(who).post(address.format(branch_a=world.branch_a.pk))
    assert answer.status_code == 200, address
    note = json.loads(AuditEntry.objects.filter(verb__endswith="export").latest("pk").payload).get("note", "")
    assert note == said if not said or "；" in said else said in note, note
    assert "%" not in note and "=" not in note

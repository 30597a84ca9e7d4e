"""Every page of the demo agency in a real browser: no barrier, no sideways scrolling, no dead link, no complaint."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest

from common import clock
from tests.browser.chromium import DESK, faults
from tests.browser.test_pages_by_state import BY_STATE
from tests.browser.walk import links_of, name_of, walk
from tests.examples import BRIEF
from tests.matrix import all_rows
from tests.paths import DATA
from tests.security.factors import shown

BROKEN = DATA / "agency-broken"
ROLES = ("zuzhang", "ganbu", "dangwei", "shuji", "zongzhi", "lingdao", "daiban", "dangyuan", "admin", "audit")
# Answers that are no page: for monitors, one-time, a file, or a fragment of one; what stands between password and code
# (test_second_factor.py looks at it); what needs a provider of identities
# (tests/security/test_single_sign_on.py); what is posted to, and leads back to its list (test_slips.py and roster/test_forgetting.py look at the answers).
NO_PAGES = {
    "login_code",
    "sso_start",
    "sso_callback",
    "identity_start",
    "identity_link",
    "identity_unlink",
    "healthz",
    "readyz",
    "first_login",
    "slip_again",
    "appointment_withdraw",
    "assistant_withdraw",
    "forget_confirm",
    "slip_members_make",
    "slip_secretaries_make",
    "attachment_download",
    "paper_download",
    "collect_held",
    "import_blank",
    "import_progress",
    "own_brief",
    "own_correction",
    "setting_consequence",
    "stage_consequence",
    "stage_gain",
    "way_hint",
    # Leads on to the form of a record.
    "care_to_visit",
    # Files, and what answers with the page it belongs to.
    "offer_calendar",
    "own_calendar_feed",
    "target_sheet",
    "opinion_submit",
    "record_belonging_remove",
    "care_import_progress",
    "care_import_sheet",
    "case_import_progress",
    "case_import_sheet",
    "honour_import_progress",
    "honour_import_sheet",
    "worker_import_progress",
    "worker_import_sheet",
    "owed_by_own",
    "owed_by_member",
    "policy_import_progress",
    "policy_import_sheet",
    "work_import_progress",
    "work_import_sheet",
    # Only while the branches are heard: test_result_story.py looks at them.
    "objection_new",
    "objection_detail",
    "answer_return",
    # What an organisation says of an indicator that people score: the newest shipped versions have none
    # (tests/assessments/entries/test_entries.py).
    "self_list",
    "self_rating",
    # Of a proposal, beside which there is no draft: the page that confirms, as for every other act
    # (tests/assessments/schemes/test_pages.py).
    "scheme_approve",
    "scheme_return",
}

# Things in a state that the first of their list is not in.
FIRST = [
    ("/supervision/?state=reported", "supervision_detail"),
    ("/supervision/?state=open", "supervision_detail"),
    ("/supervision/?state=accepted", "supervision_detail"),
    ("/collects/?state=draft", "collect_detail"),
    ("/collects/?state=open", "collect_detail"),
]

# Pages of the same url name that look different.
ALSO = {"activity_new of a talk": ("shuji", "/activities/new/?kind=talk")}

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# The walk opens a page of each url name for each account, and its beginnings alone take a minute.
WALK = pytest.mark.whole("the pages that everybody opens, below; tests/test_matrix.py opens every url as everybody")
# Where work begins and is done, for each account.
OPENED = [
    *((who, "/") for who in (*ROLES, "dangzu")),
    ("shuji", "/activities/new/?kind=assembly"),
    ("shuji", "/activities/"),
    ("shuji", "/requirements/"),
    ("shuji", "/members/"),
    ("ganbu", "/reviews/"),
    ("ganbu", "/dashboard/"),
    ("ganbu", "/sync/"),
    ("ganbu", "/duties/"),
    ("ganbu", "/organisations/"),
    ("ganbu", "/results/"),
    ("dangwei", "/settings/"),
    ("lingdao", "/reports/"),
    ("audit", "/audit/"),
]


@pytest.fixture(scope="session")
def pages(demo, signed_in, tmp_path_factory):
    """Return ({url name: (account, path)}, {account: {link: page}}): what the accounts can reach by links.

    Before the walk staff uploads ledgers with errors, and a correction of the last published quarter is frozen, so that
    the pages of these states exist too.
    """
    starts = {who: ["/"] for who in ROLES}
    starts["zuzhang"] += ["/account/security/", _enrolled(signed_in)]
    # Its link stands on the confirmation of the start date, which answers a form.
    starts["dangwei"] += ["/requirements/left-out/2026-11-20/"]
    starts["ganbu"] += [_upload(signed_in("ganbu")), _plan(signed_in("ganbu"), tmp_path_factory)]
    starts["ganbu"] += _places(signed_in("ganbu"))
    starts["ganbu"] += [_first(signed_in("ganbu"), *where) for where in FIRST]
    starts["ganbu"].append("/duties/?level=branch&template=br-theme")
    starts["ganbu"].append(_issued_circular(signed_in("ganbu")))
    starts["shuji"] += [_first(signed_in("shuji"), "/resolutions/?state=done", "activity_detail")]
    starts["shuji"] += [_record(signed_in("shuji"), state) for state in ("draft", "planned")]
    starts["shuji"] += _corrections(signed_in("shuji"))
    starts["ganbu"] += [_ticked(signed_in("ganbu"))]
    starts["ganbu"] += [_draft(signed_in("ganbu")), *_entered(signed_in("ganbu"))]
    # Chosen in forms: ballots belong to one scheme, the committee's own word to another.
    for key in ("tongbu-debrief", "tongbu-committee"):
        starts["ganbu"] += [f"/results/entries/?scheme={key}"]
    starts["dangyuan"] += ["/account/links/"]
    starts["admin"] += [_account(signed_in("admin"))]
    starts["dangwei"] += [
        "/resets/",
        "/dashboard/",
        "/login/confirm/?next=/",
        _freeze(demo, signed_in("ganbu"), signed_in("dangwei")),
    ]
    starts["dangwei"] += _settings(signed_in("ganbu"), signed_in("dangwei"))
    starts["dangwei"] += [_exempted(signed_in("dangwei"))]
    for rule in ("resp-list", "life-theme-day"):
        # Of a branch's monthly one an exemption can be noted on its own page.
        starts["dangwei"] += [_first(signed_in("dangwei"), f"/requirements/?rule={rule}", "requirement_detail")]
    names, linked = {}, {}
    for who in ROLES:
        page = signed_in(who)
        reached, linked[who] = walk(page.context, demo.url, starts[who])
        for name, path in reached.items():
            names.setdefault(name, (who, path))
        page.context.close()
    names["login"] = (None, "/login/")
    return names, linked


def _settings(staff, secretary):
    """Let staff propose a value and the secretary set a later one; return the pages that show both."""
    later = f"{clock.today().year + 1}-01-01"
    for page, key in ((staff, "due_soon_days"), (secretary, "thought_report_per_half")):
        page.goto(f"{page.home}/settings/{key}/")
        page.fill("#id_value", "2")
        page.fill("#id_valid_from", later)
        if page is staff:
            page.fill("#id_reason", "提前两天提示")
        page.click("main form button[type=submit] >> visible=true")
        if page is staff:
            page.wait_for_selector("text=建议已提出")
        else:
            page.wait_for_selector("text=改为")
            page.click("main form button[type=submit] >> visible=true")
            page.wait_for_url(lambda url: "thought_report" not in url)
    return ["/settings/due_soon_days/", "/settings/thought_report_per_half/"]


def _exempted(page):
    """Exempt one branch from one rule for a while; return the list of exemptions."""
    page.goto(page.home + "/exemptions/new/")
    page.check("[name=organisations] >> nth=0")
    page.check("[name=rules] >> nth=0")
    page.fill("#id_last", f"{clock.today().year + 1}-01-31")
    page.fill("#id_reason", "集中办公场所搬迁")
    page.click("main form button[type=submit] >> visible=true")
    page.wait_for_url(lambda url: not url.endswith("/new/"))
    return "/exemptions/"


def _corrections(page):
    """Correct one accepted record and begin to correct another; return their pages and that of a third."""
    page.goto(page.home + "/activities/?state=accepted")
    found = [link for link in links_of(page.content(), page.url) if name_of(link) == "activity_detail"][:3]
    for link in found[:2]:
        page.goto(page.home + link + "correct/")
        page.fill("[name=reason]", "地点登记有误")
        page.click("main button[type=submit] >> visible=true")
        page.wait_for_url("**/edit/")
        if link == found[0]:
            page.fill("#id_place", "更正后的地点")
            page.click("button[value=submit]")
            page.wait_for_url("**/#counts")
    return found


def _ticked(page):
    """Return the page that names one ticked record of the queue."""
    page.goto(page.home + "/reviews/")
    return f"/reviews/accept/?record={page.get_attribute('input[name=record]', 'value')}"


def _account(page):
    """Make an account that nobody uses yet and ask for a new code of another; return the list that shows both."""
    page.goto(page.home + "/accounts/new/")
    page.fill("#id_username", "newcomer")
    page.fill("#id_name", "新同志")
    page.click("main button[type=submit] >> visible=true")
    page.wait_for_selector("text=newcomer")
    page.goto(page.home + "/accounts/?q=shuji")
    page.click("a[href*='/reset/']")
    page.fill("[name=text]", "本人来电，忘记密码")
    page.click("main button[type=submit] >> visible=true")
    page.wait_for_url("**/accounts/")
    return "/accounts/?q=newcomer"


def _enrolled(signed_in):
    """Enrol the group leader, who goes on with a new session, and begin once more; return the page with the key."""
    page = signed_in("zuzhang")
    for take in (True, False):
        page.goto(page.home + "/account/factor/")
        page.click("button:has-text('开始')")
        page.wait_for_url("**/factor/confirm/")
        if take:
            page.click("summary:has-text('手工输入密钥')")
            page.fill("#id_code", shown(page.inner_text(".factor-key code")))
            page.click("button:has-text('确认启用')")
            page.wait_for_selector(".recovery-codes")
    signed_in.remember("zuzhang", page)
    page.context.close()
    return "/account/factor/confirm/"


def _upload(page):
    page.goto(page.home + "/imports/")
    for ledger in ("organisations", "members", "activities"):
        page.set_input_files(f"#id_{ledger}", BROKEN / f"{ledger}.xlsx")
    page.click("text=上传并核对")
    page.wait_for_selector("text=重新上传")
    return page.url.removeprefix(page.home)


def _plan(page, folders):
    """Upload a year plan with one mistake and return the page of its preview."""
    path = folders.mktemp("plan") / "plan.csv"
    path.write_text(
        "名称,类别,牵头处室,承办支部,开始,完成\n试点任务,市重点,没有的处,项目处党支部,2026-01-05,2026-12-20\n",
        encoding="utf-8-sig",
    )
    page.goto(page.home + "/sync/import/")
    page.set_input_files("main input[type=file]", path)
    page.click("main button[type=submit] >> visible=true")
    page.wait_for_selector("text=重新上传")
    return page.url.removeprefix(page.home)


def _first(page, path, name):
    """Return the first link of a list that leads to a page of this url name."""
    page.goto(page.home + path)
    return next(link for link in links_of(page.content(), page.url) if name_of(link) == name)


def _places(page):
    """Return the pages of a branch that the root, which the walk meets first, does not have."""
    page.goto(page.home + "/organisations/")
    links = [link for link in links_of(page.content(), page.url) if name_of(link) == "organisation_detail"]
    page.goto(page.home + links[-1])
    return [links[-1], f"{links[-1]}term/close/"]


def _issued_circular(page):
    """Return the page of an issued circular, which can be corrected; the newest of the list is a draft."""
    page.goto(page.home + "/circulars/")
    return [link for link in links_of(page.content(), page.url) if name_of(link) == "circular_detail"][-1]


def _draft(page):
    """Copy the scheme in force to a draft and return its page."""
    page.goto(f"{page.home}/schemes/")
    page.click("text=复制为草稿")
    page.wait_for_url("**/schemes/*/")
    return page.url.removeprefix(page.home)


def _entered(page):
    """Enter a bonus that waits for approval; return the page that lists it and that of the branch."""
    page.goto(f"{page.home}/results/entries/")
    page.select_option("#id_organisation", index=1)
    page.select_option("#id_item", "bonus/0")
    page.fill("#id_reason", "做法被采用")
    page.fill("#id_document", "通报")
    page.click("main .panel-form button[type=submit]")
    page.wait_for_selector("text=1 项待审定")
    branch = page.locator("#id_organisation option").nth(1).get_attribute("value")
    return [page.url.removeprefix(page.home), f"/organisations/{branch}/"]


def _record(page, state):
    page.goto(f"{page.home}/activities/?state={state}")
    return next(link for link in links_of(page.content(), page.url) if name_of(link) == "activity_detail")


def _freeze(demo, staff, secretary):
    """Try, with a reason, the quarter of the newest report once more, send and freeze it, and return the page of it."""
    demo.hears_nobody()
    staff.goto(staff.home + "/reports/")
    staff.click("tbody a >> nth=0")
    period = staff.get_attribute(".dj-segments [aria-current]", "title")
    staff.goto(staff.home + "/results/")
    staff.select_option("#id_period", period)
    staff.fill("#id_reason", "补正一条记录")
    staff.click("text=开始试算")
    staff.wait_for_url("**/results/*/")
    path = staff.url.removeprefix(staff.home)
    staff.click("text=送各党支部确认")
    staff.wait_for_selector("text=结果已送达")
    secretary.goto(secretary.home + path)
    secretary.click("text=冻结结果")
    secretary.wait_for_selector("text=发布报告")
    return path


@WALK
def test_the_walk_meets_every_page_that_the_matrix_knows(pages):
    names, _ = pages
    missed = {name for name, row in all_rows().items() if row.get} - set(names) - NO_PAGES - set(BY_STATE)
    assert not missed, "\n".join(sorted(missed))


@WALK
def test_every_page_is_free_of_barriers_in_both_themes_and_fits_every_width(pages, demo, signed_in):
    names, _ = pages
    wrong, opened = [], {}
    shown = {name: where for name, where in sorted((names | ALSO).items(), key=str) if name not in NO_PAGES}
    for number, (name, (who, path)) in enumerate(shown.items()):
        if who not in opened:
            opened[who] = signed_in(who, viewport=DESK, color_scheme="light")
        page = opened[who]
        answer = page.goto(demo.url + path)
        wrong += [(name, who, f"answers {answer.status}")] if answer.status != 200 else []
        # What only one size shows (menu, tabs, tables as cards) is the same on all pages: every fourth meets all four pairs.
        wrong += [(name, who, fault) for fault in faults(page, number % 4 == 0)]
    assert wrong == [], "\n".join(map(str, wrong))


def test_the_pages_that_everybody_opens_are_free_of_barriers(demo, signed_in):
    wrong, opened = [], {}
    for number, (who, path) in enumerate(OPENED):
        if who not in opened:
            opened[who] = signed_in(who, viewport=DESK, color_scheme="light")
        page = opened[who]
        assert page.goto(demo.url + path).status == 200, (who, path)
        sides = (number % 2,) if BRIEF else (0, 1)
        wrong += [(who, path, fault) for fault in faults(page, number % 6 == 0 or not BRIEF, sides)]
    assert wrong == [], "\n".join(map(str, wrong))


@WALK
def test_no_link_is_dead(pages, demo, signed_in):
    _, linked = pages
    dead = []
    for who in ("ganbu", "shuji", "lingdao", "daiban", "dangyuan", "admin", "audit"):
        cookies = signed_in(who).context.cookies()
        header = {"Cookie": "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)}

        def status(link, header=header):
            connection = HTTPConnection("127.0.0.1", demo.port, timeout=60)
            connection.request("GET", link, headers=header)
            return connection.getresponse().status

        links = _enough(linked[who])
        with ThreadPoolExecutor(4) as pool:
            answers = zip(links, pool.map(status, links))
            dead += [(who, link, linked[who][link], code) for link, code in answers if code not in (200, 302)]
        assert links
    assert dead == [], "\n".join(map(str, dead))


def _enough(links):
    """Return all links but of the cells of the heat map and of long lists, of which a few of one url name are enough."""
    chosen, met = [], Counter()
    for link in links:
        name = name_of(link)
        met[name] += 1
        if name is None or met[name] <= 5:
            chosen.append(link)
    return chosen


def test_the_demo_has_work_duties_and_supervision_in_every_state(demo, signed_in):
    page = signed_in("ganbu", viewport=DESK)
    states = {
        "/sync/?state={}": (
            "missing",
            "lagging",
            "to_confirm",
            "waits",
            "closed",
            "given_up",
            "synchronised",
            "waived",
        ),
        "/duties/?level=branch&state={}": ("open", "overdue", "closed"),
        "/duties/?state={}": ("reported", "returned", "accepted"),
        "/supervision/?state={}": ("open", "reported", "returned", "accepted", "closed", "overdue"),
        "/collects/?state={}": ("draft", "open", "closed"),
    }
    empty = []
    for path, keys in states.items():
        for key in keys:
            page.goto(demo.url + path.format(key))
            if page.locator("main .dj-empty >> visible=true").count():
                empty.append(path.format(key))
    assert empty == []

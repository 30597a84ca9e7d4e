"""What a browser is told and what it cannot be made to do (C21–C29)."""

import logging
import re

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from branches.audit.models import AuditEntry
from branches.frame.middleware import client_address
from branches.notices.models import Feedback
from branches.notices.services import feedback_send, notice_send
from branches.places.services.departments import department_create
from branches.places.tree import organisation_create
from common.operator import OPERATOR
from members.roster.services.members import member_create
from tests.answers import ROWS, address, names, opened
from tests.paths import ROOT
from tests.security.conftest import PASSWORD

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}


def _strict(as_, who):
    """Return a logged-in client that insists on the CSRF token, as a browser meets it."""
    client = as_(who)
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = client.cookies
    return strict


@pytest.mark.parametrize("name", names(lambda row: row.post))
def test_a_post_without_its_token_is_refused_with_a_readable_page(name, world, as_):
    row = ROWS[name]
    url = address(row, name, world)
    who = next(who for who in ("staff", "secretary_a", "administrator", "auditor", "committee_secretary", "member")
               if row.expected("post", who) in (200, 302, 404))  # fmt: skip
    with transaction.atomic():
        data = row.data(world)
        before = AuditEntry.objects.count()
        answer = _strict(as_, who).post(url, data)
        assert answer.status_code == 403
        assert "页面已经过期" in answer.content.decode()
        assert AuditEntry.objects.count() == before


def test_no_code_exempts_itself_from_csrf_or_marks_text_as_safe():
    banned = re.compile(r"csrf_exempt|\|\s*safe\b|autoescape\s+off|@csrf")
    files = [*ROOT.glob("templates/**/*.html")]
    for app in ("common", "branches", "members", "responsibilities", "assessments", "config"):
        files += (ROOT / app).rglob("*.py")
    assert [str(path) for path in files if banned.search(path.read_text())] == []


def _check_headers(answer):
    parts = [part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";") if part.strip()]
    directives = {name: value for name, _, value in parts}
    if answer.get("Content-Disposition", "").startswith("attachment"):
        # A file of a user's gets even less than a page (C33).
        assert directives["default-src"] == "'none'" and "sandbox" in directives
    else:
        assert {name: directives.get(name) for name in POLICY} == POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("name", names(lambda row: row.get))
def test_every_page_carries_the_policy_and_the_headers(name, world, as_):
    for answer in opened(name, world, as_)[0].values():
        _check_headers(answer.headers)


def test_what_is_too_large_for_a_form_is_413_with_its_limit(as_):
    answer = as_("staff").post("/feedback/", {"text": "长" * 1_000_000})
    assert answer.status_code == 413 and "一次提交的文字合计不超过 2.5 MB" in answer.content.decode()
    assert as_("staff").post("/feedback/", {f"a{number}": "1" for number in range(1100)}).status_code == 400


def test_error_pages_carry_them_too(world, as_, monkeypatch):
    client = as_("staff")
    client.raise_request_exception = False
    monkeypatch.setattr("branches.notices.views.Paginator", _broken)
    for answer in (
        client.get("/nowhere/"),
        client.get("/account/?q=%00"),
        client.get("/notices/"),
        client.get("/notices/read/"),
        _strict(as_, "staff").post("/feedback/", {"text": "x"}),
    ):
        assert answer.status_code in (400, 403, 404, 405, 500)
        _check_headers(answer)


def test_cookies_cannot_be_read_by_scripts_nor_sent_along_by_strangers(person, sign_in):
    person("secretary_a")
    client, answer = sign_in("secretary_a")
    for name in ("tongbu", "csrf"):
        cookie = answer.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]
    assert not answer.cookies["tongbu"]["expires"], "ends with the browser"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        r"/\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/%0d%0aX-Evil:1",
        "http:///evil.example",
        "\thttps://evil.example",
    ],
)
def test_nobody_is_led_away_after_the_login(target, person, sign_in, client):
    person("secretary_a")
    for url, data in (
        ("/login/", {"username": "secretary_a", "password": PASSWORD}),
        ("/login/confirm/", {"password": PASSWORD}),
    ):
        client.raise_request_exception = False
        answer = client.post(url, {**data, "next": target})
        place = answer.get("Location", "")
        assert "evil" not in place or place.startswith("/%0d%0a"), place
        assert not place.startswith(("//", "/\\", "http", "javascript"))


def test_a_page_named_by_the_feedback_is_one_of_ours(as_):
    answer = as_("member").post("/feedback/", {"text": "x", "page": "https://evil.example/"})
    assert answer["Location"] == "/account/"
    assert as_("member").post("/feedback/", {"text": "x", "page": "/notices/"})["Location"] == "/notices/"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a@b", ""])
def test_a_foreign_host_is_refused(host, db, client):
    client.raise_request_exception = False
    assert client.get("/login/", HTTP_HOST=host or " ").status_code == 400


def test_a_forwarded_host_changes_nothing(db, client):
    assert client.get("/login/", HTTP_X_FORWARDED_HOST="evil.example").status_code == 200
    assert "evil" not in client.get("/account/", HTTP_X_FORWARDED_HOST="evil.example")["Location"]


def test_a_forged_forwarded_address_is_ignored_in_the_trail(world, as_):
    as_("member").post("/feedback/", {"text": "x"}, REMOTE_ADDR="10.9.9.9", HTTP_X_FORWARDED_FOR="1.2.3.4")
    assert AuditEntry.objects.latest("pk").address == "10.9.9.9"


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ("1.2.3.4, 10.5.5.5", "10.5.5.5"),
        ("1.2.3.4, 10.5.5.5, 10.0.0.2", "10.5.5.5"),
        ("", "10.0.0.1"),
        ("10.0.0.2", "10.0.0.1"),
    ],
)
def test_behind_a_trusted_proxy_the_right_most_untrusted_hop_counts(chain, expected, rf, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1", "10.0.0.2"]
    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=chain)) == expected


def test_a_lock_counts_the_true_address(person, sign_in):
    person("secretary_a")
    for number in range(5):
        sign_in("secretary_a", "wrong", HTTP_X_FORWARDED_FOR=f"1.1.1.{number}")
    assert sign_in("secretary_a", HTTP_X_FORWARDED_FOR="1.1.1.99")[1].status_code == 429


HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}&amp;\"'<script>"


def test_text_stays_text_wherever_it_is_shown(world, as_):
    branch = organisation_create(
        by=OPERATOR, name=HOSTILE + "支部", short_name=HOSTILE, kind="branch", parent=world.committee
    )
    department_create(by=OPERATOR, name=HOSTILE)
    member = member_create(
        by=OPERATOR,
        branch=branch,
        name=HOSTILE[:60],
        stage="full",
        joined_on=world.branch_a.founded,
        remark=HOSTILE,
        work_post=HOSTILE,
        ethnicity="<b>x",
    )
    feedback_send(by=world.member, text=HOSTILE, page="/<script>")
    for who in ("committee_secretary", "administrator", "auditor"):
        notice_send(by=OPERATOR, to=world.user(who), kind="x", text=HOSTILE)
    pages = {
        "committee_secretary": [
            "/organisations/",
            f"/organisations/{branch.pk}/",
            f"/organisations/{branch.pk}/edit/",
            f"/organisations/{branch.pk}/move/",
            "/organisations/departments/",
            "/members/",
            f"/members/{member.pk}/",
            f"/members/{member.pk}/edit/",
            f"/search/?q={HOSTILE[:20]}",
            f"/members/?q={HOSTILE[:20]}",
            "/notices/",
        ],
        "administrator": ["/feedback/all/", "/notices/", f"/accounts/?q={HOSTILE[:20]}"],
        "auditor": ["/audit/", f"/audit/?who={HOSTILE[:20]}&object_name=<script>", "/notices/"],
    }
    for who, urls in pages.items():
        for url in urls:
            page = as_(who).get(url).content.decode()
            assert "<img src=x" not in page, url
            assert "onerror=alert(1)>" not in page, url
            assert "<script>" not in page, url
            assert "49" not in re.findall(r"alert\(1\)&gt;(\d+)", page), url
    assert "&lt;img src=x onerror" in as_("administrator").get("/feedback/all/").content.decode()
    assert Feedback.objects.get(page="/<script>").text == HOSTILE


SECRET = "秘密值-7f3a"


def _broken(*args, **kwargs):
    raise RuntimeError(f"SELECT * FROM branches_user WHERE name = '{SECRET}'")


def test_an_error_page_has_an_incident_that_is_in_the_log_and_nothing_else(world, as_, monkeypatch, caplog):
    client = as_("staff")
    client.raise_request_exception = False
    monkeypatch.setattr("branches.notices.views.Paginator", _broken)
    with caplog.at_level(logging.ERROR, logger="tongbu.request"):
        answer = client.get("/notices/")
    assert answer.status_code == 500
    page = answer.content.decode()
    incident = re.search(r"[0-9a-f]{32}", page).group()
    assert any(incident in record.getMessage() for record in caplog.records if record.name == "tongbu.request")
    for leak in (SECRET, "SELECT", "Traceback", "RuntimeError", f"{settings.BASE_DIR}/", ".py", "branches"):
        assert leak not in page, leak


@pytest.mark.parametrize(
    ("url", "status"), [("/nowhere/", 404), ("/organisations/999999/", 404), ("/account/?q=%00", 400)]
)
def test_what_is_not_there_says_nothing_about_the_inside(url, status, as_):
    client = as_("secretary_a")
    client.raise_request_exception = False
    answer = client.get(url)
    assert answer.status_code == status
    page = answer.content.decode()
    assert re.search(r"[0-9a-f]{32}", page)
    assert "Traceback" not in page and "urlpatterns" not in page


def test_a_sisters_record_and_one_that_never_existed_look_the_same(world, as_):
    client = as_("secretary_b")
    sister = world.people("branch_a")[0].pk
    for pattern in ("/members/{}/", "/members/{}/edit/", "/organisations/{}/", "/appointments/{}/end/"):
        pages = []
        for pk in (sister if "members" in pattern else world.branch_a.pk, 987654):
            answer = client.get(pattern.format(pk))
            text = answer.content.decode().replace(f"/{pk}/", "/#/")
            pages.append((answer.status_code, re.sub(r"[0-9a-f]{32}|[A-Za-z0-9]{64}", "", text)))
        assert pages[0] == pages[1], pattern
        assert pages[0][0] == 404


def test_trace_is_refused(client):
    assert client.generic("TRACE", "/login/").status_code == 405

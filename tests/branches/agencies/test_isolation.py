"""Two agencies on one installation never see each other: pages, threads, tasks, files, keys, backups, database roles."""

import itertools
import os
from contextlib import closing

import psycopg2
import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse

from branches.access.models import User
from branches.agencies import fitness
from branches.places.models.organisations import Organisation
from common import agencies, crypto
from common.agencies import AgenciesError, LeftOpen, OutsideAgency
from config.agency_door import AgencyDoor
from members.roster.models.members import Member
from tests.branches.agencies.installation import CANARY, client_of, in_threads, session_of
from tests.world import CAST

WHOLE = not os.environ.get("BRIEF")
PAGES = ("organisation_list", "member_list", "activity_list", "notices")


def text(answer):
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def urls(resolver=None):
    """Yield (name, address) of every url, with 1 for each number: the ids that both agencies have."""
    for entry in (resolver or get_resolver()).url_patterns:
        if not isinstance(entry, URLPattern):
            yield from urls(entry)
            continue
        given = {"IntConverter": 1, "UUIDConverter": "00000000-0000-0000-0000-000000000001"}
        words = {name: given.get(type(kind).__name__, "2026") for name, kind in entry.pattern.converters.items()}
        yield (
            entry.name,
            reverse(entry.name, kwargs={**words, **{n: v for n, v in entry.default_args.items() if n in words}}),
        )


def test_ids_collide_and_pages_of_each_show_its_own(two):
    ids = {}
    for agency in (two.a, two.b):
        with agencies.entered(agency):
            ids[agency.key] = list(Organisation.objects.order_by("pk").values_list("pk", "kind"))
            assert list(Member.objects.order_by("pk").values_list("pk", flat=True))
    assert ids[two.a.key] == ids[two.b.key]
    for page in ("home", "organisation_list"):
        shown = {agency.key: text(client_of(agency, "staff").get(reverse(page))) for agency in (two.a, two.b)}
        assert CANARY not in shown[two.a.key] and CANARY in shown[two.b.key], page


def test_a_cookie_of_one_host_opens_no_page_of_the_other(two):
    """Every url, asked with the cookies of A's people on B's host, answers as it answers a stranger."""
    stranger, cast = client_of(two.b), list(CAST)
    keys = {name: client_of(two.a, name).cookies[settings.SESSION_COOKIE_NAME].value for name in cast}
    turn, wrong = itertools.cycle(cast), []
    for name, address in urls():
        for method in ("get", "post"):
            expected = getattr(stranger, method)(address)
            for who in cast if WHOLE else [next(turn)]:
                client = Client(raise_request_exception=False, HTTP_HOST=two.b.hosts[0])
                client.cookies[settings.SESSION_COOKIE_NAME] = keys[who]
                found = getattr(client, method)(address)
                # A cookie without a row in this database: whose session ended is told so at the sign-in.
                same = found.status_code == expected.status_code and place(found) == place(expected)
                if not same or (CANARY in text(found) and CANARY not in text(expected)):
                    wrong.append((name, method, who, found.status_code, expected.status_code))
    assert not wrong


def place(answer):
    return answer.get("Location", "").partition("?")[0]


def test_a_session_copied_into_the_other_database_signs_nobody_in(two):
    with agencies.entered(two.a):
        session = session_of(User.objects.get(username="staff"))
        from django.contrib.sessions.models import Session

        row = Session.objects.get(pk=session.session_key)
    with agencies.entered(two.b):
        Session.objects.create(session_key=row.session_key, session_data=row.session_data, expire_date=row.expire_date)
    client = client_of(two.b)
    client.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
    answer = client.get(reverse("organisation_list"))
    assert answer.status_code == 302 and place(answer) == reverse("login")


def test_two_hundred_interleaved_requests_of_four_threads_show_each_its_own(two):
    clients = [{agency.key: client_of(agency, "staff") for agency in (two.a, two.b)} for _ in range(4)]

    def ask(index):
        for number in range(50):
            agency = (two.a, two.b)[(number + index) % 2]
            page = PAGES[(number // 2) % len(PAGES)]
            answer = clients[index][agency.key].get(reverse(page))
            assert answer.status_code == 200, (page, answer.status_code)
            assert (CANARY in text(answer)) == (agency is two.b) or (agency is two.b and page not in PAGES[:2]), page

    in_threads(4, ask)


OTHER_HOSTS = (
    *("nobody.example.cn", "JIA.example.cn", "jia.example.cn:8000", "jia.example.cn.", ""),
    # As a server joins a header that was sent twice.
    *("jia.example.cn,yi.example.cn", "jia.example.cn yi.example.cn"),
)


@pytest.mark.parametrize("host", OTHER_HOSTS)
def test_any_other_host_is_refused_before_a_statement(two, host, monkeypatch):
    monkeypatch.setattr(agencies, "entered", lambda *_: pytest.fail("entered"))
    answer = Client(raise_request_exception=False, HTTP_HOST=host, HTTP_X_FORWARDED_HOST=two.a.hosts[0]).get("/login/")
    assert answer.status_code == 400
    assert answer["X-Frame-Options"] == "DENY" and "Content-Security-Policy" in answer


def test_a_forwarded_host_is_not_read(two):
    answer = client_of(two.a, "staff").get(reverse("organisation_list"), HTTP_X_FORWARDED_HOST=two.b.hosts[0])
    assert answer.status_code == 200 and CANARY not in text(answer)


def test_health_asks_no_agency_and_ready_asks_its_own(two, monkeypatch):
    assert Client(HTTP_HOST="127.0.0.1").get("/healthz").status_code == 200
    assert Client(HTTP_HOST="127.0.0.1").get("/readyz").status_code == 400
    # The signs of the processes stand with the broker, which is away here.
    assert Client(HTTP_HOST=two.a.hosts[0]).get("/readyz").status_code == 503


def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user")
        return cursor.fetchone()


def test_outside_a_door_every_statement_is_refused(two):
    for wrong in (database, lambda: Organisation.objects.first(), lambda: transaction.atomic().__enter__()):
        with pytest.raises(OutsideAgency):
            wrong()
    with pytest.raises(OutsideAgency):
        crypto.encrypt("x", "y")
    in_threads(2, lambda _: pytest.raises(OutsideAgency, database))
    with agencies.entered(two.a):
        assert database() == (two.a.database["NAME"], two.a.database["USER"])
        with pytest.raises(AgenciesError), agencies.entered(two.b):
            pass
    with pytest.raises(OutsideAgency):
        database()


def break_in_block():
    with transaction.atomic():
        Organisation.objects.update(short_name="never")
        raise KeyError


def break_statement():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 30; SELECT pg_sleep(5)")


def break_connection():
    with closing(psycopg2.connect(settings.AGENCIES_ADMIN_URL)) as raw, raw.cursor() as cursor:
        raw.autocommit = True
        with connection.cursor() as mine:
            mine.execute("SELECT pg_backend_pid()")
            cursor.execute("SELECT pg_terminate_backend(%s)", mine.fetchone())
    database()


def leave_open():
    transaction.atomic().__enter__()
    Organisation.objects.update(short_name="never")


@pytest.mark.parametrize(
    ("accident", "said"),
    [
        (break_in_block, KeyError),
        (break_statement, OperationalError),
        (break_connection, DatabaseError),
        (leave_open, LeftOpen),
    ],
)
def test_after_an_accident_the_thread_works_for_the_other_and_for_the_same_again(two, accident, said):
    for first, second in ((two.a, two.b), (two.b, two.a)):
        with pytest.raises(said), agencies.entered(first):
            accident()
        for agency in (second, first):
            with agencies.entered(agency):
                assert database()[0] == agency.database["NAME"] and not connection.in_atomic_block
                assert not Organisation.objects.filter(short_name="never").exists()


def test_a_thread_keeps_so_many_connections_open_and_no_more(two, monkeypatch):
    monkeypatch.setattr(agencies, "KEPT_OPEN", 1)
    for agency in (two.a, two.b, two.a):
        with agencies.entered(agency):
            database()
            # The other's was closed before this one was opened.
            assert not agencies._thread.wrappers
    assert list(agencies._thread.wrappers) == [two.a.key]
    agencies.close_all()


def test_the_role_of_one_cannot_enter_the_database_of_the_other(two):
    own, other = two.a.database, two.b.database
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(
            host=own["HOST"], port=own["PORT"], user=own["USER"], password=own["PASSWORD"], dbname=other["NAME"]
        )


def test_a_streamed_answer_is_made_inside_the_door_of_its_agency(two):
    def parts():
        for _ in range(3):
            yield database()[0].encode()

    door = AgencyDoor(lambda request: StreamingHttpResponse(parts()))
    answers = [door(RequestFactory(HTTP_HOST=agency.hosts[0]).get("/")) for agency in (two.a, two.b)]
    # Two downloads on one thread, part by part in turn; nobody's connection in between.
    streams = [iter(answer) for answer in answers]
    for _ in range(3):
        for agency, stream in zip((two.a, two.b), streams, strict=True):
            assert next(stream).decode() == agency.database["NAME"]
            with pytest.raises(OutsideAgency):
                database()
    for answer in answers:
        answer.close()


def test_a_page_of_one_agency_leaves_nothing_behind_for_the_next(two):
    door = AgencyDoor(lambda request: HttpResponse(f"{database()[0]} {agencies.current().key}"))
    for agency in (two.a, two.b, two.a):
        answer = door(RequestFactory(HTTP_HOST=agency.hosts[0]).get("/"))
        assert answer.content.decode() == f"{agency.database['NAME']} {agency.key}"
    assert agencies.current() is None


def test_read_only_closed_and_behind_answer_so_while_the_other_serves(two):
    lines = two.file.read_text()
    from branches.agencies import file_edits
    from tests.branches.agencies.installation import use

    try:
        file_edits.set_state(two.file, two.a.key, "read-only")
        use(two.file)
        client = client_of(two.a, "staff")
        assert client.get(reverse("organisation_list")).status_code == 200
        refused = client.post(reverse("activity_new"), {})
        assert refused.status_code == 503 and "只供查看" in text(refused)
        assert client_of(two.a).post(reverse("login"), {"username": "x", "password": "y"}).status_code == 401
        file_edits.set_state(two.file, two.a.key, "closed")
        use(two.file)
        assert client_of(two.a).get("/login/").status_code == 410
    finally:
        two.file.write_text(lines)
        use(two.file)
    fitness._leaves[:] = [("branches", "9999_to_come")]
    try:
        answer = client_of(two.a).get("/login/")
        assert answer.status_code == 503 and "升级" in text(answer)
        # The other was migrated: this process had found it so.
        fitness._fit.add(two.b.key)
        assert client_of(two.b).get("/login/").status_code == 200
    finally:
        fitness._leaves.clear()
        fitness.forget()


def test_one_whose_key_file_is_missing_is_not_served_and_the_other_is(two, capsys, caplog):
    from branches.agencies.starting import check_or_stop
    from branches.tasks import requeue_jobs
    from config import many
    from tests.branches.agencies.installation import use

    path, reached = two.a.keys / "audit_key", []
    content = path.read_text()
    path.unlink()
    try:
        use(two.file)
        check_or_stop()
        for _ in range(2):
            answer = client_of(two.a).get("/login/")
            assert answer.status_code == 503 and "需要管理员处理" in text(answer) and str(path) not in text(answer)
        assert caplog.text.count(str(path)) == 1
        ready = client_of(two.a).get("/readyz")
        assert ready.status_code == 503 and str(path) in ready.json()["reasons"]["keys"]
        assert client_of(two.b).get("/login/").status_code == 200
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(requeue_jobs, "run", lambda: reached.append(agencies.current().key))
            requeue_jobs()
            patch.setattr("django.setup", lambda: None)
            assert many.run(["manage.py", "--all", "check_tree"]) == 1
        told = capsys.readouterr()
        assert reached == [two.b.key] and f"缺少密钥文件 {path}" in told.err and f"未成功：{two.a.key}\n" in told.err
        assert fitness.all_problems() == [f"机关 {two.a.key}：缺少密钥文件 {path}。"]
    finally:
        path.write_text(content)
        path.chmod(0o600)
        use(two.file)
    assert client_of(two.a).get("/login/").status_code == 200


def test_one_whose_database_is_away_ends_no_round_and_the_operator_is_told_why(two, capsys):
    from config import many
    from tests.branches.agencies.installation import use

    lines = two.file.read_text()
    agencies.close_all()  # Another process would have none of them open.
    two.file.write_text(lines.replace(f'/{two.a.database["NAME"]}"', '/tongbu_away"'))
    try:
        use(two.file)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.setup", lambda: None)
            assert many.run(["manage.py", "--all", "check_tree"]) == 1
        told = capsys.readouterr()
        assert f"== {two.b}" in told.out and f"未成功：{two.a.key}\n" in told.err
        assert "tongbu_away" in told.err and "agencies.toml" in told.err and "Traceback" not in told.err
        (problem,) = fitness.all_problems()
        assert "tongbu_away" in problem and settings.AGENCIES[two.a.key].database["PASSWORD"] not in problem
    finally:
        two.file.write_text(lines)
        use(two.file)


def exchange_types():
    """Let two content types change places, as if they had been made in another order."""
    with connection.cursor() as cursor:
        for old, new in (("user", "x"), ("organisation", "user"), ("x", "organisation")):
            cursor.execute(
                "UPDATE django_content_type SET model = %s WHERE model = %s AND app_label = 'branches'", [new, old]
            )


def test_content_types_that_differ_are_noticed(two):
    assert fitness.differing_types() == []
    with agencies.entered(two.b):
        exchange_types()
    try:
        assert [line for line in fitness.differing_types() if two.b.key in line]
        assert client_of(two.a).get("/login/").status_code == 200
        assert client_of(two.b).get("/login/").status_code == 503
    finally:
        with agencies.entered(two.b):
            exchange_types()
        fitness.forget()


def test_a_duplicate_host_header_is_refused_by_the_server_or_by_the_door(two):
    """What a server makes of two headers: one is dropped by none, so the text is no host that is written in the file."""
    for made in (f"{two.a.hosts[0]},{two.b.hosts[0]}", f"{two.a.hosts[0]}, {two.b.hosts[0]}"):
        assert agencies.at_host(made) is None

"""The first day of an installation without rows, over HTTP: from the operator's accounts to a secretary's accepted record.

On the way every page of the menu opens, none is blank, and none calls done what was never owed.
"""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from assessments.facts import fill as rollups
from branches.access.models import User
from branches.audit import guards
from branches.places.models.organisations import Organisation
from branches.settings.start import agency_start
from common import clock
from members.activities.models import Activity
from members.roster.models.members import Member
from tests.members.activities.records import filled
from tests.members.imports.support import applied, uploaded
from tests.world import identity

PASSWORD = "鼓楼东边第三棵银杏树-2026"
GROUP, COMMITTEE = "中共江州市测试局党组", "中共江州市测试局机关委员会"
# Said of nothing at all it is false.
TOO_GLAD = re.compile(r"没有逾期|全部完成|全部同步|均已完成|都已完成|没有待办|无逾期")


@pytest.fixture
def empty(transactional_db, settings, tmp_path):
    """A database without rows; the standing world is built anew afterwards."""
    settings.MEDIA_ROOT = tmp_path / "media"
    guards.remove_audit_guards()
    sequences = _sequences()
    call_command("flush", interactive=False, verbosity=0)
    guards.install_audit_guards()
    yield tmp_path
    # What is put back has the keys of before, and PostgreSQL would give them once more.
    with connection.cursor() as cursor:
        for name, last in sequences:
            cursor.execute("SELECT setval(%s, %s)", [name, last])


def _sequences():
    """Return [(name, last value)] of the sequences in use; SQLite takes the next key from the rows themselves."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        return cursor.fetchall()


def printed(capsys, *arguments):
    capsys.readouterr()
    call_command(*arguments)
    return capsys.readouterr().out.strip()


def enter(username, code):
    """Sign in with a one-time code, set the password; return the client at its first page."""
    client = Client()
    first = client.post("/login/", {"username": username, "password": code}, follow=True)
    path = first.redirect_chain[-1][0]
    assert path.startswith("/login/first/"), first.content.decode()[:500]
    done = client.post(path, {"new_password": PASSWORD, "again": PASSWORD}, follow=True)
    assert done.redirect_chain[-1][0] == "/"
    return client


def text(client, path="/"):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def open_the_menu(client):
    """Open every page of the menu and return {path: main part}."""
    found = {}
    for path in re.findall(r'href="(/[^"?#]*)"', text(client, "/menu/").split("<main")[1]):
        answer = client.get(path, follow=True)
        assert answer.status_code == 200, path
        found[path] = answer.content.decode().split("<main")[-1]
        assert len(re.sub(r"<[^>]+>|\s", "", found[path])) > 20, path
    assert len(found) > 12
    return found


def bring_in(client, ledger, *rows):
    """Download the empty workbook, fill in the rows (heading → value), upload it and apply what was found."""
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/imports/blank/{ledger}/").content))
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=2):
        for cell in sheet[1]:
            if cell.value in row:
                sheet.cell(number, cell.column, row[cell.value])
    out = io.BytesIO()
    book.save(out)
    _, batch = uploaded(client, **{ledger: SimpleUploadedFile("台账.xlsx", out.getvalue())})
    assert batch.preview["fault_count"] == 0, batch.preview
    _, batch = applied(client, batch)
    assert batch.state == "applied", batch.outcome


def operator_begins(capsys, monkeypatch):
    """Make the first accounts and the first organisations; return the clients of administrator and committee secretary.

    The committee's name is the one that the command takes from that of the Party group; the auditor follows later.
    """
    code = printed(capsys, "create_account", "admin", "--name", "系统管理", "--role", "system_administrator")
    admin = enter("admin", code.rsplit("：", 1)[1].strip())
    page = text(admin)
    assert "还有 4 步，党务干部就可以接着做" in page and "manage.py begin" in page
    with pytest.raises(CommandError, match="用户名已被使用"):
        call_command("begin", username="admin", party_group=GROUP, committee=COMMITTEE, secretary="机关书记")
    assert not Organisation.objects.exists()
    typed = iter(["", GROUP, "", "机关书记", ""])
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    said = printed(capsys, "begin")
    assert next(typed, None) is None and f"{GROUP} › {COMMITTEE}" in said
    page = text(admin, "/first-steps/")
    assert "还有 2 步" in page and "manage.py begin" not in page and "security_auditor" in page
    return admin, enter("dangwei", re.search(r"dangwei，一次性口令：(\S+)", said)[1])


def nothing_is_called_done(secretary):
    """Nothing was ever done, and no page says that all of it is."""
    page = text(secretary)
    assert "还有 8 步" in page and "先做：导入党组织和处室" in page and 'href="/imports/#id_organisations"' in page
    for path, main in open_the_menu(secretary).items():
        assert not TOO_GLAD.search(main), (path, TOO_GLAD.search(main)[0])
    assert "正在汇总" in text(secretary, "/dashboard/")
    rollups.fill()
    # As the step of the start says: until it is taken, what the Party group owed is overdue.
    assert "没有确定以前，已经过去的都会显示为逾期" in page
    assert re.search(r"应办 \d+ 项，已办 0 项", text(secretary, "/requirements/"))


def ledgers_and_start(secretary):
    branch = {"党组织全称": "中共江州市测试局综合处支部委员会", "简称": "综合处党支部", "组织类别": "党支部"}
    branch |= {"上级党组织": "机关党委", "成立日期": "2015-01-05", "所在处室": "综合处"}
    bring_in(secretary, "organisations", branch)
    member = {"人员类别": "正式党员", "所在党支部": "综合处党支部", "加入党组织日期": "2018-03-01"}
    people = [
        member | {"姓名": name, "公民身份号码": identity(number), "转为正式党员日期": "2019-03-01", "党内职务": post}
        for number, (name, post) in enumerate([("甲", "书记"), ("乙", "组织委员"), ("丙", "")], start=60)
    ]
    bring_in(secretary, "members", *people)
    assert Member.objects.count() == 3
    page = text(secretary)
    assert "还有 6 步" in page and "3 名党员" in page and "1 个处室" in page

    start = clock.today().replace(day=1).isoformat()
    assert "起计算义务和得分？" in secretary.post("/settings/agency-start/", {"day": start}).content.decode()
    secretary.post("/settings/agency-start/", {"day": start, "confirmed": "1"})
    assert agency_start().isoformat() == start and f"{start} 起计算义务和得分" in text(secretary)


def a_secretary_is_appointed(admin, secretary):
    """Return the branch and the one-time code of its secretary."""
    for client in (admin, secretary):
        client.post("/login/confirm/", {"password": PASSWORD, "next": "/"})
    admin.post("/accounts/new/", {"username": "zhibu", "name": "支部书记"})
    place, user = Organisation.objects.get(short_name="综合处党支部"), User.objects.get(username="zhibu")
    chosen = {
        "user": user.pk,
        "role": "branch_secretary",
        "organisation": place.pk,
        "starts": clock.today().isoformat(),
    }
    answer = secretary.post("/appointments/new/?q=zhibu", chosen, follow=True).content.decode()
    code = re.search(r"<code[^>]*>([^<]+)</code>", answer)[1].strip()
    assert "dashboard-title" in text(secretary)
    return place, code


def test_from_an_installation_without_rows_to_the_first_accepted_record(empty, capsys, monkeypatch):
    admin, secretary = operator_begins(capsys, monkeypatch)
    nothing_is_called_done(secretary)
    ledgers_and_start(secretary)
    place, code = a_secretary_is_appointed(admin, secretary)
    branch_secretary = enter("zhibu", code)
    answer = branch_secretary.post("/activities/new/", filled(place, kinds=["theme_day"], do="submit"), follow=True)
    record = Activity.objects.get()
    assert record.state == "submitted", answer.content.decode()[:2000]
    secretary.post(reverse("activity_accept", args=[record.pk]), {"version": record.version})
    record.refresh_from_db()
    assert record.state == "accepted"
    rollups.fill()
    page = text(secretary, "/first-steps/")
    assert "1 条记录" in page and "已经对应到义务" in page and "1 个党支部都有书记" in page
    # Nothing from before the start is overdue, and what is owed since then stands there.
    page = text(secretary, "/requirements/")
    assert re.search(r"应办 [1-9]\d* 项，已办 1 项</h1>", page), page.split("<h1")[1][:80]
    assert "综合处党支部" in text(secretary, "/dashboard/")
    assert open_the_menu(branch_secretary)

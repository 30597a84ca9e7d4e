"""What everybody reads after a told year, subject by subject, compared with what was read and judged right before.

Beside each address stands how many rows the database gave for it: nothing is read in vain.

The expected words stand in tests/told/pages/<room>-<subject>.txt. Whoever changes a page on purpose writes them anew with
`AS_READ=write bin/test tests/told` and reads the difference before committing it.
"""

import os
import re
from pathlib import Path

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.utils import timezone

from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.places.models.organisations import Organisation
from tests.conftest import session_of
from tests.counting import asked
from tests.told import reading
from tests.told.clock import NOW
from tests.told.year import tell
from tests.world import build, find

pytestmark = pytest.mark.django_db

PAGES = Path(__file__).parent / "pages"
A, B, C = ("{w.branch_a.pk}", "{w.branch_b.pk}", "{w.branch_c.pk}")

# subject → who opens what; "POST" for exports. {…} is filled in with the told year as `w`.
READ = {
    "branches/access": [
        ("administrator", "/accounts/"), ("administrator", "/accounts/?q=zhou"), ("committee_secretary", "/resets/"),
        ("committee_secretary", "/appointments/"), ("secretary_a", "/appointments/"),
        ("secretary_a", "/account/"), ("secretary_c", "/account/"), ("administrator", "/accounts/?state=locked"), ("administrator",
        "/accounts/?state=active"),
        *(("committee_secretary", f"/appointments/?{query}") for query in ("role=branch_secretary", "q=zhou", "state=ended", "state=all",
        f"organisation={A}")),
        ("secretary_a", "/appointments/new/"), ("committee_secretary", "/appointments/new/"), ("secretary_a", "/resets/"), ("administrator", "/resets/"),
        ("secretary_a", "/menu/"), ("staff", "/menu/"), ("administrator", "/menu/"), ("secretary_a", "/account/security/"),
    ],
    "branches/places": [("staff", "/organisations/departments/"), ("staff", f"/organisations/{C}/edit/"), ("staff", f"/organisations/{A}/term/"),
        ("staff", f"/organisations/{A}/term/close/"), ("staff", "/organisations/coverage/"), ("staff", f"/organisations/{A}/move/"),
        ("staff", f"/organisations/{B}/archive/"), ("staff", "/organisations/new/")],
    "branches/audit": [
        ("auditor", "/audit/"), *(("auditor", f"/audit/?{query}") for query in (
            "verb=duty.report", "actor=secretary_a", "object_name=能源", "first=2026-10-22&last=2026-10-22", "last=2026-02-03",
            "first=2026-11-23&last=2026-11-24",
        )),
    ],
    "branches/jobs": [("administrator", "/jobs/"), ("administrator", "/jobs/?state=done"), ("administrator", "/jobs/?state=failed")],
    "branches/notices": [
        ("administrator", "/feedback/all/"), ("secretary_b", "/notices/"), ("secretary_a", "/notices/"), ("staff", "/notices/"),
        ("secretary_c", "/notices/"),
    ],
    "branches/settings": [
        ("administrator", "/settings/"), ("committee_secretary", "/settings/"), ("committee_secretary", "/settings/grace_days/"),
        ("staff", "/settings/"), ("committee_secretary", "/settings/agency-start/"),
    ],
    "members/organisations": [
        ("staff", "/organisations/"), ("staff", f"/organisations/{A}/"), ("staff", f"/organisations/{B}/"),
        ("leader", f"/organisations/{C}/"), ("secretary_a", f"/organisations/{A}/"), ("staff", "POST /organisations/export/"),
        *(("staff", f"POST /organisations/export/?{query}") for query in ("kind=branch", "q=甲", "kind=small_group", "term=expired", "term=ending")),
        ("staff", "/organisations/?q=能源"),
        ("staff", "/organisations/{w.general.pk}/"), ("staff", "/organisations/{w.extra.pk}/"), ("staff", "/organisations/{w.root.pk}/"),
        ("secretary_a", f"/organisations/{B}/"), ("leader_a1", "/organisations/{w.group_a1.pk}/"), ("discipline", "/organisations/"),
    ],
    "members/roster": [
        ("staff", "/members/"), ("secretary_b", "/members/"), ("secretary_a", "/members/?stage=probationary"),
        *(("staff", f"POST /members/export/?{query}") for query in ("", "q=乙", f"organisation={A}", "stage=probationary", "sort=-initials")),
        ("secretary_a", "/members/"),
        ("leader_a1", "/members/"), ("staff", "/members/{w.fifth_a.pk}/account/"), ("secretary_a", "/members/{w.fifth_a.pk}/edit/"),
        ("secretary_a", "/members/{w.fifth_a.pk}/transfer/"), ("secretary_a", "/members/{w.fifth_a.pk}/posts/new/"),
        ("outsider", "/account/links/"), ("secretary_b", "/members/{w.second_b.pk}/account/"),
    ],
    "members/files": [
        ("secretary_a", "/members/{w.fifth_a.pk}/"), ("member", "/members/own/"),
        ("general_secretary", "/members/{w.last_c.pk}/"), ("staff", "/members/{w.fourth_a.pk}/"), ("secretary_b", "/members/{w.second_b.pk}/"),
        ("staff", "/members/{w.guest.pk}/"), ("staff", "/members/{w.first_a.pk}/"), ("leader", "/members/{w.fourth_a.pk}/"),
        ("member", "/members/own/meetings/"), ("secretary_a", "/members/{w.fifth_a.pk}/meetings/?state=there"),
    ],
    "members/transfers": [
        *((who, "/transfers/?state=all") for who in ("staff", "secretary_a", "secretary_b", "secretary_c")), ("secretary_b", "/transfers/"),
        ("secretary_b", "/transfers/{w.waits.pk}/"), ("secretary_a", "/transfers/{w.waits.pk}/"), ("secretary_b", "/transfers/{w.come.pk}/"),
        ("secretary_b", "/transfers/{w.letter.pk}/"), ("leader", "/transfers/{w.letter.pk}/"), ("staff", "POST /transfers/export/?state=all"),
        ("secretary_b", f"/organisations/{B}/roll/?day=2026-11-17"), ("secretary_b", f"/organisations/{B}/roll/?day=2026-11-18"),
    ],
    "members/corrections": [
        ("secretary_a", "/corrections/"), ("staff", "/corrections/?state=all"), ("secretary_b", "/corrections/?state=all"),
        ("secretary_a", "/corrections/{w.asked_for.pk}/"), ("officer_a", "/corrections/{w.asked_for.pk}/"),
    ],
    "members/activities": [
        ("staff", "/activities/"), ("secretary_b", "/activities/"), ("staff", f"/activities/?organisation={A}&state=accepted"),
        ("staff", "/activities/{w.study.pk}/"), ("staff", "/activities/{w.few.pk}/"), ("secretary_a", "/activities/{w.returned.pk}/"),
        ("secretary_c", "/activities/"), ("staff", "/resolutions/"), ("secretary_b", "/resolutions/"),
        ("staff", "POST /activities/export/"), ("staff", "POST /resolutions/export/"), ("secretary_a", "/activities/{w.late.pk}/edit/"),
        *(("staff", f"POST /activities/export/?{query}") for query in (
            "state=submitted", "state=returned", "state=planned", "kind=theme_day", f"organisation={B}", "q=大会", "first=2026-09-01&last=2026-10-01",
            "sort=day",
        )),
        *(("staff", f"POST /resolutions/export/?{query}") for query in ("state=done", "state=overdue", "state=open", f"organisation={B}")),
        ("secretary_b", "/activities/{w.joint.pk}/"), ("secretary_c", "/activities/{w.joint.pk}/"), ("secretary_b", "/activities/{w.few.pk}/"),
        ("secretary_a", "/activities/new/?kind=assembly"), ("leader_a1", "/activities/"), ("secretary_c", "/resolutions/"),
    ],
    "members/reviews": [("staff", "/reviews/"), ("secretary_a", "/reviews/"), ("staff", "/reviews/{w.few.pk}/"), ("committee_secretary", "/reviews/"),
    ("general_secretary", "/reviews/"), ("staff", "/reviews/{w.joint.pk}/"), ("staff", "/reviews/{w.lecture.pk}/")],
    "members/slips": [
        ("committee_secretary", "/slips/"), ("committee_secretary", "/slips/secretaries/"), ("committee_secretary", "/slips/members/"),
        ("secretary_a", "/slips/members/"), ("secretary_b", "/slips/members/"), ("staff", "/slips/"),
    ],
    "members/imports": [("staff", "/imports/"), ("secretary_a", "/imports/"), ("staff", "/imports/?kind=members")],
    "responsibilities/requirements": [
        ("staff", "/requirements/?period=2026Q3"), ("secretary_a", "/requirements/?period=2026Q3"), ("staff",
        f"/requirements/?organisation={B}&period=2026Q1"),
        ("staff", "/requirements/?state=overdue&period=2026Q3"),
        *(("staff", f"POST /requirements/export/?{query}") for query in (
            "period=2026Q3", "period=2026&rule=life-talk", "period=2026&state=met_late", "period=2026&state=exempt", "period=2026Q4&state=due_soon",
            f"period=2026H1&organisation={A}",
        )),
        ("secretary_c", "/requirements/?period=2026Q3"), ("leader_a1", "/requirements/?period=2026Q4"), ("secretary_a",
        f"/requirements/{A}/life-theme-day/2026-09/"),
        ("staff", f"/requirements/{B}/life-theme-day/2026-02/"), ("staff", f"/requirements/{B}/life-assembly-q/2026Q3/"),
        ("staff", "POST /requirements/export/?period=2026Q2"), ("staff", "/rules/life-theme-day/"),
    ],
    "responsibilities/work": [
        ("staff", "/sync/"), ("secretary_b", "/sync/"), ("staff", f"/sync/?branch={B}"), ("leader", "/sync/?leader={w.leader.pk}"),
        ("staff", "/sync/rates/"), ("staff", "/sync/{w.item.pk}/"), ("secretary_a", "/sync/{w.item.pk}/"),
        ("secretary_a", "/sync/stages/{w.arrangement.pk}/evidence/"), ("staff", "/sync/evidence/"), ("committee_secretary", "/sync/evidence/"),
        ("staff", "/sync/stages/{w.implementation.pk}/"), ("secretary_a", "/activities/{w.study.pk}/stages/"),
        ("staff", "POST /sync/export/?stage=study"), ("staff", "POST /sync/rates/export/"), ("staff", "/sync/{w.item.pk}/edit/"),
        *(("staff", f"POST /sync/export/?{query}") for query in (
            "state=missing", "state=lagging", "state=waits", "state=closed", "state=open", "state=waived", "state=due", "word=nybg",
            "kind=agency", "period=2026Q3", "leader={w.leader.pk}", "department={w.energy.pk}", "stage=arrangement&state=synchronised",
            f"branch={A}", "branch={w.general.pk}", "period=2027",
        )),
        *(("staff", f"POST /sync/rates/export/?by={by}") for by in ("department", "leader")), ("secretary_b", "/sync/rates/"),
        ("secretary_b", "/sync/stages/{w.arrangement.pk}/evidence/"), ("secretary_b", "/activities/{w.other.pk}/stages/"),
        ("secretary_a", "/sync/stages/{w.implementation.pk}/"), ("leader", "/sync/{w.item.pk}/"), ("secretary_c", "/sync/"),
    ],
    "responsibilities/duties": [
        ("staff", "/duties/"), ("secretary_a", "/duties/"), ("leader", "/duties/own/"), ("leader", "/duties/own/brief/"),
        ("secretary_a", "/duties/own/"), ("staff", "/duties/lists/"), ("staff", "/duties/lists/?level=branch"), ("staff", "/duties/charges/"),
        ("staff", "/duties/{w.promise_b.pk}/?show=all"),
        ("secretary_a", "/duties/{w.theme_duty_a.pk}/?show=all"),
        ("staff", "/duties/lists/{w.promise_b.list_id}/"), ("staff", "/duties/of-work/{w.item.pk}/"),
        ("staff", f"/duties/of-requirement/{A}/life-theme-day/2026-09/"), ("staff", "POST /duties/export/"),
        ("staff", "POST /duties/lists/export/"), ("member", "/duties/own/"),
        *(("staff", f"POST /duties/export/?{query}") for query in ("state=overdue", "state=open", "state=returned", "level=branch", f"organisation={B}")),
        *(("staff", f"POST /duties/lists/export/?{query}") for query in ("state=draft", "state=noted", "state=open", "level=leader", "q=甲", "q=leader")),
        ("staff", "/duties/?view=item"), ("staff", "/duties/?view=overdue"), ("leader", "/duties/"),
        ("staff", "/activities/{w.joint.pk}/counts/"), ("secretary_b", "/duties/own/"), ("committee_secretary", "/duties/own/"),
        ("party_secretary", "/duties/own/"), ("party_secretary", "/duties/own/brief/"), ("secretary_b", "/duties/{w.promise_b.pk}/"),
    ],
    "responsibilities/supervision": [
        ("staff", "/supervision/"), ("secretary_b", "/supervision/"), ("leader", "/supervision/"), ("discipline", "/supervision/"),
        *(("staff", f"POST /supervision/export/?{query}") for query in (
            "state=open", "state=returned", "state=overdue", "subject=stage", "side=received", "side=issued", f"organisation={B}", "issuer=staff",
        )),
        *(("staff", f"POST /supervision/problems/export/?{query}") for query in ("done=0", "done=1", f"organisation={A}")),
        ("secretary_b", "/supervision/problems/"), ("staff", "/supervision/new/?subject=stage&about=stage/{w.arrangement.pk}"),
        ("staff", "/supervision/?state=closed"), ("staff", "/supervision/problems/"), ("staff", "/supervision/{w.answered.pk}/"),
        ("secretary_b", "/supervision/{w.unclear.pk}/"), ("staff", "POST /supervision/export/"),
        ("staff", "POST /supervision/problems/export/"),
    ],
    "responsibilities/collects": [
        ("staff", "/collects/"), ("secretary_a", "/collects/"), ("secretary_b", "/collects/"), ("staff", "/collects/{w.asked.pk}/"),
        ("secretary_b", "/collects/{w.asked.pk}/"), ("staff", "/collects/{w.over.pk}/"), ("staff", "/collects/{w.held.pk}/"), ("staff",
        "/collects/?state=draft"), ("leader", "/collects/"), ("discipline", "/collects/"),
        ("secretary_c", "/collects/{w.asked.pk}/"), ("staff", "POST /collects/{w.held.pk}/export/"), ("staff", "POST /collects/{w.over.pk}/export/"),
        ("staff", "/collects/held/?row=f-2&f-2-label=活动次数"), ("staff", "/collects/held/?row=f-2&f-2-label=今年支部党课开展情况"),
        ("staff", "POST /collects/{w.asked.pk}/export/"), ("staff", "/collects/{w.unsent.pk}/edit/"),
    ],
    "assessments/home": [
        ("secretary_a", "/"), ("secretary_b", "/"), ("general_secretary", "/"), ("leader_a1", "/"), ("leader", "/"),
        ("secretary_c", "/"), ("party_secretary", "/"), ("discipline", "/"), ("committee_secretary", "/"),
        ("administrator", "/first-steps/"), ("committee_secretary", "/first-steps/"),
        ("staff", "/cadres/records/{w.secretary_b.pk}/"), ("staff", "/cadres/records/{w.leader.pk}/"), ("staff", "/cadres/records/?year=2025"),
        ("leader", "/cadres/records/"),
        ("secretary_a", "/cadres/records/"),
        ("staff", "/search/?q=甲"), ("staff", "/search/?q=能源"), ("staff", "/search/?q=记录"), ("staff", "/search/?q=leader"),
        ("secretary_b", "/search/?q=乙"),
        ("staff", "/activities/{w.joint.pk}/counts/"), ("secretary_b", "/activities/{w.other.pk}/counts/"), ("staff", "/activities/{w.few.pk}/counts/"),
        *(("staff", f"POST /dashboard/export/?period=2026Q2{more}") for more in ("", "&order=tree", "&state=met_late")),
        ("staff", "/?period=2026Q3"), ("staff", "/dashboard/?period=2026Q3&order=tree"), ("staff", "/dashboard/?period=2026Q2&state=overdue"),
        ("staff", "/dashboard/remind/?period=2026Q3"), ("staff", "/cadres/records/"), ("staff", "/cadres/records/{w.secretary_a.pk}/"),
        ("staff", "/search/?q=学习"), ("secretary_b", "/search/?q=支部"), ("secretary_a", "/activities/{w.study.pk}/counts/"),
        ("staff", "POST /dashboard/export/?period=2026Q3"),
    ],
    "assessments/results": [
        ("staff", "/results/"), ("staff", "/results/{w.trial.pk}/"), ("staff", "/scores/{w.result_a.pk}/"),
        ("secretary_b", "/scores/"), ("secretary_a", f"/organisations/{A}/estimate/"), ("staff", f"/organisations/{B}/estimate/"),
        ("staff", "/scores/{w.result_b.pk}/"), ("secretary_a", "/scores/"), ("staff", "/results/{w.report.assessment_id}/"),
    ],
    "assessments/reports": [("party_secretary", "/reports/"), ("party_secretary", "/reports/{w.report.pk}/"), ("secretary_b", "/reports/{w.report.pk}/")],
}  # fmt: skip

# What a subject leaves in the trail (verbs), as marks for the facts, and with people (kinds of notices).
LEFT = {
    "branches/access": (
        ("account", "appointment", "login"),
        ("appointment",),
        ("reset", "session", "handover", "appointment"),
    ),
    "branches/places": (("organisation", "term", "department", "coverage"), ("tree", "term", "coverage"), ()),
    "branches/notices": (("feedback",), (), ()),
    "branches/settings": (("setting",), ("setting",), ()),
    "members/roster": (("member", "membership", "post"), ("membership", "post", "appointment"), ("link",)),
    "members/activities": (("activity", "resolution"), ("activity",), ("activity", "returned", "host")),
    "members/transfers": (("transfer",), (), ("transfer",)),
    "members/corrections": (("correction",), ("corrections",), ("correction",)),
    "responsibilities/requirements": (("requirement",), ("exemption",), ("reminder",)),
    "responsibilities/work": (("work", "sync"), ("work",), ("work",)),
    "responsibilities/duties": (("duty", "duty_list", "charge"), ("duty",), ("duty", "reminder")),
    "responsibilities/supervision": (("supervision",), ("supervision",), ("supervision",)),
    "responsibilities/collects": (("collect",), (), ("collect",)),
    "assessments/results": (("assessment", "report"), (), ("result",)),
}


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory, request):
    """The standing world after the told year, made once; each page is read in it and nothing is written."""
    patch = pytest.MonkeyPatch()
    patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(timezone.make_aware(NOW), tick=False):
            world = find() or build()
            tell(world)
            yield world
        transaction.set_rollback(True)
    patch.undo()


def _read(world, who, path):
    """Return what somebody reads at an address, and how many rows the database gave for it."""
    # The process remembers these; they are asked for again, so that the number is the same alone and among others.
    ContentType.objects.clear_cache()
    with asked() as count:
        text = _opened(world, who, path)
    # The trail of a migrated database begins otherwise than that of one made at once.
    rows = "" if path.startswith("/audit/") else f" ({count.rows} rows)"
    return f"== {who} {path}{rows}\n{text}\n"


def _opened(world, who, path):
    client = Client()
    client.cookies["tongbu"] = session_of(world.user(who)).session_key
    url = path.removeprefix("POST ").format(w=world)
    if path.startswith("POST"):
        # Its entry is taken back: so many exports an hour are allowed to one account.
        with transaction.atomic():
            rows = reading.workbook(client.post(url))
            transaction.set_rollback(True)
        return rows
    answer = client.get(url)
    if answer.status_code != 200:
        return f"({answer.status_code})"
    text = reading.page(answer)
    return text or reading.fragment(answer)


def _left(world, subject):
    """Yield what a subject wrote beside its own rows, one line each."""
    verbs, marks, notices = LEFT.get(subject, ((), (), ()))
    labels = {place.pk: str(place) for place in Organisation.objects.all()}
    for row in AuditEntry.objects.filter(pk__gt=world.began).order_by("pk"):
        if row.verb.partition(".")[0] in verbs:
            place = labels.get(row.organisation_id, "")
            payload = reading.kept(row.payload)
            yield f"{row.at:%m-%d} {row.actor_name} {row.verb} {row.object_type} {row.object_name} {place} {payload}"
    for mark in world.marks:
        if mark.subject in marks:
            yield f"mark {mark.subject} {mark.organisation} {mark.first_day} {mark.last_day}"
    for notice in Notice.objects.filter(kind__in=notices).order_by("pk"):
        yield f"notice {notice.recipient} ← {notice.sender}: {notice.text} ⟨{reading.where(notice.url)}⟩"


@pytest.mark.parametrize("subject", READ)
def test_everybody_reads_what_was_told(subject, told):
    parts = [_read(told, who, path) for who, path in READ[subject]]
    parts.append("== left\n" + "\n".join(_left(told, subject)) + "\n")
    read, kept = "\n".join(parts), PAGES / f"{subject.replace('/', '-')}.txt"
    if subject == "branches/audit":
        # The trail numbers its entries and names ids, which sequences give; days and words are compared.
        read = re.sub(r"(?<![\d-])\d+(?![\d-])", "#", read)
    if os.environ.get("AS_READ") == "write":
        kept.write_text(read)
    assert read.splitlines() == kept.read_text().splitlines()

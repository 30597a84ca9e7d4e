"""A database as version-to-be 0 left it, with a row in every table whose columns have changed since; then migrated.

A program of its own (tests/test_migrations.py runs it on a fresh database of either kind): it goes back to the landed
migrations, writes rows through the models as they were, migrates as `bin/start` does, and prints what the models of today
read, as JSON.
"""

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

LANDED = [
    ("branches", "0001_initial"),
    ("members", "0002_ways_and_done_resolutions"),
    ("responsibilities", "0002_work_duties_supervision"),
    ("assessments", "0002_initial"),
]
MOMENT = datetime(2026, 9, 30, 12, tzinfo=UTC)
DAY = date(2026, 9, 30)


def write_rows(apps):
    """Write through the models as they were when the landed migrations were new."""

    def make(model, /, **columns):
        return apps.get_model(model).objects.create(**columns)

    user = make("branches.User", username="landed", name="原有账号", password="!")
    place = make(
        "branches.Organisation",
        name="原有党组",
        name_key="原有党组",
        short_name="党组",
        kind="party_group",
        founded=DAY,
        lft=1,
        rght=2,
        tree_id=1,
        level=0,
    )
    appointed = make("branches.User", username="appointed", name="书记", password="!")
    make("branches.Appointment", user=appointed, role="committee_secretary", organisation=place, starts=DAY)
    make(
        "axes.AccessAttempt",
        username="landed",
        path_info="/account/password/",
        post_data="old_password=紫云山下",
        failures_since_start=1,
    )
    department = make("branches.Department", name="综合处")
    run = make("branches.JobRun", kind="import", requester=user, parameters=json.dumps({"batch": 7}))
    for state, job in (("ready", None), ("applying", run), ("applying", run), ("applied", None)):
        make("members.ImportBatch", author=user, state=state, job=job, preview={})
    write_results(make, user, place)
    write_record(make, user, place)
    write_password(make, user)
    make(
        "responsibilities.Paper",
        organisation=place,
        name="佐证.txt",
        path="papers/1",
        kind="txt",
        size=3,
        sha256="0" * 64,
    )
    collect = make("responsibilities.Collect", organisation=place, title="征集", purpose="汇总", due=DAY)
    options = json.dumps(["是", "否"], ensure_ascii=False)
    make("responsibilities.CollectField", collect=collect, order=1, label="设岗", kind="choice", options=options)
    make("responsibilities.CollectField", collect=collect, order=2, label="党员人数", held="members")
    make("responsibilities.LeaderCharge", leader=user, organisation=place, department=department, starts=DAY)


def write_results(make, user, place):
    """Write a published result with its report, as JSON in columns of text."""
    scheme = make(
        "assessments.SchemeVersion",
        key="landed",
        version=1,
        title="原有方案",
        body=json.dumps({"key": "landed", "periods": ["季"]}),
    )
    assessment = make(
        "assessments.Assessment", scheme=scheme, period="2026Q3", state="published", as_of=DAY, made_by=user
    )
    result = make(
        "assessments.Result",
        assessment=assessment,
        organisation=place,
        organisation_name="党组",
        state="complete",
        body=json.dumps({"dimensions": [{"key": "life", "points": "30.0"}]}),
    )
    make(
        "assessments.Score",
        result=result,
        indicator="life",
        name="生活",
        dimension="life",
        state="known",
        maximum="30.0",
        nominal="30.0",
        reasons=json.dumps([{"text": "缺一次", "points": "1"}], ensure_ascii=False),
        evidence=json.dumps([{"text": "记录", "url": "/activities/1/"}], ensure_ascii=False),
    )
    make(
        "assessments.Report",
        assessment=assessment,
        organisation=place,
        title="原有报告",
        anchor="1:abc",
        body=json.dumps({"title": "原有报告", "branches": []}, ensure_ascii=False),
    )


def write_record(make, user, place):
    """Write a submitted record that another than its author rewrote after its return, as the trail tells it."""
    other = make("branches.User", username="rewriter", name="改写账号", password="!")
    former = make("branches.User", username="former", name="退回前的账号", password="!")
    record = make("members.Activity", organisation=place, day=DAY, title="原有记录", state="submitted", author=user)
    steps = [(user, "create"), (former, "update"), (former, "return"), (other, "update"), (other, "submit")]
    for by, verb in steps:
        make(
            "branches.AuditEntry",
            at=MOMENT,
            actor_id=by.pk,
            actor_name=by.name,
            verb=f"activity.{verb}",
            object_type="activity",
            object_id=record.pk,
            object_name="原有记录",
            payload="{}",
            key_id="landed",
            mac="0" * 64,
        )


def write_password(make, user):
    """Write what the trail says of a password that its owner set."""
    make(
        "branches.AuditEntry",
        at=MOMENT,
        actor_id=user.pk,
        actor_name=user.name,
        verb="account.password",
        object_type="user",
        object_id=user.pk,
        object_name=user.name,
        payload="{}",
        key_id="landed",
        mac="0" * 64,
    )


def read_rows():
    """Return what the models of today make of those rows."""
    from axes.models import AccessAttempt

    from assessments.reports.models import Report
    from assessments.results.models import Result, Score
    from assessments.schemes.models import SchemeVersion
    from branches.access.models import User
    from branches.jobs.models import JobRun
    from branches.reach.models import OrganisationGrant
    from members.activities.models import ActivityWriter
    from members.imports.models import ImportBatch
    from responsibilities.collects.models import CollectField
    from responsibilities.portfolios.models import LeaderPortfolio
    from responsibilities.proof_files.models import ProofFile

    score = Score.objects.get()
    portfolio = LeaderPortfolio.objects.get()
    return {
        "job": JobRun.objects.get().parameters,
        "fields": list(CollectField.objects.order_by("order").values_list("options", "figure")),
        "scheme": SchemeVersion.objects.get(key="landed").body,
        "result": Result.objects.get().body,
        "reasons": score.reasons,
        "evidence": score.evidence,
        "report": Report.objects.get().body,
        "proof_file": ProofFile.objects.get().name,
        "unvouched": User.objects.get(username="landed").unvouched,
        "writers": list(ActivityWriter.objects.order_by("user").values_list("user__username", flat=True)),
        "imports": sorted(ImportBatch.objects.values_list("state", flat=True)),
        "grants": list(
            OrganisationGrant.objects.order_by("permission__codename").values_list(
                "permission__codename", "user__username", "starts", "below"
            )
        ),
        "attempts": list(AccessAttempt.objects.values_list("username", "post_data")),
        # Whose trail knows the day keeps it; nobody else's password is older than the upgrade.
        "passwords": [
            User.objects.get(username="landed").password_set_at == MOMENT,
            User.objects.get(username="appointed").password_set_at.date() >= datetime.now(UTC).date() - timedelta(1),
        ],
        "portfolio": [portfolio.leader.username, portfolio.department.name],
    }


def main():
    executor = MigrationExecutor(connection)
    landed = [target for target in executor.loader.graph.leaf_nodes() if target[0] not in dict(LANDED)]
    executor.migrate([*landed, *LANDED])
    write_rows(executor.loader.project_state([*landed, *LANDED]).apps)
    call_command("migrate", verbosity=0, interactive=False)
    print(json.dumps(read_rows(), ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()

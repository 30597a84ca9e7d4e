"""Who wrote a record (access rule 5): a table, filled for what can still be reviewed from the author and the trail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OPEN = ("planned", "draft", "submitted", "returned")
WROTE = (
    "activity.create",
    "activity.update",
    "activity.submit",
    "activity.attach",
    "activity.detach",
    "activity.host_confirm",
)
RETURN = "activity.return"
CHUNK = 500


def writers_from_the_trail(apps, schema_editor):
    """Write for each open record its author, and whoever wrote or submitted it since its last return."""
    Activity = apps.get_model("members", "Activity")
    ActivityWriter = apps.get_model("members", "ActivityWriter")
    AuditEntry = apps.get_model("branches", "AuditEntry")
    accounts = set(apps.get_model("branches", "User").objects.values_list("pk", flat=True))
    records = list(Activity.objects.filter(state__in=OPEN).order_by("pk").values_list("pk", "author_id"))
    for start in range(0, len(records), CHUNK):
        authors = dict(records[start : start + CHUNK])
        writers = {pk: set() for pk in authors}
        entries = AuditEntry.objects.filter(
            object_type="activity", object_id__in=list(authors), verb__in=(*WROTE, RETURN)
        )
        for pk, verb, actor in entries.order_by("pk").values_list("object_id", "verb", "actor_id"):
            if verb == RETURN:
                writers[pk].clear()
            else:
                writers[pk].add(actor)
        ActivityWriter.objects.bulk_create(
            ActivityWriter(activity_id=pk, user_id=user)
            for pk, found in writers.items()
            for user in sorted({*found, authors[pk]} & accounts, key=int)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0002_job_parameters_as_json"),
        ("members", "0003_link_proposals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivityWriter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="writers", to="members.activity"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("activity", "user"), name="activity_writer_once")
                ],
            },
        ),
        migrations.RunPython(writers_from_the_trail, migrations.RunPython.noop),
    ]

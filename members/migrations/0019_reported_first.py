"""What the first submission of a record said stays with it; of a record in its writers' hands it is what its row says today."""

from django.db import migrations, models


def keep(apps, schema_editor):
    """Keep it of returned records, whose day and kinds may change before they come back; others say it when it is asked."""
    activity = apps.get_model("members", "Activity")
    rows = activity.objects.filter(state="returned", origin="form", submitted_at__isnull=False, first_said__isnull=True)
    for row in rows.prefetch_related("kinds").order_by("pk").iterator(chunk_size=500):
        kinds = [one.kind for one in row.kinds.all()]
        said = [{"at": row.submitted_at.isoformat(), "day": row.day.isoformat(), "kinds": kinds}]
        activity.objects.filter(pk=row.pk).update(first_said=said)


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0018_quorum_of_special_meetings'),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='first_said',
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='activity',
            name='withdrawn_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]

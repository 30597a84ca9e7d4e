"""The options of a collected field become JSON; what it takes from the system is called its figure."""

import json

from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion


def to_json(apps, schema_editor):
    field = apps.get_model("responsibilities", "CollectField")
    for row in field.objects.exclude(options_text=""):
        row.options = json.loads(row.options_text)
        row.save(update_fields=["options"])


def to_text(apps, schema_editor):
    field = apps.get_model("responsibilities", "CollectField")
    for row in field.objects.exclude(options=[]):
        row.options_text = json.dumps(row.options, ensure_ascii=False)
        row.save(update_fields=["options_text"])


class Migration(migrations.Migration):
    dependencies = [("responsibilities", "0003_names_of_proof_files_and_portfolios")]

    operations = [
        migrations.RenameField("collectfield", "options", "options_text"),
        migrations.AddField(
            "collectfield", "options", models.JSONField(blank=True, default=list, verbose_name="选项")
        ),
        migrations.RunPython(to_json, to_text),
        migrations.RemoveField("collectfield", "options_text"),
        migrations.RenameField("collectfield", "held", "figure"),
        migrations.AlterField(
            "leaderportfolio",
            "leader",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="portfolios",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]

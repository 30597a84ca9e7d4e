"""Who said the way and field of a record: what was chosen until now was chosen by people."""

from django.db import migrations, models

SOURCES = [("system", "系统判断"), ("person", "人工选定")]


def chosen_by_people(apps, schema_editor):
    records = apps.get_model("members", "Activity").objects.using(schema_editor.connection.alias)
    for column in ("way", "building"):
        records.exclude(**{column: ""}).update(**{f"{column}_from": "person"})


class Migration(migrations.Migration):
    dependencies = [("members", "0025_records_in_the_queue")]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="way_from",
            field=models.CharField("方式来源", blank=True, choices=SOURCES, editable=False, max_length=6),
        ),
        migrations.AddField(
            model_name="activity",
            name="building_from",
            field=models.CharField("方面来源", blank=True, choices=SOURCES, editable=False, max_length=6),
        ),
        migrations.RunPython(chosen_by_people, migrations.RunPython.noop),
    ]

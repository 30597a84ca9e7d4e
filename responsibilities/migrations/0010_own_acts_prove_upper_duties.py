"""The Party group's and the leaders' duties about business work rest on what they did themselves (judgement 4.1)."""

from django.db import migrations

OWN_ACTS = {"pg-sync": "minuted", "ld-sync": "led"}


def by_own_acts(apps, schema_editor):
    rows = apps.get_model("responsibilities", "Duty").objects.filter(source="stages")
    for key, source in OWN_ACTS.items():
        rows.filter(key=key).update(source=source)


def by_stages(apps, schema_editor):
    rows = apps.get_model("responsibilities", "Duty").objects
    for key, source in OWN_ACTS.items():
        rows.filter(key=key, source=source).update(source="stages")


class Migration(migrations.Migration):
    dependencies = [("responsibilities", "0009_names_of_kinds_and_collects")]

    operations = [migrations.RunPython(by_own_acts, by_stages)]

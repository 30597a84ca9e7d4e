"""The Party group's duties of which a requirement tells rest on it, as the committee's do since 0017.

What was reported of them in words stays in the table and closes nothing.
"""

from django.db import migrations

KEYS = ("pg-plan", "pg-up")


def rest_on_requirements(apps, schema_editor):
    apps.get_model("responsibilities", "Duty").objects.filter(key__in=KEYS, source="").update(source="requirements")


def as_before(apps, schema_editor):
    apps.get_model("responsibilities", "Duty").objects.filter(key__in=KEYS, source="requirements").update(source="")


class Migration(migrations.Migration):
    dependencies = [("responsibilities", "0017_duties_rest_on_their_requirements")]

    operations = [migrations.RunPython(rest_on_requirements, as_before)]

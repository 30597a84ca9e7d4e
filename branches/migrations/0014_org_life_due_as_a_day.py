"""The month until whose end the yearly meetings are due becomes a day, which may lie in the next year.

Kept as month × 100 + day (+ 10000 for the next year); February is kept with its 29th, the last day of any February.
"""

import calendar

from django.db import migrations

OLD, NEW = "org_life_due_month", "org_life_due"


def to_day(apps, schema_editor):
    for row in apps.get_model("branches", "Setting").objects.filter(key=OLD):
        month = int(row.value)
        # 2024 is a leap year.
        row.key, row.value = NEW, str(month * 100 + calendar.monthrange(2024, month)[1])
        row.save(update_fields=["key", "value"])


def to_month(apps, schema_editor):
    """Back: a day of the next year cannot be said; the year's last month stands for it."""
    for row in apps.get_model("branches", "Setting").objects.filter(key=NEW):
        value = int(row.value)
        row.key, row.value = OLD, str(12 if value >= 10_000 else value // 100)
        row.save(update_fields=["key", "value"])


class Migration(migrations.Migration):
    dependencies = [("branches", "0013_kept_from")]

    operations = [migrations.RunPython(to_day, to_month)]

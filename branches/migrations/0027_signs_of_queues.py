"""The one sign of the worker becomes one of each queue: the old row would stand on the page for ever."""

from django.db import migrations


def forget(apps, schema_editor):
    apps.get_model("branches", "Heartbeat").objects.filter(name="worker").delete()


class Migration(migrations.Migration):
    dependencies = [("branches", "0026_who_was_handed_the_code")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]

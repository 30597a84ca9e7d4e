"""Accounts that never had an appointment: the password of each may go back to a code that an administrator saw."""

from django.db import migrations


def mark(apps, schema_editor):
    apps.get_model("branches", "User").objects.filter(appointments__isnull=True).update(unvouched=True)


class Migration(migrations.Migration):

    dependencies = [("branches", "0003_password_resets")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]

"""Since when each password is that of now: as the trail knows it, else the day of this migration.

Nobody's password may be found too old for the sole reason that nobody counted before.
"""

import django.utils.timezone
from django.db import migrations, models
from django.db.models import Max


def read_from_trail(apps, schema_editor):
    entries = apps.get_model("branches", "AuditEntry").objects.filter(verb="account.password", object_type="user")
    users = apps.get_model("branches", "User").objects
    for user, at in entries.order_by().values_list("object_id").annotate(Max("at")):
        users.filter(pk=user).update(password_set_at=at)


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0018_assistants_of_leaders"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="password_set_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.RunPython(read_from_trail, migrations.RunPython.noop),
    ]

"""A meeting of an upper level says what it was about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0011_accepted_together")]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="topics",
            field=models.JSONField(blank=True, default=list, verbose_name="议题"),
        ),
    ]

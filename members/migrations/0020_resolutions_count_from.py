"""The day from which a resolution counts as carried out, where it was said long after; of those there are none is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0019_reported_first")]

    operations = [
        migrations.AddField("resolution", "counted_on", models.DateField(editable=False, null=True)),
    ]

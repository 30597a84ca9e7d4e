"""Why an adoption that was judged stopped; none has so far."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("responsibilities", "0026_practices"),
    ]

    operations = [
        migrations.AddField(
            model_name="adoption",
            name="stop_reason",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="停止原因"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="adoption",
            constraint=models.CheckConstraint(
                condition=Q(stop_reason="") | (Q(ends__isnull=False) & Q(judged_on__isnull=False)),
                name="adoption_stopped_once_judged",
            ),
        ),
    ]

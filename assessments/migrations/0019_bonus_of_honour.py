import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0018_target_of_an_asking"),
        ("members", "0037_care"),
    ]

    operations = [
        migrations.AddField(
            model_name="manualentry",
            name="honour",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.honour"
            ),
        ),
        migrations.AddConstraint(
            model_name="manualentry",
            constraint=models.UniqueConstraint(
                condition=Q(("honour__isnull", False), ("state__in", ("open", "approved"))),
                fields=("scheme_key", "period", "honour"),
                name="manual_entry_honour_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="manualentry",
            constraint=models.CheckConstraint(
                condition=Q(("honour__isnull", True), ("kind", "bonus"), _connector="OR"),
                name="manual_entry_honour_of_bonus",
            ),
        ),
    ]

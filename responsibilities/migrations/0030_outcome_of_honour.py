import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

class Migration(migrations.Migration):
    dependencies = [
        ("members", "0037_care"),
        ("responsibilities", "0029_policy_steps_reminded"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaignoutcome",
            name="honour",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="outcomes",
                to="members.honour",
                verbose_name="表彰",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignoutcome",
            constraint=models.UniqueConstraint(
                condition=Q(("honour__isnull", False)), fields=("campaign", "honour"), name="campaign_outcome_honour_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignoutcome",
            constraint=models.CheckConstraint(
                condition=Q(("honour__isnull", True), ("kind", "award"), _connector="OR"),
                name="campaign_outcome_honour_of_award",
            ),
        ),
    ]

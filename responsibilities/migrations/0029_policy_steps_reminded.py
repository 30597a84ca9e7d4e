"""When those with whom steps of a policy's runs wait were last reminded."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("responsibilities", "0028_duty_by_policy"),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="steps_reminded_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]

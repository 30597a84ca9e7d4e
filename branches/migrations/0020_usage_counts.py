"""Counts of what an account does within an hour or a minute and what leaves no entry of the trail (control C64)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0019_age_of_passwords"),
    ]

    operations = [
        migrations.CreateModel(
            name="UsageCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.BigIntegerField()),
                ("what", models.CharField(max_length=20)),
                ("slot", models.BigIntegerField(default=0)),
                ("number", models.PositiveIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("account", "what"), name="usage_count_one_per_account"),
                ],
            },
        ),
    ]

"""A duty written by hand may rest on a policy."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("responsibilities", "0027_adoption_stopped"),
    ]

    operations = [
        migrations.AddField(
            model_name="duty",
            name="policy",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duties",
                to="responsibilities.policy",
                verbose_name="按哪项制度的程序认定",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("policy__isnull", False), ("source", "policies")),
                    models.Q(models.Q(("source", "policies"), _negated=True), ("policy__isnull", True)),
                    _connector="OR",
                ),
                name="duty_policy_with_its_source",
            ),
        ),
    ]

"""The one period of an exemption goes, now that its days are kept; the rest apart from the data, for PostgreSQL."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("responsibilities", "0007_exemptions_as_spans_and_documents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField("exemption", "rule"),
        migrations.RemoveField("exemption", "period"),
        migrations.AlterField("exemption", "first", models.DateField(verbose_name="自")),
        migrations.AlterField("exemption", "last", models.DateField(verbose_name="至")),
        migrations.AddIndex(
            "exemption", models.Index(fields=["organisation", "first"], name="exemption_place_first")
        ),
        migrations.AddConstraint(
            "exemption",
            models.CheckConstraint(
                condition=models.Q(("last__gte", models.F("first"))), name="exemption_last_after_first"
            ),
        ),
        migrations.CreateModel(
            name="RequirementDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(max_length=40)),
                ("period", models.CharField(max_length=10)),
                ("person", models.CharField(blank=True, max_length=12)),
                ("title", models.CharField(max_length=200, verbose_name="文件名称")),
                ("number", models.CharField(blank=True, max_length=100, verbose_name="文号")),
                ("dated_on", models.DateField(verbose_name="成文日期")),
                ("written", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="branches.organisation"
                    ),
                ),
            ],
            options={
                "verbose_name": "义务文件",
                "verbose_name_plural": "义务文件",
                "ordering": ["dated_on", "pk"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["organisation", "rule"], name="requirement_document_place")],
            },
        ),
    ]

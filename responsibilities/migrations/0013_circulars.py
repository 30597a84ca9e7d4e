"""Circulars, and the committee's duties of synchronisation and checking rest on them (judgement 4.1)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Max

DUE = "04-15,07-15,10-15,12-31"


def by_circulars(apps, schema_editor):
    """The committee's two duties rest on its circular; lists of years before the last stay as they were judged."""
    last = apps.get_model("responsibilities", "DutyList").objects.aggregate(year=Max("year"))["year"]
    rows = apps.get_model("responsibilities", "Duty").objects.filter(list__year=last)
    sync = rows.filter(key="cm-sync", source="stages")
    sync.filter(period="each").update(period="quarter", due=DUE)
    sync.update(source="circulars")
    check = rows.filter(key="cm-check", source="")
    check.filter(period="quarter", due="").update(due=DUE)
    check.update(source="circulars")


def as_before(apps, schema_editor):
    rows = apps.get_model("responsibilities", "Duty").objects.filter(source="circulars")
    rows.filter(key="cm-sync", due=DUE).update(period="each", due="")
    rows.filter(key="cm-sync").update(source="stages")
    rows.filter(key="cm-check", due=DUE).update(due="")
    rows.filter(key="cm-check").update(source="")


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0016_post_on_slips"),
        ("responsibilities", "0012_scans_of_proof_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Circular",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.CharField(max_length=6, verbose_name="通报期")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="版本")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="更正原因")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿"), ("issued", "已印发")],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="文号")),
                ("recipient", models.CharField(blank=True, max_length=120, verbose_name="主送")),
                ("opening", models.TextField(max_length=500, verbose_name="开头")),
                ("asks", models.TextField(max_length=1000, verbose_name="要求")),
                ("until", models.DateField(verbose_name="办理时限")),
                ("content", models.JSONField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="印发日期")),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="responsibilities.circular",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="circulars",
                        to="branches.organisation",
                        verbose_name="党组织",
                    ),
                ),
            ],
            options={
                "verbose_name": "通报",
                "verbose_name_plural": "通报",
                "ordering": ["-period", "organisation", "-version"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "period", "version"), name="circular_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("organisation", "period"),
                        name="circular_one_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "issued"])), name="circular_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "draft"), ("issued_on__isnull", False), _connector="OR"),
                        name="circular_issued_with_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("corrects__isnull", True), ("version", 1)),
                            models.Q(("corrects__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="circular_correction_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("corrects__isnull", True),
                            models.Q(("pk", models.F("corrects")), _negated=True),
                            _connector="OR",
                        ),
                        name="circular_corrects_another",
                    ),
                ],
            },
        ),
        migrations.RunPython(by_circulars, as_before),
    ]

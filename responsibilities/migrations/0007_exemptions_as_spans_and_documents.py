"""Exemptions become dated spans of several rules; papers that prove a requirement are kept."""

import calendar
import datetime
import re
import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{2})|Q([0-9])|H([0-9]))?")


def days_of(period):
    """The first and last day of a period as it was written when this was made."""
    year, month, quarter, half = WRITTEN.fullmatch(period).groups()
    length, number = (1, month) if month else (3, quarter) if quarter else (6, half) if half else (12, 1)
    last = length * int(number)
    first = datetime.date(int(year), last - length + 1, 1)
    return first, datetime.date(int(year), last, calendar.monthrange(int(year), last)[1])


def to_spans(apps, schema_editor):
    exemption = apps.get_model("responsibilities", "Exemption")
    for row in exemption.objects.all():
        row.first, row.last = days_of(row.period)
        row.rules, row.batch = [row.rule], uuid.uuid4()
        row.save(update_fields=["first", "last", "rules", "batch"])


def written(first, last):
    months = (last.month - first.month) + 1
    if first.day != 1 or first.year != last.year or months not in (1, 3, 6, 12):
        return None
    if last.day != calendar.monthrange(last.year, last.month)[1] or last.month % months:
        return None
    number = last.month // months
    return str(first.year) + {1: f"-{number:02d}", 3: f"Q{number}", 6: f"H{number}", 12: ""}[months]


def to_periods(apps, schema_editor):
    """Back: what is no single period of a single rule cannot be said in the old form and is left out."""
    exemption = apps.get_model("responsibilities", "Exemption")
    for row in exemption.objects.all():
        period = written(row.first, row.last)
        if period is None or len(row.rules) != 1:
            row.delete()
            continue
        row.rule, row.period = row.rules[0], period
        row.save(update_fields=["rule", "period"])


class Migration(migrations.Migration):
    dependencies = [
        ("responsibilities", "0006_confirm_what_stood"),
        ("branches", "0013_kept_from"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("exemption", "exemption_once"),
        migrations.AlterModelOptions(
            "exemption",
            {
                "default_permissions": (),
                "ordering": ["-first", "pk"],
                "verbose_name": "免予",
                "verbose_name_plural": "免予",
            },
        ),
        migrations.AddField("exemption", "rules", models.JSONField(default=list, verbose_name="义务")),
        migrations.AddField("exemption", "first", models.DateField(null=True, verbose_name="自")),
        migrations.AddField("exemption", "last", models.DateField(null=True, verbose_name="至")),
        migrations.AddField("exemption", "document", models.CharField(blank=True, max_length=100, verbose_name="文号")),
        migrations.AddField("exemption", "batch", models.UUIDField(default=uuid.uuid4, editable=False)),
        migrations.AddField(
            "exemption",
            "revoked_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "exemption", "revoke_reason", models.CharField(blank=True, max_length=300, verbose_name="撤销原因")
        ),
        migrations.AlterField("exemption", "rule", models.CharField(max_length=40, default="")),
        migrations.AlterField("exemption", "period", models.CharField(max_length=10, default="")),
        migrations.RunPython(to_spans, to_periods),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def from_slips(apps, schema_editor):
    """Of the codes that are on paper it is known who printed them and when somebody entered with them."""
    users = apps.get_model("branches", "User").objects
    slips = apps.get_model("branches", "CodeSlip").objects.filter(replaced_at__isnull=True)
    for user, printer, used in slips.values_list("user", "printed_by", "used_at").iterator():
        users.filter(pk=user).update(code_by=printer, code_used_at=used)


class Migration(migrations.Migration):
    dependencies = [("branches", "0025_comparison_groups")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="code_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(from_slips, migrations.RunPython.noop),
    ]

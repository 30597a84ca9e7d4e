"""Lists say when they turn: the slots of the duty lists are filled anew, and say so until then."""

from django.db import migrations, models


def fill_anew(apps, schema_editor):
    apps.get_model("assessments", "FillState").objects.filter(family="duty").update(state="started")


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0014_facts_without_a_day'),
    ]

    operations = [
        migrations.AddField(
            model_name='factpart',
            name='turns',
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name='factpart',
            index=models.Index(condition=models.Q(('turns__isnull', False)), fields=['family', 'turns'], name='fact_part_turns'),
        ),
        migrations.RunPython(fill_anew, migrations.RunPython.noop),
    ]

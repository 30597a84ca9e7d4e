from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("assessments", "0013_how_duties_stand"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="fact",
            name="as_of",
        ),
    ]

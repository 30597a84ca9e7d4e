

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0010_corrections_of_records'),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='accepted_together',
            field=models.BooleanField(default=False, editable=False),
        ),
    ]

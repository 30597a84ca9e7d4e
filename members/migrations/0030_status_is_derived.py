from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0029_standing_from_status'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='member',
            name='status',
        ),
    ]

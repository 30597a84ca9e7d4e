

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('branches', '0015_setting_proposals'),
    ]

    operations = [
        migrations.AddField(
            model_name='codeslip',
            name='post',
            field=models.CharField(blank=True, max_length=30, verbose_name='职务'),
        ),
    ]

"""Duty lists of the general branch and of the discipline office (judgement 4.5)."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('branches', '0016_post_on_slips'),
        ('members', '0012_topics_of_meetings'),
        ('responsibilities', '0013_circulars'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='dutylist',
            name='duty_list_level_known',
        ),
        migrations.AlterField(
            model_name='dutylist',
            name='level',
            field=models.CharField(choices=[('party_group', '党组'), ('party_group_secretary', '党组书记'), ('leader', '班子成员'), ('committee', '机关党委'), ('discipline', '机关纪委'), ('general_branch', '党总支'), ('branch', '党支部'), ('member', '党员')], max_length=25, verbose_name='层级'),
        ),
        migrations.AddConstraint(
            model_name='dutylist',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['party_group', 'party_group_secretary', 'leader', 'committee', 'discipline', 'general_branch', 'branch', 'member'])), name='duty_list_level_known'),
        ),
    ]

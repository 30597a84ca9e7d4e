"""Points of business work as they are judged, kept for boards of much of it; initials by which work is found."""

import django.db.models.deletion
from django.db import migrations, models

from common.names import initials_of


def find_by_initials(apps, schema_editor):
    items = apps.get_model("responsibilities", "WorkItem").objects
    rows = list(items.only("pk", "name").iterator(chunk_size=2000))
    for row in rows:
        row.initials = initials_of(row.name)
    items.bulk_update(rows, ["initials"], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('branches', '0029_facts_by_thing'),
        ('members', '0020_resolutions_count_from'),
        ('responsibilities', '0019_uptake_of_own_work'),
    ]

    operations = [
        migrations.AddField(
            model_name='workitem',
            name='initials',
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.RunPython(find_by_initials, migrations.RunPython.noop),
        migrations.CreateModel(
            name='JudgedPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('study', '同步研究'), ('arrangement', '同步安排'), ('implementation', '同步实施'), ('assessment', '同步考核')], max_length=15)),
                ('planned', models.DateField(null=True)),
                ('happened', models.DateField(null=True)),
                ('day', models.DateField(null=True)),
                ('state', models.CharField(choices=[('not_due', '未到期'), ('synchronised', '同步'), ('lagging', '滞后'), ('missing', '缺失'), ('to_confirm', '待确认'), ('waived', '免予同步'), ('ended', '已终止')], max_length=15)),
                ('lag', models.IntegerField(null=True)),
                ('carried', models.BooleanField()),
                ('left_out', models.BooleanField()),
                ('closure', models.CharField(choices=[('closed', '已闭环'), ('open', '未闭环'), ('not_yet', '还没有到考核'), ('ended', '已终止')], max_length=10)),
                ('closes', models.BooleanField()),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='judged', to='responsibilities.workitem')),
                ('milestone', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='responsibilities.milestone')),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='responsibilities.syncstage')),
            ],
            options={
                'default_permissions': (),
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('milestone__isnull', True)), fields=('stage',), name='judged_once_for_stage'),
                    models.UniqueConstraint(condition=models.Q(('milestone__isnull', False)), fields=('milestone',), name='judged_once_for_milestone'),
                ],
            },
        ),
        migrations.CreateModel(
            name='JudgedPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='branches.organisation')),
                ('point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='responsibilities.judgedpoint')),
            ],
            options={
                'default_permissions': (),
                'constraints': [
                    models.UniqueConstraint(fields=('point', 'organisation'), name='judged_place_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='JudgedRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.activity')),
                ('point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='records', to='responsibilities.judgedpoint')),
            ],
            options={
                'default_permissions': (),
                'constraints': [
                    models.UniqueConstraint(fields=('point', 'activity'), name='judged_record_once'),
                ],
            },
        ),
    ]

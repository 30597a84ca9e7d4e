"""How each record counts, for each host and kind (judgement 1)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('branches', '0012_no_passwords_in_attempts'),
        ('members', '0006_imports_in_the_worker'),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='returned_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='activitykind',
            name='made_up',
            field=models.BooleanField(default=True, verbose_name='补办'),
        ),
        migrations.CreateModel(
            name='ActivityJudgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('assembly', '支部党员大会'), ('committee_meeting', '支委会'), ('group_meeting', '党小组会'), ('lecture', '党课'), ('theme_day', '主题党日'), ('org_life', '组织生活会'), ('member_review', '民主评议党员'), ('talk', '谈心谈话'), ('election', '换届选举'), ('training', '集中培训'), ('study', '集中学习'), ('study_group', '中心组学习'), ('party_special', '专题研究党建会议'), ('party_group_meeting', '党组会议'), ('committee_plenary', '机关党委会议'), ('democratic_life', '民主生活会'), ('all_hands', '机关党员干部大会'), ('debrief', '述职评议会'), ('visit', '走访慰问'), ('visit_branch', '联系点指导'), ('oath', '入党宣誓、重温誓词'), ('dues', '党费收缴')], max_length=25)),
                ('valid', models.BooleanField()),
                ('late', models.BooleanField()),
                ('makes_up_for', models.DateField(null=True)),
                ('since', models.DateField(null=True)),
                ('body', models.CharField(blank=True, max_length=15)),
                ('expected', models.PositiveIntegerField(null=True)),
                ('present', models.PositiveIntegerField(null=True)),
                ('needed', models.PositiveIntegerField(null=True)),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='judgements', to='members.activity')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='branches.organisation')),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['organisation', 'kind'], name='activity_judgement_place')],
                'constraints': [models.UniqueConstraint(fields=('activity', 'organisation', 'kind'), name='activity_judgement_once')],
            },
        ),
    ]
